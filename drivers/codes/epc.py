"""Electronic product codes on RFID tags (GS1 Tag Data Standard): classic schemes through epcpy, others kept whole.

Decoding never drops a tag: what is not a GS1 code keeps its bits (I14). Encoding refuses what does not fit (I31-I34).
"""

from dataclasses import dataclass

from epcpy.epc_schemes.base_scheme import GS1Element, TagEncodable
from epcpy.epc_schemes.sgtin import SGTIN, SGTINFilterValue
from epcpy.epc_schemes.sscc import SSCC, SSCCFilterValue
from epcpy.utils.common import ConvertException
from epcpy.utils.parsers import TAG_ENCODABLE_BINARY_HEADERS, binary_to_tag_encodable

from drivers.codes import gs1, sscc
from drivers.codes.digits import is_digits

_TOGGLE = 0x0100
"""Bit 17h of the protocol control word: set when the tag carries an ISO application family identifier, not an EPC."""

_CLASSIC_BITS = 96

_SERIAL_END = 2**38
"""SGTIN-96 has 38 bits for the serial (TDS §14.5.1.1)."""


class EpcError(ValueError):
    """The key cannot be written in this scheme."""


@dataclass(frozen=True, slots=True)
class Epc:
    """One tag's code: its digits and length always, its meaning where it has one."""

    hex: str
    bits: int
    scheme: str | None = None
    """As in `sscc-96`; None when it is not a GS1 code or not understood."""
    uri: str | None = None
    """Pure identity, `urn:epc:id:...`."""
    element: str | None = None
    """GS1 element string with brackets, `(00)...`; check digit computed."""

    @property
    def is_gs1(self) -> bool:
        """The code is understood as a GS1 key."""
        return self.scheme is not None

    @property
    def sscc(self) -> str | None:
        """The 18-digit SSCC, if it is one."""
        return self.element.removeprefix("(00)") if self.element and self.element.startswith("(00)") else None

    @property
    def gtin(self) -> str | None:
        """The canonical GTIN of an SGTIN, if it is one."""
        return gs1.gtin(self.element[4:18]) if self.element and self.element.startswith("(01)") else None


def decode(code: str | bytes, bits: int | None = None, pc: int | None = None) -> Epc:
    """Say what a tag's code is; `bits` is its length, `pc` its protocol control word. ValueError if not hex."""
    text = code.hex() if isinstance(code, bytes) else code
    text = text.strip().upper()
    value = int(text or "0", 16)
    length = 4 * len(text) if bits is None else bits
    plain = Epc(text, length)
    if pc is not None and pc & _TOGGLE:
        return plain
    binary = f"{value:0{4 * len(text)}b}"[:length]
    cls = TAG_ENCODABLE_BINARY_HEADERS.get(binary[:8])
    if cls is None:
        return plain
    scheme = _scheme(cls, binary[:8])
    size = scheme.rpartition("-")[2]
    if size.isdigit() and (len(binary) < int(size) or "1" in binary[int(size) :]):
        return plain
    try:
        found = binary_to_tag_encodable(binary)
        element = found.gs1_element_string() if isinstance(found, GS1Element) else None
        return Epc(text, length, scheme, str(found.epc_uri), element)
    except (ConvertException, ValueError, KeyError, IndexError):
        return plain


def sscc_96(key: str, prefix_length: int, filter_value: int = 2) -> str:
    """Return the 24 hex digits of an SSCC; the company prefix length is data (I34). EpcError when they do not fit."""
    if not sscc.holds(key):
        raise EpcError(f"not an SSCC: {key!r}")
    _check(prefix_length, filter_value)
    try:
        binary = SSCC.from_gs1_element_string(f"(00){key}", prefix_length).binary(SSCCFilterValue(str(filter_value)))
    except (ConvertException, ValueError, KeyError) as exc:
        raise EpcError(f"SSCC {key} with a prefix of {prefix_length} digits: {exc}") from exc
    return _hex(binary)


def sgtin_96(key: str, serial: str, prefix_length: int, filter_value: int = 1) -> str:
    """Return the 24 hex digits of a GTIN with a serial; EpcError for a serial that SGTIN-96 cannot carry (I32)."""
    canonical = gs1.gtin(key)
    if canonical is None:
        raise EpcError(f"not a GTIN: {key!r}")
    if not is_digits(serial) or (serial != "0" and serial.startswith("0")) or int(serial) >= _SERIAL_END:
        raise EpcError(f"SGTIN-96 carries only a number below {_SERIAL_END} without leading zeros: {serial!r}")
    _check(prefix_length, filter_value)
    try:
        item = SGTIN.from_gs1_element_string(f"(01){canonical.zfill(14)}(21){serial}", prefix_length)
        binary = item.binary(SGTIN.BinaryCodingScheme.SGTIN_96, SGTINFilterValue(str(filter_value)))
    except (ConvertException, ValueError, KeyError) as exc:
        raise EpcError(f"GTIN {key} with a prefix of {prefix_length} digits: {exc}") from exc
    return _hex(binary)


def _check(prefix_length: int, filter_value: int) -> None:
    if prefix_length not in sscc.PREFIX_LENGTHS:
        raise EpcError(f"a company prefix is 6 to 12 digits long: {prefix_length}")
    if not 0 <= filter_value <= 7:
        raise EpcError(f"a filter value is 0 to 7: {filter_value}")


def _hex(binary: str) -> str:
    full = f"{binary:<0{_CLASSIC_BITS}}"
    return f"{int(full, 2):0{_CLASSIC_BITS // 4}X}"


def _scheme(cls: type[TagEncodable], header: str) -> str:
    """Return the scheme's name as in tag URIs, `sscc-96`, from the header bits."""
    return cls.BinaryHeader(header).name.lower().replace("_", "-")

"""One tag: from its bits to what it says, and from what it shall say to its bits."""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.codes.epc.bits import Reader, Writer
from drivers.codes.epc.classic import read_classic, write_classic
from drivers.codes.epc.flaws import EpcError, Fault, Flaw
from drivers.codes.epc.keys import Element, Identity
from drivers.codes.epc.plus import read_plus, write_plus
from drivers.codes.epc.schemes import BY_HEADER, BY_NAME, FILTER_END, Classic
from drivers.codes.epc.uris import tag_uri, tagged

_TOGGLE = 0x0100
"""Bit 17h of the protocol control word: set when the tag carries an ISO application family identifier, not an EPC."""

_HEX = frozenset("0123456789ABCDEF")
_HEADER_BITS = 8


@dataclass(frozen=True, slots=True)
class Epc:
    """One tag's code: its digits and length always, its meaning where it has one."""

    hex: str
    bits: int
    scheme: str | None = None
    """As in `sscc-96` or `sscc+`; None when it is not a GS1 code or does not hold."""
    identity: Identity | None = None
    filter: int | None = None
    """What kind of object the tag is on, as its scheme counts them (TDS §10)."""
    data: tuple[Element, ...] = ()
    """What a "+" tag says beside its key; of a DSGTIN+ the date first."""
    hostname: str | None = None
    """Where the Digital Link of a "++" tag points."""
    flaw: Flaw | None = None
    """Why it is not understood though its header is GS1's; with a scheme, why its further data are not."""

    @property
    def is_gs1(self) -> bool:
        """The code is understood as a GS1 key."""
        return self.identity is not None

    @property
    def uri(self) -> str | None:
        """Pure identity, `urn:epc:id:...`; a "+" tag has none, for it does not say where its company prefix ends."""
        return self.identity.uri if self.identity else None

    @property
    def tag_uri(self) -> str | None:
        """`urn:epc:tag:...`, for the schemes that have one."""
        if self.identity is None or self.scheme is None or self.filter is None:
            return None
        return tag_uri(self.identity, self.scheme, self.filter)

    @property
    def raw_uri(self) -> str:
        """`urn:epc:raw:...`, which every tag has (TDS §12)."""
        return f"urn:epc:raw:{self.bits}.x{self.hex}"

    @property
    def element(self) -> str | None:
        """GS1 element string of the key with brackets, `(00)...`; check digit computed."""
        return self.identity.element if self.identity else None

    @property
    def digital_link(self) -> str | None:
        """The key's Digital Link, at the host that the tag names or else at GS1's."""
        if self.identity is None:
            return None
        return self.identity.link_at(self.hostname) if self.hostname else self.identity.digital_link

    @property
    def sscc(self) -> str | None:
        """The 18-digit SSCC, if it is one."""
        return self.identity.sscc if self.identity else None

    @property
    def gtin(self) -> str | None:
        """The canonical GTIN of an SGTIN, if it is one."""
        return self.identity.gtin if self.identity else None


def decode(code: str | bytes, bits: int | None = None, pc: int | None = None) -> Epc:
    """Say what a tag's code is; `bits` is its length, `pc` its protocol control word. EpcError only if not hex."""
    text = code.hex().upper() if isinstance(code, bytes) else code.strip().upper()
    if not _HEX.issuperset(text):
        raise EpcError(Fault.NOT_HEX, "EPC", text)
    written = 4 * len(text)
    length = written if bits is None else bits
    size = max(0, min(length, written))
    if size < _HEADER_BITS or (pc is not None and pc & _TOGGLE):
        return Epc(text, length)
    reader = Reader(int(text, 16) >> written - size, size)
    scheme = BY_HEADER.get(reader.take(_HEADER_BITS, "header"))
    if scheme is None:
        return Epc(text, length)
    try:
        if isinstance(scheme, Classic):
            identity, filter_value = read_classic(reader, scheme)
            reader.end()
            return Epc(text, length, scheme.name, identity, filter_value)
        found = read_plus(reader, scheme)
        return Epc(text, length, scheme.name, *found)
    except EpcError as exc:
        return Epc(text, length, flaw=exc.flaw)


def encode(
    identity: Identity,
    scheme: str,
    *,
    filter_value: int = 0,
    data: Sequence[Element] = (),
    hostname: str | None = None,
) -> str:
    """Return the code of an identity in hexadecimal, filled up to whole words of 16 bits.

    `data` follow the key of a "+" scheme; for DSGTIN+ the first is its date. A "++" scheme needs a `hostname`.
    EpcError when the scheme cannot hold it: nothing is cut or guessed (I31, I32, I34).
    """
    layout = BY_NAME.get(scheme)
    if layout is None or layout.key is not identity.key:
        raise EpcError(Fault.SCHEME, identity.key.name, scheme)
    if not 0 <= filter_value < FILTER_END:
        raise EpcError(Fault.RANGE, "filter", filter_value, "0–7")
    writer = Writer()
    writer.put(layout.header, _HEADER_BITS)
    if not isinstance(layout, Classic):
        write_plus(writer, layout, identity, filter_value=filter_value, data=data, hostname=hostname)
    elif data or hostname is not None:
        raise EpcError(Fault.SCHEME, "data", scheme)
    else:
        write_classic(writer, layout, identity, filter_value)
    return writer.hex()


def from_tag_uri(text: str) -> str:
    """Return the code of a tag URI in hexadecimal; EpcError when it is none, or says what does not fit."""
    identity, scheme, filter_value = tagged(text)
    return encode(identity, scheme.name, filter_value=filter_value)

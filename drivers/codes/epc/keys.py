"""The GS1 keys that tags carry, whatever their scheme, and how each is written outside a tag (TDS §6, §7)."""

from dataclasses import dataclass, field
from urllib.parse import quote

from drivers.codes import gs1
from drivers.codes.digits import is_digits, mod10, mod10_holds
from drivers.codes.epc.bits import sized
from drivers.codes.epc.flaws import EpcError, Fault
from drivers.codes.epc.signs import DIGITS, GS1, PART, escaped, only
from drivers.codes.sscc import PREFIX_LENGTHS

Element = tuple[str, str]
"""An application identifier and its value."""

CANONICAL_HOST = "id.gs1.org"
"""Where a Digital Link points that names no host of its own."""

NO_EXTENSION = "0"
"""The extension of a location that has none: it is on the tag, and in no element string (TDS §7.5)."""

JAPAN = ("45", "49")
JAPAN_LENGTHS = (7, 9, 10, 12)
"""GS1 Japan gives company prefixes of 7, 9 and 10 digits (I34); a key assigned alone counts as 12 (TDS §7.2)."""

_INITIAL_DIGITS = 4
"""A key of no fixed length begins with its company prefix, which has four digits at least."""


@dataclass(frozen=True, slots=True)
class Key:
    """One kind of GS1 key: a number, and where it has one a serial."""

    name: str
    """As in URIs: sgtin, sscc, ..."""
    ai: str
    digits: int = 0
    """Digits of the number up to its check digit; 0 when it has neither a fixed length nor a check digit."""
    most: int = 0
    """The longest number where it has no fixed length."""
    lead: bool = False
    """The number's first digit stands before the company prefix; in URIs it stands after it."""
    pad: str = ""
    """Written between the application identifier and the number."""
    pieces: bool = False
    """Two digits for the piece and two for their count follow the check digit."""
    serial: int = 0
    """The longest serial; 0 when the number says all."""
    serial_ai: str = ""
    """The serial's own application identifier; without one it follows the number."""
    counted: bool = False
    """The serial has only digits."""
    signs: frozenset[str] = field(default=GS1, repr=False)
    """What a number of no fixed length may have after its first digits."""

    @property
    def length(self) -> int:
        """Return the digits of a number of fixed length."""
        return self.digits + (4 if self.pieces else 0)


SGTIN = Key("sgtin", "01", 14, lead=True, serial=20, serial_ai="21")
SSCC = Key("sscc", "00", 18, lead=True)
SGLN = Key("sgln", "414", 13, serial=20, serial_ai="254")
GRAI = Key("grai", "8003", 13, pad="0", serial=16)
GIAI = Key("giai", "8004", most=30)
GSRN = Key("gsrn", "8018", 18)
GSRNP = Key("gsrnp", "8017", 18)
GDTI = Key("gdti", "253", 13, serial=17)
CPI = Key("cpi", "8010", most=30, serial=12, serial_ai="8011", counted=True, signs=PART)
SGCN = Key("sgcn", "255", 13, serial=12, counted=True)
ITIP = Key("itip", "8006", 14, lead=True, pieces=True, serial=20, serial_ai="21")
KEYS = (SGTIN, SSCC, SGLN, GRAI, GIAI, GSRN, GSRNP, GDTI, CPI, SGCN, ITIP)


@dataclass(frozen=True, slots=True)
class Identity:
    """One thing that a tag can name. The length of its company prefix is known only where somebody told it (I34)."""

    key: Key
    number: str
    """With its check digit, as in an element string."""
    serial: str = ""
    prefix_length: int | None = None

    @property
    def elements(self) -> tuple[Element, ...]:
        """Return the key's application identifiers and values."""
        key = self.key
        if not key.serial_ai:
            return ((key.ai, key.pad + self.number + self.serial),)
        if key is SGLN and self.serial == NO_EXTENSION:
            return ((key.ai, self.number),)
        return ((key.ai, self.number), (key.serial_ai, self.serial))

    @property
    def element(self) -> str:
        """Return the element string with brackets, `(00)...`."""
        return "".join(f"({ai}){value}" for ai, value in self.elements)

    @property
    def fields(self) -> tuple[str, ...] | None:
        """Return what stands between the dots of an EPC URI, unescaped; None while the prefix length is unknown."""
        if self.prefix_length is None:
            return None
        key, number = self.key, self.number
        body = number[: key.digits - 1] if key.digits else number
        lead = body[:1] if key.lead else ""
        body = body[len(lead) :]
        parts = [body[: self.prefix_length], lead + body[self.prefix_length :]]
        if key.pieces:
            parts += [number[-4:-2], number[-2:]]
        return (*parts, self.serial) if key.serial else tuple(parts)

    @property
    def uri(self) -> str | None:
        """Return the pure identity, `urn:epc:id:...`; None while the prefix length is unknown."""
        fields = self.fields
        return f"urn:epc:id:{self.key.name}:{'.'.join(map(escaped, fields))}" if fields else None

    @property
    def digital_link(self) -> str:
        """Return the Digital Link at GS1's own host."""
        return self.link_at(CANONICAL_HOST)

    def link_at(self, host: str) -> str:
        """Return the Digital Link at a host."""
        return f"https://{host}/" + "/".join(f"{ai}/{quote(value, safe='')}" for ai, value in self.elements)

    @property
    def sscc(self) -> str | None:
        """Return the 18 digits of an SSCC, if it is one."""
        return self.number if self.key is SSCC else None

    @property
    def gtin(self) -> str | None:
        """Return the canonical GTIN of an SGTIN, if it is one."""
        return gs1.gtin(self.number) if self.key is SGTIN else None


def checked(key: Key, number: str, serial: str = "", prefix_length: int | None = None) -> Identity:
    """Return the identity, all of it checked; EpcError says what does not hold (I31, I33)."""
    if prefix_length is not None and prefix_length not in PREFIX_LENGTHS:
        raise EpcError(Fault.PREFIX, "company prefix", prefix_length)
    if key.digits:
        _check_fixed(key, number)
    else:
        _check_open(key, number, prefix_length or _INITIAL_DIGITS)
    if key.serial:
        sized(serial, key.serial, "serial")
        only(serial, frozenset(DIGITS) if key.counted else GS1, "serial")
    elif serial:
        raise EpcError(Fault.SIZE, "serial", serial, 0)
    return Identity(key, number, serial, prefix_length)


def joined(key: Key, fields: list[str]) -> Identity:
    """Return the identity of the fields of an EPC URI, unescaped; the check digit is computed (I33)."""
    count = 2 + (2 if key.pieces else 0) + (1 if key.serial else 0)
    if len(fields) != count:
        raise EpcError(Fault.FORM, key.name, ".".join(fields), ".".join("…" * count))
    prefix, reference, *more = fields
    serial = more.pop() if key.serial else ""
    if not is_digits(prefix):
        raise EpcError(Fault.CHARACTER, "company prefix", prefix)
    if not key.digits:
        return checked(key, prefix + sized(reference, key.most, "reference"), serial, len(prefix))
    lead = 1 if key.lead else 0
    body = reference[:lead] + prefix + reference[lead:]
    if not is_digits(body):
        raise EpcError(Fault.CHARACTER, "reference", reference)
    if len(body) != key.digits - 1:
        raise EpcError(Fault.DIGITS, "reference", reference, key.digits - 1 - len(prefix))
    if any(len(piece) != 2 for piece in more):
        raise EpcError(Fault.FORM, "piece", ".".join(more), "NN.NN")
    return checked(key, body + mod10(body) + "".join(more), serial, len(prefix))


def _check_fixed(key: Key, number: str) -> None:
    if len(number) != key.length or not is_digits(number):
        raise EpcError(Fault.DIGITS, key.name, number, key.length)
    if not mod10_holds(number[: key.digits]):
        raise EpcError(Fault.CHECK_DIGIT, key.name, number)


def _check_open(key: Key, number: str, prefix_length: int) -> None:
    sized(number, key.most, key.name, prefix_length + 1)
    if not is_digits(number[:prefix_length]):
        raise EpcError(Fault.CHARACTER, "company prefix", number[:prefix_length])
    only(number[prefix_length:], key.signs, "reference")

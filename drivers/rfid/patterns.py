"""Patterns over tags: which of those that are read somebody wants to hear of. Pure.

Three forms: a tag pattern and a pure identity pattern of the EPC Tag Data Standard (§13), and the first hex digits.

    urn:epc:pat:sgtin-96:*.4912345.*.*      filter, company prefix, reference, serial
    urn:epc:idpat:sscc:4912345.*            what stands between the dots of the pure identity
    hex:3034257BF4                          the tag's code begins with these digits

A field is a value, `*` for any, or `[10-20]` for a number from 10 to 20. A "+" tag does not say where its company
prefix ends (I34): only its first hex digits can be asked for.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from drivers.codes.epc import EpcError, decode
from drivers.codes.epc.keys import KEYS, Key
from drivers.codes.epc.schemes import BY_NAME, FILTER_END, Classic
from drivers.codes.epc.signs import unescaped

TAG = "urn:epc:pat:"
IDENTITY = "urn:epc:idpat:"
HEX = "hex:"
REMEMBERED = 10_000
"""Tags whose answer is remembered: what stands before a reader is asked about again and again."""

_DIGITS = re.compile(r"[0-9A-F]+")
_RANGE = re.compile(r"\[([0-9]{1,20})-([0-9]{1,20})\]")
_KEYS = {key.name: key for key in KEYS}

Test = Callable[[str], bool]


class BadPattern(ValueError):
    """A text is no pattern; `part` is what in it does not hold."""

    def __init__(self, text: str, part: str) -> None:
        super().__init__(f"{text!r} is no pattern of tags: {part!r}")
        self.text = text
        self.part = part


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern, read."""

    text: str
    digits: str = ""
    """The first hex digits that a tag must have."""
    scheme: str = ""
    """The scheme that it must have, as in `sgtin-96`; empty: any that carries `key`."""
    key: str = ""
    """The kind of GS1 key, as in `sgtin`; empty: the digits say all."""
    filter: Test | None = None
    fields: tuple[Test, ...] = ()

    def fits(self, code: str, bits: int | None = None, pc: int | None = None) -> bool:
        """Tell whether a tag is one of these; `code` is its hex, `bits` its length, `pc` its protocol control word."""
        if not self.key:
            return code.upper().startswith(self.digits)
        tag = decode(code, bits, pc)
        if tag.identity is None or tag.identity.key.name != self.key or self.scheme not in ("", tag.scheme):
            return False
        if self.filter is not None and not self.filter(str(tag.filter)):
            return False
        fields = tag.identity.fields
        return fields is not None and all(test(field) for test, field in zip(self.fields, fields, strict=True))


class Wanted:
    """Tells of each tag whether it is wanted: one of `include` (without any, all are) and none of `exclude`."""

    def __init__(self, include: Iterable[Pattern] = (), exclude: Iterable[Pattern] = ()) -> None:
        self._include = tuple(include)
        self._exclude = tuple(exclude)
        self._asked = lru_cache(maxsize=REMEMBERED)(self._ask)

    def __call__(self, code: str, bits: int | None = None, pc: int | None = None) -> bool:
        """Tell it of one tag, as `Pattern.fits` takes it."""
        return not (self._include or self._exclude) or self._asked(code, bits, pc)

    def _ask(self, code: str, bits: int | None, pc: int | None) -> bool:
        if self._include and not any(pattern.fits(code, bits, pc) for pattern in self._include):
            return False
        return not any(pattern.fits(code, bits, pc) for pattern in self._exclude)


def read_pattern(text: str) -> Pattern:
    """Read a pattern; raises BadPattern, which names what does not hold."""
    if text.startswith(HEX):
        digits = text.removeprefix(HEX).upper()
        if not _DIGITS.fullmatch(digits):
            raise BadPattern(text, digits)
        return Pattern(text, digits=digits)
    if text.startswith(TAG):
        name, _, body = text.removeprefix(TAG).partition(":")
        scheme = BY_NAME.get(name)
        if not isinstance(scheme, Classic):
            raise BadPattern(text, name)
        filter_value, _, fields = body.partition(".")
        test = _test(text, filter_value, "filter", FILTER_END)
        return Pattern(text, scheme=name, key=scheme.key.name, filter=test, fields=_fields(text, scheme.key, fields))
    if text.startswith(IDENTITY):
        name, _, body = text.removeprefix(IDENTITY).partition(":")
        key = _KEYS.get(name)
        if key is None:
            raise BadPattern(text, name)
        return Pattern(text, key=name, fields=_fields(text, key, body))
    raise BadPattern(text, text)


def _fields(text: str, key: Key, body: str) -> tuple[Test, ...]:
    """Split at the dots that end a field; a serial may have dots of its own."""
    count = 2 + (2 if key.pieces else 0) + (1 if key.serial else 0)
    fields = body.split(".", count - 1)
    if len(fields) != count:
        raise BadPattern(text, body)
    return tuple(_test(text, field, key.name) for field in fields)


def _test(text: str, field: str, name: str, end: int | None = None) -> Test:
    """Return the test of one field; `end` is what a number must be below."""
    if field == "*":
        return lambda _: True
    found = _RANGE.fullmatch(field)
    if found:
        low, high = int(found[1]), int(found[2])
        if low > high or (end is not None and high >= end):
            raise BadPattern(text, field)
        return lambda value: value.isascii() and value.isdigit() and low <= int(value) <= high
    try:
        wanted = unescaped(field, name)
    except EpcError as error:
        raise BadPattern(text, field) from error
    if not wanted or "*" in wanted or (end is not None and not (wanted.isdigit() and int(wanted) < end)):
        raise BadPattern(text, field)
    return lambda value: value == wanted

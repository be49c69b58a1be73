"""Codes of a site's own, by pattern: what a shelf label or an in-store code of its own says. Pure.

    {item}/{lot}/{expiry:6}          A-4711/L5/270331
    2{item:6}{skip:5}{check}         a 13-digit in-store code: the item, a price that nobody needs, the check digit

Signs outside of braces stand for themselves. A field without a length goes on to the next such sign, or to the end.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from drivers.codes import gs1
from drivers.codes.digits import mod10_holds

FIELDS = ("item", "lot", "serial", "expiry", "skip", "check")
LONGEST = 90
"""Signs of a field; a QR code of a maker may be long."""
_PART = re.compile(r"\{(?P<field>[a-z]+)(?::(?P<length>[0-9]{1,2}))?\}|(?P<sign>[^{}])", re.DOTALL)
_DATES = (6, 8)
"""Digits: YYMMDD, YYYYMMDD."""
_ANY_DAY = date(2000, 1, 1)


class BadOwn(ValueError):
    """No pattern; `part` is what does not hold."""

    def __init__(self, part: str) -> None:
        super().__init__(f"no pattern of a code: {part!r}")
        self.part = part


@dataclass(frozen=True, slots=True)
class Own:
    """What a code of the site's own says; the date is YYMMDD or YYYYMMDD."""

    name: str
    item: str
    lot: str | None = None
    serial: str | None = None
    expiry: str | None = None

    def day(self, today: date) -> date | None:
        """Return the expiry, of two digits of a year that near today's."""
        return None if self.expiry is None else _day(self.expiry, today)


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """One kind of such codes."""

    name: str
    form: re.Pattern[str]
    checked: bool
    """All up to the check digit are digits, and it is right."""

    def read(self, text: str) -> Own | None:
        """Return what a text says, None if it is no such code: another form, a wrong check digit, no such day."""
        found = self.form.fullmatch(text)
        if found is None:
            return None
        said = found.groupdict()
        if self.checked and not mod10_holds(text[: found.end("check")]):
            return None
        expiry = said.get("expiry")
        if expiry is not None and not _is_day(expiry):
            return None
        return Own(self.name, said["item"], said.get("lot"), said.get("serial"), expiry)


def own_pattern(name: str, text: str) -> OwnPattern:
    """Read a pattern; raises BadOwn."""
    form, seen, open_end, place = "", dict[str, str](), "", 0
    while place < len(text):
        part = _PART.match(text, place)
        if part is None:
            raise BadOwn(text[place:])
        place = part.end()
        if part["sign"] is not None:
            form, open_end = form + re.escape(part["sign"]), ""
            continue
        field, length = part["field"], int(part["length"] or 0)
        if open_end or (field in seen and field != "skip") or not _is_field(field, part["length"]):
            raise BadOwn(part[0])
        seen[field] = part[0]
        open_end = "" if length or field in ("expiry", "check") else part[0]
        form += _form(field, length, text[place : place + 1])
    if "item" not in seen:
        raise BadOwn("{item}")
    if seen.keys() == {"item"} and form == _form("item", 0, ""):
        raise BadOwn(text)  # every code there is would be such a one
    return OwnPattern(name, re.compile(form, re.ASCII), "check" in seen)


def read_own(patterns: Iterable[OwnPattern], text: str) -> Own | None:
    """Return what the first pattern that fits makes of a text."""
    return next((own for pattern in patterns if (own := pattern.read(text)) is not None), None)


def _is_field(field: str, length: str | None) -> bool:
    match field:
        case "expiry":
            return length is not None and int(length) in _DATES
        case "check":
            return length is None
        case _:
            return field in FIELDS and (length is None or 1 <= int(length) <= LONGEST)


def _form(field: str, length: int, following: str) -> str:
    """Return the regular expression of a field; one of no length takes no sign that ends it."""
    if field == "check":
        return r"(?P<check>\d)"
    sign = r"\d" if field == "expiry" else f"[^{re.escape(following)}]" if following and not length else "."
    times = f"{{{length}}}" if length else f"{{1,{LONGEST}}}"
    return f"{sign}{times}" if field == "skip" else f"(?P<{field}>{sign}{times})"


def _is_day(text: str) -> bool:
    try:
        _day(text, _ANY_DAY)
    except ValueError:
        return False
    return True


def _day(text: str, today: date) -> date:
    if len(text) == 8:
        return date.fromisoformat(text)
    return gs1.day(text, today)

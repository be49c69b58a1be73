"""GTINs and GS1 element strings (GS1 General Specifications §3 and §7.8; I35, I36).

biip splits the elements; checked here is what it lets pass. Its dates read the machine's clock, so dates are ours.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from biip import ParseConfig, ParseError
from biip.gs1_element_strings import GS1ElementString

from drivers.codes.digits import is_digits, mod10_holds
from drivers.codes.normalise import GS

SUBSTITUTES = "|~^"
"""What badly set-up scanners send for FNC1; none is in GS1's character set 82, so none can be data."""

GTIN_LENGTHS = (8, 12, 13, 14)

_DATES = frozenset({"11", "12", "13", "15", "16", "17", "7006"})
_CONFIG = ParseConfig(gs1_element_strings_verify_date=False, separator_chars=[GS])

_NEEDS: dict[str, tuple[str, ...]] = {
    "10": ("01", "02", "8006", "8026"),
    "11": ("01", "02", "8006", "8026"),
    "13": ("01", "02", "8006", "8026"),
    "15": ("01", "02", "8006", "8026"),
    "17": ("01", "02", "255", "8006", "8026"),
    "21": ("01", "03", "8006"),
    "37": ("02", "8026"),
    "02": ("37",),
}
"""Elements that mean nothing alone (General Specifications §4.13.2): one of these must stand with them."""


class Problem(StrEnum):
    """What is wrong with an element string."""

    EMPTY = "empty"
    UNKNOWN = "unknown_element"
    CHECK_DIGIT = "check_digit"
    DATE = "date"
    TOO_LONG = "too_long"
    ALONE = "alone"
    """An element stands without the one it belongs to."""
    TWICE = "twice"
    """One element comes twice with different values."""
    AMBIGUOUS = "ambiguous"
    """No separator was sent, and the last field may hold further elements: it is not known where it ends."""


@dataclass(frozen=True, slots=True)
class Element:
    """One application identifier with its value; `sure` is False when its end is not known."""

    ai: str
    value: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of one symbol and everything wrong with them."""

    elements: tuple[Element, ...]
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """Nothing is wrong; a doubtful end of the last field counts as wrong."""
        return not self.problems

    def get(self, ai: str) -> str | None:
        """Return the value of an element whose extent is certain."""
        return next((e.value for e in self.elements if e.ai == ai and e.sure), None)


def gtin(text: str) -> str | None:
    """Return the canonical form of a GTIN of 8, 12, 13 or 14 digits, or None when it is not one.

    Canonical is what is printed as JAN: 13 digits (UPC-A gets a leading 0), 8 for JAN-8, 14 with a packaging indicator.
    """
    if len(text) not in GTIN_LENGTHS or not mod10_holds(text):
        return None
    if len(text) == 8:
        return text
    full = text.zfill(14)
    if full.startswith("000000"):
        return full[6:]
    return full.removeprefix("0")


def parse(text: str, *, separator_sent: bool | None = None) -> Elements:
    """Split a message into elements; `separator_sent` says whether this scanner sends FNC1 (None: not known)."""
    bracketed = text.startswith("(")
    text = _from_brackets(text) if bracketed else _with_separators(text)
    ends_known = bracketed or separator_sent is True or GS in text.strip(GS)
    problems: list[Problem] = []
    elements: list[Element] = []
    rest = text.strip(GS)
    while rest:
        try:
            found = GS1ElementString.extract(rest, config=_CONFIG)
        except (ParseError, ValueError):
            problems.append(Problem.UNKNOWN)
            break
        rest = rest[len(found) :]
        if found.ai.separator_required and rest and not rest.startswith(GS):
            problems.append(Problem.TOO_LONG)
        rest = rest.lstrip(GS)
        sure = bool(rest) or ends_known or not _may_hide(found)
        elements.append(Element(found.ai.ai, found.value, sure))
        problems += _element_problems(found)
        if not sure:
            problems.append(Problem.AMBIGUOUS)
    problems += _message_problems(elements)
    return Elements(tuple(elements), tuple(dict.fromkeys(problems)))


def day(value: str, today: date) -> date:
    """Return the date of YYMMDD, within -49..+50 years of today, day 00 = end of month; ValueError if there is none."""
    if len(value) < 6 or not is_digits(value[:6]):
        raise ValueError(f"not YYMMDD: {value!r}")
    year = today.year - today.year % 100 + int(value[:2])
    if year - today.year > 50:
        year -= 100
    elif year - today.year < -49:
        year += 100
    month, number = int(value[2:4]), int(value[4:6])
    if not 1 <= month <= 12:
        raise ValueError(f"no such month: {value!r}")
    return date(year, month, number or calendar.monthrange(year, month)[1])


def _with_separators(text: str) -> str:
    if GS in text.strip(GS):
        return text
    for substitute in SUBSTITUTES:
        text = text.replace(substitute, GS)
    return text


def _from_brackets(text: str) -> str:
    """Turn the printed form (01)...(10)... into a message; brackets inside a value make it unreadable, never wrong."""
    return GS.join(part.replace(")", "", 1) for part in text.split("(") if part)


def _may_hide(found: GS1ElementString) -> bool:
    """Tell whether a variable field without a separator after it could hold the next element as well."""
    if not found.ai.separator_required:
        return False
    return any(_splits(found.value[at:]) for at in range(1, len(found.value) - 1))


def _splits(text: str) -> bool:
    try:
        return len(GS1ElementString.extract(text, config=_CONFIG)) == len(text)
    except (ParseError, ValueError):
        return False


def _element_problems(found: GS1ElementString) -> list[Problem]:
    problems = []
    if found.gtin_error or found.sscc_error or found.gln_error:
        problems.append(Problem.CHECK_DIGIT)
    if found.ai.ai == "8003" and not mod10_holds(found.value[1:14]):
        problems.append(Problem.CHECK_DIGIT)
    if found.ai.ai in _DATES:
        try:
            day(found.value, date(2000, 1, 1))  # any century will do: only the day's existence is asked
        except ValueError:
            problems.append(Problem.DATE)
    return problems


def _message_problems(elements: list[Element]) -> list[Problem]:
    if not elements:
        return [Problem.EMPTY]
    values: dict[str, str] = {}
    problems = [Problem.TWICE for e in elements if values.setdefault(e.ai, e.value) != e.value]
    if any(ai in _NEEDS and not any(need in values for need in _NEEDS[ai]) for ai in values):
        problems.append(Problem.ALONE)
    return problems

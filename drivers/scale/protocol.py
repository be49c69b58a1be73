"""Lines of common scales: A&D standard format, its variants with GS/NT, Mettler Toledo MT-SICS, and bare numbers."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum

GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "t": Decimal(1_000_000), "mg": Decimal("0.001")}
"""Units taken; anything else (pcs, %, lb) is refused rather than converted by guess."""
NUMBER = r"(?P<number>[+-]?\s*\d+(?:\.\d*)?)\s*(?P<unit>[A-Za-z%]+)"
AND_LINE = re.compile(rf"(?P<head>ST|US|QT|OL)(?:,(?:GS|NT|TR|G|N|T))?(?:,(?:{NUMBER}|.*))?", re.ASCII)
SICS_LINE = re.compile(rf"SI? (?:(?P<head>S|D) +{NUMBER}|(?P<word>[+-]|I|L))", re.ASCII)
BARE_LINE = re.compile(NUMBER, re.ASCII)


class State(Enum):
    """What a scale says of its load."""

    STABLE = "stable"
    MOVING = "moving"
    OVERLOAD = "overload"
    UNSAID = "unsaid"
    """The protocol has no word for it: equal readings in a row must tell."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of a scale; `grams` is None when it gives no weight."""

    state: State
    grams: int | None = None


HEADS = {"ST": State.STABLE, "QT": State.STABLE, "S": State.STABLE, "US": State.MOVING, "D": State.MOVING}


def read_line(line: str) -> Reading:
    """Read one line without its ending; ValueError when it is none of the known forms."""
    text = line.strip()
    if found := SICS_LINE.fullmatch(text):
        if found["word"] is not None:
            return Reading(State.OVERLOAD if found["word"] in "+-" else State.MOVING)
        return Reading(HEADS[found["head"]], _grams(found["number"], found["unit"]))
    if found := AND_LINE.fullmatch(text):
        if found["head"] == "OL":
            return Reading(State.OVERLOAD)
        if found["number"] is None:
            raise ValueError(f"no weight in {line!r}")
        return Reading(HEADS[found["head"]], _grams(found["number"], found["unit"]))
    if found := BARE_LINE.fullmatch(text):
        return Reading(State.UNSAID, _grams(found["number"], found["unit"]))
    raise ValueError(f"no line of a scale: {line!r}")


def _grams(number: str, unit: str) -> int:
    factor = GRAMS.get(unit.lower())
    if factor is None:
        raise ValueError(f"unit {unit!r} is no weight in grams: set the scale to g or kg")
    try:
        return int((Decimal("".join(number.split())) * factor).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        raise ValueError(f"no weight of a scale: {number!r} {unit}") from None

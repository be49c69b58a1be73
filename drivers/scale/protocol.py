"""What common scales say and are told: A&D standard format with its variants, Mettler Toledo MT-SICS, bare numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum

GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "t": Decimal(1_000_000), "mg": Decimal("0.001")}
"""Units taken; anything else (pcs, %, lb) is refused rather than converted by guess."""
NUMBER = r"(?P<number>[+-]?\s*\d+(?:\.\d*)?)\s*(?P<unit>[A-Za-z%]+)"
AND_LINE = re.compile(
    rf"(?P<head>ST|US|QT|OL)(?:,(?P<of>GS|NT|TR|G|N|T))?(?:,(?:OK|HI|LO|--))?(?:,(?:{NUMBER}|.*))?", re.ASCII
)
SICS_LINE = re.compile(rf"SI? (?:(?P<head>S|D) +{NUMBER}|(?P<word>[+-]|I|L))", re.ASCII)
BARE_LINE = re.compile(NUMBER, re.ASCII)
DONE = re.compile(r"Z|CT|\x06|<?AK>?|(?:Z|TAC) A", re.ASCII)
"""A command was carried out: what is shown after it tells more."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What a scale is told, with its line endings."""

    ask: bytes | None = None
    """For the weight at once; None where lines come by themselves."""
    zero: bytes | None = None
    gross: bytes | None = None
    """Let go of a tare."""
    pause: float = 0.0
    """Seconds between two commands at least."""


COMMANDS: Mapping[str, Commands] = {
    "and": Commands(b"Q\r\n", b"Z\r\n", b"CT\r\n", 0.5),  # HV-G/HW-G manual, 16.3, the pause too
    "sics": Commands(b"SI\r\n", b"Z\r\n", b"TAC\r\n", 0.1),  # MT-SICS levels 0 and 1
    "continuous": Commands(),
}
"""By the protocol that the site file names."""


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
    net: bool = False
    """A tare is taken off."""


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
        if found["of"] in ("TR", "T"):
            raise ValueError(f"the tare and no weight of a load: {line!r}")
        if found["number"] is None:
            raise ValueError(f"no weight in {line!r}")
        grams = _grams(found["number"], found["unit"])
        return Reading(HEADS[found["head"]], grams, net=found["of"] in ("NT", "N"))
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

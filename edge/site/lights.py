"""Lights that people work by: a lamp for each colour of workers, at the slots of put walls and at locations."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from edge.site.forms import Part

COLOURS = ("green", "blue", "yellow", "white", "red")
"""The colours of workers, in the order in which they are given out."""


class Lamps(Part):
    """Points of an I/O unit, one for each colour of workers; a lamp of all colours has the same point for each."""

    green: str | None = None
    blue: str | None = None
    yellow: str | None = None
    white: str | None = None
    red: str | None = None

    @property
    def colours(self) -> Mapping[str, str]:
        """The points by the colours that workers may have."""
        found = {colour: getattr(self, colour) for colour in COLOURS}
        return {colour: point for colour, point in found.items() if point is not None}


class LampValues(Part):
    """What is written to a lamp that is no bit but a number, by colour; 0 is off."""

    green: int = Field(default=1, ge=1, le=0xFFFF)
    blue: int = Field(default=1, ge=1, le=0xFFFF)
    yellow: int = Field(default=1, ge=1, le=0xFFFF)
    white: int = Field(default=1, ge=1, le=0xFFFF)
    red: int = Field(default=1, ge=1, le=0xFFFF)

    def of(self, colour: str) -> int:
        """Return the value of a colour, or of what else there is."""
        value: int = getattr(self, colour)
        return value


def worn(lamps: Iterable[Lamps]) -> Sequence[str]:
    """Return the colours that those who work by lamps may have: those that any lamp has, none where there are none."""
    found = [one.colours for one in lamps]
    return [colour for colour in COLOURS if any(colour in one for one in found)]

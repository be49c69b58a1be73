"""Pick-to-light: lights, displays and buttons at locations, many of a kind in one entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field

from edge.site.forms import Id, Part
from edge.site.lights import Lamps, LampValues

MOST_SHOWN = 99
"""The most units that every display can show: of more a press proves nothing but the location."""
Name = str
"""A name in which `{n}` stands for the number of the location: `lamp_{n}`."""
Press = Literal["location", "units"]
"""What a press proves: where one stands, or beside that all the units that are shown."""


@dataclass(frozen=True, slots=True)
class Face:
    """What hangs at one location: points of the unit `io`, the lights by colour, None for what it lacks."""

    location: str
    io: str
    lights: Mapping[str, str]
    values: LampValues
    display: str | None
    button: str | None
    short: str | None
    press: Press


class PickLights(Part):
    """Locations with lights of one kind, in the order of their numbers; `{n}` in a name is the number."""

    locations: list[Id] = Field(min_length=1)
    first: int = Field(default=1, ge=0, le=9999)
    """The number of the first of them."""
    io: Name
    """The Modbus unit at which they hang; with `{n}` each has its own."""
    lights: Lamps = Lamps()
    values: LampValues = LampValues()
    display: Name | None = None
    """Shows how many units to take."""
    button: Name | None = None
    short: Name | None = None
    """A second button: the location holds no more."""
    press: Press = "location"

    @cached_property
    def faces(self) -> list[Face]:
        """What hangs at each of the locations."""
        return [self._face(location, str(number)) for number, location in enumerate(self.locations, start=self.first)]

    def _face(self, location: str, number: str) -> Face:
        lights = {colour: point.replace("{n}", number) for colour, point in self.lights.colours.items()}
        display, button, short = (
            None if name is None else name.replace("{n}", number) for name in (self.display, self.button, self.short)
        )
        io = self.io.replace("{n}", number)
        return Face(location, io, lights, self.values, display, button, short, self.press)

"""Put walls: their slots, lights and colours."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from pydantic import Field

from edge.site.forms import Id, Part

COLOURS = ("green", "blue", "yellow", "white", "red")
"""The colours of workers at a put wall, in the order in which they are given out."""


class Lights(Part):
    """The lights of a slot, points of its I/O unit: one for each colour of workers, `done` for a slot that is whole."""

    green: str | None = None
    blue: str | None = None
    yellow: str | None = None
    white: str | None = None
    red: str | None = None
    done: str | None = None

    @property
    def colours(self) -> Mapping[str, str]:
        """The points by the colours that workers may have."""
        found = {colour: getattr(self, colour) for colour in COLOURS}
        return {colour: point for colour, point in found.items() if point is not None}


class LightValues(Part):
    """What is written to a light that is no bit but a number, by colour; 0 is off."""

    green: int = Field(default=1, ge=1, le=0xFFFF)
    blue: int = Field(default=1, ge=1, le=0xFFFF)
    yellow: int = Field(default=1, ge=1, le=0xFFFF)
    white: int = Field(default=1, ge=1, le=0xFFFF)
    red: int = Field(default=1, ge=1, le=0xFFFF)
    done: int = Field(default=1, ge=1, le=0xFFFF)

    def of(self, colour: str) -> int:
        """Return the value of a colour or of `done`."""
        value: int = getattr(self, colour)
        return value


class Slot(Part):
    """An opening of a put wall, in which one order comes together; lights, display and button are points of `io`."""

    id: Id
    io: Id | None = None
    lights: Lights = Lights()
    display: str | None = None
    """Shows how many units the slot wants."""
    button: str | None = None


class PutWall(Part):
    """The slots of a station of kind wall, where what was picked in total is put order by order (F08)."""

    id: Id
    """The id of its station."""
    packs: list[Id] = Field(min_length=1)
    """Pack stations that take orders out of its slots."""
    most_units: int = Field(default=6, ge=1, le=10_000)
    """Orders of more units travel in totes of their own to a pack station."""
    orders_per_tote: int = Field(default=6, ge=1, le=100)
    values: LightValues = LightValues()
    slots: list[Slot] = Field(min_length=1)

    @cached_property
    def colours(self) -> Sequence[str]:
        """The colours that its workers may have: those that any slot has. None where there are no lights."""
        return [colour for colour in COLOURS if any(colour in slot.lights.colours for slot in self.slots)]

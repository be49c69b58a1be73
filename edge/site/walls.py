"""Put walls: their slots, and the colours of those who work there."""

from collections.abc import Sequence
from functools import cached_property

from pydantic import Field

from edge.site.forms import Id, Part
from edge.site.lights import Lamps, LampValues, worn


class Lights(Lamps):
    """The lights of a slot, points of its I/O unit: one for each colour of workers, `done` for a slot that is whole."""

    done: str | None = None


class LightValues(LampValues):
    """What is written to a light that is no bit but a number, by colour; 0 is off."""

    done: int = Field(default=1, ge=1, le=0xFFFF)


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
        return worn(slot.lights for slot in self.slots)

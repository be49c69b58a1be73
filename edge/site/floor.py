"""What stands on the floor: zones, pick faces, stations."""

from typing import Literal

from pydantic import Field

from edge.site.forms import Id, Millimetres, Part, Point, Text


class Zone(Part):
    """An area where people pick."""

    id: Id
    name: Text
    area: list[Point] = Field(min_length=3)
    speed: int | None = Field(default=None, ge=50, le=5000)
    """What robots may drive there at most, mm/s."""
    ask_leave: bool = False
    """Robots that know zones (VDA 5050 3.0) ask before they enter; a closed zone they then do not enter at all."""


class Location(Part):
    """A pick face; `node` is where a robot stands in front of it."""

    id: Id
    zone: Id
    node: Id
    x: Millimetres
    y: Millimetres
    level: int = 1


class Station(Part):
    """Where robots stop for a reason: pack, wall, tote, charge or park."""

    id: Id
    kind: Literal["pack", "wall", "tote", "charge", "park"]
    node: Id
    x: Millimetres
    y: Millimetres
    zone: Id | None = None
    scale: Id | None = None
    printer: Id | None = None
    also: list[Id] = Field(default=[])
    """Nodes where other robots stop for it, each in a part of the roadmap that no lane joins to the others."""

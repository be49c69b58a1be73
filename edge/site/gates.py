"""Docks, and the RFID gates through which parcels leave."""

from pydantic import Field

from edge.site.forms import Id, Millimetres, Part


class Dock(Part):
    """Where parcels leave."""

    id: Id
    gate: Id
    x: Millimetres
    y: Millimetres
    carriers: list[Id]


class Antennas(Part):
    """The antennas of a gate's reader that look inside the building, and those towards the dock."""

    inner: list[int] = Field(min_length=1)
    outer: list[int] = Field(min_length=1)


class Gate(Part):
    """An RFID gate: its reader and its points on an I/O unit; with antennas on both sides one photo-eye is enough."""

    id: Id
    reader: Id
    io: Id
    inner: str | None = None
    outer: str
    green: str
    red: str
    antennas: Antennas | None = None

    @property
    def eyes(self) -> dict[str, str]:
        """Its photo-eyes, `inner` and `outer` or one of them, by the name of their point."""
        return {self.outer: "outer"} | ({self.inner: "inner"} if self.inner is not None else {})

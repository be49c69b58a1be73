"""Lifts that take robots from floor to floor."""

from pydantic import Field

from edge.site.forms import Id, Part, Text


class LiftFloor(Part):
    """Where a lift stops: the node in its cabin and the one before its door there, and its points on the I/O unit."""

    id: Id
    cabin: Id
    """On the map of this floor, at the same x and y on each."""
    landing: Id
    """Where robots wait for it, and where they come out."""
    call: str = ""
    """The output that calls it here, and keeps it here with its doors open while it is on; `call_<id>`."""
    at: str = ""
    """On while it stands at this floor; `at_<id>`."""

    @property
    def call_point(self) -> str:
        """The name of the output that calls it."""
        return self.call or f"call_{self.id}"

    @property
    def at_point(self) -> str:
        """The name of the point that is on while it is here."""
        return self.at or f"at_{self.id}"


class Lift(Part):
    """A lift that takes one robot at a time from floor to floor: its floors, its points on an I/O unit, its times."""

    id: Id
    name: Text
    io: Id
    floors: list[LiftFloor] = Field(min_length=2)
    opened: str = "opened"
    """On while its doors are fully open, wherever it is."""
    closed: str = "closed"
    """On while they are fully closed."""
    fault: str | None = None
    """On while it reports a fault."""
    manual: str | None = None
    """On while somebody has taken it, so that it obeys no call."""
    ahead: int = Field(default=8000, ge=0, le=100_000)
    """It is called for a robot that comes to it within so many mm, if it is free."""
    moves_within: int = Field(default=90, ge=5, le=900)
    """Seconds it may take to any floor, doors included."""
    opens_within: int = Field(default=15, ge=1, le=300)
    """Seconds its doors may take to open."""
    stays_open: int = Field(default=5, ge=0, le=600)
    """Seconds it stays called after the last robot."""

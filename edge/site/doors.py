"""Doors that robots drive through."""

from pydantic import Field

from edge.site.forms import Id, Part, Text


class Door(Part):
    """A door that robots drive through, which Genba opens: its lanes, its points on an I/O unit, its times."""

    id: Id
    name: Text
    lanes: list[str] = Field(min_length=1)
    """Lanes it stands on, "FROM>TO"; each means both ways, as far as the map has them."""
    io: Id
    open: str = "open"
    """The output that opens it, and keeps it open while it is on."""
    opened: str = "opened"
    """On while it is fully open."""
    closed: str = "closed"
    """On while it is fully closed."""
    fault: str | None = None
    """On while its drive reports a fault."""
    ahead: int = Field(default=8000, ge=0, le=100_000)
    """It is asked to open when a robot's way leads through it within so many mm."""
    opens_within: int = Field(default=15, ge=1, le=300)
    """Seconds it may take to open."""
    stays_open: int = Field(default=3, ge=0, le=600)
    """Seconds it stays open after the last robot."""
    closes_within: int = Field(default=60, ge=1, le=86_400)
    """Seconds it may take to close, with people who pass meanwhile; later they are told that it does not."""

"""One opening of a gate while it goes on: its edges, its reads and what they come to. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drivers.rfid.beams import Edge, Eye
from drivers.rfid.passage import Direction, Flag, Passage, Seen, Tally
from drivers.rfid.port import Read


class State(StrEnum):
    """How far a window is."""

    OPEN = "open"
    CLOSED = "closed"
    """Late reads still amend it."""
    FINAL = "final"


@dataclass(slots=True)
class Window:
    """From the first beam to the last; `number` counts a gate's windows."""

    number: int
    opened: datetime
    state: State = State.OPEN
    closed: datetime | None = None
    edges: list[Edge] = field(default_factory=list)
    direction: Direction | None = None
    flags: tuple[Flag, ...] = ()
    by_hand: bool = False
    eyes: int = 2
    """How many the gate has."""
    by_eyes: tuple[Direction, tuple[Flag, ...]] = (Direction.NONE, ())
    """What they said when it closed; the antennas may know more."""
    reads: list[Read] = field(default_factory=list)
    passage: Passage | None = None
    exceptions: dict[str, None] = field(default_factory=dict)
    released: bool = False
    """Its tags may cross again."""
    doubts: dict[str, None] = field(default_factory=dict)
    """Tags that may have come through or still stand where they stood before (I27)."""
    stood: dict[str, None] = field(default_factory=dict)
    """Tags that were found to stand there still."""
    settled: bool = False
    """The gate opened again before that was known of all."""
    near: dict[str, int] = field(default_factory=dict)
    """The strongest read (dBm) of tags shortly before, not yet learned as standing near."""
    _tally: Tally = field(default_factory=Tally)

    @property
    def crossing(self) -> bool:
        """It crossed, or may still."""
        return self.direction is not Direction.NONE

    @property
    def heading(self) -> Direction | None:
        """Its direction; while it is open, the one in which it began, which a single eye does not tell."""
        if self.direction is not None or not self.edges or self.eyes == 1:
            return self.direction
        return Direction.OUT if self.edges[0].eye is Eye.INNER else Direction.IN

    @property
    def blocked(self) -> bool:
        """An eye that it has broken is not free again."""
        return any({edge.eye: edge.blocked for edge in self.edges}.values())

    @property
    def through(self) -> bool:
        """All eyes have seen it and all are free."""
        return len({edge.eye for edge in self.edges}) == self.eyes and not self.blocked

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Its tags, each once."""
        return self._tally.seen()

    def take(self, read: Read) -> None:
        """Count a read for it."""
        self.reads.append(read)
        self._tally.add(read)

    def let_go(self, stays: Callable[[Read], bool]) -> list[Read]:
        """Give up the reads that do not stay, and return them."""
        gone: list[Read] = []
        kept: list[Read] = []
        for read in self.reads:
            (kept if stays(read) else gone).append(read)
        if gone:
            self.reads, self._tally = kept, Tally()
            for read in kept:
                self._tally.add(read)
        return gone

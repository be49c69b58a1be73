"""A pair of photo-eyes: which edges are real (I23), and what their order tells (I24, I26). Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from drivers.rfid.passage import Direction, Flag


class Eye(StrEnum):
    """The two photo-eyes: inside the building and towards the dock."""

    INNER = "inner"
    OUTER = "outer"


@dataclass(frozen=True, slots=True)
class Edge:
    """A beam that became blocked or clear."""

    at: datetime
    eye: Eye
    blocked: bool


@dataclass(slots=True)
class Debouncer:
    """One eye without its chatter: an opening shorter than `gap` within a blocked stretch never happened."""

    eye: Eye
    gap: timedelta
    blocked: bool = False
    _raw: list[Edge] = field(default_factory=list)

    def feed(self, at: datetime, *, blocked: bool) -> None:
        """Take a raw edge; edges of one eye come in order of time, repetitions do no harm."""
        if self._raw and at < self._raw[-1].at:
            at = self._raw[-1].at
        self._raw.append(Edge(at, self.eye, blocked))

    def settle(self, now: datetime) -> list[Edge]:
        """Return the edges that are certain by now: those older than the gap."""
        sure: list[Edge] = []
        while self._raw and self._raw[0].at + self.gap <= now:
            edge = self._raw.pop(0)
            flicker = not edge.blocked and any(e.blocked and e.at < edge.at + self.gap for e in self._raw)
            if edge.blocked != self.blocked and not flicker:
                self.blocked = edge.blocked
                sure.append(edge)
        return sure

    @property
    def due(self) -> datetime | None:
        """Return when the next edge becomes certain."""
        return self._raw[0].at + self.gap if self._raw else None


def classify(edges: list[Edge]) -> tuple[Direction, tuple[Flag, ...]]:
    """Tell the direction of one window from its edges, in order of time."""
    blocks = [edge for edge in edges if edge.blocked]
    clears = [edge for edge in edges if not edge.blocked]
    if len({edge.eye for edge in blocks}) < 2:
        return Direction.NONE, (Flag.TURNED_BACK,)
    first, last = blocks[0].eye, clears[-1].eye if clears else None
    crossed = last is not None and first is not last
    direction = (Direction.OUT if first is Eye.INNER else Direction.IN) if crossed else Direction.NONE
    once = len(blocks) == 2 and len(clears) == 2
    clean = once and blocks[0].at != blocks[1].at and clears[0].at != clears[1].at
    if not clean:
        return direction, (Flag.AMBIGUOUS,)
    return direction, () if crossed else (Flag.TURNED_BACK,)

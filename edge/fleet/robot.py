"""One robot as traffic keeps it: its way, what of it is released and held, and its part of the plan."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from edge.fleet.safety import NEVER, Way

Run = tuple[int, int]
"""The index of its way up to which a robot drives without stopping, and its rank among all runs of the plan."""


class Seen(NamedTuple):
    """A robot as it was: what it held, how far it had way, and its runs."""

    robot: Robot
    held: int
    released: int
    runs: list[Run]

    @property
    def still_so(self) -> bool:
        """Say whether none of it has changed; a list of runs is never changed, but replaced."""
        robot = self.robot
        return robot.released == self.released and robot.runs is self.runs and robot.held == self.held


class Robot:
    """Passed, released, limit and barrier are indices in its way; `runs` are those still to come, by index and rank."""

    __slots__ = (
        "also",
        "barrier",
        "fails",
        "ghost",
        "goal",
        "held",
        "limit",
        "name",
        "needs",
        "passed",
        "released",
        "routed",
        "runs",
        "search_at",
        "start",
        "stopped",
        "waits",
        "watch",
        "way",
    )

    def __init__(self, name: str, way: Way) -> None:
        self.name = name
        self.way = way
        self.routed = False
        self.start = self.passed = self.released = 0
        self.limit: int | None = None
        self.barrier = 0
        self.held = self.also = self.ghost = 0
        self.goal: int | None = None
        self.needs = 0
        self.runs: list[Run] = []
        self.stopped = False
        self.waits: int | None = None
        self.watch: tuple[Seen, ...] = ()
        """What must change before it is worth asking again for way: of itself and of those that hinder it."""
        self.fails = self.search_at = 0

    @property
    def last(self) -> int:
        """The index of its bay."""
        return len(self.way.nodes) - 1

    def at_home(self, place: int) -> bool:
        """Say whether it stands at a node, which is its bay, and holds nothing else."""
        return self.routed and not self.ghost and self.way.nodes[self.passed :] == (place,) and self.held == 1 << place

    @property
    def base(self) -> int:
        """The mask of the nodes from the one last reached to the last released."""
        mask = 0
        for node in self.way.nodes[self.passed : self.released + 1]:
            mask |= 1 << node
        return mask

    @property
    def settled(self) -> int:
        """The mask of what it holds once it has driven to the end of its base."""
        return 1 << self.way.nodes[self.released] | (self.also if self.released == 0 else 0)

    @property
    def seen(self) -> Seen:
        """What it is like now."""
        return Seen(self, self.held, self.released, self.runs)

    def rank(self, place: int) -> int:
        """Give the rank of the run that brings it to an index of its way, NEVER if none does."""
        run = bisect_left(self.runs, (place,))
        return self.runs[run][1] if run < len(self.runs) else NEVER

"""The plan in force: which robot drives next how far along its way, until all are home.

What the proof of edge/fleet/safety.py found is kept as runs by rank with the robots, so that one robot's part can be
changed while the order of all others stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from edge.fleet.robot import Robot, Run
from edge.fleet.safety import NEVER, Move, Proof


class Plan:
    """The runs of all robots, and which of them it takes home."""

    def __init__(self, robots: Mapping[str, Robot]) -> None:
        """Robots: those on the floor by name, also those that come and go later."""
        self.safe: dict[str, None] = {}
        """The robots that get home by it."""
        self._robots = robots
        self._first_rank = self._next_rank = 0
        self._later: list[Move] = []
        """The moves that robots cut off would make if what cuts them off were gone."""
        self._changed: dict[str, None] = {}

    @property
    def next_rank(self) -> int:
        """The rank of a run that is made after all others."""
        return self._next_rank

    def moves(self) -> list[Move]:
        """Give the runs in their order, and then what robots cut off would do."""
        runs = sorted((rank, robot.name, to) for robot in self._robots.values() for to, rank in robot.runs)
        return [*((name, to) for _, name, to in runs), *self._later]

    def changes(self) -> dict[str, list[Run]]:
        """Give the moves of those robots whose part has changed since this was asked last.

        By robot: to which position number it drives, and the rank of that among the moves of all.
        """
        changed, self._changed = self._changed, {}
        found: dict[str, list[Run]] = {name: [] for name in changed}
        for name in found:
            robot = self._robots.get(name)
            if robot is not None:
                found[name] = [(place + robot.start, rank) for place, rank in robot.runs]
        for number, (name, place) in enumerate(self._later):
            if name in changed:
                found[name].append((place + self._robots[name].start, NEVER + number))
        return found

    def keeps(self, proof: Proof) -> bool:
        """Say whether a proof takes home everyone whom the plan does."""
        return all(name in proof.safe for name in self.safe)

    def adopt(self, proof: Proof, runs: Iterable[tuple[str, int, int]]) -> None:
        """Take over a proof as runs (robot, place, rank); the moves of those it leaves out are kept for later."""
        self._later = [move for move in self.moves() if move[0] not in proof.safe]
        for robot in self._robots.values():
            robot.runs, robot.watch = [], ()
            self._changed[robot.name] = None
        for name, place, rank in runs:
            self._robots[name].runs.append((place, rank))
        ranks = [robot.runs[end][1] for robot in self._robots.values() if robot.runs for end in (0, -1)]
        self._first_rank, self._next_rank = min(ranks, default=0), max(ranks, default=0) + 1
        self.safe = proof.safe

    def put_first(self, moves: Sequence[Move]) -> None:
        """Have these moves made before all others."""
        self._first_rank -= len(moves)
        sooner: dict[str, list[Run]] = {}
        for rank, (name, to) in enumerate(moves, self._first_rank):
            sooner.setdefault(name, []).append((to, rank))
        for name, runs in sooner.items():
            robot = self._robots[name]
            robot.runs = [*runs, *(run for run in robot.runs if run[0] > runs[-1][0])]
            self._changed[name] = None

    def begin_with(self, robot: Robot, place: int) -> None:
        """Have a robot first drive to a place before all it was to reach; of one cut off, before all for later."""
        if robot.name in self.safe:
            self.put_first([(robot.name, place)])
        else:
            self._later = [(robot.name, place), *self._later]
            self._changed[robot.name] = None

    def give(self, robot: Robot, runs: list[Run]) -> None:
        """Give a robot its part, into which it fits."""
        robot.runs = runs
        if runs:
            self._first_rank = min(self._first_rank, runs[0][1])
            self._next_rank = max(self._next_rank, runs[-1][1] + 1)
        self.safe[robot.name] = None
        self._changed[robot.name] = None

    def put_later(self, moves: Iterable[Move]) -> None:
        """Add what robots that are cut off would do."""
        self._later.extend(moves)

    def drop(self, robot: Robot) -> tuple[list[Run], list[Move]]:
        """Forget the moves of a robot whose route has changed; gives what `undrop` needs."""
        former = robot.runs, self._later
        robot.runs = []
        if self._later:
            self._later = [move for move in self._later if move[0] != robot.name]
        self._changed[robot.name] = None
        return former

    def undrop(self, robot: Robot, former: tuple[list[Run], list[Move]]) -> None:
        """Undo the last `drop`, since which nothing else was changed."""
        robot.runs, self._later = former

    def count_from(self, robot: Robot, place: int) -> None:
        """Count a robot's places from this one on."""
        robot.runs = [(to - place, rank) for to, rank in robot.runs]
        self._later = [(who, to - place if who == robot.name else to) for who, to in self._later]
        self._changed[robot.name] = None

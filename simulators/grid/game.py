"""Plays a grid by its rules: every step is checked here, with books of its own, before it counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

FORWARD, CLOCKWISE, COUNTERCLOCKWISE, WAIT = "FRCW"
AHEAD = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Row and column by which a robot that faces east, south, west or north drives on."""


class Foul(Exception):
    """A step against the rules; the text names robots and cells."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a robot stands: its cell, row × width + column, and its heading, 0 for east and on clockwise."""

    cell: int
    heading: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """The floor: its columns, and row by row whether a cell is free."""

    width: int
    free: Sequence[bool]

    def after(self, stand: Stand, move: str) -> Stand:
        """Return where a robot stands after a move; raise Foul if there is no such move or it ends in a wall."""
        if move == WAIT:
            return stand
        if move in (CLOCKWISE, COUNTERCLOCKWISE):
            return Stand(stand.cell, (stand.heading + (1 if move == CLOCKWISE else 3)) % 4)
        if move != FORWARD:
            raise Foul(f"there is no move {move!r}")
        row, column = divmod(stand.cell, self.width)
        row, column = row + AHEAD[stand.heading][0], column + AHEAD[stand.heading][1]
        if not (0 <= column < self.width and 0 <= row < len(self.free) // self.width):
            raise Foul(f"cell {stand.cell}: drove off the floor")
        if not self.free[row * self.width + column]:
            raise Foul(f"cell {stand.cell}: drove into a wall")
        return Stand(row * self.width + column, stand.heading)


def check_meetings(before: Sequence[Stand], after: Sequence[Stand]) -> None:
    """Raise Foul if two robots ended a step on one cell, or exchanged cells."""
    on: dict[int, int] = {}
    for robot, stand in enumerate(after):
        if stand.cell in on:
            raise Foul(f"robots {on[stand.cell]} and {robot} met on cell {stand.cell}")
        on[stand.cell] = robot
    for robot, (was, now) in enumerate(zip(before, after, strict=True)):
        other = on.get(was.cell, robot)
        if other != robot and before[other].cell == now.cell:
            raise Foul(f"robots {robot} and {other} met between cells {was.cell} and {now.cell}")


class Game:
    """The state of play: where robots stand, which tasks are open, and how many were finished.

    `goals` are the tasks' cells in the order in which they are revealed; `open_tasks` of them are open at a time.
    """

    def __init__(self, grid: Grid, starts: Sequence[int], goals: Iterator[int], open_tasks: int) -> None:
        self.grid = grid
        self.robots = [Stand(cell) for cell in starts]
        self.finished = 0
        self._goals = enumerate(goals)
        self._open_tasks = open_tasks
        check_meetings(self.robots, self.robots)
        self.open: dict[int, int] = dict(islice(self._goals, open_tasks))

    def step(self, moves: Sequence[str], tasks: Mapping[int, int]) -> list[int]:
        """Make one move with every robot, each on its way to a task; return the tasks that this finished.

        `tasks` names an open task for each robot that has one. Raise Foul, and change nothing, if a rule is broken.
        """
        if len(moves) != len(self.robots):
            raise Foul(f"{len(moves)} moves for {len(self.robots)} robots")
        strange = [task for task in tasks.values() if task not in self.open]
        if strange or len(set(tasks.values())) != len(tasks):
            raise Foul(f"tasks given twice or not open: {strange}")
        after = [self.grid.after(stand, move) for stand, move in zip(self.robots, moves, strict=True)]
        check_meetings(self.robots, after)
        self.robots = after
        done = [task for robot, task in sorted(tasks.items()) if self.open[task] == after[robot].cell]
        for task in done:
            del self.open[task]
        self.finished += len(done)
        self.open.update(islice(self._goals, self._open_tasks - len(self.open)))
        return done

"""The plan in hand: a way for each robot for the next few steps, so that no two meet; and how one way is bettered.

Robots stand on different cells at the end of their ways, so the plan can always be followed by waiting: whatever is
tried, there is a plan. One robot's way is bettered by priority inheritance with backtracking: it takes the best
manoeuvre that meets at most one other robot; that one must find another way, which may meet one more, and so on. If the
chain finds no end, the next manoeuvre is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NOBODY, SEVERAL = -1, -2
KEPT = -1
"""In place of a manoeuvre's number: the way is the one of the plan in hand."""
CHAIN = 80
"""Robots that may be moved one for the other: far more than stand in one street."""
ANY = 1e9
"""More than any manoeuvre costs that is possible; one that is not costs infinity."""
LESS = 1e-6
"""What a way must cost less than another to be better."""

Way = Sequence[int]
"""The cell after each step."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one robot can do, the cheapest first: ways, and what each costs."""

    ways: Sequence[Way]
    costs: Sequence[float]


class Crowd:
    """The ways of all robots, and who is where at which step.

    `chosen` numbers the manoeuvre each robot follows, or is KEPT; `settled` robots are not moved for another. `budget`
    is how many manoeuvres may still be looked at in all.
    """

    def __init__(self, size: int, starts: Way, ways: list[Way], costs: list[float], choices: list[Choice]) -> None:
        """Take, of each robot, its cell, its way in hand, what that costs, and its choice; `size` cells in all."""
        self.chosen = [KEPT] * len(ways)
        self.settled = [False] * len(ways)
        self.budget = 0
        self._starts, self._ways, self._costs, self._choices = starts, ways, costs, choices
        steps = len(ways[0]) if ways else 0
        self._at_start, *self._at = [[NOBODY] * size for _ in range(steps + 1)]
        for robot, cell in enumerate(starts):
            self._at_start[cell] = robot
            self._put(robot)
        self._end, self._thrifty, self._moved = 0, False, 0
        self._chain: set[int] = set()
        self._stuck: set[tuple[int, int, int]] = set()

    def better(self, robot: int, tries: int, *, thrifty: bool) -> int:
        """Find the robot a cheaper way with at most so many manoeuvres looked at; return how many others it moved.

        Thrifty: others, moved for it, may not lose more in all than it gains. Else they lose what they must.
        """
        below = self._costs[robot] - LESS
        self._moved = 0
        if self._choices[robot].costs[0] >= below:
            return 0
        self._end, self._thrifty = max(0, self.budget - tries), thrifty
        self._chain.clear()
        self._stuck.clear()
        self._move(robot, below)
        return self._moved

    def _move(self, robot: int, below: float) -> bool:
        """Give the robot the best manoeuvre cheaper than this, and others in its way another; or change nothing."""
        old, start, choice = self._ways[robot], self._starts[robot], self._choices[robot]
        self._take_away(robot)
        self._chain.add(robot)
        for number, cost in enumerate(choice.costs):
            if cost >= below or self.budget <= self._end:
                break
            self.budget -= 1
            way = choice.ways[number]
            other, step, cell = self._met(start, way)
            if other == SEVERAL or (other != NOBODY and not self._may_move(other, step, cell)):
                continue
            if other == NOBODY or self._pushed(robot, way, other, self._costs[other] + below - cost):
                self._ways[robot], self._costs[robot], self.chosen[robot] = way, cost, number
                self._put(robot)
                self._chain.discard(robot)
                return True
            self._stuck.add((other, step, cell))
        self._ways[robot] = old
        self._put(robot)
        self._chain.discard(robot)
        return False

    def _may_move(self, other: int, step: int, cell: int) -> bool:
        """Tell whether to ask a robot to leave a cell by a step: not again after it could not."""
        return not (
            self.settled[other]
            or other in self._chain
            or (other, step, cell) in self._stuck
            or len(self._chain) >= CHAIN
        )

    def _pushed(self, robot: int, way: Way, other: int, below: float) -> bool:
        """Move another robot out of a way; leave all as it was if it cannot, or loses too much where that counts."""
        self._take_away(other)
        self._ways[robot] = way
        self._put(robot)
        if self._move(other, below if self._thrifty else ANY):
            self._moved += 1
            return True
        self._take_away(robot)
        self._put(other)
        return False

    def _met(self, start: int, way: Way) -> tuple[int, int, int]:
        """Return the one robot met on a way, at which step and cell first; or NOBODY, or SEVERAL."""
        other, met_step, met_cell = NOBODY, 0, 0
        before, was = start, self._at_start
        for step, cell in enumerate(way):
            now = self._at[step]
            there = now[cell]
            if there >= 0 and there != other:
                if other >= 0:
                    return SEVERAL, 0, 0
                other, met_step, met_cell = there, step, cell
            if cell != before:
                towards = was[cell]
                if towards >= 0 and towards != other and now[before] == towards:
                    if other >= 0:
                        return SEVERAL, 0, 0
                    other, met_step, met_cell = towards, step, cell
                before = cell
            was = now
        return other, met_step, met_cell

    def _put(self, robot: int) -> None:
        for at, cell in zip(self._at, self._ways[robot], strict=True):
            at[cell] = robot

    def _take_away(self, robot: int) -> None:
        for at, cell in zip(self._at, self._ways[robot], strict=True):
            if at[cell] == robot:
                at[cell] = NOBODY

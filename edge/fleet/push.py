"""A robot pushed ahead of its turn: what must move with it so that the plan that is left still takes everyone home.

The plan is a list of runs by rank. A robot may come to rest at a node at any time if, by that plan, nobody comes near
the node before the robot's own next run: then whatever is left of the plan can be made as it stands. So a robot is
driven on to such a place, those in its way are driven on to such places before it, and all that is put before the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from edge.fleet.board import Board
from edge.fleet.robot import Robot
from edge.fleet.safety import NEVER, Move

STEPS = 300
"""Nodes that all robots of one push may drive together: a longer train would only move the jam elsewhere."""
LOOKS = 3000
"""Others whose way is looked at in one push, some 2 ms: those that took more nearly always failed."""
DEEP = 40
"""Robots that may wait for one another in one push."""
NOBODY: Mapping[str, int] = MappingProxyType({})


class Push:
    """One try, from where all robots come to rest; `moves` is what was driven, in order."""

    def __init__(self, board: Board, standing: int) -> None:
        """Standing: the mask of what is held by robots without plan."""
        self.moves: list[Move] = []
        self.effort = 0
        self._board = board
        self._standing = standing
        self._at: dict[str, int] = {}
        self._moving: dict[str, None] = {}
        self._steps = 0
        self._stands: dict[int, Robot] = {}
        """Where those stand who have moved."""

    def forward(self, robot: Robot, place: int) -> bool:
        """Put a robot at an index of its way, to which the way is free, and drive it on to where it may rest."""
        if place != robot.released:
            self._enter(robot, place)
            self.moves.clear()
        return self._settle(robot, place)

    def _settle(self, robot: Robot, place: int) -> bool:
        """Drive a robot at least to an index of its way and on to where it may rest."""
        self._moving[robot.name] = None
        while self.effort < LOOKS and not self._may_rest(robot, place):
            place += 1
        done = self.effort < LOOKS and self._drive(robot, place)
        del self._moving[robot.name]
        return done

    def _may_rest(self, robot: Robot, place: int) -> bool:
        self.effort += len(self._board.visitors[robot.way.nodes[place]])
        return may_rest(self._board, robot, place, self._at)

    def _drive(self, robot: Robot, end: int) -> bool:
        for place in range(self._at.get(robot.name, robot.released) + 1, end + 1):
            self._steps += 1
            node = robot.way.nodes[place]
            if place >= robot.barrier or self._steps > STEPS or self._board.zones.masks[node] & self._standing:
                return False
            span = self._span(robot, place)
            while (found := self._met(span, robot)) is not None:
                if not self._clear(*found):
                    return False
            self._enter(robot, place)
        return True

    def _span(self, robot: Robot, place: int) -> Sequence[int]:
        """Give what must be free before a robot enters a place of its way: more than that only where it cannot rest."""
        end = place
        while self._board.zones.through >> robot.way.nodes[end] & 1:
            end += 1
        return robot.way.nodes[place : end + 1]

    def _met(self, span: Sequence[int], robot: Robot) -> tuple[Robot, int] | None:
        """Give the first of others in the way of a robot that enters these nodes, and where."""
        for node in span:
            other = self._near(node, robot)
            if other is not None:
                return other, node
        return None

    def _near(self, node: int, robot: Robot) -> Robot | None:
        """Give another robot that stands near a node."""
        for near in self._board.zones.near[node]:
            other = self._stands.get(near)
            if other is not None and other is not robot:
                return other
        around = self._board.zones.masks[node]
        for other in self._board.holds.near(node, robot):
            if other.name not in self._at and other.settled & around and not other.settled & self._standing:
                return other
        return None

    def _clear(self, robot: Robot, node: int) -> bool:
        """Have a robot leave the surroundings of a node."""
        if robot.name in self._moving or len(self._moving) > DEEP:
            return False
        around = self._board.zones.masks[node]
        place = self._at.get(robot.name, robot.released) + 1
        while place < robot.last and around >> robot.way.nodes[place] & 1:
            place += 1
        return place <= robot.last and self._settle(robot, place)

    def _enter(self, robot: Robot, place: int) -> None:
        at = self._at.get(robot.name)
        if at is not None:
            del self._stands[robot.way.nodes[at]]
        self._stands[robot.way.nodes[place]] = robot
        self._at[robot.name] = place
        if self.moves and self.moves[-1][0] == robot.name:
            self.moves.pop()
        self.moves.append((robot.name, place))


def may_rest(board: Board, robot: Robot, place: int, at: Mapping[str, int] = NOBODY) -> bool:
    """Say whether, by the plan, nobody comes near this index of the robot's way before the robot's own next run.

    `at`: how far those have come on their ways who are not at the end of their base.
    """
    if place == robot.last:
        return True
    return not board.zones.through >> robot.way.nodes[place] & 1 and comes_first(board, robot, place, at) is None


def comes_first(board: Board, robot: Robot, place: int, at: Mapping[str, int] = NOBODY) -> Robot | None:
    """Give somebody who, by the plan, comes near this index of the robot's way before the robot's own next run."""
    node = robot.way.nodes[place]
    near = board.zones.near[node]
    rank = robot.rank(place + 1)
    for name in board.visitors[node]:
        if name == robot.name:
            continue
        other = board.robots[name]
        if not other.runs or other.runs[0][1] > rank:
            continue
        visit = other.way.first(near, at.get(name, other.released))
        if visit != NEVER and other.rank(visit) < rank:
            return other
    return None

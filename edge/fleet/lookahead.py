"""How far ahead of a robot its way is released."""

from __future__ import annotations

from dataclasses import dataclass

from edge.fleet.board import Board
from edge.fleet.robot import Robot


@dataclass(frozen=True, slots=True)
class Lookahead:
    """How far to release ahead: when less than `nodes` or `length` (mm) lies ahead, so much and `spare` nodes more.

    Every release is a commit and a message, so several nodes at a time are cheaper. Never more than `most` nodes.
    """

    nodes: int = 2
    length: int = 4000
    spare: int = 4
    most: int = 6

    def goal(self, board: Board, robot: Robot) -> int:
        """Give the index of its way up to which a robot should have way now."""
        if not robot.routed:
            return robot.released
        end = min(robot.last, robot.passed + self.most)
        if robot.limit is not None:
            end = min(end, robot.limit)
        place, length = robot.passed, 0
        while place < end and (place - robot.passed < self.nodes or length < self.length):
            length += board.roadmap.length(robot.way.nodes[place], robot.way.nodes[place + 1])
            place += 1
        if place <= robot.released:
            return robot.released
        place = min(end, place + self.spare)
        while board.zones.through >> robot.way.nodes[place] & 1:  # no robot comes to rest in a lift or its door
            place += 1
        return place

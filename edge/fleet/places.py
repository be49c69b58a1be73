"""Puts robots on the floor: where they say they stand, or where they were before a restart."""

from __future__ import annotations

from dataclasses import dataclass

from edge.fleet.board import Board
from edge.fleet.plan import Plan
from edge.fleet.refusals import bay_refusal
from edge.fleet.robot import Robot
from edge.fleet.safety import Way, bits


class TrafficError(ValueError):
    """A report or request that cannot be true of this robot: unknown, or beyond what was released to it."""


@dataclass(frozen=True, slots=True)
class Record:
    """All that must be kept of one robot over a restart.

    Nodes are the whole route; start is the position number of its first node, passed and released are position numbers
    (a VDA 5050 node sequenceId is twice that). `also` are further nodes the robot covers until it first moves on.
    """

    robot: str
    nodes: tuple[str, ...]
    start: int = 0
    passed: int = 0
    released: int = 0
    also: tuple[str, ...] = ()
    stopped: bool = False


class Places:
    """Changes where robots stand; whether all still get home is for the caller to prove anew."""

    def __init__(self, board: Board, plan: Plan, bays: int) -> None:
        """Bays: the mask of the nodes where routes may end."""
        self._board = board
        self._plan = plan
        self._bays = bays

    def put(self, name: str, node: int, covers: int) -> Robot | None:
        """Put a robot at a node, also covering others; only within its base it keeps the rest of its route.

        Gives who holds that node already: then the robot gets nothing.
        """
        robot = self._board.robots.get(name)
        place = None if robot is None else self._within_base(robot, node, covers)
        if robot is None or place is None:
            return self._put_anew(name, node, covers, stopped=robot is not None and robot.stopped)
        robot.passed = place
        self.draw_back(robot, place)
        self.count_from_here(robot)
        robot.also = covers & ~(1 << node)
        self._board.hold(robot)
        return None

    def draw_back(self, robot: Robot, place: int) -> None:
        """Let the base of a robot end sooner; the rest of it is the first move of its part of the plan."""
        if place < robot.released:
            self._plan.begin_with(robot, robot.released)
        robot.released, robot.goal = place, None
        self._board.hold(robot)
        self._board.count_needs(robot)
        self._board.fence(robot)

    def count_from_here(self, robot: Robot) -> None:
        """Let the rest of the route of a robot without base ahead count from 0."""
        done = robot.passed
        robot.way = Way(robot.way.nodes[done:], self._board.zones)
        robot.start = robot.passed = robot.released = 0
        robot.barrier -= done
        robot.limit = robot.goal = None
        self._plan.count_from(robot, done)

    def restore(self, record: Record) -> None:
        """Put a robot where it was before a restart; raises TrafficError for a record that contradicts itself."""
        places = record.passed - record.start, record.released - record.start
        if not 0 <= places[0] <= places[1] < len(record.nodes) or record.robot in self._board.robots:
            raise TrafficError(f"the record of {record.robot} contradicts itself")
        roadmap = self._board.roadmap
        robot = Robot(record.robot, Way([roadmap.index(node) for node in record.nodes], self._board.zones))
        robot.start, robot.stopped = record.start, record.stopped
        robot.passed, robot.released = places
        self._register(robot)
        also = roadmap.mask(record.also)
        for node in bits(also | robot.base):
            if self._board.holder(node, robot) is not None:
                robot.ghost |= 1 << node
        if not robot.ghost:
            robot.also = also
            self._believe(robot)
        self._board.holds.note(robot)

    def end_clashes(self) -> bool:
        """Believe what is known of robots from before a restart once nobody contradicts it; say whether any was so.

        The other says where it stands instead, or the robot itself is past the place.
        """
        ended = False
        for robot in self._board.robots.values() if self._board.holds.ghosts else ():
            if not robot.ghost or len(robot.way.nodes) == 1:
                continue
            clashes = (node for node in bits(robot.ghost & robot.base) if self._board.holder(node, robot) is not None)
            if next(clashes, None) is None:
                robot.ghost = 0
                self._believe(robot)
                ended = True
        return ended

    def _within_base(self, robot: Robot, node: int, covers: int) -> int | None:
        """Give the index of its way where a robot stands within its base, covering nothing else; None elsewhere.

        None also in a bay that may be its own, where it is in nobody's way.
        """
        if not robot.routed or robot.ghost or covers & ~(robot.base | robot.also):
            return None
        if not covers and bay_refusal(self._board, self._bays, robot, Way([node], self._board.zones)) is None:
            return None
        ends = range(robot.passed, robot.released + 1)
        return next((place for place in ends if robot.way.nodes[place] == node), None)

    def _put_anew(self, name: str, node: int, covers: int, *, stopped: bool) -> Robot | None:
        new = Robot(name, Way([node], self._board.zones))
        new.stopped = stopped
        self._register(new)
        clash = self._board.holder(node, new)
        if clash is None:
            for other in self._board.robots.values():
                covers &= ~other.held
            new.also = covers
            new.held = 1 << node | covers
            new.routed = bay_refusal(self._board, self._bays, new, new.way) is None
        else:
            new.ghost = 1 << node
        self._board.holds.note(new)
        self._board.count_needs(new)
        return clash

    def _register(self, robot: Robot) -> None:
        """Take in a robot in place of its former self, which loses its holds and its part of the plan."""
        self._board.put(robot)
        self._plan.drop(robot)
        self._board.fence(robot)

    def _believe(self, robot: Robot) -> None:
        beyond = Way(robot.way.nodes[robot.released :], self._board.zones)
        robot.routed, robot.goal = bay_refusal(self._board, self._bays, robot, beyond) is None, None
        self._board.hold(robot)
        self._board.count_needs(robot)

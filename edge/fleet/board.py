"""The floor as it is now: robots, what each holds, and what each still has to drive through."""

from __future__ import annotations

from edge.fleet.holds import Holds
from edge.fleet.roadmap import Roadmap
from edge.fleet.robot import Robot
from edge.fleet.safety import Zones, bits


class Board:
    """Robots by name in the order they were first placed; `visitors` are those that still have to pass each node."""

    def __init__(self, roadmap: Roadmap, clearance: int = 0) -> None:
        """Nodes nearer than clearance mm are never held by two robots."""
        self.roadmap = roadmap
        self.zones = Zones(roadmap.shadows(clearance), roadmap.through)
        self.robots: dict[str, Robot] = {}
        self.holds = Holds(self.zones)
        self.visitors: list[dict[str, None]] = [{} for _ in roadmap.nodes]

    def name(self, node: int) -> str:
        """Give a node's name on the map."""
        return self.roadmap.nodes[node].id

    def put(self, robot: Robot) -> None:
        """Take in a robot in place of its former self, which loses its holds."""
        former = self.robots.get(robot.name)
        if former is not None:
            self._leave(former)
        self.robots[robot.name] = robot

    def remove(self, name: str) -> Robot | None:
        """Take a robot off the floor, with all it held; gives None when it was not there."""
        robot = self.robots.pop(name, None)
        if robot is not None:
            self._leave(robot)
        return robot

    def hold(self, robot: Robot) -> None:
        """Let a robot hold exactly the nodes from the one last reached to the last released."""
        robot.held = robot.also | robot.base
        self.holds.note(robot)

    def count_needs(self, robot: Robot) -> None:
        """Take note of what a robot still has to drive through."""
        needs = robot.way.ahead[robot.released + 1] if robot.routed else 0
        for node in bits(needs & ~robot.needs):
            self.visitors[node][robot.name] = None
        for node in bits(robot.needs & ~needs):
            del self.visitors[node][robot.name]
        robot.needs = needs

    def fence(self, robot: Robot) -> None:
        """Find the first closed place on a robot's way that is not released yet."""
        nodes = robot.way.nodes
        robot.barrier = len(nodes)
        for place in range(robot.released + 1, len(nodes)):
            if self.roadmap.is_closed(nodes[place - 1], nodes[place]):
                robot.barrier = place
                return

    def holder(self, node: int, robot: Robot) -> Robot | None:
        """Give who else stands in the way of a robot that would enter a node."""
        return next(self.holds.near(node, robot), None)

    def live(self, robot: Robot) -> bool:
        """Say whether a robot drives its route when it is given way."""
        return robot.routed and not robot.stopped and not robot.ghost and not robot.held & self.holds.ghosts

    def standing(self) -> int:
        """Give the mask of what is held by robots that will not move."""
        mask = self.holds.ghosts
        for robot in self.robots.values():
            if not self.live(robot):
                mask |= robot.held
        return mask

    def _leave(self, robot: Robot) -> None:
        for node in bits(robot.needs):
            del self.visitors[node][robot.name]
        robot.needs = 0
        self.holds.forget(robot.name)

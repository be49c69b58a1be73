"""Who holds which node, found at once however many robots there are."""

from __future__ import annotations

from collections.abc import Iterator

from edge.fleet.robot import Robot
from edge.fleet.safety import Zones, bits


class Holds:
    """What robots hold, and their ghosts: nodes where one was found though another holds them."""

    __slots__ = ("_at", "_ghosts", "_noted", "_zones")

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._at: list[dict[str, Robot]] = [{} for _ in zones.masks]
        self._noted: dict[str, int] = {}
        self._ghosts: dict[str, int] = {}

    @property
    def ghosts(self) -> int:
        """The mask of all nodes with a ghost."""
        mask = 0
        for ghost in self._ghosts.values():
            mask |= ghost
        return mask

    def note(self, robot: Robot) -> None:
        """Take note that a robot's `held` or `ghost` has changed."""
        before, now = self._noted.get(robot.name, 0), robot.held | robot.ghost
        for node in bits(before & ~now):
            del self._at[node][robot.name]
        for node in bits(now & ~before):
            self._at[node][robot.name] = robot
        self._noted[robot.name] = now
        self._ghosts.pop(robot.name, None)
        if robot.ghost:
            self._ghosts[robot.name] = robot.ghost

    def forget(self, name: str) -> None:
        """Take note that a robot is on the floor no more."""
        for node in bits(self._noted.pop(name, 0)):
            del self._at[node][name]
        self._ghosts.pop(name, None)

    def near(self, node: int, robot: Robot) -> Iterator[Robot]:
        """Give the other robots that hold a node too near to this one, or are ghosts there."""
        for near in self._zones.near[node]:
            for name, other in self._at[near].items():
                if name != robot.name:
                    yield other

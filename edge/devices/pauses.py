"""Has robots stand or drive on as people want it, again as long as their own states do not show it (R28)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from drivers.vda5050 import orders
from drivers.vda5050.fleet import FleetLink
from edge.clock import Source
from edge.devices.robot import Robot

AGAIN = timedelta(seconds=10)
"""Before a robot is told anew: the link has repeated the word by then, or the robot has refused it."""


class Pauses:
    """What each robot was told last, and when."""

    def __init__(self, link: FleetLink, source: Source, on_deaf: Callable[[Robot, str], None]) -> None:
        """`on_deaf` is told of a robot that does not do it and what it was told; again each time it is told anew."""
        self._link = link
        self._source = source
        self._on_deaf = on_deaf
        self._told: dict[str, tuple[str, datetime]] = {}

    def look(self, robots: Iterable[Robot]) -> None:
        """Tell those that are heard and do not show what is wanted of them."""
        for robot in robots:
            state = self._link.vehicle(robot.identity).state
            if state is None or not robot.alive or bool(state.paused) == robot.paused:
                self._told.pop(robot.id, None)
            else:
                self._tell(robot, "startPause" if robot.paused else "stopPause")

    def _tell(self, robot: Robot, word: str) -> None:
        now = self._source.steady()
        before = self._told.get(robot.id)
        if before is not None and before[0] == word:
            if now < before[1] + AGAIN:
                return
            self._on_deaf(robot, word)
        self._told[robot.id] = (word, now)
        self._link.act(robot.identity, orders.action(word, self._source.new_id()))

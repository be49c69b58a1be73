"""Has robots stand or drive on as people want it, again as long as their own states do not show it (R28)."""

from datetime import datetime, timedelta

from drivers.vda5050 import orders
from edge.devices.fleet import Fleet
from edge.devices.robot import Robot

AGAIN = timedelta(seconds=10)
"""Before a robot is told anew: the link has repeated the word by then, or the robot has refused it."""


class Pauses:
    """What each robot was told last, and when; people are told of one that does not do it."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._told: dict[str, tuple[str, datetime]] = {}

    def look(self) -> None:
        """Tell those that are heard, are not in somebody's hands (R32), and do not show what is wanted of them."""
        for robot in self._fleet.robots.values():
            state = self._fleet.state(robot)
            if state is None or not (robot.alive and robot.automatic) or bool(state.paused) == robot.paused:
                self._told.pop(robot.id, None)
            else:
                self._tell(robot, "startPause" if robot.paused else "stopPause")

    def _tell(self, robot: Robot, word: str) -> None:
        now = self._fleet.source.steady()
        before = self._told.get(robot.id)
        if before is not None and before[0] == word:
            if now < before[1] + AGAIN:
                return
            self._fleet.trouble(robot, "exception.robot_ignores", action=word)
        self._told[robot.id] = (word, now)
        self._fleet.link.act(robot.identity, orders.action(word, self._fleet.source.new_id()))

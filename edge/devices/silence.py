"""How long a robot may be silent, whatever its driver: then it is declared dead (R123).

That goes for one among others that are heard. When all fall silent, what is lost is the broker, the radio or the fleet
manager: the robots stand where they are and go on when they are heard again, and nobody has to fetch their totes. Who
knows better can still declare any of them dead.
"""

import asyncio
from collections.abc import Mapping

from edge.devices.robot import Robot
from edge.processes.robots import declare_dead
from edge.store.store import Store


class Silence:
    """Waits for silent robots, each as long as the site's rules say, while any other is heard."""

    def __init__(self, store: Store, robots: Mapping[str, Robot]) -> None:
        self._store = store
        self._robots = robots
        self._silent: dict[str, asyncio.TimerHandle | None] = {}
        """The silent robots; None for those nobody waits for, as no other is heard either."""

    def begin(self, robot: Robot) -> None:
        """Wait for a robot from now on, unless that is so already or it is dead."""
        if robot.id in self._silent or robot.dead:
            return
        self._silent[robot.id] = None
        if self._is_alone() or self._is_any_heard():
            self._wait(robot)
        else:
            self._stop()

    def end(self, robot: Robot) -> None:
        """It was heard; if it is the first after a common silence, the others have their time from now on."""
        wait = self._silent.pop(robot.id, None)
        if wait is not None:
            wait.cancel()
        for name, other in self._silent.items():
            if other is None:
                self._wait(self._robots[name])

    def _is_alone(self) -> bool:
        """Say whether this is a site's only robot, whose silence nothing can be compared with."""
        return len(self._robots) == 1

    def _is_any_heard(self) -> bool:
        return any(robot.alive for robot in self._robots.values())

    def _wait(self, robot: Robot) -> None:
        seconds = self._store.site.rules.robot_dead_seconds
        self._silent[robot.id] = asyncio.get_running_loop().call_later(seconds, self._over, robot)

    def _stop(self) -> None:
        for name, wait in self._silent.items():
            if wait is not None:
                wait.cancel()
                self._silent[name] = None

    def _over(self, robot: Robot) -> None:
        del self._silent[robot.id]
        if not robot.alive and not robot.dead:
            self._store.run(declare_dead, robot.id)

"""How long a robot may be silent, whatever its driver: then it is declared dead (R123)."""

import asyncio

from edge.devices.robot import Robot
from edge.processes.robots import declare_dead
from edge.store.store import Store


class Silence:
    """Waits for silent robots, each as long as the site's rules say."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waits: dict[str, asyncio.TimerHandle] = {}

    def begin(self, robot: Robot) -> None:
        """Wait for a robot from now on, unless that is so already or it is dead."""
        if robot.id not in self._waits and not robot.dead:
            seconds = self._store.site.rules.robot_dead_seconds
            self._waits[robot.id] = asyncio.get_running_loop().call_later(seconds, self._over, robot)

    def end(self, robot: Robot) -> None:
        """It was heard."""
        wait = self._waits.pop(robot.id, None)
        if wait is not None:
            wait.cancel()

    def _over(self, robot: Robot) -> None:
        del self._waits[robot.id]
        if not robot.alive and not robot.dead:
            self._store.run(declare_dead, robot.id)

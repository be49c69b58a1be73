"""Many robots at once."""

import asyncio
from collections.abc import Sequence

from simulators.robots.robot import Robot


class RobotFleet:
    """Runs robots, each with its own session."""

    def __init__(self, robots: Sequence[Robot]) -> None:
        self.robots = {robot.config.serial: robot for robot in robots}
        if len(self.robots) != len(robots):
            raise ValueError("two robots have the same serial number")

    def __getitem__(self, serial: str) -> Robot:
        return self.robots[serial]

    async def run(self) -> None:
        """Let all live until cancelled, or until all have left."""
        async with asyncio.TaskGroup() as group:
            for robot in self.robots.values():
                group.create_task(robot.run())

    def leave(self) -> None:
        """Let all go offline properly."""
        for robot in self.robots.values():
            robot.leave()

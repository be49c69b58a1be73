"""A jam is seen by whoever looks: who could drive, has way before it and stands, for too long (R125)."""

import asyncio
import random
from dataclasses import dataclass

import pytest

from drivers.vda5050 import orders
from drivers.vda5050.messages import OperatingMode
from simulators.robots.config import RobotConfig
from simulators.robots.robot import Robot
from simulators.robots.standstill import LONGEST, Standstill
from simulators.world.loop import clock, run
from tests.drivers.vda5050.helpers import START, way
from tests.drivers.vda5050.memory import MemoryBroker
from tests.support.just_now import just_now


@dataclass
class Stander:
    held_up: tuple[float, float] | None


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def stand(robot: Stander, looker: Standstill, clock: Clock, seconds: float) -> None:
    end = clock.now + seconds
    while clock.now < end:
        looker.look()
        clock.now += 15
    looker.look()


def test_R125_standing_still_too_long_is_a_jam_and_told_with_its_length() -> None:
    robot, time = Stander((0.0, 0.0)), Clock()
    looker = Standstill({"R1": robot}, time)
    stand(robot, looker, time, LONGEST)
    assert looker.jams == {}
    stand(robot, looker, time, 30)
    assert looker.jams == {"R1": LONGEST + 30}
    assert looker.longest == LONGEST + 30


@pytest.mark.parametrize("between", [None, (10.0, 0.0)], ids=["it rested", "it moved on"])
def test_R125_the_clock_of_a_jam_begins_anew(between: tuple[float, float] | None) -> None:
    robot, time = Stander((0.0, 0.0)), Clock()
    looker = Standstill({"R1": robot}, time)
    stand(robot, looker, time, LONGEST - 30)
    robot.held_up = between
    looker.look()
    robot.held_up = (0.0, 0.0)
    stand(robot, looker, time, LONGEST - 30)
    assert looker.jams == {}


def test_R125_only_a_robot_that_could_drive_is_held_up() -> None:
    async def main() -> None:
        robot = Robot(
            RobotConfig("GenbaSim", "R1", "N1", 0, 0), MemoryBroker().connect, now=clock(), dice=random.Random(1)
        )
        life = asyncio.ensure_future(robot.run())
        await asyncio.sleep(1)
        assert just_now(robot.held_up) is None, "it has no order"
        robot._on_heard(1, orders.build("O1", way("N1", "N2", "N3"), 1))
        await asyncio.sleep(0.5)
        assert just_now(robot.held_up) is None, "it drives"
        await asyncio.sleep(30)
        assert robot.held_up == (2000.0, 0.0)
        robot.mind.paused = True
        assert just_now(robot.held_up) is None
        robot.mind.paused = False
        robot.stop(10)
        assert just_now(robot.held_up) is None
        await asyncio.sleep(11)
        assert robot.held_up is not None
        robot.mind.mode = OperatingMode.MANUAL
        assert just_now(robot.held_up) is None
        life.cancel()
        await asyncio.wait([life])

    run(main(), 1, START)

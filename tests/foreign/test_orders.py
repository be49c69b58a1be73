"""Forty robots of two other makes under Genba's link: orders, updates, cancels, a killed broker, a frozen robot."""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest_asyncio

from drivers.vda5050 import orders
from drivers.vda5050.events import (
    Alive,
    CancelDone,
    CancelFailed,
    ConnectionChanged,
    Loss,
    OrderAccepted,
    OrderFinished,
    OrderLost,
    OrderRejected,
    OrderUnconfirmed,
    Progress,
    Stale,
)
from drivers.vda5050.messages import ConnectionState, Order, RobotId
from drivers.vda5050.orders import Waypoint
from tests.foreign.hall import NODES, Hall, forgets, lined_up, road
from tests.foreign.programs import Program, agvs, vehicles
from tests.support.broker import Mosquitto

PLACES = tuple(range(NODES))
FAR = (0, 1, *range(NODES, 5 * NODES))
"""A long way without actions: no robot is at its end before it hears a cancel."""
NEAR = 10
"""Millimetres: a robot's own rounding of where it stands."""


@dataclass(frozen=True, slots=True)
class World:
    """A broker, the master and both makes of robots."""

    broker: Mosquitto
    hall: Hall
    programs: list[Program]


@pytest_asyncio.fixture
async def world(tmp_path: Path, mosquitto: Mosquitto) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        npm, pypi = lined_up("LIB"), lined_up("SDK")
        programs = [
            await stack.enter_async_context(agvs(tmp_path, mosquitto.port, npm)),
            await stack.enter_async_context(vehicles(tmp_path, mosquitto.port, pypi, forgetful=True)),
        ]
        yield World(mosquitto, Hall(mosquitto.port, npm + pypi), programs)


async def errand(hall: Hall, robot: RobotId) -> None:
    """Drive the whole road with an update at every second node, and come back."""
    order = orders.build(f"O1-{robot.serial}", road(robot, *PLACES), 1)
    hall.link.want(robot, order)
    for base in range(2, NODES):
        await hall.until(robot, OrderAccepted, order_id=order.order_id, update_id=order.order_update_id)
        order = orders.extend(order, base)
        hall.link.want(robot, order)
    await hall.until(robot, OrderFinished, order_id=order.order_id)
    hall.link.want(robot, orders.build(f"O2-{robot.serial}", road(robot, 6, 4, 3, 1, 0), 4))
    await hall.until(robot, OrderFinished, order_id=f"O2-{robot.serial}")


def assert_driven(hall: Hall, robot: RobotId) -> None:
    """Every node was passed once and in order, every update echoed, every action finished."""
    told = hall.told[robot]
    assert [(one.order_id[:2], one.sequence_id) for one in told if isinstance(one, Progress)] == [
        *(("O1", 2 * place) for place in PLACES),
        *(("O2", 2 * place) for place in range(5)),
    ]
    done = [event for event in told if isinstance(event, OrderFinished)]
    assert [(one.order_id[:2], one.update_id, one.node_id, one.failed, one.missing) for one in done] == [
        ("O1", NODES - 2, f"N{NODES - 1}", (), ()),
        ("O2", 0, "N0", (), ()),
    ]


async def test_orders_and_updates(world: World) -> None:
    hall = world.hall
    await hall.live(hall.each(errand))
    for robot in hall.robots:
        assert_driven(hall, robot)
    for wrong in (OrderLost, OrderRejected, OrderUnconfirmed):
        assert hall.all_told(wrong) == []
    assert len(hall.all_told(Alive)) == len(hall.robots)
    assert hall.link.rubbish == {}


async def change_of_mind(hall: Hall, robot: RobotId) -> None:
    """Be cancelled between two nodes and at rest, and drive on from there."""
    hall.link.want(robot, orders.build(f"O1-{robot.serial}", road(robot, *FAR), len(FAR) - 1))
    await hall.until(robot, Progress, sequence_id=2)
    hall.link.cancel(robot, f"c1-{robot.serial}")
    assert not (await hall.until(robot, CancelDone, action_id=f"c1-{robot.serial}")).nothing
    assert hall.link.vehicle(robot).settled
    hall.link.cancel(robot, f"c2-{robot.serial}")
    assert (await hall.until(robot, CancelDone, action_id=f"c2-{robot.serial}")).nothing
    hall.link.want(robot, home(hall, robot, f"O2-{robot.serial}"))
    await hall.until(robot, OrderFinished, order_id=f"O2-{robot.serial}")


def home(hall: Hall, robot: RobotId, order_id: str) -> Order:
    """Return the way home from wherever the robot stands, in both ways of R22.

    Half of them are told of a first node that lies where they are, the others of one behind them with room for both.
    """
    here, state = hall.link.position(robot), hall.link.vehicle(robot).state
    assert here is not None
    assert state is not None
    x, y = orders.millimetres(here.x), orders.millimetres(here.y)
    first = Waypoint("HERE", x, y, "floor1", deviation=NEAR)
    if int(robot.serial[-2:]) % 4 < 2:
        behind = road(robot, int(state.last_node_id[1:]) - 1)[0]
        first = replace(behind, actions=(), deviation=abs(x - behind.x) + NEAR)
    return orders.build(order_id, [first, *road(robot, 0)], 1)


async def test_R22_cancels_between_nodes_and_at_rest(world: World) -> None:
    hall = world.hall
    await hall.live(hall.each(change_of_mind))
    for wrong in (OrderLost, OrderRejected, OrderUnconfirmed, CancelFailed):
        assert hall.all_told(wrong) == []
    assert {event.order_id[:2] for event in hall.all_told(OrderFinished)} == {"O2"}


class Trouble:
    """All robots have a base of three nodes and are given the rest while nobody hears anybody."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.given = {robot: orders.build(f"O1-{robot.serial}", road(robot, *PLACES), 3) for robot in hall.robots}

    async def begin(self, hall: Hall, robot: RobotId) -> None:
        """Drive on to the second node."""
        hall.link.want(robot, self.given[robot])
        await hall.until(robot, Progress, sequence_id=2)

    def go_on(self) -> None:
        """Release the rest of the road."""
        for robot, order in self.given.items():
            self.hall.link.want(robot, orders.extend(order, NODES - 1))

    async def end(self, hall: Hall, robot: RobotId) -> None:
        """Finish, or drive home from where the robot stands when its order is lost."""
        names = itertools.count(2)
        async for event in hall.events(robot):
            if isinstance(event, OrderFinished):
                return
            if isinstance(event, OrderLost | CancelDone):
                hall.link.want(robot, home(hall, robot, f"O{next(names)}-{robot.serial}"))

    def judge(self) -> None:
        """Who remembers has done all; who forgets has driven on, and what it no longer knows is told, or come home.

        It may be sent home and then take a late update of the order it forgot: that is cancelled, and it is sent again.
        """
        for robot in self.hall.robots:
            (done,) = self.hall.all_told(OrderFinished, [robot])
            lost = self.hall.all_told(OrderLost, [robot])
            assert done.failed == ()
            assert done.missing == () or forgets(robot.serial)
            assert done.order_id.startswith("O1-") == (lost == [])
            assert lost == [] or (forgets(robot.serial) and lost[0].reason is Loss.REBOOTED)
            assert forgets(robot.serial) or self.hall.all_told(OrderRejected, [robot]) == []


async def test_R121_a_killed_broker(world: World) -> None:
    hall, trouble = world.hall, Trouble(world.hall)

    async def story() -> None:
        await hall.each(trouble.begin)
        await world.broker.kill()
        trouble.go_on()
        await world.broker.start()
        await hall.each(trouble.end)

    await hall.live(story())
    trouble.judge()
    assert hall.link.link.losses == 1


async def test_R07_R78_robots_that_hang_are_given_up_and_go_on_later(world: World) -> None:
    hall, trouble = world.hall, Trouble(world.hall)

    async def given_up(hall: Hall, robot: RobotId) -> None:
        await hall.until(robot, ConnectionChanged, state=ConnectionState.CONNECTIONBROKEN)
        await hall.until(robot, Stale)

    async def story() -> None:
        await hall.each(trouble.begin)
        for program in world.programs:
            program.freeze()
        hall.skip(seconds=60)
        await hall.each(given_up)
        trouble.go_on()
        for program in world.programs:
            program.thaw()
        await hall.each(trouble.end)

    await hall.live(story())
    trouble.judge()
    assert len(hall.all_told(Alive)) == 2 * len(hall.robots)

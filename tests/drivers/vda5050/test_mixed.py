"""Robots of 2.1 and 3.0 side by side on one broker, each spoken to as it speaks (R128)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.mqtt.aio import connector
from drivers.ports import Now
from drivers.vda5050 import codec_v2, codec_v3, orders
from drivers.vda5050.events import (
    Alive,
    Announced,
    ErrorsChanged,
    ModeChanged,
    OrderAccepted,
    OrderFinished,
    OrderLost,
    RequestRefused,
)
from drivers.vda5050.messages import Connection, ConnectionState, Grant, OperatingMode, RobotId
from drivers.vda5050.retries import RETRIES
from drivers.vda5050.topics import Major
from simulators.robots.config import RobotConfig
from simulators.world.loop import run
from tests.drivers.vda5050.helpers import START, pick, state, way
from tests.drivers.vda5050.memory import MemoryBroker
from tests.drivers.vda5050.site import R1, ROUTE, Shy, Site, live, over_memory, quick, robot, slow
from tests.support.broker import Mosquitto

R2 = RobotId("GenbaSim", "R2")


class Ear:
    """Hears every topic of a broker in memory."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.topics: dict[str, None] = {}
        self._broker = broker

    async def listen(self) -> None:
        async with self._broker.connect("ear") as session:
            await session.subscribe("#")
            async for message in session.messages():
                self.topics[message.topic] = None


def test_R128_two_versions_drive_side_by_side_and_hear_their_own_alone() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, ear = Site(broker.connect, now), Ear(broker)
        site.link.add(R2)
        old = robot(broker.connect, now, slow("2.1"))
        new = robot(broker.connect, now, RobotConfig("GenbaSim", "R2", "N1", 0, 0, vda5050="3.0"))

        async def work() -> None:
            plan = orders.build("O1", ROUTE, 1)
            for one in (R1, R2):
                site.link.want(one, plan)
            await asyncio.sleep(30)
            for one in (R1, R2):
                site.link.want(one, orders.extend(plan, 3))
            await asyncio.sleep(300)
            assert sorted(str(who) for who, event in site.events if isinstance(event, OrderFinished)) == [
                "GenbaSim/R1",
                "GenbaSim/R2",
            ]
            assert not site.told(ErrorsChanged)
            assert (old.uplink.refused, new.uplink.refused, site.link.counts.refused) == (0, 0, 0)
            assert {topic.rpartition("/")[0] for topic in ear.topics} == {"uagv/v2/GenbaSim/R1", "uagv/v3/GenbaSim/R2"}

        await live(work, ear.listen(), site.link.run(), old.run(), new.run())

    run(over_memory(script), 1, START)


async def test_R128_two_versions_over_one_real_broker(mosquitto: Mosquitto) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    connect = connector("127.0.0.1", mosquitto.port)
    site = Site(connect, now)
    site.link.add(R2)
    old, new = robot(connect, now, quick()), robot(connect, now, replace(quick(vda5050="3.0"), serial="R2"))

    async def script() -> None:
        site.link.want(R1, orders.build("O1", ROUTE, 3))
        site.link.want(R2, orders.build("O2", ROUTE, 3))
        await site.until(OrderFinished, order_id="O1")
        await site.until(OrderFinished, order_id="O2")

    await live(script, site.link.run(), old.run(), new.run())


def test_R128_what_an_earlier_version_left_at_the_broker_does_not_count() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        left = codec_v2.encode(R1, Connection(ConnectionState.ONLINE), 0, now())
        broker.route("uagv/v2/GenbaSim/R1/connection", left, retain=True)
        site = Site(broker.connect, now)
        new = robot(broker.connect, now, slow("3.0"))

        async def work() -> None:
            site.link.want(R1, orders.build("O1", ROUTE, 3))
            await site.until(OrderAccepted)
            broken = codec_v2.encode(R1, Connection(ConnectionState.CONNECTIONBROKEN), 9, now())
            broker.route("uagv/v2/GenbaSim/R1/connection", broken, retain=True)
            await site.until(OrderFinished)
            assert site.link.vehicle(R1).connection is ConnectionState.ONLINE

        await live(work, site.link.run(), new.run())

    run(over_memory(script), 1, START)


def test_R128_a_robot_that_changes_its_version_is_answered_in_the_new_one() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now)
        old, new = robot(broker.connect, now, slow("2.1")), robot(broker.connect, now, slow("3.0"))

        async def work() -> None:
            site.link.want(R1, orders.build("O1", ROUTE, 3))
            await site.until(OrderFinished)
            old.leave()
            await asyncio.sleep(60)
            updated = asyncio.ensure_future(new.run())
            await asyncio.sleep(60)
            assert site.link.vehicle(R1).major is Major.V3
            back = list(reversed(ROUTE))
            new.carry_by_hand("N4", 6000, 0)
            site.link.want(R1, orders.build("O2", [*back[:1], *back[2:]], 2))
            await site.until(OrderFinished, order_id="O2")
            updated.cancel()

        await live(work, site.link.run(), old.run())

    run(over_memory(script), 1, START)


@pytest.mark.parametrize(("named", "spoken"), [(Major.V2, "3.0"), (Major.V3, "2.1")])
def test_R128_a_robot_is_not_heard_in_another_version_than_the_one_named(named: Major, spoken: str) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now, add=False)
        site.link.add(R1, named)
        one = robot(broker.connect, now, slow(spoken))

        async def work() -> None:
            await asyncio.sleep(60)
            assert not site.told(Alive)
            assert site.link.rubbish[R1].code == "version"

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def test_R128_a_stranger_is_added_in_the_version_it_speaks() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now, add=False), robot(broker.connect, now, slow("3.0"))

        async def work() -> None:
            await site.until(Announced)
            await asyncio.sleep(60)
            assert site.told(Announced) == [Announced()]
            site.link.add(R1)
            site.link.want(R1, orders.build("O1", ROUTE, 3))
            await site.until(OrderFinished)

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def test_R43_a_robot_that_asks_for_a_zone_is_told_no() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now, slow("3.0"))

        async def work() -> None:
            await site.until(Alive)
            one.ask_zone("Z1", "r1")
            assert (await site.until(RequestRefused)).place == "Z1"
            await asyncio.sleep(60)
            assert one.answers == {"Z1": Grant.REJECTED}
            assert one.state().zone_requests == ()
            assert len(site.told(RequestRefused)) == 1

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


@pytest.mark.parametrize(
    ("version", "refusals", "failed"),
    [("2.1", 1, ("p1",)), ("3.0", RETRIES, ()), ("3.0", RETRIES + 1, ("p1",))],
)
def test_R24_a_pick_that_fails_for_now_is_tried_again_where_the_version_knows_how(
    version: str, refusals: int, failed: tuple[str, ...]
) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now)
        one = robot(broker.connect, now, slow(version), partner=Shy(refusals))

        async def work() -> None:
            site.link.want(R1, orders.build("O1", way("N1", "N2", actions={"N2": [pick("p1")]}), 1))
            assert (await site.until(OrderFinished)).failed == failed

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def test_R32_an_intervened_robot_stands_and_goes_on_with_the_same_order() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now, slow("3.0"))

        async def work() -> None:
            site.link.want(R1, orders.build("O1", ROUTE, 3))
            await site.until(OrderAccepted)
            one.set_mode(OperatingMode.INTERVENED)
            await site.until(ModeChanged, mode=OperatingMode.INTERVENED)
            await asyncio.sleep(300)
            assert not site.told(OrderFinished)
            one.set_mode(OperatingMode.AUTOMATIC)
            await site.until(OrderFinished)
            assert not site.told(OrderLost)

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def test_R32_a_robot_in_startup_is_not_moved_on_the_map() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now, slow("2.1"))

        async def work() -> None:
            await site.until(Alive)
            before = site.link.position(R1)
            starting = state(mode=OperatingMode.STARTUP)
            broker.route("uagv/v2/GenbaSim/R1/state", codec_v2.encode(R1, starting, 500, now()), retain=False)
            await site.until(ModeChanged, mode=OperatingMode.STARTUP)
            assert site.link.position(R1) == before

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def test_R96_what_is_no_message_of_3_0_is_counted_and_kept() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now, slow("3.0"))

        async def work() -> None:
            await site.until(Alive)
            forged = codec_v3.encode(RobotId("Other", "R1"), Connection(ConnectionState.OFFLINE), 0, now())
            broker.route("uagv/v3/GenbaSim/R1/connection", forged, retain=False)
            await asyncio.sleep(1)
            assert (site.link.rubbish[R1].code, site.link.rubbish[R1].raw) == ("identity", forged)

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)

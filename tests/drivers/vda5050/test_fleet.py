"""The fleet link against simulated robots: in virtual time over a broker in memory, and over a real mosquitto."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drivers.mqtt.aio import connector
from drivers.ports import Now
from drivers.vda5050 import codec_v2 as codec
from drivers.vda5050 import orders
from drivers.vda5050.events import (
    ActionChanged,
    Alive,
    Announced,
    CancelDone,
    ConnectionChanged,
    OrderAccepted,
    OrderFinished,
    OrderLost,
    Progress,
    Rebooted,
    Stale,
)
from drivers.vda5050.messages import ActionStatus, Connection, ConnectionState, RobotId
from drivers.vda5050.topics import Topic
from simulators.robots.config import RobotConfig
from simulators.robots.faults import PoorRadio
from simulators.world.loop import run, virtual_loop
from tests.drivers.vda5050.helpers import START, way
from tests.drivers.vda5050.memory import MemoryBroker, lossy
from tests.drivers.vda5050.site import R1, ROUTE, Site, drive_extended, live, over_memory, quick, robot, slow
from tests.support.broker import Mosquitto

both_versions = pytest.mark.parametrize("version", ["2.1", "3.0"])


def virtual(script: Callable[[MemoryBroker, Now], Awaitable[None]], seed: int = 1) -> None:
    run(over_memory(script), seed, START)


@both_versions
async def test_master_and_robot_over_a_real_broker(mosquitto: Mosquitto, version: str) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    connect = connector("127.0.0.1", mosquitto.port)
    site, one = Site(connect, now), robot(connect, now, quick(vda5050=version))

    async def script() -> None:
        await drive_extended(site)
        assert site.told(OrderFinished) == [OrderFinished("O1", 1, "N4")]
        assert [event.sequence_id for event in site.told(Progress)][-1] == 6
        assert [load.load_id for load in one.body.cargo.loads] == ["T-0001"]
        site.link.cancel(R1, "c1")
        assert await site.until(CancelDone) == CancelDone("c1", nothing=True)
        one.leave()
        await site.until(ConnectionChanged, state=ConnectionState.OFFLINE)

    await live(script, site.link.run(), one.run())


@both_versions
async def test_R121_a_broker_killed_in_the_middle_of_an_order_costs_nothing(mosquitto: Mosquitto, version: str) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    connect = connector("127.0.0.1", mosquitto.port)
    site = Site(connect, now)
    one = robot(connect, now, quick(handling_time=0.3, state_interval=0.2, vda5050=version))

    async def script() -> None:
        order = orders.build("O1", ROUTE, 2)
        site.link.want(R1, order)
        await site.until(Progress, sequence_id=4)
        await mosquitto.kill()
        site.link.want(R1, orders.extend(order, 3))
        await mosquitto.start()
        await site.until(OrderFinished)
        assert site.link.link.losses == 1
        assert not site.told(OrderLost)
        assert len(one.body.cargo.loads) == 1

    await live(script, site.link.run(), one.run())


@both_versions
@pytest.mark.parametrize("seed", range(20))
def test_R79_R80_lost_and_doubled_messages_do_not_stop_the_work(seed: int, version: str) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        dice = random.Random(seed)
        site = Site(lossy(broker.connect, dice, lost=0.3, doubled=0.2), now)
        radio = PoorRadio(random.Random(seed), lost=0.2, doubled=0.1, late=0.1)
        one = robot(broker.connect, now, slow(version), radio=radio)

        async def work() -> None:
            async with asyncio.timeout(3600):
                await drive_extended(site)
                site.link.want(R1, orders.build("O2", list(reversed(ROUTE[:2] + way("N1", "N2", "N3", "N4")[2:])), 3))
                await site.until(OrderAccepted, order_id="O2")
                site.link.cancel(R1, "c1")
                await site.until(CancelDone)
            assert [load.load_id for load in one.body.cargo.loads] == ["T-0001"]
            assert not site.told(OrderLost)
            assert not one.book.busy

        await live(work, site.link.run(), one.run())

    virtual(script, seed)


@both_versions
def test_R05_R07_a_cut_robot_drives_on_and_the_will_is_told(version: str) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now, slow(version))

        async def work() -> None:
            site.link.want(R1, orders.build("O1", ROUTE, 3))
            await site.until(OrderAccepted)
            one.cut(120.0)
            await site.until(ConnectionChanged, state=ConnectionState.CONNECTIONBROKEN)
            await site.until(Stale)
            assert one.body.node == "N4"
            await site.until(OrderFinished)
            assert len(site.told(Alive)) == 2

        await live(work, site.link.run(), one.run())

    virtual(script)


def test_P40_a_clock_set_back_hides_no_silence() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        loop = virtual_loop()
        site = Site(broker.connect, now, steady=lambda: START + timedelta(seconds=loop.time()))
        one = robot(broker.connect, now)

        async def work() -> None:
            await site.until(Alive)
            loop.jump_clock(-timedelta(hours=1))
            one.vanish()
            silent = loop.time()
            await site.until(Stale)
            assert loop.time() - silent < 60

        await live(work, site.link.run(), one.run())

    virtual(script)


@both_versions
def test_R123_a_rebooted_robot_lost_its_order_and_keeps_its_load(version: str) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now, slow(version))

        async def work() -> None:
            site.link.want(R1, orders.build("O1", ROUTE, 3))
            await site.until(Progress, sequence_id=4)
            await site.until(ActionChanged, action_id="p1", status=ActionStatus.FINISHED)
            one.reboot()
            await site.until(OrderLost)
            assert site.told(Rebooted)
            assert len(one.body.cargo.loads) == 1
            assert one.book.order_id == ""

        await live(work, site.link.run(), one.run())

    virtual(script)


def test_an_unknown_robot_is_announced_once_and_can_be_added_then() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now, add=False), robot(broker.connect, now)

        async def work() -> None:
            await site.until(Announced)
            await asyncio.sleep(60)
            assert site.told(Announced) == [Announced()]
            site.link.add(R1)
            await site.until(Alive)
            await drive_extended(site)

        await live(work, site.link.run(), one.run())

    virtual(script)


def test_R96_rubbish_is_counted_kept_and_does_not_stop_the_link() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now)

        async def work() -> None:
            await site.until(Alive)
            broker.route("uagv/v2/GenbaSim/R1/state", b"\xff{", retain=False)
            forged = codec.encode(RobotId("Other", "R1"), Connection(ConnectionState.OFFLINE), 0, now())
            broker.route("uagv/v2/GenbaSim/R1/connection", forged, retain=False)
            broker.route("uagv/v2/GenbaSim/R1/nonsense", b"", retain=False)
            await drive_extended(site)
            rubbish = site.link.rubbish[R1]
            assert (rubbish.count, rubbish.code) == (2, "identity")
            assert rubbish.raw == forged

        await live(work, site.link.run(), one.run())

    virtual(script)


def test_R73_header_ids_count_per_topic_and_robot_without_gaps() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now)
        seen: dict[str, list[int]] = {}

        async def listen() -> None:
            async with broker.connect("ear") as session:
                await session.subscribe("#")
                async for message in session.messages():
                    robot_topic = message.topic.split("/")[-1]
                    received = codec.decode(Topic(robot_topic), R1, message.payload)
                    seen.setdefault(robot_topic, []).append(received.header.header_id or 0)

        async def work() -> None:
            await asyncio.sleep(1)
            site.link.act(R1, orders.action("startPause", "a1"))
            site.link.act(R1, orders.action("stopPause", "a2"))
            await drive_extended(site)
            for topic in ("order", "instantActions", "state"):
                assert seen[topic] == list(range(seen[topic][0], seen[topic][0] + len(seen[topic])))
            assert seen["order"][0] == seen["instantActions"][0] == 0

        await live(work, listen(), site.link.run(), one.run())

    virtual(script)


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_R111_a_robot_is_commanded_in_the_version_it_speaks(version: str) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now)
        one = robot(broker.connect, now, RobotConfig("GenbaSim", "R1", "N1", 0, 0, vda5050=version))
        heard: list[dict[str, Any]] = []

        async def listen() -> None:
            async with broker.connect("ear") as session:
                await session.subscribe("#")
                async for message in session.messages():
                    fields = json.loads(message.payload)
                    heard.append(fields)

        async def work() -> None:
            await asyncio.sleep(1)
            broker.route("uagv/v2/GenbaSim/R1/visualization", b"{}", retain=False)
            await drive_extended(site)
            site.link.cancel(R1, "c1")
            await site.until(CancelDone)
            assert {message.get("version", f"{version}.0") for message in heard} == {f"{version}.0"}
            assert any("orderUpdateId" in message and "lastNodeId" not in message for message in heard)
            assert any("instantActions" in message for message in heard) == (version == "2.0")

        await live(work, listen(), site.link.run(), one.run())

    virtual(script)


def test_a_day_of_waiting_costs_little() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now)

        async def work() -> None:
            await asyncio.sleep(8 * 3600)
            assert not site.told(Stale)
            assert site.link.counts.received < 3000

        await live(work, site.link.run(), one.run())

    virtual(script)

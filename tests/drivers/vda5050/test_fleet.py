"""The fleet link against simulated robots: in virtual time over a broker in memory, and over a real mosquitto."""

import asyncio
import itertools
import json
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drivers.mqtt.aio import connector
from drivers.mqtt.port import Connect
from drivers.ports import Now
from drivers.vda5050 import codec_v2 as codec
from drivers.vda5050 import orders
from drivers.vda5050.events import (
    ActionChanged,
    Alive,
    Announced,
    CancelDone,
    ConnectionChanged,
    Event,
    OrderAccepted,
    OrderFinished,
    OrderLost,
    Progress,
    Rebooted,
    Stale,
)
from drivers.vda5050.fleet import FleetLink
from drivers.vda5050.messages import ActionStatus, Connection, ConnectionState, RobotId
from drivers.vda5050.topics import Topic
from simulators.robots.config import RobotConfig, Version
from simulators.robots.faults import PoorRadio
from simulators.robots.robot import Robot
from simulators.world.loop import clock, run, virtual_loop
from tests.drivers.vda5050.helpers import START, pick, way
from tests.drivers.vda5050.memory import MemoryBroker, lossy
from tests.support.broker import Mosquitto

R1 = RobotId("GenbaSim", "R1")
ROUTE = way("N1", "N2", "N3", "N4", actions={"N3": [pick("p1")]})


class Site:
    """A link, its robots and what was told; `until` waits for an event."""

    def __init__(self, connect: Connect, now: Now, *, add: bool = True, steady: Now | None = None) -> None:
        count = itertools.count()
        self.events: list[tuple[RobotId, Event]] = []
        self._told = asyncio.Event()
        self.link = FleetLink(
            connect,
            now=now,
            steady=steady,
            dice=random.Random(1),
            ids=lambda: f"id-{next(count)}",
            on_event=self._on_event,
        )
        if add:
            self.link.add(R1)

    async def until(self, kind: type[Any], **fields: Any) -> Any:
        seen = 0
        while True:
            for _, event in self.events[seen:]:
                if isinstance(event, kind) and all(getattr(event, key) == value for key, value in fields.items()):
                    return event
            seen = len(self.events)
            self._told.clear()
            await self._told.wait()

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for _, event in self.events if isinstance(event, kind)]

    def _on_event(self, robot: RobotId, event: Event) -> None:
        self.events.append((robot, event))
        self._told.set()


def quick(**changes: Any) -> RobotConfig:
    settings: dict[str, Any] = {"speed": 40_000, "acceleration": 80_000, "handling_time": 0.05, "turn_rate": 50.0}
    return RobotConfig("GenbaSim", "R1", "N1", 0, 0, **(settings | changes))


def robot(connect: Connect, now: Now, config: RobotConfig | None = None, **more: Any) -> Robot:
    return Robot(config or RobotConfig("GenbaSim", "R1", "N1", 0, 0), connect, now=now, dice=random.Random(2), **more)


async def live(script: Callable[[], Awaitable[None]], *lives: Any) -> None:
    """Run a script while others live."""
    tasks = [asyncio.ensure_future(one) for one in lives]
    try:
        await script()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def virtual(script: Callable[[MemoryBroker, Now], Awaitable[None]], seed: int = 1) -> None:
    async def main() -> None:
        await script(MemoryBroker(), clock())

    run(main(), seed, START)


async def drive_extended(site: Site) -> None:
    order = orders.build("O1", ROUTE, 1)
    site.link.want(R1, order)
    await site.until(OrderAccepted, update_id=0)
    site.link.want(R1, orders.extend(order, 3))
    await site.until(OrderFinished)


async def test_master_and_robot_over_a_real_broker(mosquitto: Mosquitto) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    connect = connector("127.0.0.1", mosquitto.port)
    site, one = Site(connect, now), robot(connect, now, quick())

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


async def test_R121_a_broker_killed_in_the_middle_of_an_order_costs_nothing(mosquitto: Mosquitto) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    connect = connector("127.0.0.1", mosquitto.port)
    site = Site(connect, now)
    one = robot(connect, now, quick(handling_time=0.3, state_interval=0.2))

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


@pytest.mark.parametrize("seed", range(20))
def test_R79_R80_lost_and_doubled_messages_do_not_stop_the_work(seed: int) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        dice = random.Random(seed)
        site = Site(lossy(broker.connect, dice, lost=0.3, doubled=0.2), now)
        radio = PoorRadio(random.Random(seed), lost=0.2, doubled=0.1, late=0.1)
        one = robot(broker.connect, now, radio=radio)

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


def test_R05_R07_a_cut_robot_drives_on_and_the_will_is_told() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now)

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


def test_R123_a_rebooted_robot_lost_its_order_and_keeps_its_load() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now)

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


@pytest.mark.parametrize("version", Version)
def test_R111_a_robot_is_commanded_in_the_version_it_speaks(version: Version) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now)
        one = robot(broker.connect, now, RobotConfig("GenbaSim", "R1", "N1", 0, 0, version=version))
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
            assert {message.get("version", version) for message in heard} == {version}
            assert any("orderUpdateId" in message and "lastNodeId" not in message for message in heard)
            assert any("instantActions" in message for message in heard) == (version is Version.V2_0)

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

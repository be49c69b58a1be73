"""Many robots, their trouble, and where they come from."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.mqtt.port import Message
from drivers.vda5050.topics import Topic
from simulators.robots.build import from_site, in_a_line
from simulators.robots.config import RobotConfig
from simulators.robots.faults import PoorRadio, Trouble, mischief
from simulators.robots.fleet import RobotFleet
from simulators.robots.robot import Robot
from simulators.robots.shared import shared
from simulators.world.loop import clock, run
from tests.drivers.vda5050.memory import MemoryBroker

START = datetime(2026, 11, 22, tzinfo=UTC)
TEMPLATE = RobotConfig("GenbaSim", "R1", "N1", 0, 0)
SITE = {
    "broker": {"interface": "fleet"},
    "roadmap": {"map": "floor1", "nodes": [{"id": "P1", "x": 100, "y": 200}, {"id": "P2", "x": 300, "y": 400}]},
    "robot_types": [{"id": "tote2", "totes": 2, "speed": 900, "battery_hours": 6}],
    "stations": [{"id": "PARK-1", "kind": "park", "node": "P1"}, {"id": "CHARGE-1", "kind": "charge", "node": "P2"}],
    "robots": [{"id": "A", "type": "tote2", "manufacturer": "Acme", "serial": "A7", "home": "PARK-1"}],
}


def test_robots_of_a_site_stand_at_their_homes() -> None:
    (config,) = from_site(SITE, TEMPLATE)
    assert (config.manufacturer, config.serial, config.node, config.x, config.y) == ("Acme", "A7", "P1", 100, 200)
    assert (config.interface, config.speed, config.slots, config.driving_hours) == ("fleet", 900, ("1", "2"), 6)
    assert config.chargers == frozenset({"P1", "P2"})


def test_vacant_places_have_no_robot_and_other_machines_can_be_played_there() -> None:
    places = [*SITE["robots"], {"id": "B", "type": "tote2", "home": "CHARGE-1"}]  # type: ignore[misc]
    assert [one.serial for one in from_site({**SITE, "robots": places}, TEMPLATE)] == ["A7"]
    (config,) = from_site({**SITE, "robots": places}, TEMPLATE, {"B": ("Acme", "X9")})
    assert (config.manufacturer, config.serial, config.node) == ("Acme", "X9", "P2")
    with pytest.raises(ValueError, match="no robot C"):
        from_site({**SITE, "robots": places}, TEMPLATE, {"C": ("Acme", "X9")})


def test_a_site_without_what_robots_need_is_an_error_with_a_name() -> None:
    with pytest.raises(ValueError, match=r"robot_types|tote2"):
        from_site({**SITE, "robot_types": []}, TEMPLATE)


def test_a_robot_must_report_within_thirty_seconds() -> None:
    with pytest.raises(ValueError, match="30 s"):
        replace(TEMPLATE, state_interval=31.0)


def test_R128_a_robot_speaks_what_its_type_says() -> None:
    for named, spoken in ((3.0, "3.0"), ("2.1", "2.1"), (None, "2.1")):
        (config,) = from_site({**SITE, "robot_types": [{"id": "tote2", "vda5050": named}]}, TEMPLATE)
        assert config.vda5050 == spoken
    with pytest.raises(ValueError, match=r"1\.1 is none of"):
        replace(TEMPLATE, vda5050="1.1")


def test_two_robots_cannot_share_a_serial_number() -> None:
    async def main() -> None:
        broker = MemoryBroker()
        twins = [Robot(TEMPLATE, broker.connect, now=clock(), dice=random.Random(1)) for _ in range(2)]
        with pytest.raises(ValueError, match="serial"):
            RobotFleet(twins)

    run(main(), 1, START)


def test_many_robots_over_one_session_all_say_online_and_leave() -> None:
    async def main() -> None:
        broker = MemoryBroker()
        async with shared(broker.connect, "bench") as connect:
            fleet = RobotFleet(
                [Robot(one, connect, now=clock(), dice=random.Random(1)) for one in in_a_line(20, TEMPLATE)]
            )
            living = asyncio.ensure_future(fleet.run())
            await asyncio.sleep(5)
            online = broker.retained("uagv/v2/+/+/connection")
            assert len(online) == 20
            assert all(b"ONLINE" in payload for _, payload in online)
            fleet.leave()
            await living
            assert all(b"OFFLINE" in payload for _, payload in broker.retained("uagv/v2/+/+/connection"))
            assert fleet["R3"].occupancy.nodes == ("N3",)

    run(main(), 1, START)


def test_every_state_that_was_said_was_sent_and_none_after_the_goodbye() -> None:
    async def main() -> None:
        broker = MemoryBroker()
        heard: list[str] = []

        def note(message: Message) -> None:
            heard.append(message.topic if b"OFFLINE" not in message.payload else "goodbye")

        async def listen() -> None:
            async with broker.connect("listener") as session:
                await session.subscribe("uagv/v2/+/+/+", 0)
                async for message in session.messages():
                    note(message)

        listening = asyncio.ensure_future(listen())
        await asyncio.sleep(1)
        robot = Robot(replace(TEMPLATE, state_interval=1.0), broker.connect, now=clock(), dice=random.Random(1))
        living = asyncio.ensure_future(robot.run())
        await asyncio.sleep(20)
        robot.stop(5)
        robot.leave()
        await living
        await asyncio.sleep(1)
        listening.cancel()
        states = [topic for topic in heard if topic.endswith("/state")]
        assert robot.uplink.counted(Topic.STATE) == len(states) > 15
        assert heard[-1] == "goodbye"

    run(main(), 1, START)


def test_mischief_leaves_robots_that_live_on() -> None:
    async def main() -> None:
        broker = MemoryBroker()
        fleet = RobotFleet(
            [Robot(one, broker.connect, now=clock(), dice=random.Random(1)) for one in in_a_line(5, TEMPLATE)]
        )
        living = asyncio.ensure_future(fleet.run())
        await asyncio.sleep(1)
        trouble = asyncio.ensure_future(mischief(list(fleet.robots.values()), random.Random(3), every=20.0))
        await asyncio.sleep(3600)
        trouble.cancel()
        await asyncio.sleep(120)
        assert all(robot.uplink.online for robot in fleet.robots.values())
        living.cancel()
        await asyncio.gather(living, trouble, return_exceptions=True)

    run(main(), 1, START)


def test_a_poor_radio_loses_doubles_and_delays_but_not_the_connection() -> None:
    radio = PoorRadio(random.Random(1), lost=0.2, doubled=0.2, late=0.2)
    fates = [radio.outgoing(Topic.STATE) for _ in range(1000)]
    assert {len(fate) for fate in fates} == {0, 1, 2}
    assert any(len(fate) == 1 and fate[0] > 0 for fate in fates)
    assert {radio.outgoing(Topic.CONNECTION) for _ in range(100)} == {(0.0,)}


def test_every_trouble_is_known() -> None:
    assert [trouble.value for trouble in Trouble] == ["stop", "blocked", "cut", "reboot", "vanish"]

"""Simulated robots get maps and zones over the wire and drive by them (R34, R40-R45), over a real broker too."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.mqtt.aio import connector
from drivers.ports import Now
from drivers.vda5050 import orders, zones
from drivers.vda5050.events import Alive, ErrorsChanged, Hitch, NotStored, OrderFinished, Stored
from drivers.vda5050.messages import Grant, RobotId, ZoneRequest
from drivers.vda5050.storage import MapFile
from drivers.vda5050.zones import ZonePlan
from simulators.robots.config import RobotConfig
from simulators.robots.downloads import over_http
from simulators.world.loop import run
from tests.drivers.vda5050.helpers import START, way
from tests.drivers.vda5050.memory import MemoryBroker
from tests.drivers.vda5050.site import R1, Site, live, over_memory, quick, robot
from tests.support.broker import Mosquitto

ROUTE = way("N1", "N2", "N3", "N4", "N5")
PLAN = orders.build("O1", ROUTE, 4)
AROUND_N3 = [(3500, -500), (4500, -500), (4500, 500), (3500, 500)]
CONTENT = b"a map of floor 1"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
THIRD = RobotConfig("GenbaSim", "R1", "N1", 0, 0, vda5050="3.0")


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request: there is one map, and nothing else."""
    asked = await reader.readuntil(b"\r\n\r\n")
    found = b"GET /floor1-2.zip " in asked
    body, head = (CONTENT, b"200 OK") if found else (b"", b"404 Not Found")
    writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (head, len(body), body))
    await writer.drain()
    writer.close()


async def seen(true: Callable[[], bool]) -> None:
    """Wait until something is true of a robot."""
    for _ in range(6000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


@pytest.mark.parametrize("version", ["2.1", "3.0"])
async def test_R34_a_robot_fetches_its_map_from_a_real_server_over_a_real_broker(
    mosquitto: Mosquitto, version: str
) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    connect = connector("127.0.0.1", mosquitto.port)
    site = Site(connect, now)
    other = RobotId("GenbaSim", "R2")
    site.link.add(other)
    config = quick(vda5050=version, download_time=0.05, startup_time=0.05)
    one = robot(connect, now, config, fetch=over_http)
    two = robot(connect, now, replace(config, serial="R2"), fetch=over_http)

    async def script() -> None:
        site.link.store(R1, [MapFile("floor1", "2", f"{base}/floor1-2.zip", DIGEST)])
        site.link.store(other, [MapFile("floor1", "3", f"{base}/floor1-3.zip")])
        stored = await site.until(Stored)
        assert stored == Stored("map", "floor1", "2")
        failed = await site.until(NotStored)
        assert (failed.version, failed.hitch, failed.text) == ("3", Hitch.FAILED, "the map server says 404")
        assert one.atlas.maps[0].map_status == "DISABLED"
        site.link.want(R1, orders.build("O1", ROUTE, 4))
        await site.until(OrderFinished, order_id="O1")

    async with server:
        await live(script, site.link.run(), one.run(), two.run())
    with pytest.raises(OSError, match="does not answer"):
        await over_http(f"{base}/floor1-2.zip")


async def test_R41_R43_zones_and_leave_over_a_real_broker(mosquitto: Mosquitto) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    connect = connector("127.0.0.1", mosquitto.port)
    word = Grant.QUEUED
    site = Site(connect, now, leave=lambda _robot, _request: word)
    one = robot(connect, now, quick(vda5050="3.0", startup_time=0.05, min_state_interval=0.01))

    async def script() -> None:
        nonlocal word
        site.link.store(R1, [], ZonePlan("OS1", "floor1", (zones.zone("A", zones.RELEASE, AROUND_N3),)))
        await site.until(Stored)
        site.link.want(R1, PLAN)
        await seen(lambda: one.answers == {"A": Grant.QUEUED})
        assert one.book.last_node_id in {"N1", "N2"}
        word = Grant.GRANTED
        site.link.reconsider()
        await site.until(OrderFinished, order_id="O1")
        assert one.state().zone_requests == (), "what it left needs no leave"

    await live(script, site.link.run(), one.run())


def test_R42_a_speed_limit_holds_where_the_robots_body_is() -> None:
    took: dict[bool, float] = {}

    async def script(broker: MemoryBroker, now: Now) -> None:
        for limited in (False, True):
            one, site = robot(broker.connect, now, THIRD), Site(broker.connect, now)
            fastest = 0.0

            async def watch() -> None:
                nonlocal fastest
                while True:
                    if 3500 <= one.body.pose.x <= 4500:  # noqa: B023  it ends with its robot
                        fastest = max(fastest, one.body.speed)  # noqa: B023
                    await asyncio.sleep(0.05)

            async def work() -> None:
                await site.until(Alive)  # noqa: B023
                if limited:  # noqa: B023
                    slow = zones.zone("A", zones.SPEED_LIMIT, AROUND_N3, 300)
                    site.link.store(R1, [], ZonePlan("OS1", "floor1", (slow,)))  # noqa: B023
                    await site.until(Stored)  # noqa: B023
                began = asyncio.get_running_loop().time()
                site.link.want(R1, PLAN)  # noqa: B023
                await site.until(OrderFinished)  # noqa: B023
                took[limited] = asyncio.get_running_loop().time() - began  # noqa: B023
                assert not site.told(ErrorsChanged)  # noqa: B023

            await live(work, site.link.run(), one.run(), watch())
            assert (fastest <= 300) is limited
            assert fastest > 0

    run(over_memory(script), 1, START)
    assert took[True] > took[False] + 8


def test_R45_a_robot_keeps_out_of_a_zone_whose_leave_it_lost_and_leaves_one_it_is_in() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        word = Grant.GRANTED

        def leave(_robot: RobotId, request: ZoneRequest) -> Grant:
            assert request.zone_id == "A"
            return word

        site, one = Site(broker.connect, now, leave=leave), robot(broker.connect, now, THIRD)

        async def work() -> None:
            nonlocal word
            site.link.store(R1, [], ZonePlan("OS1", "floor1", (zones.zone("A", zones.RELEASE, AROUND_N3),)))
            await site.until(Stored)
            site.link.want(R1, PLAN)
            await seen(lambda: one.answers.get("A") is Grant.GRANTED)
            assert one.body.pose.x < 3000
            word = Grant.QUEUED
            site.link.reconsider()
            await asyncio.sleep(600)
            assert one.body.pose.x < 3100, "its body must not reach in"
            word = Grant.GRANTED
            site.link.reconsider()
            await seen(lambda: one.body.pose.x >= 3600)
            word = Grant.QUEUED
            site.link.reconsider()
            await site.until(OrderFinished)
            assert one.answers["A"] is Grant.REVOKED
            assert one.state().zone_requests == ()

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def test_R44_a_leave_ends_by_itself_when_the_master_is_gone() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now, leave=lambda _robot, _request: Grant.GRANTED)
        one = robot(broker.connect, now, THIRD)
        link = asyncio.ensure_future(site.link.run())

        async def work() -> None:
            site.link.store(R1, [], ZonePlan("OS1", "floor1", (zones.zone("A", zones.RELEASE, AROUND_N3),)))
            await site.until(Stored)
            site.link.want(R1, PLAN)
            await seen(lambda: one.answers.get("A") is Grant.GRANTED)
            one.stop(120)
            link.cancel()
            await asyncio.sleep(600)
            assert one.body.pose.x < 3100
            (request,) = one.state().zone_requests
            assert request.request_status == "REQUESTED", "it asks anew, and nobody answers"

        await live(work, one.run())

    run(over_memory(script), 1, START)

"""Robots that others drive report over a real WebSocket of a real server; who may not is refused before the upgrade."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
import uvicorn

from edge.processes import people
from edge.processes.people import KeyRole
from edge.web import foreign
from edge.web.pins import digest, new_key
from simulators.massrobotics import uplink
from simulators.massrobotics.robot import Course, Robot
from simulators.massrobotics.socket import NotUpgraded, WebSocketClient
from tests.edge.web.conftest import Web

PATIENCE = 20


@dataclass
class Listener:
    """Keeps what it hears."""

    reports: list[tuple[str, str | bytes]] = field(default_factory=list)
    floods: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, key: str, raw: str | bytes) -> None:
        self.reports.append((key, raw))
        self.news.set()

    def flooded(self, key: str) -> None:
        self.floods.append(key)
        self.news.set()

    async def until(self, count: int) -> None:
        """Wait until so many reports were heard."""
        async with asyncio.timeout(PATIENCE):
            while len(self.reports) < count:
                self.news.clear()
                await self.news.wait()


class Up(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@dataclass
class Door:
    web: Web
    listener: Listener
    port: int
    clients: list[WebSocketClient] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{foreign.PATH}"

    async def key(self, name: str = "maker", role: KeyRole = KeyRole.ROBOTS) -> str:
        key = new_key(name, self.web.store.source.dice)
        await self.web.store.run(people.add_key, name, role, digest(key))
        return key

    async def connect(self, key: str, *, basic: bool = False) -> WebSocketClient:
        client = await WebSocketClient.connect(self.url, key, random.Random(1), basic=basic)
        self.clients.append(client)
        return client

    async def refused(self, key: str) -> NotUpgraded:
        with pytest.raises(NotUpgraded) as caught:
            await self.connect(key)
        return caught.value


@pytest_asyncio.fixture
async def door(web: Web) -> AsyncIterator[Door]:
    listener = Listener()
    web.services.foreign = listener
    config = uvicorn.Config(
        web.app,
        port=0,
        log_level="critical",
        lifespan="off",
        **foreign.SOCKETS,
        timeout_graceful_shutdown=1,
    )
    server = Up(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE):
        await server.up.wait()
    door = Door(web, listener, server.servers[0].sockets[0].getsockname()[1])
    yield door
    for client in door.clients:
        client.drop()
    server.should_exit = True
    async with asyncio.timeout(PATIENCE):
        await serving


@pytest.mark.parametrize("basic", [False, True])
async def test_a_robot_reports_with_its_key_as_bearer_or_as_password(door: Door, *, basic: bool) -> None:
    client = await door.connect(await door.key(), basic=basic)
    await client.send("one")
    await client.send_frame(2, b"two")
    await door.listener.until(2)
    assert door.listener.reports == [("maker", "one"), ("maker", b"two")]
    await client.close()
    assert client.code == 1000


async def test_whoever_shows_no_key_of_the_role_is_refused_before_the_upgrade(door: Door) -> None:
    assert (await door.refused("")).status == 401
    assert (await door.refused("wrong")).status == 401
    wrong_role = await door.refused(await door.key("wms", KeyRole.WMS))
    assert wrong_role.status == 403
    assert "key.refused" in str(wrong_role)
    assert not door.listener.reports


async def test_a_key_of_robots_opens_nothing_else(door: Door) -> None:
    head = {"Authorization": f"Bearer {await door.key()}"}
    for path in ("/metrics", "/api/keys", "/console/devices"):
        assert (await door.web.client.get(path, headers=head)).status_code in (401, 403)
    assert (await door.web.client.post("/host/v1/orders", headers=head, json={})).status_code == 403


async def test_guessing_keys_is_slowed_down_like_any_login(door: Door) -> None:
    statuses = [(await door.refused(f"wrong-{number}")).status for number in range(31)]
    assert statuses == [401] * 30 + [429]


async def test_nobody_listens_where_the_site_wants_no_reports(door: Door) -> None:
    key = await door.key()
    door.web.services.foreign = None
    assert (await door.refused(key)).status == 404


async def test_another_sites_page_cannot_connect(door: Door) -> None:
    head = {"Authorization": f"Bearer {await door.key()}", "Origin": "http://evil.example"}
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        lines = [f"GET {foreign.PATH} HTTP/1.1", "Host: here", *(f"{k}: {v}" for k, v in (head | upgrade).items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"request.forged" in answer


async def test_a_key_that_is_revoked_is_cut_off_at_once_and_others_are_not(door: Door) -> None:
    revoked, other = await door.connect(await door.key()), await door.connect(await door.key("other"))
    await door.web.store.run(people.revoke_key, "maker")
    async with asyncio.timeout(PATIENCE):
        await revoked.closed.wait()
    assert revoked.code == 1008
    await other.send("still here")
    await door.listener.until(1)
    assert door.listener.reports == [("other", "still here")]


async def test_a_key_has_only_so_many_connections_and_gets_them_back(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "MOST_OF_A_KEY", 2)
    monkeypatch.setattr(foreign, "MOST_OF_ALL", 3)
    key, other = await door.key(), await door.key("other")
    first, _second = await door.connect(key), await door.connect(key)
    full = await door.refused(key)
    assert (full.status, "foreign.connections" in str(full)) == (429, True)
    await door.connect(other)
    assert (await door.refused(other)).status == 429
    await first.close()
    client = await door.connect(key)
    await client.send("in again")
    await door.listener.until(1)


async def test_a_flood_is_read_at_a_pace_told_and_loses_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "RATE", 1000.0)
    monkeypatch.setattr(foreign, "BURST", 5)
    client = await door.connect(await door.key())
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(200):
        await client.send(str(number))
    await door.listener.until(200)
    assert loop.time() - began >= (200 - 5 - 1) / 1000
    assert [raw for _, raw in door.listener.reports] == [str(number) for number in range(200)]
    assert set(door.listener.floods) == {"maker"}


async def test_nobody_waits_for_the_flood_of_another_key(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "RATE", 0.5)
    monkeypatch.setattr(foreign, "BURST", 5)
    flooder, calm = await door.connect(await door.key()), await door.connect(await door.key("calm"))
    for number in range(50):
        await flooder.send(str(number))
    await calm.send("calm")
    async with asyncio.timeout(PATIENCE):
        while ("calm", "calm") not in door.listener.reports:
            door.listener.news.clear()
            await door.listener.news.wait()
    assert len(door.listener.reports) < 50
    assert set(door.listener.floods) <= {"maker"}


async def test_rubbish_ends_its_own_connection_alone(door: Door) -> None:
    key = await door.key()
    broken, other = await door.connect(key), await door.connect(key)
    await broken.send_raw(b"\xff" * 100)
    async with asyncio.timeout(PATIENCE):
        await broken.closed.wait()
    assert broken.code == 1002
    await other.send("still here")
    await door.listener.until(1)


async def test_P56_connections_end_with_the_web(door: Door) -> None:
    client = await door.connect(await door.key())
    door.web.services.close()
    async with asyncio.timeout(PATIENCE):
        await client.closed.wait()
    assert client.code == 1008


async def test_a_simulated_robot_says_who_it_is_and_comes_back_after_a_cut(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplink, "EVERY", 0.01)
    monkeypatch.setattr(uplink, "AGAIN", (0.0, 0.01))
    robot = Robot("E1", Course("4b8302da-21ad-401f-af45-1dfd956b80b5"), random.Random(1))
    link = uplink.Uplink(robot, door.url, await door.key(), random.Random(1), now=door.web.clock)
    running = asyncio.create_task(link.run())
    await door.listener.until(3)
    link.mood = uplink.Mood.CUT
    async with asyncio.timeout(PATIENCE):
        while sum("robotSerialNumber" in str(raw) for _, raw in door.listener.reports) < 3:
            door.listener.news.clear()
            await door.listener.news.wait()
    assert all(str(raw).endswith("}") for _, raw in door.listener.reports), "half a message was heard"
    running.cancel()

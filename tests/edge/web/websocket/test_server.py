"""The WebSocket of a real uvicorn on a free port, before an app that tells what it hears."""

import asyncio

import httpx
import pytest

from edge.web.websocket import server
from edge.web.websocket.frames import Code, Opcode
from simulators.massrobotics.socket import NotUpgraded, masked_frame
from tests.edge.web.websocket.conftest import Stage


async def test_messages_arrive_whole_and_in_order(stage: Stage) -> None:
    client = await stage.connect("/robots?x=1")
    await client.send("one")
    await client.send_frame(Opcode.TEXT, b"tw", final=False)
    await client.send_frame(Opcode.CONTINUATION, "ö".encode())
    await client.send_frame(Opcode.BINARY, b"\x00\xff")
    await client.close()
    assert await stage.left() == 1000
    assert [one.get("text", one.get("bytes")) for one in stage.app.heard[:-1]] == ["one", "twö", b"\x00\xff"]
    assert (stage.app.scope["path"], stage.app.scope["query_string"]) == ("/robots", b"x=1")
    assert dict(stage.app.scope["headers"])[b"authorization"] == b"Bearer key"


async def test_the_app_refuses_before_the_upgrade_with_its_own_words(stage: Stage) -> None:
    with pytest.raises(NotUpgraded, match="who are you") as caught:
        await stage.connect("/no")
    assert caught.value.status == 401


@pytest.mark.parametrize(("path", "status"), [("/closed", 403), ("/broken", 500), ("/mute", 500)])
async def test_an_app_that_does_not_accept_leaves_nobody_waiting(stage: Stage, path: str, status: int) -> None:
    with pytest.raises(NotUpgraded) as caught:
        await stage.connect(path)
    assert caught.value.status == status


async def test_the_app_closes_with_code_and_reason(stage: Stage) -> None:
    assert await stage.closed(await stage.connect("/leaves")) == 4000


@pytest.mark.parametrize(
    ("head", "status"), [({"Sec-WebSocket-Version": "8"}, 426), ({"Sec-WebSocket-Key": "x"}, 400), ({}, 426)]
)
async def test_what_is_no_handshake_of_version_13_is_refused(stage: Stage, head: dict[str, str], status: int) -> None:
    good = {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} if head else {}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(
            f"http://127.0.0.1:{stage.server.port}/",
            headers={"Connection": "Upgrade", "Upgrade": "websocket"} | good | head,
        )
    assert answer.status_code == status
    assert not stage.app.scope


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked_frame(Opcode.TEXT, b"\xff\xfe", b"mask"), Code.NOT_UTF8),
        (masked_frame(Opcode.TEXT, b"x", b""), Code.PROTOCOL),
        (masked_frame(Opcode.BINARY, b"x" * (server.MOST_BYTES + 1), b"mask"), Code.TOO_BIG),
        (masked_frame(Opcode.PING, b"", b"mask") * 1000, Code.POLICY),
        (masked_frame(Opcode.CLOSE, b"\x00\x01", b"mask"), Code.PROTOCOL),
        (b"GET / HTTP/1.1\r\n\r\n", Code.PROTOCOL),
    ],
)
async def test_a_client_that_breaks_the_rules_is_told_why_and_left(stage: Stage, sent: bytes, code: Code) -> None:
    client = await stage.connect()
    other = await stage.connect()
    await client.send_raw(sent)
    assert await stage.closed(client) == code
    await other.send("still here")
    await other.close()
    assert {"type": "websocket.receive", "text": "still here"} in stage.app.heard


async def test_a_message_of_the_most_bytes_is_taken(stage: Stage) -> None:
    client = await stage.connect()
    await client.send("x" * server.MOST_BYTES)
    await client.close()
    await stage.left()
    assert len(stage.app.heard[0]["text"]) == server.MOST_BYTES


async def test_a_flood_waits_in_the_senders_own_socket(stage: Stage) -> None:
    """The app does not read, so the client stops being able to send; what the server holds of it stays small."""
    client = await stage.connect("/slow")
    message = masked_frame(Opcode.TEXT, b"x" * 1000, b"mask")
    sent = 0

    async def flood() -> None:
        nonlocal sent
        while True:
            await client.send_raw(message * 1000)
            sent += 1000

    flooding = asyncio.create_task(flood())
    (connection,) = stage.server.server_state.connections
    assert isinstance(connection, server.WebSocketServer)
    async with asyncio.timeout(30):
        while connection._transport.is_reading():  # noqa: ASYNC110  the transport tells nobody
            await asyncio.sleep(0)
    held = len(connection._frames)
    assert held < 1_000_000
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://127.0.0.1:{stage.server.port}/")).text == "ok"
    assert len(connection._frames) == held
    flooding.cancel()
    client.drop()
    stage.app.gate.set()
    assert await stage.left() in (Code.LOST, 1000)


async def test_a_client_that_never_reads_our_pongs_fills_no_memory(stage: Stage) -> None:
    client = await stage.connect()
    (connection,) = stage.server.server_state.connections
    assert isinstance(connection, server.WebSocketServer)
    connection.pause_writing()
    await client.send_frame(Opcode.PING, b"are you there")
    await client.send("after it")
    async with asyncio.timeout(20):
        while not stage.app.heard:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
    connection.resume_writing()
    await client.close()
    assert await stage.left() == 1000


async def test_a_silent_client_is_asked_and_one_that_is_gone_is_left(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PING_AFTER", 0.02)
    there = await stage.connect()
    async with asyncio.timeout(20):
        while there.pings < 20:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
    assert not there.closed.is_set()
    there._listening.cancel()  # it answers no more
    monkeypatch.setattr(server, "GONE_AFTER", 0.1)
    assert await stage.left() == Code.LOST


async def test_a_client_that_hangs_up_is_over_at_once(stage: Stage) -> None:
    client = await stage.connect()
    client.drop()
    assert await stage.left() == Code.LOST


async def test_P56_the_server_stops_with_connections_open(stage: Stage) -> None:
    clients = [await stage.connect() for _ in range(3)]
    stage.server.should_exit = True
    assert [await stage.closed(client) for client in clients] == [Code.RESTART] * 3
    async with asyncio.timeout(20):
        await stage.serving

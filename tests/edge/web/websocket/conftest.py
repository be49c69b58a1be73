"""A real uvicorn on a free port with our WebSocket, before an app that tells what it hears."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from edge.web.websocket import server
from simulators.massrobotics.socket import WebSocketClient


@dataclass
class Echo:
    """Lets everybody in but those at /no and /broken; keeps what it hears and says it again."""

    heard: list[Message] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    scope: Scope = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        assert (await receive())["type"] == "websocket.connect"
        if scope["path"] == "/no":
            await send({"type": "websocket.http.response.start", "status": 401, "headers": [(b"X-Why", b"no key")]})
            await send({"type": "websocket.http.response.body", "body": b"who ", "more_body": True})
            await send({"type": "websocket.http.response.body", "body": b"are you"})
            return
        if scope["path"] == "/closed":
            await send({"type": "websocket.close"})
            return
        if scope["path"] == "/broken":
            raise RuntimeError("the app failed")
        if scope["path"] == "/mute":
            return
        await send({"type": "websocket.accept"})
        if scope["path"] == "/slow":
            await self.gate.wait()
        if scope["path"] == "/leaves":
            await send({"type": "websocket.close", "code": 4000, "reason": "enough"})
            return
        while True:
            message = await receive()
            self.heard.append(message)
            if message["type"] == "websocket.disconnect":
                self.left.set()
                return
            await send({"type": "websocket.send", "text": message.get("text", "bytes")})


class Up(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, app: Echo) -> None:
        config = uvicorn.Config(
            app, port=0, log_level="critical", lifespan="off", ws=server.WebSocketServer, timeout_graceful_shutdown=1
        )
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @property
    def port(self) -> int:
        return int(self.servers[0].sockets[0].getsockname()[1])


@dataclass
class Stage:
    app: Echo
    server: Up
    serving: asyncio.Task[None]
    clients: list[WebSocketClient] = field(default_factory=list)

    async def connect(self, path: str = "/") -> WebSocketClient:
        url = f"ws://127.0.0.1:{self.server.port}{path}"
        client = await WebSocketClient.connect(url, "key", random.Random(7))
        self.clients.append(client)
        return client

    async def closed(self, client: WebSocketClient) -> int | None:
        async with asyncio.timeout(20):
            await client.closed.wait()
        return client.code

    async def left(self) -> int:
        async with asyncio.timeout(20):
            await self.app.left.wait()
        return int(self.app.heard[-1]["code"])


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    app = Echo()
    up = Up(app)
    stage = Stage(app, up, asyncio.create_task(up.serve()))
    async with asyncio.timeout(20):
        await up.up.wait()
    yield stage
    for client in stage.clients:
        client.drop()
    app.gate.set()
    up.should_exit = True
    async with asyncio.timeout(20):
        await stage.serving

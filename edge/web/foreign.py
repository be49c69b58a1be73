"""Where robots that others drive report themselves: a WebSocket that only listens (docs/fleets.md).

Who shows no key of role `robots` is refused before the connection is upgraded, and one whose key is revoked is cut off
at once. Each connection is read at a bounded pace, so that a flood waits in its sender's own socket.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, WebSocket
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocketDisconnect

from edge.model.reasons import Refusal
from edge.processes.people import KeyRole, Machine
from edge.store.tx import Entry
from edge.web.pace import Pace
from edge.web.security import NotLoggedIn, check_origin, machine
from edge.web.services import Foreign, Services

PATH = "/api/massrobotics"
MOST_OF_A_KEY = 50
"""Of one key: a robot each, or one for a maker's whole fleet. There is room for a second key's."""
MOST_OF_ALL = 100
LONGEST = 64 * 1024
"""Bytes of a message: many times what a robot has to say, and the most that is read."""
SOCKETS: Mapping[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": LONGEST,
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 40.0,
    "ws_per_message_deflate": False,
}
"""How uvicorn serves them: a message longer than any report ends its connection, and so does a minute of silence."""
NO_SOCKETS: Mapping[str, Any] = {"ws": "none"}
RATE, BURST = 200.0, 400
"""Reports a second of one key, and at once: two hundred robots that report every second cost some percent of a core."""


def foreign_router(services: Services) -> APIRouter:
    """Serve the WebSocket; nobody listens there where the site file has no `massrobotics`."""
    router = APIRouter()
    callers = Callers()
    services.closing += [services.store.watch(callers.watch), callers.close]

    @router.websocket(PATH)
    async def reported(
        socket: WebSocket, who: Annotated[Machine, Depends(machine(KeyRole.ROBOTS, by_name=True))]
    ) -> None:
        check_origin(socket)
        if services.foreign is None:
            raise Refusal("request.not_found")
        try:
            async with callers.one(who.id) as pace:
                await socket.accept()
                await _listen(socket, who.id, pace, services.foreign)
        except TimeoutError:
            await socket.close(WS_1008_POLICY_VIOLATION, "the key is no longer valid, or the edge stops")

    return router


async def _listen(socket: WebSocket, key: str, pace: Pace, foreign: Foreign) -> None:
    """Pass reports on until the client leaves."""
    loop = asyncio.get_running_loop()
    try:
        while True:
            message = await socket.receive()
            if message["type"] != "websocket.receive":
                return
            foreign.heard(key, message.get("text") or message.get("bytes") or b"")
            early = pace.take(loop.time())
            if early:
                foreign.flooded(key)
                await asyncio.sleep(early)
    except WebSocketDisconnect:
        return


class Callers:
    """Who is connected, by key; all connections of a key share one pace."""

    def __init__(self) -> None:
        self._limits: dict[str, list[asyncio.Timeout]] = {}
        self._paces: dict[str, Pace] = {}
        self._revoked: dict[str, None] = {}

    @asynccontextmanager
    async def one(self, key: str) -> AsyncIterator[Pace]:
        """Hold a place for a connection; raises Refusal when there are too many, TimeoutError when it must end."""
        limits = self._limits.setdefault(key, [])
        if key in self._revoked:  # between the door and here
            raise NotLoggedIn
        if len(limits) >= MOST_OF_A_KEY or sum(map(len, self._limits.values())) >= MOST_OF_ALL:
            raise Refusal("foreign.connections", key=key)
        async with asyncio.timeout(None) as limit:
            limits.append(limit)
            try:
                yield self._paces.setdefault(key, Pace(RATE, BURST, asyncio.get_running_loop().time()))
            finally:
                limits.remove(limit)

    def watch(self, entries: Sequence[Entry]) -> None:
        """End the connections of keys that the journal says were revoked; such a name is never given again."""
        for entry in entries:
            if entry.kind == "key.revoked":
                key = entry.subject.removeprefix("key/")
                self._revoked[key] = None
                self._end(key)

    def close(self) -> None:
        """End all."""
        for key in self._limits:
            self._end(key)

    def _end(self, key: str) -> None:
        now = asyncio.get_running_loop().time()
        for limit in self._limits.get(key, ()):
            if not limit.expired():
                limit.reschedule(now)

"""Where PLCs are reached: one at a TCP address, several behind a gateway, or several on a serial line (RTU)."""

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from drivers.ports import Listen, Server, Writer
from simulators.plc.framing import CONVERTED, Request, Rtu, framing_at
from simulators.plc.moods import Exchange, Mood


class Station(Protocol):
    """A unit on the line."""

    @property
    def unit(self) -> int:
        """Return its unit id."""
        ...

    @property
    def online(self) -> bool:
        """Tell whether it has power."""
        ...

    @property
    def mood(self) -> Mood:
        """Return how it behaves."""
        ...

    async def obey(self, request: Request) -> bytes:
        """Do what is asked, and return the answer."""
        ...


class Line:
    """Serves its stations at one address; on a serial line each hears everything and answers what is meant for it."""

    def __init__(self, stations: Sequence[Station]) -> None:
        self._stations = list(stations)
        self._listening: tuple[Listen, str] | None = None
        self._server: Server | None = None

    async def start(self, listen: Listen, address: str) -> str:
        """Serve at `tcp://host:port`, the same with `?framing=rtu`, or `pty:`; return the address to dial."""
        server = self._server = await listen(address, partial(self._serve, address))
        where = server.address + (CONVERTED if address.endswith(CONVERTED) else "")
        self._listening = (listen, where if address.startswith("tcp:") else address)
        return where

    async def unplug(self) -> None:
        """Take the connector out: connections drop, nobody can dial."""
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def plug_in(self) -> None:
        """Serve again at the same address."""
        if self._listening is not None and self._server is None:
            await self.start(*self._listening)

    async def _serve(self, address: str, reader: asyncio.StreamReader, writer: Writer) -> None:
        framing = framing_at(address)
        serial = isinstance(framing, Rtu)
        answering: dict[asyncio.Task[None], None] = {}
        try:
            while True:
                request = await framing.read(reader)
                station = self._meant(request, serial=serial)
                if station is None:
                    continue
                exchange = Exchange(writer, framing, request, partial(station.obey, request))
                task = asyncio.create_task(_answer(station.mood, exchange))
                answering[task] = None
                task.add_done_callback(lambda done: answering.pop(done, None))
                if not serial:  # a connection is served in order; on a line nobody waits for a unit that is hung
                    await task
        finally:
            for task in list(answering):
                task.cancel()

    def _meant(self, request: Request, *, serial: bool) -> Station | None:
        """Return who answers; at a TCP address somebody always does, if only to say that the unit is not there."""
        there = [station for station in self._stations if station.online]
        meant = [station for station in there if station.unit == request.unit]
        return next(iter(meant if serial else meant or there), None)


async def _answer(mood: Mood, exchange: Exchange) -> None:
    with contextlib.suppress(OSError):
        await mood(exchange)
        await exchange.writer.drain()

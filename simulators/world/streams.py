"""In-memory byte streams with latency, chunks of any size, and faults: fills `Dial` and `Listen` of drivers/ports.py.

Bytes of one direction stay in order as on TCP, but arrive late and cut at places the writer never chose. An address is
any text: `tcp://host:port` and `serial:/dev/ttyX?baud=9600` are the same thing here.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from drivers.ports import Handler, Server, Stream, Writer

log = structlog.get_logger(__name__)

FIRST_FREE_PORT = 20_000
"""Given to the first listener that asks for port 0."""


@dataclass(slots=True)
class Line:
    """How the wires behave: latency in seconds (from, to), and how often (0..1) a write arrives in pieces."""

    latency: tuple[float, float] = (0.0005, 0.003)
    chunked: float = 0.2


class Network:
    """All addresses of a site; `dial` and `listen` are handed to drivers and simulators."""

    def __init__(self, dice: random.Random, line: Line | None = None) -> None:
        self._dice = dice
        self._line = line or Line()
        self._servers: dict[str, _Server] = {}
        self._links: dict[str, dict[_Link, None]] = {}
        self._refused: set[str] = set()
        self._silent: set[str] = set()
        self._ports = FIRST_FREE_PORT

    async def dial(self, address: str) -> Stream:
        """Connect; ConnectionRefusedError when nobody listens or the address is switched off."""
        await asyncio.sleep(self._dice.uniform(*self._line.latency))
        server = self._servers.get(address)
        if server is None or address in self._refused:
            raise ConnectionRefusedError(f"nobody answers at {address}")
        link = _Link(self._dice, self._line, lambda: address in self._silent, lambda: self._forget(address, link))
        self._links.setdefault(address, {})[link] = None
        server.begin(link)
        return link.near.reader, link.near

    async def listen(self, address: str, handler: Handler) -> Server:
        """Listen; a port 0 gets a free one; OSError when the address is taken."""
        if address.endswith(":0"):
            address = f"{address[:-2]}:{self._ports}"
            self._ports += 1
        if address in self._servers:
            raise OSError(f"{address} is taken")
        server = _Server(address, handler, lambda: self._close(address))
        self._servers[address] = server
        return server

    def cut(self, address: str) -> None:
        """Break every connection to an address; both ends read a reset. Dialling again is possible at once."""
        for link in list(self._links.get(address, {})):
            link.reset()

    def refuse(self, address: str, *, on: bool) -> None:
        """Break what is connected and refuse new connections while on (the device is switched off)."""
        _switch(self._refused, address, on=on)
        if on:
            self.cut(address)

    def silence(self, address: str, *, on: bool) -> None:
        """Swallow all bytes both ways while on, without a word to either end (a dead peer, a pulled cable)."""
        _switch(self._silent, address, on=on)

    def _forget(self, address: str, link: "_Link") -> None:
        self._links.get(address, {}).pop(link, None)

    def _close(self, address: str) -> None:
        self._servers.pop(address, None)
        self.cut(address)


class _Server:
    """One listener and the handlers that serve its connections."""

    def __init__(self, address: str, handler: Handler, on_close: Callable[[], None]) -> None:
        self._address = address
        self._handler = handler
        self._on_close = on_close
        self._tasks: dict[asyncio.Task[None], None] = {}

    @property
    def address(self) -> str:
        """Return the address with its real port."""
        return self._address

    def begin(self, link: "_Link") -> None:
        """Serve a new connection."""
        task = asyncio.get_running_loop().create_task(self._serve(link))
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        self._on_close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, link: "_Link") -> None:
        try:
            with contextlib.suppress(OSError, EOFError):
                await self._handler(link.far.reader, link.far)
        finally:
            link.far.close()


class _Link:
    """One connection: two ends and two one-way pipes."""

    def __init__(self, dice: random.Random, line: Line, silent: Callable[[], bool], on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        outward, homeward = _Pipe(dice, line, silent), _Pipe(dice, line, silent)
        self.near = _End(outward, homeward, self._ended)
        self.far = _End(homeward, outward, self._ended)

    def reset(self) -> None:
        """Break both ends at once."""
        for end in (self.near, self.far):
            end.broken = True
            end.source.dead = True
            if not end.closed:
                end.reader.set_exception(ConnectionResetError("the connection was cut"))
        self._on_end()

    def _ended(self) -> None:
        if self.near.closed and self.far.closed:
            self._on_end()


class _End(Writer):
    """The writing half of one end (a `Writer`), with the reader beside it."""

    def __init__(self, sink: "_Pipe", source: "_Pipe", on_close: Callable[[], None]) -> None:
        self.reader = source.reader
        self.source = source
        self._sink = sink
        self.closed = False
        self.broken = False
        self._on_close = on_close

    def write(self, data: bytes) -> None:
        if not self.closed and not self.broken:
            self._sink.send(bytes(data))

    async def drain(self) -> None:
        if self.broken or self.closed:
            raise ConnectionResetError("the connection is gone")

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        if not self.broken:
            self._sink.send(b"")
            self.source.dead = True
            self.reader.feed_eof()
        self._on_close()

    async def wait_closed(self) -> None:
        await asyncio.sleep(0)

    def is_closing(self) -> bool:
        return self.closed or self.broken


class _Pipe:
    """Carries bytes one way, in order; an empty chunk is the end."""

    def __init__(self, dice: random.Random, line: Line, silent: Callable[[], bool]) -> None:
        self.reader = asyncio.StreamReader()
        self._dice = dice
        self._line = line
        self._silent = silent
        self._last = 0.0
        self._under_way: deque[bytes] = deque()
        self.dead = False

    def send(self, data: bytes) -> None:
        """Send bytes on their way, in one piece or several."""
        while len(data) > 1 and self._dice.random() < self._line.chunked:
            at = self._dice.randrange(1, len(data))
            self._post(data[:at])
            data = data[at:]
        self._post(data)

    def _post(self, chunk: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._last = max(self._last, loop.time() + self._dice.uniform(*self._line.latency))
        self._under_way.append(chunk)
        loop.call_at(self._last, self._arrive)

    def _arrive(self) -> None:
        """Let the oldest chunk arrive: which timer fires does not matter, each stands for one."""
        chunk = self._under_way.popleft()
        if self.dead or self._silent():
            return
        if chunk:
            self.reader.feed_data(chunk)
        else:
            self.reader.feed_eof()


def _switch(group: set[str], name: str, *, on: bool) -> None:
    if on:
        group.add(name)
    else:
        group.discard(name)

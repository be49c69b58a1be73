"""A scanner that sends codes as real ones do: late, in pieces, twice, with noise at power-up, or not at all.

Serves a TCP connection or, with the address `pty:`, a serial device.
"""

import asyncio
import random
from dataclasses import dataclass

from drivers.ports import Listen, Server, Writer

NO_READ = "ERROR"


@dataclass(frozen=True, slots=True)
class Habits:
    """How it sends: line ending, seconds between pieces at most, chance (0..1) of pieces and of a double send."""

    ending: bytes = b"\r"
    jitter: float = 0.0
    split: float = 0.0
    double: float = 0.0
    noise: bytes = b""


class ScannerDevice:
    """One scanner; `scan` is the trigger pulled before a code."""

    def __init__(self, dice: random.Random, habits: Habits | None = None) -> None:
        self._dice = dice
        self._habits = habits or Habits()
        self._writers: dict[Writer, None] = {}
        self._connected = asyncio.Event()
        self._server: Server | None = None
        self._in_view: str | None = None
        self.triggered = 0

    async def start(self, listen: Listen, address: str) -> str:
        """Serve at `tcp://host:port` or `pty:`; return the address to dial."""
        self._server = await listen(address, self._serve)
        return self._server.address

    async def close(self) -> None:
        """Unplug it."""
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def connected(self) -> None:
        """Wait until a host is there."""
        await self._connected.wait()

    async def scan(self, text: str) -> None:
        """Read a code and send it."""
        times = 2 if self._dice.random() < self._habits.double else 1
        for _ in range(times):
            await self.send(text.encode() + self._habits.ending)

    async def send(self, data: bytes) -> None:
        """Send raw bytes, cut and delayed by habit."""
        for piece in self._pieces(data):
            for writer in list(self._writers):
                writer.write(piece)
            if self._habits.jitter:
                await asyncio.sleep(self._dice.uniform(0, self._habits.jitter))

    def show(self, text: str | None) -> None:
        """Hold a code in front of it, to be read when the host triggers it."""
        self._in_view = text

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self._writers[writer] = None
        self._connected.set()
        try:
            if self._habits.noise:
                writer.write(self._habits.noise)
            await self._obey(reader)
        finally:
            del self._writers[writer]
            if not self._writers:
                self._connected.clear()

    async def _obey(self, reader: asyncio.StreamReader) -> None:
        """Answer a triggered read when the trigger is let go."""
        while True:
            command = await reader.readuntil(b"\r")
            if command == b"LON\r":
                self.triggered += 1
            elif command == b"LOFF\r":
                await self.scan(self._in_view or NO_READ)

    def _pieces(self, data: bytes) -> list[bytes]:
        pieces = [data]
        while len(pieces[-1]) > 1 and self._dice.random() < self._habits.split:
            last = pieces.pop()
            at = self._dice.randrange(1, len(last))
            pieces += [last[:at], last[at:]]
        return pieces

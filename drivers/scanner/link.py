"""A supervised link to one scanner, over a serial port or TCP; it outlives unplugging, noise and power cuts (I47)."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from drivers.ports import Dial, Now, Writer
from drivers.scanner.framing import Cutter, Framing, Garbage, NoRead, Piece, Several
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

BOUNCE = 0.3
"""Seconds in which the same code again is the same scan (I45)."""
KEPT_GARBAGE = 8
"""Raw pieces kept for the engineer."""
TRIGGER_ON, TRIGGER_OFF = b"LON\r", b"LOFF\r"
"""KEYENCE SR commands; the answer comes after LOFF (I43)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A code and when it was complete; `more` are other codes that were seen at once with it."""

    text: str
    at: datetime
    more: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the scanner's order."""
        return self.text, *self.more


@dataclass(slots=True)
class Counts:
    """What a scanner sent since the start."""

    scans: int = 0
    repeats: int = 0
    no_reads: int = 0
    garbage: int = 0
    last_garbage: deque[bytes] = field(default_factory=lambda: deque(maxlen=KEPT_GARBAGE))


class Scanner:
    """One scanner; `on_scan` is called with every scan, in order."""

    def __init__(
        self,
        name: str,
        address: str,
        dial: Dial,
        *,
        now: Now,
        dice: random.Random,
        on_scan: Callable[[Scan], None],
        on_link: Callable[[Link], None] = lambda _link: None,
        on_no_read: Callable[[], None] = lambda: None,
        framing: Framing | None = None,
        bounce: float = BOUNCE,
    ) -> None:
        """Take a `Dial` address; `bounce` in seconds, 0 where the same code may come twice at once."""
        self.counts = Counts()
        self._name, self._address, self._dial = name, address, dial
        self._now = now
        self._on_scan = on_scan
        self._on_no_read = on_no_read
        self._framing = framing or Framing()
        self._bounce = bounce
        self._last: tuple[str | Several, float] | None = None
        self._writer: Writer | None = None
        self._supervisor = Supervisor(name, self._session, now=now, dice=dice, on_change=on_link)

    @property
    def link(self) -> Link:
        """Return whether the scanner is reached."""
        return self._supervisor.link

    async def run(self) -> None:
        """Keep the scanner until cancelled."""
        await self._supervisor.run()

    async def trigger(self, seconds: float = 1.0) -> None:
        """Let a KEYENCE scanner look for so long; its answer comes as a scan or no-read. ConnectionError when away."""
        if self._writer is None:
            raise ConnectionError(f"scanner {self._name} is not connected")
        writer = self._writer
        writer.write(TRIGGER_ON)
        try:
            await asyncio.sleep(seconds)
        finally:
            writer.write(TRIGGER_OFF)
        await writer.drain()

    async def _session(self, up: Callable[[], None]) -> None:
        reader, writer = await self._dial(self._address)
        try:
            self._writer = writer
            up()
            await self._read(reader)
        finally:
            self._writer = None
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        cutter = Cutter(self._framing)
        while True:
            try:
                async with asyncio.timeout(self._framing.silence if cutter.waiting else None):
                    data = await reader.read(4096)
            except TimeoutError:
                pieces = cutter.silence()
            else:
                if not data:
                    return
                pieces = cutter.feed(data)
            for piece in pieces:
                self._take(piece)

    def _take(self, piece: Piece) -> None:
        if isinstance(piece, NoRead):
            self.counts.no_reads += 1
            self._on_no_read()
        elif isinstance(piece, Garbage):
            self.counts.garbage += 1
            self.counts.last_garbage.append(piece.raw)
            if self.counts.garbage == 1:
                log.warning("scanner.garbage", link=self._name, raw=piece.raw[:64].hex())
        elif self._repeated(piece):
            self.counts.repeats += 1
        else:
            self.counts.scans += 1
            first, *more = piece.codes if isinstance(piece, Several) else (piece,)
            self._on_scan(Scan(first, self._now(), tuple(more)))

    def _repeated(self, seen: str | Several) -> bool:
        """Tell whether it is still the code of a moment ago; one held in front of the scanner stays one scan."""
        time = asyncio.get_running_loop().time()
        repeated = self._last is not None and self._last[0] == seen and time - self._last[1] < self._bounce
        self._last = (seen, time)
        return repeated

"""A supervised client of one serial reader: ask it for inventories, antenna after antenna, and come back (I15, I19).

The reader has no clock of its own and keeps nothing: a read is dated by when it was asked for and when it was told.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from drivers.ports import Dial
from drivers.rfid.backlog import LIMIT
from drivers.rfid.chafon import inventory
from drivers.rfid.chafon.framing import Answer
from drivers.rfid.chafon.talk import Talk
from drivers.rfid.port import Read, Trouble
from drivers.rfid.reader import ReaderLink, Surroundings
from drivers.rfid.stats import Rubbish


@dataclass(frozen=True, slots=True)
class Settings:
    """How a reader is used."""

    antennas: tuple[int, ...] = ()
    """Empty: the first."""
    session: int = 1
    """Gen2 inventory session (I12)."""
    scan: int = inventory.SHORTEST_SCAN
    """Length of one inventory on one antenna, in units of 100 ms."""
    answer_s: float = 2.0
    """Longest wait for the next frame, beyond the length of an inventory."""
    look_s: float = 2.0
    """Pause between two looks at a reader whose radio is off."""
    backlog: int = LIMIT


class ChafonLink(ReaderLink):
    """One reader on a serial line, or behind a serial-to-TCP converter."""

    def __init__(
        self, name: str, address: str, *, dial: Dial, settings: Settings, **around: Unpack[Surroundings]
    ) -> None:
        super().__init__(name, backlog=settings.backlog, **around)
        self._address = address
        self._dial = dial
        self._settings = settings
        self._lost_at: datetime | None = None

    async def _session(self, up: Callable[[], None]) -> None:
        reader, writer = await self._dial(self._address)
        talk = Talk(reader, writer, stray=self._stray)
        try:
            await self._information(talk)
            self._came_back()
            up()
            try:
                await self._read_on(talk)
            finally:
                self._lost_at = self._now()
        except TimeoutError as exc:
            self._alarm(Trouble.SILENT, str(exc))
            raise
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()

    def _came_back(self) -> None:
        """Tell that nobody knows what passed meanwhile: this reader reads only when asked (I20)."""
        if self._lost_at is not None and self._radio:
            away = (self._now() - self._lost_at).total_seconds()
            self._alarm(Trouble.MISSED, f"away for {away:.1f} s; the reader reads only when asked")
        self._lost_at = None

    async def _read_on(self, talk: Talk) -> None:
        while True:
            if self._radio:
                for antenna in self._settings.antennas or (1,):
                    await self._inventory(talk, antenna)
                continue
            self._nudge.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.look_s):
                    await self._nudge.wait()
            await self._information(talk)

    async def _information(self, talk: Talk) -> None:
        """Ask who it is: it lives, and the line is set up as it is."""
        async for _ in talk.ask(inventory.READER_INFORMATION, answer_s=self._settings.answer_s):
            self.stats.keepalives += 1
            return

    async def _inventory(self, talk: Talk, antenna: int) -> None:
        use = self._settings
        begun = self._now()
        request = inventory.request(antenna=antenna, session=use.session, scan=use.scan)
        async for answer in talk.ask(inventory.INVENTORY, request, answer_s=use.scan / 10 + use.answer_s):
            self._hear(answer, antenna, begun)
            await asyncio.sleep(0)  # a line that holds more gives it at once: let the reads be handed on first
            if inventory.is_last(answer):
                return

    def _hear(self, answer: Answer, antenna: int, begun: datetime) -> None:
        at = self._now()
        self.stats.messages += 1
        if answer.status == inventory.ANTENNA_ERROR:
            self._alarm(Trouble.ANTENNA_LOST, f"antenna {antenna}")
        elif answer.status == inventory.MEMORY_FULL:
            self._alarm(Trouble.BUFFER_FULL, f"antenna {antenna}")
        elif answer.status not in (*inventory.WITH_TAGS, inventory.NO_TAGS, inventory.STATISTICS):
            self._alarm(Trouble.REFUSED, f"inventory on antenna {antenna}: status 0x{answer.status:02X}")
        try:
            tags = inventory.tags(answer)
        except ValueError as exc:
            self._bad(answer.data, str(exc))
            return
        if tags:
            self.stats.reports += 1
            self.stats.reads += len(tags)
            self._take([self._read(tag, begun, at) for tag in tags])

    @staticmethod
    def _read(tag: inventory.Tag, begun: datetime, at: datetime) -> Read:
        return Read(
            epc=tag.epc,
            bits=tag.bits,
            antenna=tag.antenna,
            rssi_dbm=None,  # of no unit that its manual would say
            first_seen=min(begun, at),
            last_seen=at,
            count=1,
            received_at=at,
        )

    def _stray(self, piece: Answer | Rubbish) -> None:
        if isinstance(piece, Rubbish):
            self.stats.rubbish_bytes += len(piece.data)
            self.stats.keep_bad(piece.data)
            self._alarm(Trouble.BAD_MESSAGE, f"{len(piece.data)} bytes that fit no frame")
        elif piece.command == inventory.AUTONOMOUS:
            self._bad(piece.data, "it reports unasked: set it to answer mode")
        else:
            self._bad(piece.data, f"an answer to command 0x{piece.command:02X}, which was not asked")

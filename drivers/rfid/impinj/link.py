"""A supervised client of one Impinj reader: start our inventory, read the stream, come back (I15, I19-I21)."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

import httpx

from drivers.rfid import told
from drivers.rfid.backlog import LIMIT
from drivers.rfid.impinj import events, preset
from drivers.rfid.impinj.lines import Cutter
from drivers.rfid.impinj.talk import Refused, Talk
from drivers.rfid.port import Read, Trouble, Unauthorized
from drivers.rfid.reader import ReaderLink, Surroundings, first_of

STREAM = "/data/stream"
STATUS = "/status"
START = "/profiles/inventory/start"
STOP = "/profiles/stop"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a reader is used."""

    user: str = "root"
    password: str = ""
    antennas: tuple[int, ...] = ()
    """Empty: those of the reader's preset."""
    session: int = 1
    """Gen2 inventory session (I12)."""
    preset: str = "default"
    """The preset of the reader whose power and modes are used."""
    answer_s: float = 5.0
    """Longest wait for an answer."""
    look_s: float = 10.0
    """Pause between two looks at the reader's state: it answers, it still reads, its clock was not set."""
    silence_s: float = 90.0
    """The stream is dead after so long without a byte; the maker's own figure, three of its keep-alives."""
    refused_wait_s: float = 30.0
    """Pause before the next try after a wrong password: readers lock out who guesses."""
    backlog: int = LIMIT


class ImpinjLink(ReaderLink):
    """One Impinj reader at an `http://` or `https://` address; `tls` vouches for the latter."""

    def __init__(
        self,
        name: str,
        address: str,
        *,
        settings: Settings,
        tls: ssl.SSLContext | None = None,
        **around: Unpack[Surroundings],
    ) -> None:
        super().__init__(name, backlog=settings.backlog, **around)
        self._address = address
        self._settings = settings
        self._tls = tls
        self._reading = False
        self._pause = 0.0
        self._lost_at: datetime | None = None

    async def _session(self, up: Callable[[], None]) -> None:
        pause, self._pause = self._pause, 0.0
        await asyncio.sleep(pause)
        use = self._settings
        auth = httpx.BasicAuth(use.user, use.password)
        verify = self._tls if self._tls is not None else self._address.startswith("https:")
        async with httpx.AsyncClient(base_url=self._address, auth=auth, verify=verify, timeout=use.answer_s) as http:
            try:
                await self._converse(Talk(http), up)
            except Unauthorized as exc:
                self._pause = use.refused_wait_s
                self._alarm(Trouble.UNAUTHORIZED, str(exc))
                raise
            except Refused as exc:
                self._alarm(Trouble.REFUSED, str(exc))
                raise

    async def _converse(self, talk: Talk, up: Callable[[], None]) -> None:
        """Take the reader over: replace whatever runs there, then read what it sends and look after it (I06)."""
        use = self._settings
        await self._look(talk)
        theirs = told.an_object(await talk.ask("GET", f"/profiles/inventory/presets/{use.preset}"))
        inventory = preset.ours(theirs, antennas=use.antennas, session=use.session)
        with contextlib.suppress(Refused):  # one that does not read may refuse to stop
            await talk.ask("POST", STOP)
        self._reading = False
        async with talk.stream(STREAM) as stream:
            try:
                await first_of(self._keep(talk, inventory, up), self._listen(stream))
            finally:
                self._lost_at = self._now()

    async def _keep(self, talk: Talk, inventory: dict[str, Any], up: Callable[[], None]) -> None:
        """Hold the radio to what is wanted, and look at the reader now and then."""
        await self._hold_radio(talk, inventory)
        self._came_back()
        up()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.look_s):
                    await self._nudge.wait()
            self._nudge.clear()
            await self._look(talk)
            await self._hold_radio(talk, inventory)

    async def _hold_radio(self, talk: Talk, inventory: dict[str, Any]) -> None:
        wanted = self._radio
        if self._reading != wanted:
            await (talk.ask("POST", START, inventory) if wanted else talk.ask("POST", STOP))
            self._reading = wanted

    def _came_back(self) -> None:
        """Tell that nobody knows what passed meanwhile: this reader keeps nothing for a client that is away (I20)."""
        if self._lost_at is not None and self._radio:
            away = (self._now() - self._lost_at).total_seconds()
            self._alarm(Trouble.MISSED, f"away for {away:.1f} s; the reader keeps no reads")
        self._lost_at = None

    async def _look(self, talk: Talk) -> None:
        state = told.an_object(await talk.ask("GET", STATUS))
        self._hint_time(state.get("time"))
        if self._reading and state.get("status", "running") != "running":
            self._alarm(Trouble.EXCEPTION, f"it stopped reading: {state['status']}")
            self._reading = False

    async def _listen(self, stream: AsyncIterator[bytes]) -> None:
        cutter = Cutter()
        while True:
            try:
                async with asyncio.timeout(self._settings.silence_s):
                    data = await anext(stream, None)
            except TimeoutError:
                self._alarm(Trouble.SILENT, "not even a keep-alive")
                raise
            if data is None:
                raise ConnectionResetError("closed by the reader")
            lines, rubbish = cutter.feed(data)
            if rubbish:
                self.stats.rubbish_bytes += rubbish
                self._alarm(Trouble.BAD_MESSAGE, f"{rubbish} bytes that are no line")
            self._hear(lines)
            await asyncio.sleep(0)  # a stream that holds more gives it at once: let the reads be handed on first

    def _hear(self, lines: list[bytes]) -> None:
        at = self._now()
        reads = []
        for line in lines:
            if not line.strip():
                self.stats.keepalives += 1
                continue
            try:
                heard = events.read(line)
            except ValueError as exc:
                self._bad(line, str(exc))
                continue
            self.stats.messages += 1
            if isinstance(heard, events.Tag):
                reads.append(self._read(heard, at))
            else:
                self._happened(heard)
        if reads:
            self.stats.reports += 1
            self.stats.reads += len(reads)
            self._take(reads)

    def _happened(self, what: events.Happening) -> None:
        if what.trouble is not None:
            self._alarm(what.trouble, f"{what.name} {what.detail}")
        if what.stopped:
            self._nudge.set()

    def _read(self, tag: events.Tag, at: datetime) -> Read:
        if tag.at is not None:
            self._check_time(tag.at, at)
        seen = self._ours(tag.at) if tag.at else at
        return Read(
            epc=tag.epc,
            bits=tag.bits,
            antenna=tag.antenna,
            rssi_dbm=tag.rssi_dbm,
            first_seen=seen,
            last_seen=seen,
            count=1,
            received_at=at,
            reader_first_us=tag.at.us if tag.at else None,
            reader_last_us=tag.at.us if tag.at else None,
        )

"""A supervised LLRP client of one reader (LLRP 1.0.1): connect, provision, read, come back (I05-I18)."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

import structlog

from drivers.ports import Dial
from drivers.rfid.backlog import LIMIT
from drivers.rfid.clock import Stamp
from drivers.rfid.llrp import wire
from drivers.rfid.llrp.conversation import Conversation
from drivers.rfid.port import Read, Trouble
from drivers.rfid.reader import ReaderLink, Surroundings, first_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a reader is used."""

    antennas: tuple[int, ...] = ()
    """Empty: all."""
    report_every: int = 1
    """Tags per report. With more than one set `period_ms` too: it bounds the wait of a lonely tag.

    Some readers are deaf between two periods, and in S1 answers are so few that to collect them saves next to nothing.
    """
    period_ms: int | None = None
    """None: one endless inventory. Otherwise periods of this length, each ending with a report."""
    session: int = 1
    """Gen2 inventory session; in S1 a tag is quiet for 0.5 to 5 s after each answer; the gate allows for it (I12)."""
    keepalive_ms: int = 10_000
    answer_s: float = 5.0
    """Longest wait for an answer."""
    silent_after: float = 3.0
    """Keepalive periods without a byte until the link counts as dead."""
    occupied_wait_s: float = 30.0
    """Pause before trying a reader again that another client holds (I06)."""
    backlog: int = LIMIT


class Occupied(ConnectionError):
    """Another client holds the reader."""


class LlrpLink(ReaderLink):
    """One LLRP reader, kept connected; gives its reads to `on_reads` in the order they came."""

    def __init__(
        self, name: str, address: str, *, dial: Dial, settings: Settings | None = None, **around: Unpack[Surroundings]
    ) -> None:
        self._settings = settings or Settings()
        super().__init__(name, backlog=self._settings.backlog, **around)
        self.capabilities: wire.Capabilities | None = None
        self._address = address
        self._dial = dial
        self._reading = False
        self._granted: asyncio.Future[None] | None = None

    async def _session(self, up: Callable[[], None]) -> None:
        async with asyncio.timeout(self._settings.answer_s):
            reader, writer = await self._dial(self._address)
        self._granted = asyncio.get_running_loop().create_future()
        self._reading = False
        talk = Conversation(
            reader,
            writer,
            stats=self.stats,
            hear=self._hear,
            bad=lambda detail: self._alarm(Trouble.BAD_MESSAGE, detail),
            answer_s=self._settings.answer_s,
            silence_s=self._settings.silent_after * self._settings.keepalive_ms / 1000,
        )
        try:
            await self._converse(talk, self._granted, up)
        except Occupied:
            writer.close()
            self._alarm(Trouble.OCCUPIED, self._address)
            await asyncio.sleep(self._settings.occupied_wait_s)
            raise
        finally:
            self.capabilities = None
            if not writer.is_closing():
                talk.tell(wire.close_connection())
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()

    async def _converse(self, talk: Conversation, granted: asyncio.Future[None], up: Callable[[], None]) -> None:
        try:
            await first_of(self._serve(talk, granted, up), self._listen(talk))
        except ConnectionError:
            # a refusal and the closing after it may arrive together: the refusal is the reason
            refusal = granted.exception() if granted.done() and not granted.cancelled() else None
            if refusal is not None:
                raise refusal from None
            raise

    async def _listen(self, talk: Conversation) -> None:
        try:
            await talk.listen()
        except TimeoutError:
            self._alarm(Trouble.SILENT, "not even a keepalive")
            raise

    async def _serve(self, talk: Conversation, granted: asyncio.Future[None], up: Callable[[], None]) -> None:
        async with asyncio.timeout(self._settings.answer_s):
            await granted
        await self._provision(talk)
        up()
        while True:
            if self._reading != self._radio:
                await self._must(talk, wire.disable_rospec())
                if self._radio:
                    await self._must(talk, wire.enable_rospec())
                self._reading = self._radio
            self._nudge.clear()
            if self._reading == self._radio:
                await self._nudge.wait()

    async def _provision(self, talk: Conversation) -> None:
        """Take the reader over: fetch what it kept for us, then replace whatever a crashed client left (I06, I07)."""
        can = self.capabilities = wire.capabilities(await self._must(talk, wire.get_capabilities()))
        talk.tell(wire.enable_events_and_reports())
        use = self._settings
        await self._must(
            talk,
            wire.set_config(
                keepalive_ms=use.keepalive_ms,
                hold=can.can_hold,
                warn_of_buffer=can.can_warn_of_buffer,
                rospec_events=use.period_ms is None,
            ),
        )
        for sweep in (wire.delete_rospecs(), wire.delete_accessspecs()):
            refusal = wire.refusal(await talk.ask(sweep))
            if refusal:
                log.info("reader.nothing_to_delete", reader=self.name, answer=refusal)
        await self._must(
            talk,
            wire.add_rospec(
                antennas=use.antennas, period_ms=use.period_ms, report_every=use.report_every, session=use.session
            ),
        )
        if self._radio:
            await self._must(talk, wire.enable_rospec())
            self._reading = True

    async def _must(self, talk: Conversation, message: wire.Message) -> wire.Message:
        answer = await talk.ask(message)
        refusal = wire.refusal(answer)
        if refusal is not None:
            detail = f"{type(message).__name__}: {refusal}"
            self._alarm(Trouble.REFUSED, detail)
            raise ConnectionError(detail)
        return answer

    def _hear(self, message: wire.Message) -> None:
        tags = wire.tags(message)
        if tags is not None:
            self._hear_tags(tags)
            return
        event = wire.event(message)
        if event is not None:
            self._hear_event(event)
            return
        refusal = wire.refusal(message)
        if refusal is not None:
            self._alarm(Trouble.REFUSED, refusal)

    def _hear_event(self, event: wire.Event) -> None:
        if event.stamp is not None:
            self._hear_time(event.stamp, new=event.connection is wire.Connection.GRANTED)
        if event.connection is not None and self._granted is not None and not self._granted.done():
            self._answer_grant(self._granted, event.connection)
        if event.buffer_percent is not None or event.overflow:
            self._alarm(Trouble.BUFFER_FULL, "overflow" if event.overflow else f"{event.buffer_percent} %")
        if event.exception is not None:
            self._alarm(Trouble.EXCEPTION, event.exception)
        if event.antenna_lost is not None:
            self._alarm(Trouble.ANTENNA_LOST, f"antenna {event.antenna_lost}")
        if event.rospec_ended == wire.ROSPEC_ID and self._settings.period_ms is None:
            self._reading = False
            self._nudge.set()

    def _hear_time(self, stamp: Stamp, *, new: bool) -> None:
        at = self._now()
        clock = self.clocks[stamp.utc]
        if new:
            clock.connected(stamp, at)
        elif clock.observe(stamp, at):
            self._alarm(Trouble.CLOCK_JUMPED, f"offset now {clock.offset}")

    @staticmethod
    def _answer_grant(granted: asyncio.Future[None], answer: wire.Connection) -> None:
        if answer is wire.Connection.GRANTED:
            granted.set_result(None)
        elif answer is wire.Connection.OCCUPIED:
            granted.set_exception(Occupied("another client holds the reader"))
        elif answer is wire.Connection.FAILED:
            granted.set_exception(ConnectionError("the reader refused the connection"))

    def _hear_tags(self, tags: list[wire.Tag]) -> None:
        at = self._now()
        self.stats.reports += 1
        self.stats.reads += len(tags)
        if not tags:
            self.stats.empty_reports += 1
            return
        stamps = [stamp for tag in tags for stamp in (tag.last or tag.first,) if stamp is not None]
        newest = max(stamps, key=_us, default=None)
        if newest is not None:
            self._check_time(newest, at)
        self._take([self._read(tag, at) for tag in tags])

    def _read(self, tag: wire.Tag, at: datetime) -> Read:
        first, last = tag.first or tag.last, tag.last or tag.first
        first_seen = self._ours(first) if first else at
        last_seen = self._ours(last) if last else at
        return Read(
            epc=tag.epc,
            bits=tag.bits,
            antenna=tag.antenna,
            rssi_dbm=tag.rssi,
            first_seen=first_seen,
            last_seen=max(first_seen, last_seen),  # a reader whose clocks tremble must not make a read of no time
            count=tag.count,
            received_at=at,
            reader_first_us=first.us if first else None,
            reader_last_us=last.us if last else None,
            pc=tag.pc,
        )


def _us(stamp: Stamp) -> int:
    return stamp.us

"""A supervised LLRP client of one reader (LLRP 1.0.1): connect, provision, read, come back (I05-I18).

Receiving does nothing slow: reads go to a bounded backlog (I11), a second task hands them on, a batch at a time.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime

import structlog

from drivers.ports import Dial, Now
from drivers.rfid.backlog import LIMIT, Backlog
from drivers.rfid.clock import ReaderClock
from drivers.rfid.llrp import wire
from drivers.rfid.llrp.conversation import Conversation, Stats
from drivers.rfid.port import Alarm, OnAlarm, OnReads, Read, Trouble
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

_BATCH = 200
"""Reads handed over at once: small enough that keepalives are answered between batches."""


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


class LlrpLink:
    """One LLRP reader, kept connected; gives its reads to `on_reads` in the order they came."""

    def __init__(
        self,
        name: str,
        address: str,
        *,
        dial: Dial,
        now: Now,
        dice: random.Random,
        on_reads: OnReads,
        on_alarm: OnAlarm = lambda _alarm: None,
        on_link: Callable[[Link], None] = lambda _link: None,
        settings: Settings | None = None,
    ) -> None:
        self.name = name
        self.capabilities: wire.Capabilities | None = None
        self.stats = Stats()
        self.clocks = {True: ReaderClock(), False: ReaderClock()}
        """By kind of time: UTC (True) and uptime."""
        self._address = address
        self._dial = dial
        self._now = now
        self._on_reads = on_reads
        self._on_alarm = on_alarm
        self._settings = settings or Settings()
        self._backlog = Backlog(self._settings.backlog)
        self._filled = asyncio.Event()
        self._taken = asyncio.Event()
        self._taken.set()
        self._radio = True
        self._reading = False
        self._nudge = asyncio.Event()
        self._granted: asyncio.Future[None] | None = None
        self._logged: set[Trouble] = set()
        self._supervisor = Supervisor(name, self._session, now=now, dice=dice, on_change=on_link)

    @property
    def link(self) -> Link:
        """Return whether it is up, since when and how often it was lost."""
        return self._supervisor.link

    @property
    def waiting(self) -> int:
        """Return how many reads wait for their consumer."""
        return len(self._backlog)

    @property
    def merged(self) -> int:
        """Return how many reads were merged with others to save room."""
        return self._backlog.merged

    @property
    def dropped(self) -> int:
        """Return how many reads were lost for want of room."""
        return self._backlog.dropped

    def set_radio(self, *, on: bool) -> None:
        """Say whether the reader should read tags; held to across reconnects."""
        self._radio = on
        self._nudge.set()

    def hold(self) -> None:
        """Stop handing reads over, as while the store is away; they wait in the backlog."""
        self._taken.clear()

    def release(self) -> None:
        """Hand reads over again."""
        self._taken.set()

    async def run(self) -> None:
        """Keep the reader connected and deliver reads until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliver())
            tasks.create_task(self._supervisor.run())

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
            await _first(self._serve(talk, granted, up), self._listen(talk))
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
        self._logged.clear()
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

    def _hear_time(self, stamp: wire.Stamp, *, new: bool) -> None:
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
        if newest is not None and self.clocks[newest.utc].check(newest, at):
            self._alarm(Trouble.CLOCK_JUMPED, f"offset now {self.clocks[newest.utc].offset}")
        lost = self._backlog.put([self._read(tag, at) for tag in tags])
        if lost:
            self._alarm(Trouble.DROPPED, f"{lost} reads, {self._backlog.dropped} in all")
        self._filled.set()

    def _read(self, tag: wire.Tag, at: datetime) -> Read:
        first, last = tag.first or tag.last, tag.last or tag.first
        first_seen = self.clocks[first.utc].ours(first) if first else at
        last_seen = self.clocks[last.utc].ours(last) if last else at
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

    async def _deliver(self) -> None:
        while True:
            await self._filled.wait()
            await self._taken.wait()
            batch = self._backlog.take(_BATCH)
            if not self._backlog:
                self._filled.clear()
            try:
                self._on_reads(batch)
            except Exception as exc:  # noqa: BLE001 - whatever the consumer does, the reader stays connected
                self._alarm(Trouble.CONSUMER, f"{type(exc).__name__}: {exc}")
            await asyncio.sleep(0)

    def _alarm(self, trouble: Trouble, detail: str) -> None:
        """Tell of trouble; logged once for each life of the connection."""
        if trouble not in self._logged:
            self._logged.add(trouble)
            log.warning("reader.trouble", reader=self.name, trouble=str(trouble), detail=detail)
        self._on_alarm(Alarm(self.name, trouble, self._now(), detail))


def _us(stamp: wire.Stamp) -> int:
    return stamp.us


async def _first(*jobs: Coroutine[None, None, None]) -> None:
    """Run jobs together until one ends; raise what ended it, the earlier job's reason before a later one's."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result

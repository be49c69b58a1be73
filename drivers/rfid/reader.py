"""What every tag reader's link has, whatever it speaks: supervision, a bounded backlog, alarms, clocks, counters.

Receiving does nothing slow: reads go to a bounded backlog (I11), a second task hands them on, a batch at a time.
"""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import NotRequired, TypedDict

import structlog

from drivers.ports import Now
from drivers.rfid import told
from drivers.rfid.backlog import LIMIT, Backlog
from drivers.rfid.clock import ReaderClock, Stamp
from drivers.rfid.port import Alarm, OnAlarm, OnReads, Read, Trouble
from drivers.rfid.stats import Stats
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

_BATCH = 200
"""Reads handed over at once: small enough that keepalives are answered between batches."""


class Surroundings(TypedDict):
    """What every reader's link is given: time, dice, and who hears of it."""

    now: Now
    dice: random.Random
    on_reads: OnReads
    on_alarm: NotRequired[OnAlarm]
    on_link: NotRequired[Callable[[Link], None]]


class ReaderLink(ABC):
    """One reader, kept connected; gives its reads to `on_reads` in the order they came."""

    def __init__(
        self,
        name: str,
        *,
        now: Now,
        dice: random.Random,
        on_reads: OnReads,
        on_alarm: OnAlarm = lambda _alarm: None,
        on_link: Callable[[Link], None] = lambda _link: None,
        backlog: int = LIMIT,
    ) -> None:
        self.name = name
        self.stats = Stats()
        self.clocks = {True: ReaderClock(), False: ReaderClock()}
        """By kind of time: UTC (True) and uptime."""
        self._now = now
        self._on_reads = on_reads
        self._on_alarm = on_alarm
        self._backlog = Backlog(backlog)
        self._filled = asyncio.Event()
        self._taken = asyncio.Event()
        self._taken.set()
        self._radio = True
        self._nudge = asyncio.Event()
        """Set when the radio should be looked at: it is wanted otherwise, or stopped by itself."""
        self._logged: set[Trouble] = set()
        self._supervisor = Supervisor(name, self._live, now=now, dice=dice, on_change=on_link)

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

    @abstractmethod
    async def _session(self, up: Callable[[], None]) -> None:
        """Live one life of the connection: call `up` once it reads or may; return or raise when it is lost."""

    async def _live(self, up: Callable[[], None]) -> None:
        def told() -> None:
            self._logged.clear()
            up()

        await self._session(told)

    def _check_time(self, newest: Stamp, at: datetime) -> None:
        """Hold the reader's clock against the newest time of a report received at `at`."""
        if self.clocks[newest.utc].check(newest, at):
            self._alarm(Trouble.CLOCK_JUMPED, f"offset now {self.clocks[newest.utc].offset}")

    def _hint_time(self, text: object) -> None:
        """Hold the reader's clock against the time that it told when it was asked."""
        time = told.stamp(text)
        if time is not None and self.clocks[True].hint(time, self._now(), doubt=told.doubt(str(text))):
            self._alarm(Trouble.CLOCK_JUMPED, f"offset now {self.clocks[True].offset}")

    def _ours(self, stamp: Stamp) -> datetime:
        return self.clocks[stamp.utc].ours(stamp)

    def _take(self, reads: list[Read]) -> None:
        """Put reads into the backlog; what is lost for want of room is told."""
        lost = self._backlog.put(reads)
        if lost:
            self._alarm(Trouble.DROPPED, f"{lost} reads, {self._backlog.dropped} in all")
        self._filled.set()

    def _bad(self, data: bytes, detail: str) -> None:
        """Count, keep and tell a message that makes no sense (I04)."""
        self.stats.bad_messages += 1
        self.stats.keep_bad(data)
        self._alarm(Trouble.BAD_MESSAGE, detail)

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


async def first_of(*jobs: Coroutine[None, None, None]) -> None:
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

"""A read point: runs its cycles, has what they tell written down in order, and shows what stands there now.

The logic is drivers/rfid/cycles.py. A cycle that tells nothing and changes nothing is not written: a quiet point costs
nothing. What could not be written is tried again for ever, for later cycles are held against it.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from drivers.modbus.unit import Change
from drivers.rfid.cycles import Cycles
from drivers.rfid.eventcycle import Boundary, Cycle, ReportSpec, Set, Spec
from drivers.rfid.patterns import Wanted, read_pattern
from drivers.rfid.port import Read
from drivers.rfid.presence import MOST
from drivers.rfid.silence import GoneAfter
from drivers.rfid.waker import Waker
from drivers.supervisor import Link
from edge.clock import Source
from edge.devices.links import Links
from edge.live import Live, ReadPointView, ReportView
from edge.processes.readpoints import Told, incarnation_of, kept_tags, last_report, say_full, tell_tags
from edge.site import ReadPoint
from edge.store.database import StoreError
from edge.store.store import Store
from edge.store.tx import Entry

log = structlog.get_logger(__name__)

CLOCK_STEP = timedelta(seconds=2)
"""The clock was set when it has moved so much against the one that nobody can set; time servers correct in less."""
AGAIN = 5.0
"""Seconds until a cycle that the store did not take is given to it again."""
LAST_SECONDS = 2.0
"""At most so long the last cycle holds up the end."""


def spec_of(site: ReadPoint) -> Spec:
    """Return what the site file wants of a read point."""
    boundary = Boundary(
        triggered=site.start is not None,
        repeat=_seconds(site.repeat),
        duration=_seconds(site.duration),
        stable=_seconds(site.stable),
        data_available=site.data_available,
    )
    return Spec(
        boundary,
        tuple(ReportSpec(Set(one.set), one.told_empty, one.told_once) for one in site.reports),
        Wanted(map(read_pattern, site.include), map(read_pattern, site.exclude)),
        GoneAfter(timedelta(seconds=site.gone_after.least), timedelta(seconds=site.gone_after.most)),
        site.most_an_hour,
    )


class ReadPointKeeper:
    """Runs one read point."""

    def __init__(self, site: ReadPoint, *, store: Store, live: Live, links: Links, source: Source) -> None:
        self.site = site
        self._store = store
        self._live = live
        self._links = links
        self._source = source
        self._cycles: Cycles | None = None
        self._early: list[tuple[str, Sequence[Read]]] = []
        """Read before it was known who stood there."""
        self._readers: dict[str, Link] = {}
        self._waker = Waker(source.now, self._due, self._tick)
        self._waiting: deque[Cycle] = deque()
        self._news = asyncio.Event()
        self._full: bool | None = None
        self._set_off = source.now() - source.steady()
        self.view = live.read_points[site.id] = ReadPointView(site.id, away=tuple(sorted(site.readers)))

    async def run(self) -> None:
        """Go on from where the last run ended, until cancelled."""
        cycles = await self._begin()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._waker.run())
                tasks.create_task(self._tell())
        finally:
            self._take(cycles, cycles.undefine(self._now(cycles)))
            try:
                async with asyncio.timeout(LAST_SECONDS):
                    while self._waiting:
                        await self._tell_one()
            except (TimeoutError, StoreError):
                log.warning("point.not_told", point=self.site.id, cycles=len(self._waiting))

    def reads(self, reader: str, reads: Sequence[Read]) -> None:
        """Take tag reads of one of its readers."""
        self._links.said(reader, reads[-1].epc)
        if self._cycles is None:
            self._early.append((reader, reads))
        else:
            now = self._now(self._cycles)
            self._take(self._cycles, self._cycles.reads(reader, reads, now))

    def link(self, link: Link) -> None:
        """Take that one of its readers is there or away."""
        self._readers[link.name] = link
        if self._cycles is not None:
            now = self._now(self._cycles)
            self._take(self._cycles, self._cycles.link(link.name, link.since, now, up=link.up))

    def signal(self, change: Change) -> None:
        """Take a change of one of its triggers; what a signal was at the first look is no change."""
        cycles = self._cycles
        if cycles is None or change.before is None:
            return
        now = self._now(cycles)
        if change.point == self.site.start and change.value:
            self._take(cycles, cycles.begin(change.at, now))
        elif change.point == self.site.stop and bool(change.value) is not (self.site.start == self.site.stop):
            self._take(cycles, cycles.end(change.at, now))

    async def _begin(self) -> Cycles:
        point = self.site.id
        kept, last = await self._store.read(kept_tags, point), await self._store.read(last_report, point)
        lost = kept is not None and kept.incarnation != await self._store.read(incarnation_of)
        known = None if kept is None or lost else kept.tags
        spec, now = spec_of(self.site), self._source.now()
        cycles = self._cycles = Cycles(spec, self.site.readers, now, known=known, anew=lost)
        self.view.there = lambda: cycles.there(self._source.now())
        self.view.told = None if last is None else _report_of(last)
        for link in self._readers.values():
            self.link(link)
        early, self._early = self._early, []
        for reader, reads in early:
            self._take(cycles, cycles.reads(reader, reads, self._now(cycles)))
        return cycles

    def _due(self) -> datetime | None:
        return None if self._cycles is None else self._cycles.next_due()

    def _tick(self) -> None:
        if self._cycles is not None:
            self._take(self._cycles, self._cycles.tick(self._now(self._cycles)))

    def _now(self, cycles: Cycles) -> datetime:
        """Return the time, and tell the cycles first when somebody has set it."""
        now = self._source.now()
        set_off = now - self._source.steady()
        if abs(set_off - self._set_off) > CLOCK_STEP:
            log.warning("point.clock_set", point=self.site.id, seconds=(set_off - self._set_off).total_seconds())
            self._set_off = set_off
            self._take(cycles, cycles.clock_set(now))
        return now

    def _take(self, cycles: Cycles, ended: list[Cycle]) -> None:
        for cycle in ended:
            if cycle.reports or (cycle.settled and (cycle.came or cycle.went)):
                self._waiting.append(cycle)
                self._news.set()
            self._say_full(full=cycle.given_up > 0)
        self.view.active, self.view.away = cycles.active, cycles.away
        self._live.touch()
        self._waker.look()

    def _say_full(self, *, full: bool) -> None:
        if full is not self._full:
            self._full = full
            self._store.run(say_full, self.site.id, MOST, full=full)

    async def _tell(self) -> None:
        while True:
            self._news.clear()
            while self._waiting:
                try:
                    await self._tell_one()
                except StoreError as error:
                    log.warning("point.not_told", point=self.site.id, error=str(error))
                    await asyncio.sleep(AGAIN)
            await self._news.wait()

    async def _tell_one(self) -> None:
        """Have the first cycle that waits written down; given twice it is written once."""
        cycle = self._waiting[0]
        told = Told(
            point=self.site.id,
            began=cycle.began,
            ended=cycle.ended,
            initiation=cycle.initiation.value,
            termination=cycle.termination.value,
            sets=[report.set for report in self.site.reports],
            reports=[(report.set.value, report.tags) for report in cycle.reports],
            present=cycle.present,
            came=len(cycle.came),
            went=len(cycle.went),
            away=cycle.away,
            late=cycle.late,
            given_up=cycle.given_up,
            held=cycle.held,
        )
        await self._store.run_as(f"point:{self.site.id}", tell_tags, told)
        self._waiting.popleft()
        if cycle.reports:
            moved = len(cycle.came), len(cycle.went), len(cycle.present)
            self.view.told = ReportView(cycle.began, cycle.ended, told.initiation, told.termination, *moved)
            self._live.touch()


def _seconds(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(seconds=count)


def _report_of(entry: Entry) -> ReportView:
    data = entry.data
    began, ended = (datetime.fromisoformat(data[name]) for name in ("began_at", "ended_at"))
    moved = data["came"], data["went"], data["present"]
    return ReportView(began, ended, data["initiation"], data["termination"], *moved)

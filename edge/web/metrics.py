"""What an engineer alarms on, for Prometheus: backlogs, the writer, work, robots, devices, orders, exceptions.

Everything is counted when somebody asks, from indexes of what is open: a site with years of history answers as quickly
as a new one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
from sqlalchemy import Table, func, select
from sqlalchemy.sql.elements import ColumnElement

from edge.host.interests import EPCIS
from edge.host.outbox import Backlog, backlogs
from edge.host.wms import WMS
from edge.live import Live
from edge.model.states import ORDER_OPEN, TASK_OPEN
from edge.processes.trouble import OPEN
from edge.site import Site
from edge.store.database import StoreError
from edge.store.store import Store
from edge.store.tables import exceptions, orders, tasks
from edge.store.tx import Entry, Reader
from edge.web.console.stream import robot_state
from edge.web.steps import Steps

log = structlog.get_logger(__name__)

FRESH_SECONDS = 1.0
"""An answer is good for this long, so that nobody keeps the database busy by asking."""
COMMIT_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)
"""Steps around the targets of 10 ms, and 60 on a slow disk (P70)."""
GROUP_SIZES = (1, 2, 5, 10, 20, 50, 100, 256)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the database says."""

    backlogs: Sequence[Backlog]
    tasks: Mapping[tuple[str, str], int]
    """(kind, state) → how many are open."""
    orders: Mapping[str, int]
    """State → how many are open."""
    late: int
    """Open orders whose cut-off is over."""
    exceptions: Mapping[str, int]
    """Code → how many are open."""


class Metrics:
    """The metrics of one site."""

    def __init__(self, registry: CollectorRegistry, store: Store, site: Site, live: Live) -> None:
        self._registry = registry
        self._store = store
        self._site = site
        self._live = live
        self._asked_at: float | None = None
        self._turn = asyncio.Lock()
        ProcessCollector(registry=registry)

        def gauge(name: str, about: str, *labels: str) -> Gauge:
            return Gauge(f"genba_{name}", about, labels, registry=registry)

        self._database_up = gauge("database_up", "1 while the database answers; without it the counts are missing.")
        self._waiting = gauge("outbox_waiting", "Events that a receiver was not told yet.", "follower")
        self._oldest = gauge("outbox_oldest_seconds", "Age of the oldest of them, 0 without one.", "follower")
        self._parked = gauge("outbox_parked", "Events that were refused and wait for a person.", "follower")
        self._wms_up = gauge("wms_up", "1 while the WMS answers.")
        self._epcis_up = gauge("epcis_up", "1 while the EPCIS repository answers, where one is told.", "follower")
        self._queue = gauge("writer_queue", "Decisions that wait for the writer.")
        self._tasks = gauge("tasks", "Open tasks.", "kind", "state")
        self._orders = gauge("orders_open", "Orders that have not ended.", "state")
        self._late = gauge("orders_late", "Open orders whose cut-off is over.")
        self._robots = gauge("robots", "Robots by what they do.", "state")
        self._devices = gauge("device_up", "1 while a device answers.", "device", "kind")
        self._exceptions = gauge("exceptions_open", "What a person must look at.", "code")
        self._events = Counter("genba_events", "Journal rows since start.", ("kind",), registry=registry)
        self._kinds: dict[str, Counter] = {}
        commit = Steps("genba_commit_seconds", "Time of a durable commit.", COMMIT_SECONDS, registry)
        group = Steps("genba_commit_decisions", "Decisions in a commit.", GROUP_SIZES, registry)

        def committed(seconds: float, decisions: int) -> None:
            commit.observe(seconds)
            group.observe(decisions)

        store.writer.measure(committed)
        self._unwatch = store.watch(self._watch)

    def close(self) -> None:
        """Count no more."""
        self._unwatch()

    async def text(self) -> bytes:
        """Return all metrics in the text format."""
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if self._asked_at is None or now - self._asked_at > FRESH_SECONDS:
                self._asked_at = now
                await self._count()
        self._look()
        return generate_latest(self._registry)

    async def _count(self) -> None:
        for gauge in (self._waiting, self._oldest, self._parked, self._tasks, self._orders, self._exceptions):
            gauge.clear()
        try:
            figures = await self._store.read(figures_of)
        except StoreError as error:
            log.warning("metrics.store_failed", error=str(error))
            self._database_up.set(0)
            return
        self._database_up.set(1)
        now = self._store.source.now()
        for backlog in figures.backlogs:
            self._waiting.labels(backlog.follower).set(backlog.waiting)
            self._oldest.labels(backlog.follower).set(_age(backlog.oldest, now))
            self._parked.labels(backlog.follower).set(backlog.parked)
        for (kind, state), count in figures.tasks.items():
            self._tasks.labels(kind, state).set(count)
        for state, count in figures.orders.items():
            self._orders.labels(state).set(count)
        for code, count in figures.exceptions.items():
            self._exceptions.labels(code).set(count)
        self._late.set(figures.late)

    def _look(self) -> None:
        """Take over what is known without the database."""
        self._robots.clear()
        for view in self._live.robots.values():
            self._robots.labels(robot_state(view)).inc()
        for device in self._site.devices:
            known = self._live.devices.get(device.id)
            self._devices.labels(device.id, device.kind).set(known is not None and known.up)
        for linked in self._live.devices.values():
            self._devices.labels(linked.id, linked.kind).set(linked.up)
        self._wms_up.set(self._live.wms_up)
        if self._live.epcis is not None:
            self._epcis_up.labels(EPCIS).set(self._live.epcis.up)
        self._queue.set(self._store.writer.waiting)

    def _watch(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            counter = self._kinds.get(entry.kind)
            if counter is None:
                counter = self._kinds[entry.kind] = self._events.labels(entry.kind)
            counter.inc()


def figures_of(reader: Reader) -> Figures:
    """Count what is open; every query runs along an index of open things."""
    late = (
        select(func.count()).select_from(orders).where(orders.c.state.in_(ORDER_OPEN), orders.c.cutoff_at < reader.now)
    )
    open_tasks = reader.rows(
        select(tasks.c.kind, tasks.c.state, func.count())
        .where(tasks.c.state.in_(TASK_OPEN))
        .group_by(tasks.c.state, tasks.c.kind)
    )
    return Figures(
        backlogs=backlogs(reader, WMS),
        tasks={(kind, state): count for kind, state, count in open_tasks},
        orders=_counted(reader, orders, orders.c.state, orders.c.state.in_(ORDER_OPEN)),
        late=reader.value(late),
        exceptions=_counted(reader, exceptions, exceptions.c.code, exceptions.c.state.in_(OPEN)),
    )


def _counted(reader: Reader, table: Table, by: ColumnElement[str], where: ColumnElement[bool]) -> dict[str, int]:
    counts: Any = select(by, func.count()).select_from(table).where(where).group_by(by)
    return dict(reader.rows(counts))


def _age(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())

"""The single writer: many decisions in one durable commit, each in its own savepoint (P02, P29).

`ThreadWriter` serves the real world; `InlineWriter` does the same inside a virtual event loop, where a crash can be
placed before or after any commit.
"""

import asyncio
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from edge.clock import Source
from edge.site import Site
from edge.store.database import Database, StoreError
from edge.store.line import Line
from edge.store.tables import journal
from edge.store.tx import Entry, Tx

log = structlog.get_logger(__name__)

LARGEST_GROUP = 256
"""Decisions in one commit at most: more only adds waiting time (P29)."""
SWITCH_SECONDS = 0.0005
"""After this time the loop yields the interpreter to the writer, and back: Python's own 5 ms, twice in every scan, cost
more than the decision (100 handhelds: p50 12.1 and p99 31.5 ms with it, 7.1 and 22.7 ms with this)."""

Decision = Callable[..., Any]
OnCommit = Callable[[Sequence[Entry]], None]
Measure = Callable[[float, int], None]
"""Is told how many seconds a commit took and how many decisions were in it; called in the writer's thread."""


@dataclass(slots=True)
class Job:
    """One decision to take and who waits for it."""

    decide: Decision
    arguments: tuple[Any, ...]
    actor: str
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def answer(self) -> None:
        """Tell the waiter, if it still waits."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Group:
    """Runs a group of jobs in one transaction. Not thread-safe: one writer owns it."""

    def __init__(self, database: Database, site: Site, source: Source) -> None:
        self._database = database
        self._sqlite = database.sqlite
        self._site = site
        self._source = source
        self._line = Line(database.writer)
        self._broken = False
        self._open = False
        self._size = 0
        self.measure: Measure = lambda _seconds, _decisions: None
        self.seq = self._last_seq()
        self._next_seq = self.seq

    def run(self, jobs: Sequence[Job]) -> list[Entry]:
        """Decide all jobs and leave the transaction open for `commit`; raises StoreError when the database fails."""
        entries: list[Entry] = []
        try:
            if self._broken:
                self._reconnect()
            if self._sqlite:  # PostgreSQL's driver begins by itself
                self._line.execute("BEGIN IMMEDIATE")
            self._open = True
            seq = self.seq
            for job in jobs:
                seq = self._decide(job, seq, entries, alone=self._sqlite and len(jobs) == 1)
        except SQLAlchemyError as error:
            raise self._database.explain(error) from error
        self._next_seq = seq
        self._size = len(jobs)
        return entries

    def commit(self) -> None:
        """Make it durable; raises StoreError when the database fails: then roll back."""
        began = self._source.steady()
        try:
            if self._open:
                self._line.commit()
        except SQLAlchemyError as error:
            raise self._database.explain(error) from error
        self._open = False
        self.seq = self._next_seq
        self.measure((self._source.steady() - began).total_seconds(), self._size)

    def roll_back(self) -> None:
        """Undo the whole group; a connection that cannot even do that is replaced before the next one."""
        self._open = False
        try:
            self._line.roll_back()
            self._broken = self._line.core.invalidated or self._line.core.closed
        except SQLAlchemyError as error:
            log.warning("store.rollback_failed", error=str(error))
            self._broken = True

    def _reconnect(self) -> None:
        self._line = Line(self._database.renew_writer())
        self.seq = self._last_seq()
        self._broken = False

    def _last_seq(self) -> int:
        try:
            seq: int = self._line.core.execute(select(func.max(journal.c.seq))).scalar() or 0
            self._line.roll_back()
        except SQLAlchemyError as error:
            raise self._database.explain(error) from error
        return seq

    def _decide(self, job: Job, seq: int, entries: list[Entry], *, alone: bool) -> int:
        tx = Tx(self._line, self._site, self._source, job.actor, seq)
        if not alone:
            self._line.execute("SAVEPOINT decision")
        job.error = None
        try:
            job.result = job.decide(tx, *job.arguments)
            if not alone:
                self._line.execute("RELEASE SAVEPOINT decision")
        except DBAPIError as error:
            if self._database.is_lost(error):
                raise
            job.error = self._database.explain(error) if isinstance(error, OperationalError) else error
        except Exception as error:  # noqa: BLE001  a refusal or a bug of one decision must not undo its neighbours
            job.error = error
        if job.error is None:
            entries.extend(tx.entries)
            return tx.seq
        if alone:
            self._line.roll_back()
            self._open = False
        else:
            self._line.execute("ROLLBACK TO SAVEPOINT decision")
            self._line.execute("RELEASE SAVEPOINT decision")
        return seq


class ThreadWriter:
    """A thread of its own; answers its callers on their loop, only after the commit."""

    def __init__(self, group: Group, loop: asyncio.AbstractEventLoop, on_commit: OnCommit) -> None:
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._group = group
        self._loop = loop
        self._on_commit = on_commit
        self.commits = 0
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread = threading.Thread(target=self._work, name="genba-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many decisions wait, those being taken not counted."""
        return self._queue.qsize()

    def measure(self, told: Measure) -> None:
        """Tell somebody of each commit from now on."""
        self._group.measure = told

    def submit(self, job: Job) -> None:
        """Queue a decision."""
        self._queue.put(job)

    def close(self) -> None:
        """Finish what is queued and stop the thread."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        stopping = False
        while not stopping:
            jobs, stopping = self._take()
            if jobs:
                self._run(jobs)

    def _take(self) -> tuple[list[Job], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        jobs = [first]
        while len(jobs) < LARGEST_GROUP:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _run(self, jobs: list[Job]) -> None:
        try:
            entries = self._group.run(jobs)
            self._group.commit()
            self.commits += 1
        except StoreError as error:
            self._group.roll_back()
            entries = []
            for job in jobs:
                job.error = error
        self._loop.call_soon_threadsafe(self._answer, jobs, entries)

    def _answer(self, jobs: list[Job], entries: list[Entry]) -> None:
        if entries:
            self._on_commit(entries)
        for job in jobs:
            job.answer()


class InlineWriter:
    """Decides inside the event loop, one group per turn; `crash` may end the edge before or after a commit."""

    def __init__(
        self,
        group: Group,
        loop: asyncio.AbstractEventLoop,
        on_commit: OnCommit,
        *,
        crash: Callable[[str], bool] = lambda _point: False,
    ) -> None:
        self._group = group
        self._loop = loop
        self._on_commit = on_commit
        self._crash = crash
        self._jobs: list[Job] = []
        self._dead = False
        self.commits = 0

    @property
    def waiting(self) -> int:
        """How many decisions wait."""
        return len(self._jobs)

    def measure(self, told: Measure) -> None:
        """Tell somebody of each commit from now on."""
        self._group.measure = told

    def submit(self, job: Job) -> None:
        """Queue a decision for the next turn of the loop."""
        if self._dead:
            return
        if not self._jobs:
            self._loop.call_soon(self._run)
        self._jobs.append(job)

    def close(self) -> None:
        """Decide what is queued."""
        if self._jobs:
            self._run()
        self._dead = True

    def kill(self) -> None:
        """Stop as a killed process does: what is not committed is gone and nobody is answered."""
        self._dead = True
        self._jobs = []

    def _run(self) -> None:
        jobs, self._jobs = self._jobs, []
        if self._dead or not jobs:
            return
        try:
            entries = self._group.run(jobs)
            if self._crash("before commit"):
                self._group.roll_back()
                self.kill()
                return
            self._group.commit()
            self.commits += 1
        except StoreError as error:
            self._group.roll_back()
            entries = []
            for job in jobs:
                job.error = error
        if self._crash("after commit"):
            self.kill()
            return
        if entries:
            self._on_commit(entries)
        for job in jobs:
            job.answer()

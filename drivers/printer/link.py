"""A supervised link to one label printer, with its queue: one job at a time, none twice, none late.

A sent job is not a printed label (H75): only a scan of the label proves that. A job cut off while it was being sent may
have been printed; it fails with that reason and is never sent again by itself, since a second label is worse than none.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from drivers.ports import Dial, Now, Writer
from drivers.printer.status import REQUEST, Status, StatusReader
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

ANSWER_TIME = 1.0
"""Seconds for the first status report; a printer that sends none within it is taken for one that knows no ~HS."""
SILENT = 5.0
"""Seconds for a report of one that has sent some: then it hangs, or its cable is out, and no label is sent to it."""
LOOK_IDLE = 30.0
"""Seconds between looks without work: what is in the way is told before somebody waits for a label."""
LOOK_AGAIN = 2.0
"""Seconds between looks at a printer that is open or out of paper, also when its work was given up meanwhile."""
PATIENCE = 60.0
"""Seconds a job may wait: who asked for a label has walked away by then, and it must not come out on its own."""


class JobState(StrEnum):
    """Where a print job is."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


TRANSITIONS: dict[JobState, tuple[JobState, ...]] = {
    JobState.QUEUED: (JobState.SENT, JobState.FAILED),
    JobState.SENT: (),
    JobState.FAILED: (),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One print job; `error` says why it failed, in words for a person."""

    id: str
    state: JobState = JobState.QUEUED
    error: str | None = None


class Printer:
    """One printer; `on_job` hears every change of a job, `on_status` every change of what is in the printer's way."""

    def __init__(
        self,
        name: str,
        address: str,
        dial: Dial,
        *,
        now: Now,
        dice: random.Random,
        on_job: Callable[[Job], None] = lambda _job: None,
        on_status: Callable[[Status], None] = lambda _status: None,
        on_link: Callable[[Link], None] = lambda _link: None,
        patience: float = PATIENCE,
    ) -> None:
        """Take a `Dial` address; `patience` in seconds."""
        self.status = Status()
        self._address, self._dial = address, dial
        self._on_job, self._on_status = on_job, on_status
        self._patience = patience
        self._jobs: dict[str, Job] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._queue: deque[tuple[str, bytes]] = deque()
        self._news = asyncio.Event()
        self._speaks = True
        self._has_spoken = False
        self._asked = False
        self._report: asyncio.Future[Status] | None = None
        self._supervisor = Supervisor(name, self._session, now=now, dice=dice, on_change=on_link)

    @property
    def link(self) -> Link:
        """Return whether the printer is reached."""
        return self._supervisor.link

    @property
    def queued(self) -> list[str]:
        """Return the ids of the jobs that wait, next first."""
        return [job_id for job_id, _ in self._queue]

    @property
    def speaks(self) -> bool:
        """Tell whether it answers status requests, as far as it was asked since it was connected."""
        return self._speaks

    def look(self) -> None:
        """Ask for the status soon, also without work; `on_status` hears what has changed."""
        self._asked = True
        self._news.set()

    async def run(self) -> None:
        """Keep the printer until cancelled."""
        await self._supervisor.run()

    def send(self, job_id: str, zpl: bytes) -> Job:
        """Queue a job; the same id while it waits is the same job."""
        known = self._jobs.get(job_id)
        if known is not None:
            return known
        job = self._jobs[job_id] = Job(job_id)
        self._queue.append((job_id, zpl))
        self._timers[job_id] = asyncio.get_running_loop().call_later(self._patience, self._expire, job_id)
        self._news.set()
        self._on_job(job)
        return job

    def cancel(self, job_id: str, why: str = "cancelled") -> bool:
        """Take a waiting job back; False when it is under way or done already."""
        entry = next((entry for entry in self._queue if entry[0] == job_id), None)
        if entry is None:
            return False
        self._queue.remove(entry)
        self._finish(job_id, JobState.FAILED, why)
        return True

    async def _session(self, up: Callable[[], None]) -> None:
        reader, writer = await self._dial(self._address)
        listening = asyncio.create_task(self._listen(reader))
        listening.add_done_callback(lambda _task: self._news.set())
        try:
            self._speaks = True
            await self._look(writer)
            up()
            while not listening.done():
                self._news.clear()
                pause = await self._work(writer)
                try:
                    async with asyncio.timeout(pause):
                        await self._news.wait()
                except TimeoutError:
                    self._asked = True
            listening.result()
        finally:
            listening.cancel()
            writer.close()
            await asyncio.gather(listening, return_exceptions=True)

    async def _work(self, writer: Writer) -> float | None:
        """Send one job if there is one and the printer can print; return when to look again without news."""
        idle = LOOK_IDLE if self._speaks else None
        if not self._queue and not self._asked and self.status.trouble is None:
            return idle
        self._asked = False
        if self._speaks:
            await self._look(writer)
            if self.status.trouble is not None:
                return LOOK_AGAIN
        if not self._queue:
            return idle
        job_id, zpl = self._queue.popleft()
        try:
            writer.write(zpl)
            await writer.drain()
            if self._speaks:
                with contextlib.suppress(TimeoutError):  # it has begun to print and is busy
                    await self._look(writer)
        except BaseException:
            self._finish(job_id, JobState.FAILED, "the connection was lost while sending: look whether it was printed")
            raise
        self._finish(job_id, JobState.SENT)
        return 0 if self._queue else idle

    async def _look(self, writer: Writer) -> None:
        """Ask for the status; silence is fine while no report ever came: the printer may know no ~HS.

        Raises ConnectionError when the connection ends, TimeoutError when a printer that has reported does not.
        """
        self._report = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(SILENT if self._has_spoken else ANSWER_TIME):
                writer.write(REQUEST)
                await writer.drain()
                status = await self._report
        except TimeoutError:
            if self._has_spoken:
                raise
            self._speaks = False
            return
        finally:
            self._report = None
        self._has_spoken = True
        if replace(status, waiting=0) != replace(self.status, waiting=0):
            log.info("printer.status", link=self.link.name, trouble=status.trouble)
            self.status = status
            self._on_status(status)
        self.status = status

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take what the printer says until the connection ends."""
        reports = StatusReader()
        try:
            while data := await reader.read(1024):
                for status in reports.feed(data):
                    if self._report is not None and not self._report.done():
                        self._report.set_result(status)
        finally:
            if self._report is not None and not self._report.done():
                self._report.set_exception(ConnectionResetError("closed by the printer"))

    def _expire(self, job_id: str) -> None:
        reason = self.status.trouble if self.link.up else self.link.error
        self.cancel(job_id, f"not printed within {self._patience:.0f} s: {reason or 'the printer is busy'}")

    def _finish(self, job_id: str, state: JobState, error: str | None = None) -> None:
        job = self._jobs.pop(job_id)
        self._timers.pop(job_id).cancel()
        if state not in TRANSITIONS[job.state]:
            raise RuntimeError(f"print job {job_id} cannot go from {job.state} to {state}")
        self._on_job(replace(job, state=state, error=error))

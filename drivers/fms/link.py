"""All tasks and robots of one fleet management system: asks what is due, polls, takes callbacks, tells what happened.

Callbacks only make news come sooner; whatever they miss, the poll finds. No step of one task waits for another's.
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Callable, Iterable

import structlog

from drivers.fms.events import Event, RobotGone, RobotSeen
from drivers.fms.messages import RobotReport, Task, TaskReport
from drivers.fms.port import Answers, FleetManager, FmsError
from drivers.fms.pursuit import Pursuit, Step
from drivers.ports import Now
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

TICK = 0.5
"""Seconds between looks at what is due."""
POLL = 2.0
"""Seconds between polls of robots and tasks: what a person at the console takes for now."""
MISSES = 3
"""Polls in a row that must fail for the link to count as lost, but for the first: one hiccup is no outage."""
AT_ONCE = 4
"""Requests under way at most: makers' managers are small machines."""
QUERY_MOST = 100
"""Keys in one query."""
ENDED_KEPT = 1000
"""Ended tasks remembered, to notice and cancel what the manager does after we had given it up."""


class FmsLink:
    """The link to one manager; `run` keeps it alive, everything else may be called at any time from the same loop.

    `on_event` is called synchronously and in order; it may call back into the link.
    """

    def __init__(
        self,
        name: str,
        manager: FleetManager,
        *,
        now: Now,
        steady: Now | None = None,
        dice: random.Random,
        on_event: Callable[[Event], None],
        on_link: Callable[[Link], None] = lambda _link: None,
    ) -> None:
        self._manager = manager
        self._steady = steady or now
        self._on_event = on_event
        self._pursuits: dict[str, Pursuit] = {}
        self._ended: OrderedDict[str, Pursuit] = OrderedDict()
        self._robots: dict[str, RobotReport] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._supervisor = Supervisor(name, self._session, now=now, dice=dice, on_change=on_link)

    @property
    def link(self) -> Link:
        """State of the link."""
        return self._supervisor.link

    @property
    def robots(self) -> dict[str, RobotReport]:
        """The robots as last told."""
        return dict(self._robots)

    def pursuit(self, key: str) -> Pursuit | None:
        """Return how a task stands, to read from; None for one that was forgotten or never wanted."""
        return self._pursuits.get(key) or self._ended.get(key)

    def want(self, task: Task, *, fresh: bool) -> None:
        """Have a committed task done; see `Pursuit`. The same key again changes nothing."""
        if self.pursuit(task.key) is None:
            self._pursuits[task.key] = Pursuit(task, self._steady(), fresh=fresh)

    def cancel(self, key: str) -> None:
        """Have a task not done; nothing for one that was never wanted or has ended."""
        pursuit = self._pursuits.get(key)
        if pursuit is not None:
            self._tell(pursuit, pursuit.cancel(self._steady()))

    def called_back(self, report: TaskReport) -> None:
        """Take a report that came by itself."""
        self._report(report, None)

    async def run(self) -> None:
        """Keep the link alive until cancelled."""
        await self._supervisor.run()

    async def _session(self, up: Callable[[], None]) -> None:
        """Poll until the manager cannot be asked; a step that fails alone is its task's matter."""
        loop = asyncio.get_running_loop()
        at, missed = loop.time(), MISSES - 1
        try:
            while True:
                if loop.time() >= at:
                    at = loop.time() + POLL
                    try:
                        await self._poll()
                    except FmsError:
                        missed += 1
                        if missed >= MISSES:
                            raise
                    else:
                        missed = 0
                        up()
                self._take_steps()
                await asyncio.sleep(TICK)
        finally:
            busy, self._busy = list(self._busy.values()), {}
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)

    async def _poll(self) -> None:
        robots = await self._manager.robots()
        self._take_robots(robots)
        due = [key for key, pursuit in self._pursuits.items() if pursuit.open and key not in self._busy]
        due += [robot.task for robot in robots if robot.task is not None and robot.task in self._ended]
        for first in range(0, len(due), QUERY_MOST):
            keys = due[first : first + QUERY_MOST]
            self._answered(keys, await self._manager.query(keys), None)

    def _take_robots(self, robots: Iterable[RobotReport]) -> None:
        before, self._robots = self._robots, {report.robot: report for report in robots}
        for name in before:
            if name not in self._robots:
                self._on_event(RobotGone(name))
        for name, report in self._robots.items():
            if before.get(name) != report:
                self._on_event(RobotSeen(report))

    def _take_steps(self) -> None:
        now = self._steady()
        for key, pursuit in self._pursuits.items():
            step = pursuit.next(now)
            if step is not None and key not in self._busy:
                self._busy[key] = asyncio.ensure_future(self._take(pursuit, step))

    async def _take(self, pursuit: Pursuit, step: Step) -> None:
        key = pursuit.task.key
        try:
            async with self._room:
                if step is Step.QUERY:
                    self._answered([key], await self._manager.query([key]), step)
                    return
                asked = self._manager.create(pursuit.task) if step is Step.CREATE else self._manager.cancel(key)
                report = await asked
            if report is None:
                self._tell(pursuit, pursuit.on_unknown(self._steady()))
            else:
                self._report(report, step)
        except FmsError as error:
            self._tell(pursuit, pursuit.on_error(step, error, self._steady()))
        except asyncio.CancelledError:
            pursuit.interrupted(step)
            raise
        finally:
            self._busy.pop(key, None)

    def _answered(self, keys: Iterable[str], answers: Answers, step: Step | None) -> None:
        for report in answers.reports:
            self._report(report, step)
        said = {*(report.key for report in answers.reports), *answers.unknown}
        for key in keys:
            pursuit = self._pursuits.get(key)
            if pursuit is None:
                continue
            if key in answers.unknown:
                self._tell(pursuit, pursuit.on_unknown(self._steady()))
            elif key not in said:
                nothing = FmsError("the answer does not mention it")
                self._tell(pursuit, pursuit.on_error(Step.QUERY, nothing, self._steady()))

    def _report(self, report: TaskReport, step: Step | None) -> None:
        pursuit = self.pursuit(report.key)
        if pursuit is not None:
            self._tell(pursuit, pursuit.on_report(report, self._steady(), step))

    def _tell(self, pursuit: Pursuit, events: Iterable[Event]) -> None:
        """Sort a task that ended, or that lives again, to where it belongs, and pass on what happened."""
        key = pursuit.task.key
        if pursuit.ended:
            self._pursuits.pop(key, None)
            self._ended[key] = pursuit
            while len(self._ended) > ENDED_KEPT:
                self._ended.popitem(last=False)
        elif self._ended.pop(key, None) is not None:
            self._pursuits[key] = pursuit
        for event in events:
            self._on_event(event)

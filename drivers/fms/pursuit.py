"""One task under our care: what to ask the manager next, and what its answers mean. Pure, no I/O.

Level-triggered like drivers/vda5050/vehicle.py: it asks until the manager shows what is wanted, and believes only what
can be. A creation whose answer was lost is asked for by our own key before it is sent again, so that also a manager
that ignores our key makes no second task. Nothing is created again once the manager had it (R29).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto

from drivers.fms.events import (
    Accepted,
    Assigned,
    Cancelled,
    CancelUnconfirmed,
    Contradicted,
    Done,
    Event,
    Failed,
    Lost,
    Picked,
    Rejected,
    Unconfirmed,
)
from drivers.fms.messages import ENDED, Kind, Task, TaskReport, TaskState
from drivers.fms.port import Busy, Denied, FmsError, NotReached, Refused, TooLate

WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 3, 5, 8, 15))
"""Between tries; the last repeats until the alarm."""
ALARM_AFTER = 5
"""Tries without an answer before somebody is told: half a minute with the waits above."""
SLOWLY = timedelta(seconds=30)
"""Between tries after the alarm."""
SETTLE = timedelta(seconds=10)
"""A manager that was slow to answer may still make the task it did not answer for: so long it must say "unknown"
before the task is created again, or counts as lost."""
UNKNOWN_TIMES = 3
"""And so often."""
RANK = {TaskState.QUEUED: 0, TaskState.ASSIGNED: 1, TaskState.CARRYING: 2}


class Step(Enum):
    """What to ask the manager now."""

    CREATE = auto()
    QUERY = auto()
    CANCEL = auto()


class _Doubt(Enum):
    """What we know of the manager's knowledge."""

    UNSENT = auto()
    """It surely has nothing of it."""
    UNSURE = auto()
    """It may have it."""
    KNOWN = auto()
    """It had it."""


class Pursuit:
    """A task until its end. `next` says what to do, the `on_…` functions take what came of it and return events."""

    def __init__(self, task: Task, now: datetime, *, fresh: bool) -> None:
        """Pursue a task; `fresh` when it surely was never sent: after a restart it was not, whatever the rows say."""
        self.task = task
        self.state: TaskState | None = None
        """The manager's last word."""
        self.picked = False
        self.ended = False
        self.due: datetime | None = now
        self._doubt = _Doubt.UNSENT if fresh else _Doubt.UNSURE
        self._cancelling = False
        self._too_late = False
        self._ending: TaskState | None = None
        self._robot: str | None = None
        self._revision = 0
        self._attempts = 0
        self._alarmed = False
        self._unknown_since: datetime | None = None
        self._unknown_times = 0
        self._told: dict[str, None] = {}

    @property
    def open(self) -> bool:
        """The manager is to be asked how far it is."""
        return not self.ended and self._doubt is _Doubt.KNOWN

    def next(self, now: datetime) -> Step | None:
        """Return what to ask now, None while nothing is due."""
        if self.ended or self.due is None or now < self.due:
            return None
        if self._cancelling and not self._too_late and self._ending is None:
            return Step.CANCEL
        return Step.CREATE if self._doubt is _Doubt.UNSENT else Step.QUERY

    def cancel(self, now: datetime) -> list[Event]:
        """Have it not done; asked twice it is one wish."""
        if self.ended or self._cancelling:
            return []
        if self._doubt is _Doubt.UNSENT:
            return self._end(Cancelled(self.task.key, picked=False))
        self._cancelling = True
        self._begin_anew(now)
        return []

    def on_report(self, report: TaskReport, now: datetime, step: Step | None = None) -> list[Event]:
        """Take what the manager says, in answer to a step of this task or by poll or callback."""
        wrong = self._wrong(report)
        if wrong is not None:
            if self._doubt is _Doubt.UNSENT:
                self._doubt = _Doubt.UNSURE
            return [*self._contradict(wrong), *self._missed(now, wrong)]
        if report.revision and report.revision < self._revision:
            return []
        self._revision = max(self._revision, report.revision)
        if self.ended:
            return self._on_late(report, now)
        events = self._known()
        self._ending = None
        if report.state is TaskState.UNKNOWN:
            events += self._contradict(f"state {report.word}")
        elif report.state in ENDED and step is Step.CREATE:
            self._ending, self.due = report.state, now  # nothing is done before it is begun: the next word must agree
        elif report.state in ENDED:
            events += self._on_end(report)
        else:
            events += self._on_progress(report)
        return events + (self._missed(now, f"still {report.state}") if step is Step.CANCEL else [])

    def on_unknown(self, now: datetime) -> list[Event]:
        """The manager says that it does not know the key."""
        if self.ended:
            return []
        self._unknown_times += 1
        if self._unknown_since is None:
            self._unknown_since = now
        if now - self._unknown_since < SETTLE or self._unknown_times < UNKNOWN_TIMES:
            self.due = now + WAITS[0]
            return []
        if self._doubt is _Doubt.KNOWN:
            return self._end(Cancelled(self.task.key, self.picked) if self._cancelling else self._lost())
        if self._cancelling:
            return self._end(Cancelled(self.task.key, picked=False))
        self._doubt = _Doubt.UNSENT
        self._unknown_since, self._unknown_times = None, 0
        self.due = now
        return []

    def on_error(self, step: Step, error: FmsError, now: datetime) -> list[Event]:
        """A call failed."""
        if self.ended:
            return []
        if isinstance(error, Refused) and step is Step.CREATE:
            return self._end(Rejected(self.task.key, error.code, error.text))
        if isinstance(error, TooLate):
            self._too_late = True
            self._begin_anew(now + WAITS[0])
            return []
        if isinstance(error, Busy):
            self.due = now + max(timedelta(seconds=error.seconds), WAITS[0])
            return []
        if step is Step.CREATE and not isinstance(error, NotReached | Denied):
            self._doubt = _Doubt.UNSURE
        return self._missed(now, str(error))

    def interrupted(self, step: Step) -> None:
        """A call was broken off by us: it may have arrived."""
        if step is Step.CREATE and self._doubt is _Doubt.UNSENT:
            self._doubt = _Doubt.UNSURE

    # What follows

    def _wrong(self, report: TaskReport) -> str | None:
        """Return why a report cannot be true of this task."""
        if report.target is not None and report.target != self.task.target:
            return f"target {report.target}, not {self.task.target}"
        if self.task.robot is not None and report.robot not in (None, self.task.robot):
            return f"robot {report.robot}, not {self.task.robot}"
        if self.ended and self.state in ENDED and report.state not in (self.state, TaskState.UNKNOWN):
            late = 0 < report.revision <= self._revision
            return None if late else f"{report.word or report.state} after {self.state}"
        return None

    def _known(self) -> list[Event]:
        first = self._doubt is not _Doubt.KNOWN
        self._doubt = _Doubt.KNOWN
        self._unknown_since, self._unknown_times = None, 0
        if not self._cancelling or self._too_late:
            self._attempts, self._alarmed = 0, False
            self.due = None
        return [Accepted(self.task.key)] if first else []

    def _on_late(self, report: TaskReport, now: datetime) -> list[Event]:
        """Cancel what we had given up and the manager does after all, as after a creation that came very late."""
        if self.state in ENDED or report.state in (*ENDED, TaskState.UNKNOWN):
            return []
        self.ended, self._doubt, self._cancelling, self._too_late = False, _Doubt.KNOWN, True, False
        self._begin_anew(now)
        return self._contradict(f"{report.word or report.state} after we had given it up")

    def _on_progress(self, report: TaskReport) -> list[Event]:
        events: list[Event] = []
        if self.picked and RANK[report.state] < RANK[TaskState.CARRYING]:
            return self._contradict(f"{report.word or report.state} after its load was picked")
        if report.robot is not None and report.robot != self._robot and report.state is not TaskState.QUEUED:
            self._robot = report.robot
            events.append(Assigned(self.task.key, report.robot))
        if report.state is TaskState.CARRYING and not self.picked and self.task.kind is Kind.CARRY:
            self.picked = True
            events.append(Picked(self.task.key, report.robot or self._robot))
        self.state = report.state
        return events

    def _on_end(self, report: TaskReport) -> list[Event]:
        self.state = report.state
        if report.state is TaskState.DONE:
            return self._end(Done(self.task.key, report.robot or self._robot))
        if report.state is TaskState.CANCELLED and self._cancelling:
            return self._end(Cancelled(self.task.key, self.picked))
        return self._end(Failed(self.task.key, report.reason or report.state.value, self.picked))

    def _lost(self) -> Lost:
        return Lost(self.task.key, self.picked)

    def _end(self, event: Event) -> list[Event]:
        self.ended, self.due = True, None
        return [event]

    def _begin_anew(self, due: datetime) -> None:
        self._attempts, self._alarmed, self.due = 0, False, due

    def _missed(self, now: datetime, error: str) -> list[Event]:
        if self.ended:
            return []
        wait = SLOWLY if self._alarmed else WAITS[min(self._attempts, len(WAITS) - 1)]
        self.due = now + wait
        self._attempts += 1
        if self._alarmed or self._attempts < ALARM_AFTER:
            return []
        self._alarmed = True
        alarm: Callable[[str, int, str], Event] = CancelUnconfirmed if self._cancelling else Unconfirmed
        return [alarm(self.task.key, self._attempts, error)]

    def _contradict(self, text: str) -> list[Event]:
        if text in self._told:
            return []
        self._told[text] = None
        return [Contradicted(self.task.key, text)]

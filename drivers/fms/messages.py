"""Tasks and reports as every driver of a fleet management system speaks of them; lengths mm, angles degrees."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a robot is to do."""

    MOVE = "move"
    CARRY = "carry"
    CHARGE = "charge"


class TaskState(StrEnum):
    """How far a task is. A word that is none of these is UNKNOWN: it begins nothing and ends nothing."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    CARRYING = "carrying"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


ENDED = (TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work; `key` is ours, made with the decision, and the same for ever.

    MOVE and CHARGE go to `target`; CARRY brings `load` from `source` there. With `robot` (the maker's name) only that
    one may do it. A lower `priority` number is no more urgent: 0 to 9, 9 first.
    """

    key: str
    kind: Kind
    target: str
    source: str | None = None
    load: str | None = None
    robot: str | None = None
    priority: int = 5


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What the manager says of a task. `revision` grows with each change of it, 0 where it does not count."""

    key: str
    state: TaskState
    revision: int = 0
    robot: str | None = None
    word: str = ""
    """The state in the manager's own word."""
    reason: str = ""
    target: str | None = None
    """What it thinks the target is, if it says so."""


@dataclass(frozen=True, slots=True)
class RobotReport:
    """What the manager says of a robot; None for what it does not tell."""

    robot: str
    online: bool
    battery: int | None = None
    charging: bool = False
    x: int | None = None
    y: int | None = None
    heading: int | None = None
    place: str | None = None
    odometer: int | None = None
    task: str | None = None
    """The key of the task it is at."""
    loads: tuple[str, ...] | None = None
    errors: tuple[str, ...] = ()

"""What a fleet link tells its caller; each event may come again after a restart, so the caller books it by its key."""

from dataclasses import dataclass

from drivers.fms.messages import RobotReport


@dataclass(frozen=True, slots=True)
class Accepted:
    """The manager has the task."""

    key: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """A robot goes for it."""

    key: str
    robot: str


@dataclass(frozen=True, slots=True)
class Picked:
    """The load is aboard: from now on the task must never be given out anew (R29)."""

    key: str
    robot: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """It is done."""

    key: str
    robot: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The manager gave it up; `picked` when the load may be aboard."""

    key: str
    reason: str
    picked: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """The manager will not take it: a definite no, nothing moves."""

    key: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """It will not be done any more; `picked` when the load may be aboard."""

    key: str
    picked: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """The manager had it and no longer knows of it, as after a restart. It is not created again: look first (R29)."""

    key: str
    picked: bool


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Alarm: the manager does not say whether it has the task; we go on asking, slowly."""

    key: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class CancelUnconfirmed:
    """Alarm: the manager does not cancel; we go on trying, slowly (R80)."""

    key: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Contradicted:
    """Alarm: the manager says what cannot be; told once for each text, and not believed."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class RobotSeen:
    """A robot's state is another one."""

    report: RobotReport


@dataclass(frozen=True, slots=True)
class RobotGone:
    """The manager no longer lists the robot, or nobody heard of it for too long."""

    robot: str


Event = (
    Accepted
    | Assigned
    | Picked
    | Done
    | Failed
    | Rejected
    | Cancelled
    | Lost
    | Unconfirmed
    | CancelUnconfirmed
    | Contradicted
    | RobotSeen
    | RobotGone
)

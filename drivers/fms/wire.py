"""The JSON of the task interface (docs/fleets.md); strict in what it believes, mild in what it ignores."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from drivers.fms.messages import RobotReport, Task, TaskReport, TaskState
from drivers.fms.port import Answers

Body = TypeVar("Body")

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
FULL = 100
STATES = frozenset(state.value for state in TaskState if state is not TaskState.UNKNOWN)


class Malformed(ValueError):
    """What was said cannot be understood."""


class _Task(msgspec.Struct):
    key: str
    state: str
    revision: int = 0
    robot: str | None = None
    reason: str | None = None
    to: str | None = None


class _Robot(msgspec.Struct):
    id: str
    online: bool
    battery: float | None = None
    charging: bool = False
    x_mm: float | None = None
    y_mm: float | None = None
    heading_deg: float | None = None
    place: str | None = None
    odometer_mm: float | None = None
    task: str | None = None
    loads: list[str] | None = None
    errors: list[str] = msgspec.field(default_factory=list)


class _One(msgspec.Struct):
    task: _Task


class _Many(msgspec.Struct):
    tasks: list[_Task]
    unknown: list[str]


class _Robots(msgspec.Struct):
    robots: list[_Robot]


class _Problem(msgspec.Struct):
    code: str
    text: str = ""


class _Error(msgspec.Struct):
    error: _Problem


def task_body(task: Task) -> dict[str, Any]:
    """Return the body that creates a task; what it does not have is left out."""
    said: Mapping[str, Any] = {
        "key": task.key,
        "kind": task.kind.value,
        "from": task.source,
        "to": task.target,
        "load": task.load,
        "robot": task.robot,
        "priority": task.priority,
    }
    return {name: value for name, value in said.items() if value is not None}


def read_task(raw: bytes) -> TaskReport:
    """Read `{"task": {...}}`; raises Malformed."""
    return _report(_decode(raw, _One).task)


def read_answers(raw: bytes) -> Answers:
    """Read `{"tasks": [...], "unknown": [...]}`; raises Malformed."""
    found = _decode(raw, _Many)
    return Answers(tuple(_report(task) for task in found.tasks), tuple(found.unknown))


def read_robots(raw: bytes) -> Sequence[RobotReport]:
    """Read `{"robots": [...]}`; raises Malformed. A figure that cannot be is left out, not the robot."""
    return [
        RobotReport(
            robot=robot.id,
            online=robot.online,
            battery=_whole(robot.battery, FULL),
            charging=robot.charging,
            x=_round(robot.x_mm),
            y=_round(robot.y_mm),
            heading=_round(robot.heading_deg),
            place=robot.place,
            odometer=_whole(robot.odometer_mm),
            task=robot.task,
            loads=None if robot.loads is None else tuple(robot.loads),
            errors=tuple(robot.errors),
        )
        for robot in _decode(raw, _Robots).robots
    ]


def read_error(raw: bytes) -> tuple[str, str]:
    """Return code and text of an error's body; the body itself where it is none of ours."""
    try:
        problem = msgspec.json.decode(raw, type=_Error).error
    except UNREADABLE:
        return "", raw[:200].decode(errors="replace")
    return problem.code, problem.text


def _decode(raw: bytes, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNREADABLE as error:
        raise Malformed(str(error)) from error


def _report(task: _Task) -> TaskReport:
    if not task.key or task.revision < 0:
        raise Malformed(f"key {task.key!r}, revision {task.revision}")
    known = task.state in STATES
    return TaskReport(
        key=task.key,
        state=TaskState(task.state) if known else TaskState.UNKNOWN,
        revision=task.revision,
        robot=task.robot,
        word=task.state,
        reason=task.reason or "",
        target=task.to,
    )


def _round(value: float | None) -> int | None:
    return None if value is None else round(value)


def _whole(value: float | None, most: int | None = None) -> int | None:
    found = _round(value)
    return None if found is None or found < 0 or (most is not None and found > most) else found

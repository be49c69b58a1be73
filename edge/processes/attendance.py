"""Who is at their work: what somebody walked away from goes to others, and a robot that waits for nobody is told.

A claim ends when its person gave no sign of life for a lease: no scan, no button, no look at the screen. That the
handheld lies open somewhere is no sign. The seat then waits, and takes no other work, until its person shows up (P37).
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import literal, select

from edge.model.states import TASK_HELD, BatchState, TaskKind, TaskState
from edge.processes.seats import AWAY, Result, Seat, cancelled, leave_task, load_seat, save_seat
from edge.processes.sendoff import leave_gate
from edge.processes.trouble import OPEN, raise_trouble, solve_trouble
from edge.store.queue import Claim, claim, expired, is_held, release
from edge.store.statement import Query, param
from edge.store.tables import batches, exceptions, people, seats, stops, tasks
from edge.store.tx import Reader, Tx

ABSENT = "work.lease"
"""Why a task was taken back from somebody who gave no sign of life."""
NOBODY_COMES = "exception.pick_waits"

_STANDING = Query(
    select(batches.c.robot_id, stops.c.node, tasks.c.place)
    .join(batches, tasks.c.subject == literal("batch/") + batches.c.id)
    .join(stops, (stops.c.batch_id == batches.c.id) & stops.c.done.is_(False))
    .where(
        batches.c.state == BatchState.PICKING,
        tasks.c.kind == TaskKind.PICK,
        tasks.c.state == TaskState.READY,
        stops.c.arrived_at <= param("before"),
    )
    .order_by(batches.c.robot_id, tasks.c.place)
)
_TOLD = Query(
    select(exceptions.c.subject)
    .where(exceptions.c.code == NOBODY_COMES, exceptions.c.state.in_(OPEN))
    .order_by(exceptions.c.subject)
)


def take_back(tx: Tx) -> int:
    """Take the work of everybody who walked off, so that others get it; return how much it was."""
    return sum(hand_back(tx, task_id, ABSENT) for task_id in expired(tx))


def step_away(tx: Tx, person_id: str) -> None:
    """Take the work of somebody who says that they leave."""
    row = tx.get(seats, person_id=person_id)
    if row is not None and row.task_id is not None and is_held(tx, Claim(row.task_id, row.epoch)):
        hand_back(tx, row.task_id, ABSENT)


def hand_back(tx: Tx, task_id: str, reason: str) -> bool:
    """Take a task from whoever holds it and make it ready; a load that stood at its gate gives the gate free."""
    task = tx.get(tasks, id=task_id)
    if task is None or not release(tx, task_id, reason):
        return False
    if reason == ABSENT:
        _put_away(tx, task)
    if task.kind == TaskKind.LOAD:
        leave_gate(tx, task.detail["load"])
    return True


def come_back(tx: Tx, seat: Seat) -> Result:
    """Give somebody who shows up again the work they left, if nobody else began it, and say what became of it (F62)."""
    task = tx.get(tasks, id=seat.task_id)
    if task.state == TaskState.READY and task.reason == ABSENT and task.epoch == seat.epoch + 1:
        seat.epoch = claim(tx, task.id, f"person:{seat.person_id}").epoch
        seat.step = seat.detail.pop("left_at")
        return Result("info", "work.resumed")
    leave_task(seat)
    if task.state == TaskState.CANCELLED:
        return cancelled(task)
    if task.state in (*TASK_HELD, TaskState.DONE):
        return Result("info", "work.passed_on", {"person": _name(tx, task.holder, seat.language)})
    return Result("info", "work.put_back")


def note_waits(tx: Tx) -> None:
    """Raise an exception for each robot that stands at a pick and nobody comes; solve it when somebody does."""
    patience = timedelta(seconds=tx.site.rules.lease_seconds)
    standing = {row.robot_id: row for row in tx.rows(_STANDING, before=tx.now - patience)}
    for robot, row in standing.items():
        raise_trouble(tx, NOBODY_COMES, f"robot/{robot}", robot=robot, node=row.node, place=row.place)
    for row in tx.rows(_TOLD):
        if row.subject.removeprefix("robot/") not in standing:
            solve_trouble(tx, NOBODY_COMES, row.subject)


def _put_away(tx: Tx, task: Any) -> None:
    row = tx.get(seats, task_id=task.id, epoch=task.epoch)
    if row is None:
        return
    seat = load_seat(tx, row.person_id)
    seat.detail = seat.detail | {"left_at": seat.step}
    seat.step = AWAY
    seat.last = Result("info", ABSENT).told(seat.language)
    save_seat(tx, seat)
    tx.journal("seat.told", f"person/{seat.person_id}", reason=ABSENT, task=task.id)


def _name(reader: Reader, holder: str, language: str) -> str:
    person_id = holder.removeprefix("person:")
    row = reader.get(people, id=person_id)
    if row is None:
        return person_id
    return str(row.name_ja if language == "ja" else row.name_en)

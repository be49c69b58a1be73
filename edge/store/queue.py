"""The task queue of people and robots: claims with a lease and an epoch, and why each task waits (P04, P37-P40).

A claim raises the task's epoch. Whoever finishes must name the epoch it was given: a worker that lost its lease and
comes back changes zero rows and is refused. Leases are measured on the steady clock, so that no set clock frees or
freezes them; their ends are kept in the rows and brought over by `resume_leases` when the edge starts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, func, null, or_, select, update

from edge.model.reasons import Refusal
from edge.model.states import TASK_HELD, TASK_OPEN, Role, TaskKind, TaskState
from edge.store.statement import Query, param
from edge.store.tables import UtcTime, closures, seats, tasks
from edge.store.tx import Reader, Tx

HEARING = timedelta(seconds=60)
"""What a claim is good for at least after a start: nobody was heard while the edge was down, and handhelds on a poor
radio need some seconds to come back."""

SKILL: Mapping[TaskKind, Role] = {
    TaskKind.PICK: Role.PICKER,
    TaskKind.PUTBACK: Role.PICKER,
    TaskKind.RESCUE: Role.PICKER,
    TaskKind.COUNT: Role.PICKER,
    TaskKind.SORT: Role.PACKER,
    TaskKind.PACK: Role.PACKER,
    TaskKind.LOAD: Role.SHIPPER,
}

_CLAIM = Query(
    update(tasks)
    .where(tasks.c.id == param("task"), tasks.c.state == TaskState.READY)
    .values(
        state=TaskState.ASSIGNED,
        holder=param("who"),
        epoch=tasks.c.epoch + 1,
        lease_until=param("until"),
        attempts=tasks.c.attempts + 1,
        reason=null(),
    )
)
_HELD = (tasks.c.id == param("task"), tasks.c.epoch == param("fence"), tasks.c.state.in_(TASK_HELD))
_START = Query(
    update(tasks)
    .where(*_HELD)
    .values(
        state=TaskState.RUNNING,
        lease_until=param("until"),
        started_at=func.coalesce(tasks.c.started_at, param("now", UtcTime())),
    )
)
_GO_ON = Query(update(tasks).where(*_HELD, tasks.c.state == TaskState.RUNNING).values(lease_until=param("until")))
"""Most of the time work has begun already: an update that leaves the state alone touches no index."""
_RENEW = Query(update(tasks).where(*_HELD).values(lease_until=param("until")))
_FINISH = Query(update(tasks).where(*_HELD).values(state=TaskState.DONE, lease_until=null(), ended_at=param("now")))
_EXPIRED = Query(
    select(tasks.c.id)
    .where(tasks.c.state.in_(TASK_HELD), tasks.c.lease_until < param("now"), tasks.c.kind != TaskKind.CARRY)
    .order_by(tasks.c.id)
)
_AT_WORK = Query(
    select(seats.c.person_id)
    .join(tasks, tasks.c.id == seats.c.task_id)
    .where(seats.c.place == param("place"), tasks.c.epoch == seats.c.epoch, tasks.c.state.in_(TASK_HELD))
    .limit(1)
)


_HALTED = Query(select(closures.c.id).where(closures.c.kind == "floor").order_by(closures.c.id.desc()).limit(1))
_HALTS = {"floor:stopped": "wait.all_stopped", "floor:home": "wait.called_home"}
_FOR_ROBOTS = ("wait.robot", "wait.robot_coming")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a task until somebody else is given a higher epoch."""

    task_id: str
    epoch: int


def add_task(
    tx: Tx,
    kind: TaskKind,
    subject: str,
    *,
    place: str,
    needs: str,
    priority: int,
    due_at: datetime,
    state: TaskState = TaskState.READY,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> str:
    """Add a task, ready or still planned (then with the reason code it waits for), and return its id."""
    task_id = tx.new_id()
    tx.insert(
        tasks,
        id=task_id,
        kind=kind,
        state=state,
        subject=subject,
        place=place,
        needs=needs,
        priority=priority,
        due_at=due_at,
        reason=reason,
        detail=detail or {},
        created_at=tx.now,
    )
    tx.journal("task.added", f"task/{task_id}", task_kind=kind, about=subject, place=place, state=state)
    return task_id


def make_ready(tx: Tx, task_id: str) -> bool:
    """Turn a planned task ready; False when it was not planned."""
    changed = tx.change(tasks, {"id": task_id, "state": TaskState.PLANNED}, state=TaskState.READY, reason=None)
    if changed:
        tx.journal("task.ready", f"task/{task_id}")
    return changed == 1


def claim_next(tx: Tx, holder: str, kinds: Sequence[TaskKind], place: str) -> Claim | None:
    """Claim the most urgent ready task of these kinds at a place: by priority, due time, age."""
    found = tx.value(_first_ready(tuple(kinds)), place=place, now=tx.now)
    return claim(tx, found, holder) if found else None


def claim(tx: Tx, task_id: str, holder: str) -> Claim:
    """Give a ready task to a holder; raises Refusal when somebody else has it or it is over."""
    if not tx.run(_CLAIM, task=task_id, who=holder, until=_lease(tx)):
        raise Refusal("work.not_yours")
    epoch: int = tx.get(tasks, id=task_id).epoch
    tx.journal("task.claimed", f"task/{task_id}", holder=holder, epoch=epoch)
    return Claim(task_id, epoch)


def start(tx: Tx, held: Claim) -> None:
    """Mark work begun and renew the lease; raises Refusal when the claim is no longer good."""
    claim, until = {"task": held.task_id, "fence": held.epoch}, _lease(tx)
    if not tx.run(_GO_ON, **claim, until=until) and not tx.run(_START, **claim, until=until, now=tx.now):
        raise Refusal("work.not_yours")


def renew(tx: Tx, held: Claim) -> None:
    """Lengthen the lease of a claim that is still good: its person gave a sign of life."""
    tx.run(_RENEW, task=held.task_id, fence=held.epoch, until=_lease(tx))


def is_held(reader: Reader, held: Claim) -> bool:
    """Tell whether a claim is still good."""
    row = reader.get(tasks, id=held.task_id)
    return row is not None and holds(row, held)


def holds(task: Any, held: Claim) -> bool:
    """Tell whether a claim is still good, by the row of its task."""
    return task.epoch == held.epoch and task.state in TASK_HELD


def finish(tx: Tx, held: Claim) -> None:
    """End a task as done; raises Refusal when the claim is no longer good (P37)."""
    if not tx.run(_FINISH, task=held.task_id, fence=held.epoch, now=tx.now):
        raise Refusal("work.not_yours")
    tx.journal("task.done", f"task/{held.task_id}", epoch=held.epoch)


def release(tx: Tx, task_id: str, reason: str | None = None, *, delay: timedelta | None = None) -> bool:
    """Take a held task from its holder and make it ready again; its old claim is worthless from now on."""
    changed = tx.update(
        tasks,
        tasks.c.id == task_id,
        tasks.c.state.in_(TASK_HELD),
        state=TaskState.READY,
        holder=None,
        epoch=tasks.c.epoch + 1,
        lease_until=None,
        reason=reason,
        not_before=None if delay is None else tx.now + delay,
    )
    if changed:
        tx.journal("task.released", f"task/{task_id}", reason=reason)
    return changed == 1


def cancel_task(tx: Tx, task_id: str, reason: str) -> bool:
    """End an open task without its work being done."""
    changed = tx.update(
        tasks,
        tasks.c.id == task_id,
        tasks.c.state.in_(TASK_OPEN),
        state=TaskState.CANCELLED,
        epoch=tasks.c.epoch + 1,
        lease_until=None,
        ended_at=tx.now,
        reason=reason,
    )
    if changed:
        tx.journal("task.cancelled", f"task/{task_id}", reason=reason)
    return changed == 1


def expired(tx: Tx) -> list[str]:
    """Return the tasks that people hold beyond their lease; robots are watched by their state, not by leases."""
    return [row.id for row in tx.rows(_EXPIRED, now=tx.steady)]


def resume_leases(tx: Tx) -> None:
    """Carry leases over from the last run, whatever was done to the clock: none ends at once, none is longer (P40)."""
    soonest, latest = tx.steady + HEARING, _lease(tx)
    for row in tx.rows(select(tasks).where(tasks.c.state.in_(TASK_HELD), tasks.c.lease_until.is_not(None))):
        tx.change(tasks, {"id": row.id}, lease_until=min(max(row.lease_until, soonest), latest))


def why(reader: Reader, task: Row[Any]) -> tuple[str, dict[str, Any]]:
    """Return the reason code and details why an open task is not being worked on; ("", {}) when it is."""
    if task.state in TASK_HELD or task.state not in TASK_OPEN:
        return "", {}
    if task.state == TaskState.PLANNED or task.kind == TaskKind.CARRY:
        reason = task.reason or "wait.robot"
        halted = reader.value(_HALTED) if reason in _FOR_ROBOTS else None
        return (reason, dict(task.detail)) if halted is None else (_HALTS[halted], {})
    busy = reader.value(_AT_WORK, place=task.place)
    return ("wait.person_busy" if busy else "wait.person"), {"place": task.place}


@cache
def _first_ready(kinds: tuple[TaskKind, ...]) -> Query:
    return Query(
        select(tasks.c.id)
        .where(
            tasks.c.state == TaskState.READY,
            tasks.c.kind.in_(kinds),
            tasks.c.place == param("place"),
            or_(tasks.c.not_before.is_(None), tasks.c.not_before <= param("now")),
        )
        .order_by(tasks.c.priority.desc(), tasks.c.due_at, tasks.c.created_at, tasks.c.id)
        .limit(1)
    )


def _lease(tx: Tx) -> datetime:
    return tx.steady + timedelta(seconds=tx.site.rules.lease_seconds)

"""What supervisors do with work: put it first, take it from somebody, or send a robot on without it."""

from collections.abc import Sequence

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import TASK_HELD, TASK_OPEN, TaskKind
from edge.processes.attendance import hand_back
from edge.processes.carry import batch_of, next_stop, stop_worked
from edge.store.queue import cancel_task
from edge.store.tables import allocations, tasks, totes
from edge.store.tx import Tx


def set_task_priority(tx: Tx, task_ids: Sequence[str], priority: int) -> None:
    """Give open tasks another priority, 0 to 9."""
    for task_id in task_ids:
        if tx.update(tasks, tasks.c.id == task_id, tasks.c.state.in_(TASK_OPEN), priority=priority):
            tx.journal("task.prioritised", f"task/{task_id}", priority=priority)


def unassign_task(tx: Tx, task_id: str, reason: str) -> None:
    """Take a task from whoever holds it; the old holder's scans are refused from now on."""
    kind = tx.value(select(tasks.c.kind).where(tasks.c.id == task_id))
    if kind == TaskKind.CARRY or not hand_back(tx, task_id, reason):
        raise Refusal("work.not_held")


def send_on(tx: Tx, robot_id: str) -> None:
    """Let a robot leave the pick stop it stands at: what was to be picked there goes to a later tour.

    Raises Refusal when it stands at none, or when somebody works at it.
    """
    batch = batch_of(tx, robot_id)
    stop = None if batch is None else next_stop(tx, batch.id)
    if stop is None or stop.kind != "pick" or stop.arrived_at is None:
        raise Refusal("robot.not_at_pick", robot=robot_id)
    here = [
        row
        for row in tx.all(tasks, subject=f"batch/{batch.id}", kind=TaskKind.PICK)
        if row.state in TASK_OPEN and row.detail["seq"] == stop.seq
    ]
    if any(row.state in TASK_HELD for row in here):
        raise Refusal("work.in_hand", robot=robot_id)
    for task in here:
        tx.change(allocations, {"task_id": task.id, "state": "reserved"}, batch_id=None, tote_id=None, task_id=None)
        cancel_task(tx, task.id, "supervisor")
    for tote in tx.all(totes, batch_id=batch.id):
        if tote.order_id is not None and tx.get(allocations, tote_id=tote.id, order_id=tote.order_id) is None:
            tx.change(totes, {"id": tote.id}, order_id=None)  # nothing will be in it: the pack station frees it
    tx.journal("robot.sent_on", f"robot/{robot_id}", node=stop.node, tasks=len(here))
    stop_worked(tx, batch.id, stop.seq)

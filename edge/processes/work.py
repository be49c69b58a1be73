"""What supervisors do with work: put it first, or take it from somebody."""

from collections.abc import Sequence

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import TASK_OPEN, TaskKind
from edge.store.queue import release
from edge.store.tables import tasks
from edge.store.tx import Tx


def set_task_priority(tx: Tx, task_ids: Sequence[str], priority: int) -> None:
    """Give open tasks another priority, 0 to 9."""
    for task_id in task_ids:
        if tx.update(tasks, tasks.c.id == task_id, tasks.c.state.in_(TASK_OPEN), priority=priority):
            tx.journal("task.prioritised", f"task/{task_id}", priority=priority)


def unassign_task(tx: Tx, task_id: str, reason: str) -> None:
    """Take a task from whoever holds it; the old holder's scans are refused from now on."""
    kind = tx.value(select(tasks.c.kind).where(tasks.c.id == task_id))
    if kind == TaskKind.CARRY or not release(tx, task_id, reason):
        raise Refusal("work.not_held")

"""What supervisors do with work: put it first, take it from somebody, give it to another, send a robot on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import TASK_HELD, TASK_OPEN, TaskKind, TaskState
from edge.processes.attendance import hand_back
from edge.processes.carry import batch_of, next_stop, stop_worked
from edge.processes.people import at_handheld, roles_of
from edge.processes.screens import PROCESSES
from edge.processes.seats import AWAY, Result, Seat, load_seat, save_seat
from edge.store.queue import SKILL, cancel_task, claim, is_held
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


def assign_task(tx: Tx, task_id: str, person_id: str) -> None:
    """Give work to a person at a handheld; whoever held it is told, and their scans are refused from now on (P37).

    Raises Refusal when it is no work for people or not ready, or when the person lacks the role, is not at a handheld,
    is at another station or dock, or has begun other work. Within zones people are sent to the work.
    """
    task = tx.get(tasks, id=task_id)
    if task is None or task.state not in (TaskState.READY, *TASK_HELD):
        raise Refusal("work.not_ready")
    if task.kind not in SKILL:
        raise Refusal("work.no_hands")
    seat = _free_seat(tx, task, person_id)
    if task.state in TASK_HELD:
        hand_back(tx, task_id, "supervisor")
    if seat.place != task.place:
        tx.journal("person.placed", f"person/{person_id}", place=task.place)
    seat.place, seat.task_id = task.place, task_id
    seat.epoch = claim(tx, task_id, f"person:{person_id}").epoch
    PROCESSES[TaskKind(task.kind)].begin(tx, seat, task)
    seat.last = Result("info", "work.given").told(seat.language)
    save_seat(tx, seat)
    tx.journal("task.given", f"task/{task_id}", person=person_id)


def _free_seat(tx: Tx, task: Any, person_id: str) -> Seat:
    """Return the seat of somebody who can take the work; what they were given but have not begun goes back."""
    roles = roles_of(tx, person_id)
    seat = load_seat(tx, person_id)
    if SKILL[TaskKind(task.kind)] not in roles:
        raise Refusal("work.person_role", person=seat.name)
    if seat.step == AWAY or not at_handheld(tx, person_id):
        raise Refusal("work.person_absent", person=seat.name)
    if task.state in TASK_HELD and task.holder == f"person:{person_id}":
        raise Refusal("work.already_theirs", person=seat.name)
    if seat.place != task.place and not task.place.startswith("ZONE:"):
        raise Refusal("work.person_elsewhere", person=seat.name, place=task.place)
    if seat.task_id is not None and is_held(tx, seat.claim):
        if tx.get(tasks, id=seat.task_id).state == TaskState.RUNNING:
            raise Refusal("work.person_busy", person=seat.name)
        hand_back(tx, seat.task_id, "supervisor")
    return seat


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

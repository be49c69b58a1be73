"""What people decide about all robots at once: stop where they are, or leave the ways free and go home.

Both are kept as closures of the whole floor, so they hold over a restart until somebody takes them back.
"""

from typing import Any

from sqlalchemy import select

from edge.model.states import TASK_HELD, TASK_OPEN, Halt, TaskKind, TaskState
from edge.processes.attendance import hand_back
from edge.processes.carry import batch_of, next_stop
from edge.store.tables import closures, stops, tasks
from edge.store.tx import Reader, Tx

FLOOR = "floor"
ABOUT = "floor/robots"
"""What the journal's rows of all robots are about."""


def stop_all(tx: Tx) -> None:
    """Have every robot stop where it is."""
    _say(tx, Halt.STOPPED, "floor.stopped")


def drive_on(tx: Tx) -> None:
    """Let the robots drive on, but for those that somebody paused by themselves."""
    _unsay(tx, Halt.STOPPED, "floor.drives_on")


def call_home(tx: Tx) -> None:
    """Have every robot go home and stay there; its tour is left as it is for later."""
    _say(tx, Halt.HOME, "floor.called_home")


def work_again(tx: Tx) -> None:
    """Let the robots go on with their tours and take new ones."""
    _unsay(tx, Halt.HOME, "floor.works_again")


def said_to_all(reader: Reader) -> dict[Halt, Any]:
    """Return what holds for all robots now, by Halt, each with `since` and `by`."""
    return {
        Halt(row.id.removeprefix(f"{FLOOR}:")): row
        for row in reader.rows(select(closures).where(closures.c.kind == FLOOR))
    }


def leave_stop(tx: Tx, robot_id: str) -> None:
    """Take a robot away from the pick it stands at, whoever works there: it is picked when the robot is back."""
    batch = batch_of(tx, robot_id)
    stop = None if batch is None else next_stop(tx, batch.id)
    if stop is None or stop.kind != "pick" or stop.arrived_at is None:
        return
    for task in tx.all(tasks, subject=f"batch/{batch.id}", kind=TaskKind.PICK):
        if task.state not in TASK_OPEN or task.detail["seq"] != stop.seq:
            continue
        if task.state in TASK_HELD:
            hand_back(tx, task.id, "wait.called_home")
        tx.change(tasks, {"id": task.id}, state=TaskState.PLANNED, reason="wait.called_home")
    tx.change(stops, {"batch_id": batch.id, "seq": stop.seq}, arrived_at=None)
    tx.journal("robot.left_stop", f"robot/{robot_id}", node=stop.node)


def _say(tx: Tx, word: Halt, kind: str) -> None:
    if tx.get(closures, id=f"{FLOOR}:{word}") is None:
        tx.insert(closures, id=f"{FLOOR}:{word}", kind=FLOOR, since=tx.now, by=tx.actor)
        tx.journal(kind, ABOUT)


def _unsay(tx: Tx, word: Halt, kind: str) -> None:
    if tx.delete(closures, closures.c.id == f"{FLOOR}:{word}"):
        tx.journal(kind, ABOUT)

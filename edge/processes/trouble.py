"""What a person must look at: raised once, taken by somebody, solved by them or by itself."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, update

from edge.model.reasons import Refusal
from edge.store.statement import Query, param
from edge.store.tables import exceptions
from edge.store.tx import Tx

OPEN = ("open", "taken")
ROBOT_TROUBLES = (
    "exception.robot_error",
    "exception.robot_deaf",
    "exception.robot_keeps_order",
    "exception.robot_ignores",
    "exception.robot_asks",
    "exception.robot_lost_order",
    "exception.robot_misplaced",
)
"""What may be wrong with a robot that is alive: over when it ends a trip well, or when it is given up."""
MAP_TROUBLES = ("exception.robot_map_failed", "exception.robot_map_silent", "exception.robot_map_by_hand")
ZONE_TROUBLES = ("exception.robot_zones_failed",)
"""What is told of maps and zones that a robot should have: over when they are there, or not wanted any more."""
GATE_TROUBLES = ("exception.gate_alarm", "exception.gate_blind")
"""What may be wrong with a gate that is connected: over when a load passes it."""
DOOR_TROUBLES = (
    "exception.door_late",
    "exception.door_fault",
    "exception.door_shut",
    "exception.door_lost",
    "exception.door_signals",
    "exception.door_ajar",
)
"""What may be wrong with a door that robots drive through: over by itself when it works again."""
LIFT_TROUBLES = (
    "exception.lift_late",
    "exception.lift_door",
    "exception.lift_fault",
    "exception.lift_manual",
    "exception.lift_left",
    "exception.lift_lost",
    "exception.lift_signals",
    "exception.lift_occupied",
)
"""What may be wrong with a lift: over by itself when it works again."""
_SOLVE = Query(
    update(exceptions)
    .where(exceptions.c.code == param("kind"), exceptions.c.subject == param("about"), exceptions.c.state.in_(OPEN))
    .values(state="solved", solved_at=param("now"))
)
_OPEN = Query(
    select(exceptions.c.code, exceptions.c.subject)
    .where(exceptions.c.state.in_(OPEN))
    .order_by(exceptions.c.code, exceptions.c.subject)
)
_ABOUT = Query(
    select(exceptions.c.code)
    .where(exceptions.c.subject == param("about"), exceptions.c.state.in_(OPEN))
    .order_by(exceptions.c.code)
)


def raise_trouble(tx: Tx, code: str, subject: str, /, **detail: Any) -> str:
    """Raise an exception, or return the open one of the same code and subject."""
    found = tx.value(
        select(exceptions.c.id).where(
            exceptions.c.code == code, exceptions.c.subject == subject, exceptions.c.state.in_(OPEN)
        )
    )
    if found:
        return str(found)
    trouble_id = tx.new_id()
    tx.insert(exceptions, id=trouble_id, code=code, subject=subject, state="open", since=tx.now, detail=detail)
    tx.journal("exception.raised", subject, reason=code, exception=trouble_id, **detail)
    return trouble_id


def solve_trouble(tx: Tx, code: str, subject: str) -> bool:
    """End an exception because its cause is gone."""
    changed = tx.run(_SOLVE, kind=code, about=subject, now=tx.now)
    if changed:
        tx.journal("exception.solved", subject, reason=code)
    return changed > 0


def solve_troubles(tx: Tx, codes: Collection[str], subject: str) -> None:
    """End all exceptions of these codes because their cause is gone."""
    for row in tx.rows(_ABOUT, about=subject):
        if row.code in codes:
            solve_trouble(tx, row.code, subject)


def solve_elsewhere(tx: Tx, codes: Collection[str], subjects: Collection[str]) -> None:
    """End all exceptions of these codes about others than these: what they were about is not wanted any more."""
    for row in tx.rows(_OPEN):
        if row.code in codes and row.subject not in subjects:
            solve_trouble(tx, row.code, row.subject)


def take_trouble(tx: Tx, trouble_id: str, person: str) -> None:
    """Say that a person looks after it."""
    row = _open(tx, trouble_id)
    tx.change(exceptions, {"id": trouble_id}, state="taken", owner=person)
    tx.journal("exception.taken", row.subject, reason=row.code, exception=trouble_id, owner=person)


def settle_trouble(tx: Tx, trouble_id: str, person: str) -> None:
    """End it by a person's word."""
    row = _open(tx, trouble_id)
    tx.change(exceptions, {"id": trouble_id}, state="solved", owner=person, solved_at=tx.now)
    tx.journal("exception.solved", row.subject, reason=row.code, exception=trouble_id, owner=person)


def _open(tx: Tx, trouble_id: str) -> Any:
    row = tx.one(select(exceptions).where(exceptions.c.id == trouble_id, exceptions.c.state.in_(OPEN)))
    if row is None:
        raise Refusal("exception.ended")
    return row

"""Slots of put walls and the shared totes that are sorted into them, as far as other work has to do with them (F08).

A slot is a tote that never travels: bound to an order when that is batched, and packed from when the order is whole.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from edge.model.states import OrderState, TaskKind, TaskState, ToteState
from edge.planning.batches import open_batches_at
from edge.processes.seats import Result, tell_seat
from edge.processes.totes import clear_tote
from edge.store.queue import add_task, cancel_task
from edge.store.statement import Query, param
from edge.store.tables import allocations, orders, tasks, totes
from edge.store.tx import Reader, Tx

_slots = totes.alias("slot")
_LEFT = Query(
    select(func.coalesce(func.sum(allocations.c.picked - allocations.c.put), 0)).where(
        allocations.c.order_id == param("order"), allocations.c.state == "picked"
    )
)
_SHARES = Query(
    select(
        allocations,
        orders.c.priority,
        orders.c.cutoff_at,
        _slots.c.id.label("slot"),
        (allocations.c.picked - allocations.c.put).label("left"),
    )
    .join(orders, orders.c.id == allocations.c.order_id)
    .join(_slots, (_slots.c.order_id == orders.c.id) & _slots.c.place.like("wall:%"))
    .where(
        allocations.c.tote_id == param("tote"),
        allocations.c.state == "picked",
        orders.c.state == OrderState.PICKING,
    )
    .order_by(allocations.c.sku, _slots.c.id, allocations.c.id)
)
_TOTES_WITH = Query(
    select(totes.c.id)
    .join(allocations, allocations.c.tote_id == totes.c.id)
    .where(
        allocations.c.order_id == param("order"),
        allocations.c.picked > allocations.c.put,
        totes.c.state == ToteState.WAITING,
        totes.c.order_id.is_(None),
    )
    .order_by(totes.c.id)
    .distinct()
)


def shares(reader: Reader, tote: str) -> Sequence[Any]:
    """Return which order's slot wants what of a shared tote: allocation rows with `slot`, `left`, `priority`.

    Those that have got all of theirs are among them, with `left` 0.
    """
    return reader.rows(_SHARES, tote=tote)


def left_to_put(reader: Reader, order_id: str) -> int:
    """Return how many units of an order are picked and not in its slot yet."""
    units: int = reader.value(_LEFT, order=order_id)
    return units


def slot_of(reader: Reader, order_id: str) -> Any:
    """Return the slot of an order, None when it has none."""
    return next((row for row in reader.all(totes, order_id=order_id) if row.id in reader.site.slot), None)


def bring_to_wall(tx: Tx, tote: Any, station: str) -> bool:
    """Have a shared tote sorted that has come to its wall; False when it is none, or nobody wants what it holds."""
    if tote.order_id is not None or station not in tx.site.wall:
        return False
    wanted = shares(tx, tote.id)
    if not any(row.left for row in wanted):
        return False
    tx.change(totes, {"id": tote.id}, state=ToteState.WAITING)
    tx.journal("tote.arrived", f"tote/{tote.id}", station=station, order=None)
    add_task(
        tx,
        TaskKind.SORT,
        f"tote/{tote.id}",
        place=station,
        needs="packer",
        priority=max(row.priority for row in wanted),
        due_at=min(row.cutoff_at for row in wanted),
        detail={"tote": tote.id},
    )
    return True


def close_slot(tx: Tx, order: Any) -> str:
    """An order is whole in its slot: return the pack station that takes it from there, the one with the least to do."""
    slot, wall = slot_of(tx, order.id), tx.site.wall[order.station]
    station = min(wall.packs, key=lambda one: (open_batches_at(tx, one), one))
    tx.change(totes, {"id": slot.id}, state=ToteState.WAITING, place=f"station:{station}")
    tx.journal("slot.whole", f"tote/{slot.id}", order=order.id, station=station, wall=wall.id)
    return station


def leave_wall(tx: Tx, order_id: str, reason: str) -> None:
    """A cancelled order leaves its slot; whoever sorts a tote with goods of it is told to leave them in there (F21)."""
    slot = slot_of(tx, order_id)
    if slot is None:
        return
    if slot.state == ToteState.BOUND:
        clear_tote(tx, slot.id)
    for tote in tx.rows(_TOTES_WITH, order=order_id):
        task = _sort_task(tx, tote.id)
        if task is None:
            continue
        if any(row.left for row in shares(tx, tote.id)):
            tell_seat(tx, task.id, Result("info", "wall.cancelled", {"slot": slot.id}))
            continue
        cancel_task(tx, task.id, reason)
        clear_tote(tx, tote.id)


def _sort_task(reader: Reader, tote: str) -> Any:
    rows = reader.all(tasks, subject=f"tote/{tote}", kind=TaskKind.SORT)
    return next((row for row in rows if row.state in (TaskState.READY, TaskState.ASSIGNED, TaskState.RUNNING)), None)

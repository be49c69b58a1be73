"""A load on its way out: what it holds, when it stands at its gate, and how its parcels are shipped (F11, H04)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from edge.model.states import LoadState, OrderState, ParcelState, TaskState
from edge.processes.cancel import cancel_order
from edge.processes.inventory import add, contents, goods_of
from edge.processes.orders import all_lines, move_order, order_row, subject_of
from edge.processes.seats import Result, tell_seat
from edge.processes.trouble import solve_trouble
from edge.store.queue import Claim, cancel_task, finish
from edge.store.statement import Query, param
from edge.store.tables import loads, order_lines, parcels, tasks
from edge.store.tx import Reader, Tx

BY_HAND = "exception.gate_by_hand"
"""A load whose parcels are proved by their labels waits for a supervisor."""
_TO_PASS = Query(
    select(parcels)
    .where(parcels.c.load_id == param("load_id"), parcels.c.state == ParcelState.PACKED)
    .order_by(parcels.c.tracking)
)
_SHIPPED = Query(
    update(order_lines).where(order_lines.c.order_id == param("of_order")).values(shipped=order_lines.c.packed)
)


def parcels_of(reader: Reader, load_id: str) -> Sequence[Any]:
    """Return the parcels of a load that are to go through the gate."""
    return reader.rows(_TO_PASS, load_id=load_id)


def at_gate(reader: Reader, gate: str) -> Any:
    """Return the load that stands at a gate or None."""
    return reader.get(loads, gate=gate, state=LoadState.AT_GATE)


def leave_gate(tx: Tx, load_id: str) -> None:
    """Take a load back from its gate, which is free for others; cancels that waited for it are answered (H02)."""
    if tx.change(loads, {"id": load_id, "state": LoadState.AT_GATE}, state=LoadState.OPEN):
        tx.journal("load.back", f"load/{load_id}")
        solve_trouble(tx, BY_HAND, f"load/{load_id}")
        answer_pending(tx, parcels_of(tx, load_id))


def ship(tx: Tx, parcel: Any, gate: str) -> None:
    """Book a parcel out: its goods are gone, its order is shipped, and the WMS is told."""
    for row in contents(tx, f"parcel:{parcel.id}"):
        add(tx, row.place, goods_of(row), -row.quantity, allocated=-row.quantity)
    order = order_row(tx, parcel.order_id)
    tx.change(parcels, {"id": parcel.id}, state=ParcelState.SHIPPED, shipped_at=tx.now)
    tx.run(_SHIPPED, of_order=order.id)
    move_order(tx, order.id, OrderState.SHIPPED)
    tx.journal(
        "order.shipped",
        subject_of(order.id),
        outward=True,
        tracking=[parcel.tracking],
        carrier=parcel.carrier,
        gate=gate,
        lines=all_lines(tx, order.id),
    )
    if order.cancel_key:
        left = tx.site.local(tx.now).isoformat()
        tx.journal("order.cancel_refused", subject_of(order.id), reason="order.too_late", outward=True, left_at=left)


def close_task(tx: Tx, load: Any, count: int) -> None:
    """End the task of a load that has gone, whoever works on it."""
    task = tx.get(tasks, id=load.task_id)
    if task is None:
        return
    tell_seat(tx, load.task_id, Result("done", "gate.pass", {"parcels": count}))
    if task.state in (TaskState.ASSIGNED, TaskState.RUNNING):
        finish(tx, Claim(task.id, task.epoch))
    else:
        cancel_task(tx, task.id, "gate.pass")


def answer_pending(tx: Tx, rows: Sequence[Any]) -> None:
    """The load is not going out: orders whose cancel waited for that are cancelled now."""
    for row in rows:
        order = order_row(tx, row.order_id)
        if order.cancel_key and order.state == OrderState.PACKED:
            cancel_order(tx, order.id, "order.cancel_asked")


def load_of(reader: Reader, task: Any) -> Any:
    """Return the load of a load task."""
    row = reader.get(loads, id=task.detail["load"])
    if row is None:
        raise ValueError(f"there is no load {task.detail['load']}")
    return row


def send_off(tx: Tx, load: Any) -> int:
    """Ship all parcels of a load that is proved to be right; return how many."""
    for code in ("exception.gate", BY_HAND):
        solve_trouble(tx, code, f"load/{load.id}")
    rows = parcels_of(tx, load.id)
    for row in rows:
        ship(tx, row, load.gate)
    tx.change(loads, {"id": load.id}, state=LoadState.PASSED)
    return len(rows)

"""Cancel in flight: a request with an honest answer for every state (H02, F21).

Until an order's parcels stand at the gate it can be stopped at once: promises are given back, open picks vanish, what
is already picked is carried back. At the gate the passage decides.
"""

from typing import Any

from sqlalchemy import select

from edge.model.states import LoadState, OrderState, ParcelState, TaskKind, TaskState, ToteState
from edge.planning.allocate import give_back
from edge.planning.loads import ABSENT
from edge.processes.carry import stop_worked
from edge.processes.inventory import contents, goods_of, lose
from edge.processes.orders import all_lines, move_order, order_row, subject_of
from edge.processes.seats import Result, tell_seat, wrong
from edge.processes.slots import leave_wall
from edge.processes.totes import ask_putback, clear_tote
from edge.processes.trouble import solve_trouble
from edge.store.queue import cancel_task
from edge.store.tables import allocations, loads, orders, parcels, tasks, totes
from edge.store.tx import Tx


def request_cancel(tx: Tx, order_id: str, request_key: str, reason: str) -> dict[str, Any]:
    """Answer a request to cancel: `{"outcome": "cancelled"|"pending"|"too_late", "reason"?, "details"?}`."""
    order = order_row(tx, order_id)
    if order.state in (OrderState.CANCELLED, OrderState.SHORT):
        return {"outcome": "cancelled"}
    if order.state == OrderState.SHIPPED:
        left = tx.site.local(order.closed_at).isoformat()
        tx.journal("order.cancel_refused", subject_of(order_id), reason="order.too_late", outward=True, left_at=left)
        return {"outcome": "too_late", "reason": "order.too_late", "details": {"order": order.order_key, "at": left}}
    if at_gate(tx, order_id):
        tx.change(orders, {"id": order_id}, cancel_key=request_key)
        tx.journal("order.cancel_pending", subject_of(order_id), reason="order.at_gate", request=request_key)
        return {"outcome": "pending", "reason": "order.at_gate", "details": {"order": order.order_key}}
    cancel_order(tx, order_id, reason)
    return {"outcome": "cancelled"}


def cancel_order(tx: Tx, order_id: str, reason: str, *, outward: bool = True) -> None:
    """Stop an order that is not at the gate, and see to the return of what was picked; tell the WMS if `outward`."""
    touched = tx.rows(
        select(allocations.c.task_id).where(
            allocations.c.order_id == order_id, allocations.c.state == "reserved", allocations.c.task_id.is_not(None)
        )
    )
    give_back(tx, order_id)
    move_order(tx, order_id, OrderState.CANCELLED, reason=reason)
    told = all_lines(tx, order_id)
    tx.journal("order.cancelled", subject_of(order_id), reason=reason, outward=outward, lines=told)
    for task_id in sorted({row.task_id for row in touched}):
        drop_empty_pick(tx, task_id)
    for task in tx.rows(
        select(tasks.c.id).where(
            tasks.c.subject == subject_of(order_id), tasks.c.kind == TaskKind.PACK, tasks.c.state != TaskState.DONE
        )
    ):
        cancel_task(tx, task.id, reason)
    leave_wall(tx, order_id, reason)
    for tote in tx.all(totes, order_id=order_id, state=ToteState.WAITING):
        clear_tote(tx, tote.id)
    for parcel in tx.rows(
        select(parcels)
        .where(parcels.c.order_id == order_id, parcels.c.state != ParcelState.VOID)
        .order_by(parcels.c.id)
    ):
        void_parcel(tx, parcel, reason)


def at_gate(tx: Tx, order_id: str) -> bool:
    """Return whether the passage of an order's parcels is being decided."""
    found = tx.value(
        select(parcels.c.id)
        .join(loads, loads.c.id == parcels.c.load_id)
        .where(parcels.c.order_id == order_id, loads.c.state == LoadState.AT_GATE)
        .limit(1)
    )
    return found is not None


def drop_empty_pick(tx: Tx, task_id: str) -> None:
    """End a pick task that has nothing left to pick, and let its robot go on."""
    left = tx.value(
        select(allocations.c.id).where(allocations.c.task_id == task_id, allocations.c.state == "reserved").limit(1)
    )
    task = tx.get(tasks, id=task_id)
    if left is not None or task is None:
        return
    cancel_task(tx, task_id, "order.cancelled")
    stop_worked(tx, task.subject.removeprefix("batch/"), task.detail["seq"])


def void_parcel(tx: Tx, parcel: Any, reason: str) -> None:
    """Void a parcel and its label for ever (H65), and have its contents put back; if nobody finds it they are lost."""
    tx.change(parcels, {"id": parcel.id}, state=ParcelState.VOID)
    tx.journal("parcel.void", f"parcel/{parcel.id}", reason=reason, tracking=parcel.tracking, order=parcel.order_id)
    if solve_trouble(tx, ABSENT, f"parcel/{parcel.id}"):
        for row in contents(tx, f"parcel:{parcel.id}"):
            lose(tx, row.place, goods_of(row), row.quantity, ABSENT, promised=True)
    elif parcel.state == ParcelState.PACKED:
        ask_putback(tx, "parcel", parcel.id, parcel.order_id)
    if parcel.load_id is not None:
        leave_load(tx, parcel, reason, wrong("load.parcel_cancelled", parcel=parcel.tracking))


def leave_load(tx: Tx, parcel: Any, reason: str, told: Result) -> None:
    """Take a parcel out of its load and tell whoever works on that; a load that has lost its last parcel ends."""
    load = tx.get(loads, id=parcel.load_id)
    tell_seat(tx, load.task_id, told)
    tx.change(parcels, {"id": parcel.id}, load_id=None)
    if tx.get(parcels, load_id=load.id) is not None:
        return
    tx.change(loads, {"id": load.id}, state=LoadState.CANCELLED)
    cancel_task(tx, load.task_id, reason)
    tx.journal("load.cancelled", f"load/{load.id}", reason=reason)

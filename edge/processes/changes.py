"""Changes in flight: priority, cut-off, carrier, address and hold, each with an honest answer for every state (H03)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import ORDER_OPEN, OrderState, ParcelState, TaskKind, TaskState
from edge.processes.cancel import at_gate, leave_load
from edge.processes.orders import order_row, subject_of
from edge.processes.seats import Result
from edge.store.queue import make_ready, release
from edge.store.tables import allocations, batches, orders, parcels, tasks
from edge.store.tx import Tx


def change_order(tx: Tx, order_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Change priority, cut-off, carrier, address or hold while that is still possible; the answer is honest (H03).

    Returns `{"outcome": "applied"|"too_late", "reason"?}`. Carrier and address are fixed once a label is printed.
    """
    row = order_row(tx, order_id)
    wanted = {
        name: request[name] for name in ("priority", "cutoff_at", "carrier", "ship_to", "hold") if name in request
    }
    if row.state not in ORDER_OPEN:
        return _refused_change(tx, row, "order.ended")
    if wanted.get("hold") and at_gate(tx, order_id):
        return _refused_change(tx, row, "order.at_gate")
    label = (parcels.c.order_id == order_id, parcels.c.tracking.is_not(None), parcels.c.state != ParcelState.VOID)
    labelled = tx.value(select(parcels.c.id).where(*label).limit(1))
    if labelled and ("carrier" in wanted or "ship_to" in wanted):
        return _refused_change(tx, row, "order.labelled")
    if "carrier" in wanted and wanted["carrier"] not in tx.site.carrier:
        raise Refusal("order.unknown_carrier", carrier=wanted["carrier"])
    if "carrier" in wanted and not wanted.get("cutoff_at"):
        wanted["cutoff_at"] = tx.site.next_cutoff(wanted["carrier"], tx.now)
    tx.change(orders, {"id": order_id}, **wanted)
    if "priority" in wanted:
        _spread_priority(tx, order_id, wanted["priority"])
    if "hold" in wanted:
        _stop_or_start(tx, order_id, hold=wanted["hold"])
    told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in wanted.items()}
    told.pop("ship_to", None)
    tx.journal("order.changed", subject_of(order_id), outward=True, fields=sorted(wanted), **told)
    return {"outcome": "applied"}


def set_priority(tx: Tx, order_ids: Sequence[str], priority: int) -> None:
    """Give orders another priority, 0 to 9, and their open work with them."""
    for order_id in order_ids:
        row = order_row(tx, order_id)
        if row.state not in ORDER_OPEN:
            raise Refusal("order.ended", order=row.order_key, state=row.state)
        tx.change(orders, {"id": order_id}, priority=priority)
        _spread_priority(tx, order_id, priority)
        tx.journal("order.changed", subject_of(order_id), outward=True, fields=["priority"], priority=priority)


def set_hold(tx: Tx, order_ids: Sequence[str], hold: bool) -> None:  # noqa: FBT001  a state, not a switch of behaviour
    """Hold orders back, or let them go on; raises Refusal for one that has ended or stands at the gate.

    Picks that have begun are not interrupted; packing stops, and packed parcels leave their load.
    """
    for order_id in order_ids:
        row = order_row(tx, order_id)
        if row.state not in ORDER_OPEN:
            raise Refusal("order.ended", order=row.order_key, state=row.state)
        if hold and at_gate(tx, order_id):
            raise Refusal("order.at_gate", order=row.order_key)
        tx.change(orders, {"id": order_id}, hold=hold)
        _stop_or_start(tx, order_id, hold=hold)
        tx.journal("order.changed", subject_of(order_id), outward=True, fields=["hold"], hold=hold)


def _refused_change(tx: Tx, row: Any, code: str) -> dict[str, Any]:
    tx.journal("order.change_refused", subject_of(row.id), reason=code)
    return {"outcome": "too_late", "reason": code, "details": {"order": row.order_key, "state": row.state}}


def _spread_priority(tx: Tx, order_id: str, priority: int) -> None:
    tx.change(tasks, {"subject": subject_of(order_id)}, priority=priority)
    order = order_row(tx, order_id)
    if order.state == OrderState.PICKING:
        from_batch = select(batches.c.task_id, batches.c.id)
        for batch in tx.rows(from_batch.where(batches.c.id.in_(_batches_of(order_id)))):
            tx.update(batches, batches.c.id == batch.id, batches.c.priority < priority, priority=priority)
            tx.update(tasks, tasks.c.subject == f"batch/{batch.id}", tasks.c.priority < priority, priority=priority)
        for tote in tx.rows(_shared_totes_of(order_id)):
            sorts = (tasks.c.subject == f"tote/{tote.tote_id}", tasks.c.kind == TaskKind.SORT)
            tx.update(tasks, *sorts, tasks.c.priority < priority, priority=priority)


def _stop_or_start(tx: Tx, order_id: str, *, hold: bool) -> None:
    """Keep an order from being packed and loaded, or let it go on; loads are planned anew with what is not held."""
    if hold:
        for parcel in tx.all(parcels, order_id=order_id, state=ParcelState.PACKED):
            if parcel.load_id is not None:
                leave_load(tx, parcel, "wait.hold", Result("info", "load.held", {"parcel": parcel.tracking}))
    for task in tx.all(tasks, subject=subject_of(order_id), kind=TaskKind.PACK):
        if not hold:
            make_ready(tx, task.id)
            continue
        release(tx, task.id, "wait.hold")
        tx.change(tasks, {"id": task.id, "state": TaskState.READY}, state=TaskState.PLANNED, reason="wait.hold")


def _shared_totes_of(order_id: str) -> Any:
    left = allocations.c.picked > allocations.c.put
    return select(allocations.c.tote_id).where(allocations.c.order_id == order_id, left).distinct()


def _batches_of(order_id: str) -> Any:
    return select(allocations.c.batch_id).where(allocations.c.order_id == order_id)

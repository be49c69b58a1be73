"""Orders: accepted or rejected with a reason, changed on request, closed with every line told (H01, H03, H04)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import ORDER_MOVES, ORDER_OPEN, OrderState, ParcelState, TaskKind, TaskState
from edge.processes.inventory import item_row
from edge.store.queue import make_ready, release
from edge.store.tables import allocations, batches, order_lines, orders, parcels, tasks
from edge.store.tx import Reader, Tx


def subject_of(order_id: str) -> str:
    """Return the journal subject of an order."""
    return f"order/{order_id}"


def accept_order(tx: Tx, request: Mapping[str, Any]) -> dict[str, Any]:
    """Accept or reject an order of the WMS; both are answers, both are told (H01).

    `request` is the body of the host API; `cutoff_at` an aware datetime or None for the carrier's next cut-off.
    Returns `{"order_key", "state": "accepted"|"rejected", "reason"?, "details"?}`.
    """
    order_id = f"{request['owner']}/{request['order_key']}"
    payload_hash = _hash(request)
    known = tx.get(orders, id=order_id)
    if known is not None:
        if known.payload_hash != payload_hash:
            raise Refusal("request.other_content", key=request["order_key"])
        return {"order_key": request["order_key"], "state": "accepted"}
    try:
        _check(tx, request)
    except Refusal as refusal:
        tx.journal("order.rejected", subject_of(order_id), reason=refusal.code, outward=True, **refusal.details)
        return {
            "order_key": request["order_key"],
            "state": "rejected",
            "reason": refusal.code,
            "details": refusal.details,
        }
    cutoff_at = request.get("cutoff_at") or tx.site.next_cutoff(request["carrier"], tx.now)
    tx.insert(
        orders,
        id=order_id,
        owner=request["owner"],
        order_key=request["order_key"],
        state=OrderState.ACCEPTED,
        priority=request.get("priority", 5),
        carrier=request["carrier"],
        cutoff_at=cutoff_at,
        ship_to=dict(request["ship_to"]),
        hold=bool(request.get("hold")),
        payload_hash=payload_hash,
        received_at=tx.now,
    )
    tx.insert_many(
        order_lines,
        [
            {
                "order_id": order_id,
                "line": line["line"],
                "owner": request["owner"],
                "sku": line["sku"],
                "requested": line["quantity"],
            }
            for line in request["lines"]
        ],
    )
    tx.journal(
        "order.accepted",
        subject_of(order_id),
        outward=True,
        lines=len(request["lines"]),
        units=sum(line["quantity"] for line in request["lines"]),
        carrier=request["carrier"],
        cutoff_at=cutoff_at.isoformat(),
        priority=request.get("priority", 5),
    )
    return {"order_key": request["order_key"], "state": "accepted"}


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
        _hold_packing(tx, order_id, hold=wanted["hold"])
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
    """Hold orders back, or let them go on. Work that has begun is not interrupted; packing stops."""
    for order_id in order_ids:
        row = order_row(tx, order_id)
        if row.state not in ORDER_OPEN:
            raise Refusal("order.ended", order=row.order_key, state=row.state)
        tx.change(orders, {"id": order_id}, hold=hold)
        _hold_packing(tx, order_id, hold=hold)
        tx.journal("order.changed", subject_of(order_id), outward=True, fields=["hold"], hold=hold)


def order_row(reader: Reader, order_id: str) -> Any:
    """Return an order; raises Refusal when there is none."""
    row = reader.get(orders, id=order_id)
    if row is None:
        raise Refusal("order.unknown", order=order_id)
    return row


def move_order(tx: Tx, order_id: str, state: OrderState, **values: Any) -> None:
    """Put an order into another state; an impossible move is a bug and says so."""
    before = OrderState(order_row(tx, order_id).state)
    if state == before:
        return
    if state not in ORDER_MOVES[before]:
        raise ValueError(f"order {order_id} cannot go from {before} to {state}")
    if not ORDER_MOVES[state]:
        values["closed_at"] = tx.now
    tx.change(orders, {"id": order_id}, state=state, **values)


def lines_of(reader: Reader, order_id: str) -> Sequence[Any]:
    """Return the lines of an order by number."""
    return reader.all(order_lines, order_id=order_id)


def short_line(tx: Tx, order_id: str, line: int, quantity: int, reason: str) -> None:
    """Give up units of a line for good, and tell the WMS."""
    tx.update(
        order_lines,
        order_lines.c.order_id == order_id,
        order_lines.c.line == line,
        short=order_lines.c.short + quantity,
        reason=reason,
    )
    tx.journal(
        "order.short", subject_of(order_id), reason=reason, outward=True, line=line, quantity=quantity, cause=reason
    )


def all_lines(reader: Reader, order_id: str) -> list[dict[str, Any]]:
    """Return every line with its four quantities, zeros and shorts included: the body of a final event (H04)."""
    return [
        {
            "line": row.line,
            "sku": row.sku,
            "requested": row.requested,
            "allocated": row.allocated,
            "picked": row.picked,
            "shipped": row.shipped,
            "short": row.short,
            "status": _line_status(row),
            "reason": row.reason,
        }
        for row in lines_of(reader, order_id)
    ]


def _line_status(row: Any) -> str:
    if row.shipped == row.requested:
        return "complete"
    return "partial" if row.shipped else "none"


def _check(tx: Tx, request: Mapping[str, Any]) -> None:
    owner, carrier = request["owner"], request["carrier"]
    if owner not in tx.site.owner:
        raise Refusal("order.unknown_owner", owner=owner)
    if carrier not in tx.site.carrier:
        raise Refusal("order.unknown_carrier", carrier=carrier)
    if not request["lines"]:
        raise Refusal("order.no_lines")
    seen: dict[int, None] = {}
    for line in request["lines"]:
        if line["line"] in seen:
            raise Refusal("order.double_line", line=line["line"])
        seen[line["line"]] = None
        item = item_row(tx, owner, line["sku"])
        if item is None:
            raise Refusal("order.unknown_sku", sku=line["sku"])
        if item.discontinued:
            raise Refusal("order.discontinued", sku=line["sku"])


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


def _hold_packing(tx: Tx, order_id: str, *, hold: bool) -> None:
    for task in tx.all(tasks, subject=subject_of(order_id), kind=TaskKind.PACK):
        if not hold:
            make_ready(tx, task.id)
            continue
        release(tx, task.id, "wait.hold")
        tx.change(tasks, {"id": task.id, "state": TaskState.READY}, state=TaskState.PLANNED, reason="wait.hold")


def _batches_of(order_id: str) -> Any:
    return select(allocations.c.batch_id).where(allocations.c.order_id == order_id)


def _hash(request: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()

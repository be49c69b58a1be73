"""Orders: accepted or rejected with a reason, moved from state to state, closed with every line told (H01, H04)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from edge.model.reasons import Refusal
from edge.model.states import ORDER_MOVES, OrderState
from edge.processes.inventory import item_row
from edge.store.tables import order_lines, orders
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


def _hash(request: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()

"""What the WMS may ask the site, answered from local rows: an order's story, a snapshot of stock (H06, H14, H23)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from edge.host.outbox import told_up_to
from edge.host.wms import WMS
from edge.model.reasons import Refusal, say
from edge.processes.orders import all_lines
from edge.processes.waits import order_waits
from edge.store.tables import journal, orders, parcels, stock
from edge.store.tx import Reader

MOVING = ("tote:", "parcel:")
"""Places of units on their way: not to be compared location by location, and never to be overwritten."""
LOST = "lost:"


def order_status(reader: Reader, order_id: str, language: str) -> dict[str, Any]:
    """Return an order's state, lines, parcels, why it waits and what happened; raises Refusal when there is none."""
    order = reader.get(orders, id=order_id)
    if order is None:
        raise Refusal("order.unknown", order=order_id)
    code, details = order_waits(reader, [order])[order_id]
    boxes = reader.all(parcels, order_id=order_id)
    story = reader.all(journal, subject=f"order/{order_id}")
    return {
        "order_key": order.order_key,
        "owner": order.owner,
        "state": order.state,
        "reason": order.reason,
        "priority": order.priority,
        "hold": order.hold,
        "carrier": order.carrier,
        "cutoff_at": _local(reader, order.cutoff_at),
        "received_at": _local(reader, order.received_at),
        "closed_at": _local(reader, order.closed_at),
        "waits": _wait(reader, code, dict(details), language),
        "lines": all_lines(reader, order_id),
        "parcels": [_parcel(reader, row) for row in boxes],
        "tracking": [row.tracking for row in boxes if row.tracking and row.state != "void"],
        "timeline": [_happened(reader, row) for row in story],
    }


def stock_snapshot(reader: Reader, owner: str | None) -> dict[str, Any]:
    """Return all units on site at one moment, with the journal's place, so that the WMS can compare its books.

    `seq` is the last thing that happened; `told_seq` the one up to which the WMS was told. Where they differ, later
    events are still on their way and explain a difference.
    """
    statement = select(stock).order_by(stock.c.owner, stock.c.sku, stock.c.place, stock.c.lot, stock.c.expiry)
    rows = reader.rows(statement if owner is None else statement.where(stock.c.owner == owner))
    last = reader.value(select(journal.c.seq).order_by(journal.c.seq.desc()).limit(1)) or 0
    return {
        "site": reader.site.id,
        "at": _local(reader, reader.now),
        "seq": last,
        "told_seq": told_up_to(reader, WMS),
        "totals": _totals(rows),
        "lines": [_stock_line(row) for row in rows],
    }


def _totals(rows: Sequence[Any]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        total = found.setdefault(
            (row.owner, row.sku), {"owner": row.owner, "sku": row.sku, "on_hand": 0, "in_flight": 0, "lost": 0}
        )
        if row.place.startswith(LOST):
            total["lost"] += row.quantity
            continue
        total["on_hand"] += row.quantity
        if row.place.startswith(MOVING):
            total["in_flight"] += row.quantity
    return list(found.values())


def _stock_line(row: Any) -> dict[str, Any]:
    return {
        "owner": row.owner,
        "sku": row.sku,
        "location": row.place,
        "lot": row.lot,
        "expiry": row.expiry or None,
        "quantity": row.quantity,
        "allocated": row.allocated,
        "in_flight": row.place.startswith(MOVING),
        "lost": row.place.startswith(LOST),
    }


def _wait(reader: Reader, code: str, details: dict[str, Any], language: str) -> dict[str, Any] | None:
    if not code:
        return None
    told = {name: _plain(reader, value) for name, value in details.items()}
    words = say(code, language, told)
    return {"code": code, "text": words.text, "next": words.next}


def _plain(reader: Reader, value: Any) -> Any:
    return reader.site.local(value).strftime("%H:%M") if isinstance(value, datetime) else value


def _parcel(reader: Reader, row: Any) -> dict[str, Any]:
    return {
        "parcel": row.id,
        "state": row.state,
        "carton": row.carton,
        "weight_g": row.weight_g,
        "tracking": row.tracking,
        "carrier": row.carrier,
        "packed_at": _local(reader, row.packed_at),
        "shipped_at": _local(reader, row.shipped_at),
    }


def _happened(reader: Reader, row: Any) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": _local(reader, row.at),
        "type": row.kind,
        "number": row.number,
        "actor": row.actor,
        "reason": row.reason,
        "data": row.data,
    }


def _local(reader: Reader, at: datetime | None) -> str | None:
    return None if at is None else reader.site.local(at).isoformat(timespec="milliseconds")

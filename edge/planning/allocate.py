"""Promises stock to order lines: first expiry first out, then the fewest places to visit (F18, F36, F97h)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, null, select, update

from edge.model.states import OrderState
from edge.planning.expiry import expired
from edge.processes.inventory import add, goods_of
from edge.processes.orders import all_lines, lines_of, move_order, short_line, subject_of
from edge.store.statement import Query, param
from edge.store.tables import allocations, order_lines, orders, stock
from edge.store.tx import Tx

ORDERS_AT_ONCE = 100
"""Orders in one decision: keeps a morning's backlog from holding up scans."""
_WAITING = Query(
    select(orders.c.id, orders.c.owner)
    .where(orders.c.state == OrderState.ACCEPTED, orders.c.hold.is_(False), orders.c.reason.is_(None))
    .order_by(orders.c.priority.desc(), orders.c.cutoff_at, orders.c.received_at, orders.c.id)
    .limit(ORDERS_AT_ONCE)
)
_IN_STOCK = Query(
    select(stock).where(
        stock.c.owner == param("owner"), stock.c.sku == param("sku"), stock.c.quantity > stock.c.allocated
    )
)
_RETRY = Query(
    update(orders)
    .where(
        orders.c.state == OrderState.ACCEPTED,
        orders.c.reason.is_not(None),
        exists().where(
            order_lines.c.order_id == orders.c.id,
            order_lines.c.owner == param("of_owner"),
            order_lines.c.sku == param("of_sku"),
        ),
    )
    .values(reason=null())
)
_PROMISE = Query(
    update(order_lines)
    .where(order_lines.c.order_id == param("of_order"), order_lines.c.line == param("number"))
    .values(allocated=order_lines.c.allocated + param("units"))
)


def allocate_waiting(tx: Tx) -> int:
    """Allocate accepted orders, most urgent first; return how many were looked at."""
    waiting = tx.rows(_WAITING)
    for order in waiting:
        allocate_order(tx, order.id, order.owner)
    return len(waiting)


def retry_waiting(tx: Tx, owner: str, sku: str) -> None:
    """Look again at orders that wait for stock of an item that has just come."""
    tx.run(_RETRY, of_owner=owner, of_sku=sku)


def allocate_order(tx: Tx, order_id: str, owner: str) -> None:
    """Allocate one order by its owner's rule for shorts."""
    missing: dict[int, int] = {}
    for line in lines_of(tx, order_id):
        open_units = line.requested - line.allocated - line.short
        rest = open_units - reserve(tx, order_id, line, open_units)
        if rest:
            missing[line.line] = rest
    rule = tx.site.owner[owner].on_short
    if missing and rule != "ship_partial":
        give_back(tx, order_id)
        if rule == "hold":
            tx.change(orders, {"id": order_id}, reason="wait.no_stock")
            tx.journal("order.waits", subject_of(order_id), reason="wait.no_stock", lines=sorted(missing))
            return
        missing = {line.line: line.requested - line.short for line in lines_of(tx, order_id)}
    for line_no, units in missing.items():
        short_line(tx, order_id, line_no, units, "order.no_stock")
    settle(tx, order_id)


def reserve(tx: Tx, order_id: str, line: Any, wanted: int) -> int:
    """Promise up to `wanted` units of a line from pick locations and return how many were found."""
    if wanted <= 0:
        return 0
    left = wanted
    for row in _candidates(tx, line.owner, line.sku, wanted):
        units = min(left, row.quantity - row.allocated)
        add(tx, row.place, goods_of(row), 0, allocated=units)
        tx.insert(
            allocations,
            id=tx.new_id(),
            order_id=order_id,
            line=line.line,
            owner=row.owner,
            sku=row.sku,
            place=row.place,
            lot=row.lot,
            expiry=row.expiry,
            quantity=units,
            state="reserved",
        )
        left -= units
        if not left:
            break
    found = wanted - left
    if found:
        tx.run(_PROMISE, of_order=order_id, number=line.line, units=found)
    return found


def give_back(tx: Tx, order_id: str) -> int:
    """Take back all promises of an order that are not picked yet; return how many units."""
    units = 0
    for row in tx.all(allocations, order_id=order_id, state="reserved"):
        give_back_one(tx, row)
        units += row.quantity
    return units


def give_back_one(tx: Tx, row: Any) -> None:
    """Take back one promise."""
    add(tx, row.place, goods_of(row), 0, allocated=-row.quantity)
    tx.change(allocations, {"id": row.id}, state="released")
    tx.run(_PROMISE, of_order=row.order_id, number=row.line, units=-row.quantity)


def settle(tx: Tx, order_id: str) -> None:
    """Decide what becomes of an accepted order after allocation: work, or its end when nothing was found."""
    lines = lines_of(tx, order_id)
    if any(line.allocated for line in lines):
        move_order(tx, order_id, OrderState.ALLOCATED, reason=None)
        tx.journal("order.allocated", subject_of(order_id), units=sum(line.allocated for line in lines))
        return
    move_order(tx, order_id, OrderState.SHORT, reason="order.no_stock")
    told = all_lines(tx, order_id)
    tx.journal("order.cancelled", subject_of(order_id), reason="order.no_stock", outward=True, lines=told)


def _candidates(tx: Tx, owner: str, sku: str, wanted: int) -> Sequence[Any]:
    today = tx.site.local(tx.now).date()
    found = [
        row
        for row in tx.rows(_IN_STOCK, owner=owner, sku=sku)
        if row.place in tx.site.location and not expired(row.expiry, today)
    ]

    def best_first(row: Any) -> tuple[str, bool, int, str, str]:
        free = row.quantity - row.allocated
        return (row.expiry or "9999-12-31", free < wanted, free, row.place, row.lot)

    return sorted(found, key=best_first)

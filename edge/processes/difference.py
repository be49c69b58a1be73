"""A supervisor's word on a count that differs: into the books, dismissed, or counted anew (F15).

What is missing is lost like a short. Promises of it that are on no tour are given back and planned anew; those on a
tour stay, and the picker will meet the shortage.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import OrderState
from edge.planning.allocate import give_back_one, reserve
from edge.processes.carry import order_may_be_packed
from edge.processes.inventory import Goods, add, adjust, lose
from edge.processes.orders import move_order, order_row, short_line, subject_of
from edge.processes.stocktake import DIFFERS, ask_count, moved_since, tell
from edge.processes.trouble import OPEN, settle_trouble
from edge.store.statement import Query, param
from edge.store.tables import allocations, exceptions, order_lines, orders, stock
from edge.store.tx import Reader, Tx

MISSING, FOUND = "count.missing", "count.found"
REASONS = ("miscounted", "elsewhere", "in_use")
"""Why a supervisor dismisses a count."""
_OFF_TOUR = Query(
    select(allocations)
    .join(orders, orders.c.id == allocations.c.order_id)
    .where(
        allocations.c.state == "reserved",
        allocations.c.batch_id.is_(None),
        allocations.c.place == param("place"),
        allocations.c.owner == param("owner"),
        allocations.c.sku == param("sku"),
        allocations.c.lot == param("lot"),
        allocations.c.expiry == param("expiry"),
    )
    .order_by(orders.c.priority, orders.c.cutoff_at.desc(), allocations.c.id.desc())
)
"""The least urgent first."""


def difference_of(reader: Reader, trouble_id: str) -> Any:
    """Return the open question about a count; raises Refusal `exception.ended`."""
    here = (exceptions.c.id == trouble_id, exceptions.c.code == DIFFERS, exceptions.c.state.in_(OPEN))
    row = reader.one(select(exceptions).where(*here))
    if row is None:
        raise Refusal("exception.ended")
    return row


def refuse_to_settle(reader: Reader, trouble_id: str) -> None:
    """Raise Refusal `count.decide` when an exception is a count that differs: it does not end without a decision."""
    row = reader.get(exceptions, id=trouble_id)
    if row is not None and row.code == DIFFERS:
        raise Refusal("count.decide")


def differing(question: Any) -> Sequence[Mapping[str, Any]]:
    """Return the lines of a question whose last count is not what the books say."""
    return [line for line in question.detail["lines"] if line["books"] != line["counted"]]


def take_difference(tx: Tx, trouble_id: str, person: str) -> None:
    """Take the last count into the books; raises Refusal `count.moved_since` when they are of another moment by now."""
    question = difference_of(tx, trouble_id)
    place = question.detail["location"]
    if moved_since(tx, place, question.detail["seq"]):
        raise Refusal("count.moved_since", location=place)
    told = []
    for line in question.detail["lines"]:
        goods = Goods(*(line[name] for name in Goods._fields))
        more = line["counted"] - line["books"]
        booked = _find(tx, place, goods, more) if more > 0 else -_miss(tx, place, goods, -more) if more else 0
        told.append({**_plain(line), "adjusted": booked})
    tell(tx, question.detail, "taken", told)
    settle_trouble(tx, trouble_id, person)


def dismiss_difference(tx: Tx, trouble_id: str, reason: str, person: str) -> None:
    """Leave the books as they are, with a reason."""
    question = difference_of(tx, trouble_id)
    if reason not in REASONS:
        raise Refusal("count.no_reason")
    tell(tx, question.detail, "dismissed", [_plain(line) for line in question.detail["lines"]], reason)
    settle_trouble(tx, trouble_id, person)


def count_again(tx: Tx, trouble_id: str, person: str) -> None:
    """Have the place counted anew instead; the count goes on under its id."""
    question = difference_of(tx, trouble_id)
    settle_trouble(tx, trouble_id, person)
    known = question.detail
    ask_count(tx, known["location"], request=known["request"], count=known["count"], short=known.get("short"))


def _find(tx: Tx, place: str, goods: Goods, units: int) -> int:
    """Book units that are there beyond the books, first those that were lost there; return how many."""
    lost = tx.get(stock, place=f"lost:{place}", **goods._asdict())
    again = min(units, lost.quantity if lost is not None else 0)
    if again:
        add(tx, f"lost:{place}", goods, -again)
    add(tx, place, goods, units)
    adjust(tx, place, goods, units, FOUND)
    return units


def _miss(tx: Tx, place: str, goods: Goods, units: int) -> int:
    """Lose units that are not there, as far as no tour comes for them; return how many."""
    row = tx.get(stock, place=place, **goods._asdict())
    back = _give_back(tx, place, goods, units - (row.quantity - row.allocated))
    row = tx.get(stock, place=place, **goods._asdict())
    gone: int = min(units, row.quantity - row.allocated)
    if gone:
        lose(tx, place, goods, gone, MISSING, promised=False)
    for part in back:
        _plan_anew(tx, part)
    return gone


def _give_back(tx: Tx, place: str, goods: Goods, units: int) -> list[Any]:
    """Take back promises on no tour until so many units are free, and return them."""
    back = []
    for part in tx.rows(_OFF_TOUR, place=place, **goods._asdict()):
        if units <= 0:
            break
        give_back_one(tx, part)
        units -= part.quantity
        back.append(part)
    return back


def _plan_anew(tx: Tx, part: Any) -> None:
    """Look for the units of a promise elsewhere: all of an order that nobody picks yet, else these alone (F36)."""
    order = order_row(tx, part.order_id)
    tx.journal(
        "order.replanned",
        subject_of(order.id),
        reason=MISSING,
        line=part.line,
        quantity=part.quantity,
        location=part.place,
    )
    if order.state == OrderState.ACCEPTED:
        return
    if order.state == OrderState.ALLOCATED:
        move_order(tx, order.id, OrderState.ACCEPTED, reason=None)
        return
    line = tx.get(order_lines, order_id=order.id, line=part.line)
    again = reserve(tx, order.id, line, part.quantity)
    if again < part.quantity:
        short_line(tx, order.id, part.line, part.quantity - again, MISSING)
        order_may_be_packed(tx, order.id)


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in (*Goods._fields, "books", "counted")}

"""Orders: a filtered page of them, and everything about one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from edge.model.states import ORDER_OPEN, OrderState
from edge.processes.waits import Wait, order_waits
from edge.store.tables import allocations, item_codes, items, journal, order_lines, orders, parcels, tasks, totes
from edge.store.tx import Reader
from edge.web.console.queries.common import Name, Page, Told, any_of, like, page_of, people_names, told

GROUPS: Mapping[str, Sequence[OrderState]] = {
    "open": ORDER_OPEN,
    "todo": (OrderState.ACCEPTED, OrderState.ALLOCATED),
    "picking": (OrderState.PICKING, OrderState.PACKING),
    "packed": (OrderState.PACKED,),
    "shipped": (OrderState.SHIPPED,),
    "cancelled": (OrderState.CANCELLED,),
    "short": (OrderState.SHORT,),
    "all": tuple(OrderState),
}
"""The states that a person filters by."""

SORTS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "due": (orders.c.cutoff_at.asc(), orders.c.priority.desc(), orders.c.id.asc()),
    "-due": (orders.c.cutoff_at.desc(), orders.c.priority.desc(), orders.c.id.asc()),
    "priority": (orders.c.priority.desc(), orders.c.cutoff_at.asc(), orders.c.id.asc()),
    "-priority": (orders.c.priority.asc(), orders.c.cutoff_at.asc(), orders.c.id.asc()),
    "received": (orders.c.received_at.asc(), orders.c.id.asc()),
    "-received": (orders.c.received_at.desc(), orders.c.id.asc()),
    "order": (orders.c.order_key.asc(), orders.c.id.asc()),
    "-order": (orders.c.order_key.desc(), orders.c.id.asc()),
    "state": (orders.c.state.asc(), orders.c.cutoff_at.asc(), orders.c.id.asc()),
    "-state": (orders.c.state.desc(), orders.c.cutoff_at.asc(), orders.c.id.asc()),
}
STORY_ROWS = 500
"""Journal rows of one order at most; an ordinary order has about twenty."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders are asked for; empty = any."""

    state: str = "open"
    carrier: str = ""
    owner: str = ""
    cutoff: datetime | None = None
    hold: bool = False
    why: str = ""
    """A reason code that the order waits for."""
    text: str = ""
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders with what the list says about each."""

    page: Page
    waits: Mapping[str, Wait]
    units: Mapping[str, Any]


def orders_page(reader: Reader, wanted: OrderFilter, page: int) -> OrderPage:
    """Read one page of orders."""
    found = page_of(reader, orders_statement(wanted), page)
    return OrderPage(found, order_waits(reader, found.rows), _units(reader, found.rows))


def orders_chunk(reader: Reader, wanted: OrderFilter, limit: int, offset: int) -> OrderPage:
    """Read some orders for a table that leaves the console."""
    rows = reader.rows(orders_statement(wanted).limit(limit).offset(offset))
    return OrderPage(Page(rows, len(rows), 1), order_waits(reader, rows), _units(reader, rows))


def orders_statement(wanted: OrderFilter) -> Select[Any]:
    """Return the select for a filter, in its order."""
    conditions = any_of(
        None if wanted.state == "all" else orders.c.state.in_(GROUPS.get(wanted.state, ORDER_OPEN)),
        orders.c.carrier == wanted.carrier if wanted.carrier else None,
        orders.c.owner == wanted.owner if wanted.owner else None,
        orders.c.cutoff_at == wanted.cutoff if wanted.cutoff else None,
        orders.c.hold.is_(True) if wanted.hold else None,
        orders.c.reason == wanted.why if wanted.why else None,
        _matches(wanted.text) if wanted.text else None,
    )
    return select(orders).where(*conditions).order_by(*SORTS.get(wanted.sort, SORTS["due"]))


def cutoffs_open(reader: Reader) -> Sequence[Any]:
    """Return the carriers and cut-offs that open orders have, soonest first."""
    return reader.rows(
        select(orders.c.carrier, orders.c.cutoff_at)
        .where(orders.c.state.in_(ORDER_OPEN))
        .distinct()
        .order_by(orders.c.cutoff_at, orders.c.carrier)
        .limit(40)
    )


@dataclass(frozen=True, slots=True)
class OrderStory:
    """Everything about one order."""

    order: Any
    wait: Wait
    lines: Sequence[Any]
    totes: Sequence[Any]
    parcels: Sequence[Any]
    tasks: Sequence[Any]
    entries: Sequence[Any]
    told: Told
    names: Mapping[str, Name]


def order_story(reader: Reader, order_id: str) -> OrderStory | None:
    """Read one order with lines, containers, work and the journal of all of them; None when there is none."""
    order = reader.one(select(orders).where(orders.c.id == order_id))
    if order is None:
        return None
    lines = reader.rows(
        select(order_lines, items.c.name_ja, items.c.name_en)
        .outerjoin(items, (items.c.owner == order_lines.c.owner) & (items.c.sku == order_lines.c.sku))
        .where(order_lines.c.order_id == order_id)
        .order_by(order_lines.c.line)
    )
    boxes = reader.rows(select(parcels).where(parcels.c.order_id == order_id).order_by(parcels.c.id))
    work_ids = select(allocations.c.task_id).where(
        allocations.c.order_id == order_id, allocations.c.task_id.is_not(None)
    )
    work = reader.rows(
        select(tasks)
        .where(or_(tasks.c.subject == f"order/{order_id}", tasks.c.id.in_(work_ids)))
        .order_by(tasks.c.created_at, tasks.c.id)
    )
    return OrderStory(
        order=order,
        wait=order_waits(reader, [order])[order_id],
        lines=lines,
        totes=reader.rows(select(totes).where(totes.c.order_id == order_id).order_by(totes.c.id)),
        parcels=boxes,
        tasks=work,
        entries=_entries(reader, order_id, boxes, work),
        told=told(reader),
        names=people_names(reader),
    )


def _entries(reader: Reader, order_id: str, boxes: Sequence[Any], work: Sequence[Any]) -> Sequence[Any]:
    subjects = [f"order/{order_id}", *(f"parcel/{row.id}" for row in boxes), *(f"task/{row.id}" for row in work)]
    subjects += sorted({f"load/{row.load_id}" for row in boxes if row.load_id})
    return reader.rows(select(journal).where(journal.c.subject.in_(subjects)).order_by(journal.c.seq).limit(STORY_ROWS))


def _units(reader: Reader, rows: Sequence[Any]) -> dict[str, Any]:
    ids = [row.id for row in rows]
    if not ids:
        return {}
    found = reader.rows(
        select(
            order_lines.c.order_id,
            func.count().label("lines"),
            func.sum(order_lines.c.requested).label("requested"),
            func.sum(order_lines.c.picked).label("picked"),
            func.sum(order_lines.c.short).label("short"),
        )
        .where(order_lines.c.order_id.in_(ids))
        .group_by(order_lines.c.order_id)
    )
    return {row.order_id: row for row in found}


def _matches(text: str) -> ColumnElement[bool]:
    by_parcel = select(parcels.c.order_id).where(or_(parcels.c.tracking == text, parcels.c.id == text))
    by_code = select(item_codes.c.sku).where(item_codes.c.code == text)
    by_item = select(order_lines.c.order_id).where(or_(order_lines.c.sku == text, order_lines.c.sku.in_(by_code)))
    by_tote = select(totes.c.order_id).where(totes.c.id == text, totes.c.order_id.is_not(None))
    return or_(
        orders.c.id == text,
        like(orders.c.order_key, text),
        orders.c.id.in_(by_parcel),
        orders.c.id.in_(by_item),
        orders.c.id.in_(by_tote),
        *(like(orders.c.ship_to[name].as_string(), text) for name in ("name", "phone", "postcode", "address")),
    )


def local_cutoff(text: str, reader_site: Any) -> datetime | None:
    """Read 2026-11-24T14:30 on the site's clock; None when it is no time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=reader_site.zone_info).astimezone(UTC) if text else None
    except ValueError:
        return None

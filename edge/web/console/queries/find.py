"""One box for everything: an order, tracking number, tote, robot, location or item that bears this name."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, or_, select

from edge.store.tables import items, orders, parcels, totes
from edge.store.tx import Reader
from edge.web.console.links import link
from edge.web.console.queries.common import like
from edge.web.console.queries.orders import OrderFilter, orders_statement

ORDERS_SHOWN = 8
ITEMS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What bears a name; `only` is the address of the one exact match."""

    only: str | None
    orders: list[Any]
    items: list[Any]


def find(reader: Reader, text: str) -> Found:
    """Look everywhere; an exact name wins at once."""
    exact = _exact(reader, text)
    if exact is not None:
        return Found(exact, [], [])
    wanted = OrderFilter(state="all", text=text, sort="-received")
    rows = list(reader.rows(orders_statement(wanted).limit(ORDERS_SHOWN)))
    things = list(
        reader.rows(
            select(items)
            .where(or_(like(items.c.sku, text), like(items.c.name_ja, text), like(items.c.name_en, text)))
            .order_by(items.c.sku)
            .limit(ITEMS_SHOWN)
        )
    )
    if len(rows) == 1 and not things:
        return Found(link(f"order/{rows[0].id}"), [], [])
    return Found(None, rows, things)


def _exact(reader: Reader, text: str) -> str | None:
    site = reader.site
    on_floor = {
        "robot": {robot.id for robot in site.robots},
        "location": set(site.location),
        "station": set(site.station),
        "dock": set(site.dock),
        "gate": set(site.gate),
        "zone": {f"ZONE:{zone}" for zone in site.zone},
    }
    for kind, names in on_floor.items():
        for name in (text, text.upper()):
            if name in names:
                return f"/console/floor?open={kind}:{quote(name.removeprefix('ZONE:'))}"
    places = (
        select(orders.c.id).where(or_(orders.c.id == text, orders.c.order_key == text)),
        select(parcels.c.order_id).where(or_(parcels.c.tracking == text, parcels.c.id == text)),
        select(totes.c.order_id).where(func.upper(totes.c.id) == text.upper()),
    )
    order_id = next((found for place in places if (found := reader.value(place.limit(1)))), None)
    return link(f"order/{order_id}") if order_id else None

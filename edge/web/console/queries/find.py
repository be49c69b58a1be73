"""One box for everything: an order, tracking number, tote, item, robot, location or device that bears this name."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import or_, select

from edge.store.tables import item_codes, items, orders, parcels, totes
from edge.store.tx import Reader
from edge.web.console.links import link
from edge.web.console.queries.common import like
from edge.web.console.queries.orders import OrderFilter, orders_statement

ORDERS_SHOWN = 8
ITEMS_SHOWN = 8
SPACED_NUMBER = re.compile(r"\d[\d -]{6,}\d")
"""A number as people read it out or copy it from a label: 4800-0000-1234."""


@dataclass(frozen=True, slots=True)
class Found:
    """What bears a name; `only` is the address of the one exact match."""

    only: str | None
    orders: list[Any]
    items: list[Any]


def find(reader: Reader, text: str) -> Found:
    """Look everywhere; an exact name wins at once, also in full width, in small letters or with hyphens in a number."""
    text = unicodedata.normalize("NFKC", text).strip()
    names = list(dict.fromkeys(_spellings(text)))
    exact = _on_floor(reader, names) or _order(reader, names) or _free_tote(reader, names)
    if exact is not None:
        return Found(exact, [], [])
    sku = _coded(reader, names)
    if sku is not None:
        return Found(f"/console/stock?{urlencode({'q': sku})}", [], [])
    wanted = OrderFilter(state="all", text=names[-1], sort="-received")
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


def _spellings(text: str) -> list[str]:
    """Return the text, in capitals, and for a number without what separates its digits."""
    plain = re.sub(r"[ -]", "", text) if SPACED_NUMBER.fullmatch(text) else text
    return [text, text.upper(), plain]


def _on_floor(reader: Reader, names: list[str]) -> str | None:
    site = reader.site
    known: dict[str, Mapping[str, object]] = {
        "robot": {robot.id: robot for robot in site.robots},
        "location": site.location,
        "station": site.station,
        "dock": site.dock,
        "gate": site.gate,
        "zone": {f"ZONE:{zone}": zone for zone in site.zone},
    }
    for name in names:
        for kind, things in known.items():
            if name in things:
                return f"/console/floor?open={kind}:{quote(name.removeprefix('ZONE:'))}"
    device = next((device.id for device in site.devices if device.id in (*names, names[0].lower())), None)
    return link(f"device/{device}") if device else None


def _order(reader: Reader, names: list[str]) -> str | None:
    """Return the address of the one order of this key, label or tote; None when there is none, or more than one."""
    statements = (
        select(orders.c.id).where(or_(orders.c.id.in_(names), orders.c.order_key.in_(names))),
        select(parcels.c.order_id).where(
            or_(parcels.c.tracking.in_(names), parcels.c.id.in_(names), parcels.c.epc.in_(names))
        ),
        select(totes.c.order_id).where(totes.c.id.in_(names), totes.c.order_id.is_not(None)),
    )
    found = dict.fromkeys(value for statement in statements for (value,) in reader.rows(statement.limit(2)))
    return link(f"order/{next(iter(found))}") if len(found) == 1 else None


def _free_tote(reader: Reader, names: list[str]) -> str | None:
    """Return where a tote without an order tells what it was used for."""
    tote = reader.value(select(totes.c.id).where(totes.c.id.in_(names), totes.c.order_id.is_(None)))
    return link(f"tote/{tote}") if tote else None


def _coded(reader: Reader, names: list[str]) -> str | None:
    """Return the SKU that a bar code of an item means, or that is one itself."""
    found = select(item_codes.c.sku).where(item_codes.c.code.in_(names))
    sku = reader.value(found.limit(1)) or reader.value(select(items.c.sku).where(items.c.sku.in_(names)).limit(1))
    return str(sku) if sku else None

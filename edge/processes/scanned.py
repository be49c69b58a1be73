"""A scan of the wrong kind: the person is told what they hold, and what is asked instead (F57)."""

from typing import Any

from sqlalchemy import select

from edge.processes.codes import read
from edge.processes.labels import parcel_of
from edge.processes.seats import Result, Seat, wrong
from edge.store.statement import Query, param
from edge.store.tables import item_codes, items, totes
from edge.store.tx import Reader

_ITEM = Query(
    select(items.c.name_ja, items.c.name_en)
    .join(item_codes, (item_codes.c.owner == items.c.owner) & (item_codes.c.sku == items.c.sku))
    .where(item_codes.c.code == param("code"))
    .order_by(items.c.owner)
    .limit(1)
)


def not_asked(reader: Reader, seat: Seat, value: str, ask: str) -> Result:
    """Return the answer to a scan that no step of this kind can take; `ask` is what the person is to scan."""
    what = _what(reader, seat, value)
    if what is None:
        return wrong("scan.unknown", scanned=value, ask=ask)
    return wrong("scan.other_kind", scanned=value, what=what, ask=ask)


def kind_of_place(reader: Reader, code: str) -> str | None:
    """Say what place of work a code names: zone, dock, pack, wall, or None."""
    if code.startswith("ZONE:") and code.removeprefix("ZONE:") in reader.site.zone:
        return "zone"
    if code in reader.site.dock:
        return "dock"
    station = reader.site.station.get(code)
    return station.kind if station is not None and station.kind in ("pack", "wall") else None


def _what(reader: Reader, seat: Seat, value: str) -> str | None:
    """Say in the person's words what a code stands for, or None when the site does not know it."""
    site = reader.site
    if value in site.location:
        return seat.say("is.location")
    if kind_of_place(reader, value) is not None:
        return seat.say("is.place")
    if value in site.station:
        return seat.say("is.station")
    if value in site.carton:
        return seat.say("is.carton")
    if value in site.slot:
        return seat.say("is.slot")
    if reader.get(totes, id=value) is not None:
        return seat.say("is.tote")
    scanned = read(reader.site, value)
    if (scanned.tracking or scanned.sscc) and parcel_of(reader, value) is not None:
        return seat.say("is.parcel")
    item: Any = reader.one(_ITEM, code=scanned.article)
    if item is None:
        return None
    return seat.say("is.item", name=item.name_ja if seat.language == "ja" else item.name_en)

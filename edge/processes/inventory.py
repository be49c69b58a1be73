"""Where units are: every change of stock goes through `add` and `move`, so that none is made or lost."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from drivers.codes import Code
from drivers.codes.gs1 import gtin
from edge.model.reasons import Refusal
from edge.store.statement import Query, param
from edge.store.tables import item_codes, items, notices, stock
from edge.store.tx import Reader, Tx

_AT_PLACE = Query(
    select(stock)
    .where(stock.c.place == param("place"))
    .order_by(stock.c.owner, stock.c.sku, stock.c.expiry, stock.c.lot)
)


class Goods(NamedTuple):
    """What units are, apart from where: lot and expiry (YYYY-MM-DD) are empty where not tracked."""

    owner: str
    sku: str
    lot: str = ""
    expiry: str = ""


def goods_of(row: Any) -> Goods:
    """Return the goods of a stock or allocation row."""
    return Goods(row.owner, row.sku, row.lot, row.expiry)


def add(tx: Tx, place: str, goods: Goods, quantity: int, *, allocated: int = 0) -> None:
    """Change the units (and those promised) at a place by a positive or negative number.

    Raises Refusal `stock.too_little` when fewer would remain than zero or than are promised.
    """
    row = tx.get(stock, place=place, **goods._asdict())
    have, promised = (row.quantity, row.allocated) if row else (0, 0)
    new, new_promised = have + quantity, promised + allocated
    if new < new_promised or new < 0 or new_promised < 0:
        raise Refusal("stock.too_little", location=place, sku=goods.sku, available=have - promised, wanted=-quantity)
    if row is None:
        if new:
            values = {"quantity": new, "allocated": new_promised}
            tx.insert(stock, id=tx.new_id(), place=place, **goods._asdict(), **values)
    elif new == 0:
        tx.drop(stock, id=row.id)
    else:
        tx.change(stock, {"id": row.id}, quantity=new, allocated=new_promised)


def move(tx: Tx, goods: Goods, quantity: int, *, source: str, target: str, promised: bool = False) -> None:
    """Move units between places; `promised` units are allocated at both ends."""
    add(tx, source, goods, -quantity, allocated=-quantity if promised else 0)
    add(tx, target, goods, quantity, allocated=quantity if promised else 0)
    tx.journal(
        "stock.moved",
        f"stock/{goods.owner}/{goods.sku}",
        quantity=quantity,
        source=source,
        target=target,
        lot=goods.lot,
        expiry=goods.expiry,
    )


def adjust(tx: Tx, place: str, goods: Goods, delta: int, reason: str) -> None:
    """Tell the WMS that the books change by `delta` units at a place; the caller changes the stock rows."""
    tx.journal(
        "stock.adjusted",
        f"stock/{goods.owner}/{goods.sku}",
        reason=reason,
        outward=True,
        owner=goods.owner,
        sku=goods.sku,
        quantity=delta,
        location=place,
        lot=goods.lot,
        expiry=goods.expiry,
    )


def lose(tx: Tx, place: str, goods: Goods, quantity: int, reason: str, *, promised: bool) -> None:
    """Units that are not where the books say: kept under `lost:PLACE`, and the WMS is told."""
    add(tx, place, goods, -quantity, allocated=-quantity if promised else 0)
    add(tx, f"lost:{place}", goods, quantity)
    adjust(tx, place, goods, -quantity, reason)


def contents(reader: Reader, place: str) -> Sequence[Any]:
    """Return the stock rows at a place, in a stable order."""
    return reader.rows(_AT_PLACE, place=place)


def item_of_code(reader: Reader, code: Code, owner: str) -> tuple[str, int] | None:
    """Return (sku, units of one scan) for a bar code of an owner, or None."""
    row = reader.get(item_codes, code=code.article, owner=owner)
    return (row.sku, row.quantity) if row else None


def item_row(reader: Reader, owner: str, sku: str) -> Any:
    """Return the master data of an item or None."""
    return reader.get(items, owner=owner, sku=sku)


def put_item(tx: Tx, owner: str, sku: str, request: Mapping[str, Any]) -> None:
    """Create or replace the master data and codes of an item."""
    if owner not in tx.site.owner:
        raise Refusal("order.unknown_owner", owner=owner)
    name = request["name"]
    values = {
        "name_ja": name["ja"],
        "name_en": name["en"],
        "weight_g": request.get("weight_g", 0),
        "length": request.get("length", 0),
        "width": request.get("width", 0),
        "height": request.get("height", 0),
        "expiry_tracked": request.get("expiry_tracked", False),
        "discontinued": request.get("discontinued", False),
    }
    if not tx.change(items, {"owner": owner, "sku": sku}, **values):
        tx.insert(items, owner=owner, sku=sku, **values)
    codes = list(request.get("codes", []))
    tx.drop(item_codes, owner=owner, sku=sku)
    for code in codes:
        code_row: dict[str, Any] = {"code": code, "quantity": 1} if isinstance(code, str) else dict(code)
        code_row["code"] = gtin(code_row["code"]) or code_row["code"]
        tx.drop(item_codes, owner=owner, code=code_row["code"])
        tx.insert(item_codes, owner=owner, sku=sku, **code_row)
    tx.journal("item.put", f"item/{owner}/{sku}", name=name, codes=codes)


def apply_stock(tx: Tx, lines: Sequence[Mapping[str, Any]]) -> None:
    """Book stock that the WMS decided: opening stock and adjustments. All lines or none."""
    for line in lines:
        owner, sku, location = line["owner"], line["sku"], line["location"]
        if owner not in tx.site.owner:
            raise Refusal("order.unknown_owner", owner=owner)
        if location not in tx.site.location:
            raise Refusal("stock.unknown_location", location=location)
        if item_row(tx, owner, sku) is None:
            raise Refusal("order.unknown_sku", sku=sku)
        goods = Goods(owner, sku, line.get("lot") or "", line.get("expiry") or "")
        add(tx, location, goods, line["quantity"])
        tx.journal(
            "stock.booked",
            f"stock/{owner}/{sku}",
            reason=line.get("reason"),
            quantity=line["quantity"],
            location=location,
            lot=goods.lot,
            expiry=goods.expiry,
        )


def notice(tx: Tx, request: Mapping[str, Any]) -> str:
    """Keep an inbound notice of the WMS and return its id."""
    owner, key = request["owner"], request["notice_key"]
    if owner not in tx.site.owner:
        raise Refusal("order.unknown_owner", owner=owner)
    for line in request["lines"]:
        if item_row(tx, owner, line["sku"]) is None:
            raise Refusal("order.unknown_sku", sku=line["sku"])
    notice_id = f"{owner}/{key}"
    tx.insert(
        notices,
        id=notice_id,
        owner=owner,
        notice_key=key,
        expected_at=request.get("expected_at"),
        state="announced",
        lines=[dict(line) for line in request["lines"]],
    )
    tx.journal("inbound.announced", f"inbound/{notice_id}", lines=len(request["lines"]))
    return notice_id


def totals(reader: Reader) -> dict[tuple[str, str], int]:
    """Return the units on site by (owner, sku): everything but what was found missing."""
    rows = reader.rows(
        select(stock.c.owner, stock.c.sku, func.sum(stock.c.quantity).label("units"))
        .where(stock.c.place.not_like("lost:%"))
        .group_by(stock.c.owner, stock.c.sku)
        .order_by(stock.c.owner, stock.c.sku)
    )
    return {(row.owner, row.sku): int(row.units) for row in rows}

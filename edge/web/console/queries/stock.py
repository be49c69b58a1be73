"""Stock by place and by item."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from edge.store.tables import items, stock
from edge.store.tx import Reader
from edge.web.console.queries.common import Page, any_of, like, page_of

OFF_SHELF = ("tote:", "parcel:", "lost:")
"""Places that are no location; everything else is a pick face."""


@dataclass(frozen=True, slots=True)
class StockFilter:
    """Which stock is asked for; empty = any."""

    by: str = "location"
    """location or item."""
    owner: str = ""
    place: str = ""
    """shelf, tote, parcel, lost, or a place itself."""
    text: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class StockPage:
    """Rows with the sums over all pages."""

    page: Page
    quantity: int
    allocated: int


def stock_page(reader: Reader, wanted: StockFilter, page: int) -> StockPage:
    """Read one page of stock."""
    sums = reader.one(
        select(func.sum(stock.c.quantity).label("quantity"), func.sum(stock.c.allocated).label("allocated"))
        .select_from(_joined())
        .where(*_conditions(wanted))
    )
    found = page_of(reader, stock_statement(wanted), page)
    return StockPage(found, (sums.quantity if sums else 0) or 0, (sums.allocated if sums else 0) or 0)


def stock_chunk(reader: Reader, wanted: StockFilter, limit: int, offset: int) -> StockPage:
    """Read some stock for a table that leaves the console."""
    rows = reader.rows(stock_statement(wanted).limit(limit).offset(offset))
    return StockPage(Page(rows, len(rows), 1), 0, 0)


def stock_statement(wanted: StockFilter) -> Select[Any]:
    """Return the select for a filter, in its order."""
    return _by_item(wanted) if wanted.by == "item" else _by_location(wanted)


def _by_location(wanted: StockFilter) -> Select[Any]:
    order: dict[str, tuple[ColumnElement[Any], ...]] = {
        "-place": (stock.c.place.desc(),),
        "sku": (stock.c.sku.asc(),),
        "-sku": (stock.c.sku.desc(),),
        "quantity": (stock.c.quantity.asc(),),
        "-quantity": (stock.c.quantity.desc(),),
        "expiry": (stock.c.expiry.asc(),),
        "-expiry": (stock.c.expiry.desc(),),
    }
    return (
        select(stock, items.c.name_ja, items.c.name_en)
        .select_from(_joined())
        .where(*_conditions(wanted))
        .order_by(*order.get(wanted.sort, ()), stock.c.place, stock.c.owner, stock.c.sku, stock.c.lot, stock.c.expiry)
    )


def _by_item(wanted: StockFilter) -> Select[Any]:
    quantity = func.sum(stock.c.quantity)
    order: dict[str, tuple[ColumnElement[Any], ...]] = {
        "-sku": (stock.c.sku.desc(),),
        "quantity": (quantity.asc(),),
        "-quantity": (quantity.desc(),),
    }
    return (
        select(
            stock.c.owner,
            stock.c.sku,
            items.c.name_ja,
            items.c.name_en,
            quantity.label("quantity"),
            func.sum(stock.c.allocated).label("allocated"),
            func.count(stock.c.place.distinct()).label("places"),
            func.min(stock.c.place).label("place"),
            func.min(func.nullif(stock.c.expiry, "")).label("expiry"),
        )
        .select_from(_joined())
        .where(*_conditions(wanted))
        .group_by(stock.c.owner, stock.c.sku, items.c.name_ja, items.c.name_en)
        .order_by(*order.get(wanted.sort, ()), stock.c.sku, stock.c.owner)
    )


def _joined() -> Any:
    return stock.outerjoin(items, (items.c.owner == stock.c.owner) & (items.c.sku == stock.c.sku))


def _conditions(wanted: StockFilter) -> list[ColumnElement[bool]]:
    return any_of(
        stock.c.owner == wanted.owner if wanted.owner else None,
        _place(wanted.place) if wanted.place else None,
        _matches(wanted.text) if wanted.text else None,
    )


def _place(place: str) -> ColumnElement[bool]:
    if place == "shelf":
        return stock.c.place.not_like("%:%")
    if f"{place}:" in OFF_SHELF:
        return stock.c.place.like(f"{place}:%")
    return stock.c.place == place


def _matches(text: str) -> ColumnElement[bool]:
    columns = (stock.c.place, stock.c.sku, stock.c.lot, items.c.name_ja, items.c.name_en)
    return or_(*(like(column, text) for column in columns))

"""Stock: what is where, by location or by item, and how much of it is promised."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.stock import StockFilter, stock_chunk, stock_page
from edge.web.console.table import Column, export

PLACES = ("", "shelf", "tote", "parcel", "lost")


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list and its CSV."""

    @router.get("/console/stock")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)
        found = await desk.read(stock_page, wanted, view.asked.page)
        today = view.f.now.astimezone(view.f.zone).date().isoformat()
        return view.page("stock", "stock", found=found, wanted=wanted, places=PLACES, today=today)

    @router.get("/console/stock.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return (await desk.read(stock_chunk, wanted, limit, offset)).page.rows

        return export("stock", _columns(view, wanted), rows)


def _wanted(view: View) -> StockFilter:
    asked = view.asked
    return StockFilter(
        by="item" if asked("by") == "item" else "location",
        owner=asked("owner"),
        place=asked("place"),
        text=asked("q").strip(),
        sort=asked("sort"),
    )


def _columns(view: View, wanted: StockFilter) -> list[Column]:
    t, words = view.t, view.words()
    item = [
        Column(t("column.owner"), lambda row: row.owner),
        Column(t("column.sku"), lambda row: row.sku),
        Column(t("column.item"), words.item),
    ]
    counts = [
        Column(t("column.quantity"), lambda row: int(row.quantity)),
        Column(t("column.allocated"), lambda row: int(row.allocated)),
        Column(t("column.free"), lambda row: int(row.quantity - row.allocated)),
    ]
    if wanted.by == "item":
        return [*item, *counts, Column(t("column.places"), lambda row: row.places)]
    lots = [Column(t("column.lot"), lambda row: row.lot), Column(t("column.expiry"), lambda row: row.expiry)]
    return [Column(t("column.place"), lambda row: row.place), *item, *lots, *counts]

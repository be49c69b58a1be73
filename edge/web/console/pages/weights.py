"""Stock, weights: per item what the WMS tells, what parcels taught, how much units differ, and on how many it rests."""

from collections.abc import Sequence
from math import isqrt
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.processes.weights import ENOUGH, GRAM
from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.weights import WeightFilter, weights_chunk, weights_page
from edge.web.console.table import Column, export

DIFFERS = 3
"""Percent (and at least a gram) from which a learnt weight is called different from what the WMS tells."""


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list and its CSV."""

    @router.get("/console/stock/weights")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)
        found = await desk.read(weights_page, wanted, view.asked.page)
        return view.page(
            "weights", "stock", found=found, wanted=wanted, state=state_of, grams=grams, deviation=deviation
        )

    @router.get("/console/stock/weights.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return await desk.read(weights_chunk, wanted, limit, offset)

        return export("weights", _columns(view), rows)


def state_of(row: Any) -> str:
    """Return told, learning, learnt or differs."""
    if row.parcels is None:
        return "told"
    off = abs(row.weight - row.weight_g * GRAM)
    if row.parcels < ENOUGH:
        return "learning"
    return "differs" if off > max(GRAM, row.weight_g * GRAM * DIFFERS // 100) else "learnt"


def grams(milligrams: int | None) -> str:
    """Return a weight in grams with one decimal; nothing for None."""
    return "" if milligrams is None else f"{milligrams / GRAM:,.1f}"


def deviation(variance: int | None) -> int | None:
    """Return the standard deviation in mg."""
    return None if variance is None else isqrt(variance)


def _wanted(view: View) -> WeightFilter:
    asked = view.asked
    return WeightFilter(
        owner=asked("owner"), text=asked("q").strip(), weighed=bool(asked("weighed")), sort=asked("sort")
    )


def _columns(view: View) -> list[Column]:
    t, words = view.t, view.words()
    return [
        Column(t("column.owner"), lambda row: row.owner),
        Column(t("column.sku"), lambda row: row.sku),
        Column(t("column.item"), words.item),
        Column(t("weights.told"), lambda row: row.weight_g),
        Column(t("weights.learnt"), lambda row: grams(row.weight)),
        Column(t("weights.spread"), lambda row: grams(deviation(row.spread))),
        Column(t("weights.parcels"), lambda row: row.parcels or 0),
    ]

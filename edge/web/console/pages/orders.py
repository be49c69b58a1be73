"""Orders: a list to act on, and the story of each order in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.model.reasons import Refusal
from edge.model.states import ORDER_OPEN
from edge.processes.labels import REPRINT_REASONS
from edge.web.console.desk import Asked, Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.now import cutoff_of
from edge.web.console.queries.orders import (
    GROUPS,
    OrderFilter,
    OrderPage,
    OrderStory,
    cutoffs_open,
    local_cutoff,
    order_story,
    orders_chunk,
    orders_page,
)
from edge.web.console.table import Column, export
from edge.web.console.whereabouts import whereabouts


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list, its CSV and the page of one order."""

    @router.get("/console/orders")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)
        found = await desk.read(orders_page, wanted, view.asked.page)
        return view.page(
            "orders", "orders", found=found, wanted=wanted, groups=list(GROUPS), cutoffs=await desk.read(cutoffs_open)
        )

    @router.get("/console/orders.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            found = await desk.read(orders_chunk, wanted, limit, offset)
            return [(row, found) for row in found.page.rows]

        return export("orders", _columns(view), rows)

    @router.get("/console/lines.csv")
    async def lines(request: Request, session: Who, order: str = "") -> Response:
        view = await desk.view(request, session)
        story = await desk.read(order_story, order)
        if story is None:
            raise Refusal("order.unknown", order=order)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return story.lines[offset : offset + limit]

        return export("lines", _line_columns(view), rows)

    @router.get("/console/orders/{order_id:path}")
    async def one(order_id: str, request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        story = await desk.read(order_story, order_id)
        if story is None:
            raise Refusal("order.unknown", order=order_id)
        cutoff = await desk.read(cutoff_of, story.order.carrier, story.order.cutoff_at)
        return view.page(
            "order",
            "orders",
            names=story.names,
            story=story,
            order=story.order,
            is_open=story.order.state in ORDER_OPEN,
            steps=steps(story),
            reprint_reasons=REPRINT_REASONS,
            where=whereabouts(story, cutoff, view, view.words(story.names)),
            events=[Event(entry, _mark(entry), _message(story, entry)) for entry in story.entries],
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's time line; `message` is how far the WMS has been told, or empty."""

    entry: Any
    mark: str
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the stations of an order's life: done, here, or ahead."""

    name: str
    state: str


def steps(story: OrderStory) -> list[Step]:
    """Return the way of an order from received to shipped, and where it is."""
    way = ("accepted", "allocated", "picking", "packing", "packed", "shipped")
    state = story.order.state
    if state not in way:
        return [Step("accepted", "done"), Step(state, "ended")]
    here = way.index(state)
    last = len(way) - 1
    return [
        Step(name, "done" if i < here or here == last else "here" if i == here else "ahead")
        for i, name in enumerate(way)
    ]


def _wanted(view: View) -> OrderFilter:
    asked: Asked = view.asked
    text = asked("q").strip()
    return OrderFilter(
        state=asked("state", "all" if text else "open"),
        carrier=asked("carrier"),
        owner=asked("owner"),
        cutoff=local_cutoff(asked("cutoff"), view.desk.services.site),
        hold=asked("hold") == "1",
        why=asked("why"),
        text=text,
        sort=asked("sort", "due"),
    )


def _mark(entry: Any) -> str:
    """Return the icon of an event: who or what it is about."""
    kind, _, what = entry.kind.partition(".")
    signs = (
        ("wrong", what in ("rejected", "short", "cancelled", "void", "cancel_refused", "change_refused", "mismatch")),
        ("ship", what == "shipped" or kind in ("load", "gate")),
        ("box", what == "packed" or kind == "parcel"),
        ("pick", what == "picked"),
        ("robot", entry.actor.startswith("robot:") or kind in ("batch", "trip") or "robot" in entry.data),
        ("person", entry.actor.startswith("person:")),
        ("mail", entry.actor.startswith("key:")),
    )
    return next((mark for mark, is_so in signs if is_so), "dot")


def _message(story: OrderStory, entry: Any) -> str:
    return story.told.state(entry.subject, entry.seq) if entry.number is not None else ""


def _line_columns(view: View) -> list[Column]:
    t = view.t
    names = ("requested", "allocated", "picked", "packed", "shipped", "short")
    return [
        Column(t("column.order"), lambda line: line.order_id),
        Column(t("column.lines"), lambda line: line.line),
        Column(t("column.sku"), lambda line: line.sku),
        Column(t("column.item"), lambda line: view.words().item(line)),
        *(Column(t(f"column.{name}"), attrgetter(name)) for name in names),
        Column(t("column.reason"), lambda line: view.words().say(line.reason).text if line.reason else ""),
    ]


def _columns(view: View) -> list[Column]:
    words, t = view.words(), view.t

    def order(row: tuple[Any, OrderPage]) -> Any:
        return row[0]

    def units(row: tuple[Any, OrderPage], name: str) -> int:
        found = row[1].units.get(row[0].id)
        return int(getattr(found, name)) if found else 0

    def why(row: tuple[Any, OrderPage]) -> str:
        code, details = row[1].waits[row[0].id]
        return words.say(code, details).text if code else ""

    return [
        Column(t("column.order"), lambda row: order(row).order_key),
        Column(t("column.owner"), lambda row: order(row).owner),
        Column(t("column.state"), lambda row: words.state("order", order(row).state)),
        Column(t("column.why"), why),
        Column(t("column.hold"), lambda row: t("common.yes" if order(row).hold else "common.no")),
        Column(t("column.priority"), lambda row: order(row).priority),
        Column(t("column.carrier"), lambda row: order(row).carrier),
        Column(t("column.cutoff"), lambda row: view.f.iso(order(row).cutoff_at)),
        Column(t("column.lines"), lambda row: units(row, "lines")),
        Column(t("column.units"), lambda row: units(row, "requested")),
        Column(t("column.picked"), lambda row: units(row, "picked")),
        Column(t("column.short"), lambda row: units(row, "short")),
        Column(t("column.received"), lambda row: view.f.iso(order(row).received_at)),
        Column(t("column.closed"), lambda row: view.f.iso(order(row).closed_at)),
        Column(t("column.ship_to"), lambda row: str(order(row).ship_to.get("name", ""))),
        Column(t("column.postcode"), lambda row: str(order(row).ship_to.get("postcode", ""))),
    ]

"""The host API, `/host/v1`: what the WMS may ask of the site (H01-H03, H10, H14, H18).

Every decision is taken with its answer in one transaction; docs/host-api.md tells the WMS's makers how to use it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from edge.host.epcis.pull import serve_events
from edge.host.errors import FAILED, REFUSED, STATUS_OF, ErrorBody, HostRoute, invalid, language_of, refused
from edge.host.keyed import Reply, keyed, known_answer, once
from edge.host.schemas import (
    CancelRequest,
    ChangeRequest,
    CountRequest,
    Item,
    Key,
    Notice,
    Order,
    OrderBatch,
    StockRequest,
    WithdrawRequest,
)
from edge.host.status import order_status, stock_snapshot
from edge.model.reasons import Refusal, say
from edge.processes.cancel import request_cancel
from edge.processes.changes import change_order
from edge.processes.inventory import apply_stock, notice, put_item
from edge.processes.orders import accept_order
from edge.processes.people import KeyRole, Machine
from edge.processes.stocktake import ask_count
from edge.processes.withdraw import withdraw_counts
from edge.store.database import StoreError
from edge.store.store import Store
from edge.store.tx import Tx

VERSION = "1.2.0"
CANCEL_STATUS = {"cancelled": 200, "pending": 202, "too_late": 409}
CHANGE_STATUS = {"applied": 200, "too_late": 409}

OwnerPath = Annotated[Key, Path(description="Owner id, as in the site file")]
KeyPath = Annotated[Key, Path(description="The WMS's own order key")]

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorBody, "description": "No valid API key"},
    409: {"model": ErrorBody, "description": "The key was used for other content"},
    422: {"model": ErrorBody, "description": "Fields are wrong, or it cannot be done; nothing has changed"},
    503: {"model": ErrorBody, "description": "It could not be recorded; send it again under the same key"},
}


@dataclass(frozen=True, slots=True)
class Doors:
    """Who is let in, as dependencies of FastAPI: whoever serves the API has the keys."""

    writes: Any
    reads: Any


class OrderAnswer(BaseModel):
    """The one answer to an order; a rejected one has a reason code, words and the next step."""

    order_key: str
    state: str
    reason: str | None = None
    text: str | None = None
    next: str | None = None


class OutcomeAnswer(BaseModel):
    """The outcome of a cancel or change."""

    outcome: str
    reason: str | None = None
    text: str | None = None
    next: str | None = None


class CountAnswer(BaseModel):
    """The count of one location: `asked` now, `open` since before, or `differs` and waits for a supervisor."""

    location: str
    count: str
    state: Literal["asked", "open", "differs"]


class WithdrawnAnswer(BaseModel):
    """What became of one count: `withdrawn` now, `kept` for another began it, `differs` and is decided, or `ended`."""

    location: str
    count: str
    state: Literal["withdrawn", "kept", "differs", "ended"]


class WithdrawalAnswer(BaseModel):
    """The counts of the request that is withdrawn, in the order of its locations."""

    request_key: str
    counts: list[WithdrawnAnswer]


class CountsAnswer(BaseModel):
    """The counts that were asked for, in the order of the locations."""

    request_key: str
    counts: list[CountAnswer]


def host_router(store: Store, machine: Callable[..., Any]) -> APIRouter:
    """Return the router to mount under /host/v1; `machine(*roles)` makes the dependency that lets in API keys."""
    doors = Doors(Depends(machine(KeyRole.WMS)), Depends(machine(KeyRole.WMS, KeyRole.SUPPORT)))
    router = APIRouter(route_class=HostRoute, tags=["host"])
    _serve_orders(router, store, doors, order_taker(store, machine))
    _serve_requests(router, store, doors)
    _serve_goods(router, store, doors)
    _serve_questions(router, store, doors)
    serve_events(router, store, doors.reads)
    _serve_document(router, doors)
    return router


def order_taker(store: Store, machine: Callable[..., Any]) -> Callable[..., Awaitable[Response]]:
    """Return the endpoint that takes an order: the one that is called all day."""

    async def send_order(
        order: Order, who: Annotated[Machine, Depends(machine(KeyRole.WMS))], request: Request
    ) -> Response:
        """Accept or reject an order; the same key and content always get the first answer."""
        reply = await store.run_as(who.actor, _accept, order)
        return _answer(reply, language_of(request))

    return send_order


def _serve_orders(router: APIRouter, store: Store, doors: Doors, take: Callable[..., Awaitable[Response]]) -> None:
    router.post("/orders", response_model=OrderAnswer, responses=REFUSALS, summary="Send an order")(take)

    @router.post("/orders:batch", responses=REFUSALS, summary="Send up to 500 orders")
    async def send_orders(batch: OrderBatch, who: Annotated[Machine, doors.writes], request: Request) -> dict[str, Any]:
        """Answer each order as if it had come alone, in the same order, each with its HTTP status."""
        language = language_of(request)
        pending = [_try_order(store, who.actor, raw) for raw in batch.orders]
        results = await asyncio.gather(*pending, return_exceptions=True)
        answers = [
            _one_answer(raw.get("order_key"), result, language)
            for raw, result in zip(batch.orders, results, strict=True)
        ]
        return {"answers": answers}


def _serve_requests(router: APIRouter, store: Store, doors: Doors) -> None:
    @router.post(
        "/orders/{owner}/{order_key}/cancel",
        response_model=OutcomeAnswer,
        responses={**REFUSALS, 202: {"model": OutcomeAnswer, "description": "The gate decides; an event will tell"}},
        summary="Ask to cancel an order",
    )
    async def cancel(
        owner: OwnerPath,
        order_key: KeyPath,
        wish: CancelRequest,
        who: Annotated[Machine, doors.writes],
        request: Request,
    ) -> Response:
        """Stop an order if that is still possible: 200 cancelled, 202 pending, 409 too late."""
        reply = await store.run_as(who.actor, _cancel, f"{owner}/{order_key}", wish)
        return _answer(reply, language_of(request))

    @router.post(
        "/orders/{owner}/{order_key}/change",
        response_model=OutcomeAnswer,
        responses=REFUSALS,
        summary="Ask to change an order",
    )
    async def change(
        owner: OwnerPath,
        order_key: KeyPath,
        wish: ChangeRequest,
        who: Annotated[Machine, doors.writes],
        request: Request,
    ) -> Response:
        """Change what is named, if that is still possible: 200 applied, 409 too late."""
        reply = await store.run_as(who.actor, _change, f"{owner}/{order_key}", wish)
        return _answer(reply, language_of(request))


def _serve_goods(router: APIRouter, store: Store, doors: Doors) -> None:
    @router.put("/items/{owner}/{sku}", responses=REFUSALS, summary="Create or replace an item")
    async def put(owner: OwnerPath, sku: Key, item: Item, who: Annotated[Machine, doors.writes]) -> dict[str, str]:
        """Replace an item's master data and bar codes."""
        await store.run_as(who.actor, put_item, owner, sku, item.model_dump())
        return {"owner": owner, "sku": sku}

    @router.post("/stock", responses=REFUSALS, summary="Book opening stock or adjustments")
    async def book_stock(wish: StockRequest, who: Annotated[Machine, doors.writes], request: Request) -> Response:
        """Book all lines or none."""
        reply = await store.run_as(who.actor, _book, wish)
        return _answer(reply, language_of(request))

    @router.post("/counts", response_model=CountsAnswer, responses=REFUSALS, summary="Have locations counted")
    async def count(wish: CountRequest, who: Annotated[Machine, doors.writes], request: Request) -> Response:
        """Ask for a count of each location; one that is being counted already is not counted twice."""
        reply = await store.run_as(who.actor, _count, wish)
        return _answer(reply, language_of(request))

    @router.post(
        "/counts/{request_key}/withdraw",
        response_model=WithdrawalAnswer,
        responses={**REFUSALS, 404: {"model": ErrorBody, "description": "There is no such request for counts"}},
        summary="Withdraw counts that are not needed any more",
    )
    async def withdraw(
        request_key: Annotated[Key, Path(description="The key under which the counts were asked for")],
        wish: WithdrawRequest,
        who: Annotated[Machine, doors.writes],
        request: Request,
    ) -> Response:
        """End all counts that the request began and that are not over; each is told as `stock.counted` too."""
        reply = await store.run_as(who.actor, _withdraw, request_key, wish)
        return _answer(reply, language_of(request))

    @router.post("/inbound", responses=REFUSALS, summary="Announce goods to come")
    async def announce(wish: Notice, who: Annotated[Machine, doors.writes], request: Request) -> Response:
        """Keep a notice of goods to come."""
        reply = await store.run_as(who.actor, _announce, wish)
        return _answer(reply, language_of(request))


def _serve_questions(router: APIRouter, store: Store, doors: Doors) -> None:
    unknown: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "There is no such order"}}

    @router.get("/orders/{owner}/{order_key}", responses={**REFUSALS, **unknown}, summary="Where is this order?")
    async def show_order(
        owner: OwnerPath, order_key: KeyPath, _who: Annotated[Machine, doors.reads], request: Request
    ) -> dict[str, Any]:
        """Tell state, lines, parcels, tracking, why it waits and what happened, from local data."""
        return await store.read(order_status, f"{owner}/{order_key}", language_of(request))

    @router.get("/stock", responses=REFUSALS, summary="Snapshot of stock")
    async def show_stock(
        _who: Annotated[Machine, doors.reads], owner: Annotated[Key | None, Query()] = None
    ) -> dict[str, Any]:
        """Tell all units at one moment, with the journal's place; units on their way are marked (`in_flight`)."""
        return {"incarnation": store.incarnation, **await store.read(stock_snapshot, owner)}


def _serve_document(router: APIRouter, doors: Doors) -> None:
    @router.get("/openapi.json", include_in_schema=False)
    async def document(_who: Annotated[Machine, doors.reads]) -> dict[str, Any]:
        return openapi(router)


def openapi(router: APIRouter) -> dict[str, Any]:
    """Return the OpenAPI document of the host API."""
    found: dict[str, Any] = get_openapi(
        title="Genba host API",
        version=VERSION,
        description="What a WMS may ask of one warehouse site. Confirmations go the other way: see docs/host-api.md.",
        routes=router.routes,
        servers=[{"url": "/host/v1"}],
    )
    found.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"key": []}]
    return found


def _accept(tx: Tx, order: Order) -> Reply:
    order_id = f"{order.owner}/{order.order_key}"
    request = keyed("order", order_id, order, order_id=order_id)
    return once(tx, request, lambda tx: Reply(200, accept_order(tx, order.model_dump())))


def _cancel(tx: Tx, order_id: str, wish: CancelRequest) -> Reply:
    def decide(tx: Tx) -> Reply:
        answer = request_cancel(tx, order_id, wish.request_key, wish.reason)
        return Reply(CANCEL_STATUS[answer["outcome"]], answer)

    return once(tx, keyed("cancel", wish.request_key, wish, order_id, order_id), decide)


def _change(tx: Tx, order_id: str, wish: ChangeRequest) -> Reply:
    def decide(tx: Tx) -> Reply:
        answer = change_order(tx, order_id, wish.model_dump(exclude_none=True))
        return Reply(CHANGE_STATUS[answer["outcome"]], answer)

    return once(tx, keyed("change", wish.request_key, wish, order_id, order_id), decide)


def _book(tx: Tx, wish: StockRequest) -> Reply:
    def decide(tx: Tx) -> Reply:
        apply_stock(tx, [_with_iso_expiry(line.model_dump()) for line in wish.lines])
        return Reply(200, {"request_key": wish.request_key, "outcome": "applied", "lines": len(wish.lines)})

    return once(tx, keyed("stock", wish.request_key, wish), decide)


def _count(tx: Tx, wish: CountRequest) -> Reply:
    def decide(tx: Tx) -> Reply:
        asked = [(location, ask_count(tx, location, request=wish.request_key)) for location in wish.locations]
        counts = [{"location": location, "count": one.id, "state": one.state} for location, one in asked]
        return Reply(200, {"request_key": wish.request_key, "counts": counts})

    return once(tx, keyed("count", wish.request_key, wish), decide)


def _withdraw(tx: Tx, request_key: str, wish: WithdrawRequest) -> Reply:
    def decide(tx: Tx) -> Reply:
        asked = known_answer(tx, "count", request_key)
        if asked is None:
            raise Refusal("count.unknown_request", key=request_key)
        return Reply(
            200, {"request_key": wish.request_key, "counts": withdraw_counts(tx, asked["counts"], wish.reason)}
        )

    return once(tx, keyed("withdraw", wish.request_key, wish, request_key), decide)


def _announce(tx: Tx, wish: Notice) -> Reply:
    def decide(tx: Tx) -> Reply:
        lines = [_with_iso_expiry(line.model_dump()) for line in wish.lines]
        notice(tx, {**wish.model_dump(), "lines": lines})
        return Reply(200, {"notice_key": wish.notice_key, "state": "announced"})

    return once(tx, keyed("inbound", f"{wish.owner}/{wish.notice_key}", wish), decide)


def _with_iso_expiry(line: dict[str, Any]) -> dict[str, Any]:
    expiry = line["expiry"]
    return {**line, "expiry": "" if expiry is None else expiry.isoformat()}


def _try_order(store: Store, actor: str, raw: Mapping[str, object]) -> asyncio.Future[Reply]:
    try:
        order = Order.model_validate(raw)
    except ValidationError as error:
        unread: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        unread.set_exception(error)
        return unread
    return store.run_as(actor, _accept, order)


def _one_answer(key: object, result: Reply | BaseException, language: str) -> dict[str, Any]:
    match result:
        case Reply():
            return {"status": result.status, **_worded(result, language)}
        case ValidationError():
            return {"order_key": key, "status": REFUSED, **invalid(result, language)}
        case Refusal():
            return {"order_key": key, "status": STATUS_OF.get(result.code, REFUSED), **refused(result, language)}
        case StoreError():
            return {"order_key": key, "status": FAILED, **refused(Refusal("store.failed"), language)}
        case _:
            raise result


def _answer(reply: Reply, language: str) -> Response:
    return JSONResponse(_worded(reply, language), reply.status)


def _worded(reply: Reply, language: str) -> dict[str, Any]:
    """Return a reply's body with its reason in words; the reason code alone is kept in the database."""
    body = dict(reply.body)
    details = body.pop("details", {})
    if body.get("reason"):
        words = say(body["reason"], language, details)
        body |= {"text": words.text, "next": words.next}
    return body

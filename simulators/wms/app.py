"""The WMS's web side: takes confirmations at `POST /events`, shows a status page, and can be made troublesome."""

import asyncio
import hmac
import random
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulators.wms.books import Books
from simulators.wms.page import render

BUSY = 503
PAGE = 1000
"""Subjects in one answer at most."""
Token = Annotated[str, Header(alias="authorization")]


@dataclass(slots=True)
class Trouble:
    """How a WMS can fail: shares from 0 to 1, seconds. `late` applies the batch and answers after `late_s`."""

    down: bool = False
    error_500: float = 0.0
    error_after: float = 0.0
    slow: float = 0.0
    slow_s: float = 5.0
    late: float = 0.0
    late_s: float = 60.0


def create_app(
    books: Books, token: str, dice: random.Random, *, admin_token: str | None = None, trouble: Trouble | None = None
) -> FastAPI:
    """Make the application; `trouble` may be changed by its owner at any time, or over `POST /admin/trouble`."""
    web = _Web(books, token, admin_token, dice, trouble if trouble is not None else Trouble())
    app = _App(web)
    app.get("/events/last")(web.last)
    app.get("/report")(web.report)
    app.get("/books")(web.books)
    app.get("/", response_class=HTMLResponse)(web.page)
    app.get("/admin/trouble")(web.show_trouble)
    app.post("/admin/trouble")(web.change_trouble)
    return app


class _App(FastAPI):
    """Serves what a site calls all day itself: FastAPI's way to it costs as much as booking the events."""

    def __init__(self, web: "_Web") -> None:
        super().__init__(title="Genba test WMS", openapi_url=None)
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/events"):
            await super().__call__(scope, receive, send)
            return
        try:
            answer = await self._web.events(Request(scope, receive))
        except HTTPException as no:
            answer = JSONResponse({"detail": no.detail}, no.status_code)
        await answer(scope, receive, send)


class _Web:
    """The endpoints."""

    def __init__(
        self, books: Books, token: str, admin_token: str | None, dice: random.Random, trouble: Trouble
    ) -> None:
        self._books = books
        self._token = token
        self._admin_token = admin_token
        self._dice = dice
        self._trouble = trouble

    async def events(self, request: Request) -> Response:
        """Take a batch of confirmations."""
        _check(request.headers.get("authorization", ""), self._token)
        trouble = self._trouble
        if trouble.down:
            raise HTTPException(BUSY, "the WMS is down")
        if self._strikes(trouble.error_500):
            raise HTTPException(500, "internal error before the batch was applied")
        if self._strikes(trouble.slow):
            await asyncio.sleep(trouble.slow_s)
        body = await _json(request)
        if not isinstance(body, dict) or not isinstance(body.get("events"), list):
            raise HTTPException(400, "expected {site, incarnation, events: [...]}")
        results = self._books.receive(int(body.get("incarnation", 0)), body["events"])
        if self._strikes(trouble.error_after):
            raise HTTPException(500, "internal error after the batch was applied")
        if self._strikes(trouble.late):
            await asyncio.sleep(trouble.late_s)
        told = msgspec.json.encode({"results": [result.as_json() for result in results]})
        return Response(told, media_type="application/json")

    async def last(
        self, site: str, incarnation: int, after: int, limit: int = PAGE, authorization: Token = ""
    ) -> dict[str, Any]:
        """Tell a restored site the last event we know of each subject, of those with one after `after`."""
        _check(authorization, self._token)
        if self._trouble.down:
            raise HTTPException(BUSY, "the WMS is down")
        if self._strikes(self._trouble.error_500):
            raise HTTPException(500, "internal error")
        return {"last": self._books.last_known(site, incarnation, after, min(limit, PAGE))}

    async def report(self, *, at_end: bool = False) -> dict[str, Any]:
        """Give the figures; `?at_end=true` also counts what is missing."""
        return self._books.report(at_end=at_end)

    async def books(self) -> dict[str, Any]:
        """Give orders and stock as we know them."""
        return self._books.books()

    async def page(self) -> str:
        """Show the status page."""
        return render(self._books.report(), self._books.last_events(), asdict(self._trouble))

    async def show_trouble(self, authorization: Token = "") -> dict[str, Any]:
        """Tell which troubles are on."""
        _check(authorization, self._admin_token)
        return asdict(self._trouble)

    async def change_trouble(self, request: Request, authorization: Token = "") -> dict[str, Any]:
        """Switch troubles on or off."""
        _check(authorization, self._admin_token)
        wanted = await _json(request)
        kinds = {field.name: type(getattr(self._trouble, field.name)) for field in fields(self._trouble)}
        for name, value in wanted.items() if isinstance(wanted, dict) else ():
            if name not in kinds:
                raise HTTPException(400, f"no trouble called {name}; there are {', '.join(kinds)}")
            setattr(self._trouble, name, kinds[name](value))
        return asdict(self._trouble)

    def _strikes(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share


def _check(authorization: str, token: str | None) -> None:
    if token is None or not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise HTTPException(401, "a valid bearer token is needed")


async def _json(request: Request) -> Any:
    try:
        return msgspec.json.decode(await request.body())
    except ValueError as exc:
        raise HTTPException(400, f"no JSON: {exc}") from exc

"""Puts the console together: its views, its deeds and its stream, behind the doors of `edge.web.security`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from edge.processes.people import Session
from edge.web.console.actions import action_routes
from edge.web.console.desk import READERS, Desk
from edge.web.console.fleet_deeds import fleet_routes
from edge.web.console.made import making_routes
from edge.web.console.pages import (
    devices,
    exceptions,
    find,
    floor,
    journal,
    keys,
    labels,
    now,
    orders,
    people,
    settings,
    stock,
    weights,
    work,
)
from edge.web.console.route import PageRoute
from edge.web.security import person, token_of
from edge.web.services import Services


def console_router(services: Services) -> APIRouter:
    """Return all routes of the console of one site."""
    desk = Desk(services)
    services.closing.append(desk.hub.close)
    router = APIRouter(route_class=PageRoute)
    views = (
        now,
        orders,
        work,
        floor,
        stock,
        weights,
        devices,
        exceptions,
        journal,
        settings,
        people,
        keys,
        labels,
        find,
    )
    for view in views:
        view.add(router, desk)
    action_routes(router, desk)
    making_routes(router, desk)
    fleet_routes(router, desk)
    _stream(router, desk)
    return router


def _stream(router: APIRouter, desk: Desk) -> None:
    @router.get("/console/stream")
    async def stream(request: Request, _session: Annotated[Session, Depends(person(*READERS))]) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        events = _while_logged_in(desk, token_of(request))
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    @router.get("/console/")
    async def slash(_session: Annotated[Session, Depends(person())]) -> Response:
        return RedirectResponse("/console", status_code=308)


async def _while_logged_in(desk: Desk, token: str) -> AsyncGenerator[bytes, None]:
    """Pass the stream on until the session ends; whoever is sent out sees nothing more."""
    async with aclosing(desk.hub.listen()) as events:
        async for chunk in events:
            if await desk.services.guard.session(token) is None:
                return
            yield chunk

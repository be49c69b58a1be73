"""The fleet's places: which machine has one and what it does and why, who wants one, and what is said to all.

It is what `genba robot` asks for.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from edge.live import NewcomerView, RobotView, Said
from edge.model.reasons import Refusal, say
from edge.model.states import Halt
from edge.processes import everybody, staff
from edge.processes.people import Session
from edge.processes.stays import places
from edge.site import Site
from edge.store.tx import Tx
from edge.web.pages import language_of
from edge.web.security import person
from edge.web.services import Fleet, Services

Manager = Annotated[Session, Depends(person(*staff.MANAGERS))]
HALTS: Mapping[Halt, tuple[Callable[[Tx], None], Callable[[Tx], None]]] = {
    Halt.STOPPED: (everybody.stop_all, everybody.drive_on),
    Halt.HOME: (everybody.call_home, everybody.work_again),
}
"""What is said to all robots: how it is said, and how taken back."""


class Machine(BaseModel):
    """A machine as it calls itself in its topics; letter case counts."""

    manufacturer: str = Field(min_length=1, max_length=200)
    serial: str = Field(min_length=1, max_length=200)


def robots_router(services: Services) -> APIRouter:
    """Serve GET /api/robots, POST and DELETE /api/robots/{place}/machine, PUT and DELETE /api/robots/all/{halt}."""
    router = APIRouter(prefix="/api/robots")

    @router.get("")
    async def show(request: Request, _who: Manager) -> dict[str, Any]:
        heard, newcomers = services.live.newcomers()
        robots, language = services.live.robots, language_of(request)
        known = await services.store.read(places)
        return {
            "places": [{**place, **_now(robots.get(place["id"]), language)} for place in known],
            "all": _halts(services.site, await services.store.read(everybody.said_to_all)),
            "heard": heard,
            "newcomers": [_newcomer(services.site, one, language) for one in newcomers],
        }

    @router.post("/{place}/machine", status_code=204)
    async def take_in(place: str, body: Machine, who: Manager) -> Response:
        await fleet_of(services).take_in(who.actor, place, body.manufacturer, body.serial)
        return Response(status_code=204)

    @router.delete("/{place}/machine", status_code=204)
    async def take_out(place: str, who: Manager, *, carried_away: bool = False) -> Response:
        await fleet_of(services).take_out(who.actor, place, carried_away=carried_away)
        return Response(status_code=204)

    @router.put("/all/{halt}", status_code=204)
    async def tell_all(halt: Halt, who: Manager) -> Response:
        await services.store.run_as(who.actor, HALTS[halt][0])
        return Response(status_code=204)

    @router.delete("/all/{halt}", status_code=204)
    async def take_back(halt: Halt, who: Manager) -> Response:
        await services.store.run_as(who.actor, HALTS[halt][1])
        return Response(status_code=204)

    return router


def fleet_of(services: Services) -> Fleet:
    """Return who lets machines in and out; raises Refusal where the maker's manager knows its robots."""
    if services.fleet is None:
        raise Refusal("fleet.managed")
    return services.fleet


def _now(view: RobotView | None, language: str) -> dict[str, Any]:
    if view is None:
        return {"online": False, "battery": None, "node": None, "why": None}
    why = _said((view.code, view.details), language)
    return {"online": view.online, "battery": view.battery, "node": view.node, "why": why}


def _halts(site: Site, said: Mapping[Halt, Any]) -> dict[str, dict[str, str] | None]:
    """Return what holds for all robots, each with since when and by whom."""
    return {halt.value: _halt(site, said.get(halt)) for halt in Halt}


def _halt(site: Site, row: Any) -> dict[str, str] | None:
    return None if row is None else {"since": site.local(row.since).isoformat(timespec="seconds"), "by": row.by}


def _newcomer(site: Site, one: NewcomerView, language: str) -> dict[str, Any]:
    return {
        "manufacturer": one.manufacturer,
        "serial": one.serial,
        "version": one.version,
        "model": one.model,
        "load_kg": one.load,
        "speed_mm_s": one.speed,
        "battery": one.battery,
        "mode": one.mode,
        "position": None if one.position is None else list(one.position),
        "node": one.node,
        "since": site.local(one.since).isoformat(timespec="seconds"),
        "fits": list(one.fits),
        "hindrance": _said(one.hindrance, language),
        "misfits": {place: _said(why, language) for place, why in one.misfits.items()},
    }


def _said(why: Said | None, language: str) -> dict[str, str] | None:
    """Return a reason with its words; its code is for programs."""
    if why is None:
        return None
    words = say(why[0], language, why[1])
    return {"code": why[0], "text": words.text, "next": words.next}

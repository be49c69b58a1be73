"""Which machine has which place in the fleet, who wants one, and taking in and out: what `genba robot` asks for."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from edge.live import NewcomerView, RobotView, Said
from edge.model.reasons import Refusal, say
from edge.processes import staff
from edge.processes.people import Session
from edge.processes.stays import places
from edge.site import Site
from edge.web.security import person
from edge.web.services import Fleet, Services

Manager = Annotated[Session, Depends(person(*staff.MANAGERS))]


class Machine(BaseModel):
    """A machine as it calls itself in its topics; letter case counts."""

    manufacturer: str = Field(min_length=1, max_length=200)
    serial: str = Field(min_length=1, max_length=200)


def robots_router(services: Services) -> APIRouter:
    """Serve GET /api/robots, POST and DELETE /api/robots/{place}/machine."""
    router = APIRouter(prefix="/api/robots")

    @router.get("")
    async def show(_who: Manager) -> dict[str, Any]:
        heard, newcomers = services.live.newcomers()
        robots = services.live.robots
        return {
            "places": [{**place, **_now(robots.get(place["id"]))} for place in await services.store.read(places)],
            "heard": heard,
            "newcomers": [_newcomer(services.site, one) for one in newcomers],
        }

    @router.post("/{place}/machine", status_code=204)
    async def take_in(place: str, body: Machine, who: Manager) -> Response:
        await fleet_of(services).take_in(who.actor, place, body.manufacturer, body.serial)
        return Response(status_code=204)

    @router.delete("/{place}/machine", status_code=204)
    async def take_out(place: str, who: Manager, *, carried_away: bool = False) -> Response:
        await fleet_of(services).take_out(who.actor, place, carried_away=carried_away)
        return Response(status_code=204)

    return router


def fleet_of(services: Services) -> Fleet:
    """Return who lets machines in and out; raises Refusal where the maker's manager knows its robots."""
    if services.fleet is None:
        raise Refusal("fleet.managed")
    return services.fleet


def _now(view: RobotView | None) -> dict[str, Any]:
    if view is None:
        return {"online": False, "battery": None, "node": None}
    return {"online": view.online, "battery": view.battery, "node": view.node}


def _newcomer(site: Site, one: NewcomerView) -> dict[str, Any]:
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
        "hindrance": _said(one.hindrance),
        "misfits": {place: _said(why) for place, why in one.misfits.items()},
    }


def _said(why: Said | None) -> dict[str, str] | None:
    """Return a reason with its words in English; its code is for programs."""
    if why is None:
        return None
    words = say(why[0], "en", why[1])
    return {"code": why[0], "text": words.text, "next": words.next}

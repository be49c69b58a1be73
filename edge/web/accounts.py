"""Badges, PINs and locks while the site runs: what `genba user` does, for supervisors and engineers at the console."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from drivers.codes.normalise import normalise
from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes import people
from edge.processes.people import Session
from edge.store.tx import Reader
from edge.web.security import Forbidden, person
from edge.web.services import Services

MANAGERS = (Role.SUPERVISOR, Role.ENGINEER)
Manager = Annotated[Session, Depends(person(*MANAGERS))]


class Badge(BaseModel):
    """A badge to hand out."""

    badge: str = Field(max_length=200)


class Pin(BaseModel):
    """A PIN to set."""

    pin: str = Field(max_length=40)


def accounts_router(services: Services) -> APIRouter:
    """Serve /api/accounts and /api/accounts/{person_id}/badge, /pin and /unlock."""
    router = APIRouter(prefix="/api/accounts")

    @router.get("")
    async def show(_who: Manager) -> list[dict[str, Any]]:
        return await services.store.read(everybody)

    @router.post("/{person_id}/badge")
    async def badge(person_id: str, body: Badge, who: Manager) -> Response:
        await services.store.read(_managed, who, person_id)
        await services.store.run_as(who.actor, people.set_badge, person_id, normalise(body.badge).text)
        return Response(status_code=204)

    @router.post("/{person_id}/pin")
    async def pin(person_id: str, body: Pin, who: Manager) -> Response:
        chosen = normalise(body.pin).text
        people.check_pin(chosen)
        await services.store.read(_managed, who, person_id)
        hashed = await services.hasher.hash(chosen)
        await services.store.run_as(who.actor, people.set_pin, person_id, hashed)
        return Response(status_code=204)

    @router.post("/{person_id}/unlock")
    async def unlock(person_id: str, who: Manager) -> Response:
        await services.store.read(_managed, who, person_id)
        await services.store.run_as(who.actor, people.unlock, person_id)
        return Response(status_code=204)

    return router


def everybody(reader: Reader) -> list[dict[str, Any]]:
    """Return everybody, also those who left, and whether they can log in; no secret."""
    return [
        {
            "id": row.id,
            "name": f"{row.name_ja} / {row.name_en}",
            "roles": row.roles,
            "badge": row.badge,
            "pin": row.pin_hash is not None,
            "locked": row.locked_until is not None and row.locked_until > reader.now,
            "active": row.active,
        }
        for row in people.everybody(reader)
    ]


def _managed(reader: Reader, who: Session, person_id: str) -> None:
    """A supervisor looks after the floor; only engineers reach those who may more (no way up by another's badge)."""
    if Role.ENGINEER not in who.roles and Role.ENGINEER in people.roles_of(reader, person_id):
        raise Forbidden(Refusal("work.role", role=Role.ENGINEER))

"""API keys of machines while the site runs: what `genba key` does, in the name of an engineer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from edge.model.states import Role
from edge.processes import people
from edge.processes.people import KeyRole, Session
from edge.store.tx import Reader
from edge.web.pins import digest, new_key
from edge.web.security import person
from edge.web.services import Services

Engineer = Annotated[Session, Depends(person(Role.ENGINEER))]
"""A key of the WMS may send orders: only who installs systems gives it out."""


class NewKey(BaseModel):
    """A key to make."""

    name: str = Field(max_length=40)
    role: KeyRole


def keys_router(services: Services) -> APIRouter:
    """Serve /api/keys: list, make, revoke. The text of a key is in the one answer to its making and nowhere else."""
    router = APIRouter(prefix="/api/keys")

    @router.get("")
    async def show(_who: Engineer) -> list[dict[str, Any]]:
        return await services.store.read(all_keys)

    @router.post("", status_code=201)
    async def make(body: NewKey, who: Engineer) -> dict[str, str]:
        key = new_key(body.name, services.source.dice)
        await services.store.run_as(who.actor, people.add_key, body.name, body.role, digest(key))
        return {"name": body.name, "role": body.role, "key": key}

    @router.delete("/{name}")
    async def revoke(name: str, who: Engineer) -> Response:
        await services.store.run_as(who.actor, people.revoke_key, name)
        return Response(status_code=204)

    return router


def all_keys(reader: Reader) -> list[dict[str, Any]]:
    """Return all keys that were ever made, without their text."""
    return [
        {
            "name": row.id,
            "role": row.role,
            "made": reader.site.local(row.created_at).isoformat(timespec="seconds"),
            "active": row.active,
        }
        for row in people.keys(reader)
    ]

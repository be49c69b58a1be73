"""API keys of machines while the site runs: what `genba key` does, in the name of an engineer."""

from datetime import datetime
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
        key = await give_key(services, who, body.name, body.role)
        return {"name": body.name, "role": body.role, "key": key}

    @router.delete("/{name}")
    async def revoke(name: str, who: Engineer) -> Response:
        await services.store.run_as(who.actor, people.revoke_key, name)
        return Response(status_code=204)

    return router


async def give_key(services: Services, who: Session, name: str, role: KeyRole) -> str:
    """Make a key and return its text, which is stored nowhere; raises Refusal for a bad or used name."""
    key = new_key(name, services.source.dice)
    await services.store.run_as(who.actor, people.add_key, name, role, digest(key))
    return key


def all_keys(reader: Reader) -> list[dict[str, Any]]:
    """Return all keys that were ever made, without their text; `last_used` is true to the minute, None: never."""
    return [
        {
            "name": row.id,
            "role": row.role,
            "made": _local(reader, row.created_at),
            "last_used": _local(reader, row.last_used_at),
            "active": row.active,
        }
        for row in people.keys(reader)
    ]


def _local(reader: Reader, at: datetime | None) -> str | None:
    return None if at is None else reader.site.local(at).isoformat(timespec="seconds")

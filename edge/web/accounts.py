"""Badges, PINs, sessions and blocks while the site runs: what `genba user` does, for supervisors and engineers.

Who works here is the site file's. A badge or PIN that is made here is in the one answer to its making and nowhere else.
"""

from collections.abc import Callable
from typing import Annotated, Any, Concatenate, Literal, ParamSpec, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from drivers.codes.normalise import normalise
from edge.processes import people, staff
from edge.processes.people import Session
from edge.store.tx import Reader, Tx
from edge.web.pins import new_badge, new_pin
from edge.web.security import person
from edge.web.services import Services

P = ParamSpec("P")
T = TypeVar("T")

Manager = Annotated[Session, Depends(person(*staff.MANAGERS))]


class Badge(BaseModel):
    """A badge to hand out; without one it is made."""

    badge: str | None = Field(default=None, max_length=200)


class Pin(BaseModel):
    """A PIN to set; without one it is made."""

    pin: str | None = Field(default=None, max_length=40)


class Language(BaseModel):
    """The language to speak to somebody."""

    language: Literal["ja", "en"]


class Accounts:
    """Changes what lets people in, in the name of who asks; raises Refusal."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def give_badge(self, who: Session, person_id: str, badge: str | None) -> str:
        """Give a person the badge that was scanned, or a new one, and return what it says."""
        given = new_badge(self._services.source.dice) if badge is None else normalise(badge).text
        await self.decide(who, people.set_badge, person_id, given)
        return given

    async def give_pin(self, who: Session, person_id: str, pin: str | None) -> str:
        """Give a person the PIN that was chosen, or a new one, and return it."""
        given = new_pin(self._services.source.dice) if pin is None else normalise(pin).text
        people.check_pin(given)
        await self._services.store.read(staff.may_manage, who.person_id, person_id)  # before the hash, which is slow
        await self.decide(who, people.set_pin, person_id, await self._services.hasher.hash(given))
        return given

    async def decide(
        self,
        who: Session,
        decide: Callable[Concatenate[Tx, str, P], T],
        person_id: str,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Take a decision about a person if `who` may."""
        run = self._services.store.run_as
        return await run(who.actor, staff.as_manager, who.person_id, decide, person_id, *args, **kwargs)


def accounts_router(services: Services) -> APIRouter:
    """Serve /api/accounts, /api/accounts/sessions and what is done to one person below /api/accounts/{person_id}."""
    router = APIRouter(prefix="/api/accounts")
    accounts = Accounts(services)

    @router.get("")
    async def show(_who: Manager) -> list[dict[str, Any]]:
        return await services.store.read(everybody)

    @router.get("/sessions")
    async def sessions(_who: Manager) -> list[dict[str, Any]]:
        return await services.store.read(open_sessions)

    @router.post("/{person_id}/badge")
    async def badge(person_id: str, body: Badge, who: Manager) -> Response:
        given = await accounts.give_badge(who, person_id, body.badge)
        return _made("badge", given) if body.badge is None else Response(status_code=204)

    @router.post("/{person_id}/pin")
    async def pin(person_id: str, body: Pin, who: Manager) -> Response:
        given = await accounts.give_pin(who, person_id, body.pin)
        return _made("pin", given) if body.pin is None else Response(status_code=204)

    @router.post("/{person_id}/language")
    async def language(person_id: str, body: Language, who: Manager) -> Response:
        await accounts.decide(who, people.set_language, person_id, body.language)
        return Response(status_code=204)

    @router.post("/{person_id}/unlock")
    async def unlock(person_id: str, who: Manager) -> Response:
        await accounts.decide(who, people.unlock, person_id)
        return Response(status_code=204)

    @router.post("/{person_id}/logout")
    async def logout(person_id: str, who: Manager) -> dict[str, int]:
        return {"ended": await accounts.decide(who, staff.send_out, person_id)}

    @router.post("/{person_id}/block")
    async def block(person_id: str, who: Manager) -> Response:
        await accounts.decide(who, staff.block, person_id, who.person_id)
        return Response(status_code=204)

    @router.post("/{person_id}/unblock")
    async def unblock(person_id: str, who: Manager) -> Response:
        await accounts.decide(who, staff.unblock, person_id)
        return Response(status_code=204)

    return router


def everybody(reader: Reader) -> list[dict[str, Any]]:
    """Return everybody, also those who left, and whether they can log in; no secret."""
    return [
        {
            "id": row.id,
            "name": f"{row.name_ja} / {row.name_en}",
            "language": row.language,
            "roles": row.roles,
            "badge": row.badge is not None,
            "pin": row.pin_hash is not None,
            "locked": row.locked_until is not None and row.locked_until > reader.now,
            "blocked": row.blocked_at is not None,
            "active": row.active,
        }
        for row in people.everybody(reader)
    ]


def open_sessions(reader: Reader) -> list[dict[str, Any]]:
    """Return who is logged in, where and until when; no secret."""
    return [
        {
            "person": row.person_id,
            "name": f"{row.name_ja} / {row.name_en}",
            "face": row.kind,
            "device": row.device,
            "since": reader.site.local(row.started_at).isoformat(timespec="seconds"),
            "until": reader.site.local(row.expires_at).isoformat(timespec="seconds"),
        }
        for row in staff.logged_in(reader)
    ]


def _made(what: str, text: str) -> Response:
    return JSONResponse({what: text}, status_code=201)

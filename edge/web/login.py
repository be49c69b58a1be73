"""Logging in: a badge and a PIN, at a handheld or at the console's login page (P57)."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from drivers.codes.normalise import normalise
from edge.model.reasons import Refusal, say
from edge.processes import people
from edge.processes.people import Attempt, Face, Session
from edge.web.pages import LANGUAGE_COOKIE, LANGUAGES, language_of
from edge.web.pins import digest, new_token
from edge.web.security import (
    Forbidden,
    address_of,
    check_origin,
    drop_cookie,
    person,
    set_cookie,
    token_of,
)
from edge.web.services import Services, services_of

YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Door:
    """Where somebody tries to come in."""

    address: str
    device: str
    face: Face


async def log_in(services: Services, door: Door, badge: str, pin: str) -> tuple[str, Session]:
    """Return a new token and its session; raises Refusal `login.wrong`, `login.locked` or `login.slow`."""
    services.tries.check(door.address)
    badge = normalise(badge).text
    found = await services.store.read(people.credentials, badge)
    pin_hash = None if found is None or found.locked else found.pin_hash
    correct = await services.hasher.verify(pin_hash, normalise(pin).text)
    token = new_token(services.source.dice)
    actor = "edge" if found is None else f"person:{found.person_id}"
    attempt = Attempt(badge, door.device or door.address, door.face, correct, pin_hash, digest(token))
    answer = await services.store.run_as(actor, people.log_in, attempt)
    if isinstance(answer, Refusal):
        services.tries.wrong(door.address)
        raise answer
    return token, answer


def login_router() -> APIRouter:
    """Serve the login page and its form."""
    router = APIRouter()

    @router.get("/login")
    async def login_page(request: Request, to: str = "/") -> Response:
        return services_of(request).pages.page(
            "login.html", language_of(request), to=_local(to), badge="", error=None, status=200
        )

    @router.post("/login")
    async def login(
        request: Request,
        badge: Annotated[str, Form(max_length=200)],
        pin: Annotated[str, Form(max_length=40)],
        to: Annotated[str, Form(max_length=500)] = "/",
    ) -> Response:
        check_origin(request)
        services = services_of(request)
        address = address_of(request)
        door = Door(address, address, Face.CONSOLE)
        try:
            token, _ = await log_in(services, door, badge, pin)
        except Refusal as refusal:
            language = language_of(request)
            words = say(refusal.code, language, refusal.details)
            return services.pages.page("login.html", language, to=_local(to), badge=badge, error=words, status=401)
        response = RedirectResponse(_local(to), status_code=303)
        set_cookie(request, response, token, services.site.rules.session_hours)
        return response

    @router.post("/logout")
    async def logout(request: Request, who: Annotated[Session, Depends(person())]) -> Response:
        await services_of(request).store.run_as(who.actor, people.log_out, digest(token_of(request)))
        response = RedirectResponse("/login", status_code=303)
        drop_cookie(response)
        return response

    @router.get("/language/{language}")
    async def speak(language: str, to: str = "/login") -> Response:
        if language not in LANGUAGES:
            raise Forbidden(Refusal("request.not_found"))
        response = RedirectResponse(_local(to), status_code=303)
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="lax")
        return response

    return router


def _local(to: str) -> str:
    """Return an address of this site only, never another one somebody put into a link."""
    parts = urlsplit(to)
    inside = not parts.scheme and not parts.netloc and to.startswith("/") and not to.startswith(("//", "/\\"))
    return to if inside else "/"

"""The handheld: its page and its API, contract 1, but for what people do there (acts.py).

The server owns every screen; the handheld draws and scans.
"""

import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from edge.processes import people
from edge.processes.people import Face, Session
from edge.web.acts import CONTRACT, Person, screen_for
from edge.web.assets import Assets
from edge.web.login import Door, log_in
from edge.web.pages import LANGUAGES, language_of, texts
from edge.web.pins import digest
from edge.web.security import address_of, check_origin, handheld, token_of
from edge.web.services import Services

PAGE = "/h"
WORKER = "handheld/worker.js"
KEPT = ("handheld/", "shared/genba.svg")
"""Files that the page needs without network, by the beginning of their names."""


class LogIn(BaseModel):
    """A scanned badge and a typed PIN."""

    badge: str = Field(max_length=200)
    pin: str = Field(max_length=40)
    device: str = Field(max_length=80)


class Language(BaseModel):
    """The language to speak from now on."""

    language: Literal["ja", "en"]


def handheld_router(services: Services) -> APIRouter:
    """Serve the page under /h and the rest of the API under /api/handheld."""
    router = APIRouter()

    @router.get(PAGE)
    async def page(request: Request) -> Response:
        words = {language: texts("handheld", language) for language in LANGUAGES}
        return services.pages.page("handheld.html", language_of(request), contract=CONTRACT, words=words)

    @router.get(f"{PAGE}/scanner")
    async def scanner(request: Request) -> Response:
        return services.pages.page("scanner.html", language_of(request))

    @router.get(f"{PAGE}/worker.js")
    async def worker() -> Response:
        headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": PAGE}
        return Response(_worker(services.assets), headers=headers, media_type="text/javascript")

    @router.post("/api/handheld/login")
    async def login(request: Request, body: LogIn) -> Response:
        check_origin(request)
        token, session = await log_in(
            services, Door(address_of(request), body.device, Face.HANDHELD), body.badge, body.pin
        )
        person = {"id": session.person_id, "name": session.name, "language": session.language}
        return JSONResponse({"token": token, "person": person, "screen": await screen_for(services, session)})

    @router.post("/api/handheld/language")
    async def language(who: Person, body: Language) -> Response:
        await services.store.run_as(who.actor, people.set_language, who.person_id, body.language)
        return JSONResponse({"language": body.language, "screen": await screen_for(services, who)})

    @router.post("/api/handheld/logout")
    async def logout(request: Request, who: Person) -> Response:
        await services.store.run_as(who.actor, people.log_out, digest(token_of(request)))
        return Response(status_code=204)

    @router.get("/api/handheld/stream")
    async def stream(who: Annotated[Session, Depends(handheld(by_query=True))]) -> Response:
        first = await screen_for(services, who, asked=False)  # a stream comes back by itself: that is no sign of life
        return StreamingResponse(_events(services, who, first), media_type="text/event-stream")

    return router


def _worker(assets: Assets) -> str:
    """Return the script that keeps the page on the device, with what it is to keep."""
    files = [assets.url(name) for name in assets.files if name.startswith(KEPT) and name != WORKER]
    facts = {"BUILD": assets.build, "PAGE": PAGE, "FILES": files}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in facts.items()]
    return "\n".join([*lines, assets.files[WORKER].plain.decode()])


async def _events(services: Services, who: Session, first: dict[str, Any]) -> AsyncGenerator[str, None]:
    number, follower = services.follow.open(who.person_id, who.token_hash)
    try:
        yield _event("screen", first)
        while not follower.ended:
            await follower.news.wait()
            screen = follower.take()
            if screen is not None:
                yield _event("screen", screen)
            elif not follower.ended:
                yield ": beat\n\n"
        yield _event("ended", {})
    finally:
        services.follow.drop(number)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"

"""The handheld: its page and its API, contract 1. The server owns every screen; the handheld draws and scans.

An action carries a key made by the handheld when it happened. Its answer is stored in the same transaction as what it
did, so a repetition is answered the same and does nothing (F64, H10).
"""

import hashlib
import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from edge.model.reasons import Refusal, Words, say
from edge.processes import people
from edge.processes.people import Face, Session
from edge.store.answers import HANDHELD_DAYS, first_answer, keep_answer
from edge.store.tables import answers, seats
from edge.store.tx import Reader, Tx
from edge.web.assets import Assets
from edge.web.follow import Screens
from edge.web.lean import Json, LeanRoute
from edge.web.login import Door, log_in
from edge.web.pages import LANGUAGES, language_of, texts
from edge.web.pins import digest
from edge.web.security import address_of, check_origin, handheld, token_of
from edge.web.services import Services, Weigh

PAGE = "/h"
WORKER = "handheld/worker.js"
KEPT = ("handheld/", "shared/genba.svg")
"""Files that the page needs without network, by the beginning of their names."""
CONTRACT = 1
"""Goes up when an old page could misunderstand a screen or the server an old page's action (F72)."""
REDRAW = ("work.stale_screen", "work.update", "request.other_content")
"""Refusals that mean: what you see is not what is. The page draws anew (F63)."""

Person = Annotated[Session, Depends(handheld())]


class LogIn(BaseModel):
    """A scanned badge and a typed PIN."""

    badge: str = Field(max_length=200)
    pin: str = Field(max_length=40)
    device: str = Field(max_length=80)


class Act(BaseModel):
    """One thing a person did on one screen."""

    contract: int
    key: str = Field(min_length=10, max_length=64)
    screen: str = Field(max_length=100)
    action: str = Field(max_length=40)
    value: str = Field(default="", max_length=4000)
    source: Literal["scan", "manual", "camera"] = "scan"
    quantity: int | None = Field(default=None, ge=0, le=1_000_000)
    reason: str | None = Field(default=None, max_length=100)
    """One of those that the button offers: a lot and its date are the longest."""


class Language(BaseModel):
    """The language to speak from now on."""

    language: Literal["ja", "en"]


def serve_scans(router: APIRouter, services: Services) -> None:
    """Serve what the floor calls all day: by the app's own router, where `LeanApp` finds it."""

    async def act(who: Person, body: Act) -> Response:
        return await _act(services, who, body)

    async def screen(who: Person) -> Response:
        return Json({"screen": await _screen(services, who)})

    router.add_api_route("/api/handheld/act", act, methods=["POST"], route_class_override=LeanRoute)
    router.add_api_route("/api/handheld/screen", screen, methods=["GET"], route_class_override=LeanRoute)


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
        return JSONResponse({"token": token, "person": person, "screen": await _screen(services, session)})

    @router.post("/api/handheld/language")
    async def language(who: Person, body: Language) -> Response:
        await services.store.run_as(who.actor, people.set_language, who.person_id, body.language)
        return JSONResponse({"language": body.language, "screen": await _screen(services, who)})

    @router.post("/api/handheld/logout")
    async def logout(request: Request, who: Person) -> Response:
        await services.store.run_as(who.actor, people.log_out, digest(token_of(request)))
        return Response(status_code=204)

    @router.get("/api/handheld/stream")
    async def stream(who: Annotated[Session, Depends(handheld(by_query=True))]) -> Response:
        first = await _screen(services, who, asked=False)  # a stream comes back by itself: that is no sign of life
        return StreamingResponse(_events(services, who, first), media_type="text/event-stream")

    return router


def _worker(assets: Assets) -> str:
    """Return the script that keeps the page on the device, with what it is to keep."""
    files = [assets.url(name) for name in assets.files if name.startswith(KEPT) and name != WORKER]
    facts = {"BUILD": assets.build, "PAGE": PAGE, "FILES": files}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in facts.items()]
    return "\n".join([*lines, assets.files[WORKER].plain.decode()])


async def _screen(services: Services, who: Session, *, asked: bool = True) -> dict[str, Any]:
    device = who.device if asked else ""
    screen: dict[str, Any] = await services.store.run_as(who.actor, services.screens.screen_of, who.person_id, device)
    services.follow.shown(who.person_id, screen)
    return screen


async def _act(services: Services, who: Session, body: Act) -> Response:
    request = {name: value for name, value in body if name != "key"}
    content = {**request, "screen": ""} if body.action == "scan" else request  # a scan is no answer to a screen
    hashed = hashlib.sha256(msgspec.json.encode(content)).hexdigest()
    key = f"handheld/{who.person_id}/{body.key}"
    try:
        _check_contract(body)
        request["device"] = who.device
        if body.action in ("weigh", "zero"):
            ask = services.weigh if body.action == "weigh" else services.zero
            request["value"] = await _scale_says(services, who, key, ask)
        answer = await services.store.run_as(
            who.actor, _act_once, services.screens, who.person_id, request, key=key, hashed=hashed
        )
    except Refusal as refusal:
        return await _refused(services, who, refusal)
    services.follow.shown(who.person_id, answer["screen"])
    return Json(answer)


def _act_once(
    tx: Tx, screens: Screens, person_id: str, request: dict[str, Any], *, key: str, hashed: str
) -> dict[str, Any]:
    """Act and keep the answer, or give the kept answer again."""
    found = first_answer(tx, key, hashed, key)
    if found is not None:
        kept: dict[str, Any] = found.body
        return kept
    answer = screens.act(tx, person_id, request)
    keep_answer(tx, key, hashed, answer, days=HANDHELD_DAYS)
    return answer


async def _refused(services: Services, who: Session, refusal: Refusal) -> Response:
    screen = await _screen(services, who)
    words = say(refusal.code, who.language, refusal.details)
    if refusal.code in REDRAW:
        return JSONResponse({"error": _error(refusal, words), "screen": screen}, status_code=409)
    return JSONResponse({"result": {"kind": "wrong", "code": refusal.code, "text": str(words)}, "screen": screen})


def _error(refusal: Refusal, words: Words) -> dict[str, str]:
    return {"code": refusal.code, "text": words.text, "next": words.next}


def _check_contract(body: Act) -> None:
    if body.contract != CONTRACT:
        raise Refusal("work.update")


async def _scale_says(services: Services, who: Session, key: str, ask: Weigh) -> str:
    """Return what the scale of the person's station shows, in grams; nothing for a repetition, which does not ask."""
    station, answered = await services.store.read(_station, who.person_id, key)
    return "" if answered or station not in services.site.station else str(await ask(station))


def _station(reader: Reader, person_id: str, key: str) -> tuple[str, bool]:
    seat = reader.get(seats, person_id=person_id)
    return (seat.place or "") if seat else "", reader.get(answers, key=key) is not None


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

"""What people do at handhelds: one act a request, or the scans of a sweep together; each is decided once under its key.

An act carries a key made by the handheld when it happened. Its answer is stored in the same transaction as what it
did, so a repetition is answered the same and does nothing (F64, H10), whether it comes alone or with others.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from edge.model.reasons import Refusal, say
from edge.processes.people import Session
from edge.store.answers import HANDHELD_DAYS, first_answer, keep_answer
from edge.store.tables import answers, seats
from edge.store.tx import Reader, Tx
from edge.web.follow import Screens
from edge.web.lean import Json, LeanRoute
from edge.web.security import handheld
from edge.web.services import Services, Weigh

CONTRACT = 1
"""Goes up when an old page could misunderstand a screen or the server an old page's action (F72)."""
MOST_SCANS = 32
"""Scans in one request: together they hold the writer for some 30 ms, and others who scan hardly feel it."""
REDRAW = ("work.stale_screen", "work.update", "request.other_content")
"""Refusals that mean: what you see is not what is. The page draws anew (F63)."""

Person = Annotated[Session, Depends(handheld())]


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


class Scan(Act):
    """A scan, which is no answer to a screen and need not wait for the answer to the one before."""

    action: Literal["scan"]


class Scans(BaseModel):
    """Scans in the order in which they happened."""

    scans: list[Scan] = Field(min_length=1, max_length=MOST_SCANS)


@dataclass(frozen=True, slots=True)
class Once:
    """An act as it is decided: the key that its answer is kept under, a digest of its content, and what it says."""

    key: str
    hashed: str
    request: Mapping[str, Any]


def serve_acts(router: APIRouter, services: Services) -> None:
    """Serve what the floor calls all day: by the app's own router, where `LeanApp` finds it."""

    async def act(who: Person, body: Act) -> Response:
        return await _act(services, who, body)

    async def scans(who: Person, body: Scans) -> Response:
        return await _scans(services, who, body)

    async def screen(who: Person) -> Response:
        return Json({"screen": await screen_for(services, who)})

    router.add_api_route("/api/handheld/act", act, methods=["POST"], route_class_override=LeanRoute)
    router.add_api_route("/api/handheld/scans", scans, methods=["POST"], route_class_override=LeanRoute)
    router.add_api_route("/api/handheld/screen", screen, methods=["GET"], route_class_override=LeanRoute)


async def screen_for(services: Services, who: Session, *, asked: bool = True) -> dict[str, Any]:
    """Return a person's screen; `asked` when they themselves want to see it, a sign of life."""
    device = who.device if asked else ""
    screen: dict[str, Any] = await services.store.run_as(who.actor, services.screens.screen_of, who.person_id, device)
    services.follow.shown(who.person_id, screen)
    return screen


async def _act(services: Services, who: Session, body: Act) -> Response:
    once = _once(who, body)
    try:
        _check_contract(body)
        if body.action in ("weigh", "zero"):
            ask = services.weigh if body.action == "weigh" else services.zero
            said = await _scale_says(services, who, once.key, ask)
            once = Once(once.key, once.hashed, {**once.request, "value": said})
        answer = await services.store.run_as(who.actor, _act_once, services.screens, who.person_id, once)
    except Refusal as refusal:
        answer = _refused(who, refusal)
    if "screen" not in answer:  # refused, or first sent with others, whose answers have none of their own
        answer = {**answer, "screen": await screen_for(services, who)}
    else:
        services.follow.shown(who.person_id, answer["screen"])
    return JSONResponse(answer, 409) if "error" in answer else Json(answer)


async def _scans(services: Services, who: Session, body: Scans) -> Response:
    """Answer each scan under its key, in their order, and the screen that follows from them all."""
    try:
        for one in body.scans:
            _check_contract(one)
    except Refusal as refusal:
        return JSONResponse({**_refused(who, refusal), "screen": await screen_for(services, who)}, 409)
    every = [_once(who, one) for one in body.scans]
    told, screen = await services.store.run_as(who.actor, _scan_all, services.screens, who, every)
    services.follow.shown(who.person_id, screen)
    keyed = [{"key": one.key, **answer} for one, answer in zip(body.scans, told, strict=True)]
    return Json({"answers": keyed, "screen": screen})


def _once(who: Session, body: Act) -> Once:
    request = {name: value for name, value in body if name != "key"}
    content = {**request, "screen": ""} if body.action == "scan" else request  # a scan is no answer to a screen
    hashed = hashlib.sha256(msgspec.json.encode(content)).hexdigest()
    return Once(f"handheld/{who.person_id}/{body.key}", hashed, {**request, "device": who.device})


def _act_once(tx: Tx, screens: Screens, person_id: str, once: Once) -> dict[str, Any]:
    """Act and keep the answer, or give the kept answer again."""
    found = first_answer(tx, once.key, once.hashed, once.key)
    if found is not None:
        kept: dict[str, Any] = found.body
        return kept
    answer = screens.act(tx, person_id, once.request)
    keep_answer(tx, once.key, once.hashed, answer, days=HANDHELD_DAYS)
    return answer


def _scan_all(tx: Tx, screens: Screens, who: Session, every: list[Once]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Take scans one after the other; a refused one undoes its own writes and nobody else's."""
    told = []
    for one in every:
        try:
            told.append(tx.part(_scan_once, screens, who.person_id, one))
        except Refusal as refusal:
            told.append(_refused(who, refusal))
    return told, screens.screen_of(tx, who.person_id)


def _scan_once(tx: Tx, screens: Screens, person_id: str, once: Once) -> dict[str, Any]:
    """Take a scan and keep its result, or give the kept one again; no screen, for another scan follows."""
    found = first_answer(tx, once.key, once.hashed, once.key)
    if found is not None:
        return {"result": found.body["result"]}
    answer = {"result": screens.take(tx, person_id, once.request)}
    keep_answer(tx, once.key, once.hashed, answer, days=HANDHELD_DAYS)
    return answer


def _refused(who: Session, refusal: Refusal) -> dict[str, Any]:
    """Return what is said of a refusal: an error where the page is to be drawn anew, else a wrong result."""
    words = say(refusal.code, who.language, refusal.details)
    if refusal.code in REDRAW:
        return {"error": {"code": refusal.code, "text": words.text, "next": words.next}}
    return {"result": {"kind": "wrong", "code": refusal.code, "text": str(words)}}


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

"""Lean routes answer whatever is asked as FastAPI's own routes do."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from edge.web.lean import Json, LeanApp, LeanRoute


class Refused(Exception):
    """What the app has words for."""


async def refused(request: Request, error: Exception) -> Response:
    return JSONResponse({"refused": str(error), "at": request.url.path.rsplit("/", 1)[1]}, status_code=409)


class Body(BaseModel):
    """What a test sends."""

    key: str = Field(min_length=3)
    quantity: int | None = Field(default=None, ge=0)


async def door(request: Request) -> str:
    if request.headers.get("authorization") != "Bearer t":
        raise HTTPException(401, "who are you?")
    return "sato"


Guest = Annotated[str, Depends(door)]


async def act(who: Guest, body: Body) -> Response:
    if body.key == "refuse":
        raise Refused(who)
    return Json({"who": who, "棚": body.key, "quantity": body.quantity})


async def act_in_words(who: Guest, body: Body, request: Request) -> Response:
    return Json({"who": who, "key": body.key, "language": request.headers.get("accept-language")})


async def look(who: Guest) -> Response:
    return Json({"who": who, "last": None})


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = LeanApp(lambda inner: inner)
    app.add_exception_handler(Refused, refused)
    for prefix, kind in (("/lean", LeanRoute), ("/own", None)):
        app.router.add_api_route(f"{prefix}/act", act, methods=["POST"], route_class_override=kind)
        app.router.add_api_route(f"{prefix}/words", act_in_words, methods=["POST"], route_class_override=kind)
        app.router.add_api_route(f"{prefix}/look", look, methods=["GET"], route_class_override=kind)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://edge.test")


JSON = {"content-type": "application/json"}
IN = {"authorization": "Bearer t"}


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        (JSON | IN, b'{"key": "abc"}'),
        (JSON | IN, '{"key": "緑茶のボトル", "quantity": 3, "more": 1}'.encode()),
        (JSON | IN, b'{"key": "abc", "quantity": "4"}'),
        (JSON | IN, b'{"key": "abc", "quantity": 4.5}'),
        (JSON | IN, b'{"key": "refuse"}'),
        (JSON | IN, b'{"key": "ab"}'),
        (JSON | IN, b"{}"),
        (JSON | IN, b"[1]"),
        (JSON | IN, b"{"),
        (JSON | IN, b""),
        (JSON | IN, b'{"key": "\\ud800abc"}'),
        (JSON | IN, b"\xff\xfe"),
        (IN, b'{"key": "abc"}'),
        ({"content-type": "application/json; charset=utf-8"} | IN, b'{"key": "abc"}'),
        ({"content-type": "text/plain"} | IN, b'{"key": "abc"}'),
        (JSON, b'{"key": "abc"}'),
        (JSON, b'{"key": "ab"}'),
        (JSON, b"{"),
        ({}, b""),
    ],
)
async def test_a_lean_route_answers_as_fastapi_s_own(
    client: httpx.AsyncClient, headers: dict[str, str], content: bytes
) -> None:
    for method, path in (("POST", "act"), ("POST", "words"), ("GET", "look"), ("GET", "act")):
        try:
            own = await client.request(method, f"/own/{path}", headers=headers, content=content)
        except UnicodeEncodeError as error:
            with pytest.raises(type(error)):
                await client.request(method, f"/lean/{path}", headers=headers, content=content)
            continue
        lean = await client.request(method, f"/lean/{path}", headers=headers, content=content)
        assert (lean.status_code, lean.headers, lean.json()) == (own.status_code, own.headers, own.json())


def test_both_are_described_alike(client: httpx.AsyncClient) -> None:
    app: Any = client._transport.app  # type: ignore[attr-defined]
    paths = app.openapi()["paths"]
    for path in ("act", "words", "look"):
        lean, own = (str(paths[f"/{prefix}/{path}"]).replace(prefix, "") for prefix in ("lean", "own"))
        assert lean == own


def test_json_is_written_as_starlette_writes_it() -> None:
    content = {"棚": ['緑茶 "x"\n', 1, None, True, {"a/b": 1.5}]}
    assert Json(content).body == JSONResponse(content).body


def test_an_endpoint_that_wants_more_is_no_lean_one() -> None:
    async def search(who: Guest, word: Annotated[str, Query()]) -> Response:
        return Json([who, word])

    async def open_to_all(body: Body) -> Response:
        return Json(body.key)

    app = FastAPI()
    for endpoint in (search, open_to_all):
        with pytest.raises(TypeError, match="wants more"):
            app.router.add_api_route("/search", endpoint, route_class_override=LeanRoute)

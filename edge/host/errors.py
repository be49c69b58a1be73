"""How the host API says no: always `{error: {code, text, next}}`, in Japanese or English."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from edge.model.reasons import Refusal, say
from edge.store.database import StoreError

log = structlog.get_logger(__name__)

STATUS_OF = {
    "order.unknown": 404,
    "count.unknown_request": 404,
    "epcis.not_set_up": 404,
    "request.other_content": 409,
}
REFUSED = 422
"""Every other refusal: understood, but it cannot be done as it stands."""
FAILED = 503
RETRY_SECONDS = "5"
"""When to come back while the database does not work."""


class FieldProblem(BaseModel):
    """One field that is wrong."""

    field: str
    problem: str


class Error(BaseModel):
    """What is the matter and what to do next; `code` is stable, the words follow Accept-Language."""

    code: str
    text: str
    next: str
    fields: list[FieldProblem] = []


class ErrorBody(BaseModel):
    """The body of every refusal."""

    error: Error


class HostRoute(APIRoute):
    """A route that answers refusals, bad requests and a failing database in the API's own form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route's handler."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (Refusal, RequestValidationError, StoreError) as error:
                return said_no(request, error)

        return answer


def said_no(request: Request, error: Refusal | RequestValidationError | StoreError) -> Response:
    """Return the answer to a request that failed."""
    language = language_of(request)
    if isinstance(error, Refusal):
        return JSONResponse(refused(error, language), STATUS_OF.get(error.code, REFUSED))
    if isinstance(error, RequestValidationError):
        return JSONResponse(invalid(error, language), REFUSED)
    log.warning("host.store_failed", path=request.url.path, error=str(error))
    return JSONResponse(refused(Refusal("store.failed"), language), FAILED, {"Retry-After": RETRY_SECONDS})


def language_of(request: Request) -> str:
    """Return `ja` when the caller names Japanese before English, else `en`."""
    wished = request.headers.get("accept-language", "").lower()
    ja, en = wished.find("ja"), wished.find("en")
    return "ja" if ja >= 0 and (en < 0 or ja < en) else "en"


def refused(refusal: Refusal, language: str) -> dict[str, Any]:
    """Return the body of a refusal."""
    words = refusal.words(language)
    return {"error": {"code": refusal.code, "text": words.text, "next": words.next}}


def invalid(error: RequestValidationError | ValidationError, language: str) -> dict[str, Any]:
    """Return the body for a request whose fields are wrong: all of them are named, none of their contents."""
    problems = [
        {"field": ".".join(str(part) for part in found["loc"] if part != "body") or "body", "problem": found["msg"]}
        for found in error.errors()
    ]
    words = say("request.invalid", language, problems[0])
    return {"error": {"code": "request.invalid", "text": words.text, "next": words.next, "fields": problems}}

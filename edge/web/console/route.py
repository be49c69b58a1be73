"""Answers of the console when something goes wrong: a page with words and a way on instead of bare JSON."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from edge.model.reasons import Refusal, say
from edge.store.database import StoreError
from edge.web.console.texts import texts
from edge.web.pages import language_of
from edge.web.security import Forbidden, NotLoggedIn
from edge.web.services import services_of

log = structlog.get_logger(__name__)

STATUS_OF = {
    "request.not_found": 404,
    "order.unknown": 404,
    "robot.unknown": 404,
    "person.unknown": 404,
    "usage.no_days": 422,
    "work.role": 403,
}
"""Refusals that HTTP has a word for; every other one is 409."""
HANDLED_BY_APP = (NotLoggedIn, HTTPException)


class PageRoute(APIRoute):
    """A route whose failures are pages for people; programs that ask for JSON get the app's own answers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the endpoint."""
        handle = super().get_route_handler()

        async def handle_kindly(request: Request) -> Response:
            if "text/html" not in request.headers.get("accept", ""):
                return await handle(request)
            try:
                return await handle(request)
            except Refusal as refusal:
                return sorry(request, refusal, STATUS_OF.get(refusal.code, 409))
            except Forbidden as forbidden:
                return sorry(request, forbidden.refusal, 403)
            except RequestValidationError:
                return sorry(request, Refusal("request.not_found"), 404)
            except (StoreError, SQLAlchemyError) as error:
                log.exception("console.store_failed", path=request.url.path, error=str(error))
                return sorry(request, Refusal("store.failed"), 503)
            except HANDLED_BY_APP:
                raise
            except Exception as error:  # whatever it was, a person gets words and a way on
                log.exception("console.failed", path=request.url.path, error=repr(error))
                return sorry(request, Refusal("request.failed"), 500)

        return handle_kindly


def sorry(request: Request, refusal: Refusal, status: int) -> Response:
    """Say on a page of its own what cannot be done, why, and what next."""
    language = language_of(request)
    said = say(refusal.code, language, refusal.details)
    template = services_of(request).pages.environment.get_template("console/sorry.html")
    page = template.render(language=language, t=texts(language), said=said, status=status)
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})

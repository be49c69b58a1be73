"""The web application: every router, what is said when something goes wrong, health and metrics.

All endpoints are coroutines without thread pools, so that the same app serves the virtual world.
"""

import asyncio
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from edge.host.api import host_router
from edge.model.reasons import Refusal, say
from edge.processes.people import KeyRole, Machine
from edge.store.database import StoreError
from edge.store.tx import Tx
from edge.web.accounts import accounts_router
from edge.web.acts import serve_acts
from edge.web.assets import assets_router
from edge.web.console import console_router
from edge.web.epcis import epcis_router
from edge.web.fleet import fleet_router
from edge.web.foreign import foreign_router
from edge.web.handheld import handheld_router
from edge.web.keys import keys_router
from edge.web.lean import LeanApp
from edge.web.lean_host import serve_orders
from edge.web.login import login_router
from edge.web.metrics import Metrics
from edge.web.middleware import MOST_BYTES, Envelope, TooLarge, request_seconds
from edge.web.pages import language_of
from edge.web.robots import robots_router
from edge.web.security import Forbidden, NotLoggedIn, machine
from edge.web.services import Services
from edge.web.usage import usage_router

log = structlog.get_logger(__name__)

HOST_PREFIX = "/host/v1"
WRITER_SECONDS = 2.0
"""The writer that has not answered for this long is not well: a commit takes milliseconds."""
HEALTH_SECONDS = 1.0
"""A health answer is good for this long, so that nobody keeps the writer busy by asking."""

STATUS_OF = {
    "login.wrong": 401,
    "login.locked": 401,
    "login.blocked": 401,
    "login.ended": 401,
    "login.slow": 429,
    "request.not_found": 404,
    "key.refused": 403,
    "request.forged": 403,
    "work.role": 403,
    "person.blocked": 403,
    "person.unknown": 404,
    "key.unknown": 404,
    "robot.unknown": 404,
    "usage.no_days": 422,
    "epcis.not_set_up": 404,
    "fleet.unsigned": 401,
    "fleet.malformed": 422,
    "foreign.connections": 429,
}
"""Refusals that HTTP has a word for; every other one is 409."""


def create_app(services: Services) -> FastAPI:
    """Build the app of a site."""
    seconds = request_seconds(services.registry)
    app = LeanApp(
        lambda inner: Envelope(inner, seconds, _failed), title="Genba", docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.services = services
    app.add_middleware(Envelope, seconds=seconds, on_error=_failed)
    _answer_errors(app)
    serve_acts(app.router, services)
    serve_orders(app.router, services.store, HOST_PREFIX)
    _serve_health(app, services)
    app.include_router(handheld_router(services))
    app.include_router(assets_router(services.assets))
    app.include_router(login_router())
    app.include_router(accounts_router(services))
    app.include_router(keys_router(services))
    app.include_router(usage_router(services))
    app.include_router(epcis_router(services))
    app.include_router(robots_router(services))
    app.include_router(fleet_router(services))
    app.include_router(foreign_router(services))
    app.include_router(host_router(services.store, machine), prefix=HOST_PREFIX)
    app.include_router(console_router(services))
    return app


def _serve_health(app: FastAPI, services: Services) -> None:
    health = Health(services)
    metrics = Metrics(services.registry, services.store, services.site, services.live)
    services.closing.append(metrics.close)

    @app.get("/")
    async def _home() -> Response:
        return RedirectResponse("/console", status_code=303)

    @app.get("/health")
    async def _health() -> Response:
        well = await health.ask()
        return JSONResponse({"status": "ok" if well else "failing"}, status_code=200 if well else 503)

    @app.get("/metrics")
    async def _metrics(_who: Annotated[Machine, Depends(machine(KeyRole.METRICS))]) -> Response:
        return PlainTextResponse(await metrics.text(), media_type=CONTENT_TYPE_LATEST)


class Health:
    """Whether the writer still takes decisions."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asked_at: float | None = None
        self._well = False
        self._turn = asyncio.Lock()

    async def ask(self) -> bool:
        """Return it, at most HEALTH_SECONDS old."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._asked_at is None or loop.time() - self._asked_at > HEALTH_SECONDS:
                self._well = await self._try_writer()
                self._asked_at = loop.time()
        return self._well

    async def _try_writer(self) -> bool:
        try:
            async with asyncio.timeout(WRITER_SECONDS):
                await self._services.store.run(_nothing)
        except (TimeoutError, StoreError):
            return False
        return True


def _nothing(_tx: Tx) -> None:
    """Decide nothing, but in the writer's turn."""


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return _said(request, STATUS_OF.get(refusal.code, 409), refusal)

    @app.exception_handler(Forbidden)
    async def forbidden(request: Request, error: Forbidden) -> Response:
        return _said(request, STATUS_OF.get(error.refusal.code, 403), error.refusal)

    @app.exception_handler(NotLoggedIn)
    async def not_logged_in(request: Request, _error: NotLoggedIn) -> Response:
        if request.scope.get("method") == "GET" and "text/html" in request.headers.get("accept", ""):
            to = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'to': to})}", status_code=303)
        code = "login.ended" if request.url.path.startswith("/api/") else "key.refused"
        return _said(request, 401, Refusal(code))

    @app.exception_handler(StoreError)
    async def store_failed(request: Request, error: StoreError) -> Response:
        log.error("web.store_failed", path=request.url.path, error=str(error))
        return _said(request, 503, Refusal("store.failed"))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or "body"
        return _said(request, 422, Refusal("request.invalid", field=field, problem=first["msg"]))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        code = "request.not_found" if error.status_code in (404, 405) else "request.failed"
        return _said(request, error.status_code, Refusal(code))


def _failed(request: Request, error: Exception) -> Response:
    if isinstance(error, TooLarge):
        return _said(request, 413, Refusal("request.too_large", most=MOST_BYTES))
    log.error("web.failed", path=request.url.path, error=repr(error), exc_info=error)
    return _said(request, 500, Refusal("request.failed"))


def _said(request: Request, status: int, refusal: Refusal) -> JSONResponse:
    words = say(refusal.code, language_of(request), refusal.details)
    return JSONResponse({"error": {"code": refusal.code, "text": words.text, "next": words.next}}, status_code=status)

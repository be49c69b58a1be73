"""What every answer gets: security headers, a limit on what is sent to us, a place in the metrics.

Plain ASGI, so that streams stay streams.
"""

import asyncio
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Histogram
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 8 * 1024 * 1024
"""The largest request: a full stock upload of a large site is about 2 MB."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"),
)
NO_STORE = (("Cache-Control", "no-store"),)
HTTPS_HEADERS = (
    ("Strict-Transport-Security", "max-age=31536000"),
    ("Cross-Origin-Opener-Policy", "same-origin"),  # browsers complain about it over http
)
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Histogram steps around the targets of 50 and 150 ms (P72)."""


class TooLarge(Exception):
    """The body of a request is over the limit."""


OnError = Callable[[Request, Exception], Response]


class Envelope:
    """Wraps the app."""

    def __init__(self, app: ASGIApp, seconds: Histogram, on_error: OnError) -> None:
        self._app = app
        self._on_error = on_error
        self._seconds = seconds
        self._timers: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        extra = _ENCRYPTED if scope["scheme"] == "https" else _PLAIN
        status = 500
        started = stream = False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, started, stream
            if message["type"] == "http.response.start":
                started = True
                status = message["status"]
                given = dict(message.get("headers", ()))
                message["headers"] = [*message.get("headers", ()), *(one for one in extra if one[0] not in given)]
                stream = given.get(b"content-type", b"").startswith(b"text/event-stream")
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), send_with_headers)
        except Exception as error:
            if started:
                raise
            await self._on_error(Request(scope), error)(scope, receive, send_with_headers)
        finally:
            if not stream:
                route = getattr(scope.get("route"), "path", "other")
                self._timer(scope["method"], route, status).observe(loop.time() - began)

    def _timer(self, method: str, route: str, status: int) -> Histogram:
        timer = self._timers.get((method, route, status))
        if timer is None:
            timer = self._timers[method, route, status] = self._seconds.labels(method, route, str(status))
        return timer


def request_seconds(registry: CollectorRegistry) -> Histogram:
    """Return the metric that an `Envelope` keeps."""
    return Histogram(
        "genba_http_seconds",
        "Time to answer an HTTP request, streams excepted.",
        ("method", "route", "status"),
        buckets=SECONDS,
        registry=registry,
    )


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Return what receives a body of at most MOST_BYTES; raises TooLarge, at once where its length is told."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise TooLarge
    if b"transfer-encoding" not in headers:
        return receive
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MOST_BYTES:
            raise TooLarge
        return message

    return counted


def _raw(headers: Sequence[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return headers as ASGI has them."""
    return tuple((name.lower().encode(), value.encode()) for name, value in headers)


_PLAIN = _raw((*HEADERS, *NO_STORE))
_ENCRYPTED = _raw((*HEADERS, *HTTPS_HEADERS, *NO_STORE))

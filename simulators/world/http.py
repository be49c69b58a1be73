"""HTTP without a network: ASGI applications called in memory, with the faults of a real line (rules H13, P45).

A `Line` is one way to one application. It looks the application up at each call, so that a server that was killed is
refused and the one started in its place is found. Bodies are collected whole: endless streams are not for this module.
"""

import asyncio
import json as json_module
import random
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx

Asgi = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
Headers = Mapping[str, str]
Call = Callable[[str, str, Headers, Any], Awaitable[tuple[int, Any]]]
"""`call(method, path, headers, json) -> (status, json)`; raises OSError (TimeoutError is one) when no answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON; the bare text if it is none; None if empty."""
        if not self.body:
            return None
        try:
            return json_module.loads(self.body)
        except ValueError:
            return self.body.decode(errors="replace")


async def call(app: Asgi, method: str, path: str, headers: Headers | None = None, json: Any = None) -> tuple[int, Any]:
    """Call an application directly and return status and JSON; what the application raises comes through."""
    answer = await request(app, method, path, headers or {}, _encode(json))
    return answer.status, answer.json()


async def request(app: Asgi, method: str, path: str, headers: Headers, body: bytes = b"") -> Answer:
    """Call an application with a raw body (ASGI 3, HTTP scope)."""
    path, _, query = path.partition("?")
    raw_headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    names = {name for name, _ in raw_headers}
    if b"host" not in names:
        raw_headers.append((b"host", b"edge"))
    if body and b"content-type" not in names:
        raw_headers.append((b"content-type", b"application/json"))
    if b"content-length" not in names:
        raw_headers.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": raw_headers,
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 80),
    }
    exchange = _Exchange(body)
    await app(scope, exchange.receive, exchange.send)
    return exchange.answer()


class _Exchange:
    """The two callables of one ASGI request."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._complete = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._complete.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._complete.set()

    def answer(self) -> Answer:
        return Answer(self._status, self._headers, b"".join(self._parts))


@dataclass(slots=True)
class Faults:
    """How often (0..1) a call fails and how; `patience` is the caller's time-out in seconds, `down` refuses all."""

    refuse: float = 0.0
    lose_request: float = 0.0
    lose_answer: float = 0.0
    error_500: float = 0.0
    slow: float = 0.0
    slow_for: tuple[float, float] = (1.0, 8.0)
    patience: float = 10.0
    down: bool = False


class Line:
    """One way to one application; calling it is a `Call`, `send` is the raw form for the httpx transport."""

    def __init__(
        self,
        find: Callable[[], Asgi | None],
        dice: random.Random,
        *,
        latency: tuple[float, float] = (0.001, 0.01),
        faults: Faults | None = None,
    ) -> None:
        self.faults = faults or Faults()
        self._find = find
        self._dice = dice
        self._latency = latency
        self._under_way: dict[asyncio.Task[Answer], None] = {}

    async def __call__(self, method: str, path: str, headers: Headers, json: Any) -> tuple[int, Any]:
        """Call with JSON; ConnectionError when refused or cut, TimeoutError when no answer came in time."""
        answer = await self.send(method, path, headers, _encode(json))
        return answer.status, answer.json()

    async def send(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Call with a raw body; errors as for `__call__`."""
        faults, dice = self.faults, self._dice
        await asyncio.sleep(dice.uniform(*self._latency))
        if self._strikes(faults.lose_request):
            await asyncio.sleep(faults.patience)
            raise TimeoutError(f"{method} {path}: the request was lost")
        app = self._find()
        if app is None or faults.down or self._strikes(faults.refuse):
            raise ConnectionRefusedError(f"{method} {path}: nobody answers")
        if self._strikes(faults.error_500):
            return Answer(500, [], b'{"detail":"internal error"}')
        slow = dice.uniform(*faults.slow_for) if self._strikes(faults.slow) else 0.0
        lost = self._strikes(faults.lose_answer)
        answer = await self._serve(app, method, path, headers, body)
        if lost or slow > faults.patience:
            await asyncio.sleep(faults.patience)
            raise TimeoutError(f"{method} {path}: the answer was lost")
        await asyncio.sleep(slow + dice.uniform(*self._latency))
        return answer

    def cut(self) -> None:
        """Break every call under way (the server was killed): the callers see a reset, the work stops where it is."""
        for task in list(self._under_way):
            task.cancel("cut")

    async def _serve(self, app: Asgi, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Let the application work in a task of its own, so that caller and server can die alone."""
        task = asyncio.get_running_loop().create_task(_guarded(app, method, path, headers, body))
        self._under_way[task] = None
        task.add_done_callback(lambda done: self._under_way.pop(done, None))
        await asyncio.wait([task], timeout=self.faults.patience)
        if not task.done():
            raise TimeoutError(f"{method} {path}: no answer within {self.faults.patience} s")
        if task.cancelled():
            raise ConnectionResetError(f"{method} {path}: the server went away")
        return task.result()

    def _strikes(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share


def over(client: httpx.AsyncClient) -> Call:
    """Return a `Call` over a real client with a base address."""

    async def call_real(method: str, path: str, headers: Headers, json: Any) -> tuple[int, Any]:
        try:
            answer = await client.request(
                method, path, headers={**headers, "content-type": "application/json"}, content=_encode(json)
            )
        except httpx.TimeoutException as exc:
            raise TimeoutError(str(exc)) from exc
        except httpx.TransportError as exc:
            raise ConnectionError(str(exc)) from exc
        return answer.status_code, Answer(answer.status_code, [], answer.content).json()

    return call_real


class Transport(httpx.AsyncBaseTransport):
    """Lets `httpx.AsyncClient` speak to the lines, found by `scheme://host:port`."""

    def __init__(self, lines: Mapping[str, Line]) -> None:
        self._lines = lines

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises httpx.ConnectError, ReadTimeout or ReadError as over a real line."""
        url = request.url
        origin = f"{url.scheme}://{url.netloc.decode()}"
        line = self._lines.get(origin)
        if line is None:
            raise httpx.ConnectError(f"no such host in the virtual world: {origin}", request=request)
        try:
            answer = await line.send(
                request.method, url.raw_path.decode(), dict(request.headers.items()), await request.aread()
            )
        except TimeoutError as exc:
            raise httpx.ReadTimeout(str(exc), request=request) from exc
        except ConnectionRefusedError as exc:
            raise httpx.ConnectError(str(exc), request=request) from exc
        except ConnectionError as exc:
            raise httpx.ReadError(str(exc), request=request) from exc
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)


async def _guarded(app: Asgi, method: str, path: str, headers: Headers, body: bytes) -> Answer:
    """Turn an exception of the application into the 500 that a server would answer, and report it to the loop."""
    try:
        return await request(app, method, path, headers, body)
    except Exception as exc:  # noqa: BLE001  whatever an application raises, a server answers 500
        context = {"message": f"{method} {path} raised", "exception": exc}
        asyncio.get_running_loop().call_exception_handler(context)
        return Answer(500, [], b'{"detail":"internal error"}')


def _encode(json: Any) -> bytes:
    return b"" if json is None else json_module.dumps(json, ensure_ascii=False, separators=(",", ":")).encode()

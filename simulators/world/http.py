"""HTTP without a network: ASGI applications called in memory, with the faults of a real line (rules H13, P45).

A `Line` is one way to one application. It looks the application up at each call, so that a server that was killed is
refused and the one started in its place is found. Bodies are collected whole, but for those of `stream`.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote

import httpx
import msgspec

T = TypeVar("T")

SILENCE_S = 35.0
"""Seconds without a part after which a stream counts as lost: what the handheld's page allows."""
UNAUTHORISED = 401

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


class Way(Protocol):
    """One way to one server: a `Call` that can also follow an endless answer."""

    async def __call__(self, method: str, path: str, headers: Headers, json: Any, /) -> tuple[int, Any]:
        """Call with JSON; see `Call`."""

    def stream(self, path: str, headers: Headers, /) -> AsyncGenerator[bytes, None]:
        """GET an answer and yield its parts as they come, to its end.

        Raises PermissionError when the server asks for a log-in, and OSError, as that is one, for any other answer but
        200 and when the line breaks or is silent for SILENCE_S.
        """


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
            return msgspec.json.decode(self.body)
        except ValueError:
            return self.body.decode(errors="replace")


async def call(app: Asgi, method: str, path: str, headers: Headers | None = None, json: Any = None) -> tuple[int, Any]:
    """Call an application directly and return status and JSON; what the application raises comes through."""
    answer = await request(app, method, path, headers or {}, _encode(json))
    return answer.status, answer.json()


async def request(app: Asgi, method: str, path: str, headers: Headers, body: bytes = b"") -> Answer:
    """Call an application with a raw body (ASGI 3, HTTP scope)."""
    exchange = _Exchange(body)
    await app(_scope(method, path, headers, body), exchange.receive, exchange.send)
    return exchange.answer()


def _scope(method: str, path: str, headers: Headers, body: bytes = b"") -> MutableMapping[str, Any]:
    """Return what uvicorn tells an application of a request."""
    path, _, query = path.partition("?")
    raw_headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    names = {name for name, _ in raw_headers}
    if b"host" not in names:
        raw_headers.append((b"host", b"edge"))
    if body and b"content-type" not in names:
        raw_headers.append((b"content-type", b"application/json"))
    if b"content-length" not in names:
        raw_headers.append((b"content-length", str(len(body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
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


class _Flow:
    """The two callables of a request whose answer is read while it is written."""

    def __init__(self) -> None:
        self.status = 0
        self._asked = False
        self._parts: deque[bytes] = deque()
        self._ended = False
        self._news = asyncio.Event()
        self._left = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message.get("body"):
            self._parts.append(message["body"])
        self._news.set()

    def end(self) -> None:
        """Tell the reader that no more will come."""
        self._ended = True
        self._news.set()

    def leave(self) -> None:
        """Tell the server that nobody reads any more."""
        self._left.set()

    async def begun(self) -> None:
        """Return when the status is known or never will be."""
        while not self.status and not self._ended:
            await self._turn()

    async def part(self) -> bytes | None:
        """Return the next part, None after the last."""
        while not self._parts:
            if self._ended:
                return None
            await self._turn()
        return self._parts.popleft()

    async def _turn(self) -> None:
        self._news.clear()
        await self._news.wait()


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
    """One `Way` to one application; `send` is the raw form for the httpx transport."""

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
        self._under_way: dict[asyncio.Task[Any], None] = {}

    async def __call__(self, method: str, path: str, headers: Headers, json: Any) -> tuple[int, Any]:
        """Call with JSON; ConnectionError when refused or cut, TimeoutError when no answer came in time."""
        answer = await self.send(method, path, headers, _encode(json))
        return answer.status, answer.json()

    async def send(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Call with a raw body; errors as for `__call__`."""
        what = f"{method} {path}"
        app = await self._reach(what)
        faults, dice = self.faults, self._dice
        if self._strikes(faults.error_500):
            return _failed()
        slow = dice.uniform(*faults.slow_for) if self._strikes(faults.slow) else 0.0
        lost = self._strikes(faults.lose_answer)
        answer = await self._serve(app, method, path, headers, body)
        if lost or slow > faults.patience:
            await asyncio.sleep(faults.patience)
            raise TimeoutError(f"{what}: the answer was lost")
        await asyncio.sleep(slow + dice.uniform(*self._latency))
        return answer

    async def stream(self, path: str, headers: Headers) -> AsyncGenerator[bytes, None]:
        """Follow an endless answer; see `Way`. A part that is lost takes all that would come after it along."""
        what = f"GET {path}"
        app = await self._reach(what)
        if self._strikes(self.faults.error_500):
            raise ConnectionError(f"{what}: answered 500")
        flow = _Flow()
        serving = self._start(_guarded(what, _pour(app, path, headers, flow)))
        serving.add_done_callback(lambda _done: flow.end())
        try:
            await flow.begun()
            _check_status(what, flow.status)
            while (part := await flow.part()) is not None:
                if self.faults.down:
                    raise ConnectionResetError(f"{what}: the line broke")
                if self._strikes(self.faults.lose_answer):
                    await asyncio.sleep(SILENCE_S)
                    raise TimeoutError(f"{what}: silent")
                yield part
        finally:
            flow.leave()
        if serving.cancelled():
            raise ConnectionResetError(f"{what}: the server went away")

    def cut(self) -> None:
        """Break every call under way (the server was killed): the callers see a reset, the work stops where it is."""
        for task in list(self._under_way):
            task.cancel("cut")

    async def _reach(self, what: str) -> Asgi:
        """Return the application that a request comes to; raises OSError when it comes to none."""
        faults, dice = self.faults, self._dice
        await asyncio.sleep(dice.uniform(*self._latency))
        if self._strikes(faults.lose_request):
            await asyncio.sleep(faults.patience)
            raise TimeoutError(f"{what}: the request was lost")
        app = self._find()
        if app is None or faults.down or self._strikes(faults.refuse):
            raise ConnectionRefusedError(f"{what}: nobody answers")
        return app

    async def _serve(self, app: Asgi, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        what = f"{method} {path}"
        task = self._start(_guarded(what, request(app, method, path, headers, body)))
        await asyncio.wait([task], timeout=self.faults.patience)
        if not task.done():
            raise TimeoutError(f"{what}: no answer within {self.faults.patience} s")
        if task.cancelled():
            raise ConnectionResetError(f"{what}: the server went away")
        return task.result() or _failed()

    def _start(self, serve: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Let the application work in a task of its own, so that caller and server can die alone."""
        task = asyncio.get_running_loop().create_task(serve)
        self._under_way[task] = None
        task.add_done_callback(lambda done: self._under_way.pop(done, None))
        return task

    def _strikes(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share


class _Real:
    """A `Way` over a real client with a base address."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(self, method: str, path: str, headers: Headers, json: Any) -> tuple[int, Any]:
        try:
            answer = await self._client.request(
                method, path, headers={**headers, "content-type": "application/json"}, content=_encode(json)
            )
        except httpx.TransportError as error:
            raise _as_os_error(error) from error
        return answer.status_code, Answer(answer.status_code, [], answer.content).json()

    async def stream(self, path: str, headers: Headers) -> AsyncGenerator[bytes, None]:
        patience = self._client.timeout
        silence = httpx.Timeout(connect=patience.connect, read=SILENCE_S, write=patience.write, pool=patience.pool)
        try:
            async with self._client.stream("GET", path, headers=headers, timeout=silence) as answer:
                _check_status(f"GET {path}", answer.status_code)
                async for part in answer.aiter_bytes():
                    yield part
        except httpx.TransportError as error:
            raise _as_os_error(error) from error


def over(client: httpx.AsyncClient) -> Way:
    """Return the way over a real client with a base address."""
    return _Real(client)


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


async def _pour(app: Asgi, path: str, headers: Headers, flow: _Flow) -> None:
    await app(_scope("GET", path, headers), flow.receive, flow.send)


async def _guarded(what: str, serve: Coroutine[Any, Any, T]) -> T | None:
    """Report to the loop what an application raises, and return None: a server answers 500 then."""
    try:
        return await serve
    except Exception as exc:  # noqa: BLE001  whatever an application raises, its server lives on
        context = {"message": f"{what} raised", "exception": exc}
        asyncio.get_running_loop().call_exception_handler(context)
        return None


def _failed() -> Answer:
    return Answer(500, [], b'{"detail":"internal error"}')


def _check_status(what: str, status: int) -> None:
    if status == UNAUTHORISED:
        raise PermissionError(f"{what}: not logged in")
    if status != httpx.codes.OK:
        raise ConnectionError(f"{what}: answered {status}")


def _as_os_error(error: httpx.TransportError) -> OSError:
    return TimeoutError(str(error)) if isinstance(error, httpx.TimeoutException) else ConnectionError(str(error))


def _encode(json: Any) -> bytes:
    return b"" if json is None else msgspec.json.encode(json)

"""HTTP without a network: ASGI applications called in memory, with the faults of a real line (rules H13, P45).

A `Line` is one way to one application. It looks the application up at each call, so that a server that was killed is
refused and the one started in its place is found. Bodies are collected whole, but for those of `stream`.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial
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
Ask = Callable[[Asgi], Awaitable["Answer"]]
"""A request that waits to be put to an application."""
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
    fields = {b"host": b"edge", b"content-length": str(len(body)).encode()}
    if body:
        fields[b"content-type"] = b"application/json"
    fields |= {name.lower().encode("latin-1"): value.encode("latin-1") for name, value in headers.items()}
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
        "headers": list(fields.items()),
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
        self.broken = False
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

    def cut(self) -> None:
        """Tell the reader that the server is gone."""
        self.broken = True
        self.end()

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
        self._under_way: dict[asyncio.Task[None], Callable[[], None]] = {}

    async def __call__(self, method: str, path: str, headers: Headers, json: Any) -> tuple[int, Any]:
        """Call with JSON; ConnectionError when refused or cut, TimeoutError when no answer came in time."""
        answer = await self.send(method, path, headers, _encode(json))
        return answer.status, answer.json()

    async def send(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Call with a raw body; errors as for `__call__`."""
        what, loop = f"{method} {path}", asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        if not self._strikes(self.faults.lose_request):
            ask = partial(request, method=method, path=path, headers=headers, body=body)
            loop.call_later(self._delay(), self._arrive, answer, what, ask)
        patience = loop.call_later(self.faults.patience, self._give_up, answer, what)
        try:
            return await answer
        finally:
            patience.cancel()

    async def stream(self, path: str, headers: Headers) -> AsyncGenerator[bytes, None]:
        """Follow an endless answer; see `Way`. A part that is lost takes all that would come after it along."""
        what = f"GET {path}"
        await asyncio.sleep(self._delay())
        if self._strikes(self.faults.lose_request):
            await asyncio.sleep(self.faults.patience)
            raise self._unanswered(what)
        app = self._find_open()
        if app is None:
            raise _refused(what)
        if self._strikes(self.faults.error_500):
            raise ConnectionError(f"{what}: answered 500")
        flow = _Flow()
        self._start(self._pour(app, what, path, headers, flow), flow.cut)
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
        if flow.broken:
            raise _reset(what)

    def cut(self) -> None:
        """Break every call under way (the server was killed): the callers see a reset, the work stops where it is."""
        under_way, self._under_way = self._under_way, {}
        for work, tell in under_way.items():
            work.cancel("cut")
            tell()

    def _arrive(self, answer: asyncio.Future[Answer], what: str, ask: Ask) -> None:
        """Be at the server: somebody answers there or nobody does."""
        app = self._find_open()
        if answer.done():
            return
        if app is None:
            answer.set_exception(_refused(what))
        elif self._strikes(self.faults.error_500):
            answer.set_result(_failed())
        else:
            self._start(self._serve(answer, what, ask(app)), lambda: _fail(answer, _reset(what)))

    def _start(self, work: Coroutine[Any, Any, None], on_cut: Callable[[], None]) -> None:
        """Let the application work in a task of its own, so that caller and server can die alone."""
        self._under_way[asyncio.get_running_loop().create_task(work)] = on_cut

    async def _serve(self, answer: asyncio.Future[Answer], what: str, work: Awaitable[Answer]) -> None:
        """Answer after a while, or never: what the line loses ends with the caller's patience."""
        found = await self._guarded(what, work) or _failed()
        if self._strikes(self.faults.lose_answer):
            return
        slow = self._dice.uniform(*self.faults.slow_for) if self._strikes(self.faults.slow) else 0.0
        asyncio.get_running_loop().call_later(slow + self._delay(), _settle, answer, found)

    async def _pour(self, app: Asgi, what: str, path: str, headers: Headers, flow: _Flow) -> None:
        await self._guarded(what, app(_scope("GET", path, headers), flow.receive, flow.send))
        flow.end()

    async def _guarded(self, what: str, serve: Awaitable[T]) -> T | None:
        """Report to the loop what an application raises, and return None: a server answers 500 then."""
        try:
            return await serve
        except Exception as exc:  # noqa: BLE001  whatever an application raises, its server lives on
            context = {"message": f"{what} raised", "exception": exc}
            asyncio.get_running_loop().call_exception_handler(context)
            return None
        finally:
            if (work := asyncio.current_task()) is not None:
                self._under_way.pop(work, None)

    def _give_up(self, answer: asyncio.Future[Answer], what: str) -> None:
        _fail(answer, self._unanswered(what))

    def _unanswered(self, what: str) -> OSError:
        return TimeoutError(f"{what}: no answer within {self.faults.patience} s")

    def _find_open(self) -> Asgi | None:
        """Return the application, None when nobody answers."""
        return None if self.faults.down or self._strikes(self.faults.refuse) else self._find()

    def _delay(self) -> float:
        """Draw the seconds of one way."""
        return self._dice.uniform(*self._latency)

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


def _settle(answer: asyncio.Future[Answer], found: Answer) -> None:
    if not answer.done():
        answer.set_result(found)


def _fail(answer: asyncio.Future[Answer], error: OSError) -> None:
    if not answer.done():
        answer.set_exception(error)


def _refused(what: str) -> OSError:
    return ConnectionRefusedError(f"{what}: nobody answers")


def _reset(what: str) -> OSError:
    return ConnectionResetError(f"{what}: the server went away")


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

"""The task interface over HTTP and JSON: one request a call, a time limit on each, and what a status means."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from drivers.fms.messages import RobotReport, Task, TaskReport
from drivers.fms.port import Answers, Busy, Denied, NotReached, Refused, TooLate, Unanswered
from drivers.fms.wire import Malformed, read_answers, read_error, read_robots, read_task, task_body

Said = TypeVar("Said")

ANSWER_SECONDS = 10.0
"""A manager answers in tens of milliseconds; one that takes longer is asked again by key."""
TIMEOUT = httpx.Timeout(ANSWER_SECONDS, connect=3.0)
MOST_BYTES = 4_000_000
"""Of an answer: a thousand robots with everything they may say are a quarter of it."""
BUSY_SECONDS = 5.0
"""Where a busy manager does not say when to come again."""
LONGEST_BUSY = 60.0
DENIALS = (401, 403, 405, 407)
BUSY = (425, 429)
AWAY = 503


class HttpFleetManager:
    """A manager at `url`; `token` is shown with every request."""

    def __init__(self, http: httpx.AsyncClient, url: str, token: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def create(self, task: Task) -> TaskReport:
        """See `FleetManager.create`."""
        headers = {"Idempotency-Key": task.key}
        answer = await self._ask("POST", "/tasks", json=task_body(task), headers=headers)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise Denied(f"{self._url}/tasks: HTTP 404")
        return self._task(task.key, _good(answer))

    async def cancel(self, key: str) -> TaskReport | None:
        """See `FleetManager.cancel`."""
        answer = await self._ask("POST", f"/tasks/{quote(key, safe='')}/cancel")
        code, text = read_error(answer.content) if answer.is_error else ("", "")
        if answer.status_code == httpx.codes.NOT_FOUND:
            if code != "task_unknown":  # a wrong address knows no key either
                raise Denied(f"{answer.request.url}: HTTP 404 {text}")
            return None
        if answer.status_code == httpx.codes.CONFLICT:
            raise TooLate(f"{code} {text}".strip())
        return self._task(key, _good(answer))

    async def query(self, keys: Sequence[str]) -> Answers:
        """See `FleetManager.query`."""
        answer = await self._ask("POST", "/tasks/query", json={"keys": list(keys)})
        return _read(read_answers, _found(answer))

    async def robots(self) -> Sequence[RobotReport]:
        """See `FleetManager.robots`."""
        return _read(read_robots, _found(await self._ask("GET", "/robots")))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self._headers, **more.pop("headers", {})}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._short(method, self._url + path, headers, more)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotReached(_said(error)) from error
        except httpx.InvalidURL as error:
            raise Denied(_said(error)) from error
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            raise Unanswered(_said(error)) from error

    async def _short(self, method: str, url: str, headers: dict[str, str], more: dict[str, Any]) -> httpx.Response:
        """Return an answer that fits into memory."""
        request = self._http.build_request(method, url, headers=headers, timeout=TIMEOUT, **more)
        answer = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Unanswered(f"{url}: the answer has more than {MOST_BYTES} bytes")
        finally:
            await answer.aclose()
        kept = {name: answer.headers[name] for name in ("retry-after",) if name in answer.headers}
        return httpx.Response(answer.status_code, headers=kept, content=bytes(body), request=request)

    def _task(self, key: str, answer: httpx.Response) -> TaskReport:
        report = _read(read_task, answer)
        if report.key != key:
            raise Unanswered(f"asked for {key}, it answered about {report.key}")
        return report


def _found(answer: httpx.Response) -> httpx.Response:
    """Return a good answer; nothing is refused where nothing is wanted."""
    try:
        return _good(answer)
    except Refused as error:
        raise Denied(str(error)) from error


def _good(answer: httpx.Response) -> httpx.Response:
    """Return a good answer, or raise what its status means."""
    status = answer.status_code
    if status in (200, 201, 202):
        return answer
    code, text = read_error(answer.content)
    said = f"HTTP {status} {code} {text}".strip()
    if status in DENIALS:
        raise Denied(said)
    if status in BUSY or (status == AWAY and "retry-after" in answer.headers):
        raise Busy(said, _seconds(answer.headers.get("retry-after", "")))
    if 400 <= status < 500 and status != httpx.codes.REQUEST_TIMEOUT:
        raise Refused(code or f"http_{status}", text)
    raise Unanswered(said)


def _seconds(wish: str) -> float:
    return min(float(wish), LONGEST_BUSY) if wish.isdecimal() and len(wish) < 6 else BUSY_SECONDS


def _read(read: Callable[[bytes], Said], answer: httpx.Response) -> Said:
    try:
        return read(answer.content)
    except Malformed as error:
        raise Unanswered(f"the answer is not understood: {error}") from error


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()

"""What a status, a broken answer and a silence mean, one by one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from drivers.fms import client
from drivers.fms.client import HttpFleetManager
from drivers.fms.messages import Kind, Task
from drivers.fms.port import Busy, Denied, FmsError, NotReached, Refused, TooLate, Unanswered

TASK = Task("K/1", Kind.MOVE, "B")
GOOD = {"task": {"key": "K/1", "state": "queued"}}


def manager(answer: Callable[[httpx.Request], httpx.Response], url: str = "http://fms/api/") -> HttpFleetManager:
    return HttpFleetManager(httpx.AsyncClient(transport=httpx.MockTransport(answer)), url, "secret-token")


def saying(status: int, body: Any = None, **headers: str) -> HttpFleetManager:
    return manager(lambda _request: httpx.Response(status, json=body, headers=headers))


async def test_a_request_shows_token_key_and_address() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json=GOOD)

    await manager(answer).create(TASK)
    await manager(answer).cancel("K/1")
    create, cancel = seen
    assert (str(create.url), create.headers["authorization"]) == ("http://fms/api/tasks", "Bearer secret-token")
    assert create.headers["idempotency-key"] == "K/1"
    assert cancel.url.raw_path == b"/api/tasks/K%2F1/cancel"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, Denied),
        (403, Denied),
        (404, Denied),
        (405, Denied),
        (408, Unanswered),
        (409, Refused),
        (422, Refused),
        (429, Busy),
        (500, Unanswered),
        (502, Unanswered),
        (503, Unanswered),
        (204, Unanswered),
        (302, Unanswered),
    ],
)
async def test_a_status_of_a_creation_says_what_is_known(status: int, error: type[FmsError]) -> None:
    with pytest.raises(error):
        await saying(status, {"error": {"code": "c", "text": "t"}}).create(TASK)


async def test_a_busy_manager_says_when_and_is_not_waited_for_too_long() -> None:
    for wish, seconds in (("7", 7.0), ("86400", 60.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 5.0)):
        with pytest.raises(Busy) as busy:
            await saying(503, **{"Retry-After": wish}).create(TASK)
        assert busy.value.seconds == seconds


async def test_an_unknown_key_is_told_from_a_wrong_address() -> None:
    assert await saying(404, {"error": {"code": "task_unknown"}}).cancel("K/1") is None
    with pytest.raises(Denied):
        await saying(404, {"detail": "Not Found"}).cancel("K/1")
    with pytest.raises(TooLate):
        await saying(409, {"error": {"code": "too_late"}}).cancel("K/1")


@pytest.mark.parametrize("body", [None, [], {"task": {"key": "other", "state": "done"}}, {"tasks": []}])
async def test_an_answer_about_something_else_is_none(body: Any) -> None:
    with pytest.raises(Unanswered):
        await saying(200, body).create(TASK)


async def test_a_query_refuses_nothing() -> None:
    for call in (saying(422).query(["K/1"]), saying(400).robots()):
        with pytest.raises(Denied):
            await call


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (httpx.ConnectError("refused"), NotReached),
        (httpx.ConnectTimeout("slow"), NotReached),
        (httpx.ReadTimeout("slow"), Unanswered),
        (httpx.RemoteProtocolError("cut"), Unanswered),
        (httpx.WriteError("cut"), Unanswered),
    ],
)
async def test_a_line_that_breaks_says_whether_anything_arrived(broken: Exception, error: type[FmsError]) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise broken

    with pytest.raises(error):
        await manager(answer).create(TASK)


async def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_BYTES", 1000)
    with pytest.raises(Unanswered, match="1000 bytes"):
        await manager(lambda _request: httpx.Response(200, content=b" " * 1001)).robots()


async def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(FmsError):
        await manager(lambda _request: httpx.Response(200), url="http://fms:port").robots()


async def test_a_packed_answer_is_read() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        import gzip  # noqa: PLC0415  only here

        return httpx.Response(200, content=gzip.compress(b'{"robots": []}'), headers={"Content-Encoding": "gzip"})

    assert await manager(answer).robots() == []

"""The WMS as a receiver, over real HTTP: a flaky server, lost answers, and a WMS that keeps books."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.host.follower import Fault, SendError
from edge.host.outbox import Outcome, parked
from edge.host.wms import WmsSink, event_of, follow_wms
from edge.live import Live
from edge.site import Site
from edge.store.store import Store
from edge.store.tables import exceptions
from edge.store.tx import Entry
from simulators.wms.app import Trouble, create_app
from simulators.wms.books import Books
from simulators.world.http import Faults, Line, Transport
from simulators.world.loop import clock, run
from tests.edge.host.model import Judge, happen
from tests.edge.host.test_follower import all_told, open_store
from tests.support.store import START, make_store, small_site

Reply = Callable[[dict[str, Any]], Response]


class Server:
    """A real HTTP server; `reply` answers each batch."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.reply: Reply = accept_all
        app = Starlette(routes=[Route("/wms/events", self._events, methods=["POST"])])
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Start it and return its URL."""
        self._task = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(20):
            while not self._server.started:  # noqa: ASYNC110  uvicorn has no signal for it
                await asyncio.sleep(0)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/wms"

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._task is not None:
            await self._task

    async def _events(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(request.headers)
        return self.reply(body)


def accept_all(body: dict[str, Any]) -> Response:
    return JSONResponse({"results": [{"id": event["id"], "status": "accepted"} for event in body["events"]]})


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    running = Server()
    yield running
    await running.stop()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def site_of(url: str) -> Site:
    site = small_site()
    return site.model_copy(update={"wms": site.wms.model_copy(update={"url": url})})


def entry(number: int = 1, **data: Any) -> Entry:
    at = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    return Entry(number * 7, at, "order.picked", "order/ACME/1", "edge", None, number, data)


async def sink_of(server: Server, http: httpx.AsyncClient) -> WmsSink:
    return WmsSink(http, site_of(await server.start()), 3, "token")


async def test_H09_H17_I42_event_carries_its_key_and_the_sites_offset(server: Server, http: httpx.AsyncClient) -> None:
    sink = await sink_of(server, http)
    results = await sink.send([entry(4, sku="日本", quantity=2)])
    assert results[28].outcome is Outcome.DELIVERED
    (body,) = server.bodies
    assert (body["site"], body["incarnation"]) == ("T1", 3)
    assert body["events"] == [
        {
            "id": "T1:order/ACME/1:4",
            "seq": 28,
            "subject": "order/ACME/1",
            "number": 4,
            "type": "order.picked",
            "at": "2026-11-25T05:00:00.000+09:00",
            "data": {"sku": "日本", "quantity": 2},
        }
    ]
    assert server.headers[0]["authorization"] == "Bearer token"


def test_reason_of_an_entry_is_told_unless_its_data_say_it() -> None:
    site = small_site()
    short = Entry(1, START, "order.short", "order/A/1", "edge", "empty", 1, {"line": 1})
    assert event_of(site, short)["data"] == {"line": 1, "reason": "empty"}
    own = Entry(1, START, "order.short", "order/A/1", "edge", "empty", 1, {"reason": "own"})
    assert event_of(site, own)["data"] == {"reason": "own"}


async def test_H18_each_event_has_its_own_result_and_unknown_ones_are_tried_again(
    server: Server, http: httpx.AsyncClient
) -> None:
    sink = await sink_of(server, http)
    server.reply = lambda _body: JSONResponse(
        {
            "extra": "ignored",
            "results": [
                {"id": "T1:order/ACME/1:1", "status": "accepted"},
                {"id": "T1:order/ACME/1:2", "status": "duplicate", "more": 1},
                {"id": "T1:order/ACME/1:3", "status": "refused", "reason": "no such order"},
                {"id": "T1:order/ACME/1:4", "status": "postponed"},
            ],
        }
    )
    results = await sink.send([entry(number) for number in range(1, 6)])
    assert [(result.outcome, result.error) for result in results.values()] == [
        (Outcome.DELIVERED, ""),
        (Outcome.DELIVERED, ""),
        (Outcome.REFUSED, "no such order"),
        (Outcome.FAILED, "unknown status 'postponed'"),
        (Outcome.FAILED, "the answer says nothing of this event"),
    ]


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, Fault.WRONG),
        (401, Fault.DENIED),
        (403, Fault.DENIED),
        (404, Fault.DENIED),
        (302, Fault.DENIED),
        (408, Fault.SICK),
        (409, Fault.WRONG),
        (413, Fault.LARGE),
        (422, Fault.WRONG),
        (429, Fault.BUSY),
        (500, Fault.SICK),
        (503, Fault.UNREACHABLE),
    ],
)
async def test_H12_status_of_the_whole_request(
    server: Server, http: httpx.AsyncClient, status: int, fault: Fault
) -> None:
    sink = await sink_of(server, http)
    server.reply = lambda _body: Response(status_code=status)
    with pytest.raises(SendError) as caught:
        await sink.send([entry()])
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("header", "wait"),
    [("17", 17.0), ("Tue, 24 Nov 2026 00:01:00 GMT", 60.0), ("soon", None), ("", None)],
)
async def test_H19_retry_after_in_seconds_or_as_a_date(
    server: Server, http: httpx.AsyncClient, header: str, wait: float | None
) -> None:
    headers = {"Retry-After": header, "Date": "Tue, 24 Nov 2026 00:00:00 GMT"}
    transport = httpx.MockTransport(lambda _request: httpx.Response(429, headers=headers))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(SendError) as caught:
            await WmsSink(client, site_of("http://wms"), 1, "t").send([entry()])
    assert caught.value.wait == wait


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"results": 5}', '{"results": [5]}', '{"results": [{}]}'])
async def test_answer_that_is_not_understood_is_a_failure(text: str) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, text=text))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(SendError) as caught:
            await WmsSink(client, site_of("http://wms"), 1, "t").send([entry()])
    assert caught.value.fault is Fault.SICK


async def test_nobody_there_is_told_apart_from_a_broken_answer(http: httpx.AsyncClient) -> None:
    with pytest.raises(SendError) as caught:
        await WmsSink(http, site_of("http://127.0.0.1:9"), 1, "t").send([entry()])
    assert caught.value.fault is Fault.UNREACHABLE


async def test_H13_lost_answer_is_sent_again_under_the_same_id(
    tmp_path: Path, server: Server, http: httpx.AsyncClient
) -> None:
    judge = Judge()
    dice = Random(13)

    def flaky(body: dict[str, Any]) -> Response:
        fate = dice.random()
        if fate < 0.15:
            return Response(status_code=500)
        results = [
            {"id": event["id"], "status": judge.hear(event["subject"], event["number"])} for event in body["events"]
        ]
        return Response(status_code=502) if fate < 0.3 else JSONResponse({"results": results})

    server.reply = flaky
    site = site_of(await server.start())
    store = make_store(tmp_path, site)
    subjects = [f"order/ACME/{n % 12}" for n in range(120)]
    await store.run(happen, subjects)
    live = Live()
    follower = follow_wms(store, live, http, "token")
    async with asyncio.timeout(60):
        while not judge.complete({f"order/ACME/{n}": 10 for n in range(12)}) or live.wms_waiting:
            await follower.step()
            if dice.random() < 0.1:  # the edge is started anew
                follower = follow_wms(store, live, http, "token")
            clock_of(store).pass_(seconds=61)
    assert judge.repeated > 0
    assert live.wms_up
    assert live.wms_since is not None
    ids: dict[str, str] = {}
    for body in server.bodies:
        for event in body["events"]:
            assert ids.setdefault(event["id"], repr(event)) == repr(event)
    store.close()


def clock_of(store: Store) -> Any:
    return store.source.now


async def test_H12_key_that_is_not_accepted_is_told_at_once_and_nothing_is_lost(
    tmp_path: Path, server: Server, http: httpx.AsyncClient
) -> None:
    server.reply = lambda _body: Response(status_code=401)
    store = make_store(tmp_path, site_of(await server.start()))
    await store.run(happen, ["order/ACME/1"])
    follower = follow_wms(store, Live(), http, "old")
    await follower.step()
    trouble = await store.read(lambda reader: reader.one(select(exceptions)))
    assert trouble is not None
    assert (trouble.code, trouble.detail["error"]) == ("exception.wms_down", "denied: HTTP 401 Unauthorized")
    server.reply = accept_all
    await follower.step()
    assert (await store.read(lambda reader: reader.value(select(exceptions.c.state)))) == "solved"
    assert await store.read(parked, "wms") == []
    assert [event["number"] for event in server.bodies[-1]["events"]] == [1]
    store.close()


@pytest.mark.parametrize("seed", range(4))
def test_H08_books_of_the_wms_are_right_after_every_line_fault(tmp_path: Path, seed: int) -> None:
    """The WMS that keeps books, over a line that loses requests and answers, goes down and comes back."""
    books: list[Books] = []

    async def main() -> None:
        books.append(Books(str(tmp_path / "wms.db"), clock(), "T1"))
        trouble = Trouble(error_500=0.1, error_after=0.1)
        app = create_app(books[0], "token", Random(seed), trouble=trouble)
        faults = Faults(refuse=0.1, lose_request=0.1, lose_answer=0.1)
        line = Line(lambda: app, Random(seed), faults=faults)
        store = open_store(tmp_path, seed)
        site = store.site.wms.url
        async with httpx.AsyncClient(transport=Transport({f"{site}:80": line, site: line})) as http:
            follower = asyncio.create_task(follow_wms(store, Live(), http, "token").run())
            for number in range(40):
                await store.run(happen, [f"stock/ACME/S{number % 5}", "stock/ACME/S0"])
                trouble.down = 10 < number < 20
                await asyncio.sleep(7)
            await all_told(store)
            follower.cancel()
        assert await store.read(parked, "wms") == []
        store.close()

    run(main(), seed, START)
    assert books[0].report()["violations"] == []
    assert books[0].books()["stock"] == {"ACME": {"S0": 48, "S1": 8, "S2": 8, "S3": 8, "S4": 8}}
    books[0].close()

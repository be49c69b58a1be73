"""HTTP in memory: the same answers as over a socket, and the faults of a line."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import StreamingResponse

from simulators.world.http import Asgi, Faults, Line, Transport, Way, call, over
from simulators.world.loop import ForbiddenError, run, virtual_loop

START = datetime(2026, 4, 1, tzinfo=UTC)


class Edge:
    """A small application that remembers what reached it."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.app = FastAPI()
        self.app.post("/scan")(self.scan)
        self.app.get("/orders/{key}")(self.order)
        self.app.get("/broken")(self.broken)
        self.app.get("/slow")(self.slow)
        self.app.get("/blocking")(self.blocking)
        self.app.get("/parts")(self.parts)
        self.app.get("/ticks")(self.ticks)
        self.app.get("/closed")(self.closed)

    async def scan(self, request: Request, authorization: str = Header()) -> dict[str, Any]:
        self.seen.append(await request.json())
        return {"ok": True, "by": authorization}

    async def order(self, key: str, q: str = "") -> dict[str, str]:
        if key == "none":
            raise HTTPException(404, "no such order")
        return {"key": key, "q": q}

    async def broken(self) -> None:
        raise ZeroDivisionError

    async def slow(self) -> str:
        await asyncio.sleep(5)
        self.seen.append("slow done")
        return "at last"

    def blocking(self) -> str:
        return "from a thread"

    async def parts(self) -> StreamingResponse:
        async def give() -> Any:
            for n in range(3):
                yield f"{n};"
                await asyncio.sleep(1)

        return StreamingResponse(give())

    async def ticks(self) -> StreamingResponse:
        async def give() -> AsyncIterator[str]:
            try:
                for n in itertools.count():
                    yield f"{n};"
                    await asyncio.sleep(1)
            finally:
                self.seen.append("reader left")

        return StreamingResponse(give())

    async def closed(self) -> None:
        raise HTTPException(401, "who are you?")


def play(scene: Callable[[Edge, Line], Awaitable[Any]], seed: int = 1, **faults: Any) -> Any:
    edge = Edge()

    async def main() -> Any:
        return await scene(edge, Line(lambda: edge.app, random.Random(seed), faults=Faults(**faults)))

    return run(main(), seed=seed, start=START)


def test_call_speaks_to_an_application_directly() -> None:
    async def scene(edge: Edge, _line: Line) -> None:
        status, body = await call(edge.app, "POST", "/scan", {"Authorization": "Bearer t"}, {"value": "棚"})
        assert (status, body) == (200, {"ok": True, "by": "Bearer t"})
        assert edge.seen == [{"value": "棚"}]
        assert await call(edge.app, "GET", "/orders/%E6%A3%9A?q=a%20b") == (200, {"key": "棚", "q": "a b"})
        assert (await call(edge.app, "GET", "/orders/none"))[0] == 404
        assert await call(edge.app, "GET", "/parts") == (200, "0;1;2;")

    play(scene)


def test_httpx_speaks_through_the_same_line() -> None:
    async def scene(_edge: Edge, line: Line) -> None:
        async with httpx.AsyncClient(transport=Transport({"http://edge:8070": line})) as client:
            answer = await client.post("http://edge:8070/scan", json={"a": 1}, headers={"Authorization": "x"})
            assert answer.json() == {"ok": True, "by": "x"}
            answer = await client.get("http://edge:8070/orders/1", params={"q": "z"})
            assert answer.json() == {"key": "1", "q": "z"}
            with pytest.raises(httpx.ConnectError):
                await client.get("http://elsewhere/")

    play(scene)


def test_a_server_that_raises_answers_500_and_the_judge_hears_of_it() -> None:
    async def scene(_edge: Edge, line: Line) -> tuple[int, int]:
        status, _ = await line("GET", "/broken", {}, None)
        return status, len(virtual_loop().crashes)

    assert play(scene) == (500, 1)


def test_a_dead_server_is_refused_and_its_successor_is_found() -> None:
    async def main() -> None:
        first, second = Edge(), Edge()
        living: list[Asgi] = [first.app]
        line = Line(lambda: living[0] if living else None, random.Random(1))
        await line("POST", "/scan", {"Authorization": "x"}, 1)
        living.clear()
        with pytest.raises(ConnectionRefusedError):
            await line("POST", "/scan", {"Authorization": "x"}, 2)
        living.append(second.app)
        await line("POST", "/scan", {"Authorization": "x"}, 3)
        assert (first.seen, second.seen) == ([1], [3])

    run(main(), seed=1, start=START)


def test_cut_breaks_calls_under_way() -> None:
    async def scene(edge: Edge, line: Line) -> None:
        asyncio.get_running_loop().call_later(1, line.cut)
        with pytest.raises(ConnectionResetError):
            await line("GET", "/slow", {}, None)
        await asyncio.sleep(60)
        assert edge.seen == []

    play(scene)


def test_H13_a_lost_answer_means_the_work_was_done() -> None:
    async def scene(edge: Edge, line: Line) -> float:
        with pytest.raises(TimeoutError, match="no answer within"):
            await line("POST", "/scan", {"Authorization": "x"}, 1)
        assert edge.seen == [1]
        return asyncio.get_running_loop().time()

    assert play(scene, lose_answer=1, patience=3) == 3


def test_H13_a_lost_request_means_it_was_not() -> None:
    async def scene(edge: Edge, line: Line) -> None:
        with pytest.raises(TimeoutError, match="no answer within"):
            await line("POST", "/scan", {"Authorization": "x"}, 1)
        assert edge.seen == []

    play(scene, lose_request=1)


def test_refusal_error_500_and_down() -> None:
    async def scene(edge: Edge, line: Line) -> None:
        assert (await line("GET", "/orders/1", {}, None))[0] == 500
        line.faults = Faults(refuse=1)
        with pytest.raises(ConnectionRefusedError):
            await line("GET", "/orders/1", {}, None)
        line.faults = Faults(down=True)
        with pytest.raises(ConnectionRefusedError):
            await line("GET", "/orders/1", {}, None)
        assert edge.seen == []

    play(scene, error_500=1)


def test_slow_answers_and_a_slow_server_beyond_the_callers_patience() -> None:
    async def scene(edge: Edge, line: Line) -> None:
        loop = asyncio.get_running_loop()
        await line("GET", "/orders/1", {}, None)
        assert loop.time() > 1
        line.faults = Faults(patience=2)
        with pytest.raises(TimeoutError, match="no answer within"):
            await line("GET", "/slow", {}, None)
        await asyncio.sleep(10)
        assert edge.seen == ["slow done"]

    play(scene, slow=1)


def test_httpx_sees_faults_as_its_own_errors() -> None:
    async def scene(_edge: Edge, line: Line) -> None:
        async with httpx.AsyncClient(transport=Transport({"http://edge": line})) as client:
            for faults, error in (
                (Faults(lose_answer=1), httpx.ReadTimeout),
                (Faults(down=True), httpx.ConnectError),
            ):
                line.faults = faults
                with pytest.raises(error):
                    await client.get("http://edge/orders/1")
            line.faults = Faults()
            asyncio.get_running_loop().call_later(1, line.cut)
            with pytest.raises(httpx.ReadError):
                await client.get("http://edge/slow")

    play(scene)


def test_an_endpoint_that_needs_a_thread_is_named() -> None:
    async def scene(_edge: Edge, line: Line) -> None:
        await line("GET", "/blocking", {}, None)

    with pytest.raises(ForbiddenError, match="thread"):
        play(scene)


async def parts_of(way: Way, path: str) -> list[bytes]:
    async with aclosing(way.stream(path, {})) as parts:
        return [part async for part in parts]


def test_a_stream_is_read_while_it_is_written() -> None:
    async def scene(edge: Edge, line: Line) -> list[tuple[float, bytes]]:
        loop = asyncio.get_running_loop()
        read = []
        async with aclosing(line.stream("/ticks", {})) as parts:
            async for part in parts:
                read.append((loop.time(), part))
                if len(read) == 3:
                    break
        assert edge.seen == []
        await asyncio.sleep(0.1)
        assert edge.seen == ["reader left"]
        return read

    (first, _), (second, _), (third, last) = play(scene)
    assert last == b"2;"
    assert (round(second - first), round(third - second)) == (1, 1)


def test_a_stream_that_is_cut_or_loses_its_radio_breaks() -> None:
    async def scene(edge: Edge, line: Line) -> None:
        asyncio.get_running_loop().call_later(2.5, line.cut)
        with pytest.raises(ConnectionResetError, match="went away"):
            await parts_of(line, "/ticks")
        await asyncio.sleep(0.1)
        assert edge.seen == ["reader left"]
        line.faults = Faults(lose_answer=1)
        with pytest.raises(TimeoutError, match="silent"):
            await parts_of(line, "/ticks")
        line.faults = Faults()
        asyncio.get_running_loop().call_later(2.5, setattr, line.faults, "down", True)
        with pytest.raises(ConnectionResetError, match="broke"):
            await parts_of(line, "/ticks")
        with pytest.raises(ConnectionRefusedError):
            await parts_of(line, "/ticks")

    play(scene)


def test_a_stream_that_ends_ends_and_one_that_is_refused_says_why() -> None:
    async def scene(_edge: Edge, line: Line) -> None:
        assert await parts_of(line, "/parts") == [b"0;", b"1;", b"2;"]
        with pytest.raises(PermissionError):
            await parts_of(line, "/closed")
        with pytest.raises(ConnectionError, match="404"):
            await parts_of(line, "/nothing")
        with pytest.raises(ConnectionError):
            await parts_of(line, "/broken")
        assert len(virtual_loop().crashes) == 1

    play(scene)


async def test_a_real_client_streams_alike() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/closed":
                return httpx.Response(401)
            case "/dead":
                raise httpx.ConnectError("nobody", request=request)
            case "/silent":
                raise httpx.ReadTimeout("silent", request=request)
        return httpx.Response(200, content=b"0;1;")

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://edge") as client:
        way = over(client)
        assert b"".join(await parts_of(way, "/parts")) == b"0;1;"
        with pytest.raises(PermissionError):
            await parts_of(way, "/closed")
        with pytest.raises(ConnectionError):
            await parts_of(way, "/dead")
        with pytest.raises(TimeoutError):
            await parts_of(way, "/silent")

"""The WMS over a real socket, as `genba sim wms` runs it."""

import asyncio
import random
from datetime import UTC, datetime

import httpx
import uvicorn

from simulators.wms.app import create_app
from simulators.wms.books import Books
from simulators.world.http import over


async def test_a_real_client_and_a_real_server_speak_the_same_contract() -> None:
    books = Books(":memory:", lambda: datetime(2026, 4, 1, tzinfo=UTC), "OS1")
    app = create_app(books, "wms-token", random.Random(1))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  uvicorn offers a flag, no signal
            await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        call = over(client)
        event = {
            "id": "OS1:stock/ACME/S1:1", "seq": 1, "subject": "stock/ACME/S1", "number": 1, "type": "stock.adjusted",
            "at": "2026-04-01T09:00:00+09:00", "data": {"quantity": 3},
        }  # fmt: skip
        body = {"site": "OS1", "incarnation": 1, "events": [event]}
        assert (await call("POST", "/events", {}, body))[0] == 401
        status, answer = await call("POST", "/events", {"Authorization": "Bearer wms-token"}, body)
        assert (status, answer["results"][0]["status"]) == (200, "accepted")
        assert (await call("GET", "/", {}, None))[0] == 200
    server.should_exit = True
    await serving
    books.close()


async def test_a_port_where_nobody_listens_is_a_connection_error() -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9", trust_env=False) as client:
        try:
            await over(client)("GET", "/", {}, None)
        except ConnectionError:
            return
    raise AssertionError("somebody answered at the discard port")

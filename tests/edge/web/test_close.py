"""The web stops at once, however many streams are open: consoles and handhelds reconnect to the next edge (P56)."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import uvicorn

from edge.web.security import COOKIE
from tests.edge.web.conftest import Web

GRACE = 120
"""Seconds that the server would give to streams that do not end."""
WITHIN = 5
"""Seconds: it takes a tenth of one, but not on every machine under load."""


async def test_P56_open_streams_end_with_the_web(web: Web) -> None:
    config = uvicorn.Config(web.app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=GRACE)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110  uvicorn has no signal for it
            await asyncio.sleep(0)
    base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    handheld = (await web.token())["Authorization"].removeprefix("Bearer ")
    form = {"badge": "B-mori", "pin": "2580", "to": "/console"}
    async with httpx.AsyncClient(trust_env=False, base_url=base, timeout=60) as client, AsyncExitStack() as open_ones:
        entered = await client.post("/login", data=form)
        assert COOKIE in client.cookies, entered.text
        streams = [
            await open_ones.enter_async_context(client.stream("GET", path))
            for path in ("/console/stream", "/console/stream", f"/api/handheld/stream?token={handheld}")
        ]
        assert [stream.status_code for stream in streams] == [200, 200, 200]
        web.services.close()
        server.should_exit = True
        async with asyncio.timeout(WITHIN):
            for stream in streams:
                await stream.aread()
            await serving

"""A console of its own for each test: a supervisor, a supporter and a picker may try to look."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest_asyncio

from edge.model.states import Role
from edge.processes import people
from edge.site import Site, Text, Worker
from tests.edge.web.conftest import PIN, Web, make_web

CSRF = re.compile(r'data-csrf="([^"]+)"')


@dataclass
class Console:
    """A browser-like client of the console, logged in as somebody."""

    web: Web
    client: httpx.AsyncClient

    async def login(self, person: str) -> httpx.Response:
        """Log in with badge and PIN."""
        return await self.client.post("/login", data={"badge": f"B-{person}", "pin": PIN, "to": "/console"})

    async def get(self, path: str) -> httpx.Response:
        """Load a page as a browser does."""
        return await self.client.get(path, headers={"Accept": "text/html"})

    async def do(self, deed: str, csrf: str | None = None, **fields: str | list[str]) -> httpx.Response:
        """Send a deed as the page's script does."""
        token = csrf if csrf is not None else await self.csrf()
        headers = {"Accept": "application/json", "X-CSRF-Token": token}
        return await self.client.post(f"/console/do/{deed}", data=fields, headers=headers)

    async def csrf(self) -> str:
        """Return the token that pages carry."""
        page = await self.get("/console/settings")
        found = CSRF.search(page.text)
        assert found, page.text[:500]
        return found.group(1)


EXTRA = [
    Worker(id="aoki", name=Text(ja="青木", en="Aoki"), roles=[Role.SUPPORT], language="ja"),
    Worker(id="brown", name=Text(ja="ブラウン", en="Brown"), roles=[Role.SUPERVISOR], language="en"),
]


async def make_console(folder: Path, site: Site | None = None) -> Console:
    """Build a web with people who use the console, of the small site or another; nobody is logged in."""
    web = await make_web(folder, site)
    web.services.site.people.extend(EXTRA)
    await web.store.run(people.sync_people)
    for worker in EXTRA:
        await web.store.run(people.set_badge, worker.id, f"B-{worker.id}")
        await web.store.run(people.set_pin, worker.id, await web.services.hasher.hash(PIN))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(web.app), base_url="http://edge.test")
    return Console(web, client)


@pytest_asyncio.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    """Give the console of this test, with the supervisor Mori logged in (who reads Japanese)."""
    console = await make_console(tmp_path)
    await console.login("mori")
    yield console
    await console.client.aclose()
    await console.web.client.aclose()
    console.web.services.close()
    console.web.store.close()

"""A web of its own for each test: small site, three people with badges, scripted screens."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from edge.live import Live
from edge.processes import people
from edge.site import Site
from edge.store.store import Store
from edge.web.app import create_app
from edge.web.pins import CHEAP_COST, ArgonHasher
from edge.web.services import Services
from tests.edge.web.scripted import ScriptedScreens
from tests.support.store import HandClock, make_store, small_site

PIN = "2580"


@dataclass
class Web:
    """The app of a test and what it stands on."""

    store: Store
    clock: HandClock
    screens: ScriptedScreens
    services: Services
    app: FastAPI
    client: httpx.AsyncClient
    weights: list[int] = field(default_factory=list)

    async def login(self, badge: str = "B-sato", pin: str = PIN, device: str = "HH-1") -> httpx.Response:
        """Log in at a handheld."""
        return await self.client.post("/api/handheld/login", json={"badge": badge, "pin": pin, "device": device})

    async def token(self, badge: str = "B-sato", device: str = "HH-1") -> dict[str, str]:
        """Log in and return the header that shows it."""
        response = await self.login(badge, device=device)
        assert response.status_code == 200, response.text
        return {"Authorization": f"Bearer {response.json()['token']}"}

    def kinds(self) -> list[str]:
        """Return the journal's kinds in order."""
        with self.store.database.engine.connect() as connection:
            return [row[0] for row in connection.exec_driver_sql("select kind from journal order by seq")]


async def make_web(folder: Path, site: Site | None = None) -> Web:
    """Build the app on a store that decides inside the loop, for the small site or another."""
    clock = HandClock()
    site = site or small_site()
    store = make_store(folder, site, clock)
    hasher = ArgonHasher(CHEAP_COST, off_loop=False)
    await store.run(people.sync_people)
    for worker in site.people:
        await store.run(people.set_badge, worker.id, f"B-{worker.id}")
        await store.run(people.set_pin, worker.id, await hasher.hash(PIN))
    weights = [735]

    async def weigh(_station: str) -> int:
        return weights.pop(0)

    screens = ScriptedScreens()
    services = Services(
        store=store,
        site=site,
        source=store.source,
        live=Live(),
        weigh=weigh,
        zero=weigh,
        hasher=hasher,
        screens=screens,
    )
    app = create_app(services)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://edge.test")
    return Web(store, clock, screens, services, app, client, weights)


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """Give the web of this test."""
    web = await make_web(tmp_path)
    yield web
    await web.client.aclose()
    web.services.close()
    web.store.close()


@pytest.fixture
def act() -> "ActMaker":
    """Give a maker of actions with keys of their own."""
    return ActMaker()


class ActMaker:
    """Makes bodies for /api/handheld/act."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, screen: str, value: str, **more: object) -> dict[str, object]:
        """Return a scan on a screen."""
        self._number += 1
        body = {"contract": 1, "key": f"01JDKEY{self._number:019d}", "screen": screen, "action": "scan"}
        return body | {"value": value, "source": "scan"} | more

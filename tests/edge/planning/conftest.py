"""A floor for tests of planning; `floor_of` makes one on any site."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio

from edge.site import Owner, Site, Station
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, name, small_site

FloorOf = Callable[..., Awaitable[Floor]]


def site_with(on_short: str = "ship_partial", *, stations: int = 1, **rules: int) -> Site:
    """Return the small site with an owner's rule, pack stations and rules of its own."""
    site = small_site()
    more = [Station(id=f"PACK-{no}", kind="pack", node="N5", x=10000, y=1000) for no in range(2, stations + 1)]
    owner = Owner.model_validate({"id": "ACME", "name": name("Acme"), "on_short": on_short})
    changed: dict[str, Any] = {"owners": [owner], "stations": [*site.stations, *more]}
    return site.model_copy(update=changed | {"rules": site.rules.model_copy(update=rules)})


@pytest_asyncio.fixture
async def floor_of(tmp_path: Path) -> AsyncIterator[FloorOf]:
    """Give a maker of floors."""
    made: list[Floor] = []

    async def make(*args: Any, **kwargs: Any) -> Floor:
        clock = HandClock()
        folder = tmp_path / str(len(made))
        folder.mkdir()
        floor = Floor(make_store(folder, site_with(*args, **kwargs), clock), clock)
        made.append(floor)
        await floor.open()
        return floor

    yield make
    for floor in made:
        floor.store.close()

"""The small site's floor; tests that need more on it take this one and set it up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, small_site


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Return a floor with people, totes, robots and items, and no stock."""
    clock = HandClock()
    store = make_store(tmp_path, small_site(), clock)
    floor = Floor(store, clock)
    await floor.open()
    yield floor
    store.close()

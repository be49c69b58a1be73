"""Fixtures that every room shares."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from tests.support.broker import Mosquitto

# A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with whole sites and foreign robots: they wait most of their time, and others run beside them."""
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/site/", "tests/foreign/")))


@pytest_asyncio.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Give a running broker of this test alone."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder)
    await broker.start()
    yield broker
    await broker.kill()

"""Fixtures that every room shares."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.broker import Mosquitto


@pytest_asyncio.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Give a running broker of this test alone."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder)
    await broker.start()
    yield broker
    await broker.kill()

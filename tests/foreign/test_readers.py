"""Clients that others wrote read tags from our simulated LLRP reader: sllurp, known to work with real ones; llrpkit."""

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest_asyncio
from llrpkit.inventory import TagReport
from llrpkit.reader import Reader

from drivers.streams import listen
from simulators.reader import Field
from simulators.reader import Reader as Simulated
from tests.support.need import require_module

TAGS = [f"30{n:022X}" for n in range(5)]
SCRIPT = Path(__file__).with_name("sllurp_reads.py")


@pytest_asyncio.fixture
async def reader() -> AsyncIterator[Simulated]:
    """Return a reader that sees every tag by two antennas."""
    field = Field(random.Random(1), chance=1.0)
    simulated = Simulated(
        "tcp://127.0.0.1:0", field=field, listen=listen, now=lambda: datetime.now(UTC), dice=random.Random(2)
    )
    await simulated.start()
    field.enter(TAGS, 60, (1, 2))
    yield simulated
    await simulated.stop()


async def test_I08_llrpkit_reads_every_tag_with_antenna_strength_and_time(reader: Simulated) -> None:
    begun = datetime.now(UTC).timestamp()
    seen: dict[tuple[str, int | None], TagReport] = {}
    async with Reader("127.0.0.1", int(reader.address.rpartition(":")[2])) as client, asyncio.timeout(20):
        async for tag in client.inventory(antennas=(1, 2), session=0):
            seen[tag.epc_hex.upper(), tag.antenna] = tag
            if len(seen) == 2 * len(TAGS):
                break
    assert set(seen) == {(epc, antenna) for epc in TAGS for antenna in (1, 2)}
    for tag in seen.values():
        assert tag.rssi_dbm is not None
        assert -128 <= tag.rssi_dbm < 0
        assert tag.first_seen_us is not None
        assert begun - 1 <= tag.first_seen_us / 1e6 <= datetime.now(UTC).timestamp()


async def test_I08_sllurp_reads_every_tag_with_antenna_strength_and_time(reader: Simulated) -> None:
    require_module("sllurp")
    begun = datetime.now(UTC).timestamp()
    port = reader.address.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, SCRIPT, port, str(len(TAGS)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, told = await process.communicate()
    read = [json.loads(line) for line in out.splitlines()]
    assert {(one["epc"], one["antenna"]) for one in read} == {(e, a) for e in TAGS for a in (1, 2)}, told.decode()
    assert all(-128 <= one["rssi"] < 0 for one in read)
    assert all(begun - 1 <= one["seen"] / 1e6 <= datetime.now(UTC).timestamp() for one in read)
    assert reader.operations == {}, "it tidied up"

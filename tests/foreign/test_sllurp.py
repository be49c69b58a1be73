"""A client that others wrote reads tags from our simulated LLRP reader: sllurp, known to work with real readers."""

import asyncio
import json
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from drivers.streams import listen
from simulators.reader import Field, Reader
from tests.support.need import require_module

TAGS = [f"30{n:022X}" for n in range(5)]
SCRIPT = Path(__file__).with_name("sllurp_reads.py")


async def test_I08_sllurp_reads_every_tag_with_antenna_strength_and_time() -> None:
    require_module("sllurp")
    field = Field(random.Random(1), chance=1.0)
    reader = Reader(
        "tcp://127.0.0.1:0", field=field, listen=listen, now=lambda: datetime.now(UTC), dice=random.Random(2)
    )
    await reader.start()
    field.enter(TAGS, 60, (1, 2))
    begun = datetime.now(UTC).timestamp()
    port = reader.address.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, SCRIPT, port, str(len(TAGS)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, told = await process.communicate()
    await reader.stop()
    read = [json.loads(line) for line in out.splitlines()]
    assert {(one["epc"], one["antenna"]) for one in read} == {(e, a) for e in TAGS for a in (1, 2)}, told.decode()
    assert all(-128 <= one["rssi"] < 0 for one in read)
    assert all(begun - 1 <= one["seen"] / 1e6 <= datetime.now(UTC).timestamp() for one in read)
    assert reader.operations == {}, "it tidied up"

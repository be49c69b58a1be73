"""Field, reader, LLRP link and gate together in virtual time: misses, silent tags, late reports, strays, cuts.

The rules: I10, I12, I15, I22.
"""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from drivers.rfid.attendant import Attendant
from drivers.rfid.beams import Eye
from drivers.rfid.gate import Gate, Output
from drivers.rfid.llrp.link import LlrpLink, Settings
from drivers.rfid.passage import Direction, Passage
from simulators.reader import Field, Reader
from simulators.world import loop as virtual
from simulators.world.streams import Network

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
LOADS = [[f"31{load:02X}{n:020X}" for n in range(16)] for load in range(4)]
STRAY = "31FF" + "5" * 20


async def site(seed: int, *, utc: bool, cut: bool, margin: float) -> list[Passage]:
    dice = random.Random(seed)
    clock, network = virtual.clock(), Network(random.Random(seed))
    field = Field(random.Random(seed))
    reader = Reader("tcp://r:5084", field=field, listen=network.listen, now=clock, dice=dice, utc=utc)
    reader.faults.late_s, reader.faults.late_chance = 0.35, 0.3
    await reader.start()
    field.stray(STRAY, every_s=2)
    gate, passages = Gate("G"), list[Passage]()
    gate.expect([epc for load in LOADS for epc in load])

    def keep(output: Output) -> None:
        if isinstance(output, Passage) and output.final:
            passages.append(output)

    attendant = Attendant(gate, now=clock, on_output=keep)
    link = LlrpLink(
        "r",
        "tcp://r:5084",
        dial=network.dial,
        now=clock,
        dice=random.Random(seed),
        on_reads=attendant.reads,
        settings=Settings(keepalive_ms=1000),
    )
    running = [asyncio.ensure_future(link.run()), asyncio.ensure_future(attendant.run())]
    await asyncio.sleep(60)
    for load in LOADS:
        field.enter(load, margin + 2.4, (1, 2))
        await asyncio.sleep(margin)
        for eye, blocked, wait in (
            (Eye.INNER, True, 0.5),
            (Eye.OUTER, True, 0.8),
            (Eye.INNER, False, 0.5),
            (Eye.OUTER, False, 3.2),
        ):
            if cut and eye is Eye.INNER and not blocked:
                reader.cut()
            attendant.beam(eye, blocked=blocked)
            await asyncio.sleep(wait)
    await asyncio.sleep(10)
    assert gate.next_due() is None
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await reader.stop()
    return passages


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("margin", [0.0, 1.2, 3.0])
def test_I22_every_pallet_has_its_own_tags_and_no_ghosts(seed: int, cut: bool, margin: float) -> None:
    passages = virtual.run(site(seed, utc=seed % 2 == 0, cut=cut, margin=margin), seed, START)
    assert [p.direction for p in passages] == [Direction.OUT] * len(LOADS)
    for load, passage in zip(LOADS, passages, strict=True):
        assert set(passage.epcs) == set(load)

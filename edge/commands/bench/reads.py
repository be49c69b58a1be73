"""Tag reads a second that a reader's link and a gate hold, over a real socket, while loads pass (I11)."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from drivers.rfid.attendant import Attendant
from drivers.rfid.beams import Eye
from drivers.rfid.gate import Gate, Output
from drivers.rfid.llrp.link import LlrpLink, Settings
from drivers.rfid.passage import Passage
from drivers.rfid.port import Read
from drivers.streams import dial
from edge.clock import real_source
from simulators.reader.busy import Busy, played

TAGS = 550
"""Tags before the antenna, each read nearly ten times a second: more than 5,000 reads a second.

They stand there while loads pass, so the gate names them and counts none of them as gone (I27).
"""
SETTINGS = Settings(session=0, report_every=50, period_ms=500)
"""Reports of fifty reads."""
WARM_UP = 1.0
"""Seconds to connect and to begin."""
DRAIN = 10
"""Seconds after which what has not arrived is lost."""
PASSAGE = ((Eye.INNER, True, 0.5), (Eye.OUTER, True, 1.0), (Eye.INNER, False, 0.5), (Eye.OUTER, False, 8.0))
"""Edges of one load, each with the seconds to the next; loads follow one another without end."""


def hold(seconds: float) -> dict[str, Any]:
    """Receive a busy reader's reads for some seconds; the reader is a process of its own and costs nothing here."""
    with played([f"31{number:022X}" for number in range(TAGS)]) as reader:
        return asyncio.run(_measure(reader, seconds))


async def _measure(reader: Busy, seconds: float) -> dict[str, Any]:
    source = real_source()
    gate = _Watched("GATE-1")
    gate.expect(f"31{number:022X}" for number in range(TAGS))
    passages: list[Passage] = []
    attendant = Attendant(gate, now=source.now, on_output=_keeper(gate, passages))
    link = LlrpLink(
        "reader",
        reader.address,
        dial=dial,
        now=source.now,
        dice=source.dice,
        on_reads=attendant.reads,
        settings=SETTINGS,
    )
    running = [asyncio.create_task(one) for one in (link.run(), attendant.run(), _push(attendant))]
    await asyncio.wait(running, timeout=WARM_UP)
    before, spent = link.stats.reads, time.process_time()
    gate.longest = 0.0
    await asyncio.wait(running, timeout=seconds)
    received, spent = link.stats.reads - before, time.process_time() - spent
    link.set_radio(on=False)
    for _ in range(DRAIN):
        await asyncio.wait(running, timeout=1.0)
        lost = reader.reported() - gate.taken - link.merged
        if not lost:
            break
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    return {
        "tags": TAGS,
        "reads a second": round(received / seconds),
        "share of a core": round(spent / seconds, 2),
        "CPU us a read": round(spent / max(received, 1) * 1e6, 1),
        "reads merged": link.merged,
        "reads lost": lost,
        "passages": len(passages),
        "tags missing in them": sum(TAGS - len(one.tags) - len(one.suppressed) for one in passages),
        "longest decision CPU ms": round(gate.longest * 1000, 1),
    }


def _keeper(gate: Gate, passages: list[Passage]) -> Callable[[Output], None]:
    def keep(output: Output) -> None:
        if isinstance(output, Passage) and output.final:
            passages.append(output)
            gate.release()

    return keep


async def _push(attendant: Attendant) -> None:
    while True:
        for eye, blocked, wait in PASSAGE:
            attendant.beam(eye, blocked=blocked)
            await asyncio.sleep(wait)


class _Watched(Gate):
    """A gate that counts what it takes, and notes the longest time (CPU seconds) it took to decide what was due."""

    taken = 0
    longest = 0.0

    def reads(self, reads: Iterable[Read], now: datetime) -> list[Output]:
        taken = list(reads)
        self.taken += len(taken)
        return super().reads(taken, now)

    def tick(self, now: datetime) -> list[Output]:
        began = time.process_time()
        outputs = super().tick(now)
        self.longest = max(self.longest, time.process_time() - began)
        return outputs

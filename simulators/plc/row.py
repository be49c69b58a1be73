"""A row of PLCs in a process of their own, as a site has them: most are quick, some slow, some dead."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from drivers.streams import listen
from simulators.plc.cli import GATE
from simulators.plc.device import Plc
from simulators.plc.framing import Request


@dataclass(frozen=True, slots=True)
class Row:
    """How many PLCs of each sort; a slow one takes `delay` seconds for each answer, a dead one never gives any."""

    quick: int
    slow: int = 0
    dead: int = 0
    delay: float = 0.2


@contextmanager
def played(row: Row) -> Iterator[list[str]]:
    """Play the points `GATE` on free ports; give the addresses: the quick ones first, then the slow, then the dead."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_play, args=(row, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


def _play(row: Row, told: Connection) -> None:
    asyncio.run(_serve(row, told))


async def _serve(row: Row, told: Connection) -> None:
    slow = [_Slow(row.delay) for _ in range(row.slow)]
    dead = [Plc(GATE) for _ in range(row.dead)]
    for plc in dead:
        plc.hang()
    plcs = [*(Plc(GATE) for _ in range(row.quick)), *slow, *dead]
    told.send([await plc.start(listen, "tcp://127.0.0.1:0") for plc in plcs])
    await asyncio.Event().wait()


class _Slow(Plc):
    def __init__(self, delay: float) -> None:
        super().__init__(GATE)
        self._delay = delay

    async def obey(self, request: Request) -> bytes:
        await asyncio.sleep(self._delay)
        return await super().obey(request)

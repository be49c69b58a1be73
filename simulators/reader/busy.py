"""A busy LLRP reader in a process of its own: tags stand before one antenna, and each round reads all of them."""

import asyncio
import multiprocessing
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from drivers.streams import listen
from simulators.reader.field import Field
from simulators.reader.llrp.reader import Reader

_FOR_EVER = 1e6


@dataclass(frozen=True, slots=True)
class Busy:
    """Where the reader listens, and how it is asked for the tag reports it has sent since its start."""

    address: str
    reported: Callable[[], int]


@contextmanager
def played(epcs: Sequence[str]) -> Iterator[Busy]:
    """Play a reader on a free port; asked in session S0 it reads every tag ten times a second."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_play, args=(epcs, there), daemon=True)
    process.start()

    def reported() -> int:
        here.send(None)
        number: int = here.recv()
        return number

    try:
        yield Busy(here.recv(), reported)
    finally:
        process.kill()
        process.join()


def _play(epcs: Sequence[str], told: Connection) -> None:
    asyncio.run(_serve(epcs, told))


async def _serve(epcs: Sequence[str], told: Connection) -> None:
    field = Field(random.Random(1), chance=1.0)
    reader = Reader("tcp://127.0.0.1:0", field=field, listen=listen, now=_now, dice=random.Random(2), antennas=1)
    await reader.start()
    field.enter(epcs, _FOR_EVER)

    def answer() -> None:
        told.recv()
        told.send(reader.reported)

    asyncio.get_running_loop().add_reader(told.fileno(), answer)
    told.send(reader.address)
    await asyncio.Event().wait()


def _now() -> datetime:
    return datetime.now(UTC)

"""`genba bench modbus`: whether every unit keeps its poll while others are slow or dead (I56)."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Annotated, Any

import typer

from drivers.modbus.points import read_points
from drivers.modbus.port import ModbusPort, Table
from drivers.modbus.tcp import ModbusTcp
from drivers.modbus.unit import Unit
from edge.clock import Source, real_source
from edge.commands.bench.report import JsonTo, spread, tell
from simulators.plc.cli import GATE
from simulators.plc.row import Row, played

WARM_UP = 1.0
"""Seconds to connect everywhere before the measurement begins."""


def modbus(
    *,
    units: Annotated[int, typer.Option(help="Units, each at an address of its own.", min=3)] = 20,
    poll: Annotated[float, typer.Option(help="Seconds between two polls of a unit.", min=0.005)] = 0.05,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=0.5)] = 20.0,
    json_to: JsonTo = None,
) -> None:
    """Poll many units, of which one is dead and one slow, and measure the cycles of the others."""
    row = Row(quick=units - 2, slow=1, dead=1)
    with played(row) as addresses:
        figures = asyncio.run(_measure(addresses, poll, seconds))
    tell("units polled over Modbus TCP, one slow and one dead among them", [figures], json_to)


async def _measure(addresses: Sequence[str], poll: float, seconds: float) -> dict[str, Any]:
    source = real_source()
    polled = [_Polled(address, poll, source) for address in addresses]
    running = [asyncio.create_task(one.unit.run()) for one in polled]
    await asyncio.wait(running, timeout=WARM_UP)
    for one in polled:
        one.polls.clear()
    spent = time.process_time()
    await asyncio.wait(running, timeout=seconds)
    spent = time.process_time() - spent
    *quick, slow, _dead = polled
    up = sum(one.unit.link.up for one in quick)
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    cycles = [then - before for one in quick for before, then in pairwise(one.polls)]
    return {
        "units": len(polled),
        "quick units up at the end": up,
        "poll every ms": round(poll * 1000),
        "polls a second and quick unit": round(sum(len(one.polls) for one in quick) / seconds / len(quick), 2),
        "polls a second of the slow unit": round(len(slow.polls) / seconds, 2),
        "share of a core": round(spent / seconds, 3),
        **{f"cycle {name}": figure for name, figure in spread(cycles).items()},
    }


class _Polled:
    """A unit, and when it was read (seconds of the loop)."""

    def __init__(self, address: str, poll: float, source: Source) -> None:
        self.polls: list[float] = []
        self._tcp = ModbusTcp()
        self.unit = Unit(
            address,
            address,
            1,
            read_points(GATE),
            self._connect,
            now=source.now,
            dice=source.dice,
            poll=poll,
        )

    @asynccontextmanager
    async def _connect(self, address: str, unit: int) -> AsyncIterator[ModbusPort]:
        async with self._tcp.connect(address, unit) as port:
            yield _Watched(port, self.polls)


class _Watched:
    """A port that notes when the inputs are read: once a poll."""

    def __init__(self, port: ModbusPort, polls: list[float]) -> None:
        self._port, self._polls = port, polls
        self.changed = port.changed

    async def read_bits(self, table: Table, address: int, count: int) -> list[bool]:
        if table is Table.DISCRETE:
            self._polls.append(asyncio.get_running_loop().time())
        return await self._port.read_bits(table, address, count)

    async def read_words(self, table: Table, address: int, count: int) -> list[int]:
        return await self._port.read_words(table, address, count)

    async def write_coil(self, address: int, *, value: bool) -> None:
        await self._port.write_coil(address, value=value)

    async def write_registers(self, address: int, values: Sequence[int]) -> None:
        await self._port.write_registers(address, values)

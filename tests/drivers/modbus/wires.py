"""The real wires with our PLCs at their end: what holds on one must hold on the other."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from drivers.modbus.points import read_points
from drivers.modbus.port import ModbusPort
from drivers.modbus.unit import Change, Unit
from drivers.modbus.wired import Modbus
from drivers.streams import dial, listen
from drivers.supervisor import Link
from simulators.plc.device import Plc
from simulators.plc.line import Line
from tests.drivers.seen import Seen

WIRES: Mapping[str, str] = {"tcp": "tcp://127.0.0.1:0", "rtu": "pty:", "converter": "tcp://127.0.0.1:0?framing=rtu"}
"""Where PLCs listen, by the wire's name."""


@contextlib.asynccontextmanager
async def served(wire: str, *plcs: Plc) -> AsyncIterator[str]:
    """Serve PLCs at one address of a wire; give the address to dial."""
    line = Line(plcs)
    try:
        yield await line.start(listen, WIRES[wire])
    finally:
        await line.unplug()


@contextlib.asynccontextmanager
async def asked(wire: str, *plcs: Plc) -> AsyncIterator[list[ModbusPort]]:
    """Serve PLCs and open a port to each of them."""
    modbus = Modbus(dial)
    async with served(wire, *plcs) as address, contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(modbus.connect(address, plc.unit)) for plc in plcs]


@dataclass(frozen=True, slots=True)
class Kept:
    """A unit that is kept, and what it said."""

    unit: Unit
    changes: Seen[Change]
    links: Seen[Link]

    async def up(self) -> None:
        """Wait until it is reached."""
        await self.links.until(lambda seen: seen and seen[-1].up)

    async def down(self) -> None:
        """Wait until it is lost."""
        await self.links.until(lambda seen: seen and not seen[-1].up)

    async def became(self, point: str, value: object) -> None:
        """Wait until a point has a value."""
        await self.changes.until(lambda seen: [c.value for c in seen if c.point == point][-1:] == [value])


@contextlib.asynccontextmanager
async def kept(
    address: str, plc_unit: int, points: Mapping[str, Mapping[str, Any]], **settings: Any
) -> AsyncIterator[Kept]:
    """Keep a unit at an address of a real wire; at the end it is left safe."""
    changes: Seen[Change] = Seen()
    links: Seen[Link] = Seen()
    unit = Unit(
        "plc",
        address,
        plc_unit,
        read_points(points),
        settings.pop("connect", None) or Modbus(dial).connect,
        now=lambda: datetime.now(UTC),
        dice=random.Random(1),
        on_change=changes,
        on_link=links,
        **{"poll": 0.01, **settings},
    )
    task = asyncio.create_task(unit.run())
    try:
        yield Kept(unit, changes, links)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

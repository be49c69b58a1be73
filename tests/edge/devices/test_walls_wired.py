"""A put wall over real Modbus TCP on a free port: an item lights its slot, its button becomes a put (F08)."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from drivers.modbus.tcp import ModbusTcp
from drivers.modbus.unit import Unit
from drivers.streams import listen
from edge.devices.drivers import points_of
from edge.devices.walls import WallKeeper
from edge.live import Live
from edge.store.tables import orders
from edge.store.tx import Entry
from simulators.plc.device import Plc
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store
from tests.support.walls import wall_site, wall_unit

PATIENCE = 10.0
"""Seconds after which a test has failed; it waits for signals and needs none of them."""


async def test_F08_over_a_real_line_an_item_lights_its_slot_and_its_button_puts(tmp_path: Path) -> None:
    told: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    device = wall_unit(("green",))
    points = {name: point.model_dump(exclude_unset=True) for name, point in device.points.items()}
    plc = Plc(points, on_output=lambda name, value: told.put_nowait((name, value)))
    address = await plc.start(listen, "tcp://127.0.0.1:0")
    clock = HandClock()
    store = make_store(tmp_path, wall_site("green"), clock)
    floor = Floor(store, clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("K1", ("SKU1", 2))
    clock.pass_(seconds=60)
    await floor.robots()
    while await floor.work("sato", "ZONE:A"):
        await floor.robots()
    await floor.act("kim", "scan", "WALL-1")
    await floor.act("kim", "scan", (await floor.screen("kim"))["target"])

    takers: dict[str, Callable[[Any], None]] = {}
    seen = asyncio.Event()

    def changed(change: Any) -> None:
        seen.set()
        if change.point in takers:
            takers[change.point](change)

    line, of_wall = ModbusTcp(), points_of(device)
    unit = Unit("wall-io", address, 1, of_wall, line.connect, now=clock, dice=Random(1), on_change=changed, poll=0.02)
    keeper = WallKeeper(store.site.put_walls[0], {"wall-io": unit}, store=store, live=Live())
    takers |= {point: taker for (_, point), taker in keeper.takers().items()}
    running = [asyncio.ensure_future(part()) for part in (keeper.run, unit.run)]
    async with asyncio.timeout(PATIENCE):
        await seen.wait()
        await floor.act("kim", "scan", JAN["SKU1"])
        assert sorted([await told.get(), await told.get()]) == [("W1-01_count", 2.0), ("W1-01_green", 1.0)]
        whole = asyncio.Event()

        def look(entries: Sequence[Entry]) -> None:
            if any(entry.kind == "slot.whole" for entry in entries):
                whole.set()

        stop = store.watch(look)
        plc.set_input("W1-01_button", 1)
        await whole.wait()
        stop()
        after = [await told.get() for _ in range(3)]
        assert sorted(after) == [("W1-01_count", 0.0), ("W1-01_done", 1.0), ("W1-01_green", 0.0)]
    assert (await store.read(lambda reader: reader.get(orders, id="ACME/K1"))).state == "packing"
    for part in running:
        part.cancel()
    await asyncio.wait(running)
    await plc.close()
    store.close()

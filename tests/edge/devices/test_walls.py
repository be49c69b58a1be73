"""A put wall at a real unit in virtual time: lights follow the rows, buttons become puts (F08, I45, I60, P56)."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from drivers.modbus.unit import Unit
from edge.devices.drivers import points_of
from edge.devices.lights import STUCK
from edge.devices.walls import WallKeeper
from edge.live import Live
from edge.processes.cancel import request_cancel
from edge.site import Device
from edge.store.tables import exceptions, journal, orders
from simulators.plc.device import Plc
from simulators.world.loop import clock
from tests.edge.devices.bench import live, pass_
from tests.support.floor import JAN, Floor
from tests.support.walls import SLOTS, wall_site

COLOURS = ("green", "blue")


class Wall:
    """A wall with three orders in a tote before it, and its unit."""

    def __init__(self, floor: Floor, device: Device) -> None:
        self.floor = floor
        self.live = Live()
        self.device = device
        points = {name: point.model_dump(exclude_unset=True) for name, point in device.points.items()}
        self.plc = Plc(points)
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the keeper and the unit's driver, as the edge does."""
        site = self.floor.store.site.put_walls[0]
        takers: dict[str, Callable[[Any], None]] = {}
        unit = Unit(
            self.device.id,
            self.device.address,
            self.device.unit,
            points_of(self.device),
            self.plc.connect,
            now=clock(),
            dice=Random(1),
            on_change=lambda change: takers.get(change.point, lambda _change: None)(change),
        )
        keeper = WallKeeper(site, {self.device.id: unit}, store=self.floor.store, live=self.live)
        takers |= {point: taker for (_, point), taker in keeper.takers().items()}
        self.tasks = [asyncio.ensure_future(keeper.run()), asyncio.ensure_future(unit.run())]

    async def stop(self) -> None:
        """Take the edge away; what it wanted of the unit is forgotten."""
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)

    async def bring(self) -> None:
        """Bring the tote, and let kim scan it."""
        floor = self.floor
        await floor.stock("SKU1", "A-01-1", 30)
        await floor.order("K1", ("SKU1", 2))
        await floor.order("K2", ("SKU1", 3))
        await pass_(60)
        await floor.robots()
        while await floor.work("sato", "ZONE:A"):
            await floor.robots()
        await floor.act("kim", "scan", "WALL-1")
        await floor.act("kim", "scan", (await floor.screen("kim"))["target"])
        await pass_(1)

    async def scan(self, value: str) -> None:
        await self.floor.act("kim", "scan", JAN.get(value, value))
        await pass_(1)

    async def press(self, slot: str, seconds: float = 0.15) -> None:
        """Press a button for a moment."""
        self.plc.set_input(f"{slot}_button", 1)
        await pass_(seconds)
        self.plc.set_input(f"{slot}_button", 0)
        await pass_(1)

    def lights(self) -> dict[str, tuple[str, int]]:
        """Return what is really lit, and what the displays show."""
        found = {}
        for slot in SLOTS:
            on = [colour for colour in (*COLOURS, "done") if self.plc.value(f"{slot}_{colour}")]
            if on:
                found[slot] = ("+".join(on), int(self.plc.value(f"{slot}_count")))
        return found

    async def kinds(self, prefix: str) -> int:
        """Return how many journal rows there are of a kind."""
        rows = await self.floor.store.read(lambda reader: reader.rows(journal.select()))
        return sum(row.kind.startswith(prefix) for row in rows)


def at_wall(
    folder: Path,
    story: Callable[[Wall], Coroutine[Any, Any, None]],
    changed: Callable[[Device], Device] = lambda device: device,
    **more: Any,
) -> None:
    site = wall_site(*COLOURS, **more)
    device = changed(site.devices[0])

    async def day(floor: Floor) -> None:
        wall = Wall(floor, device)
        wall.start()
        await wall.bring()
        await story(wall)
        await wall.stop()

    live(folder, day, changed=lambda _small: site.model_copy(update={"devices": [device]}))


def test_F08_an_item_lights_its_slots_with_their_units_and_a_button_puts(tmp_path: Path) -> None:
    async def story(wall: Wall) -> None:
        assert wall.lights() == {}
        await wall.scan("SKU1")
        assert wall.lights() == {"W1-01": ("green", 2), "W1-02": ("green", 3)}
        await wall.press("W1-02")
        assert wall.lights() == {"W1-01": ("green", 2), "W1-02": ("done", 0)}
        assert wall.live.walls["WALL-1"].slots["W1-02"].whole
        await wall.press("W1-01")
        assert wall.lights() == {"W1-01": ("done", 0), "W1-02": ("done", 0)}
        states = await wall.floor.store.read(lambda reader: [row.state for row in reader.all(orders)])
        assert states == ["packing", "packing"]

    at_wall(tmp_path, story)


def test_F08_a_dark_button_counts_nothing_and_its_worker_is_told(tmp_path: Path) -> None:
    async def story(wall: Wall) -> None:
        await wall.press("W1-01")
        assert (await wall.floor.screen("kim"))["last"]["code"] == "wall.not_lit"
        assert await wall.kinds("wall.put") == 0

    at_wall(tmp_path, story)


def test_I45_a_button_that_bounces_was_pressed_once(tmp_path: Path) -> None:
    async def story(wall: Wall) -> None:
        await wall.scan("SKU1")
        for _ in range(3):
            wall.plc.set_input("W1-01_button", 1)
            await pass_(0.02)
            wall.plc.set_input("W1-01_button", 0)
            await pass_(0.02)
        await pass_(1)
        assert await wall.kinds("wall.put") == 1
        assert (await wall.floor.screen("kim"))["last"]["kind"] == "right"

    at_wall(tmp_path, story)


def test_a_button_that_sticks_is_told_once_and_over_when_it_opens(tmp_path: Path) -> None:
    async def story(wall: Wall) -> None:
        async def troubles() -> list[tuple[str, str]]:
            rows = await wall.floor.store.read(lambda reader: reader.all(exceptions))
            return [(row.code, row.state) for row in rows]

        await wall.scan("SKU1")
        wall.plc.set_input("W1-01_button", 1)
        await pass_(STUCK - 5)
        assert await troubles() == []
        await pass_(60)
        assert await troubles() == [("exception.slot_button", "open")]
        assert await wall.kinds("wall.put") == 1
        await wall.stop()
        wall.start()
        await pass_(60)
        assert await troubles() == [("exception.slot_button", "open")]
        wall.plc.set_input("W1-01_button", 0)
        await pass_(1)
        assert await troubles() == [("exception.slot_button", "solved")]

    at_wall(tmp_path, story)


def test_I60_a_button_on_a_counter_counts_even_while_nobody_looked(tmp_path: Path) -> None:
    def counting(device: Device) -> Device:
        points = {name: point.model_dump(exclude_unset=True) for name, point in device.points.items()}
        points["W1-01_button"] = {"table": "input", "address": 0, "type": "uint32", "counter": True}
        return Device.model_validate({**device.model_dump(exclude_unset=True), "points": points})

    async def story(wall: Wall) -> None:
        await wall.scan("SKU1")
        wall.plc.count("W1-01_button")
        await pass_(1)
        assert await wall.kinds("wall.put") == 1

    at_wall(tmp_path, story, counting)


def test_P56_after_a_power_cut_of_the_unit_and_after_a_restart_the_lights_are_right(tmp_path: Path) -> None:
    async def story(wall: Wall) -> None:
        await wall.scan("SKU1")
        await wall.press("W1-02")
        want = {"W1-01": ("green", 2), "W1-02": ("done", 0)}
        await wall.plc.go_offline()
        await pass_(5)
        assert wall.lights() == {}
        await wall.plc.go_online()
        await pass_(10)
        assert wall.lights() == want
        await wall.stop()
        assert wall.lights() == {}
        wall.start()
        await pass_(5)
        assert wall.lights() == want

    at_wall(tmp_path, story)


def test_F21_a_cancelled_order_goes_dark_under_ones_hands(tmp_path: Path) -> None:
    async def story(wall: Wall) -> None:
        await wall.scan("SKU1")
        await wall.floor.store.run(request_cancel, "ACME/K1", "c", "order.cancel_asked")
        await pass_(1)
        assert wall.lights() == {"W1-02": ("green", 3)}
        await wall.press("W1-01")
        assert (await wall.floor.screen("kim"))["last"]["code"] == "wall.not_lit"

    at_wall(tmp_path, story)


def test_F08_with_its_unit_dead_the_wall_is_worked_by_labels(tmp_path: Path) -> None:
    async def story(wall: Wall) -> None:
        await wall.plc.go_offline()
        await pass_(5)
        await wall.scan("SKU1")
        for slot in ("W1-01", "W1-02"):
            await wall.scan(slot)
        assert await wall.kinds("slot.whole") == 2

    at_wall(tmp_path, story)


def test_F08_lights_that_share_a_register_differ_by_their_values(tmp_path: Path) -> None:
    slots = [
        {"id": slot, "io": "wall-io", "lights": dict.fromkeys((*COLOURS, "done"), f"{slot}_count")} for slot in SLOTS
    ]

    async def story(wall: Wall) -> None:
        await wall.scan("SKU1")
        assert [wall.plc.value(f"{slot}_count") for slot in SLOTS] == [2, 2, 0, 0]
        await wall.scan("W1-01")
        assert [wall.plc.value(f"{slot}_count") for slot in SLOTS] == [7, 2, 0, 0]

    at_wall(tmp_path, story, slots=slots, values={"green": 2, "blue": 3, "done": 7})

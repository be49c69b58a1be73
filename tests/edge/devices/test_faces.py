"""Lights at locations at a real unit in virtual time: they follow the seats, buttons prove (F04, I45, I60, P56)."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from drivers.modbus.unit import Unit
from edge.devices.drivers import points_of
from edge.devices.faces import FaceKeeper
from edge.devices.lights import STUCK
from edge.live import FaceView, Live
from edge.processes.attendance import step_away
from edge.processes.cancel import request_cancel
from edge.site import RobotUnit
from edge.store.tables import exceptions
from simulators.plc.device import Plc
from simulators.world.loop import clock
from tests.edge.devices.bench import live, pass_
from tests.support.faces import face_site
from tests.support.floor import JAN, Floor

COLOURS = ("green", "blue")
ASKED = {1: ("green", 3)}


class Rack:
    """Four locations with lights, sato asked for three of SKU1 at the first, and their unit."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.live = Live()
        self.device = floor.store.site.device["rack-io"]
        self.plc = Plc({name: point.model_dump(exclude_unset=True) for name, point in self.device.points.items()})
        self.shown = floor.store.site.pick_lights[0].display or "units_{n}"
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the keeper and the unit's driver, as the edge does."""
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
        site = self.floor.store.site
        keeper = FaceKeeper(site.face, {self.device.id: unit}, store=self.floor.store, live=self.live)
        takers |= {point: taker for (_, point), taker in keeper.takers().items()}
        self.tasks = [asyncio.ensure_future(keeper.run()), asyncio.ensure_future(unit.run())]

    async def stop(self) -> None:
        """Take the edge away."""
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)

    async def ask(self) -> None:
        """Let sato be asked for the first location."""
        floor = self.floor
        await floor.stock("SKU1", "A-01-1", 30)
        await floor.stock("SKU2", "A-02-1", 30)
        await floor.order("K1", ("SKU1", 3), ("SKU2", 1))
        await pass_(60)
        await floor.robots()
        await floor.act("sato", "scan", "ZONE:A")
        await pass_(1)

    async def scan(self, value: str) -> str:
        """Scan as sato and return the step that follows."""
        answer = await self.floor.act("sato", "scan", JAN.get(value, value))
        await pass_(1)
        return str(answer["screen"]["step"])

    async def press(self, point: str, seconds: float = 0.15) -> None:
        """Press a button for a moment."""
        self.plc.set_input(point, 1)
        await pass_(seconds)
        self.plc.set_input(point, 0)
        await pass_(1)

    async def screen(self) -> tuple[str, str]:
        """Return sato's step and the code of the last result."""
        screen = await self.floor.screen("sato")
        return screen["step"], (screen["last"] or {}).get("code", "")

    def lights(self) -> dict[int, tuple[str, int]]:
        """Return what is really lit, and what the displays show, by the number of the location."""
        found = {}
        for number in range(1, 5):
            on = [colour for colour in COLOURS if self.plc.value(f"{colour}_{number}")]
            if on:
                found[number] = ("+".join(on), int(self.plc.value(self.shown.replace("{n}", str(number)))))
        return found


def at_rack(folder: Path, story: Callable[[Rack], Coroutine[Any, Any, None]], **more: Any) -> None:
    site = face_site(*COLOURS, **more)

    async def day(floor: Floor) -> None:
        rack = Rack(floor)
        rack.start()
        await rack.ask()
        await story(rack)
        await rack.stop()

    two = [*site.robots, RobotUnit(id="R2", type="tote4", manufacturer="GenbaSim", serial="R2", home="PARK-1")]
    lit = {"pick_lights": site.pick_lights, "devices": site.devices, "robots": two}
    live(folder, day, changed=lambda small: small.model_copy(update=lit))


def test_F04_the_light_follows_the_step_and_a_press_proves_the_location(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        assert rack.lights() == ASKED
        assert rack.live.faces == {"A-01-1": FaceView("sato", "green", 3)}
        await rack.press("button_1")
        assert await rack.screen() == ("item", "work.right")
        assert rack.lights() == {}
        for _ in range(3):
            step = await rack.scan("SKU1")
        assert step == "tote"
        await rack.scan((await rack.floor.screen("sato"))["target"])
        await rack.floor.robots()
        await rack.floor.screen("sato")
        await pass_(1)
        assert rack.lights() == {2: ("green", 1)}

    at_rack(tmp_path, story)


def test_F04_where_a_press_proves_the_units_the_light_stays_until_they_are(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        assert await rack.scan("A-01-1") == "item"
        assert rack.lights() == ASKED
        for _ in range(3):
            await rack.scan("SKU1")
        assert rack.lights() == {}
        await rack.floor.act("sato", "undo")
        await pass_(1)
        assert rack.lights() == ASKED
        await rack.press("button_1")
        assert await rack.screen() == ("tote", "work.right")
        assert rack.lights() == {}

    at_rack(tmp_path, story, press="units")


def test_F36_the_second_button_says_short(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        await rack.press("short_1")
        rows = await rack.floor.store.read(lambda reader: reader.all(exceptions))
        assert [row.code for row in rows] == ["exception.short"]
        assert rack.lights() == {}

    at_rack(tmp_path, story)


def test_I45_a_button_that_bounces_was_pressed_once(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        for _ in range(3):
            rack.plc.set_input("button_1", 1)
            await pass_(0.02)
            rack.plc.set_input("button_1", 0)
            await pass_(0.02)
        await pass_(1)
        assert await rack.screen() == ("item", "work.right")
        await rack.press("button_1")
        assert await rack.screen() == ("item", "face.not_lit")

    at_rack(tmp_path, story)


def test_a_button_that_sticks_is_told_and_over_when_it_opens(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        async def troubles() -> list[tuple[str, str, str]]:
            rows = await rack.floor.store.read(lambda reader: reader.all(exceptions))
            return [(row.code, row.subject, row.state) for row in rows]

        rack.plc.set_input("button_3", 1)
        await pass_(STUCK + 5)
        assert await troubles() == [("exception.face_button", "location/A-03-1", "open")]
        rack.plc.set_input("button_3", 0)
        await pass_(1)
        assert await troubles() == [("exception.face_button", "location/A-03-1", "solved")]

    at_rack(tmp_path, story)


def test_P56_after_a_power_cut_of_the_unit_and_after_a_restart_the_lights_are_right(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        await rack.plc.go_offline()
        await pass_(5)
        assert rack.lights() == {}
        await rack.plc.go_online()
        await pass_(10)
        assert rack.lights() == ASKED
        await rack.stop()
        assert (rack.lights(), rack.plc.value("units_1")) == ({}, 0)
        rack.start()
        await pass_(5)
        assert rack.lights() == ASKED

    at_rack(tmp_path, story)


def test_F04_with_its_unit_dead_the_handheld_works_as_ever(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        await rack.plc.go_offline()
        await pass_(5)
        assert await rack.scan("A-01-1") == "item"
        assert [await rack.scan("SKU1") for _ in range(3)] == ["item", "item", "tote"]

    at_rack(tmp_path, story)


def test_F21_it_goes_dark_when_the_order_is_cancelled(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        await rack.floor.store.run(request_cancel, "ACME/K1", "c", "order.cancel_asked")
        await pass_(1)
        assert rack.lights() == {}

    at_rack(tmp_path, story)


def test_F39_it_goes_dark_when_its_picker_signs_off_and_on_when_they_are_back(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        await rack.floor.store.run(step_away, "sato")
        await pass_(1)
        assert rack.lights() == {}
        await rack.floor.screen("sato")
        await pass_(1)
        assert rack.lights() == ASKED

    at_rack(tmp_path, story)


def test_F38_skip_and_undo_move_the_light(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        await rack.scan("A-01-1")
        assert rack.lights() == {}
        await rack.floor.act("sato", "undo")
        await pass_(1)
        assert rack.lights() == ASKED

    at_rack(tmp_path, story)


def test_F04_a_lamp_of_all_colours_takes_their_numbers(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        assert rack.plc.value("units_1") == 3
        await rack.scan("A-01-1")
        assert rack.plc.value("units_1") == 0

    lamp = dict.fromkeys(COLOURS, "units_{n}")
    at_rack(tmp_path, story, lights=lamp, values={"green": 3, "blue": 4}, display=None)


def test_F04_a_display_that_cannot_show_so_many_units_shows_none(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        floor = rack.floor
        await floor.order("K2", ("SKU1", 5))
        await pass_(60)
        await floor.robots()
        await floor.act("kim", "scan", "ZONE:A")
        await floor.screen("kim")
        assert rack.lights() == ASKED
        await rack.press("button_1")
        assert rack.lights() == {1: ("blue", 0)}

    small = {"few_{n}": {"table": "holding", "address": 9, "type": "uint16", "count": 4, "safe": 0, "write_bits": 4}}
    at_rack(tmp_path, story, display="few_{n}", points=small)


def test_I60_a_button_on_a_counter_counts_even_while_nobody_looked(tmp_path: Path) -> None:
    async def story(rack: Rack) -> None:
        rack.plc.count("count_1")
        await pass_(1)
        assert await rack.screen() == ("item", "work.right")

    counter = {"count_{n}": {"table": "input", "address": 0, "type": "uint32", "count": 4, "counter": True}}
    at_rack(tmp_path, story, button="count_{n}", points=counter)

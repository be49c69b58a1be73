"""Machines that announce themselves, are taken into service, swapped and taken out while others work: virtual time."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drivers.vda5050.messages import OperatingMode, RobotId
from edge.app import roadmap_of
from edge.devices.robot import Robot as Caught
from edge.devices.robots import RobotKeeper
from edge.devices.usage import UsageMeter, length_on
from edge.fleet.reasons import Reason, Wait
from edge.live import Live, NewcomerView
from edge.model.reasons import Refusal
from edge.model.words import WORDS
from edge.processes.bill import bill_of
from edge.processes.robots import declare_dead
from edge.processes.stays import stays_at, sync_robots
from edge.site import Node, RobotUnit, Site, Station
from edge.steward import Steward
from edge.store.tables import batches, journal, orders, robots, trips
from edge.store.tx import Tx
from simulators.robots.config import RobotConfig
from simulators.robots.ground import Ground
from simulators.robots.robot import Robot
from simulators.world.broker import Broker
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor, travel
from tests.support.store import small_site

WHO = "person:mori"
LONG = 900
HOMES = {"R2": (14_000, -2000), "R3": (12_000, -2000)}


def two_vacant(site: Site) -> Site:
    """Give the small site two more places in its fleet, with a home each, and no machine named for them."""
    nodes = [Node(id=f"BAY{name[1:]}", x=x, y=y) for name, (x, y) in HOMES.items()]
    lanes = [{"from": f"N{x // 2000}", "to": f"BAY{name[1:]}", "both": True} for name, (x, _) in HOMES.items()]
    places = [RobotUnit(id=name, type="tote4", home=f"PARK-{name[1:]}") for name in HOMES]
    parks = [
        Station(id=f"PARK-{name[1:]}", kind="park", node=f"BAY{name[1:]}", x=x, y=y) for name, (x, y) in HOMES.items()
    ]
    roads = site.roadmap.model_copy(
        update={
            "nodes": [*site.roadmap.nodes, *nodes],
            "lanes": [*site.roadmap.lanes, *(type(site.roadmap.lanes[0]).model_validate(lane) for lane in lanes)],
        }
    )
    return site.model_copy(
        update={"roadmap": roads, "robots": [*site.robots, *places], "stations": [*site.stations, *parks]}
    )


def config(serial: str, node: str, x: int, y: int, **more: Any) -> RobotConfig:
    return RobotConfig("GenbaSim", serial, node, x, y, handling_time=1.0, **more)


class Hall:
    """A keeper, a meter and a planner that may be stopped like a killed process, and robots that come and go."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.broker = Broker(random.Random(3))
        self.machines: dict[str, Robot] = {}
        self._playing: dict[str, asyncio.Task[None]] = {}
        self._running: list[asyncio.Task[Any]] = []
        self.boot()

    def boot(self) -> None:
        """Start the edge's part."""
        store, self.live = self.floor.store, Live()
        roadmap = roadmap_of(store.site)
        self.keeper = RobotKeeper(
            store.site, roadmap, store=store, live=self.live, source=store.source, connect=self.broker.connect
        )
        parts = (self.keeper, Steward(store, travel), UsageMeter(store, self.live, store.source, length_on(roadmap)))
        self._running = [asyncio.ensure_future(part.run()) for part in parts]

    async def reboot(self) -> None:
        """Stop it and start it anew on what is committed."""
        for task in self._running:
            task.cancel()
        await asyncio.wait(self._running)
        self.boot()

    def comes(self, one: RobotConfig) -> Robot:
        """Let a machine be switched on."""
        robot = Robot(one, self.broker.connect, now=clock(), dice=random.Random(one.serial))
        self.machines[one.serial] = robot
        self._playing[one.serial] = asyncio.ensure_future(robot.run())
        return robot

    async def goes(self, serial: str) -> None:
        """Switch a machine off and carry it away."""
        task = self._playing.pop(serial)
        task.cancel()
        await asyncio.wait([task])

    async def end(self) -> None:
        for task in (*self._running, *self._playing.values()):
            task.cancel()
        await asyncio.wait([*self._running, *self._playing.values()])

    @property
    def here(self) -> list[str]:
        """The machines that are switched on."""
        return list(self._playing)

    def wants_in(self, serial: str) -> NewcomerView | None:
        return next((one for one in self.live.newcomers()[1] if one.serial == serial), None)

    async def until(self, true: Callable[[], object]) -> None:
        for _ in range(LONG):
            if true():
                return
            await asyncio.sleep(1)
        raise AssertionError((self.live.robots, self.live.newcomers()))

    async def until_row(self, true: Callable[[Any], object]) -> None:
        for _ in range(LONG):
            if await self.floor.store.read(true):
                return
            await asyncio.sleep(1)
        raise AssertionError(
            (self.live.robots, await self.floor.store.read(lambda reader: reader.rows(trips.select())))
        )

    async def heard(self, serial: str) -> NewcomerView:
        """Wait until a machine wants in and may."""
        await self.until(lambda: (one := self.wants_in(serial)) is not None and not one.hindrance)
        found = self.wants_in(serial)
        assert found is not None
        return found

    async def packed(self, order: str) -> None:
        for _ in range(LONG):
            await asyncio.sleep(1)
            state = await self.floor.store.read(
                lambda reader: reader.value(select(orders.c.state).where(orders.c.order_key == order))
            )
            if state == "packing":
                return
            ready = await self.floor.store.read(
                lambda reader: reader.rows(select(batches.c.id).where(batches.c.state == "picking", batches.c.stop > 0))
            )
            if ready:
                await self.floor.work("sato", "ZONE:A")
        raise AssertionError(self.live.robots)


def with_hall(folder: Path, story: Callable[[Hall], Coroutine[Any, Any, None]]) -> None:
    async def day(floor: Floor) -> None:
        hall = Hall(floor)
        await floor.stock("SKU1", "A-02-1", 50)
        await story(hall)
        await hall.end()

    live(folder, day, changed=two_vacant)


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_a_machine_that_announces_itself_is_taken_in_and_works_without_a_restart(tmp_path: Path, version: str) -> None:
    async def story(hall: Hall) -> None:
        await asyncio.sleep(30)
        assert hall.live.newcomers()[0] == 0
        hall.comes(config("X9", "N4", 8000, 0, vda5050=version, state_interval=10.0))
        seen = await hall.heard("X9")
        assert (seen.version[:3], seen.node, list(seen.fits)) == (version, "N4", ["R2", "R3"])
        assert (seen.model, seen.position, seen.misfits) == ("genba-sim", (8000, 0), {})
        assert "X9" not in str(list(hall.live.robots))
        await hall.keeper.take_in(WHO, "R2", "GenbaSim", "X9")
        assert hall.wants_in("X9") is None
        begun = asyncio.get_running_loop().time()
        await hall.floor.order("1", ("SKU1", 1))
        await hall.until_row(lambda reader: reader.one(select(trips).where(trips.c.robot_id == "R2")))
        assert asyncio.get_running_loop().time() - begun < 30
        await hall.packed("1")
        (stay,) = await hall.floor.store.read(stays_at, "R2")
        assert (stay.serial, stay.by, stay.until) == ("X9", WHO, None)
        entry = await hall.floor.store.read(
            lambda reader: reader.one(select(journal).where(journal.c.kind == "robot.taken_in"))
        )
        assert (entry.subject, entry.actor) == ("robot/R2", WHO)
        assert entry.data == {"manufacturer": "GenbaSim", "serial": "X9", "node": "N4"}

    with_hall(tmp_path, story)


def test_P56_a_restart_knows_who_has_which_place(tmp_path: Path) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("X9", "N4", 8000, 0))
        await hall.heard("X9")
        await hall.keeper.take_in(WHO, "R3", "GenbaSim", "X9")
        await hall.floor.order("1", ("SKU1", 1))
        await hall.until(lambda: hall.live.robots["R3"].driving)
        await hall.reboot()
        await hall.packed("1")
        assert hall.live.robots["R3"].machine == ("GenbaSim", "X9")
        assert hall.wants_in("X9") is None

    with_hall(tmp_path, story)


def test_a_machine_is_swapped_while_others_work_and_the_bill_names_both(tmp_path: Path) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("R1", "BAY1", 0, -2000))
        hall.comes(config("X9", "BAY2", 14_000, -2000))
        await hall.heard("X9")
        await hall.keeper.take_in(WHO, "R2", "GenbaSim", "X9")
        for order in ("1", "2"):
            await hall.floor.order(order, ("SKU1", 1))
            await hall.packed(order)
        await hall.until(lambda: not hall.live.robots["R2"].driving and hall.live.robots["R2"].node == "BAY2")
        await hall.floor.order("3", ("SKU1", 1))
        await hall.keeper.take_out(WHO, "R2", carried_away=False)
        assert "R2" not in hall.live.robots
        await hall.goes("X9")
        hall.comes(config("Y1", "BAY2", 14_000, -2000))
        await hall.heard("Y1")
        await hall.keeper.take_in(WHO, "R2", "GenbaSim", "Y1")
        await hall.packed("3")
        await asyncio.sleep(400)
        new, old = await hall.floor.store.read(stays_at, "R2")
        assert (old.serial, new.serial, new.until) == ("X9", "Y1", None)
        assert old.until is not None
        assert old.until <= new.since
        bill = await hall.floor.store.read(bill_of, date(2026, 1, 1), date(2026, 12, 31))
        powered = {row["serial"]: row["powered_s"] for row in bill["totals"]}
        assert powered["X9"] > 60
        assert powered["Y1"] > 60
        spans = [(one["serial"], one["until"] is None) for one in bill["stays"] if one["robot"] == "R2"]
        assert spans == [("X9", False), ("Y1", True)]

    with_hall(tmp_path, story)


def test_R123_a_machine_with_something_to_do_stays_and_one_on_the_lanes_goes_by_a_persons_word(tmp_path: Path) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("X9", "N4", 8000, 0))
        await hall.heard("X9")
        await hall.keeper.take_in(WHO, "R2", "GenbaSim", "X9")
        await hall.floor.order("1", ("SKU1", 1))
        await hall.until(lambda: hall.live.robots["R2"].working)
        with pytest.raises(Refusal) as refused:
            await hall.keeper.take_out(WHO, "R2", carried_away=True)
        assert refused.value.code == "robot.has_tour"
        await hall.packed("1")
        await hall.until_row(lambda reader: reader.get(robots, id="R2").node not in (None, "N4"))
        await hall.goes("X9")
        await hall.floor.store.run(declare_dead, "R2")
        with pytest.raises(Refusal) as refused:
            await hall.keeper.take_out(WHO, "R2", carried_away=False)
        assert refused.value.code == "robot.in_the_way"
        held = hall.live.robots["R2"].node
        await hall.keeper.take_out(WHO, "R2", carried_away=True)
        row = await hall.floor.store.read(lambda reader: reader.get(robots, id="R2"))
        assert (row.serial, row.dead, row.node) == ("", False, None)
        node = next(node for node in hall.floor.store.site.roadmap.nodes if node.id == held)
        hall.comes(config("Y1", node.id, node.x, node.y))
        await hall.heard("Y1")
        await hall.keeper.take_in(WHO, "R2", "GenbaSim", "Y1")

    with_hall(tmp_path, story)


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("newcomer.off_node", {"x": 9000, "y": 0}),
    ("newcomer.node_held", {"node": "BAY1", "x": 0, "y": -2000}),
    ("newcomer.not_automatic", {"mode": OperatingMode.MANUAL}),
    ("newcomer.totes", {"slots": ("1", "2")}),
]


@pytest.mark.parametrize(("code", "wrong"), REFUSED, ids=[code for code, _ in REFUSED])
def test_R124_who_cannot_be_driven_is_refused_with_what_to_do(tmp_path: Path, code: str, wrong: dict[str, Any]) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("R1", "BAY1", 0, -2000))
        mode = wrong.get("mode")
        given = {name: value for name, value in wrong.items() if name != "mode"}
        machine = hall.comes(replace(config("X9", "N4", 8000, 0), **given))
        if mode is not None:
            machine.set_mode(mode)
        await hall.until(
            lambda: (one := hall.wants_in("X9")) is not None and one.mode and (one.hindrance or one.misfits)
        )
        with pytest.raises(Refusal) as refused:
            await hall.keeper.take_in(WHO, "R2", "GenbaSim", "X9")
        assert refused.value.code == code
        for language in ("ja", "en"):
            words = refused.value.words(language)
            assert words.next
            assert "?" not in f"{words.text}{words.next}"

    with_hall(tmp_path, story)


def test_places_and_machines_are_given_once(tmp_path: Path) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("X9", "N4", 8000, 0))
        hall.comes(config("Y1", "N2", 4000, 0))
        await hall.heard("X9")
        await hall.heard("Y1")
        both = await asyncio.gather(
            hall.keeper.take_in(WHO, "R2", "GenbaSim", "X9"),
            hall.keeper.take_in(WHO, "R2", "GenbaSim", "Y1"),
            hall.keeper.take_in(WHO, "R3", "GenbaSim", "X9"),
            return_exceptions=True,
        )
        codes = [None if one is None else getattr(one, "code", one) for one in both]
        assert codes == [None, "robot.not_vacant", "newcomer.not_heard"]
        for place, serial, code in (("R1", "Y1", "robot.not_vacant"), ("R9", "Y1", "robot.unknown")):
            with pytest.raises(Refusal) as refused:
                await hall.keeper.take_in(WHO, place, "GenbaSim", serial)
            assert refused.value.code == code
        with pytest.raises(Refusal) as refused:
            await hall.keeper.take_out(WHO, "R1", carried_away=True)
        assert refused.value.code == "robot.named"

    with_hall(tmp_path, story)


@pytest.mark.parametrize("x", [10_000, 9000, 8600])
def test_R125_nobody_is_led_to_where_an_unknown_machine_stands(tmp_path: Path, x: int) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("R1", "BAY1", 0, -2000))
        await hall.floor.order("1", ("SKU1", 1))
        await hall.until(lambda: hall.live.robots["R1"].node == "N0")
        hall.comes(config("X9", "N5", x, 0))
        await hall.until(lambda: "N5" in str(hall.keeper._newcomers.barred))
        await hall.until(lambda: hall.live.robots["R1"].node == "N2")
        for _ in range(60):
            await asyncio.sleep(1)
            await hall.floor.work("sato", "ZONE:A")
        view = hall.live.robots["R1"]
        assert (view.node, view.code, view.details) == ("N2", "traffic.no_way", {"node": "N2", "goal": "N6"})
        caught = Caught("R1", RobotId("GenbaSim", "R1"), "BAY1", 4, 1500, "N2", None)
        caught.wait(Wait(Reason.CLOSED, None, "N5"))
        hall.keeper._newcomers.explain(caught)
        assert (caught.reason, caught.details) == ("traffic.stranger", {"node": "N5", "machine": "GenbaSim/X9"})
        await hall.goes("X9")
        await hall.packed("1")

    with_hall(tmp_path, story)


def test_who_falls_silent_no_longer_wants_in(tmp_path: Path) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("X9", "N4", 8000, 0, state_interval=10.0))
        await hall.heard("X9")
        await hall.goes("X9")
        await asyncio.sleep(100)
        assert hall.live.newcomers()[0] == 0
        with pytest.raises(Refusal) as refused:
            await hall.keeper.take_in(WHO, "R2", "GenbaSim", "X9")
        assert refused.value.code == "newcomer.not_heard"

    with_hall(tmp_path, story)


async def _named_at(hall: Hall, place: str, serial: str) -> None:
    """Start on a site file that names a machine for a place."""
    site = hall.floor.store.site
    units = [
        unit.model_copy(update={"manufacturer": "GenbaSim", "serial": serial}) if unit.id == place else unit
        for unit in site.robots
    ]

    def start(tx: Tx) -> None:
        tx.site = site.model_copy(update={"robots": units})
        sync_robots(tx)

    await hall.floor.store.run(start)


@pytest.mark.parametrize(
    ("place", "serial", "left"), [("R2", "Z1", {"R2": "Z1", "R3": ""}), ("R3", "X9", {"R2": "", "R3": "X9"})]
)
def test_the_site_files_word_wins_at_a_start(tmp_path: Path, place: str, serial: str, left: dict[str, str]) -> None:
    async def story(hall: Hall) -> None:
        hall.comes(config("X9", "N4", 8000, 0))
        await hall.heard("X9")
        await hall.keeper.take_in(WHO, "R2", "GenbaSim", "X9")
        await _named_at(hall, place, serial)
        rows = await hall.floor.store.read(lambda reader: {row.id: row.serial for row in reader.all(robots)})
        assert {name: rows[name] for name in left} == left
        new = (await hall.floor.store.read(stays_at, place))[0]
        assert (new.serial, new.until) == (serial, None)
        old = (await hall.floor.store.read(stays_at, "R2"))[-1]
        assert (old.serial, old.until is None) == ("X9", False)

    with_hall(tmp_path, story)


def test_all_words_are_there() -> None:
    codes = [code for code in WORDS if code.startswith("newcomer.")]
    assert len(codes) == 14
    assert small_site().robots[0].machine == ("GenbaSim", "R1")


BUSY = ("robot.has_tour", "robot.has_totes", "robot.drives", "robot.in_the_way")
"""Why a machine may not go just now."""


class Days:
    """Machines that come, are taken in, go and are swapped at random while orders come and the edge is killed."""

    def __init__(self, hall: Hall, seed: int) -> None:
        self.hall = hall
        self.dice = random.Random(seed)
        self.names = iter(f"M{number}" for number in range(1000))
        self.meetings: dict[str, None] = {}
        self.orders = 0
        self.ground: Ground | None = None
        self.at: dict[str, str] = {}
        """Which machine stands at which place's."""

    def look(self) -> None:
        """Watch those that are on the floor now."""
        if self.ground is not None:
            self.meetings |= self.ground.meetings
        self.ground = Ground({serial: self.hall.machines[serial] for serial in self.hall.here})

    async def comes(self) -> None:
        """Bring a new machine to the home of a vacant place, and take it in there or elsewhere."""
        free = [place for place in HOMES if place not in self.at]
        if not free:
            return
        place, serial = self.dice.choice(free), next(self.names)
        x, y = HOMES[place]
        self.hall.comes(config(serial, f"BAY{place[1:]}", x, y, vda5050=self.dice.choice(("2.0", "2.1", "3.0"))))
        self.look()
        await self.hall.heard(serial)
        await self.hall.keeper.take_in(WHO, place, "GenbaSim", serial)
        self.at[place] = serial

    async def goes(self) -> None:
        """Give a machine back, if it has nothing to do and is at home."""
        if not self.at:
            return
        place = self.dice.choice(sorted(self.at))
        try:
            await self.hall.keeper.take_out(WHO, place, carried_away=False)
        except Refusal as refusal:
            if refusal.code not in BUSY:
                raise
            return
        await self.hall.goes(self.at.pop(place))
        self.look()

    async def order(self) -> None:
        self.orders += 1
        await self.hall.floor.order(str(self.orders), ("SKU1", 1))

    async def live(self, steps: int) -> None:
        for _ in range(steps):
            deed = self.dice.choice((self.comes, self.goes, self.goes, self.order, self.order, self.hall.reboot))
            await deed()
            await asyncio.sleep(self.dice.uniform(1, 40))
            assert {name: self.hall.live.robots[name].machine for name in self.at} == {
                name: ("GenbaSim", serial) for name, serial in self.at.items()
            }


@pytest.mark.parametrize("seed", range(2))
def test_R125_whoever_comes_and_goes_no_two_meet_and_every_order_is_picked(tmp_path: Path, seed: int) -> None:
    async def picking(hall: Hall) -> None:
        while True:
            await asyncio.sleep(5)
            await hall.floor.work("sato", "ZONE:A")

    async def story(hall: Hall) -> None:
        hall.comes(config("R1", "BAY1", 0, -2000))
        day = Days(hall, seed)
        day.look()
        picker = asyncio.ensure_future(picking(hall))
        await day.live(30)
        await hall.until_row(
            lambda reader: not [row for row in reader.all(orders) if row.state != "packing"] and day.orders > 0
        )
        picker.cancel()
        day.look()
        assert day.meetings == {}
        for place in HOMES:
            stays = list(reversed(await hall.floor.store.read(stays_at, place)))
            assert [stay.number for stay in stays] == list(range(1, len(stays) + 1))
            assert all(one.until is not None and one.until <= other.since for one, other in pairwise(stays))
            assert [stay.serial for stay in stays if stay.until is None] == ([day.at[place]] if place in day.at else [])

    with_hall(tmp_path, story)

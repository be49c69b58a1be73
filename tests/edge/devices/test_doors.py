"""A robot's tour through a door: a real keeper and Modbus driver, a simulated PLC, door and robot, in virtual time."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drivers.modbus.points import read_points
from drivers.modbus.profiles import with_profile
from drivers.modbus.unit import Unit
from edge.app import roadmap_of
from edge.devices.doors import DoorKeeper
from edge.devices.robots import RobotKeeper
from edge.live import Live
from edge.model.words import WORDS
from edge.processes.trouble import DOOR_TROUBLES
from edge.site import Device, Lane, Site
from edge.site import Door as DoorSite
from edge.store.tables import exceptions, orders
from simulators.plc.device import Plc
from simulators.plc.door import Door, Failing
from simulators.robots.ground import Ground
from simulators.world.loop import clock
from tests.edge.devices.bench import PRINTER, live
from tests.edge.devices.test_robots import Fleet
from tests.support.floor import Floor
from tests.support.store import name

UNIT = Device.model_validate(
    {"id": "plc-9", "kind": "modbus", "address": "tcp://door:502", "profile": "door-adam-6060"}
)
DOOR = DoorSite(id="D1", name=name("Door"), lanes=["N3>N4"], io="plc-9", fault="fault", ahead=3000, opens_within=10)
LANE = "N3>N4"


def with_a_door(site: Site) -> Site:
    return site.model_copy(update={"doors": [DOOR], "devices": [PRINTER, UNIT]})


def with_a_way_round(site: Site) -> Site:
    """Let N2 lead to N5 too, on a long way."""
    lanes = [*site.roadmap.lanes, Lane.model_validate({"from": "N2", "to": "N5", "length": 40_000})]
    return with_a_door(site).model_copy(update={"roadmap": site.roadmap.model_copy(update={"lanes": lanes})})


class Doorway(Fleet):
    """One robot whose tour leads through a door."""

    def __init__(self, floor: Floor) -> None:
        super().__init__(floor, "2.1")
        self.plc = Plc(with_profile("door-adam-6060", {}))
        points = {"command": "open", "opened": "opened", "closed": "closed", "fault": "fault"}
        self.door = Door("D1", [("N3", "N4")], self.plc, **points, seconds=6.0)
        self.robot.sees_shut = lambda lane: lane == LANE and self.door.shut_by_itself
        self.door.on_change = self.robot.look_up
        self.ground = Ground({"R1": self.robot}, doors=[self.door])
        self._unit: asyncio.Task[None] | None = None

    async def boot(self) -> None:
        await self.halt()
        self.live = Live()
        store, roadmap = self.floor.store, roadmap_of(self.floor.store.site)
        self.doors = DoorKeeper(store.site, roadmap, store=store, live=self.live)
        unit = Unit(
            "plc-9",
            "tcp://door:502",
            1,
            read_points(with_profile("door-adam-6060", {})),
            self.plc.connect,
            now=clock(),
            dice=random.Random(5),
            on_change=lambda _change: self.doors.heard("plc-9"),
            on_link=lambda _link: self.doors.heard("plc-9"),
        )
        self.doors.attach("plc-9", unit)
        self.keeper = RobotKeeper(
            store.site,
            roadmap,
            store=store,
            live=self.live,
            source=store.source,
            connect=self.broker.connect,
            doors=self.doors,
        )
        self._unit = asyncio.ensure_future(unit.run())
        self._keeper = asyncio.ensure_future(self.keeper.run())

    async def halt(self) -> None:
        await super().halt()
        if self._unit is not None:
            self._unit.cancel()
            await asyncio.wait([self._unit])

    async def come(self) -> None:
        """Pick at N2, so that the robot sets out for the pack station beyond the door."""
        await self.at_stop(1)
        await self.floor.work("sato", "ZONE:A")

    async def see(self, true: Callable[[], object], longest: float = 120.0) -> None:
        """Wait until something is true of the floor."""
        end = asyncio.get_running_loop().time() + longest
        while not true():
            assert asyncio.get_running_loop().time() < end, (self.troubles, self.live.doors, self.live.robots)
            await asyncio.sleep(0.1)

    async def packing(self) -> None:
        """Wait until the tote is at the pack station."""
        await self.until(lambda reader: reader.get(orders, state="packing"))

    @property
    def inside(self) -> bool:
        """The robot is on the door's lane."""
        return LANE in self.robot.occupancy.lanes

    async def troubles(self) -> list[tuple[str, str]]:
        """Return the exceptions about the door, oldest first."""
        rows = await self.floor.store.read(
            lambda reader: reader.rows(select(exceptions).where(exceptions.c.subject == "door/D1"))
        )
        return [(row.code, row.state) for row in rows]


Story = Callable[[Doorway], Coroutine[Any, Any, None]]


def at_a_door(folder: Path, story: Story, changed: Callable[[Site], Site] = with_a_door) -> None:
    async def day(floor: Floor) -> None:
        way = Doorway(floor)
        await way.boot()
        await floor.stock("SKU1", "A-02-1", 5)
        await floor.order("1", ("SKU1", 1))
        await story(way)
        assert way.ground.meetings == {}
        await way.end()

    live(folder, day, changed=changed)


def test_a_door_opens_for_a_robot_that_waits_before_it_and_closes_behind_it(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        said: dict[str, None] = {}
        states: dict[str, None] = {}

        async def look() -> None:
            while True:
                said[way.live.robots["R1"].code] = None
                states[way.live.doors["D1"].state] = None
                await asyncio.sleep(0.1)

        await way.see(lambda: way.live.doors["D1"].state == "closed")
        looking = asyncio.ensure_future(look())
        await way.come()
        await way.see(lambda: way.door.share > 0.1)
        assert not way.inside
        await way.packing()
        await way.see(lambda: way.plc.value("closed"))
        looking.cancel()
        assert "traffic.door" in said
        assert list(states) == ["closed", "opening", "open", "closing"]
        assert await way.troubles() == []

    at_a_door(tmp_path, story)


def test_a_door_that_is_blocked_is_told_and_the_robot_goes_on_by_itself_when_it_opens(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        way.door.fail(Failing.BLOCKED)
        await way.come()
        await way.see(lambda: way.live.doors["D1"].trouble == "exception.door_late")
        await asyncio.sleep(300)
        assert await way.troubles() == [("exception.door_late", "open")]
        assert way.robot.occupancy.nodes == ("N3",)
        way.door.fail(None)
        await way.packing()
        assert await way.troubles() == [("exception.door_late", "solved")]

    at_a_door(tmp_path, story)


def test_R125_a_robot_with_another_way_is_led_round_a_door_that_does_not_work(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        way.door.fail(Failing.FAULT)
        await way.come()
        seen: dict[str, None] = {}
        while not await way.floor.store.read(lambda reader: reader.get(orders, state="packing")):
            seen |= dict.fromkeys(way.robot.occupancy.lanes)
            await asyncio.sleep(1)
        assert "N2>N5" in seen
        assert LANE not in seen
        way.door.fail(None)
        await way.see(lambda: way.live.doors["D1"].state == "closed")
        assert await way.troubles() == [("exception.door_fault", "solved")]

    at_a_door(tmp_path, story, with_a_way_round)


def test_R12_what_was_released_stays_so_when_the_door_falls_shut_and_it_is_told_at_once(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        await way.come()
        await way.see(lambda: way.inside and way.robot.body.travelled > 600)
        way.door.fail(Failing.FALLS)
        await way.see(lambda: way.live.doors["D1"].trouble == "exception.door_shut", 3)
        await asyncio.sleep(60)
        assert way.inside
        assert way.keeper.link.vehicle(way.robot.id).wanted is not None
        way.door.fail(None)
        await way.packing()
        assert await way.troubles() == [("exception.door_shut", "solved")]

    at_a_door(tmp_path, story)


def test_a_unit_that_is_lost_lets_nobody_through_until_it_is_back(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        await way.at_stop(1)
        await way.plc.go_offline()
        await way.floor.work("sato", "ZONE:A")
        await way.see(lambda: way.live.doors["D1"].trouble == "exception.door_lost")
        await asyncio.sleep(120)
        assert way.robot.occupancy.nodes == ("N3",)
        await way.plc.go_online()
        await way.packing()
        assert await way.troubles() == [("exception.door_lost", "solved")]

    at_a_door(tmp_path, story)


@pytest.mark.parametrize("lost", [False, True], ids=["under way", "without its order"])
def test_R121_after_a_restart_a_door_with_a_robot_in_it_stays_open(tmp_path: Path, *, lost: bool) -> None:
    async def story(way: Doorway) -> None:
        await way.come()
        await way.see(lambda: way.inside and way.robot.body.travelled > 600)
        way.robot.stop(1000)
        await asyncio.sleep(1)
        if lost:
            way.robot.vanish()
            await asyncio.sleep(600)
        await way.halt()
        assert way.plc.value("open")
        await asyncio.sleep(60)
        assert way.door.open
        await way.boot()
        await asyncio.sleep(600)
        assert (way.inside, way.door.open) == (True, True)

    at_a_door(tmp_path, story)


def test_a_trouble_of_the_last_run_is_over_when_the_door_works(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        way.door.fail(Failing.FAULT)
        await way.see(lambda: way.live.doors["D1"].trouble)
        await way.halt()
        way.door.fail(None)
        assert await way.troubles() == [("exception.door_fault", "open")]
        await way.boot()
        await way.see(lambda: way.live.doors["D1"].state == "closed")
        await asyncio.sleep(1)
        assert await way.troubles() == [("exception.door_fault", "solved")]

    at_a_door(tmp_path, story)


def test_every_trouble_of_a_door_has_its_words() -> None:
    assert [code for code in DOOR_TROUBLES if code not in WORDS] == []

"""A robot's tour through a door: a real keeper and Modbus driver, a simulated PLC, door and robot, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from edge.model.words import WORDS
from edge.processes.trouble import DOOR_TROUBLES
from edge.site import Device, Lane, Site
from edge.site import Door as DoorSite
from edge.store.tables import orders
from simulators.plc.door import Door, Failing
from simulators.robots.ground import Ground
from tests.edge.devices.bench import PRINTER, live, pass_
from tests.edge.devices.fleet import LONG
from tests.edge.devices.passageway import Passageway, plc_of
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


class Doorway(Passageway):
    """One robot whose tour leads through a door."""

    def __init__(self, floor: Floor) -> None:
        self.plc = plc_of(UNIT)
        super().__init__(floor, "2.1", (), {"plc-9": self.plc})
        points = {"command": "open", "opened": "opened", "closed": "closed", "fault": "fault"}
        self.door = Door("D1", [("N3", "N4")], self.plc, **points, seconds=6.0)
        self.robot.sees_shut = lambda lane: lane == LANE and self.door.shut_by_itself
        self.door.on_change = self.robot.look_up
        self.ground = Ground({"R1": self.robot}, doors=[self.door])

    @property
    def inside(self) -> bool:
        """The robot is on the door's lane."""
        return LANE in self.robot.occupancy.lanes


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
                await pass_(0.1)

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
        await pass_(300)
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
            await pass_(1)
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
        await pass_(60)
        assert way.inside
        assert way.keeper.link.vehicle(way.robot.id).wanted is not None
        way.door.fail(None)
        await way.packing()
        assert await way.troubles() == [("exception.door_shut", "solved")]

    at_a_door(tmp_path, story)


def test_a_door_that_does_not_close_is_told_once_and_robots_still_go_through_it(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        await way.come()
        await way.see(lambda: way.inside and way.door.open)
        way.door.fail(Failing.BLOCKED)
        await way.packing()
        await way.see(lambda: way.live.doors["D1"].trouble == "exception.door_ajar")
        assert (way.live.doors["D1"].state, way.passages.barred()) == ("open", [])
        await way.floor.order("2", ("SKU1", 1))
        for _ in range(LONG):
            await pass_(1)
            await way.floor.work("sato", "ZONE:A")
        assert await way.floor.store.read(lambda reader: len(reader.all(orders, state="packing"))) == 2
        assert await way.troubles() == [("exception.door_ajar", "open")]
        way.door.fail(None)
        await way.see(lambda: not way.live.doors["D1"].trouble)
        assert way.plc.value("closed")
        await pass_(1)
        assert await way.troubles() == [("exception.door_ajar", "solved")]

    at_a_door(tmp_path, story)


def test_a_unit_that_is_lost_lets_nobody_through_until_it_is_back(tmp_path: Path) -> None:
    async def story(way: Doorway) -> None:
        await way.at_stop(1)
        await way.plc.go_offline()
        await way.floor.work("sato", "ZONE:A")
        await way.see(lambda: way.live.doors["D1"].trouble == "exception.door_lost")
        await pass_(120)
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
        await pass_(1)
        if lost:
            way.robot.vanish()
            await pass_(600)
        await way.halt()
        assert way.plc.value("open")
        await pass_(60)
        assert way.door.open
        await way.boot()
        await pass_(600)
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
        await pass_(1)
        assert await way.troubles() == [("exception.door_fault", "solved")]

    at_a_door(tmp_path, story)


def test_every_trouble_of_a_door_has_its_words() -> None:
    assert [code for code in DOOR_TROUBLES if code not in WORDS] == []

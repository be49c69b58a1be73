"""A robot's tour through a lift: a real keeper and Modbus driver, a simulated PLC, lift and robot, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from drivers.vda5050.messages import OperatingMode
from edge.model.words import WORDS
from edge.processes.trouble import LIFT_TROUBLES
from edge.site import Device, Lane, LiftFloor, Node, Roads, Site
from edge.site import Lift as LiftSite
from edge.store.tables import robots
from simulators.plc.lift import Failing, Lift, Stop
from simulators.robots.ground import Ground
from tests.edge.devices.bench import PRINTER, live, pass_
from tests.edge.devices.passageway import Passageway, plc_of
from tests.support.floor import Floor
from tests.support.store import name

MAPS = ("floor1", "floor2")


def _unit(number: int) -> Device:
    given = {
        "id": f"lift-{number}",
        "kind": "modbus",
        "address": f"tcp://lift{number}:502",
        "profile": "lift-adam-6060",
    }
    return Device.model_validate(given)


def _lift(number: int) -> LiftSite:
    floors = [LiftFloor(id=str(floor), cabin=f"CAB{number}{floor}", landing=f"UP{number}{floor}") for floor in (1, 2)]
    return LiftSite(
        id=f"L{number}",
        name=name("Lift"),
        io=f"lift-{number}",
        floors=floors,
        fault="fault",
        manual="manual",
        moves_within=40,
        opens_within=10,
    )


def with_a_lift(site: Site) -> Site:
    """Let the robot's bay and the shelves be downstairs, and the pack station upstairs."""
    return _on_two_floors(site, lifts=1)


def with_two_lifts(site: Site) -> Site:
    """Let there be a second lift, further away."""
    return _on_two_floors(site, lifts=2)


def _on_two_floors(site: Site, lifts: int) -> Site:
    nodes = [Node(id=f"N{i}", x=i * 2000, y=0, map=None if i < 3 else "floor2") for i in (0, 1, 2, 5, 6, 7)]
    nodes.append(Node(id="BAY1", x=0, y=-2000))
    ways = [("N0", "N1"), ("N1", "N2"), ("N5", "N6"), ("N6", "N7"), ("N7", "N5"), ("N0", "BAY1"), ("BAY1", "N0")]
    ways += [("N2", "N0")]
    for number in range(1, lifts + 1):
        for floor in (1, 2):
            x, up, cabin = 8000 + 4000 * number, f"UP{number}{floor}", f"CAB{number}{floor}"
            nodes += [Node(id=up, x=x, y=2000, map=MAPS[floor - 1]), Node(id=cabin, x=x, y=4000, map=MAPS[floor - 1])]
            ways += [(up, cabin), (cabin, up)]
        ways += [("N2", f"UP{number}1"), (f"UP{number}1", "N0"), (f"UP{number}2", "N5"), ("N7", f"UP{number}2")]
    lanes = [Lane.model_validate({"from": one, "to": other, "length": 4000}) for one, other in ways]
    return site.model_copy(
        update={
            "roadmap": Roads(map="floor1", nodes=nodes, lanes=lanes),
            "locations": site.locations[:2],
            "lifts": [_lift(number) for number in range(1, lifts + 1)],
            "devices": [PRINTER, *(_unit(number) for number in range(1, lifts + 1))],
        }
    )


class Liftway(Passageway):
    """One robot whose tour leads up in a lift, and down again."""

    def __init__(self, floor: Floor, version: str) -> None:
        site = floor.store.site
        super().__init__(floor, version, MAPS, {one.io: plc_of(site.device[one.io]) for one in site.lifts})
        self.lifts: dict[str, Lift] = {}
        for one in site.lifts:
            stops = [Stop(each.id, each.cabin, each.landing, each.call_point, each.at_point) for each in one.floors]
            plc = self.plcs[one.io]
            lift = Lift(one.id, stops, plc, opened="opened", closed="closed", fault="fault", manual="manual")
            self.lifts[one.id] = lift
            lift.on_change = self.robot.look_up
        self.lift, self.plc = self.lifts["L1"], self.plcs["lift-1"]
        self.robot.sees_shut = self._sees_shut
        self.ground = Ground({"R1": self.robot}, lifts=self.lifts.values())

    def _sees_shut(self, lane: str) -> bool:
        return any(
            lift.shut_by_itself(stop.id)
            for lift in self.lifts.values()
            for stop in lift.stops
            if {stop.cabin, stop.landing} == {*lane.split(">")}
        )

    async def upstairs(self) -> None:
        """Let somebody take the lift upstairs while the robot is at its first stop."""
        await self.at_stop(1)
        self.lift.fail(Failing.TAKEN)
        await self.see(lambda: self.lift.floor == "2")

    def on(self, lane: str) -> bool:
        """Say whether the robot is on a lane, well away from where it begins."""
        return lane in self.robot.occupancy.lanes and self.robot.body.travelled > 600

    def at(self, *nodes: str) -> bool:
        """Say whether the robot stands on one of these nodes."""
        return self.robot.occupancy.nodes in [(node,) for node in nodes] and not self.robot.occupancy.lanes


Story = Callable[[Liftway], Coroutine[Any, Any, None]]


def at_a_lift(folder: Path, story: Story, changed: Callable[[Site], Site] = with_a_lift, version: str = "2.1") -> None:
    async def day(floor: Floor) -> None:
        way = Liftway(floor, version)
        await way.boot()
        await floor.stock("SKU1", "A-02-1", 5)
        await floor.order("1", ("SKU1", 1))
        await story(way)
        assert way.ground.meetings == {}
        await way.end()

    live(folder, day, changed=changed)


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_a_lift_takes_a_robot_up_and_down_and_tells_it_the_map_of_each_floor(tmp_path: Path, version: str) -> None:
    async def story(way: Liftway) -> None:
        said: dict[str, None] = {}
        states: list[tuple[str, str]] = []
        maps: list[str] = []

        async def look() -> None:
            while True:
                said[way.live.robots["R1"].code] = None
                lift = way.live.lifts["L1"]
                states.extend([(lift.floor, lift.state)] if (lift.floor, lift.state) not in states[-1:] else [])
                maps.extend([way.robot.body.map] if way.robot.body.map not in maps[-1:] else [])
                await pass_(0.1)

        looking = asyncio.ensure_future(look())
        await way.come()
        await way.packing()
        await way.until(lambda reader: reader.get(robots, node="BAY1"), 600)
        await way.see(lambda: way.live.lifts["L1"].state == "idle" and way.plc.value("closed"))
        looking.cancel()
        assert "traffic.lift" in said
        assert maps == ["floor1", "floor2", "floor1"]
        stands = [floor for floor, state in states if state == "open"]
        assert [floor for floor, before in zip(stands, ["", *stands], strict=False) if floor != before] == [
            "1",
            "2",
            "1",
        ]
        assert await way.troubles() == []

    at_a_lift(tmp_path, story, version=version)


@pytest.mark.parametrize(
    ("failing", "code"),
    [
        (Failing.STUCK, "late"),
        (Failing.FAULT, "fault"),
        (Failing.TAKEN, "manual"),
        (Failing.TWO_FLOORS, "signals"),
    ],
)
def test_a_lift_that_does_not_come_is_told_and_all_goes_on_by_itself_afterwards(
    tmp_path: Path, failing: Failing, code: str
) -> None:
    """It stands upstairs, so that it has a way to go."""

    async def story(way: Liftway) -> None:
        await way.upstairs()
        way.lift.fail(failing)
        await way.floor.work("sato", "ZONE:A")
        await way.see(lambda: way.live.lifts["L1"].trouble == f"exception.lift_{code}")
        await pass_(300)
        assert [told for told in await way.troubles() if told[1] == "open"] == [(f"exception.lift_{code}", "open")]
        assert way.at("N2")
        way.lift.fail(None)
        await way.packing()
        assert [told for told in await way.troubles() if told[1] == "open"] == []

    at_a_lift(tmp_path, story)


def test_doors_that_do_not_open_are_told_and_a_switch_that_sticks_lets_nobody_in(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        way.lift.fail(Failing.SHUT)
        await way.come()
        await way.see(lambda: way.live.lifts["L1"].trouble == "exception.lift_door")
        await pass_(60)
        assert not way.robot.occupancy.lanes
        way.lift.fail(None)
        await way.packing()
        assert await way.troubles() == [("exception.lift_door", "solved")]

    at_a_lift(tmp_path, story)


def test_R125_a_robot_is_led_to_another_lift_when_its_own_does_not_work(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.upstairs()
        way.lift.fail(Failing.STUCK)
        await way.see(lambda: not way.live.lifts["L1"].trouble)
        await way.floor.work("sato", "ZONE:A")
        await way.see(lambda: way.live.lifts["L1"].call == "1" and way.live.lifts["L1"].robots == ("R1",))
        await way.see(lambda: way.at("CAB21"))
        assert ("exception.lift_late", "open") in await way.troubles()
        await way.packing()

    at_a_lift(tmp_path, story, with_two_lifts)


def test_R12_a_lift_that_shuts_on_a_robot_is_told_at_once_and_what_was_released_stays_so(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.come()
        await way.see(lambda: way.on("UP11>CAB11"))
        way.lift.fail(Failing.FALLS)
        await way.see(lambda: way.live.lifts["L1"].trouble == "exception.lift_left", 3)
        await pass_(60)
        assert way.on("UP11>CAB11")
        way.lift.fail(None)
        await way.packing()
        assert await way.troubles() == [("exception.lift_left", "solved")]

    at_a_lift(tmp_path, story)


def test_a_lift_that_somebody_takes_with_a_robot_in_it_lets_the_robot_out_only_where_it_belongs(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.come()
        await way.see(lambda: way.at("CAB11") and not way.robot.body.moving)
        way.lift.fail(Failing.TAKEN)
        await way.see(lambda: way.live.lifts["L1"].trouble == "exception.lift_manual")
        await pass_(200)
        assert way.at("CAB11")
        way.lift.fail(None)
        await way.packing()

    at_a_lift(tmp_path, story)


def test_R123_a_robot_that_dies_in_the_cabin_holds_the_lift_and_goes_on_when_it_is_well_again(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.come()
        await way.see(lambda: way.at("CAB11"))
        way.robot.vanish()
        await way.see(lambda: way.live.lifts["L1"].trouble == "exception.lift_occupied")
        calls = way.plc.value("call_1"), way.plc.value("call_2")
        await pass_(60)
        assert (way.plc.value("call_1"), way.plc.value("call_2")) == calls
        assert way.passages.barred() == ["UP11>CAB11", "UP12>CAB12"]
        way.robot.revive()
        await way.packing()
        assert [state for code, state in await way.troubles() if code == "exception.lift_occupied"] == ["solved"]

    at_a_lift(tmp_path, story)


def test_a_robot_taken_over_by_a_person_in_the_cabin_does_not_ride(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.come()
        await way.see(lambda: way.at("CAB11"))
        way.robot.set_mode(OperatingMode.MANUAL)
        await way.see(lambda: way.live.lifts["L1"].trouble == "exception.lift_occupied")
        way.robot.set_mode(OperatingMode.AUTOMATIC)
        await way.packing()

    at_a_lift(tmp_path, story)


def test_a_unit_that_is_lost_lets_nobody_in_until_it_is_back(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.at_stop(1)
        await way.plc.go_offline()
        await way.floor.work("sato", "ZONE:A")
        await way.see(lambda: way.live.lifts["L1"].trouble == "exception.lift_lost")
        await pass_(120)
        assert not way.robot.occupancy.lanes
        await way.plc.go_online()
        await way.packing()
        assert await way.troubles() == [("exception.lift_lost", "solved")]

    at_a_lift(tmp_path, story)


@pytest.mark.parametrize("lane", ["UP11>CAB11", "CAB12>UP12"], ids=["going in", "coming out"])
@pytest.mark.parametrize("lost", [False, True], ids=["under way", "without its order"])
def test_R121_after_a_restart_a_lift_with_a_robot_in_its_door_stays_there_and_open(
    tmp_path: Path, lane: str, *, lost: bool
) -> None:
    async def story(way: Liftway) -> None:
        await way.come()
        await way.see(lambda: way.on(lane))
        floor = "1" if lane.startswith("UP") else "2"
        way.robot.stop(3000)
        await pass_(1)
        if lost:
            way.robot.vanish()
            await pass_(600)
        await way.halt()
        await pass_(60)
        assert way.lift.open_at(floor)
        await way.boot()
        await pass_(600)
        assert (way.on(lane), way.lift.open_at(floor)) == (True, True)

    at_a_lift(tmp_path, story)


def test_R121_after_a_restart_a_robot_in_the_cabin_is_taken_on(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.come()
        await way.see(lambda: way.at("CAB11"))
        await way.halt()
        await pass_(60)
        await way.boot()
        await way.packing()
        assert await way.troubles() == []

    at_a_lift(tmp_path, story)


def test_R123_a_robot_that_forgot_its_order_in_the_cabin_is_brought_out_of_it(tmp_path: Path) -> None:
    async def story(way: Liftway) -> None:
        await way.come()
        await way.see(lambda: way.at("CAB11") and way.lift.floor is None)
        way.robot.reboot()
        await way.packing()

    at_a_lift(tmp_path, story)


def test_every_trouble_of_a_lift_has_its_words() -> None:
    assert [code for code in LIFT_TROUBLES if code not in WORDS] == []

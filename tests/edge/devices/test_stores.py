"""The keeper brings robots to the maps and zones of the site file, and lets them into zones (R34, R40-R45)."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from drivers.vda5050.messages import Grant
from edge.app import roadmap_of
from edge.devices.orders import Way
from edge.devices.robots import RobotKeeper
from edge.devices.stores import Areas
from edge.fleet.area import MARGIN, inside, reaches
from edge.live import Live
from edge.model.reasons import say
from edge.processes.robots import close_place, open_place
from edge.processes.trouble import MAP_TROUBLES, ZONE_TROUBLES, raise_trouble
from edge.site import RobotMap, Site
from edge.sitefile import load_site
from edge.steward import Steward
from edge.store.tables import exceptions, stops, trips
from simulators.robots.config import RobotConfig
from simulators.robots.robot import Robot
from simulators.world.broker import Broker
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor, travel
from tests.support.store import small_site

LONG = 900
LIFTS = Path(__file__).parents[3] / "config" / "lifts.yaml"
AROUND_N2 = [(3500, -500), (4500, -500), (4500, 500), (3500, 500)]
"""About N2, on the way of every tour."""


class Server:
    """Where robots fetch maps, which may be away."""

    def __init__(self) -> None:
        self.up = True
        self.asked: list[str] = []

    async def fetch(self, link: str) -> bytes:
        self.asked.append(link)
        if not self.up:
            raise OSError("the map server says 404")
        return b"a map"


class Fleet:
    """One robot, its keeper and people who plan."""

    def __init__(self, floor: Floor, config: RobotConfig) -> None:
        self.floor, self.server = floor, Server()
        broker = Broker(random.Random(3))
        self.robot = Robot(config, broker.connect, now=clock(), dice=random.Random(4), fetch=self.server.fetch)
        self.live = Live()
        store = floor.store
        self.keeper = RobotKeeper(
            store.site,
            roadmap_of(store.site),
            store=store,
            live=self.live,
            source=store.source,
            connect=broker.connect,
        )
        lives = (self.robot.run(), self.keeper.run(), Steward(store, travel).run())
        self.running = [asyncio.ensure_future(one) for one in lives]

    async def until(self, true: Callable[[Any], object], longest: int = LONG) -> None:
        for _ in range(longest):
            if await self.floor.store.read(true):
                return
            await asyncio.sleep(1)
        raise AssertionError(self.live.views)

    async def told(self, code: str) -> list[Any]:
        return await self.floor.store.read(
            lambda reader: [row for row in reader.all(exceptions, code=code) if row.state == "open"]
        )

    async def reason(self) -> str:
        """Return why the robot does what it does, as somebody who looks sees it."""
        await asyncio.sleep(5)
        self.live.explain()
        return self.live.views["R1"].code


def with_map(site: Site, **more: Any) -> Site:
    wanted = RobotMap(**{"id": "floor1", "version": "2", "link": "https://maps.site/floor1-2.zip"} | more)
    return site.model_copy(update={"robot_types": [site.robot_types[0].model_copy(update={"maps": [wanted]})]})


def with_zone(site: Site, **rules: Any) -> Site:
    zone = site.zones[0].model_copy(update={"area": AROUND_N2} | rules)
    return site.model_copy(update={"zones": [zone]})


def with_fleet(
    folder: Path,
    story: Callable[[Fleet], Coroutine[Any, Any, None]],
    changed: Callable[[Site], Site],
    **config: Any,
) -> None:
    async def day(floor: Floor) -> None:
        settings: dict[str, Any] = {"handling_time": 1.0, "vda5050": "3.0"} | config
        fleet = Fleet(floor, RobotConfig("GenbaSim", "R1", "BAY1", 0, -2000, **settings))
        await floor.stock("SKU1", "A-02-1", 5)
        await floor.order("1", ("SKU1", 1))
        await story(fleet)
        for task in fleet.running:
            task.cancel()
        await asyncio.wait(fleet.running)

    live(folder, day, changed=changed)


def arrived(reader: Any) -> object:
    return reader.one(select(trips).where(trips.c.purpose == "batch", trips.c.state == "done"))


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_R34_a_robot_without_the_map_gets_it_and_then_work(tmp_path: Path, version: str) -> None:
    async def story(fleet: Fleet) -> None:
        await asyncio.sleep(45)
        assert not await fleet.floor.store.read(lambda reader: reader.all(trips)), "it has no map yet"
        assert await fleet.reason() == "robot.no_map"
        await fleet.until(arrived)
        assert fleet.server.asked == ["https://maps.site/floor1-2.zip"]
        assert [(one.map_id, one.map_version) for one in fleet.robot.atlas.maps if one.map_status == "ENABLED"] == [
            ("cellar", "1"),
            ("floor1", "2"),
        ]
        states = await fleet.floor.store.read(lambda reader: {row.state for row in reader.all(trips)})
        assert "failed" not in states, "nothing was tried that could not be"

    with_fleet(tmp_path, story, with_map, vda5050=version, map="cellar", download_time=60.0)


def test_R34_a_robot_works_on_its_old_map_until_the_new_one_is_aboard(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(arrived)
        assert fleet.robot.atlas.map_ids == ("floor1",)
        assert [one.map_version for one in fleet.robot.atlas.maps] == ["1"]
        await fleet.until(lambda _reader: len(fleet.robot.atlas.maps) == 2, 2 * LONG)
        await fleet.until(lambda _reader: fleet.robot.atlas.maps[1].map_status == "ENABLED", 2 * LONG)
        assert len(fleet.server.asked) == 1

    with_fleet(tmp_path, story, with_map, download_time=600.0)


def test_R34_no_trip_begins_while_a_map_is_changed_and_work_goes_on_when_it_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(fleet: Fleet) -> None:
        monkeypatch.setattr(fleet.robot.atlas, "enable_map", lambda _map_id, _version: None)  # says yes, does no
        await fleet.until(lambda _reader: len(fleet.robot.atlas.maps) == 2)
        await fleet.until(arrived)
        assert await fleet.reason() == "robot.changes_map"
        assert len(await fleet.floor.store.read(lambda reader: reader.all(trips))) == 1
        await asyncio.sleep(30)
        assert await fleet.told("exception.robot_map_silent")
        await fleet.until(lambda reader: len(reader.all(trips)) > 1)

    with_fleet(tmp_path, story, with_map, download_time=25.0)


def test_R34_a_map_that_cannot_be_fetched_is_told_and_the_trouble_ends_by_itself(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        fleet.server.up = False
        await asyncio.sleep(60)
        (row,) = await fleet.told("exception.robot_map_failed")
        for language, word in (("ja", "地図"), ("en", "the map server says 404")):
            assert word in str(say(row.code, language, row.detail))
        assert await fleet.reason() == "robot.no_map"
        fleet.server.up = True
        await fleet.until(arrived, 2 * LONG)
        assert not await fleet.told("exception.robot_map_failed")

    with_fleet(tmp_path, story, with_map, map="cellar")


def test_R34_R60_a_robot_of_2_0_is_not_bothered_with_maps(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await asyncio.sleep(60)
        assert await fleet.told("exception.robot_map_by_hand")
        assert not fleet.robot.book.errors
        assert not fleet.server.asked

    with_fleet(tmp_path, story, with_map, vda5050="2.0")


def test_R43_a_robot_is_let_into_a_zone_where_its_way_leads(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda _reader: fleet.robot.answers.get("A") is Grant.GRANTED)
        await fleet.until(
            lambda reader: reader.one(select(stops).where(stops.c.seq == 1, stops.c.arrived_at.is_not(None)))
        )
        await fleet.floor.work("sato", "ZONE:A")
        await fleet.until(lambda _reader: fleet.robot.book.last_node_id in {"N3", "N4", "N5", "N6"})
        assert not await fleet.told("exception.robot_asks")

    with_fleet(tmp_path, story, lambda site: with_zone(site, ask_leave=True))


def test_R45_nobody_enters_a_zone_that_people_closed_though_it_has_way(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda _reader: fleet.robot.answers.get("A") is Grant.GRANTED)
        assert fleet.robot.body.pose.x < 3050
        await fleet.floor.store.run(close_place, "zone", "A")
        await asyncio.sleep(300)
        assert fleet.robot.body.pose.x < 3050
        assert [node.node_id for node in fleet.robot.book.nodes if node.released][:1] == ["N2"], "it had way into it"
        assert fleet.robot.answers["A"] in {Grant.REVOKED, Grant.QUEUED}
        assert await fleet.reason() == "robot.asks_leave"
        await fleet.floor.store.run(open_place, "zone", "A")
        await fleet.until(lambda _reader: fleet.robot.book.last_node_id == "N2")

    with_fleet(tmp_path, story, lambda site: with_zone(site, ask_leave=True))


@pytest.mark.parametrize("away", [400, 1000, 1700])
def test_R125_a_robot_that_stopped_before_its_home_drives_home_out_of_the_way(tmp_path: Path, away: int) -> None:
    """It holds the node before its home too, so that nobody passes: its home it has not reached."""

    async def day(floor: Floor) -> None:
        fleet = Fleet(floor, RobotConfig("GenbaSim", "R1", "", 0, -2000 + away))
        await asyncio.sleep(120)
        assert (round(fleet.robot.body.pose.x), round(fleet.robot.body.pose.y)) == (0, -2000)
        for task in fleet.running:
            task.cancel()
        await asyncio.wait(fleet.running)

    live(tmp_path, day)


def test_R34_what_was_told_of_maps_ends_when_none_are_wanted_any_more(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        for code in (*MAP_TROUBLES, *ZONE_TROUBLES, "exception.robot_error"):
            await floor.store.run(raise_trouble, code, "robot/R1", robot="R1", map="floor1", version="2", error="x")
        fleet = Fleet(floor, RobotConfig("GenbaSim", "R1", "BAY1", 0, -2000))
        await asyncio.sleep(10)
        for code in (*MAP_TROUBLES, *ZONE_TROUBLES):
            assert not await fleet.told(code)
        assert await fleet.told("exception.robot_error"), "other troubles stay"
        for task in fleet.running:
            task.cancel()
        await asyncio.wait(fleet.running)

    live(tmp_path, day)


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_R42_the_speed_of_a_zone_holds_for_robots_of_every_version(tmp_path: Path, version: str) -> None:
    async def story(fleet: Fleet) -> None:
        fastest = 0.0
        for _ in range(20 * LONG):
            if 3500 <= fleet.robot.body.pose.x <= 4500:
                fastest = max(fastest, fleet.robot.body.speed)
            if fastest and fleet.robot.book.last_node_id == "N2" and not fleet.robot.body.moving:
                break
            await asyncio.sleep(0.05)
        assert 0 < fastest <= 300
        assert bool(fleet.robot.atlas.zone_sets) is (version == "3.0")

    with_fleet(tmp_path, story, lambda site: with_zone(site, speed=300), vda5050=version)


def areas(site: Site) -> Areas:
    return Areas(site, roadmap_of(site))


@pytest.mark.parametrize(
    ("node", "route", "passed", "released", "closed", "word"),
    [
        ("N0", ["N0", "N1", "N2"], 0, 2, False, Grant.GRANTED),
        ("N0", ["N0", "N1", "N2"], 0, 1, False, Grant.QUEUED),
        ("N0", ["N0", "N1", "N2"], 0, 2, True, Grant.QUEUED),
        ("N4", ["N1", "N2", "N3", "N4"], 3, 3, False, Grant.QUEUED),
        ("N2", None, 0, 0, False, Grant.GRANTED),
        ("N5", None, 0, 0, False, Grant.QUEUED),
    ],
)
def test_R43_leave_follows_the_released_way_and_people(
    node: str, route: list[str] | None, passed: int, released: int, *, closed: bool, word: Grant
) -> None:
    way = None if route is None else Way("t", "R1", "batch", None, route, route, passed=passed, released=released)
    shut = [("zone", "A")] if closed else []
    one = areas(with_zone(small_site(), ask_leave=True))
    assert one.may_enter("A", way, node, shut) is word
    assert one.may_enter("B", way, node, shut) is Grant.REJECTED


def test_R40_zones_without_a_rule_for_robots_are_not_sent() -> None:
    assert areas(small_site()).plans == []
    (plan,) = areas(with_zone(small_site(), speed=400, ask_leave=True)).plans
    assert plan.map_id == "floor1"
    assert [(zone.zone_id, zone.zone_type, zone.maximum_speed) for zone in plan.zones] == [
        ("A:speed", "SPEED_LIMIT", 0.4),
        ("A", "RELEASE", None),
    ]


def test_R40_R42_a_zone_holds_on_the_floor_of_its_goods_alone() -> None:
    """The other floor lies over it, and nobody there is slower or asks."""
    site = load_site(LIFTS)
    upstairs = next(zone for zone in site.zones if site.zone_map[zone.id] != site.roadmap.map)
    everywhere = [(-90_000, -90_000), (90_000, -90_000), (90_000, 90_000), (-90_000, 90_000)]
    ruled = upstairs.model_copy(update={"area": everywhere, "speed": 111, "ask_leave": True})
    site = site.model_copy(update={"zones": [ruled if zone is upstairs else zone for zone in site.zones]})
    roadmap, floor = roadmap_of(site), site.zone_map[upstairs.id]
    for lane in site.roadmap.lanes:
        found = roadmap.lane(roadmap.index(lane.start), roadmap.index(lane.end))
        assert found is not None
        assert (found.speed == 111) is (site.maps[lane.start] == floor)
    one = Areas(site, roadmap)
    assert [plan.map_id for plan in one.plans] == [floor]
    for node, map_id in site.maps.items():
        assert one.may_enter(ruled.id, None, node, ()) is (Grant.GRANTED if map_id == floor else Grant.QUEUED)


spots = st.tuples(st.integers(-3000, 9000), st.integers(-3000, 3000))


@given(spots, spots, st.integers(0, MARGIN), st.floats(0, 1))
def test_R42_a_lane_that_comes_into_an_area_reaches_it(
    start: tuple[int, int], end: tuple[int, int], margin: int, share: float
) -> None:
    spot = (round(start[0] + share * (end[0] - start[0])), round(start[1] + share * (end[1] - start[1])))
    corners = [(3400, -600), (4600, -600), (4600, 600), (3400, 600)]
    if inside(spot, [(3402, -598), (4598, -598), (4598, 598), (3402, 598)]):
        assert reaches(start, end, corners, margin)
    if max(start[0], end[0]) < 3400 - margin - 1:
        assert not reaches(start, end, corners, margin)

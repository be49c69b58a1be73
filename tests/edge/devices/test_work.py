"""Who gets work and who charges, seen from the rows of one moment (R124, R129)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import cast

from drivers.vda5050.messages import RobotId
from edge.app import roadmap_of
from edge.clock import Source
from edge.devices.robot import Robot
from edge.devices.wanted import Tour, Wanted, tours
from edge.devices.work import Work
from edge.fleet.charging import Decision, Do
from edge.fleet.reasons import Pick, Power
from edge.processes import carry
from edge.site import Lane, RobotUnit, Site, Station
from edge.store.store import Store
from tests.support.store import START, HandClock, small_site

LOW = 20
"""Percent: below the threshold of the small site's robots, above that at which nothing is left."""


@dataclass
class Row:
    """What a row of a robot or a planned batch says."""

    id: str
    type: str = "tote4"
    priority: int = 5
    due_at: object = START


@dataclass
class Halt:
    """The next stop of a tour that has its robot."""

    node: str
    kind: str


class Books:
    """Takes down who was given what; every tour has one stop and waits since the start, if not said otherwise."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str]] = []
        self.tours: dict[str, Tour] = {}
        self.starts: dict[str, str] = {}

    async def read(self, query: object, batch_ids: Sequence[str]) -> dict[str, Tour]:
        """Return the tours asked for."""
        assert query is tours
        return {batch_id: self.tours.get(batch_id, Tour(["N1"], "pick", 1, START)) for batch_id in batch_ids}

    async def run(self, decide: object, batch_id: str, robot_id: str, start: str) -> None:
        """Note an assignment."""
        self.starts[batch_id] = start
        assert decide is carry.assign_robot
        self.given.append((robot_id, batch_id))


def site_with_two_chargers() -> Site:
    site = small_site()
    chargers = [Station(id=f"CHG-{no}", kind="charge", node=f"N{no}", x=0, y=0) for no in (2, 4)]
    units = [RobotUnit(id=one, type="tote4", manufacturer="M", serial=one, home="PARK-1") for one in ("R1", "R2")]
    return site.model_copy(update={"stations": [*site.stations, *chargers], "robots": units})


def robot(name: str, node: str, percent: int, *, dead: bool = False) -> Robot:
    return Robot(name, RobotId("M", name), "BAY1", 4, 1000, node, dead=dead, alive=True, placed=True, percent=percent)


class Floor:
    """Two robots, two chargers, and some tours that wait."""

    def __init__(self, robots: Sequence[Robot], waiting: Sequence[timedelta] = (), site: Site | None = None) -> None:
        self.site = site = site or site_with_two_chargers()
        self.books = Books()
        self.robots = {one.id: one for one in robots}
        self.clock = HandClock()
        source = Source(now=self.clock, dice=Random(1))
        self.work = Work(site, roadmap_of(site), cast("Store", self.books), source)
        self.wanted = Wanted(
            rows={one: Row(one) for one in self.robots},
            waiting=[Row(f"B{number}", due_at=START + left) for number, left in enumerate(waiting)],
        )

    def charging(self) -> dict[str, Decision]:
        """Return who is to do what about its battery."""
        decided = self.work.charging(self.robots.values(), self.wanted, lambda one: self.work.charger_at.get(one.node))
        return {one.robot: one for one in decided}

    def give(self, blocked: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Give out work and return who was given what; somebody stands on the `blocked` nodes."""
        mask = roadmap_of(self.site).mask(blocked)
        asyncio.run(self.work.give(self.robots, self.wanted, lambda _robot: True, lambda: mask))
        return self.books.given


def test_nobody_is_sent_to_the_charger_where_a_dead_robot_stands() -> None:
    found = Floor([robot("R1", "N2", 50, dead=True), robot("R2", "N1", LOW)]).charging()
    assert found["R2"].charger == "CHG-4"
    assert "R1" not in found


def test_R129_far_from_a_cutoff_a_low_robot_charges_and_gets_no_work() -> None:
    floor = Floor([robot("R1", "N1", LOW)], [timedelta(hours=3)])
    assert floor.charging()["R1"].do is Do.GO
    assert floor.give() == []


def test_R129_near_a_cutoff_a_low_robot_does_the_work_that_waits_and_charges_afterwards() -> None:
    floor = Floor([robot("R1", "N1", LOW)], [timedelta(minutes=30)])
    assert floor.charging()["R1"] == Decision("R1", Do.NOTHING, Power.CUTOFF_FIRST)
    assert floor.give() == [("R1", "B0")]
    assert Floor([robot("R1", "N1", LOW)]).charging()["R1"].do is Do.GO


def test_R129_near_a_cutoff_an_empty_robot_charges_all_the_same() -> None:
    floor = Floor([robot("R1", "N1", 9)], [timedelta(minutes=30)])
    assert floor.charging()["R1"].do is Do.GO
    assert floor.give() == []


FAR_OFF = timedelta(hours=9)
"""A cut-off that hurries nobody."""


def test_R124_of_two_tours_alike_the_one_that_waits_longer_goes_first() -> None:
    floor = Floor([robot("R1", "N1", 80)], [FAR_OFF, FAR_OFF])
    floor.books.tours["B1"] = Tour(["N1"], "pick", 1, START - timedelta(minutes=30))
    assert floor.give() == [("R1", "B1")]


def test_a_tour_with_more_totes_than_a_robot_carries_waits_for_another() -> None:
    floor = Floor([robot("R1", "N1", 80)], [FAR_OFF])
    floor.books.tours["B0"] = Tour(["N1"], "totes", 5, START)
    assert floor.give() == []
    assert floor.robots["R1"].reason == Pick.NO_FITTING_JOB


def test_a_tour_is_given_only_to_a_robot_that_reaches_a_charger_after_all_its_driving() -> None:
    far_round = ["N1", *["N0", "N1"] * 200]
    floor = Floor([robot("R1", "N1", LOW + 10)], [FAR_OFF])
    floor.books.tours["B0"] = Tour(["N1"], "pick", 1, START)
    assert floor.give() == [("R1", "B0")]
    floor = Floor([robot("R1", "N1", LOW + 10)], [FAR_OFF])
    floor.books.tours["B0"] = Tour(far_round, "pick", 1, START)
    assert floor.give() == []
    assert floor.robots["R1"].reason == Pick.TOO_LOW


def test_R127_of_two_robots_alike_the_one_that_worked_less_goes() -> None:
    floor = Floor([robot("R1", "N1", 80), robot("R2", "N1", 80)], [FAR_OFF])
    floor.wanted.batches.update(R1=Row("B8"), R2=Row("B9"))
    floor.give()
    floor.clock.pass_(minutes=10)
    del floor.wanted.batches["R2"]
    floor.give()
    assert (floor.robots["R1"].worked_ms, floor.robots["R2"].worked_ms) == (600_000, 0)
    del floor.wanted.batches["R1"]
    floor.books.given.clear()
    assert floor.give() == [("R2", "B0")]


def test_R125_the_robot_goes_whose_way_is_free_not_the_nearer_one_behind_a_robot_that_stands() -> None:
    for blocked, who in (([], "R1"), (["N2"], "R2")):
        site = site_with_two_chargers()
        short_cut = Lane.model_validate({"from": "N6", "to": "N4", "length": 8000})
        roads = site.roadmap.model_copy(update={"lanes": [*site.roadmap.lanes, short_cut]})
        robots = [robot("R1", "N1", 80), robot("R2", "N6", 80)]
        floor = Floor(robots, [FAR_OFF], site.model_copy(update={"roadmap": roads}))
        floor.books.tours["B0"] = Tour(["N4"], "pick", 1, START)
        assert floor.give(blocked) == [(who, "B0")]
    floor = Floor([robot("R1", "N1", 80)], [FAR_OFF])
    floor.books.tours["B0"] = Tour(["N4"], "pick", 1, START)
    assert floor.give(["N2"]) == [("R1", "B0")]  # there is no other way, and who stands there may move on


def test_a_tour_fetches_its_totes_where_its_robot_has_them_soonest() -> None:
    for queue, start in ((0, "N2"), (3, "N0")):
        site = site_with_two_chargers()
        second = Station(id="TOTES-2", kind="tote", node="N2", x=0, y=0)
        floor = Floor(
            [robot("R1", "N1", 80)], [FAR_OFF], site.model_copy(update={"stations": [*site.stations, second]})
        )
        for number in range(queue):
            floor.wanted.batches[f"X{number}"] = Row(f"X{number}")
            floor.wanted.stops[f"X{number}"] = Halt("N2", "totes")
        floor.books.tours["B0"] = Tour(["N0", "N3"], "totes", 1, START)
        assert floor.give() == [("R1", "B0")]
        assert floor.books.starts == {"B0": start}

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
from edge.devices.wanted import Wanted
from edge.devices.work import Work
from edge.fleet.charging import Decision, Do
from edge.fleet.reasons import Power
from edge.processes import carry
from edge.site import RobotUnit, Site, Station
from edge.store.store import Store
from tests.support.store import START, small_site

LOW = 20
"""Percent: below the threshold of the small site's robots, above that at which nothing is left."""


@dataclass
class Row:
    """What a row of a robot or a planned batch says."""

    id: str
    type: str = "tote4"
    priority: int = 5
    due_at: object = START


class Books:
    """Takes down who was given what."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str]] = []

    async def run(self, decide: object, batch_id: str, robot_id: str) -> None:
        """Note an assignment."""
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

    def __init__(self, robots: Sequence[Robot], waiting: Sequence[timedelta] = ()) -> None:
        site = site_with_two_chargers()
        self.books = Books()
        self.robots = {one.id: one for one in robots}
        source = Source(now=lambda: START, dice=Random(1))
        self.work = Work(site, roadmap_of(site), cast("Store", self.books), source)
        self.wanted = Wanted(
            rows={one: Row(one) for one in self.robots},
            waiting=[Row(f"B{number}", due_at=START + left) for number, left in enumerate(waiting)],
        )

    def charging(self) -> dict[str, Decision]:
        """Return who is to do what about its battery."""
        decided = self.work.charging(self.robots.values(), self.wanted, lambda one: self.work.charger_at.get(one.node))
        return {one.robot: one for one in decided}

    def give(self) -> list[tuple[str, str]]:
        """Give out work and return who was given what."""
        asyncio.run(self.work.give(self.robots, self.wanted, lambda _robot: True))
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

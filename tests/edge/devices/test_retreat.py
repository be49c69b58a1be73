"""Robots keep out of what people closed and of everybody's way meanwhile; all of them stop, or go home, by one word."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.vda5050.messages import OperatingMode
from edge.model.words import WORDS
from edge.processes.everybody import call_home, drive_on, stop_all, work_again
from edge.processes.robots import close_place, open_place, pause_robot
from edge.site import Lane, Node, Site
from edge.store.tables import exceptions, tasks, trips
from tests.edge.devices.bench import pass_
from tests.edge.devices.fleet import LONG, Fleet, with_fleet
from tests.edge.devices.test_robots import finish

STOP = "N12"
"""Where is picked: so far from the tote station that not all of the way there is released at once."""


def large(site: Site) -> Site:
    """Return the site with a ring of 24 nodes and a short cut home; its zone reaches from N1 over STOP to N14."""
    nodes = [Node(id=f"N{i}", x=i * 2000, y=0) for i in range(24)]
    ways = [*((f"N{i}", f"N{(i + 1) % 24}", False) for i in range(24)), ("N0", "BAY1", True), ("N8", "N0", False)]
    lanes = [Lane.model_validate({"from": start, "to": end, "both": both}) for start, end, both in ways]
    bay = next(node for node in site.roadmap.nodes if node.id == "BAY1")
    picks = [place.model_copy(update={"node": f"N{at}"}) for at, place in enumerate(site.locations, start=11)]
    others = [picks[0].model_copy(update={"id": f"A-1{at}-1", "node": f"N{at}"}) for at in range(1, 11)]
    stations = [one.model_copy(update={"node": "N18"}) if one.kind == "pack" else one for one in site.stations]
    roadmap = site.roadmap.model_copy(update={"nodes": [*nodes, bay], "lanes": lanes})
    return site.model_copy(update={"roadmap": roadmap, "locations": [*picks, *others], "stations": stations})


on_ring = partial(with_fleet, changed=large)
"""Lives a story with one order to be picked at STOP."""


def under_way_to(node: str) -> Any:
    """Return a query for a trip to a node that has begun to be driven and not all of which is released."""
    return lambda reader: [
        row for row in reader.all(trips, state="running") if row.route[-1] == node and row.passed > 0
    ]


def standing(fleet: Fleet) -> bool:
    """Say whether the robot is paused and stands."""
    return fleet.robot.mind.paused and not fleet.robot.body.moving


async def home(fleet: Fleet) -> None:
    """Wait until the robot stands in its bay with nothing left to drive."""
    await fleet.until(lambda reader: fleet.robot.body.node == "BAY1" and not reader.all(trips, state="running"))


@pytest.mark.parametrize("kind", ["zone", "node"])
def test_R125_a_robot_whose_stop_is_closed_waits_at_home_and_not_in_the_way(tmp_path: Path, kind: str) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(0)
        await fleet.floor.store.run(close_place, kind, {"zone": "A", "node": STOP}[kind])
        await home(fleet)
        await pass_(LONG)
        assert fleet.robot.body.node == "BAY1"
        assert fleet.live.robots["R1"].code == "traffic.closed"
        await fleet.floor.store.run(open_place, kind, {"zone": "A", "node": STOP}[kind])
        await finish(fleet)

    on_ring(tmp_path, story)


def test_R125_a_robot_inside_a_zone_that_is_closed_drives_out_of_it(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(under_way_to(STOP))
        await fleet.floor.store.run(close_place, "zone", "A")
        await home(fleet)
        assert await fleet.floor.store.read(lambda reader: reader.all(exceptions)) == []
        await fleet.floor.store.run(open_place, "zone", "A")
        await finish(fleet)

    on_ring(tmp_path, story)


def test_a_robot_at_its_pick_in_a_zone_that_is_closed_is_picked_to_the_end_and_drives_out(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(1)
        await fleet.floor.store.run(close_place, "zone", "A")
        await pass_(LONG)
        assert fleet.robot.body.node == STOP
        await finish(fleet)

    on_ring(tmp_path, story)


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_all_robots_stop_where_they_are_and_drive_on_as_before(tmp_path: Path, version: str) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(under_way_to(STOP))
        await fleet.floor.store.run(stop_all)
        await fleet.until(lambda _reader: standing(fleet), 5)
        node = fleet.robot.body.node
        await pass_(LONG)
        assert fleet.robot.body.node == node
        assert fleet.live.robots["R1"].code == "robot.all_stopped"
        await fleet.floor.store.run(drive_on)
        await finish(fleet)

    on_ring(tmp_path, story, version)


def test_a_robot_that_somebody_paused_stays_so_when_all_others_drive_on(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.floor.store.run(pause_robot, "R1", True)
        await fleet.floor.store.run(stop_all)
        await fleet.floor.store.run(drive_on)
        await pass_(LONG)
        assert fleet.live.robots["R1"].code == "robot.paused"
        assert standing(fleet)

    on_ring(tmp_path, story)


def test_R28_a_robot_that_comes_back_while_all_stand_is_stopped_too(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(under_way_to(STOP))
        fleet.robot.cut(60)
        await fleet.floor.store.run(stop_all)
        await pass_(90)
        await fleet.until(lambda _reader: standing(fleet), 20)

    on_ring(tmp_path, story)


def test_R32_a_robot_in_somebodys_hands_is_told_nothing_while_all_stand_and_stops_when_it_is_back(
    tmp_path: Path,
) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(under_way_to(STOP))
        fleet.robot.set_mode(OperatingMode.MANUAL)
        await fleet.floor.store.run(stop_all)
        await pass_(LONG)
        assert await fleet.floor.store.read(lambda reader: reader.all(exceptions, code="exception.robot_ignores")) == []
        fleet.robot.set_mode(OperatingMode.AUTOMATIC)
        await fleet.until(lambda _reader: standing(fleet), 20)

    on_ring(tmp_path, story)


def test_all_robots_stay_stopped_over_a_restart(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(under_way_to(STOP))
        await fleet.floor.store.run(stop_all)
        await fleet.boot()
        await fleet.until(lambda _reader: standing(fleet), 20)
        await pass_(LONG)
        assert standing(fleet)

    on_ring(tmp_path, story)


def test_robots_that_are_called_home_leave_their_stops_for_later(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(under_way_to(STOP))
        await fleet.floor.store.run(call_home)
        await home(fleet)
        await pass_(LONG)
        assert fleet.robot.body.node == "BAY1"
        assert fleet.live.robots["R1"].code == "robot.called_home"
        assert await fleet.floor.store.read(lambda reader: reader.all(exceptions)) == []
        await fleet.floor.store.run(work_again)
        await finish(fleet)

    on_ring(tmp_path, story)


def test_a_robot_that_is_called_home_from_a_pick_is_picked_when_it_is_back(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(1)
        await fleet.floor.store.run(call_home)
        await home(fleet)
        task = await fleet.floor.store.read(lambda reader: reader.get(tasks, kind="pick"))
        assert (task.state, task.reason) == ("planned", "wait.called_home")
        await fleet.floor.store.run(work_again)
        await fleet.until(lambda reader: reader.get(tasks, kind="pick").state == "ready")
        await finish(fleet)

    on_ring(tmp_path, story)


def test_robots_that_are_called_home_get_no_new_work(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.floor.store.run(call_home)
        await pass_(LONG)
        assert await fleet.floor.store.read(lambda reader: reader.all(trips, purpose="batch")) == []
        assert fleet.live.robots["R1"].code == "robot.called_home"
        await fleet.boot()
        await pass_(LONG)
        assert await fleet.floor.store.read(lambda reader: reader.all(trips, purpose="batch")) == []
        await fleet.floor.store.run(work_again)
        await finish(fleet)

    on_ring(tmp_path, story)


def test_what_is_said_of_all_robots_has_words_in_both_languages() -> None:
    for code in ("robot.all_stopped", "robot.called_home", "wait.called_home", "wait.all_stopped"):
        assert all(WORDS[code])

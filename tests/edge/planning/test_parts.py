"""Where no lane joins two parts of the floor, each has tours of its own, and an order may need one of each (R128)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from edge.app import roadmap_of
from edge.devices.wanted import wanted
from edge.devices.work import Work
from edge.site import Lane, Location, Node, RobotType, RobotUnit, Site, Station, Zone
from edge.sitefile import load_site
from edge.store.tables import batches, robots, stops
from edge.store.tx import Reader, Tx
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, name, small_site

LIFTS = Path(__file__).parents[3] / "config" / "lifts.yaml"


def parted_site() -> Site:
    """Return the small site with a second aisle behind the pack station, where a robot of a manager drives."""
    site = small_site()
    nodes = [Node(id=f"M{i}", x=i * 2000, y=20_000) for i in range(4)]
    lanes = [Lane.model_validate({"from": f"M{i}", "to": f"M{(i + 1) % 4}"}) for i in range(4)]
    lanes.append(Lane.model_validate({"from": "M0", "to": "BAY2", "both": True}))
    roads = site.roadmap.model_copy(
        update={
            "nodes": [*site.roadmap.nodes, *nodes, Node(id="BAY2", x=0, y=22_000)],
            "lanes": [*site.roadmap.lanes, *lanes],
        }
    )
    stations = [
        station.model_copy(update={"also": ["M3"]}) if station.kind == "pack" else station for station in site.stations
    ]
    stations += [
        Station(id="TOTES-2", kind="tote", node="M1", x=0, y=0),
        Station(id="PARK-2", kind="park", node="BAY2", x=0, y=0),
    ]
    return site.model_copy(
        update={
            "roadmap": roads,
            "stations": stations,
            "zones": [*site.zones, Zone(id="B", name=name("B"), area=[(0, 19_000), (9000, 19_000), (9000, 23_000)])],
            "locations": [*site.locations, Location(id="B-01-1", zone="B", node="M2", x=4000, y=21_000)],
            "robot_types": [*site.robot_types, RobotType(id="carrier", driver="fms", totes=4)],
            "robots": [
                *site.robots,
                RobotUnit(id="F1", type="carrier", manufacturer="Maker", serial="F1", home="PARK-2"),
            ],
        }
    )


async def opened(folder: Path) -> Floor:
    clock = HandClock()
    floor = Floor(make_store(folder, parted_site(), clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 20)
    await floor.stock("SKU2", "B-01-1", 20)
    return floor


async def tours(floor: Floor) -> dict[str, list[str]]:
    """Return the nodes of each tour by its orders."""

    def query(reader: Reader) -> dict[str, list[str]]:
        found = {}
        for batch in reader.rows(select(batches).order_by(batches.c.id)):
            rows = reader.rows(select(stops).where(stops.c.batch_id == batch.id).order_by(stops.c.seq))
            found[batch.id] = [row.node for row in rows]
        return found

    return await floor.store.read(query)


async def plan(floor: Floor) -> None:
    """Plan, and let an order not wait for company."""
    await floor.plan()
    floor.clock.pass_(seconds=30)
    await floor.plan()


@pytest.mark.parametrize(
    ("lines", "wanted_tours"),
    [
        ([("SKU1", 1)], [["N0", "N1", "N6"]]),
        ([("SKU2", 1)], [["M1", "M2", "M3"]]),
        ([("SKU1", 1), ("SKU2", 1)], [["M1", "M2", "M3"], ["N0", "N1", "N6"]]),
    ],
)
async def test_R128_each_part_of_the_floor_has_tours_of_its_own(
    tmp_path: Path, lines: list[tuple[str, int]], wanted_tours: list[list[str]]
) -> None:
    floor = await opened(tmp_path)
    await floor.order("1", *lines)
    await plan(floor)
    assert sorted((await tours(floor)).values()) == wanted_tours
    stations = await floor.store.read(lambda reader: {row.station for row in reader.all(batches)})
    assert stations == {"PACK-1"}, "an order comes together at one station"


@pytest.mark.parametrize("out", ["R1", "F1"])
async def test_R128_a_part_without_robots_takes_no_room_from_the_other(tmp_path: Path, out: str) -> None:
    floor = await opened(tmp_path)

    def rest(tx: Tx) -> None:
        tx.change(robots, {"id": out}, in_service=False)

    await floor.store.run(rest)
    here, there = ("SKU1", "SKU2") if out == "R1" else ("SKU2", "SKU1")
    for key in range(12):
        await floor.order(f"h{key}", (here, 1))
        await floor.order(f"t{key}", (there, 1))
    await plan(floor)
    found = [nodes[0] for nodes in (await tours(floor)).values()]
    assert found.count("M1" if out == "R1" else "N0") == 2, "one for its robot, one to spare"
    assert found.count("N0" if out == "R1" else "M1") == 1, "one to spare"


async def test_R128_each_driver_is_shown_the_tours_of_its_part(tmp_path: Path) -> None:
    floor = await opened(tmp_path)
    site = floor.store.site
    await floor.order("1", ("SKU1", 1), ("SKU2", 1))
    await plan(floor)
    work = Work(site, roadmap_of(site), floor.store, floor.store.source)
    everything = await floor.store.read(wanted)
    assert len(everything.waiting) == 2
    shown = {
        driver: [everything.stops[row.id].node for row in work.concerning(everything, site.units_of(driver)).waiting]
        for driver in ("vda5050", "fms")
    }
    assert shown == {"vda5050": ["N0"], "fms": ["M1"]}


def test_R128_floors_that_a_lift_joins_are_one_part() -> None:
    site = load_site(LIFTS)
    assert len({site.maps[location.node] for location in site.locations}) > 1, "there are goods on both floors"
    assert {site.part[location.node] for location in site.locations} == set(site.worked_parts)
    assert len(site.worked_parts) == 1


def test_R128_parts_are_what_lanes_join_whichever_way_they_lead() -> None:
    site = parted_site()
    assert {site.part[node] for node in ("N0", "N7", "BAY1")} == {"BAY1"}
    assert {site.part[node] for node in ("M0", "M3", "BAY2")} == {"BAY2"}
    assert site.worked_parts == ["BAY1", "BAY2"]
    pack = site.station["PACK-1"]
    assert (site.stop_for(pack, "BAY1"), site.stop_for(pack, "BAY2")) == ("N6", "M3")
    assert site.stop_for(site.station["TOTES-1"], "BAY2") is None

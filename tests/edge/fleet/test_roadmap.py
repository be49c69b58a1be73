"""The roadmap: shortest ways by time, closures, and what is wrong with a map."""

import random
from itertools import pairwise
from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.mapcheck import check_map, components
from edge.fleet.roadmap import FAR, NEAR, Lane, Node, Roadmap, RoadmapError
from edge.model.faults import Fault
from tests.edge.fleet.floor import grid


def square(*, both: bool = False) -> Roadmap:
    """A - B - C - D round a square of 1 m, one-way unless both."""
    nodes = [Node("A", 0, 0), Node("B", 1000, 0), Node("C", 1000, 1000), Node("D", 0, 1000)]
    pairs = [("A", "B"), ("B", "C"), ("C", "D"), ("D", "A")]
    lanes = [Lane(a, b, 1000) for a, b in pairs]
    return Roadmap(nodes, lanes + ([Lane(b, a, 500) for a, b in pairs] if both else []))


def test_travel_time_is_length_over_speed_rounded_up() -> None:
    roadmap = Roadmap([Node("A", 0, 0), Node("B", 3000, 4000)], [Lane("A", "B", 1500)])
    assert roadmap.travel_ms("A", "B") == 3334
    assert roadmap.travel_ms("A", "B", speed=1000) == 5000
    assert roadmap.travel_ms("B", "A") is None
    longer = Roadmap(roadmap.nodes, [Lane("A", "B", 1000, length=7000)])
    assert longer.travel_ms("A", "B") == 7000


def test_the_fastest_way_is_taken_not_the_shortest() -> None:
    assert square(both=True).path(0, 3) == [0, 3]
    roadmap = Roadmap(
        [Node("A", 0, 0), Node("B", 1000, 0), Node("C", 500, 500)],
        [Lane("A", "B", 100), Lane("A", "C", 1000), Lane("C", "B", 1000)],
    )
    assert roadmap.path(0, 1) == [0, 2, 1]


def test_closures_change_ways_at_once_and_back() -> None:
    roadmap = square(both=True)
    assert roadmap.travel_ms("A", "B") == 1000
    roadmap.close("A>B")
    assert roadmap.travel_ms("A", "B") == 2000 * 3
    roadmap.close("D")
    assert roadmap.travel_ms("A", "B") is None
    assert roadmap.closures() == ["D", "A>B"]
    roadmap.open("A>B")
    roadmap.open("D")
    assert roadmap.travel_ms("A", "B") == 1000
    assert roadmap.closures() == []


def test_avoided_nodes_may_be_start_or_goal_but_not_between() -> None:
    roadmap = square()
    avoid = roadmap.mask(["B", "D"])
    assert roadmap.travel_ms("A", "C", avoid=avoid) is None
    assert roadmap.travel_ms("B", "C", avoid=avoid) == 1000
    assert roadmap.travel_ms("C", "D", avoid=avoid) == 1000


def test_masks_and_names_are_inverse() -> None:
    roadmap = square()
    assert roadmap.names(roadmap.mask(["D", "A"])) == ["A", "D"]


@pytest.mark.parametrize(
    ("nodes", "lanes"),
    [
        ([Node("A", 0, 0), Node("A", 1, 0)], []),
        ([Node("A", 0, 0)], [Lane("A", "B", 1)]),
        ([Node("A", 0, 0)], [Lane("A", "A", 1)]),
        ([Node("A", 0, 0), Node("B", 1, 0)], [Lane("A", "B", 0)]),
        ([Node("A", 0, 0), Node("B", 0, 0)], [Lane("A", "B", 1)]),
        ([Node("A", 0, 0), Node("B", 1, 0)], [Lane("A", "B", 1), Lane("A", "B", 2)]),
    ],
)
def test_contradictory_maps_raise(nodes: list[Node], lanes: list[Lane]) -> None:
    with pytest.raises(RoadmapError):
        Roadmap(nodes, lanes)


def test_closing_what_is_not_there_raises() -> None:
    for place in ("X", "A>C", "X>A"):
        with pytest.raises(RoadmapError):
            square().close(place)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_tables_agree_with_a_plain_search_and_paths_with_tables(seed: int) -> None:
    dice = random.Random(seed)
    roadmap = grid(dice.randint(2, 5), dice.randint(2, 5), 2, 0.4, dice).roadmap
    avoid = dice.getrandbits(len(roadmap.nodes)) & dice.getrandbits(len(roadmap.nodes))
    lane = dice.choice(roadmap.lanes)
    roadmap.close(lane.id)
    goal = dice.randrange(len(roadmap.nodes))
    table = roadmap.table(goal, avoid=avoid)
    times = [0 if number == goal else FAR for number in range(len(roadmap.nodes))]
    for _ in roadmap.nodes:
        for start, row in enumerate(roadmap.after):
            for end in row:
                if (end == goal or not avoid >> end & 1) and not roadmap.is_closed(start, end):
                    times[start] = min(times[start], times[end] + roadmap.length(start, end))
    assert list(table) == times
    for start, time in enumerate(table):
        path = roadmap.path(start, goal, avoid=avoid)
        if path is None:
            assert time == FAR
        else:
            assert time == sum(roadmap.length(a, b) for a, b in pairwise(path))
            assert not any(avoid >> node & 1 for node in path[1:-1])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_search_that_is_taken_up_again_and_again_finds_what_a_whole_one_finds(seed: int) -> None:
    dice = random.Random(seed)
    floor = grid(dice.randint(2, 6), dice.randint(2, 6), 2, 0.4, dice).roadmap
    whole, asked = Roadmap(floor.nodes, floor.lanes), Roadmap(floor.nodes, floor.lanes)
    goal, speed = dice.randrange(len(floor.nodes)), dice.choice([None, 700])
    table = whole.table(goal, speed=speed)
    for start in dice.sample(range(len(table)), len(table)):
        assert asked.time(start, goal, speed=speed) == table[start]
        assert asked.path(start, goal, speed=speed) == whole.path(start, goal, speed=speed)
    assert asked.table(goal, speed=speed) == table


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_the_nearest_of_some_nodes_is_as_far_as_the_nearest_looked_for_by_itself(seed: int) -> None:
    dice = random.Random(seed)
    floor = grid(dice.randint(2, 6), dice.randint(2, 6), 2, 0.4, dice).roadmap
    names = [node.id for node in floor.nodes]
    goals = dice.sample(names, dice.randint(1, 4))
    for start in names:
        assert floor.nearest_ms(start, goals) == min(floor.travel_ms(start, goal) or 0 for goal in goals)
    assert floor.nearest_ms(names[0], []) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_a_pose_belongs_to_the_nearest_node_as_if_all_were_looked_at(seed: int) -> None:
    dice = random.Random(seed)
    nodes = [Node(f"N{number}", dice.randint(-1500, 1500), dice.randint(-1500, 1500)) for number in range(12)]
    nodes = list({(node.x, node.y): node for node in nodes}.values())
    roadmap = Roadmap(nodes, [Lane(one.id, other.id, 1000) for one, other in pairwise(nodes)])
    for _ in range(20):
        x, y = dice.randint(-2000, 2000), dice.randint(-2000, 2000)
        off, name = min(((node.x - x) ** 2 + (node.y - y) ** 2, node.id) for node in nodes)
        found = roadmap.locate(x, y)
        if isqrt(off) <= NEAR:
            assert found == (name, None, isqrt(off))
        else:
            assert found[1] is not None


def test_shadows_name_all_nodes_that_are_too_near() -> None:
    roadmap = square()
    assert roadmap.shadows(0) == [1, 2, 4, 8]
    assert roadmap.shadows(1000) == [1, 2, 4, 8]
    assert roadmap.names(roadmap.shadows(1001)[0]) == ["A", "B", "D"]


# --- what is wrong with a map ---


def faults(roadmap: Roadmap, **more: object) -> list[tuple[Fault, str]]:
    stations, bays = more.pop("stations", {}), more.pop("bays", {})
    found = check_map(roadmap, stations=stations, bays=bays, **more)  # type: ignore[arg-type]
    return [(problem.fault, problem.place) for problem in found]


def test_a_ring_is_one_component_and_has_no_faults() -> None:
    assert components(square()) == [[0, 1, 2, 3]]
    assert faults(square(), stations={"PACK": "A"}) == []


def test_nodes_without_lanes_dead_ends_and_unreachable_nodes_are_found() -> None:
    roadmap = Roadmap(
        [*square().nodes, Node("IN", 5000, 0), Node("OUT", 5000, 5000), Node("X", 9000, 0)],
        [*square().lanes, Lane("B", "IN", 1000), Lane("OUT", "C", 1000)],
    )
    assert faults(roadmap, stations={"PACK": "IN", "TOTE": "OUT"}) == [
        (Fault.DEAD_END, "IN"),
        (Fault.UNREACHABLE, "OUT"),
        (Fault.NO_LANE, "X"),
        (Fault.STATION_NO_WAY_BACK, "PACK"),
        (Fault.STATION_UNREACHABLE, "TOTE"),
    ]


def test_a_bay_in_the_middle_of_the_way_is_found() -> None:
    roadmap = Roadmap(
        [Node("A", 0, 0), Node("B", 1000, 0), Node("P", 2000, 0), Node("C", 3000, 0)],
        [Lane(a, b, 1000) for x, y in (("A", "B"), ("B", "P"), ("P", "C")) for a, b in ((x, y), (y, x))],
    )
    assert faults(roadmap, bays={"PARK": "P"}) == [(Fault.BAY_ON_WAY_IN, "C"), (Fault.BAY_ON_WAY_OUT, "C")]


def test_bays_too_near_and_too_few_are_found() -> None:
    found = faults(square(both=True), bays={"PARK": "A"}, robots=2, clearance=1200)
    assert (Fault.BAY_TOO_NEAR, "PARK") in found
    assert (Fault.FEW_BAYS, "roadmap") in found


def test_lanes_that_cross_without_a_node_are_found() -> None:
    nodes = square().nodes
    crossing = Roadmap(nodes, [*square().lanes, Lane("A", "C", 1000), Lane("C", "A", 1000), Lane("B", "D", 1000)])
    assert faults(crossing) == [(Fault.CROSSING, "A>C")]


def test_random_grids_that_hang_together_have_no_way_faults() -> None:
    site = grid(5, 4, 3, 0.5, random.Random(1))
    bays = {bay: bay for bay in site.bays}
    ways = {Fault.UNREACHABLE, Fault.DEAD_END, Fault.BAY_ON_WAY_IN, Fault.BAY_ON_WAY_OUT, Fault.NO_LANE}
    assert [fault for fault, _ in faults(site.roadmap, stations={"S": site.stops[0]}, bays=bays) if fault in ways] == []


def storeys() -> Roadmap:
    """Two floors of one node each, a landing and a cabin on both, and a lift between."""
    nodes = [Node(f"{name}{floor}", x, 0, f"floor{floor}") for floor in (1, 2) for x, name in enumerate("NLC")]
    nodes = [Node(node.id, node.x * 1000, 0, node.map) for node in nodes]
    ways = [("N1", "L1"), ("L1", "C1"), ("C2", "L2"), ("L2", "N2")]
    lanes = [Lane(a, b, 1000) for a, b in ways] + [Lane("C1", "C2", 1, ride=30_000), Lane("C2", "C1", 1, ride=30_000)]
    return Roadmap(nodes, lanes, [["C1", "C2"]], ["L1", "L2"])


def test_a_ride_takes_its_time_and_nothing_is_driven() -> None:
    roadmap = storeys()
    assert roadmap.travel_ms("N1", "N2") == 4000 + 30_000
    assert roadmap.travel_ms("N1", "N2", speed=500) == 8000 + 30_000
    assert roadmap.length(roadmap.index("C1"), roadmap.index("C2")) == 0


def test_nodes_of_two_floors_are_near_each_other_only_in_a_cabin() -> None:
    roadmap = storeys()
    assert [roadmap.names(mask) for mask in roadmap.shadows(0)][2::3] == [["C1", "C2"], ["C1", "C2"]]
    assert roadmap.names(roadmap.shadows(1001)[0]) == ["N1", "L1"]
    assert roadmap.names(roadmap.shadows(1001)[2]) == ["L1", "C1", "C2"]
    assert roadmap.names(roadmap.through) == ["L1", "C1", "L2", "C2"]


def test_a_pose_is_looked_for_on_its_own_floor_and_on_all_where_its_map_is_unknown() -> None:
    roadmap = storeys()
    assert roadmap.locate(0, 0, "floor2") == ("N2", None, 0)
    assert roadmap.locate(0, 0, "floor1") == roadmap.locate(0, 0, "attic") == roadmap.locate(0, 0) == ("N1", None, 0)
    assert roadmap.locate(1500, 0, "floor2") == ("C2", "L2", 500)
    assert roadmap.locate(1500, 0, "floor1") == ("L1", "C1", 500)


def test_lanes_of_two_floors_and_rides_cross_nothing() -> None:
    nodes = [Node("A", 0, 0, "one"), Node("B", 1000, 0, "one"), Node("C", 500, -500, "two"), Node("D", 500, 500, "two")]
    lanes = [Lane(a, b, 1000) for a, b in (("A", "B"), ("B", "A"), ("C", "D"), ("D", "C"))]
    rides = [Lane("B", "C", 1, ride=1000), Lane("C", "B", 1, ride=1000)]
    assert check_map(Roadmap(nodes, lanes + rides), stations={}, bays={}) == []
    crossing = [Node(node.id, node.x, node.y, "one") for node in nodes]
    found = check_map(Roadmap(crossing, lanes + rides), stations={}, bays={})
    assert [problem.fault for problem in found] == [Fault.CROSSING]

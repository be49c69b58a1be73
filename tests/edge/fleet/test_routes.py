"""Tours through stops to a bay."""

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.roadmap import Lane, Node, Roadmap
from edge.fleet.routes import NoWay, Tour, plan_tour
from tests.edge.fleet.floor import grid


def row() -> Roadmap:
    """P1 - A - B - C - P2 in a row, a metre and a second apart, two-way, with bay P3 on B."""
    nodes = [Node(name, x * 1000, 0) for x, name in enumerate(["P1", "A", "B", "C", "P2"])] + [Node("P3", 2000, 1000)]
    lanes = [
        lane
        for a, b in (("P1", "A"), ("A", "B"), ("B", "C"), ("C", "P2"), ("B", "P3"))
        for lane in (Lane(a, b, 1000), Lane(b, a, 1000))
    ]
    return Roadmap(nodes, lanes)


def test_a_tour_visits_the_stops_in_order_and_ends_in_the_nearest_bay() -> None:
    tour = plan_tour(row(), "P1", [["C"], ["A"]], ["P1", "P2"], bays=row().mask(["P1", "P2", "P3"]))
    assert tour == Tour(("P1", "A", "B", "C", "B", "A", "P1"), (3, 5), (3000, 2000, 1000))


def test_of_alternatives_the_one_with_the_shortest_whole_tour_is_chosen() -> None:
    tour = plan_tour(row(), "B", [["A", "C"]], ["P2"])
    assert isinstance(tour, Tour)
    assert tour.nodes == ("B", "C", "P2")
    assert tour.travel_ms == 2000


def test_R131_a_stop_where_the_robot_already_stands_needs_no_drive() -> None:
    tour = plan_tour(row(), "B", [["B"], ["B"], ["C"]], ["P2"])
    assert tour == Tour(("B", "C", "P2"), (0, 0, 1), (0, 0, 1000, 1000))


def test_a_robot_that_stays_in_its_bay_has_a_tour_of_one_node() -> None:
    assert plan_tour(row(), "P1", [], ["P1"]) == Tour(("P1",), (), (0,))


def test_what_cannot_be_reached_is_named() -> None:
    roadmap = row()
    assert plan_tour(roadmap, "P1", [["C"]], ["P1"], avoid=roadmap.mask(["B"])) == NoWay(("C",))
    assert plan_tour(roadmap, "P1", [["P3"]], ["P1"], bays=roadmap.mask(["P1", "P3"])) == NoWay(("P3",))
    assert plan_tour(roadmap, "P1", [], ["P2"], avoid=roadmap.mask(["P2"])) == NoWay(("P2",))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_tours_follow_lanes_and_drive_through_no_bay(seed: int) -> None:
    dice = random.Random(seed)
    site = grid(dice.randint(2, 5), dice.randint(2, 5), 4, 0.4, dice)
    bays = site.roadmap.mask(site.bays)
    stops = [[dice.choice(site.stops) for _ in range(dice.randint(1, 2))] for _ in range(dice.randint(0, 4))]
    tour = plan_tour(site.roadmap, site.bays[0], stops, site.bays[1:], bays=bays)
    assert isinstance(tour, Tour)
    numbers = [site.roadmap.index(node) for node in tour.nodes]
    assert all(site.roadmap.joined(a, b) for a, b in pairwise(numbers))
    assert not any(bays >> number & 1 for number in numbers[1:-1])
    assert all(tour.nodes[at] in wanted for at, wanted in zip(tour.stops, stops, strict=True))
    assert list(tour.stops) == sorted(tour.stops)
    cheapest = min(
        site.roadmap.travel_ms(tour.nodes[tour.stops[-1]] if stops else site.bays[0], bay, avoid=bays) or 0
        for bay in site.bays[1:]
    )
    assert tour.leg_ms[-1] == cheapest

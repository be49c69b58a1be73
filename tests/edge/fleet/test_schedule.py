"""New routes fitted into the plan: between what others do, and without changing it."""

import random

from edge.fleet.roadmap import Lane, Node, Roadmap
from edge.fleet.traffic import Traffic
from tests.edge.fleet.floor import Floor, warehouse

BAYS = ("W", "E", "N")


def crossing() -> Traffic:
    """Two one-way streets that cross at M: from W to E with a long way before M, and from N to a bay beyond."""
    places = {"W": (0, 0), "A": (20, 0), "B": (40, 0), "M": (60, 0), "E": (80, 0), "N": (60, 2), "S": (60, -2)}
    nodes = [Node(name, x * 1000, y * 1000) for name, (x, y) in places.items()]
    ways = [("W", "A"), ("A", "B"), ("B", "M"), ("M", "E"), ("N", "M"), ("M", "S")]
    return Traffic(Roadmap(nodes, [Lane(a, b, 1000) for a, b in ways]), bays=["W", "E", "N", "S"])


def test_R125_who_is_near_a_crossing_goes_before_one_that_asked_first_and_is_far_away() -> None:
    t = crossing()
    t.place("FAR", "W")
    t.place("NEAR", "N")
    assert t.route("FAR", ["W", "A", "B", "M", "E"]) is None
    assert t.route("NEAR", ["N", "M", "S"]) is None
    assert [name for name, _ in t.plan()] == ["NEAR", "NEAR", "FAR", "FAR", "FAR", "FAR"]
    assert t.extend("NEAR") == 2


def test_R125_the_plan_of_others_stays_when_a_route_is_fitted_in() -> None:
    t = crossing()
    t.place("FAR", "W")
    t.place("NEAR", "N")
    t.route("FAR", ["W", "A", "B", "M", "E"])
    t.changes()
    t.route("NEAR", ["N", "M", "S"])
    assert list(t.changes()) == ["NEAR"]


def test_R121_moves_robot_by_robot_in_order_of_rank_are_the_plan() -> None:
    dice = random.Random(3)
    floor = Floor(warehouse(4, 4, 12), 12, dice)
    kept: dict[str, list[tuple[int, int]]] = {}
    wish: dict[str, str] = {}
    for _ in range(60):
        for body in floor.bodies:
            floor.work(body, wish)
        floor.step()
        kept |= floor.traffic.changes()
        moves = sorted((rank, name, at) for name, runs in kept.items() for at, rank in runs)
        released = {one.robot: one.released for one in floor.traffic.snapshot()}
        assert [(name, at) for _, name, at in moves if at > released[name]] == floor.traffic.plan()

"""The visiting order of a tour: against nearest first and against every order there is."""

import random
from collections.abc import Sequence
from itertools import pairwise, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.planning.stops import Travel, visiting_order

WORST = 1.25
"""How much longer than the best order a tour of up to five stops may be; nine in ten are the best itself."""


def drives(seed: int, *, one_way: bool) -> Travel:
    """Return the driving times of a random floor; on one with one-way lanes there and back differ."""
    dice = random.Random(seed)
    places = {f"N{i}": (dice.randint(0, 50), dice.randint(0, 50)) for i in range(12)}
    detour = {(a, b): dice.randint(0, 30) if one_way else 0 for a in places for b in places}

    def travel(one: str, other: str) -> int:
        (x, y), (u, v) = places[one], places[other]
        return abs(x - u) + abs(y - v) + (detour[one, other] if one != other else 0)

    return travel


def length(travel: Travel, route: Sequence[str]) -> int:
    return sum(travel(one, other) for one, other in pairwise(["N0", *route, "N11"]))


def nearest(travel: Travel, nodes: Sequence[str]) -> list[str]:
    at, left, route = "N0", sorted(nodes), []
    while left:
        at = min(left, key=lambda node: (travel(at, node), node))
        left.remove(at)
        route.append(at)
    return route


NODES = st.lists(st.integers(1, 10).map("N{}".format), min_size=1, max_size=9, unique=True)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 10_000), st.booleans(), NODES)
def test_F88_a_tour_visits_every_stop_once_and_is_never_worse_than_nearest_first(
    seed: int, one_way: bool, nodes: list[str]
) -> None:
    travel = drives(seed, one_way=one_way)
    route = visiting_order(travel, "N0", [*nodes, nodes[0]], "N11")
    assert sorted(route) == sorted(nodes)
    assert length(travel, route) <= length(travel, nearest(travel, nodes))


def test_F88_a_tour_of_up_to_five_stops_is_the_shortest_or_close_to_it() -> None:
    exact = 0
    for seed in range(300):
        dice = random.Random(seed)
        travel = drives(seed, one_way=seed % 2 == 0)
        nodes = dice.sample([f"N{i}" for i in range(1, 11)], dice.randint(1, 5))
        best = min(length(travel, one) for one in permutations(nodes))
        found = length(travel, visiting_order(travel, "N0", nodes, "N11"))
        assert found <= best * WORST, seed
        exact += found == best
    assert exact >= 270


def test_the_same_stops_in_any_order_give_the_same_tour() -> None:
    travel = drives(7, one_way=True)
    nodes = [f"N{i}" for i in range(1, 9)]
    wanted = visiting_order(travel, "N0", nodes, "N11")
    assert visiting_order(travel, "N0", nodes[::-1], "N11") == wanted

"""In which order a robot visits the places of a batch: cheapest insertion or nearest first, then single stops moved."""

from collections.abc import Callable, Sequence
from itertools import pairwise

Travel = Callable[[str, str], int]
"""Driving time in ms from node to node; large when there is no way."""


def visiting_order(travel: Travel, first: str, nodes: Sequence[str], last: str) -> list[str]:
    """Return the nodes in a short visiting order between `first` and `last`, never longer than nearest first."""
    waiting = sorted(dict.fromkeys(nodes))
    routes = (_by_insertion(travel, first, waiting, last), _by_nearest(travel, first, waiting, last))
    return _improved(travel, min(routes, key=lambda route: _length(travel, route)))[1:-1]


def cheapest(travel: Travel, route: Sequence[str], node: str) -> tuple[int, int]:
    """Return the extra time to a node on a route, and before which place of it that is the least."""
    return min(
        (travel(one, node) + travel(node, other) - travel(one, other), at)
        for at, (one, other) in enumerate(pairwise(route), start=1)
    )


def _by_insertion(travel: Travel, first: str, nodes: Sequence[str], last: str) -> list[str]:
    route, waiting = [first, last], list(nodes)
    while waiting:
        _, node, at = min((cost, node, at) for node in waiting for cost, at in (cheapest(travel, route, node),))
        route.insert(at, node)
        waiting.remove(node)
    return route


def _by_nearest(travel: Travel, first: str, nodes: Sequence[str], last: str) -> list[str]:
    route, waiting = [first], list(nodes)
    while waiting:
        _, node = min((travel(route[-1], node), node) for node in waiting)
        route.append(node)
        waiting.remove(node)
    return [*route, last]


def _improved(travel: Travel, route: list[str]) -> list[str]:
    """Move single stops to where they cost less, as long as that shortens the route."""
    best, length = route, _length(travel, route)
    while True:
        moved = min(_neighbours(best), key=lambda other: _length(travel, other), default=best)
        shorter = _length(travel, moved)
        if shorter >= length:
            return best
        best, length = moved, shorter


def _neighbours(route: list[str]) -> list[list[str]]:
    found = []
    for at in range(1, len(route) - 1):
        rest = [*route[:at], *route[at + 1 :]]
        found += [[*rest[:to], route[at], *rest[to:]] for to in range(1, len(rest)) if to != at]
    return found


def _length(travel: Travel, route: Sequence[str]) -> int:
    return sum(travel(one, other) for one, other in pairwise(route))

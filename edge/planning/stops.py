"""In which order a robot visits the places of a batch: cheapest insertion between its first and last stop."""

from collections.abc import Callable, Sequence

Travel = Callable[[str, str], int]
"""Driving time in ms from node to node; large when there is no way."""


def visiting_order(travel: Travel, first: str, nodes: Sequence[str], last: str) -> list[str]:
    """Return the nodes in a short visiting order between `first` and `last`."""
    route = [first, last]
    waiting = sorted(dict.fromkeys(nodes))
    while waiting:
        cost, node, at = min(
            (travel(route[i], node) + travel(node, route[i + 1]) - travel(route[i], route[i + 1]), node, i)
            for node in waiting
            for i in range(len(route) - 1)
        )
        del cost
        route.insert(at + 1, node)
        waiting.remove(node)
    return route[1:-1]

"""Who shares a tour: those for whom the robot goes the least out of its way (F89).

A tour grows by cheapest insertion; the order in which it is driven at last is for `visiting_order` to find.
"""

from collections.abc import Iterable

from edge.planning.stops import Travel, cheapest

STOP_MS = 30_000
"""What a stop costs beside the way to it: a picker comes, scans the location and leaves."""


class Company:
    """A tour in the making, from where it begins to where it ends; all costs are times in ms."""

    def __init__(self, travel: Travel, first: str, last: str) -> None:
        self._travel = travel
        self._route = [first, last]
        self._extra: dict[str, tuple[int, int]] = {}
        """What each node that was asked for costs, and before which place of the route."""

    def detour(self, nodes: Iterable[str]) -> int:
        """Return what stopping at these nodes costs, each taken alone: a little more than all of them together."""
        return sum(STOP_MS + self._cheapest(node)[0] for node in nodes if node not in self._route)

    def join(self, nodes: Iterable[str]) -> None:
        """Let the tour pass these nodes."""
        for node in nodes:
            if node not in self._route:
                self._insert(self._cheapest(node)[1], node)

    def _cheapest(self, node: str) -> tuple[int, int]:
        found = self._extra.get(node)
        if found is None:
            found = self._extra[node] = cheapest(self._travel, self._route, node)
        return found

    def _insert(self, at: int, node: str) -> None:
        """Put a node into the route: for every other only the two ways beside it are new, and one way is gone."""
        self._route.insert(at, node)
        beside = self._route[at - 1 : at + 2]
        for other, (cost, place) in list(self._extra.items()):
            if place == at:
                del self._extra[other]
                continue
            new, step = cheapest(self._travel, beside, other)
            known = (cost, place + (place > at))
            self._extra[other] = min(known, (new, at - 1 + step))

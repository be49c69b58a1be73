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

    def detour(self, nodes: Iterable[str]) -> int:
        """Return what stopping at these nodes costs, each taken alone: a little more than all of them together."""
        return sum(STOP_MS + cheapest(self._travel, self._route, node)[0] for node in nodes if node not in self._route)

    def join(self, nodes: Iterable[str]) -> None:
        """Let the tour pass these nodes."""
        for node in nodes:
            if node not in self._route:
                self._route.insert(cheapest(self._travel, self._route, node)[1], node)

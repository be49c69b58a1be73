"""What the searches of traffic may cost, so that reports never wait long for them."""

from __future__ import annotations

from edge.fleet.safety import BUDGET_MOST, NEVER

ROUND_EFFORT = 10_000
"""Mask comparisons that each round of questions adds: some 7 ms."""


class Purse:
    """Effort in mask comparisons: `spent` in all, `denied` counts the searches for which nothing was left.

    With many robots, searches after every report took so long that reports waited, and each search was for more robots
    at once and failed more often: a fleet of 300 that fell behind never caught up.
    """

    def __init__(self) -> None:
        """Until the first round begins there is no bound."""
        self.spent = self.denied = 0
        self._left = NEVER

    def begin_round(self) -> None:
        """Add a round's share to what former rounds have left over."""
        self._left = min(self._left + ROUND_EFFORT, BUDGET_MOST)

    def may_search(self) -> bool:
        """Say whether there is something left; what a search then takes is paid afterwards."""
        self.denied += self._left <= 0
        return self._left > 0

    def pay(self, effort: int) -> None:
        """Pay for a search."""
        self.spent += effort
        self._left -= effort

    def count(self, effort: int) -> None:
        """Count a search that nobody asked for and so nobody pays."""
        self.spent += effort

"""Follows the numbers of a reader's events: which came again, which are missing, and when it began anew (I20). Pure."""

from collections import deque
from collections.abc import Hashable
from enum import Enum

REMEMBERED = 4_096
"""Events known again: a broker sends again what was under way when a link broke, never more."""
MISSING = 10_000
"""Numbers looked out for at once; what is older is given up and stays counted."""


class Turn(Enum):
    """How an event stands to those before it."""

    NEXT = "next"
    LATE = "late"
    """It fills a gap."""
    AGAIN = "again"
    """It came before."""
    ANEW = "anew"
    """The reader counts from the beginning: it was restarted."""
    GAP = "gap"
    """Some before it did not come, so far."""


class Numbers:
    """The numbers of one reader."""

    def __init__(self) -> None:
        self.missed = 0
        """Numbers that did not come, in all; one that comes late is taken off."""
        self._highest: int | None = None
        self._missing: dict[int, None] = {}
        self._seen: dict[Hashable, None] = {}
        self._order: deque[Hashable] = deque()

    def take(self, number: int, mark: Hashable) -> Turn:
        """Take an event; `mark` tells events of one number apart."""
        key = (number, mark)
        if key in self._seen:
            return Turn.AGAIN
        self._seen[key] = None
        self._order.append(key)
        if len(self._order) > REMEMBERED:
            del self._seen[self._order.popleft()]
        return self._place(number)

    def _place(self, number: int) -> Turn:
        before = self._highest
        if number in self._missing:
            del self._missing[number]
            self.missed -= 1
            return Turn.LATE
        self._highest = number
        if before is None or number == before + 1:
            return Turn.NEXT
        if number <= before:
            self._missing.clear()
            return Turn.ANEW
        self.missed += number - before - 1
        self._missing.update(dict.fromkeys(range(max(before + 1, number - MISSING), number)))
        while len(self._missing) > MISSING:
            del self._missing[next(iter(self._missing))]
        return Turn.GAP

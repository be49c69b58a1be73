"""What robots of 3.0 are told of actions that failed and may be tried again (RETRIABLE, 3.0 §6.6.9; R24).

Twice they are told to try again, then to give up: the action fails, and with it the order, as it does with 2.x at once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from drivers.vda5050 import orders
from drivers.vda5050.messages import Action, ActionStatus, BlockingType

RETRIES = 2
"""Times an action is tried again: what stood in the way for a moment is gone by then."""
PAUSE = timedelta(seconds=5)
"""Time before a word: whoever reaches into the station needs no longer to step back."""
PATIENCE = timedelta(seconds=60)
"""Time after a word in which the action may still look RETRIABLE: then it failed again and nobody heard that it ran."""


class Retries:
    """Counts the words for each action of one order; all times are those of the caller's clock."""

    def __init__(self) -> None:
        self._due: dict[str, datetime] = {}
        self._said: dict[str, int] = {}

    @property
    def due(self) -> datetime | None:
        """When the next word is due."""
        return min(self._due.values(), default=None)

    def note(self, statuses: Mapping[str, ActionStatus], now: datetime) -> None:
        """Take in how the actions of the order stand."""
        waiting = [name for name, status in statuses.items() if status is ActionStatus.RETRIABLE]
        self._due = {name: self._due.get(name, now + PAUSE) for name in waiting}

    def words(self, now: datetime, ids: Callable[[], str]) -> list[Action]:
        """Return the instant actions that are due."""
        return [self._word(name, now, ids) for name, due in list(self._due.items()) if due <= now]

    def _word(self, name: str, now: datetime, ids: Callable[[], str]) -> Action:
        self._due[name] = now + PATIENCE
        self._said[name] = self._said.get(name, 0) + 1
        kind = orders.RETRY if self._said[name] <= RETRIES else orders.SKIP_RETRY
        return orders.action(kind, ids(), BlockingType.NONE, actionId=name)

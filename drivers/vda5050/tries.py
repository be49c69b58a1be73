"""When something is sent again that a robot has not shown yet (R79, R80, R122)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 3, 5, 8, 15))
"""Time before each resend; a healthy robot echoes within a second, a lost one must not be flooded. The last repeats."""
ALARM_AFTER = 4
"""Sendings without echo before somebody is told: 18 s with the waits above."""
SLOWLY = timedelta(seconds=30)
"""Time between sendings after the alarm."""


@dataclass(slots=True)
class Try:
    """Something sent until it is reflected."""

    due: datetime
    attempts: int = 0
    told: bool = False

    def sent(self, now: datetime) -> None:
        """Take in that it was sent now."""
        self.due = now + (SLOWLY if self.told else WAITS[min(self.attempts, len(WAITS) - 1)])
        self.attempts += 1

    def hurry(self, now: datetime) -> None:
        """Let it be sent now at the latest."""
        self.due = min(self.due, now)

    def alarm(self) -> bool:
        """Return true once, when it was sent often enough."""
        if self.told or self.attempts < ALARM_AFTER:
            return False
        self.told = True
        return True

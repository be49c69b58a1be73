"""Maps a reader's clock to ours (I09): it may be UTC or uptime, skewed, drifting, or set while we watch.

A message can only arrive after it was made, so (arrival - reader time) is never below the true offset: the smallest is
nearest. The smallest may be outgrown by a drifting clock, so it loses authority at the rate a bad crystal drifts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DRIFT = 100e-6
"""A cheap crystal is wrong by at most 100 parts per million."""
JUMP = timedelta(seconds=5)
"""Reports of one connection come in order; time running back further than this means the clock was set."""
AHEAD = timedelta(milliseconds=500)
"""A read dated later than its arrival by more than this means the clock was set forward."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time by the reader's clock: microseconds since 1970 (UTC) or since it was switched on."""

    us: int
    utc: bool


class ReaderClock:
    """Offset between one reader's clock and ours, learned from its events and held true by its reports."""

    def __init__(self) -> None:
        self.offset: timedelta | None = None
        """Our time minus the reader's; None while unknown."""
        self.jumps = 0
        self._doubt = timedelta(0)
        self._learned = EPOCH
        self._latest: datetime | None = None

    def connected(self, stamp: Stamp, at: datetime) -> None:
        """Start a new connection with its first event, received at `at`."""
        self._latest = None
        self._learn(at - _raw(stamp), at)

    def observe(self, stamp: Stamp, at: datetime) -> bool:
        """Take a reader event received at `at`; return True when the reader's clock was set since."""
        seen = at - _raw(stamp)
        if self.offset is not None and abs(seen - self.offset) > JUMP:
            self._jumped(seen, at)
            return True
        self._settle(seen, at)
        return False

    def hint(self, stamp: Stamp, at: datetime, *, doubt: timedelta) -> bool:
        """Take a time told when asked, late by at most `doubt`; return True when the reader's clock was set since.

        It is believed only where nothing better is known: reports are dated more finely than such an answer.
        """
        seen = at - _raw(stamp)
        self._latest = None
        jumped = self.offset is not None and abs(seen - self.offset) > JUMP
        if self.offset is None or jumped:
            self.jumps += jumped
            self._learn(seen, at)
            self._doubt = doubt
        return jumped

    def check(self, last: Stamp, at: datetime) -> bool:
        """Take the newest time of a report received at `at`; return True when the reader's clock was set since."""
        raw = _raw(last)
        seen = at - raw
        before, self._latest = self._latest, raw
        if self.offset is None:
            self._learn(seen, at)
            return False
        if (before is not None and before - raw > JUMP) or self.offset - seen > AHEAD + self._doubt:
            self._jumped(seen, at)
            return True
        self._settle(seen, at)
        return False

    def ours(self, stamp: Stamp) -> datetime:
        """Return the reader's time by our clock."""
        return _raw(stamp) + (self.offset or timedelta(0))

    def _settle(self, seen: timedelta, at: datetime) -> None:
        if self.offset is None or seen <= self.offset + (at - self._learned) * DRIFT:
            self._learn(seen, at)

    def _learn(self, offset: timedelta, at: datetime) -> None:
        self.offset, self._learned = offset, at
        self._doubt = timedelta(0)

    def _jumped(self, offset: timedelta, at: datetime) -> None:
        self.jumps += 1
        self._learn(offset, at)


def _raw(stamp: Stamp) -> datetime:
    return EPOCH + timedelta(microseconds=stamp.us)

"""The one clock and the one dice: all time, randomness and ids of the edge come from here.

The event loop may be virtual, so sleeping and timeouts use asyncio directly; only the clocks, the dice and ids are
injected. The wall clock says when something happened and may be set by somebody; what is measured in seconds and must
not notice that (leases, P40) is measured on the steady clock.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = [left + right for left in CROCKFORD for right in CROCKFORD]
"""Two signs for each ten bits."""


@dataclass(frozen=True, slots=True)
class Source:
    """Time and chance for one edge."""

    now: Callable[[], datetime]
    dice: random.Random
    unmoved: Callable[[], datetime] | None = None
    """The steady clock; left out where nobody ever sets the wall clock."""

    def steady(self) -> datetime:
        """Return the time of a clock that never jumps; between two runs of the edge it means nothing."""
        return (self.unmoved or self.now)()

    def new_id(self) -> str:
        """Return a new ULID: 48 bits of milliseconds and 80 random bits, sortable by time."""
        value = (int(self.now().timestamp() * 1000) << 80) | self.dice.getrandbits(80)
        return "".join([PAIRS[(value >> shift) & 1023] for shift in range(120, -10, -10)])


def real_source() -> Source:
    """Return the machine's clocks and an unpredictable dice."""

    def now() -> datetime:
        return datetime.now(UTC)

    return Source(now=now, dice=random.SystemRandom(), unmoved=steady_clock(now, time.monotonic))


def steady_clock(now: Callable[[], datetime], seconds: Callable[[], float]) -> Callable[[], datetime]:
    """Return a clock that starts at the wall clock's time and goes on by `seconds`, which only ever grow evenly."""
    start, zero = now(), seconds()
    return lambda: start + timedelta(seconds=seconds() - zero)

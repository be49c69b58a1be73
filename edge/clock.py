"""The one clock and the one dice: all time, randomness and ids of the edge come from here.

The event loop may be virtual, so sleeping and timeouts use asyncio directly; only the wall clock, the dice and ids are
injected.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Source:
    """Time and chance for one edge."""

    now: Callable[[], datetime]
    dice: random.Random

    def new_id(self) -> str:
        """Return a new ULID: 48 bits of milliseconds and 80 random bits, sortable by time."""
        value = (int(self.now().timestamp() * 1000) << 80) | self.dice.getrandbits(80)
        return "".join(CROCKFORD[(value >> shift) & 31] for shift in range(125, -5, -5))


def real_source() -> Source:
    """Return the machine's clock and an unpredictable dice."""
    return Source(now=lambda: datetime.now(UTC), dice=random.SystemRandom())

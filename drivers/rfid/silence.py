"""How long a tag may be silent before it is gone: by how it was heard so far, after SMURF (VLDB 2006). Pure.

SMURF waits for so many rounds that a tag of the rate seen so far would hardly have kept silent by chance. A reader
tells no rounds, and a tag answers in bursts: to several antennas at once, and then to none while its session flag lasts
(I12). So what is kept of a tag is how long the silence usually is that a moment falls into: the mean of its silences,
each weighed by its own length. A hundred answers within a second say nothing about the ten seconds after them, and
weigh like one second.
"""

from dataclasses import dataclass
from datetime import timedelta

from drivers.rfid.port import Read

UNLIKELY = 8
"""Usual silences that are waited for. Where answers come by chance the usual silence, weighed so, is twice the mean of
all, and one of 10^7 is longer than eight."""
GUESS = 10.0
"""Seconds of hearing a tag that weigh as much as the first guess."""
MEMORY = 30.0
"""Seconds of its past that count most, for tags that are read often;"""
SILENCES = 10
"""of others that many usual silences, for fewer say little."""


@dataclass(slots=True)
class Usual:
    """How long a tag is usually silent."""

    silence: float
    """Seconds;"""
    weight: float = GUESS
    """and the seconds that it was heard for them."""

    def learn(self, seconds: float, silence: float) -> None:
        """Take further seconds, which were made of silences of a length."""
        weight = self.weight + seconds
        self.silence += (silence - self.silence) * seconds / weight
        self.weight = min(weight, max(MEMORY, SILENCES * self.silence))


@dataclass(frozen=True, slots=True)
class GoneAfter:
    """The bounds; `least` and `most` alike are a fixed time."""

    least: timedelta
    """No tag is gone before: people and trucks stand before antennas for a while."""
    most: timedelta
    """Each tag is gone after, and so long one is waited for of which nothing is known."""

    def unknown(self) -> Usual:
        """Return the usual silence of a tag of which nothing is known."""
        return Usual(self.most.total_seconds() / UNLIKELY)

    def limit(self, usual: Usual) -> timedelta:
        """Return how long a tag may be silent."""
        return min(self.most, max(self.least, timedelta(seconds=usual.silence * UNLIKELY)))


def within(read: Read) -> float:
    """Return the silence between the answers that a read was merged from, seconds; infinite if that is not known."""
    return (read.last_seen - read.first_seen).total_seconds() / (read.count - 1) if read.count > 1 else float("inf")

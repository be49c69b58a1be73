"""Which way tags crossed, by the order of the antennas that heard them; the photo-eyes come first. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.rfid.passage import Direction
from drivers.rfid.port import Read

APART = timedelta(milliseconds=300)
"""A tag was heard so much sooner on one side than on the other, on average, or it says nothing."""
AGREE = 3 / 4
"""The share of the tags that say something that must say the same."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The numbers of the antennas that look inside the building, and of those towards the dock."""

    inner: frozenset[int]
    outer: frozenset[int]

    def heading(self, reads: Iterable[Read]) -> Direction | None:
        """Return which way most tags went; None when none was heard on both sides, or they contradict each other."""
        heard: dict[str, tuple[_Mean, _Mean]] = {}
        for read in reads:
            side = 0 if read.antenna in self.inner else 1 if read.antenna in self.outer else None
            if side is not None:
                heard.setdefault(read.epc, (_Mean(read.first_seen), _Mean(read.first_seen)))[side].add(read)
        said = [way for inner, outer in heard.values() if (way := _way(inner, outer)) is not None]
        return next(
            (way for way in (Direction.OUT, Direction.IN) if said and said.count(way) >= AGREE * len(said)), None
        )


class _Mean:
    """The mean time of some reads."""

    def __init__(self, base: datetime) -> None:
        self._base = base
        self._sum = timedelta()
        self.count = 0

    def add(self, read: Read) -> None:
        middle = read.first_seen + (read.last_seen - read.first_seen) / 2
        self._sum += (middle - self._base) * read.count
        self.count += read.count

    @property
    def at(self) -> datetime:
        return self._base + self._sum / self.count


def _way(inner: _Mean, outer: _Mean) -> Direction | None:
    if not inner.count or not outer.count or abs(outer.at - inner.at) < APART:
        return None
    return Direction.OUT if inner.at < outer.at else Direction.IN

"""Reads waiting for their consumer: bounded, merged before anything is dropped, every drop counted (I11)."""

from dataclasses import replace
from datetime import timedelta

from drivers.rfid.port import Read

LIMIT = 20_000
"""Reads held at most: ten seconds of a busy reader with nobody taking them."""
_SLACK = 10
"""A tenth is freed at once, so that a flood does not sort the whole queue for every report."""
MERGE_GAP = timedelta(milliseconds=500)
"""Reads of a tag at one antenna closer than this are one stay; merging over a longer gap would blur gate windows."""


class Backlog:
    """A queue that loses repetitions first, then evidence of tags it still holds, a tag's only read last of all."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._reads: list[Read] = []
        self.merged = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._reads)

    def put(self, reads: list[Read]) -> int:
        """Add reads; return how many were dropped for it."""
        self._reads += reads
        if len(self._reads) <= self._limit:
            return 0
        held, dropped = len(self._reads), self.dropped
        self._reads = merge(self._reads)
        self.merged += held - len(self._reads)
        over = len(self._reads) - self._limit
        if over > 0:
            self._drop(over + self._limit // _SLACK)
        return self.dropped - dropped

    def take(self, most: int) -> list[Read]:
        """Remove and return the oldest reads."""
        taken, self._reads = self._reads[:most], self._reads[most:]
        return taken

    def _drop(self, number: int) -> None:
        left: dict[str, int] = {}
        for read in self._reads:
            left[read.epc] = left.get(read.epc, 0) + 1
        kept = []
        for read in self._reads:
            if number and left[read.epc] > 1:
                left[read.epc] -= 1
                number -= 1
                self.dropped += 1
            else:
                kept.append(read)
        over = max(0, len(kept) - self._limit)
        self.dropped += over
        self._reads = kept[over:]


def merge(reads: list[Read]) -> list[Read]:
    """Join reads of the same tag at the same antenna that follow each other closely; order of first sight is kept."""
    joined: list[Read] = []
    place: dict[tuple[str, int, int], int] = {}
    for read in reads:
        key = (read.epc, read.bits, read.antenna)
        at = place.get(key)
        if at is not None and _close(joined[at], read):
            joined[at] = _join(joined[at], read)
        else:
            place[key] = len(joined)
            joined.append(read)
    return joined


def _close(one: Read, other: Read) -> bool:
    return max(one.first_seen, other.first_seen) - min(one.last_seen, other.last_seen) <= MERGE_GAP


def _join(one: Read, other: Read) -> Read:
    first = one if one.first_seen <= other.first_seen else other
    last = one if one.last_seen >= other.last_seen else other
    strengths = [r.rssi_dbm for r in (one, other) if r.rssi_dbm is not None]
    return replace(
        one,
        rssi_dbm=max(strengths) if strengths else None,
        first_seen=first.first_seen,
        reader_first_us=first.reader_first_us,
        last_seen=last.last_seen,
        reader_last_us=last.reader_last_us,
        count=one.count + other.count,
    )

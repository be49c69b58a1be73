"""Tags that stand near a gate: learned while nothing passes, not counted when something does (I27). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.rfid.passage import WEAKEST, Seen
from drivers.rfid.port import Read

LEARN_AFTER = timedelta(seconds=10)
"""A tag read over this stretch with the gate empty stands still."""
LEARN_READS = 3
FORGET_AFTER = timedelta(minutes=10)
"""Unread for so long, it has been taken away."""
MOVED_DB = 6
"""Stronger than it ever was at rest by this much, it has come through (a tag at rest varies by 2 to 3 dB)."""
MOST = 10_000
"""Tags remembered; the longest unread go first."""


@dataclass(slots=True)
class _Known:
    first: datetime
    last: datetime
    reads: int
    rssi_dbm: int


class Strays:
    """What is read near one gate while it is empty."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def learn(self, read: Read) -> None:
        """Take a read from outside every window."""
        rssi = WEAKEST if read.rssi_dbm is None else read.rssi_dbm
        known = self._known.pop(read.epc, None)
        if known is None or read.first_seen - known.last > FORGET_AFTER:
            known = _Known(read.first_seen, read.last_seen, 0, rssi)
        known.first = min(known.first, read.first_seen)
        known.last = max(known.last, read.last_seen)
        known.reads += read.count
        known.rssi_dbm = max(known.rssi_dbm, rssi)
        self._known[read.epc] = known
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]

    def forget(self, epc: str) -> None:
        """Start anew with a tag that has moved."""
        self._known.pop(epc, None)

    def stands_still(self, tag: Seen) -> bool:
        """Tell whether a tag seen in a window is one that was there before and has not come closer."""
        known = self._known.get(tag.epc)
        if known is None or tag.first - known.last > FORGET_AFTER:
            return False
        learned = known.last - known.first >= LEARN_AFTER and known.reads >= LEARN_READS
        return learned and tag.rssi_dbm < known.rssi_dbm + MOVED_DB

    def strength(self, epc: str, at: datetime) -> int | None:
        """Return how strongly (dBm) a tag was read near the gate at most before a time, None if it was not."""
        known = self._known.get(epc)
        return None if known is None or at - known.last > FORGET_AFTER else known.rssi_dbm

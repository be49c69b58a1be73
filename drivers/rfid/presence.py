"""Which tags stand before some readers, as far as silence can tell. Pure.

Six or seven of ten tags answer in a round (I22), and one that has answered may keep silent (I12). So a tag is there
until it was silent for longer than its silences so far explain (silence.py), and only silence that somebody listened
to counts: while a reader is away nobody knows what stands before it, and from the moment it is back all are waited for
anew. A reader may be away and nobody misses it yet: unless it reads another tag, its silence counts `UNNOTICED` later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.rfid.silence import GoneAfter, Usual

MOST = 2_000
"""Tags known at a time, a full lane of cages with every carton tagged; what comes beyond is only counted (I11)."""
SWEEP = timedelta(seconds=1)
"""A full house is looked through for those that are gone no more often."""


UNNOTICED = timedelta(seconds=30)
"""A cut cable is noticed after so long at most: three keepalive periods of an LLRP reader, the slowest kind."""


@dataclass(slots=True)
class _Tag:
    last: datetime
    """When it was last read."""
    usual: Usual
    reader: str = ""
    """Who read it last."""


class Presence:
    """Tags by how they were read; times must not go back but for reads that come late."""

    def __init__(
        self, gone_after: GoneAfter, readers: Iterable[str], *, known: Iterable[str], at: datetime, most: int = MOST
    ) -> None:
        """`known` stood there before a restart: they are waited for as if read `at`. No reader has been heard yet."""
        self._gone_after = gone_after
        self._longest = gone_after.most.total_seconds()
        self._most = most
        self._tags = {epc: _Tag(at, gone_after.unknown()) for epc in known}
        self._away = dict.fromkeys(readers)
        self._heard_since = at
        self._heard: dict[str, datetime] = {}
        """The newest read of each reader: it was there by then."""
        self._swept = at
        self.given_up = 0
        """Reads of tags that there was no room for."""

    @property
    def away(self) -> tuple[str, ...]:
        """Return the readers whose silence says nothing."""
        return tuple(sorted(self._away))

    def see(
        self,
        epc: str,
        at: datetime,
        now: datetime,
        since: datetime | None,
        *,
        reader: str = "",
        within: float = float("inf"),
    ) -> bool:
        """Take a read at a time of its own; tell whether it is the tag's first since `since`.

        `now` is how far time has come, `within` the seconds between the answers that the read was merged from. A tag
        that is not known and was last read too long ago is none that is there.
        """
        heard = self._heard.get(reader)
        if heard is None or heard < at:
            self._heard[reader] = at
        tag = self._tags.get(epc)
        if tag is None:
            if now - at > self._gone_after.most and (since is None or at < since):
                return False
            if len(self._tags) >= self._most and not self._room(now, since):
                self.given_up += 1
                return False
            self._tags[epc] = _Tag(at, self._gone_after.unknown(), reader)
            return since is not None and at >= since
        if at < tag.last:
            return False
        first = since is not None and tag.last < since <= at
        if tag.last > self._heard_since and not self._away:
            seconds = (at - tag.last).total_seconds()
            tag.usual.learn(seconds, min(seconds, within, self._longest))
        tag.last, tag.reader = at, reader
        return first

    def leave(self, reader: str, at: datetime, since: datetime | None) -> None:
        """A reader is away: what was silent for too long by then is gone, the rest stays until it is back."""
        self.sweep(at, since)
        self._away[reader] = None

    def come_back(self, reader: str, at: datetime) -> None:
        """A reader is there again, and silence counts from now on."""
        if reader in self._away:
            del self._away[reader]
            self.listen_anew(at)

    def listen_anew(self, at: datetime) -> None:
        """Wait for all that are known as if they were read now: nobody can say what was meanwhile."""
        self._heard_since = at
        self._heard.clear()
        for tag in self._tags.values():
            tag.last = min(tag.last, at)

    def there(self, at: datetime, since: datetime | None) -> Mapping[str, datetime]:
        """Return who is there at a moment, with their last read: also all that were read from `since` on."""
        return {epc: tag.last for epc, tag in self._tags.items() if self._is_there(tag, at, since)}

    def sweep(self, at: datetime, since: datetime | None) -> Mapping[str, datetime]:
        """Forget who is gone, and return who is there."""
        self._swept = at
        there = self.there(at, since)
        self._tags = {epc: self._tags[epc] for epc in there}
        return there

    def _is_there(self, tag: _Tag, at: datetime, since: datetime | None) -> bool:
        if self._away or (since is not None and tag.last >= since):
            return True
        begun = max(tag.last, self._heard_since)
        limit = self._gone_after.limit(tag.usual)
        if at - begun <= limit:
            return True
        if at - begun > self._gone_after.most:
            return False
        return max(self._heard.get(tag.reader, begun), at - UNNOTICED) - begun <= limit

    def _room(self, now: datetime, since: datetime | None) -> bool:
        if now - self._swept >= SWEEP:
            self.sweep(now, since)
        return len(self._tags) < self._most

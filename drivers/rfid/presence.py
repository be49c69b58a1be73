"""Which tags stand before some readers, as far as silence can tell. Pure.

Six or seven of ten tags answer in a round (I22), and one that has answered may keep silent (I12). So a tag is there
until it was not read for `gone_after`, and only silence that somebody listened to counts: while a reader is away nobody
knows what stands before it, and from the moment it is back all are waited for anew.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

MOST = 2_000
"""Tags known at a time, a full lane of cages with every carton tagged; what comes beyond is only counted (I11)."""
SWEEP = timedelta(seconds=1)
"""A full house is looked through for those that are gone no more often."""


class Presence:
    """Tags by when they were last read; times must not go back but for reads that come late."""

    def __init__(
        self, gone_after: timedelta, readers: Iterable[str], *, known: Iterable[str], at: datetime, most: int = MOST
    ) -> None:
        """`known` stood there before a restart: they are waited for as if read `at`. No reader has been heard yet."""
        self._gone_after = gone_after
        self._most = most
        self._tags = dict.fromkeys(known, at)
        self._away = dict.fromkeys(readers)
        self._heard_since = at
        self._swept = at
        self.given_up = 0
        """Reads of tags that there was no room for."""

    @property
    def away(self) -> tuple[str, ...]:
        """Return the readers whose silence says nothing."""
        return tuple(sorted(self._away))

    def see(self, epc: str, at: datetime, now: datetime, since: datetime | None) -> bool:
        """Take a read at a time of its own; tell whether it is the tag's first since `since`.

        `now` is how far time has come. A tag that is not known and was last read too long ago is none that is there.
        """
        last = self._tags.get(epc)
        if last is None and now - at > self._gone_after and (since is None or at < since):
            return False
        if last is None and len(self._tags) >= self._most and not self._room(now, since):
            self.given_up += 1
            return False
        self._tags[epc] = at if last is None else max(last, at)
        return since is not None and at >= since and (last is None or last < since)

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
        self._tags = {epc: min(last, at) for epc, last in self._tags.items()}

    def there(self, at: datetime, since: datetime | None) -> Mapping[str, datetime]:
        """Return who is there at a moment, with their last read: also all that were read from `since` on."""
        return {epc: last for epc, last in self._tags.items() if self._is_there(last, at, since)}

    def sweep(self, at: datetime, since: datetime | None) -> Mapping[str, datetime]:
        """Forget who is gone, and return who is there."""
        self._swept = at
        self._tags = dict(self.there(at, since))
        return self._tags

    def _is_there(self, last: datetime, at: datetime, since: datetime | None) -> bool:
        if self._away or (since is not None and last >= since):
            return True
        return at - max(last, self._heard_since) <= self._gone_after

    def _room(self, now: datetime, since: datetime | None) -> bool:
        if now - self._swept >= SWEEP:
            self.sweep(now, since)
        return len(self._tags) < self._most

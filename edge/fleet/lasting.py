"""Since when something has been so: for what is believed, or complained of, only once it has lasted."""

from dataclasses import dataclass

GRACE = 5.0
"""Seconds for which a lost link or a contradiction of the signals only holds robots back: a plug that is put in again,
two limit switches that overlap. After that others are led round it and a person is told."""


@dataclass(slots=True)
class Lasting:
    """Something that is so or not; times are seconds of any steady clock."""

    since: float | None = None
    """None while it is not so."""

    @property
    def so(self) -> bool:
        """It is so now."""
        return self.since is not None

    def note(self, now: float, *, so: bool) -> None:
        """Take whether it is so now."""
        if not so:
            self.since = None
        elif self.since is None:
            self.since = now

    def has_lasted(self, now: float, seconds: float) -> bool:
        """Say whether it has been so for that long."""
        return self.since is not None and now >= self.since + seconds

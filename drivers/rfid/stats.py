"""What a reader's link counts, whatever it speaks: nothing that came is dropped without a number (I04, I11)."""

from dataclasses import dataclass, field

_KEPT_BAD = 5
"""Undecodable messages kept for the engineer."""


@dataclass(frozen=True, slots=True)
class Rubbish:
    """Bytes that belong to no message."""

    data: bytes


@dataclass(slots=True)
class Stats:
    """Counters since start."""

    messages: int = 0
    keepalives: int = 0
    bad_messages: int = 0
    rubbish_bytes: int = 0
    reports: int = 0
    empty_reports: int = 0
    reads: int = 0
    repeated: int = 0
    """Reports that had come before and count for nothing."""
    missed: int = 0
    """Reports that the reader numbered and that did not come."""
    last_bad: list[bytes] = field(default_factory=list)

    def keep_bad(self, data: bytes) -> None:
        """Remember the latest bad bytes."""
        self.last_bad = [*self.last_bad, data][-_KEPT_BAD:]

"""What went through a gate, tag by tag; edge/processes/verdict.py judges it (I28). Pure values and functions."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from drivers.rfid.port import Read

WEAKEST = -128
"""Stands for a strength that was not reported."""


class Direction(StrEnum):
    """Which way something crossed."""

    OUT = "out"
    IN = "in"
    NONE = "none"
    """It did not cross, or nobody can tell."""


class Flag(StrEnum):
    """What a person should know about a passage."""

    AMBIGUOUS = "ambiguous"
    """The beams' story fits more than one pallet or more than one direction (I26)."""
    TURNED_BACK = "turned_back"
    """Something came and went back the same way (I24)."""
    STUCK_BEAM = "stuck_beam"
    """A beam stayed blocked; the window was cut off (I25)."""
    NO_READS = "no_reads"
    """Something crossed and the reader saw nothing (I16)."""
    BY_HAND = "by_hand"
    """A person opened and closed the window."""
    MERGED = "merged"
    """Joined from several passes."""


class Reason(StrEnum):
    """Why a tag that was read does not count."""

    STRAY = "stray"
    """It lives near the gate (I27)."""
    STAYED = "stayed"
    """It was expected, and stands before the antennas as it did before (I27)."""
    ELSEWHERE = "elsewhere"
    """It belongs to another passage."""


@dataclass(frozen=True, slots=True)
class AntennaEvidence:
    """How one antenna saw a tag."""

    antenna: int
    count: int
    rssi_dbm: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One tag in one window: counted once, with the evidence of every antenna (I13)."""

    epc: str
    bits: int
    first: datetime
    last: datetime
    antennas: tuple[AntennaEvidence, ...]

    @property
    def count(self) -> int:
        """Return how often it was read."""
        return sum(a.count for a in self.antennas)

    @property
    def rssi_dbm(self) -> int:
        """Return its best strength."""
        return max(a.rssi_dbm for a in self.antennas)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A tag that was read but does not count; listed, so that nothing vanishes."""

    tag: Seen
    reason: Reason


@dataclass(frozen=True, slots=True)
class Passage:
    """One opening of the gate. Later revisions of the same number replace earlier ones until one is final (I29)."""

    gate: str
    number: int
    direction: Direction
    opened: datetime
    closed: datetime
    tags: tuple[Seen, ...]
    suppressed: tuple[Suppressed, ...] = ()
    flags: tuple[Flag, ...] = ()
    revision: int = 1
    final: bool = False

    @property
    def epcs(self) -> tuple[str, ...]:
        """Return the tags that count, sorted."""
        return tuple(sorted(tag.epc for tag in self.tags))


def merge(first: Passage, second: Passage) -> Passage:
    """Join a pass and its repetition: all tags of both, the second's number and direction."""
    tags = join([*first.tags, *second.tags])
    held = {tag.epc for tag in tags}
    suppressed = {s.tag.epc: s for s in (*first.suppressed, *second.suppressed) if s.tag.epc not in held}
    flags = tuple(dict.fromkeys((*second.flags, Flag.MERGED)))
    if tags:
        flags = tuple(flag for flag in flags if flag is not Flag.NO_READS)
    return replace(
        second,
        opened=min(first.opened, second.opened),
        closed=max(first.closed, second.closed),
        tags=tags,
        suppressed=tuple(suppressed[epc] for epc in sorted(suppressed)),
        flags=flags,
    )


def seen(reads: Iterable[Read]) -> tuple[Seen, ...]:
    """Count each tag once, sorted by code."""
    tally = Tally()
    for read in reads:
        tally.add(read)
    return tally.seen()


def join(sights: Iterable[Seen]) -> tuple[Seen, ...]:
    """Put the evidence of equal tags together, sorted by code."""
    tally = Tally()
    for one in sights:
        tally.join(one)
    return tally.seen()


@dataclass(slots=True)
class _Sum:
    bits: int
    first: datetime
    last: datetime
    antennas: dict[int, tuple[int, int]] = field(default_factory=dict)


class Tally:
    """What was heard of each tag, counted as it comes: to ask it costs by the tags, not by the reads."""

    def __init__(self) -> None:
        self._tags: dict[str, _Sum] = {}

    def __len__(self) -> int:
        return len(self._tags)

    def add(self, read: Read) -> None:
        """Count a read."""
        heard = self._hear(read.epc, read.bits, read.first_seen, read.last_seen)
        _count(heard, read.antenna, read.count, WEAKEST if read.rssi_dbm is None else read.rssi_dbm)

    def join(self, tag: Seen) -> None:
        """Count what was counted elsewhere."""
        heard = self._hear(tag.epc, tag.bits, tag.first, tag.last)
        for one in tag.antennas:
            _count(heard, one.antenna, one.count, one.rssi_dbm)

    def seen(self) -> tuple[Seen, ...]:
        """Return each tag once, sorted by code."""
        return tuple(
            Seen(epc, heard.bits, heard.first, heard.last, tuple(AntennaEvidence(a, *heard.antennas[a]) for a in order))
            for epc, heard in sorted(self._tags.items())
            for order in [sorted(heard.antennas)]
        )

    def _hear(self, epc: str, bits: int, first: datetime, last: datetime) -> _Sum:
        heard = self._tags.get(epc)
        if heard is None:
            heard = self._tags[epc] = _Sum(bits, first, last)
        elif first < heard.first:
            heard.first = first
        heard.last = max(heard.last, last)
        return heard


def _count(heard: _Sum, antenna: int, count: int, rssi_dbm: int) -> None:
    total, best = heard.antennas.get(antenna, (0, WEAKEST))
    heard.antennas[antenna] = total + count, max(best, rssi_dbm)

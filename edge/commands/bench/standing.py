"""Tags that come, stand and go before a reader in a time of their own, and how they are read; all from one seed."""

import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from math import ceil, log

from drivers.rfid.port import Read

START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
Span = tuple[float, float]
"""From when to when, seconds since START."""
STAYS, STAYS_AT_LEAST = 600.0, 60.0
"""Seconds a tag stands there, on average and at least."""
AWAY, AWAY_AT_LEAST = 240.0, 15.0
"""Seconds until it is back; who goes to fetch a parcel and brings it back at once is missed by who waits longer."""
REPORT_S = 1.0
"""A reader tells in one what it read of a tag in a second,"""
LATE_S = 0.8
"""so much later at most."""
DIPS_EVERY, DIP_LASTS, DIP_LEAVES = 300.0, (5.0, 20.0), 0.05
"""A truck stands before some tags now and then: one of twenty answers gets through."""
STALL_LASTS = (10.0, 25.0)
"""A reader is not heard, and nobody misses it yet."""
BURST, PAUSE = 3.0, 9.0
"""Seconds a tag is heard and not heard, on average, where it swings or people walk about."""
HOLD = (0.5, 5.0)
"""Seconds a chip keeps silent after an answer in session S1."""


@dataclass(frozen=True, slots=True)
class Place:
    """How tags are read somewhere: the chance that a round reads one, and what comes in between."""

    name: str
    chance: float
    round_s: float = 0.25
    holds: bool = False
    """After an answer it keeps silent (S1)."""
    bursts: bool = False
    dips: bool = False
    """Half of the tags are hidden at a time."""
    stalls: bool = False
    """All of them are."""
    fades: float = 1.0
    """In the second half of its stay the chance is this part of what it was."""


PLACES = (
    Place("read rate 0.95", 0.95),
    Place("read rate 0.65", 0.65),
    Place("read rate 0.3", 0.3),
    Place("read rate 0.1", 0.1),
    Place("0.65, rounds of 3 s", 0.65, round_s=3.0),
    Place("0.3, rounds of 3 s", 0.3, round_s=3.0),
    Place("0.1, rounds of 3 s", 0.1, round_s=3.0),
    Place("0.65, session S1", 0.65, holds=True),
    Place("0.65, in bursts", 0.65, bursts=True),
    Place("0.65, trucks before it", 0.65, dips=True),
    Place("0.65, reader stalls", 0.65, stalls=True),
    Place("0.65, then a tenth", 0.65, fades=0.1),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One tag: when it stood there, each time from its first answer on, and what was read of it."""

    epc: str
    stays: Sequence[Span]
    reads: Sequence[Read]


def stand(place: Place, tags: int, seconds: float, seed: int) -> list[Standing]:
    """Return tags and their reads."""
    dice = random.Random(f"{seed} {place.name}")  # noqa: S311  the same seed is the same place
    hidden = [list(_spans(dice, DIPS_EVERY, DIP_LASTS, seconds)) for _ in range(2)] if place.dips else [[], []]
    stalled = list(_spans(dice, DIPS_EVERY, STALL_LASTS, seconds)) if place.stalls else []
    found = []
    for number in range(tags):
        epc = f"3034257BF400B780{number:08X}"
        stays = list(_stays(dice, seconds))
        deaf = list(_pauses(dice, seconds)) if place.bursts else stalled
        heard: Iterator[float] = (at for stay in stays for at in _answers(dice, place, stay))
        heard = _through(dice, _through(dice, heard, deaf, 0.0), hidden[number % 2], DIP_LEAVES)
        times = list(heard)
        known = [(first, left) for came, left in stays for first in _first(times, came, left)]
        found.append(Standing(epc, known, list(_reports(dice, epc, times))))
    return found


def _stays(dice: random.Random, seconds: float) -> Iterator[Span]:
    at = dice.uniform(0, AWAY)
    while at < seconds:
        left = at + STAYS_AT_LEAST + dice.expovariate(1 / (STAYS - STAYS_AT_LEAST))
        yield at, min(left, seconds)
        at = left + AWAY_AT_LEAST + dice.expovariate(1 / (AWAY - AWAY_AT_LEAST))


def _first(times: Sequence[float], came: float, left: float) -> Sequence[float]:
    """Return the first of these times within a stay, if there is one."""
    place = bisect_left(times, came)
    return [at for at in times[place : place + 1] if at < left]


def _answers(dice: random.Random, place: Place, stay: Span) -> Iterator[float]:
    came, left = stay
    hold = dice.uniform(*HOLD) if place.holds else 0.0
    at = came + dice.uniform(0, place.round_s)
    while True:
        chance = place.chance * (place.fades if at > (came + left) / 2 else 1.0)
        at += place.round_s * ceil(log(1.0 - dice.random()) / log(1.0 - chance))
        if at >= left:
            return
        yield at
        at += hold


def _spans(dice: random.Random, every: float, lasts: Span, seconds: float) -> Iterator[Span]:
    at = dice.expovariate(1 / every)
    while at < seconds:
        end = at + dice.uniform(*lasts)
        yield at, end
        at = end + dice.expovariate(1 / every)


def _pauses(dice: random.Random, seconds: float) -> Iterator[Span]:
    at = 0.0
    while at < seconds:
        at += dice.expovariate(1 / BURST)
        end = at + dice.expovariate(1 / PAUSE)
        yield at, end
        at = end


def _through(dice: random.Random, heard: Iterator[float], deaf: Sequence[Span], leaves: float) -> Iterator[float]:
    spans = iter([*deaf, (float("inf"), float("inf"))])
    begins, ends = next(spans)
    for at in heard:
        while at >= ends:
            begins, ends = next(spans)
        if at < begins or dice.random() < leaves:
            yield at


def _reports(dice: random.Random, epc: str, heard: Sequence[float]) -> Iterator[Read]:
    for second, group in groupby(heard, key=lambda at: int(at / REPORT_S)):
        times = list(group)
        came = moment((second + 1) * REPORT_S + dice.uniform(0, LATE_S))
        yield Read(epc, 96, 1, -50, moment(times[0]), moment(times[-1]), len(times), came)


def moment(seconds: float) -> datetime:
    """Return the time so many seconds after START."""
    return START + timedelta(seconds=seconds)


def leaves(tag: Standing, seconds: float) -> Iterator[Span]:
    """Return when a tag left, and until when it was away; it stands there for the last time at the end."""
    for (_, left), (back, _) in pairwise([*tag.stays, (seconds, seconds)]):
        if left < back:
            yield left, back

"""The tags before the antennas: who is there when, how strongly, and who a round misses (I22) or finds silent (I12)."""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulators.reader.silence import Silence

ROUND_S = 0.1
"""One inventory round over all antennas."""
READ_CHANCE = 0.65
"""Chance that one round reads a tag in the field that may answer; gates measure 0.6 to 0.7."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One tag's time in the field, by the loop's clock."""

    epc: str
    start: float
    end: float
    antennas: tuple[int, ...]
    rssi_dbm: float
    hold: float
    """How long its chip keeps silent, 0 to 1 of what the standard allows."""

    def strength(self, at: float) -> float:
        """Return dBm: strongest in the middle of the stay, 12 dB weaker at its ends."""
        half = max((self.end - self.start) / 2, 1e-6)
        off = (at - self.start - half) / half
        return self.rssi_dbm - 12 * off * off


@dataclass(frozen=True, slots=True)
class Stray:
    """A tag that never moves: within reach at random, every `every_s` seconds on average; `hold` as in a stay."""

    epc: str
    every_s: float
    antenna: int
    rssi_dbm: float
    hold: float


@dataclass(frozen=True, slots=True)
class Sight:
    """One tag read once by one antenna."""

    epc: str
    antenna: int
    rssi_dbm: int
    at: float


class Field:
    """Tags that come, stay and go. `chance` is the chance of a read for each tag that may answer, antenna and round."""

    def __init__(
        self, dice: random.Random, *, chance: float = READ_CHANCE, clock: Callable[[], float] | None = None
    ) -> None:
        self.chance = chance
        self.changed = asyncio.Event()
        self._dice = dice
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._stays: list[Stay] = []
        self._strays: list[Stray] = []
        self._next_stray: dict[str, float] = {}
        self._silence = Silence()

    def enter(
        self, epcs: Iterable[str], seconds: float, antennas: tuple[int, ...] = (1,), *, rssi_dbm: float = -48.0
    ) -> None:
        """Put tags before these antennas for a time."""
        now = self._clock()
        self._silence.forget(now)
        self._stays += [Stay(epc.upper(), now, now + seconds, antennas, rssi_dbm, self._dice.random()) for epc in epcs]
        self.changed.set()

    def leave(self, epcs: Iterable[str]) -> None:
        """Take tags away at once."""
        gone = {epc.upper() for epc in epcs}
        self._stays = [stay for stay in self._stays if stay.epc not in gone]

    def stray(self, epc: str, *, every_s: float = 5.0, antenna: int = 1, rssi_dbm: float = -68.0) -> None:
        """Add a tag of the neighbourhood that is read now and then for ever."""
        self._strays.append(Stray(epc.upper(), every_s, antenna, rssi_dbm, self._dice.random()))
        self._next_stray[epc.upper()] = self._clock() + self._dice.expovariate(1 / every_s)
        self.changed.set()

    def next_look(self, session: int) -> float | None:
        """Return when a round may read something, or None while nothing is there."""
        now = self._clock()
        self._stays = [stay for stay in self._stays if stay.end > now]
        times = [self._silence.next_round(stay.epc, session, now) for stay in self._stays]
        return max(now, min([*times, *self._next_stray.values()])) if times or self._next_stray else None

    def look(self, antennas: tuple[int, ...], session: int) -> list[Sight]:
        """Return what one round reads on these antennas (none given: on all) in a Gen2 session, 0 to 3."""
        now = self._clock()
        seen = [
            self._sight(stay, antenna, session, stay.strength(now), now)
            for stay in self._stays
            if stay.start <= now < stay.end
            for antenna in stay.antennas
            if (not antennas or antenna in antennas)
            and self._silence.power(stay.epc, session, stay.hold, now)
            and self._dice.random() < self.chance
        ]
        for stray in self._strays:
            if self._next_stray[stray.epc] <= now:
                self._next_stray[stray.epc] = now + self._dice.expovariate(1 / stray.every_s)
                heard = not antennas or stray.antenna in antennas
                if heard and self._silence.power(stray.epc, session, stray.hold, now):
                    seen.append(self._sight(stray, stray.antenna, session, stray.rssi_dbm, now))
        return seen

    def _sight(self, tag: Stay | Stray, antenna: int, session: int, rssi_dbm: float, now: float) -> Sight:
        self._silence.answered(tag.epc, session, tag.hold, now)
        return Sight(tag.epc, antenna, _whole(rssi_dbm + self._dice.gauss(0, 2)), now)


def _whole(dbm: float) -> int:
    return max(-128, min(127, round(dbm)))

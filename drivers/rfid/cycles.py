"""Event cycles of an inventory point: what came, what went and what is there (I10-I13, I22, I29).

Pure logic, no I/O: feed `reads`, `begin`, `end` and `link`, call `tick` at `next_due`, and carry out what they return.

    idle ──trigger, repeat period──► active ──trigger, duration, stable set, data available──► idle, a Cycle

A read belongs to the cycle of the reader's time, from its beginning up to but not including its end, never to that of
its arrival. Everything is therefore put in order of its own time first and taken `PATIENCE` later, so that any order of
arrival within that gives the same cycles. What comes later still changes no cycle that was told (I29): it counts from
then on, and the next one says how many there were.

Beyond ALE: a tag is there until it was silent for too long (presence.py, silence.py), and what was not told for want
of leave is told with the next report, so that additions and deletions, taken one after the other, always give who is
there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from heapq import heappop, heappush

from drivers.rfid.eventcycle import Cycle, Initiation, Report, Set, Spec, Termination
from drivers.rfid.port import Read
from drivers.rfid.presence import Presence
from drivers.rfid.silence import within

PATIENCE = timedelta(seconds=2)
"""Reads may come so long after their time: readers report in batches of a second at most, and networks stutter."""
MOST_WAITING = 20_000
"""Sightings that wait to be put in order; of more, the oldest are taken before their time, and none is lost (I11)."""
LOOK = timedelta(milliseconds=500)
"""Waiting sightings that end nothing are taken in this often."""
INSTANT = timedelta(microseconds=1)
"""A cycle that ends with a read ends just after it."""


class _Kind(IntEnum):
    """What waits in line; at one moment in this order."""

    STOP = 0
    AWAY = 1
    BACK = 2
    START = 3
    READ = 4


_Waiting = tuple[datetime, _Kind, str, str, float]
"""When, what, of which tag or reader; for a read also by which reader, and the seconds within it (silence.py)."""
_UNKNOWN = float("inf")


@dataclass(slots=True)
class _Active:
    began: datetime
    initiation: Initiation
    newest: datetime
    """When a tag was last read for the first time."""
    data: datetime | None = None
    """When the first was."""


class Cycles:
    """The cycles of one point."""

    def __init__(
        self,
        spec: Spec,
        readers: Iterable[str],
        at: datetime,
        *,
        known: Iterable[str] | None = None,
        anew: bool = False,
    ) -> None:
        """`known` is who was there in the last cycle that was told, None if there never was one.

        With `anew` the first report that there is leave for tells every list, also an empty one: whoever hears it may
        know something else.
        """
        self._spec = spec
        self._anew = anew
        self._told = dict.fromkeys(sorted(known or ()))
        self._presence = Presence(spec.gone_after, readers, known=self._told, at=at, most=spec.most)
        self._last: dict[int, tuple[str, ...]] = {}
        if known is not None:
            current = [place for place, report in enumerate(spec.reports) if report.set is Set.CURRENT]
            self._last = dict.fromkeys(current, tuple(self._told))
        self._line: list[_Waiting] = []
        self._signals = 0
        self._time = at
        self._active: _Active | None = None
        self._next: datetime | None = None if spec.boundary.triggered else at
        """When one begins by itself."""
        self._first = True
        self._closed: datetime | None = None
        """When the last cycle ended."""
        self._leave = at
        self._late = self._held = 0

    @property
    def active(self) -> bool:
        """A cycle is under way."""
        return self._active is not None

    @property
    def away(self) -> tuple[str, ...]:
        """Return the readers whose silence says nothing."""
        return self._presence.away

    def there(self, now: datetime) -> dict[str, datetime]:
        """Return who is there with their last read, the latest first."""
        found = self._presence.there(max(now - PATIENCE, self._time), self._since)
        return dict(sorted(found.items(), key=lambda one: (one[1], one[0]), reverse=True))

    def reads(self, reader: str, reads: Sequence[Read], now: datetime) -> list[Cycle]:
        """Take reads of a reader in any order."""
        for read in reads:
            if self._spec.wanted(read.epc, read.bits, read.pc):
                first, last = min(read.first_seen, read.received_at), min(read.last_seen, read.received_at)
                self._late += self._closed is not None and last < self._closed
                heappush(self._line, (first, _Kind.READ, read.epc, reader, _UNKNOWN))
                if first < last:
                    heappush(self._line, (last, _Kind.READ, read.epc, reader, within(read)))
        found: list[Cycle] = []
        while len(self._line) > MOST_WAITING:
            found += self._advance(self._line[0][0])
        return found + self.tick(now)

    def begin(self, at: datetime, now: datetime) -> list[Cycle]:
        """Take a start trigger at its own time; while a cycle is under way it counts for nothing."""
        return self._signal(at, _Kind.START, "", now)

    def end(self, at: datetime, now: datetime) -> list[Cycle]:
        """Take a stop trigger at its own time."""
        return self._signal(at, _Kind.STOP, "", now)

    def link(self, reader: str, at: datetime, now: datetime, *, up: bool) -> list[Cycle]:
        """Take that a reader is there or away since a time."""
        return self._signal(at, _Kind.BACK if up else _Kind.AWAY, reader, now)

    def clock_set(self, now: datetime) -> list[Cycle]:
        """Somebody set the clock, or the machine slept: whoever was there is waited for anew, by the new time."""
        found: list[Cycle] = []
        while self._line:
            found += self._take(heappop(self._line))
        self._time = now
        self._presence.listen_anew(now)
        if self._active is not None:
            self._active.began = min(self._active.began, now)
            self._active.newest = now
        if self._next is not None:
            self._next = now
        if self._closed is not None:
            self._closed = min(self._closed, now)
        self._leave = min(self._leave, now)
        return found

    def tick(self, now: datetime) -> list[Cycle]:
        """Let time pass; at `next_due` at the latest."""
        return self._advance(now - PATIENCE)

    def undefine(self, now: datetime) -> list[Cycle]:
        """End it all, with what has come so far."""
        found = self._advance(now)
        return found + ([self._close(self._active, now, Termination.UNDEFINE)] if self._active else [])

    def next_due(self) -> datetime | None:
        """Return when `tick` wants to be called."""
        times = [at for at in (self._timer(),) if at is not None]
        if self._line:
            ends = self._signals or (self._spec.boundary.data_available and self._active and not self._active.data)
            times.append(self._line[0][0] + (timedelta(0) if ends else LOOK))
        return min(times) + PATIENCE if times else None

    @property
    def _since(self) -> datetime | None:
        return None if self._active is None else self._active.began

    def _signal(self, at: datetime, kind: _Kind, reader: str, now: datetime) -> list[Cycle]:
        heappush(self._line, (min(at, now), kind, reader, "", _UNKNOWN))
        self._signals += 1
        return self.tick(now)

    def _advance(self, until: datetime) -> list[Cycle]:
        """Take everything in order of its time up to a moment."""
        found: list[Cycle] = []
        while True:
            timer = self._timer()
            if timer is not None and timer <= until and not (self._line and self._line[0][0] < timer):
                found += self._ring(max(timer, self._time))
            elif self._line and self._line[0][0] <= until:
                found += self._take(heappop(self._line))
            else:
                break
        self._time = max(self._time, until)
        return found

    def _take(self, waiting: _Waiting) -> list[Cycle]:
        at, kind, what, reader, seconds = waiting
        now = self._time = max(self._time, at)
        if kind is _Kind.READ:
            first = self._presence.see(what, at, now, self._since, reader=reader, within=seconds)
            if first and self._active is not None:
                self._active.newest = max(self._active.newest, at)
                self._active.data = self._active.data or now
            return []
        self._signals -= 1
        if kind is _Kind.AWAY:
            self._presence.leave(what, now, self._since)
        elif kind is _Kind.BACK:
            self._presence.come_back(what, now)
        elif kind is _Kind.START and self._active is None:
            self._open(now, Initiation.TRIGGER)
        elif kind is _Kind.STOP and self._active is not None:
            return [self._close(self._active, now, Termination.TRIGGER)]
        return []

    def _timer(self) -> datetime | None:
        """Return when a cycle ends or begins by itself."""
        if self._active is None:
            return self._next
        return min((at for at, _ in self._ends(self._active)), default=None)

    def _ring(self, at: datetime) -> list[Cycle]:
        if self._active is None:
            self._open(at, Initiation.REQUESTED if self._first else Initiation.REPEAT_PERIOD)
            return []
        _, why = min(self._ends(self._active), key=lambda end: end[0])
        return [self._close(self._active, at, why)]

    def _ends(self, active: _Active) -> list[tuple[datetime, Termination]]:
        boundary, found = self._spec.boundary, []
        if boundary.data_available and active.data is not None:
            found.append((active.data + INSTANT, Termination.DATA_AVAILABLE))
        if boundary.stable is not None:
            found.append((active.newest + boundary.stable, Termination.STABLE_SET))
        if boundary.duration is not None:
            found.append((active.began + boundary.duration, Termination.DURATION))
        return found

    def _open(self, at: datetime, why: Initiation) -> None:
        self._time, self._first = at, False
        self._active = _Active(at, why, at)

    def _close(self, active: _Active, at: datetime, why: Termination) -> Cycle:
        present = self._presence.sweep(at, active.began)
        self._time = self._closed = at
        self._active = None
        repeat = self._spec.boundary.repeat
        self._next = None if repeat is None else active.began + repeat
        due = self._due(sorted(present))
        told = due and self._may_tell(at)
        self._held += bool(due) and not told
        cycle = Cycle(
            active.began,
            at,
            active.initiation,
            why,
            tuple(report for _, report in due) if told else (),
            tuple(sorted(present)),
            tuple(epc for epc in sorted(present) if epc not in self._told),
            tuple(epc for epc in self._told if epc not in present),
            self._presence.away,
            self._late,
            self._presence.given_up,
            self._held,
            settled=told or not due,
        )
        if cycle.settled:
            self._told = dict.fromkeys(cycle.present)
        if told:
            self._last |= {place: report.tags for place, report in due}
            self._late = self._presence.given_up = self._held = 0
            self._anew = False
        return cycle

    def _due(self, present: list[str]) -> list[tuple[int, Report]]:
        """Return the reports that are to be told, by their place in the spec."""
        there = dict.fromkeys(present)
        lists = {
            Set.CURRENT: tuple(present),
            Set.ADDITIONS: tuple(epc for epc in present if epc not in self._told),
            Set.DELETIONS: tuple(epc for epc in self._told if epc not in there),
        }
        return [
            (place, Report(spec.set, lists[spec.set]))
            for place, spec in enumerate(self._spec.reports)
            if self._anew
            or (
                (lists[spec.set] or spec.if_empty)
                and not (spec.only_on_change and self._last.get(place) == lists[spec.set])
            )
        ]

    def _may_tell(self, at: datetime) -> bool:
        """Take leave for one report, if there is any."""
        share = timedelta(hours=1) / self._spec.most_an_hour
        if self._leave - at > timedelta(hours=1) - share:
            return False
        self._leave = max(self._leave, at) + share
        return True

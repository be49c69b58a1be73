"""A gate: photo-eyes say when something passes and which way, a reader says which tags (I10, I12, I13, I16, I23-I29).

Pure logic, no I/O: feed `beam`, `reads` and `tick`, and carry out what they return. Call `tick` at `next_due`.

    idle ──beam──► open ──both clear──► closed (amended by late reads) ──deadline──► final

A read belongs to the window of its own time, never of its arrival. One shortly before a window speaks for it too: the
tag may have been silent since. A tag crosses once: in one passage, until it crosses back or is released.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from drivers.rfid.beams import Debouncer, Edge, Eye, classify
from drivers.rfid.passage import WEAKEST, Direction, Flag, Passage, Reason, Seen, Suppressed, seen
from drivers.rfid.port import Read
from drivers.rfid.strays import Strays


@dataclass(frozen=True, slots=True)
class Settings:
    """Times of a gate."""

    gap: timedelta = timedelta(milliseconds=200)
    """A beam clear for less is still the same pallet; pallets follow no closer."""
    settle: timedelta = timedelta(seconds=1)
    """Both beams clear for so long: it is through."""
    cross: timedelta = timedelta(seconds=3)
    """Between the two eyes something may take so long; later it has turned back."""
    longest: timedelta = timedelta(seconds=30)
    """No pallet takes longer; a beam blocked longer is stuck."""
    lead: timedelta = timedelta(milliseconds=500)
    """The antennas see a tag so long before the first beam does."""
    tail: timedelta = timedelta(milliseconds=500)
    """And so long after the last."""
    quiet: timedelta = timedelta(seconds=5)
    """A tag that has answered may keep silent for so long (I12): S1 of Gen2 allows 5 s."""
    deadline: timedelta = timedelta(seconds=5)
    """Late reads amend a passage for so long after it closed."""
    memory: timedelta = timedelta(minutes=10)
    """A tag that crossed does not cross again in the same direction within this time."""


LOOSE = timedelta(seconds=3)
"""A window's reads wait so long for it: beams are polled and debounced, so their news comes later."""
MOST_LOOSE = 20_000


class GateAlarm(StrEnum):
    """What is wrong at a gate."""

    STUCK_BEAM = "stuck_beam"
    NO_READS = "no_reads"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Trouble at a gate."""

    gate: str
    alarm: GateAlarm
    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class LateRead:
    """A tag that came to light after its passage was final: an exception for a person (I29)."""

    gate: str
    number: int
    tag: Seen


Output = Passage | LateRead | Alarm


class _State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    FINAL = "final"


@dataclass(slots=True)
class _Window:
    number: int
    opened: datetime
    state: _State = _State.OPEN
    closed: datetime | None = None
    edges: list[Edge] = field(default_factory=list)
    direction: Direction | None = None
    flags: tuple[Flag, ...] = ()
    by_hand: bool = False
    reads: list[Read] = field(default_factory=list)
    passage: Passage | None = None
    exceptions: dict[str, None] = field(default_factory=dict)
    released: bool = False
    """Its tags may cross again."""

    @property
    def crossing(self) -> bool:
        """It crossed, or may still."""
        return self.direction is not Direction.NONE

    @property
    def heading(self) -> Direction | None:
        """Its direction; while it is open, the one in which it began."""
        if self.direction is not None or not self.edges:
            return self.direction
        return Direction.OUT if self.edges[0].eye is Eye.INNER else Direction.IN


@dataclass(frozen=True, slots=True)
class _Claim:
    direction: Direction
    at: datetime


_Share = tuple[_Window, datetime, datetime | None]
"""A window and its stretch of time, for reads; an open one has no end."""

_Sights = dict[int, dict[str, Seen]]
"""By window number: what it saw of each tag."""


class Gate:
    """The logic of one gate."""

    def __init__(self, name: str, settings: Settings | None = None) -> None:
        self.name = name
        self._set = settings or Settings()
        self._eyes = {eye: Debouncer(eye, self._set.gap) for eye in Eye}
        self._stuck: dict[Eye, None] = {}
        self._windows: list[_Window] = []
        self._loose: deque[Read] = deque()
        self._strays = Strays()
        self._expected: dict[str, None] = {}
        self._claims: dict[str, _Claim] = {}
        self._shares: list[_Share] | None = None
        self._number = 0

    @property
    def busy(self) -> bool:
        """Something is in the gate."""
        return self._open is not None

    @property
    def stuck(self) -> tuple[Eye, ...]:
        """Return the eyes that are blocked for too long."""
        return tuple(self._stuck)

    def expect(self, epcs: Iterable[str]) -> None:
        """Say which tags are expected now; they are never taken for strays."""
        self._expected = {epc.upper(): None for epc in epcs}

    def release(self, epcs: Iterable[str] | None = None) -> None:
        """Let tags (all by default) cross again the same way: the load was brought back for another pass.

        All are also those whose passage is not final yet.
        """
        if epcs is None:
            for window in self._windows:
                window.released |= window.state is _State.CLOSED
        for epc in list(self._claims) if epcs is None else epcs:
            self._claims.pop(epc.upper(), None)

    def beam(self, eye: Eye, at: datetime, *, blocked: bool) -> list[Output]:
        """Take a change of a photo-eye at its own time."""
        self._eyes[eye].feed(at, blocked=blocked)
        return self.tick(at)

    def open_by_hand(self, direction: Direction, at: datetime) -> list[Output]:
        """Open a window for a load that the beams cannot see."""
        outputs = self.tick(at)
        current = self._open
        if current is not None:
            outputs += self._close(current, at)
        window = self._begin(at)
        window.by_hand, window.direction = True, direction
        return outputs

    def close_by_hand(self, at: datetime) -> list[Output]:
        """Close the window that was opened by hand."""
        outputs = self.tick(at)
        current = self._open
        if current is not None and current.by_hand:
            outputs += self._close(current, at)
        return outputs

    def reads(self, reads: Iterable[Read], now: datetime) -> list[Output]:
        """Take reads in any order; each goes to the window of its time."""
        outputs = self.tick(now)
        amended: dict[int, _Window] = {}
        for read in reads:
            window = self._window_of(read)
            if window is None:
                self._loose.append(read)
            elif window.state is _State.FINAL:
                outputs += self._too_late(window, read)
            else:
                window.reads.append(read)
                if window.state is _State.CLOSED:
                    amended[window.number] = window
        for window in amended.values():
            outputs += self._report(window)
        self._learn(now)
        return outputs

    def tick(self, now: datetime) -> list[Output]:
        """Let time pass: edges become certain, windows close, passages become final."""
        outputs: list[Output] = []
        while True:
            due = self.next_due()
            if due is None or due > now:
                break
            outputs += self._step(due)
        self._prune(now)
        return outputs

    def next_due(self) -> datetime | None:
        """Return when `tick` will have something to do, None while only a beam or a read can bring news."""
        times = [eye.due for eye in self._eyes.values()]
        times += [w.closed + self._set.deadline for w in self._windows if w.state is _State.CLOSED and w.closed]
        if self._open is not None:
            times.append(self._ends(self._open))
        return min((t for t in times if t is not None), default=None)

    @property
    def _open(self) -> _Window | None:
        last = self._windows[-1] if self._windows else None
        return last if last is not None and last.state is _State.OPEN else None

    def _step(self, now: datetime) -> list[Output]:
        """Do what is due at one moment."""
        outputs: list[Output] = []
        edges = sorted((e for eye in self._eyes.values() for e in eye.settle(now)), key=lambda e: e.at)
        for edge in edges:
            outputs += self._edge(edge)
        current = self._open
        if current is not None and self._ends(current) <= now:
            outputs += self._end(current)
        for window in self._windows:
            if window.state is _State.CLOSED and window.closed and window.closed + self._set.deadline <= now:
                outputs += self._finish(window)
        return outputs

    def _edge(self, edge: Edge) -> list[Output]:
        outputs: list[Output] = []
        if edge.eye in self._stuck:
            if not edge.blocked:
                del self._stuck[edge.eye]
            return outputs
        current = self._open
        if current is not None and current.by_hand:
            return outputs
        if edge.blocked and current is not None and self._is_through(current):
            outputs += self._close(current, current.edges[-1].at)
            current = None
        if current is None:
            if not edge.blocked:
                return outputs
            current = self._begin(edge.at)
        current.edges.append(edge)
        return outputs

    def _begin(self, at: datetime) -> _Window:
        self._number += 1
        window = _Window(self._number, at)
        self._windows.append(window)
        self._spread()
        return window

    def _is_through(self, window: _Window) -> bool:
        """Both eyes have seen it and both are clear."""
        return len({edge.eye for edge in window.edges}) == 2 and not self._blocked(window)

    @staticmethod
    def _blocked(window: _Window) -> bool:
        state = {edge.eye: edge.blocked for edge in window.edges}
        return any(state.values())

    def _ends(self, window: _Window) -> datetime:
        """Return when an open window ends if nothing more happens."""
        longest = window.opened + self._set.longest
        if window.by_hand or self._blocked(window):
            return longest
        wait = self._set.settle if self._is_through(window) else self._set.cross
        return min(longest, window.edges[-1].at + wait)

    def _end(self, window: _Window) -> list[Output]:
        if window.by_hand or not self._blocked(window):
            at = window.opened + self._set.longest if window.by_hand else window.edges[-1].at
            return self._close(window, at)
        at = window.opened + self._set.longest
        outputs: list[Output] = []
        for eye, debouncer in self._eyes.items():
            if debouncer.blocked and eye not in self._stuck:
                self._stuck[eye] = None
                outputs.append(Alarm(self.name, GateAlarm.STUCK_BEAM, at, str(eye)))
        return outputs + self._close(window, at, Flag.STUCK_BEAM)

    def _close(self, window: _Window, at: datetime, *more: Flag) -> list[Output]:
        window.state, window.closed = _State.CLOSED, at
        if window.by_hand:
            flags: tuple[Flag, ...] = (Flag.BY_HAND,)
        else:
            window.direction, flags = classify(window.edges)
            if self._stuck:
                flags = (*(f for f in flags if f is not Flag.TURNED_BACK), Flag.STUCK_BEAM)
        window.flags = tuple(dict.fromkeys((*flags, *more)))
        self._spread()
        outputs: list[Output] = []
        if window.crossing and not self._seen(window):
            window.flags = (*window.flags, Flag.NO_READS)
            if self._expected:
                outputs.append(Alarm(self.name, GateAlarm.NO_READS, at, f"passage {window.number}"))
        return [*outputs, *self._report(window)]

    def _finish(self, window: _Window) -> list[Output]:
        outputs = self._report(window, final=True)
        window.state = _State.FINAL
        passage = window.passage
        if passage is not None and passage.closed is not None and passage.direction is not Direction.NONE:
            for tag in passage.tags:
                self._claims.pop(tag.epc, None)
                if not window.released:
                    self._claims[tag.epc] = _Claim(passage.direction, passage.closed)
                self._strays.forget(tag.epc)
        return outputs

    def _report(self, window: _Window, *, final: bool = False) -> list[Output]:
        """Return the passage if it is new, changed or final."""
        counted: list[Seen] = []
        left: list[Suppressed] = []
        sights = self._sights()
        found = tuple(sights[window.number].values()) if window.number in sights else self._seen(window)
        for tag in found:
            reason = self._reason(window, tag, sights)
            if reason is None:
                counted.append(tag)
            else:
                left.append(Suppressed(tag, reason))
        before = window.passage
        flags = window.flags if not found else tuple(f for f in window.flags if f is not Flag.NO_READS)
        passage = Passage(
            gate=self.name,
            number=window.number,
            direction=window.direction or Direction.NONE,
            opened=window.opened,
            closed=window.closed or window.opened,
            tags=tuple(counted),
            suppressed=tuple(left),
            flags=flags,
            revision=before.revision + 1 if before else 1,
            final=final,
        )
        if before is not None and not final and before.epcs == passage.epcs:
            return []
        window.passage = passage
        return [passage]

    def _reason(self, window: _Window, tag: Seen, sights: _Sights) -> Reason | None:
        """Return why a tag of a window does not count, None if it does."""
        if window.crossing and self._elsewhere(window, tag, sights):
            return Reason.ELSEWHERE
        if tag.epc not in self._expected and self._strays.stands_still(tag):
            return Reason.STRAY
        return None

    def _elsewhere(self, window: _Window, tag: Seen, sights: _Sights) -> bool:
        """Tell whether a tag crossed with another window the same way and has not crossed back in between."""
        rivals = [(w, sights[w.number][tag.epc]) for w in self._windows if tag.epc in sights.get(w.number, {})]
        score, crossed_back = self._score(window, tag), False
        for other, rival in reversed([r for r in rivals if r[0].number < window.number]):
            if _opposite(other, window):
                crossed_back = True
                break
            if self._score(other, rival) >= score:
                return True
        claim = self._claims.get(tag.epc)
        if claim is not None and not crossed_back and claim.direction is window.direction:
            return tag.first - claim.at < self._set.memory
        for other, rival in (r for r in rivals if r[0].number > window.number):
            if _opposite(other, window):
                break
            if self._score(other, rival) > score:
                return True
        return False

    def _score(self, window: _Window, tag: Seen) -> tuple[int, int]:
        """Return how much speaks for a tag in a window: least if it was silent in it."""
        silent = tag.last < window.opened - self._set.lead
        return (WEAKEST, 0) if silent else (tag.rssi_dbm, tag.count)

    def _sights(self) -> _Sights:
        """Return what every unfinished window that crossed or may still cross has seen."""
        live = [w for w in self._windows if w.state is not _State.FINAL and w.crossing]
        return {w.number: {tag.epc: tag for tag in self._seen(w)} for w in live}

    def _seen(self, window: _Window) -> tuple[Seen, ...]:
        """Return the tags of a window; with one that crossed may have come, in silence, what had turned back (I12)."""
        if not window.crossing:
            return seen(window.reads)
        since = window.opened - self._set.quiet
        back = [w for w in self._windows if w.number < window.number and not w.crossing]
        return seen([*window.reads, *(read for w in back for read in w.reads if read.last_seen >= since)])

    def _too_late(self, window: _Window, read: Read) -> list[Output]:
        listed = window.passage.epcs if window.passage else ()
        if read.epc in listed or read.epc in window.exceptions:
            return []
        tag = seen([read])[0]
        if read.epc not in self._expected and self._strays.stands_still(tag):
            return []
        window.exceptions[read.epc] = None
        return [LateRead(self.name, window.number, tag)]

    def _spans(self) -> list[_Share]:
        """Return each window with its share of time; neighbours meet in the middle, an open one has no end."""
        spans = []
        for place, window in enumerate(self._windows):
            start = window.opened - self._set.lead
            end = window.closed + self._set.tail if window.closed else None
            if place:
                before = self._windows[place - 1].closed or window.opened
                start = max(start, before + max(window.opened - before, timedelta(0)) / 2)
            if place + 1 < len(self._windows) and window.closed and end:
                after = self._windows[place + 1].opened
                end = min(end, window.closed + max(after - window.closed, timedelta(0)) / 2)
            spans.append((window, start, end))
        return spans

    def _window_of(self, read: Read) -> _Window | None:
        """Return the window in which a tag was seen longest, else the next through which it may have come silently."""
        best: _Window | None = None
        longest = timedelta(-1)
        if self._shares is None:
            self._shares = self._spans()
        for window, start, end in reversed(self._shares):
            if end is not None and end < read.first_seen:
                break
            until = read.last_seen if end is None else min(read.last_seen, end)
            shared = until - max(read.first_seen, start)
            if shared >= timedelta(0) and shared > longest:
                best, longest = window, shared
            elif longest < timedelta(0) and window.crossing and read.last_seen >= window.opened - self._set.quiet:
                best = window
        return best

    def _spread(self) -> None:
        """Give every read its window anew after a window opened or closed."""
        self._shares = None
        reads = [*self._loose]
        for window in self._windows:
            if window.state is not _State.FINAL:
                reads += window.reads
                window.reads = []
        self._loose.clear()
        for read in sorted(reads, key=lambda r: r.last_seen):
            home = self._window_of(read)
            if home is None or home.state is _State.FINAL:
                self._loose.append(read)
            else:
                home.reads.append(read)

    def _learn(self, now: datetime) -> None:
        """Take reads that found no window as signs of what stands nearby."""
        old = now - self._set.quiet - LOOSE
        while self._loose and (self._loose[0].last_seen < old or len(self._loose) > MOST_LOOSE):
            self._strays.learn(self._loose.popleft())

    def _prune(self, now: datetime) -> None:
        self._learn(now)
        keep = now - self._set.memory
        while len(self._windows) > 1 and self._windows[0].state is _State.FINAL and self._windows[0].opened < keep:
            del self._windows[0]
            self._shares = None
        while self._claims:
            epc, claim = next(iter(self._claims.items()))
            if claim.at >= keep:
                break
            del self._claims[epc]


def _opposite(one: _Window, other: _Window) -> bool:
    """Tell whether two windows crossed in opposite directions, as far as is known."""
    return {one.heading, other.heading} == {Direction.IN, Direction.OUT}

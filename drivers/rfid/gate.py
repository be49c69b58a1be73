"""A gate: photo-eyes say when something passes and which way, a reader says which tags (I10, I12, I13, I16, I23-I29).

Pure logic, no I/O: feed `beam`, `reads` and `tick`, and carry out what they return. Call `tick` at `next_due`.

    idle ──beam──► open ──both clear──► closed (amended by late reads) ──deadline──► final

A read belongs to the window of its own time, never of its arrival. One shortly before a window speaks for it too: the
tag may have been silent since. A tag crosses once: in one passage, until it crosses back or is released.

A tag that stood near before and has come no closer is in doubt, and its passage is not told before it is settled: read
again where it stood, it stayed; not read for `doubt`, it is gone. If the gate opens again first, it stayed if it was
expected and is gone if not, so that nothing passes by guess; so too at once when the passage led in.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from operator import attrgetter

from drivers.rfid.beams import Debouncer, Edge, Eye, classify
from drivers.rfid.passage import WEAKEST, Direction, Flag, Passage, Reason, Seen, Suppressed, join, seen
from drivers.rfid.port import Read
from drivers.rfid.sides import Sides
from drivers.rfid.strays import MOVED_DB, Strays
from drivers.rfid.window import State, Window


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
    parted: timedelta = timedelta(seconds=2.5)
    """What has crossed is out of the antennas' reach so long after the last beam."""
    doubt: timedelta = timedelta(seconds=12)
    """A tag that still stands is told again by then: `parted`, `quiet`, some rounds that miss it, a late report."""
    memory: timedelta = timedelta(minutes=10)
    """A tag that crossed does not cross again in the same direction within this time."""


LOOSE = timedelta(seconds=3)
"""A window's reads wait so long for it: beams are polled and debounced, so their news comes later."""
MOST_LOOSE = 20_000
CLOSER_DB = 12
"""An expected tag that is stronger than before by so much has come through for sure; few reads may differ by 6 dB."""


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


@dataclass(frozen=True, slots=True)
class _Claim:
    direction: Direction
    at: datetime


_Share = tuple[Window, datetime, datetime | None]
"""A window and its stretch of time, for reads; an open one has no end."""

_Sights = dict[int, dict[str, Seen]]
"""By window number: what it saw of each tag."""


class Gate:
    """The logic of one gate."""

    def __init__(
        self,
        name: str,
        settings: Settings | None = None,
        *,
        eyes: Sequence[Eye] = tuple(Eye),
        sides: Sides | None = None,
    ) -> None:
        """With one eye `sides` tell the direction; with both they tell it where the eyes cannot, or contradict them."""
        self.name = name
        self._set = settings or Settings()
        self._eyes = {eye: Debouncer(eye, self._set.gap) for eye in eyes}
        self._sides = sides
        self._stuck: dict[Eye, None] = {}
        self._windows: list[Window] = []
        self._loose: deque[Read] = deque()
        self._strays = Strays()
        self._expected: dict[str, None] = {}
        self._claims: dict[str, _Claim] = {}
        self._shares: list[_Share] | None = None
        self._number = 0
        self._since: datetime | None = datetime.min.replace(tzinfo=UTC)
        """Since when the eyes are seen; None while they are not."""

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
                window.released |= window.state is State.CLOSED
        for epc in list(self._claims) if epcs is None else epcs:
            self._claims.pop(epc.upper(), None)

    def blind(self) -> None:
        """Say that the eyes are not seen any more: what is read from now on may be passing, and stands nowhere."""
        self._since = None

    def sighted(self, at: datetime) -> None:
        """Say that the eyes are seen again."""
        self._since = at if self._since is None else self._since

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
        outputs += self._decide_doubts()
        self._begin(at, direction=direction)
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
        doubted = {w.number: len(w.doubts) for w in self._windows if w.doubts}
        amended: dict[int, Window] = {}
        for read in reads:
            window = self._window_of(read)
            if window is None:
                self._loose.append(read)
                self._settle(read)
            elif window.state is State.FINAL:
                outputs += self._too_late(window, read)
            else:
                window.take(read)
                if window.state is State.CLOSED:
                    amended[window.number] = window
        for window in amended.values():
            self._orient_again(window)
        for window in self._windows:
            if window.number in amended or (window.number in doubted and len(window.doubts) < doubted[window.number]):
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
        times += [ends for w in self._windows if (ends := self._final_at(w)) is not None]
        if self._open is not None:
            times.append(self._ends(self._open))
        return min((t for t in times if t is not None), default=None)

    @property
    def _open(self) -> Window | None:
        last = self._windows[-1] if self._windows else None
        return last if last is not None and last.state is State.OPEN else None

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
            ends = self._final_at(window)
            if ends is not None and ends <= now:
                outputs += self._finish(window)
        return outputs

    def _final_at(self, window: Window) -> datetime | None:
        """Return when late reads amend a closed window no more."""
        if window.state is not State.CLOSED or window.closed is None:
            return None
        return window.closed + (self._set.doubt if window.doubts else self._set.deadline)

    def _edge(self, edge: Edge) -> list[Output]:
        outputs: list[Output] = []
        if edge.eye in self._stuck:
            if not edge.blocked:
                del self._stuck[edge.eye]
            return outputs
        current = self._open
        if current is not None and current.by_hand:
            return outputs
        if edge.blocked and current is not None and current.through:
            outputs += self._close(current, current.edges[-1].at)
            current = None
        if current is None:
            if not edge.blocked:
                return outputs
            outputs += self._decide_doubts()
            self._begin(edge.at, edge)
        else:
            current.edges.append(edge)
            self._spread()
        return outputs

    def _begin(self, at: datetime, *edges: Edge, direction: Direction | None = None) -> Window:
        self._number += 1
        window = Window(self._number, at, edges=[*edges], direction=direction, by_hand=not edges, eyes=len(self._eyes))
        self._windows.append(window)
        self._spread()
        return window

    def _ends(self, window: Window) -> datetime:
        """Return when an open window ends if nothing more happens."""
        longest = window.opened + self._set.longest
        if window.by_hand or window.blocked:
            return longest
        wait = self._set.settle if window.through else self._set.cross
        return min(longest, window.edges[-1].at + wait)

    def _end(self, window: Window) -> list[Output]:
        if window.by_hand or not window.blocked:
            at = window.opened + self._set.longest if window.by_hand else window.edges[-1].at
            return self._close(window, at)
        at = window.opened + self._set.longest
        outputs: list[Output] = []
        for eye, debouncer in self._eyes.items():
            if debouncer.blocked and eye not in self._stuck:
                self._stuck[eye] = None
                outputs.append(Alarm(self.name, GateAlarm.STUCK_BEAM, at, str(eye)))
        return outputs + self._close(window, at, Flag.STUCK_BEAM)

    def _close(self, window: Window, at: datetime, *more: Flag) -> list[Output]:
        window.state, window.closed = State.CLOSED, at
        if window.by_hand:
            window.flags = (Flag.BY_HAND, *more)
        else:
            direction, flags = classify(window.edges) if window.eyes > 1 else (Direction.NONE, ())
            if self._stuck:
                flags = (*(f for f in flags if f is not Flag.TURNED_BACK), Flag.STUCK_BEAM)
            window.by_eyes = direction, tuple(dict.fromkeys((*flags, *more)))
            self._orient(window)
        self._spread()
        window.near = self._near(window)
        window.settled |= window.direction is Direction.IN  # nothing passes by it, whatever stands near
        outputs: list[Output] = []
        if window.crossing and not self._seen(window):
            window.flags = (*window.flags, Flag.NO_READS)
            if self._expected:
                outputs.append(Alarm(self.name, GateAlarm.NO_READS, at, f"passage {window.number}"))
        return [*outputs, *self._report(window)]

    def _orient(self, window: Window) -> None:
        """Take the direction from the eyes, where they cannot tell from the antennas, from nobody if they differ."""
        direction, flags = window.by_eyes
        told = self._sides.heading(self._telling(window)) if self._sides is not None else None
        if window.eyes == 1 or (direction is Direction.NONE and Flag.AMBIGUOUS in flags):
            unknown = told is None and window.eyes == 1
            window.direction = told or Direction.NONE
        else:
            unknown = direction is not Direction.NONE and told not in (None, direction)
            window.direction = Direction.NONE if unknown else direction
        window.flags = tuple(dict.fromkeys((*flags, Flag.AMBIGUOUS))) if unknown else flags

    def _orient_again(self, window: Window) -> None:
        """Look at the antennas again after late reads."""
        before = window.direction
        if self._sides is not None and not window.by_hand:
            self._orient(window)
        if window.direction is not before:
            self._spread()

    def _telling(self, window: Window) -> list[Read]:
        """Return the reads that tell a direction: of what is expected, else of what does not stand near."""
        expected = [read for read in window.reads if read.epc in self._expected]
        return expected or [read for read in window.reads if self._strays.strength(read.epc, window.opened) is None]

    def _finish(self, window: Window) -> list[Output]:
        window.doubts.clear()
        outputs = self._report(window, final=True)
        window.state = State.FINAL
        passage = window.passage
        if passage is not None and passage.closed is not None and passage.direction is not Direction.NONE:
            for tag in passage.tags:
                self._claims.pop(tag.epc, None)
                if not window.released:
                    self._claims[tag.epc] = _Claim(passage.direction, passage.closed)
                self._strays.forget(tag.epc)
        return outputs

    def _report(self, window: Window, *, final: bool = False) -> list[Output]:
        """Return the passage if it is new, changed or final."""
        found, counted, left = self._sort(window)
        doubts = self._doubts(window, counted)
        if window.settled:
            window.stood |= {epc: None for epc in doubts if epc in self._expected}
            found, counted, left = self._sort(window)
        window.doubts = {} if final or window.settled else doubts
        if window.doubts:
            return []
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
        if before is not None and not final and _same(before, passage):
            return []
        window.passage = passage
        return [passage]

    def _sort(self, window: Window) -> tuple[tuple[Seen, ...], list[Seen], list[Suppressed]]:
        """Return the tags of a window, those that count, and the others."""
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
        return found, counted, left

    def _reason(self, window: Window, tag: Seen, sights: _Sights) -> Reason | None:
        """Return why a tag of a window does not count, None if it does."""
        if window.crossing and self._elsewhere(window, tag, sights):
            return Reason.ELSEWHERE
        if tag.epc in window.stood:
            return Reason.STAYED if tag.epc in self._expected else Reason.STRAY
        if tag.epc not in self._expected and self._strays.stands_still(tag):
            return Reason.STRAY
        return None

    def _decide_doubts(self) -> list[Output]:
        """Settle what is in doubt before the gate opens again: what was expected stayed, what was not is gone."""
        outputs: list[Output] = []
        for window in self._windows:
            if window.state is State.CLOSED:
                window.settled = True
                outputs += self._report(window) if window.doubts else []
        return outputs

    def _settle(self, read: Read) -> None:
        """Take a read outside every window as proof that a tag in doubt stands where it stood."""
        for window in self._windows:
            if read.epc not in window.doubts or window.closed is None:
                continue
            if read.first_seen >= window.closed + self._set.parted and self._rests(window, read.epc, read.rssi_dbm):
                del window.doubts[read.epc]
                window.stood[read.epc] = None

    def _doubts(self, window: Window, counted: Sequence[Seen]) -> dict[str, None]:
        """Return which of these tags of a window may still stand where they stood before it (I27)."""
        if window.by_hand or not window.crossing:
            return {}
        return {tag.epc: None for tag in counted if self._rests(window, tag.epc, tag.rssi_dbm)}

    def _rests(self, window: Window, epc: str, rssi_dbm: int | None) -> bool:
        """Tell whether a tag was near before a window, and this strength is no nearer."""
        known = [window.near.get(epc), self._strays.strength(epc, window.opened)]
        before = [dbm for dbm in known if dbm is not None]
        nearer = CLOSER_DB if epc in self._expected else MOVED_DB
        return bool(before) and (WEAKEST if rssi_dbm is None else rssi_dbm) < max(before) + nearer

    def _elsewhere(self, window: Window, tag: Seen, sights: _Sights) -> bool:
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

    def _score(self, window: Window, tag: Seen) -> tuple[int, int]:
        """Return how much speaks for a tag in a window: least if it was silent in it."""
        silent = tag.last < window.opened - self._set.lead
        return (WEAKEST, 0) if silent else (tag.rssi_dbm, tag.count)

    def _sights(self) -> _Sights:
        """Return what every unfinished window that crossed or may still cross has seen."""
        live = [w for w in self._windows if w.state is not State.FINAL and w.crossing]
        return {w.number: {tag.epc: tag for tag in self._seen(w)} for w in live}

    def _seen(self, window: Window) -> tuple[Seen, ...]:
        """Return the tags of a window; with one that crossed may have come, in silence, what had turned back (I12)."""
        found = window.seen
        if not window.crossing:
            return found
        since = window.opened - self._set.quiet
        back = [w for w in self._windows if w.number < window.number and not w.crossing]
        silent = seen(read for w in back for read in w.reads if read.last_seen >= since)
        return join([*found, *silent]) if silent else found

    def _near(self, window: Window) -> dict[str, int]:
        """Return the strongest reads (dBm) by tag that came too long before a window to speak for it."""
        since, near = window.opened - self._set.quiet, dict[str, int]()
        for read in self._loose:
            if read.last_seen < since and self._saw(read):
                rssi_dbm = WEAKEST if read.rssi_dbm is None else read.rssi_dbm
                near[read.epc] = max(near.get(read.epc, WEAKEST), rssi_dbm)
        return near

    def _saw(self, read: Read) -> bool:
        """Tell whether the eyes were seen when a tag was read, so that it is known that nothing passed."""
        return self._since is not None and read.first_seen >= self._since

    def _too_late(self, window: Window, read: Read) -> list[Output]:
        listed = window.passage.epcs if window.passage else ()
        if read.epc in listed or read.epc in window.exceptions or read.epc in window.stood:
            return []
        tag = seen([read])[0]
        if read.epc not in self._expected and self._strays.stands_still(tag):
            return []
        window.exceptions[read.epc] = None
        return [LateRead(self.name, window.number, tag)]

    def _spans(self) -> list[_Share]:
        """Return each window with its share of time; neighbours meet in the middle, while an eye is blocked no end."""
        spans = []
        for place, window in enumerate(self._windows):
            start = window.opened - self._set.lead
            last = window.closed or (None if window.by_hand or window.blocked else window.edges[-1].at)
            end = last + self._set.tail if last else None
            if place:
                before = self._windows[place - 1].closed or window.opened
                start = max(start, before + max(window.opened - before, timedelta(0)) / 2)
            if place + 1 < len(self._windows) and window.closed and end:
                after = self._windows[place + 1].opened
                end = min(end, window.closed + max(after - window.closed, timedelta(0)) / 2)
            spans.append((window, start, end))
        return spans

    def _window_of(self, read: Read) -> Window | None:
        """Return the window in which a tag was seen longest, else the next through which it may have come silently."""
        best: Window | None = None
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
        """Give reads their window anew after an edge, or after a window opened or closed; most stay where they are."""
        self._shares = self._spans()
        homeless: list[Read] = []
        for window, start, end in self._shares:
            if window.state is not State.FINAL:
                homeless += window.let_go(partial(self._stays, window, start, end))
        newest, begin, _ = self._shares[-1]
        since = newest.opened - max(self._set.quiet, self._set.lead)
        before = self._shares[-2][2] if len(self._shares) > 1 else None
        loose = []
        for read in self._loose:
            if read.last_seen < since:
                loose.append(read)
            elif newest.crossing and read.last_seen < begin and (before is None or before < read.first_seen):
                newest.take(read)
            else:
                homeless.append(read)
        for read in sorted(homeless, key=_last_seen):
            home = self._window_of(read)
            if home is None or home.state is State.FINAL:
                loose.append(read)
            else:
                home.take(read)
        self._loose = deque(sorted(loose, key=_last_seen))

    def _stays(self, window: Window, start: datetime, end: datetime | None, read: Read) -> bool:
        """Tell whether a window's read is its own still."""
        if read.last_seen < start:
            return window.crossing
        inside = read.first_seen >= start and (end is None or read.last_seen <= end)
        return inside or self._window_of(read) is window

    def _learn(self, now: datetime) -> None:
        """Take reads that found no window as signs of what stands nearby."""
        old = now - self._set.quiet - LOOSE
        while self._loose and (self._loose[0].last_seen < old or len(self._loose) > MOST_LOOSE):
            read = self._loose.popleft()
            if self._saw(read):
                self._strays.learn(read)

    def _prune(self, now: datetime) -> None:
        self._learn(now)
        keep = now - self._set.memory
        while len(self._windows) > 1 and self._windows[0].state is State.FINAL and self._windows[0].opened < keep:
            del self._windows[0]
            self._shares = None
        while self._claims:
            epc, claim = next(iter(self._claims.items()))
            if claim.at >= keep:
                break
            del self._claims[epc]


_last_seen = attrgetter("last_seen")


def _same(one: Passage, other: Passage) -> bool:
    return one.epcs == other.epcs and one.direction is other.direction


def _opposite(one: Window, other: Window) -> bool:
    """Tell whether two windows crossed in opposite directions, as far as is known."""
    return {one.heading, other.heading} == {Direction.IN, Direction.OUT}

"""A lift for robots: to which floor it is called, when a robot may pass its door there, and what is wrong with it.

As with doors, a signal that is on proves little. "Open" is believed at a floor only while the lift is there and nowhere
else, and only if it came on while the call to that floor was in force, or when call and place have been so for as long
as the doors may take. Times are seconds of any steady clock. The argument is in docs/traffic.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from edge.fleet.lasting import GRACE, Lasting


class Trouble(StrEnum):
    """Why nobody is let into a lift until that is over; each is told to people as `exception.lift_…`."""

    LATE = "late"
    DOOR = "door"
    FAULT = "fault"
    MANUAL = "manual"
    LEFT = "left"
    LOST = "lost"
    SIGNALS = "signals"
    OCCUPIED = "occupied"


class State(StrEnum):
    """What a lift does, for whoever looks."""

    OPEN = "open"
    OPENING = "opening"
    COMING = "coming"
    IDLE = "idle"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Signals:
    """What the lift's I/O unit reads: floors whose call stands in the unit, floors where it says to be, its doors."""

    told: tuple[str, ...]
    at: tuple[str, ...]
    opened: bool
    closed: bool
    fault: bool = False
    manual: bool = False

    def here(self, floor: str | None) -> bool:
        """It says that it is at this floor, and at no other."""
        return floor is not None and self.at == (floor,)

    def open_at(self, floor: str | None) -> bool:
        """It says that it stands open at this floor, and nothing against it."""
        return self.here(floor) and self.opened and not (self.closed or self.fault or self.manual)

    @property
    def odd(self) -> bool:
        """They cannot all be true: two floors at once, open and closed at once, open between floors."""
        return len(self.at) > 1 or (self.opened and (self.closed or not self.at))


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed of a lift now.

    `floor` is where; `fixed`: a robot is in its door there, or may be; `stay`: it must not move, wherever it is;
    `stopped`: the robot that has it does not drive.
    """

    floor: str | None = None
    fixed: bool = False
    stay: bool = False
    stopped: bool = False

    @property
    def wanted(self) -> bool:
        """Somebody needs it."""
        return self.floor is not None or self.stay


NOBODY = Need()


@dataclass(slots=True)
class Lift:
    """One lift; seconds it may take to come and to open, and how long it stays called after the last robot."""

    moves_within: float
    opens_within: float
    stays_open: float
    began: float
    """When the edge began to look at it."""
    call: str | None = None
    """The floor where it shall stand open; None: it is left to others."""
    trouble: Trouble | None = None
    signals: Signals | None = None
    """None while its unit is not reached."""
    _need: Need = NOBODY
    _needed_at: float = field(init=False)
    _lost: Lasting = field(init=False)
    _late_from: float = field(init=False)
    """The last moment at which it had no reason to be where it is called."""
    _here: Lasting = field(default_factory=Lasting)
    """Its call stands in the unit, alone, and it is at the floor of that call."""
    _seen_opening: bool = False
    _odd: Lasting = field(default_factory=Lasting)
    _was_open: bool = False
    _stopped: Lasting = field(default_factory=Lasting)

    def __post_init__(self) -> None:
        """Begin with nothing heard."""
        self._needed_at = self._late_from = self.began
        self._lost = Lasting(self.began)

    def hear(self, now: float, signals: Signals | None) -> None:
        """Take what the unit reads, at every change; None when it is lost."""
        before, self.signals = self.signals, signals
        if before is None or before.fault or before.manual or self._here.so:
            self._late_from = now
        self._lost.note(now, so=signals is None)
        self._odd.note(now, so=signals is not None and signals.odd)
        self._note_place(now)
        if not self._here.so or signals is None or not signals.opened:
            self._seen_opening = False
        elif before is not None and not before.opened:
            self._seen_opening = True

    def look(self, now: float, need: Need) -> None:
        """Decide anew, whenever what is needed changes, after `hear`, and at `due`."""
        needed, self._need, before = self._need, need, self.call
        self._stopped.note(now, so=need.stopped)
        tried = self.call is not None and self.trouble in (Trouble.LATE, Trouble.DOOR)
        if need.wanted or needed.wanted or tried:  # tried: else nobody would learn that it is mended
            self._needed_at = now
        if need.floor is not None:
            self.call = need.floor
        elif need.stay:
            self.call = self.call if self.call is not None else self.floor
        elif now >= self._needed_at + self.stays_open:
            self.call = None
        if self.call != before:
            self._late_from, self._was_open = now, False
            self._note_place(now)
        signals = self.signals
        if self._here.so or self.call is None or signals is None or signals.fault or signals.manual:
            self._late_from = now
        self.trouble = self._wrong(now)
        if self.call is not None and self.passable(now, self.call):
            self._was_open = True

    def passable(self, now: float, floor: str) -> bool:
        """Say whether a robot may be let through the door at a floor now."""
        signals = self.signals
        if floor != self.call or signals is None or self.trouble is not None:
            return False
        return signals.open_at(floor) and (self._seen_opening or self._here.has_lasted(now, self.opens_within))

    def due(self, now: float) -> float | None:
        """Return when to look again though nothing changes; None when there is nothing to wait for."""
        return min((moment for moment in self._moments() if moment > now), default=None)

    @property
    def floor(self) -> str | None:
        """The floor where it says to be, if that is one."""
        return self.signals.at[0] if self.signals is not None and len(self.signals.at) == 1 else None

    @property
    def state(self) -> State:
        """Return what it does."""
        signals = self.signals
        if signals is None or self.trouble is not None:
            return State.FAULT
        if self.call is None:
            return State.IDLE
        if signals.open_at(self.call):
            return State.OPEN
        return State.OPENING if signals.here(self.call) else State.COMING

    def _note_place(self, now: float) -> None:
        """Note since when the lift is where it is called; in the hands of people it may close and open as they like."""
        signals = self.signals
        here = signals is not None and signals.here(self.call) and signals.told == (self.call,)
        here = here and signals is not None and not (signals.fault or signals.manual)
        self._here.note(now, so=here)
        if not here:
            self._seen_opening = False

    def _wrong(self, now: float) -> Trouble | None:
        signals = self.signals
        if signals is None:
            return Trouble.LOST if self._lost.has_lasted(now, GRACE) else self.trouble
        if signals.fault:
            return Trouble.FAULT
        if signals.manual:
            return Trouble.MANUAL
        if self._odd.has_lasted(now, GRACE):
            return Trouble.SIGNALS
        if self._stopped.has_lasted(now, GRACE):
            return Trouble.OCCUPIED
        return None if self.call is None or signals.open_at(self.call) else self._overdue(now)

    def _overdue(self, now: float) -> Trouble | None:
        """Say what is wrong with a lift that does not stand open where it is called."""
        if self._need.fixed and self._was_open:
            return Trouble.LEFT
        if not self._here.so:
            return Trouble.LATE if now >= self._late_from + self.moves_within else None
        return Trouble.DOOR if self._here.has_lasted(now, self.opens_within) else None

    def _moments(self) -> Iterator[float]:
        if self.call is not None and not self._need.wanted:
            yield self._needed_at + self.stays_open
        if self.call is not None and self.signals is not None and not self._here.so:
            yield self._late_from + self.moves_within
        if self._here.since is not None:
            yield self._here.since + self.opens_within
        for lasting in (self._stopped, self._lost, self._odd):
            if lasting.since is not None:
                yield lasting.since + GRACE

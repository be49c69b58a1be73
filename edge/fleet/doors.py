"""A door that robots drive through: when it counts as open, when it is told to open, and what is wrong with it.

A signal that is on proves little: it may be stuck, or the door may just have been told to close. So "open" is believed
only when it came on while the command to open was in force, or when that command has been in force for as long as the
door may take, with nothing against it. Times are seconds of any steady clock. The argument is in docs/traffic.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from edge.fleet.lasting import GRACE, Lasting


class Trouble(StrEnum):
    """What is wrong with a door; each is told to people as `exception.door_…`, and but for `AJAR` bars the door."""

    AJAR = "ajar"
    LATE = "late"
    FAULT = "fault"
    SHUT = "shut"
    LOST = "lost"
    SIGNALS = "signals"


class State(StrEnum):
    """What a door does, for whoever looks."""

    OPEN = "open"
    OPENING = "opening"
    CLOSING = "closing"
    CLOSED = "closed"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Signals:
    """What the door's I/O unit reads: `told` is the command as it stands in the unit, not as it is wanted."""

    told: bool
    opened: bool
    closed: bool
    fault: bool = False

    @property
    def open(self) -> bool:
        """It says that it is open, and nothing against it."""
        return self.opened and not self.closed and not self.fault


@dataclass(slots=True)
class Door:
    """One door; seconds it may take to open and to close, and how long it stays open after the last robot."""

    opens_within: float
    stays_open: float
    closes_within: float
    began: float
    """When the edge began to look at it."""
    wanted: bool = False
    """Whether it shall be open: the command."""
    trouble: Trouble | None = None
    signals: Signals | None = None
    """None while its unit is not reached."""
    _seen_opening: bool = False
    _told: Lasting = field(default_factory=Lasting)
    _lost: Lasting = field(init=False)
    _odd: Lasting = field(default_factory=Lasting)
    _closing: Lasting = field(default_factory=Lasting)
    _needed: bool = False
    _needed_at: float = field(init=False)
    _late_from: float = field(init=False)
    """The last moment at which it had no reason to be open, or was."""
    _was_open: bool = False

    def __post_init__(self) -> None:
        """Begin with nothing heard."""
        self._needed_at = self._late_from = self.began
        self._lost = Lasting(self.began)

    def hear(self, now: float, signals: Signals | None) -> None:
        """Take what the unit reads, at every change; None when it is lost."""
        before, self.signals = self.signals, signals
        if before is None or before.fault or before.open:
            self._late_from = now
        self._lost.note(now, so=signals is None)
        self._odd.note(now, so=signals is not None and signals.opened and signals.closed)
        was_told = self._told.so
        self._told.note(now, so=signals is not None and signals.told)
        if signals is None or not (signals.told and signals.opened):
            self._seen_opening = False
        elif was_told and before is not None and not before.opened:
            self._seen_opening = True

    def look(self, now: float, *, needed: bool, inside: bool) -> None:
        """Decide anew: `needed` when a robot asks for it or is let through, `inside` when one is let through or in it.

        To be called whenever these change, after `hear`, and at `due`.
        """
        rested, before = not self.wanted, self._needed
        self._needed = needed or inside
        if self._needed:
            self.wanted = True
        tried = self.wanted and self.trouble is Trouble.LATE  # else nobody would learn that it is mended
        if self._needed or before or tried:
            self._needed_at = now
        elif now >= self._needed_at + self.stays_open:
            self.wanted = False
        signals = self.signals
        if rested or not self.wanted or signals is None or signals.fault or signals.open:
            self._late_from = now
        told_to_close = not self.wanted and signals is not None and not (signals.told or signals.fault)
        self._closing.note(now, so=told_to_close and signals is not None and not signals.closed)
        self.trouble = self._wrong(now, inside=inside)
        if self.passable(now):
            self._was_open = True
        elif not self.wanted:
            self._was_open = False

    @property
    def works(self) -> bool:
        """Robots may be led to it: it does not matter to them that it does not close."""
        return self.trouble in (None, Trouble.AJAR)

    def passable(self, now: float) -> bool:
        """Say whether a robot may be let through now."""
        signals = self.signals
        if not self.wanted or not self.works or signals is None or not signals.told or not signals.open:
            return False
        return self._seen_opening or self._told.has_lasted(now, self.opens_within)

    def due(self, now: float) -> float | None:
        """Return when to look again though nothing changes; None when there is nothing to wait for."""
        return min((moment for moment in self._moments() if moment > now), default=None)

    @property
    def state(self) -> State:
        """Return what it does."""
        if not self.works or self.signals is None:
            return State.FAULT
        if self.signals.open:
            return State.OPEN
        if self.wanted:
            return State.OPENING
        return State.CLOSED if self.signals.closed else State.CLOSING

    def _wrong(self, now: float, *, inside: bool) -> Trouble | None:
        signals = self.signals
        if signals is None:
            return Trouble.LOST if self._lost.has_lasted(now, GRACE) else self.trouble
        if signals.fault:
            return Trouble.FAULT
        if self._odd.has_lasted(now, GRACE):
            return Trouble.SIGNALS
        if not signals.open and self.wanted and inside and self._was_open:
            return Trouble.SHUT
        if not signals.open and now >= self._late_from + self.opens_within:
            return Trouble.LATE
        still = self.trouble is Trouble.AJAR and not signals.closed  # else each robot would settle it for a moment
        return Trouble.AJAR if still or self._closing.has_lasted(now, self.closes_within) else None

    def _moments(self) -> Iterator[float]:
        if self.wanted and not self._needed:
            yield self._needed_at + self.stays_open
        if self.wanted and self.signals is not None and not (self.signals.open or self.signals.fault):
            yield self._late_from + self.opens_within
        for lasting in (self._lost, self._odd):
            if lasting.since is not None:
                yield lasting.since + GRACE
        if self._closing.since is not None:
            yield self._closing.since + self.closes_within
        if self._told.since is not None and not self._seen_opening:
            yield self._told.since + self.opens_within

"""A door with a motor at a PLC: an output opens it while it is on, limit switches tell where it is.

It keeps its own clockwork and knows nothing of who commands it. What may go wrong: it is blocked, its drive reports a
fault, its upper switch sticks where it is or never comes on, it falls shut.
"""

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum

from simulators.plc.device import Plc

FALL = 1.5
"""Seconds in which a door falls shut whose drive lets go."""


class Failing(StrEnum):
    """What can be wrong with a door."""

    BLOCKED = "blocked"
    FAULT = "fault"
    STUCK_ON = "stuck on"
    STUCK_OFF = "stuck off"
    FALLS = "falls"


def _nobody() -> None:
    """Tell nobody."""


class Door:
    """One door; `seconds` is what the motor takes for the whole way. It begins closed.

    `on_leaving` is called when it is not open any more, `on_change` whenever it begins or ends to be open.
    """

    def __init__(
        self,
        name: str,
        lanes: Iterable[tuple[str, str]],
        plc: Plc,
        *,
        command: str,
        opened: str,
        closed: str,
        fault: str | None = None,
        seconds: float = 6.0,
    ) -> None:
        self.id = name
        self.lanes = tuple(lanes)
        self.on_leaving: Callable[[], None] = _nobody
        self.on_change: Callable[[], None] = _nobody
        self.failing: Failing | None = None
        self.fell = False
        """It left open though nobody who commands it wanted that, and was not open since."""
        self._let_go = False
        """The command is off because the PLC has lost its power."""
        self._plc = plc
        self._command, self._opened, self._closed, self._fault = command, opened, closed, fault
        self._seconds = seconds
        self._time = asyncio.get_running_loop().time
        self._share = 0.0
        """How far it was open when it began to move, 0 to 1."""
        self._speed = 0.0
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._told_open = False
        self._others = plc.on_output
        plc.on_output = self._heard
        self._sense()

    @property
    def share(self) -> float:
        """How far it is open, 0 to 1."""
        if self._timer is None:
            return self._share
        return min(max(self._share + self._speed * (self._time() - self._began), 0.0), 1.0)

    @property
    def open(self) -> bool:
        """It is fully open, whatever its switches say."""
        return self._timer is None and self._share >= 1.0

    @property
    def harmless(self) -> bool:
        """It is open, or it fell shut by itself, and robots that see it stop."""
        return self.open or self.fell

    @property
    def shut_by_itself(self) -> bool:
        """A robot that comes sees it in its way: it fell and is not open again."""
        return self.fell and not self.open

    def fail(self, failing: Failing | None) -> None:
        """Let something go wrong, or None: let it be well again."""
        self.failing = failing
        self._move()

    def _heard(self, point: str, value: float) -> None:
        """Take a change of the PLC's outputs; several doors may hang at one."""
        self._others(point, value)
        if point == self._command:
            self._commanded()

    def _commanded(self) -> None:
        commanded = bool(self._plc.value(self._command))
        self._let_go = not commanded and not self._plc.online
        if not commanded and self._plc.online:
            self.fell = False  # somebody closes it: whoever is under it now was not seen
        self._move()

    def _move(self) -> None:
        """Set out for where it is driven to, from where it is."""
        was_open, self._share = self.open, self.share
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        standing = self.failing in (Failing.BLOCKED, Failing.FAULT)
        up = bool(self._plc.value(self._command)) and self.failing is not Failing.FALLS
        goal = self._share if standing else float(up)
        if was_open and goal < 1.0 and (self.failing is Failing.FALLS or self._let_go):
            self.fell = True
        if goal != self._share:
            seconds = FALL if self.failing is Failing.FALLS else self._seconds
            self._speed = (1.0 if up else -1.0) / seconds
            self._began = self._time()
            left = abs(goal - self._share) * seconds
            self._timer = asyncio.get_running_loop().call_later(left, self._arrive, goal)
        self._sense()

    def _arrive(self, goal: float) -> None:
        self._timer, self._share = None, goal
        if self.open:
            self.fell = False
        self._sense()

    def _sense(self) -> None:
        """Set the switches, and tell the world."""
        sticks = self.failing is Failing.STUCK_ON and bool(self._plc.value(self._opened))
        self._plc.set_input(self._opened, (self.open or sticks) and self.failing is not Failing.STUCK_OFF)
        self._plc.set_input(self._closed, self._timer is None and self._share <= 0.0)
        if self._fault is not None:
            self._plc.set_input(self._fault, self.failing is Failing.FAULT)
        if self.open != self._told_open:
            self._told_open = self.open
            if not self.open:
                self.on_leaving()
            self.on_change()

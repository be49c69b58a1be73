"""A lift at a PLC: an output for each floor calls it there and keeps it there with its doors open while it is on.

With no call on, or with several, it closes its doors and stays where it is. It keeps its own clockwork and knows
nothing of who calls it. What may go wrong: it gets stuck on its way, its doors do not open, its drive reports a fault,
somebody takes it away, the switch of another floor or of its open doors sticks, its doors fall shut.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulators.plc.device import Plc
from simulators.plc.door import FALL


class Failing(StrEnum):
    """What can be wrong with a lift."""

    STUCK = "stuck"
    SHUT = "shut"
    FAULT = "fault"
    TAKEN = "taken"
    TWO_FLOORS = "two floors"
    STUCK_ON = "stuck on"
    FALLS = "falls"


@dataclass(frozen=True, slots=True)
class Stop:
    """A floor of a lift: the nodes in its cabin and before its door there, and its points."""

    id: str
    cabin: str
    landing: str
    call: str
    at: str


def _nobody() -> None:
    """Tell nobody."""


class Lift:
    """One lift; `travel` seconds from floor to floor, `doors` to open or close. It begins shut at the first floor.

    `on_leaving` is called when its doors are not open any more, `on_change` whenever they begin or end to be open.
    """

    def __init__(
        self,
        name: str,
        stops: Sequence[Stop],
        plc: Plc,
        *,
        opened: str,
        closed: str,
        fault: str | None = None,
        manual: str | None = None,
        travel: float = 12.0,
        doors: float = 4.0,
    ) -> None:
        self.id = name
        self.stops = tuple(stops)
        self.on_leaving: Callable[[], None] = _nobody
        self.on_change: Callable[[], None] = _nobody
        self.failing: Failing | None = None
        self.fell = False
        """It shut its doors though nobody who calls it wanted that, and did not stand open since."""
        self._away = 0
        """Where somebody takes it."""
        self._let_go = False
        """Its calls are off because the PLC has lost its power."""
        self._plc = plc
        self._opened, self._closed, self._fault, self._manual = opened, closed, fault, manual
        self._travel, self._doors = travel, doors
        self._place = 0
        """The floor where it is, or that it left last."""
        self._goal: int | None = None
        """The floor that it is on its way to."""
        self._open = 0.0
        """How far its doors are open, 0 or 1, when they do not move."""
        self._moving_doors = False
        self._timer: asyncio.TimerHandle | None = None
        self._told_open = False
        self._others = plc.on_output
        plc.on_output = self._heard
        self._sense()

    @property
    def floor(self) -> str | None:
        """The floor where it stands, None on its way."""
        return None if self._goal is not None else self.stops[self._place].id

    def open_at(self, floor: str) -> bool:
        """It stands at this floor with its doors fully open, whatever its switches say."""
        return self.floor == floor and self._open >= 1.0 and not self._moving_doors

    def harmless_at(self, floor: str) -> bool:
        """It stands open at this floor, or its doors fell shut by themselves, and robots that see it stop."""
        return self.open_at(floor) or self.fell

    def shut_by_itself(self, floor: str) -> bool:
        """A robot that comes to this floor's door sees it in its way: it fell shut and is not open again."""
        return self.fell and not self.open_at(floor)

    def fail(self, failing: Failing | None) -> None:
        """Let something go wrong, or None: let it be well again."""
        self.failing = failing
        self._away = (self._place + 1) % len(self.stops)
        self._go_on()

    def _heard(self, point: str, value: float) -> None:
        """Take a change of the PLC's outputs; several lifts may hang at one."""
        self._others(point, value)
        if any(stop.call == point for stop in self.stops):
            self._let_go = self._called is None and not self._plc.online
            if self._plc.online and self._called != self._place:
                self.fell = False  # somebody calls it away: whoever is in its door now was not seen
            self._go_on()

    @property
    def _called(self) -> int | None:
        calls = [at for at, stop in enumerate(self.stops) if self._plc.value(stop.call)]
        return calls[0] if len(calls) == 1 else None

    def _go_on(self) -> None:
        """Begin the next step, unless one is under way that cannot be broken off."""
        goal = self._called
        if self.failing is Failing.TAKEN:
            goal = self._away
        if self._goal is not None:
            if self.failing in (Failing.STUCK, Failing.FAULT):
                self._stop()
            elif self._timer is None:
                self._after(self._travel, self._arrive)
        elif self.failing is not Failing.FAULT:
            self._work_doors(goal)
        self._sense()

    def _work_doors(self, goal: int | None) -> None:
        wants_open = goal == self._place and self.failing not in (Failing.SHUT, Failing.FALLS, Failing.TAKEN)
        if wants_open == (self._open >= 1.0) and not self._moving_doors:
            if not wants_open and goal is not None and goal != self._place and self.failing is not Failing.STUCK:
                self._goal = goal
                self._after(self._travel * abs(goal - self._place), self._arrive)
            return
        if wants_open == (self._open >= 1.0):
            return  # they are on their way there
        if not wants_open and (self.failing in (Failing.FALLS, Failing.TAKEN, Failing.SHUT) or self._let_go):
            self.fell = True
        self._open = 1.0 if wants_open else 0.0
        self._moving_doors = True
        self._after(FALL if self.failing is Failing.FALLS else self._doors, self._doors_done)

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arrive(self) -> None:
        self._timer = None
        self._place, self._goal = self._goal if self._goal is not None else self._place, None
        self._go_on()

    def _doors_done(self) -> None:
        self._timer, self._moving_doors = None, False
        if self._open >= 1.0:
            self.fell = False
        self._go_on()

    def _sense(self) -> None:
        """Set the switches, and tell the world."""
        standing, shut = self._goal is None, not self._moving_doors and self._open <= 0.0
        is_open = standing and not self._moving_doors and self._open >= 1.0
        sticks = self.failing is Failing.STUCK_ON and bool(self._plc.value(self._opened))
        self._plc.set_input(self._opened, is_open or sticks)
        self._plc.set_input(self._closed, shut)
        for at, stop in enumerate(self.stops):
            stuck = self.failing is Failing.TWO_FLOORS and at == (self._place + 1) % len(self.stops)
            self._plc.set_input(stop.at, (standing and at == self._place) or stuck)
        if self._fault is not None:
            self._plc.set_input(self._fault, self.failing is Failing.FAULT)
        if self._manual is not None:
            self._plc.set_input(self._manual, self.failing is Failing.TAKEN)
        if is_open != self._told_open:
            self._told_open = is_open
            if not is_open:
                self.on_leaving()
            self.on_change()

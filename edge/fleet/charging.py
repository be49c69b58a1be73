"""When which robot charges, and where: in time, in idle moments, and never so many at once that a cut-off is missed."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from edge.fleet.reasons import Power

EMPTY = 10
"""Percent at which a robot charges whatever else is urgent: below it may not reach a charger any more."""
MARGIN = 10
"""Percent above charge_below that a robot must have to leave a charger early, so that it is not back at once."""
RUSH_MINUTES = 60
"""So long before a cut-off the fleet is kept at work; a robot that lasts till then charges afterwards."""


class Battery(NamedTuple):
    """A robot as charging sees it: percent, thresholds of its type, how long a full battery lasts.

    `idle`: has no job. `charger`: where it charges or is on the way to, if so.
    """

    id: str
    node: str
    percent: int
    idle: bool
    charger: str | None = None
    charge_below: int = 25
    charge_to: int = 80
    full_minutes: int = 480


class Charger(NamedTuple):
    """A charge station; `free` is false when something that is not a robot of the list blocks it."""

    id: str
    node: str
    free: bool = True


class Do(StrEnum):
    """What a robot should do about its battery."""

    NOTHING = "nothing"
    GO = "go"
    STAY = "stay"
    LEAVE = "leave"


class Decision(NamedTuple):
    """One robot's decision; charger is where to go or stay."""

    robot: str
    do: Do
    why: Power
    charger: str | None = None


def decide(
    batteries: Sequence[Battery],
    chargers: Iterable[Charger],
    travel_ms: Callable[[str, str], int | None],
    *,
    jobs_waiting: int = 0,
    cutoff_minutes: int | None = None,
    robots_needed: int = 1,
) -> list[Decision]:
    """Decide for every robot, in order of id.

    jobs_waiting: jobs without a robot. cutoff_minutes: to the next cut-off with open work. robots_needed: how many must
    stay at work in the last hour before it. travel_ms(from node, to node) is None where there is no way.
    """
    shift = _Shift(
        batteries,
        chargers,
        travel_ms,
        jobs_waiting=jobs_waiting,
        cutoff_minutes=cutoff_minutes,
        robots_needed=robots_needed,
    )
    return shift.decide()


def is_rush(cutoff_minutes: int | None) -> bool:
    """Say whether a cut-off with open work is so near that robots work on what they would else keep in reserve."""
    return cutoff_minutes is not None and cutoff_minutes <= RUSH_MINUTES


class _Shift:
    """The running count while robots are decided one after the other, the emptiest first."""

    def __init__(
        self,
        batteries: Sequence[Battery],
        chargers: Iterable[Charger],
        travel_ms: Callable[[str, str], int | None],
        *,
        jobs_waiting: int,
        cutoff_minutes: int | None,
        robots_needed: int,
    ) -> None:
        self.by_need = sorted(batteries, key=lambda battery: (battery.percent - battery.charge_below, battery.id))
        taken = {battery.charger for battery in batteries}
        self.chargers = sorted((c for c in chargers if c.free and c.id not in taken), key=lambda charger: charger.id)
        self.travel_ms = travel_ms
        self.jobs_waiting = jobs_waiting
        self.cutoff_minutes = cutoff_minutes
        self.needed = robots_needed
        self.working = sum(1 for battery in batteries if battery.charger is None and battery.percent > EMPTY)

    def decide(self) -> list[Decision]:
        decided = [self._at_charger(battery) for battery in reversed(self.by_need) if battery.charger is not None]
        decided += [self._at_large(battery) for battery in self.by_need if battery.charger is None]
        decided = self._make_room(decided)
        return sorted(decided, key=lambda decision: decision.robot)

    def _at_charger(self, battery: Battery) -> Decision:
        """Decide for a robot at a charger, the fullest first: it is the first to leave."""
        if battery.percent >= battery.charge_to:
            self._release()
            return Decision(battery.id, Do.LEAVE, Power.FULL)
        ready = battery.percent >= min(battery.charge_below + MARGIN, battery.charge_to)
        if ready and (self.jobs_waiting > 0 or (self._rush() and self.working < self.needed)):
            self.jobs_waiting -= 1
            self._release()
            return Decision(battery.id, Do.LEAVE, Power.WORK_WAITS)
        return Decision(battery.id, Do.STAY, Power.GOES_ON, battery.charger)

    def _at_large(self, battery: Battery) -> Decision:
        """Decide for a robot that is not at a charger, the emptiest first."""
        if battery.percent <= EMPTY:
            return self._go(battery, Power.EMPTY, counted=False)
        if battery.percent < battery.charge_below:
            if not battery.idle:
                return Decision(battery.id, Do.NOTHING, Power.WORKING)
            if self._rush() and (self.working <= self.needed or self._lasts(battery)):
                return Decision(battery.id, Do.NOTHING, Power.CUTOFF_FIRST)
            return self._go(battery, Power.LOW)
        spare = battery.idle and self.jobs_waiting <= 0 and not self._rush()
        if spare and battery.percent < battery.charge_to - MARGIN:
            return self._go(battery, Power.IDLE)
        return Decision(battery.id, Do.NOTHING, Power.ENOUGH)

    def _go(self, battery: Battery, why: Power, *, counted: bool = True) -> Decision:
        """Send it to the nearest free charger; an opportunity missed is no shortage."""
        ways = [(self.travel_ms(battery.node, charger.node), charger) for charger in self.chargers]
        reachable = [(time, charger.id, charger) for time, charger in ways if time is not None]
        if not reachable:
            reason = Power.NO_WAY if self.chargers else Power.NO_CHARGER
            return Decision(battery.id, Do.NOTHING, Power.ENOUGH if why is Power.IDLE else reason)
        charger = min(reachable, key=lambda found: found[:2])[2]
        self.chargers.remove(charger)
        if counted:
            self.working -= 1
        return Decision(battery.id, Do.GO, why, charger.id)

    def _make_room(self, decided: list[Decision]) -> list[Decision]:
        """Let the fullest robots leave for as many as found no charger and need one."""
        short = sum(1 for decision in decided if decision.why is Power.NO_CHARGER)
        by_id = {battery.id: battery for battery in self.by_need}
        found = []
        for decision in decided:
            battery = by_id[decision.robot]
            if short and decision.do is Do.STAY and battery.percent >= battery.charge_below + MARGIN:
                short -= 1
                found.append(Decision(decision.robot, Do.LEAVE, Power.OTHERS_NEED_IT))
            else:
                found.append(decision)
        return found

    def _release(self) -> None:
        """Count a leaving robot as working; its charger is offered again when it is really free."""
        self.working += 1

    def _rush(self) -> bool:
        return is_rush(self.cutoff_minutes)

    def _lasts(self, battery: Battery) -> bool:
        """Say whether it works until the cut-off and still has enough to reach a charger."""
        minutes = (battery.percent - EMPTY) * battery.full_minutes // 100
        return self.cutoff_minutes is not None and minutes >= self.cutoff_minutes

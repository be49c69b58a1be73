"""When a lift counts as open, where it is called, what is wrong with it: against a lift with a clockwork of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.fleet.lasting import GRACE
from edge.fleet.lifts import NOBODY, Lift, Need, Signals, State, Trouble
from tests.support.just_now import just_now

STEP = 0.25
"""Seconds of the model's clock; a binary fraction, so that times are exact."""
LAG = 0.5
"""Seconds from a call to the unit."""
TRAVEL, DOORS = 8.0, 4.0
MOVES, OPENS, STAYS = 30.0, 6.0, 3.0
FLOORS = ("1", "2", "3")


@dataclass
class Shaft:
    """The lift itself: it goes where it is called and opens there; switches may stick, people may take it."""

    lift: Lift = field(default_factory=lambda: Lift(MOVES, OPENS, STAYS, began=0.0))
    now: float = 0.0
    place: float = 0.0
    """Where it is, in floors from the lowest."""
    share: float = 0.0
    """How far its doors are open."""
    told: str | None = None
    need: Need = NOBODY
    stuck_open: bool = False
    stuck_at: str = ""
    taken: bool = False
    away: bool = False
    _opened: bool = False
    _wished: list[str | None] = field(default_factory=list)

    def step(self) -> None:
        """Let a step of time pass: it moves, the unit is written and read, the edge looks."""
        self.now += STEP
        goal = 2.0 if self.taken else None if self.told is None else float(FLOORS.index(self.told))
        if goal == self.place and not self.taken:
            self.share = min(self.share + STEP / DOORS, 1.0)
        elif self.share > 0:
            self.share = max(self.share - STEP / DOORS, 0.0)
        elif goal is not None:
            move = min(STEP / TRAVEL, abs(goal - self.place))
            self.place += move if goal > self.place else -move
        self._wished = [] if self.away else [*self._wished, self.lift.call]
        if len(self._wished) > LAG / STEP:
            self.told = self._wished.pop(0)
        signals = self.signals()
        if signals != self.lift.signals:
            self.lift.hear(self.now, signals)
        self.lift.look(self.now, self.need)

    def signals(self) -> Signals | None:
        """Return what its unit reads."""
        if self.away:
            return None
        self._opened = self.share == 1.0 or (self.stuck_open and self._opened)
        at = [floor for number, floor in enumerate(FLOORS) if self.place == number or floor == self.stuck_at]
        told = () if self.told is None else (self.told,)
        return Signals(told, tuple(at), self._opened, self.share == 0.0, manual=self.taken)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(int(seconds / STEP)):
            self.step()

    def open_at(self, floor: str) -> bool:
        """Whether it really stands open at a floor."""
        return self.share == 1.0 and self.place == FLOORS.index(floor)

    def passable(self) -> list[str]:
        """Return the floors where a robot would be let through its door."""
        return [floor for floor in FLOORS if self.lift.passable(self.now, floor)]


KINDS = [*(f"need {floor}" for floor in FLOORS), "rest", "stick", "stick at", "loosen", "take", "give", "lose", "find"]
EVENTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 120)), max_size=25)


def befall(shaft: Shaft, event: str) -> None:
    """Let something happen to a lift; a switch sticks alone, or nobody could tell."""
    kind, _, floor = event.partition(" ")
    if kind == "need":
        shaft.need = Need(floor)
    elif kind == "rest":
        shaft.need = NOBODY
    elif event == "stick":
        shaft.stuck_open, shaft.stuck_at = True, ""
    elif event == "stick at":
        shaft.stuck_open, shaft.stuck_at = False, "2"
    elif kind == "loosen":
        shaft.stuck_open, shaft.stuck_at = False, ""
    elif kind in ("take", "give"):
        shaft.taken = kind == "take"
    else:
        shaft.away = kind == "lose"


@given(EVENTS)
@example([("need 1", 2), ("stick", 18), ("take", 2), ("give", 1)])
def test_nobody_is_let_through_its_door_where_it_does_not_stand_open(events: list[tuple[str, int]]) -> None:
    shaft = Shaft()
    for event, steps in events:
        befall(shaft, event)
        for _ in range(steps):
            shaft.step()
            assert all(shaft.open_at(floor) for floor in shaft.passable())


@given(EVENTS, st.sampled_from(FLOORS))
def test_a_lift_that_works_again_comes_and_opens_by_itself(events: list[tuple[str, int]], floor: str) -> None:
    shaft = Shaft()
    for event, steps in events:
        befall(shaft, event)
        shaft.run(steps * STEP)
    for event in ("loosen", "give", "find", f"need {floor}"):
        befall(shaft, event)
    shaft.run(2 * MOVES + OPENS + GRACE)
    assert (shaft.passable(), shaft.lift.trouble, shaft.lift.state) == ([floor], None, State.OPEN)
    shaft.need = NOBODY
    shaft.run(STAYS + DOORS + 4 * LAG)
    assert (shaft.lift.state, shaft.share) == (State.IDLE, 0.0)


@given(EVENTS)
def test_no_time_is_missed_by_looking_only_at_changes_and_when_it_is_due(events: list[tuple[str, int]]) -> None:
    """The same lift, looked at in every step and looked at only then, is called and believed alike."""
    shaft, seldom = Shaft(), Lift(MOVES, OPENS, STAYS, began=0.0)
    need, due = NOBODY, seldom.due(0.0)
    for event, steps in events:
        befall(shaft, event)
        for _ in range(steps):
            before = shaft.lift.signals
            shaft.step()
            heard = shaft.lift.signals
            if heard != before:
                seldom.hear(shaft.now, heard)
            if heard != before or shaft.need != need or (due is not None and shaft.now >= due):
                need = shaft.need
                seldom.look(shaft.now, need)
                due = seldom.due(shaft.now)
            assert (seldom.call, seldom.trouble) == (shaft.lift.call, shaft.lift.trouble)
            assert [seldom.passable(shaft.now, floor) for floor in FLOORS] == [
                shaft.lift.passable(shaft.now, floor) for floor in FLOORS
            ]


def waiting(*needs: Need) -> Shaft:
    """Return a lift that stood open at floor 1 and is needed so."""
    shaft = Shaft(need=Need("1"))
    shaft.run(DOORS + 2)
    assert shaft.passable() == ["1"]
    for need in needs:
        shaft.need = need
        shaft.step()
    return shaft


def test_a_lift_stays_where_a_robot_is_in_its_door() -> None:
    shaft = waiting(Need("1", fixed=True))
    shaft.run(300)
    assert (shaft.lift.call, shaft.open_at("1")) == ("1", True)


def test_a_lift_that_shuts_on_a_robot_is_told_at_once() -> None:
    shaft = waiting(Need("1", fixed=True))
    shaft.told = None
    shaft._wished = [None] * 8
    shaft.run(1)
    assert shaft.lift.trouble is Trouble.LEFT


def test_a_lift_that_must_stay_keeps_its_call_and_after_a_start_takes_the_floor_where_it_is() -> None:
    shaft = waiting(Need(stay=True))
    shaft.run(60)
    assert shaft.lift.call == "1"
    begun = Lift(MOVES, OPENS, STAYS, began=0.0)
    begun.look(0.0, Need(stay=True))
    assert begun.call is None
    begun.hear(1.0, Signals((), ("2",), opened=False, closed=True))
    begun.look(1.0, Need(stay=True))
    assert begun.call == "2"


def test_a_robot_that_does_not_drive_is_told_after_a_moment_and_nobody_is_let_in_then() -> None:
    shaft = waiting(Need("1", stopped=True))
    assert just_now(shaft.lift.trouble) is None
    shaft.run(GRACE)
    assert (shaft.lift.trouble, shaft.passable()) == (Trouble.OCCUPIED, [])


@pytest.mark.parametrize(
    ("at", "opened", "closed"),
    [(("1", "2"), False, True), ((), True, False), (("1",), True, True), (("1", "3"), True, False)],
    ids=["two floors", "open between floors", "open and closed", "open at two floors"],
)
def test_signals_that_cannot_all_be_true_are_told_after_a_moment(
    at: Sequence[str], *, opened: bool, closed: bool
) -> None:
    lift = Lift(MOVES, OPENS, STAYS, began=0.0)
    lift.hear(0.0, Signals(("1",), tuple(at), opened=opened, closed=closed))
    lift.look(0.0, Need("1"))
    assert (lift.trouble, lift.passable(0.0, "1")) == (None, False)
    lift.look(GRACE, Need("1"))
    assert lift.trouble is Trouble.SIGNALS


def test_a_call_that_never_stands_in_the_unit_is_told_as_one_that_brings_nothing() -> None:
    lift = Lift(MOVES, OPENS, STAYS, began=0.0)
    lift.hear(0.0, Signals((), ("1",), opened=False, closed=True))
    lift.look(0.0, Need("1"))
    lift.look(MOVES, Need("1"))
    assert lift.trouble is Trouble.LATE


def test_two_calls_in_the_unit_let_nobody_in() -> None:
    lift = Lift(MOVES, OPENS, STAYS, began=0.0)
    lift.hear(0.0, Signals(("1", "2"), ("1",), opened=False, closed=False))
    lift.look(0.0, Need("1"))
    lift.hear(1.0, Signals(("1", "2"), ("1",), opened=True, closed=False))
    lift.look(1.0, Need("1"))
    assert not lift.passable(1.0, "1")

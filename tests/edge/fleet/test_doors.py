"""When a door counts as open, when it is told to, and what is wrong with it: against a door with a motor of its own."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.fleet.doors import Door, Signals, State, Trouble
from edge.fleet.lasting import GRACE
from tests.support.just_now import just_now

STEP = 0.25
"""Seconds of the model's clock; a binary fraction, so that times are exact."""
LAG = 0.5
"""Seconds from a command to the unit, and from a switch to the edge."""
MOTOR = 6.0
WITHIN = 10.0
STAYS = 3.0
CLOSES = 20.0

SHUT = Signals(told=False, opened=False, closed=True)
OPENING = Signals(told=True, opened=False, closed=False)
OPEN = Signals(told=True, opened=True, closed=False)
HELD = Signals(told=False, opened=True, closed=False)


@dataclass
class Leaf:
    """The door itself: it runs up while its command is on, else down unless it is held; its upper switch may stick."""

    door: Door = field(default_factory=lambda: Door(WITHIN, STAYS, CLOSES, began=0.0))
    now: float = 0.0
    share: float = 0.0
    told: bool = False
    stuck: bool | None = None
    held: bool = False
    away: bool = False
    needed: bool = False
    inside: bool = False
    _switch: bool = False
    _wished: list[bool] = field(default_factory=list)

    def step(self) -> None:
        """Let a step of time pass: the motor runs, the unit is written and read, the edge looks."""
        self.now += STEP
        down = 0.0 if self.held else -STEP
        self.share = min(max(self.share + (STEP if self.told else down) / MOTOR, 0.0), 1.0)
        self._wished = [] if self.away else [*self._wished, self.door.wanted]
        if len(self._wished) > LAG / STEP:
            self.told = self._wished.pop(0)
        self._switch = self.stuck is not False and (self.share == 1.0 or (self.stuck is True and self._switch))
        signals = None if self.away else Signals(self.told, self._switch, self.share == 0.0)
        if signals != self.door.signals:
            self.door.hear(self.now, signals)
        self.look()

    def look(self) -> None:
        """Decide anew."""
        self.door.look(self.now, needed=self.needed, inside=self.inside)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(int(seconds / STEP)):
            self.step()

    @property
    def passable(self) -> bool:
        """Whether a robot would be let through."""
        return self.door.passable(self.now)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["need", "rest", "stick on", "stick off", "loosen", "hold", "let go", "lose", "find"]),
        st.integers(1, 100),
    ),
    max_size=25,
)


@given(EVENTS)
def test_nobody_is_let_through_a_door_that_is_not_fully_open_whatever_its_switch_and_its_link_do(
    events: list[tuple[str, int]],
) -> None:
    leaf = Leaf()
    for event, steps in events:
        leaf.needed = {"need": True, "rest": False}.get(event, leaf.needed)
        leaf.stuck = {"stick on": True, "stick off": False, "loosen": None}.get(event, leaf.stuck)
        leaf.held = {"hold": True, "let go": False}.get(event, leaf.held)
        leaf.away = {"lose": True, "find": False}.get(event, leaf.away)
        for _ in range(steps):
            leaf.step()
            assert not leaf.passable or leaf.share == 1.0
            leaf.inside = leaf.passable and leaf.needed  # it is let through, and out again when the need ends


@given(EVENTS)
def test_a_door_that_works_again_lets_robots_through_by_itself(events: list[tuple[str, int]]) -> None:
    leaf = Leaf()
    for event, steps in events:
        leaf.needed = {"need": True, "rest": False}.get(event, leaf.needed)
        leaf.stuck = {"stick on": True, "stick off": False, "loosen": None}.get(event, leaf.stuck)
        leaf.held = {"hold": True, "let go": False}.get(event, leaf.held)
        leaf.away = {"lose": True, "find": False}.get(event, leaf.away)
        leaf.run(steps * STEP)
    leaf.needed, leaf.stuck, leaf.held, leaf.away = True, None, False, False
    leaf.run(WITHIN + MOTOR + 4 * LAG)
    assert leaf.passable
    leaf.needed = False
    leaf.run(STAYS + MOTOR + 4 * LAG)
    assert (leaf.door.state, leaf.door.trouble) == (State.CLOSED, None)


@given(EVENTS)
def test_no_time_is_missed_by_looking_only_at_changes_and_when_it_is_due(events: list[tuple[str, int]]) -> None:
    """The same door, looked at in every step and looked at only then, is wanted and believed alike."""
    often, seldom = Door(WITHIN, STAYS, CLOSES, began=0.0), Door(WITHIN, STAYS, CLOSES, began=0.0)
    signals: Signals | None = SHUT
    now, needed, due = 0.0, False, None
    for event, steps in events:
        before = needed, signals
        needed = {"need": True, "rest": False}.get(event, needed)
        signals = {
            "stick on": OPEN,
            "stick off": OPENING,
            "loosen": SHUT,
            "hold": HELD,
            "lose": None,
            "find": SHUT,
        }.get(event, signals)
        for step in range(steps):
            now += STEP
            changed = step == 0 and before != (needed, signals)
            if step == 0 and signals != before[1]:
                often.hear(now, signals)
                seldom.hear(now, signals)
            often.look(now, needed=needed, inside=False)
            if changed or (due is not None and now >= due):
                seldom.look(now, needed=needed, inside=False)
                due = seldom.due(now)
            if due is not None or changed:
                assert (often.wanted, often.trouble) == (seldom.wanted, seldom.trouble)
                assert often.passable(now) == seldom.passable(now)


def opened() -> Leaf:
    """Return a door that is open for a robot."""
    leaf = Leaf(needed=True)
    leaf.run(MOTOR + 3 * LAG)
    assert leaf.passable
    return leaf


def test_it_is_kept_open_while_a_robot_is_in_it_and_closes_some_time_after() -> None:
    leaf = opened()
    leaf.needed, leaf.inside = False, True
    leaf.run(3600)
    assert leaf.passable
    leaf.inside = False
    leaf.run(STAYS)
    assert leaf.door.wanted
    assert leaf.door.due(leaf.now) == leaf.now + STEP
    leaf.run(2 * STEP)
    assert (leaf.door.wanted, leaf.passable) == (False, False)
    leaf.run(MOTOR + 2 * LAG)
    assert leaf.door.state is State.CLOSED


def test_a_door_that_was_open_all_the_time_is_believed_only_after_the_time_it_may_take() -> None:
    leaf = opened()
    leaf.needed = False
    leaf.run(STAYS + STEP)
    leaf.stuck, leaf.needed = True, True
    leaf.run(WITHIN - 2 * STEP)
    assert not leaf.passable
    leaf.run(3 * LAG)
    assert leaf.passable


def test_a_door_that_opens_too_late_is_told_and_told_to_open_until_it_does() -> None:
    leaf = Leaf(needed=True, stuck=False)
    leaf.run(WITHIN)
    assert just_now(leaf.door.trouble) is None
    leaf.run(2 * STEP)
    assert (leaf.door.trouble, leaf.door.state) == (Trouble.LATE, State.FAULT)
    leaf.needed = False
    leaf.run(600)
    assert (leaf.door.trouble, leaf.door.wanted) == (Trouble.LATE, True)
    leaf.stuck = None
    leaf.run(STEP)
    assert leaf.door.trouble is None
    leaf.run(STAYS + MOTOR + 3 * LAG)
    assert leaf.door.state is State.CLOSED


def test_a_door_that_closes_while_a_robot_is_let_through_is_told_at_once_and_is_over_when_it_opens() -> None:
    leaf = opened()
    leaf.inside, leaf.stuck = True, False
    leaf.run(STEP)
    assert (leaf.door.trouble, leaf.passable, leaf.door.wanted) == (Trouble.SHUT, False, True)
    leaf.stuck = None
    leaf.run(STEP)
    assert (leaf.door.trouble, leaf.passable) == (None, True)


def test_a_door_that_does_not_close_is_told_and_lets_robots_through_until_it_has_been_closed() -> None:
    leaf = opened()
    leaf.needed, leaf.held = False, True
    leaf.run(STAYS + CLOSES)
    assert (leaf.door.trouble, leaf.door.state) == (None, State.OPEN)
    leaf.run(4 * LAG)
    assert (leaf.door.trouble, leaf.door.state) == (Trouble.AJAR, State.OPEN)
    leaf.needed = True
    leaf.run(WITHIN + 3 * LAG)
    assert (leaf.passable, leaf.door.trouble) == (True, Trouble.AJAR)
    leaf.needed, leaf.held = False, False
    leaf.run(STAYS + MOTOR + 4 * LAG)
    assert (leaf.door.state, leaf.door.trouble) == (State.CLOSED, None)


def test_a_door_that_closes_slowly_or_opens_again_meanwhile_is_not_complained_of() -> None:
    leaf = opened()
    leaf.held = True
    for _ in range(4):
        leaf.needed = False
        leaf.run(STAYS + CLOSES - 2 * LAG)
        assert leaf.door.trouble is None
        leaf.needed = True
        leaf.run(3 * LAG)


def test_a_fault_counts_as_long_as_it_is_told() -> None:
    leaf = opened()
    leaf.door.hear(leaf.now, Signals(told=True, opened=True, closed=False, fault=True))
    leaf.look()
    assert (leaf.door.trouble, leaf.passable) == (Trouble.FAULT, False)
    leaf.door.hear(leaf.now, OPEN)
    leaf.look()
    assert (leaf.door.trouble, leaf.passable) == (None, True)


@pytest.mark.parametrize(
    ("signals", "trouble"),
    [(None, Trouble.LOST), (Signals(told=True, opened=True, closed=True), Trouble.SIGNALS)],
)
def test_a_lost_link_and_signals_against_each_other_hold_back_at_once_and_are_told_after_a_grace(
    signals: Signals | None, trouble: Trouble
) -> None:
    leaf = opened()
    leaf.door.hear(leaf.now, signals)
    leaf.look()
    assert (leaf.door.trouble, leaf.passable) == (None, False)
    assert leaf.door.due(leaf.now) == leaf.now + GRACE
    leaf.now += GRACE
    leaf.look()
    assert leaf.door.trouble is trouble


def test_after_a_long_loss_a_door_has_its_whole_time_to_open_again() -> None:
    leaf = opened()
    leaf.away = True
    leaf.run(60)
    leaf.away, leaf.share, leaf.told = False, 0.0, False
    leaf.run(STEP)
    assert leaf.door.trouble is None
    leaf.run(MOTOR + 3 * LAG)
    assert leaf.passable

"""Direction from antennas: beside two eyes, with one, and never a wrong one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.rfid.gate import Gate
from drivers.rfid.passage import Direction, Flag, Passage
from drivers.rfid.port import Read
from drivers.rfid.sides import Sides
from tests.drivers.rfid.test_gate import IN, INNER, OUT, OUTER, A, B, Beam, finals, play, read

SIDES = Sides(frozenset({1, 2}), frozenset({3, 4}))
ONE_EYE = [(0.5, OUTER, True), (1.5, OUTER, False)]
CROSSED_EYES: list[Beam] = [*OUT[:2], (1.2, OUTER, False), (1.6, OUTER, True), (1.9, OUTER, False), (2.4, INNER, False)]
"""Somebody walks beside the cage: what the eyes saw fits many stories."""


def crossing(direction: Direction, epcs: list[str] = A) -> list[Read]:
    """Heard inside first on the way out, and last on the way in."""
    first, then = (1, 3) if direction is Direction.OUT else (3, 1)
    return [read(epc, at, antenna=antenna) for epc in epcs for at, antenna in ((0.4, first), (0.7, first), (1.4, then))]


def passed(beams: list[Beam], reads: list[Read], **kind: object) -> Passage:
    gate = Gate("G", sides=SIDES, **kind)  # type: ignore[arg-type]
    gate.expect(A)
    (passage,) = finals(play(gate, beams, reads))
    return passage


@pytest.mark.parametrize("direction", [Direction.OUT, Direction.IN])
def test_one_eye_and_antennas_on_both_sides_tell_the_direction(direction: Direction) -> None:
    passage = passed(ONE_EYE, crossing(direction), eyes=[OUTER])
    assert (passage.direction, passage.epcs, passage.flags) == (direction, tuple(A), ())


def test_one_eye_alone_tells_none_and_says_that_it_is_not_sure() -> None:
    passage = passed(ONE_EYE, [read(epc, 1.0, antenna=1) for epc in A], eyes=[OUTER])
    assert (passage.direction, passage.flags) == (Direction.NONE, (Flag.AMBIGUOUS,))


def test_two_cages_under_one_eye_are_two_passages() -> None:
    gate = Gate("G", sides=SIDES, eyes=[OUTER])
    later = [(at + 3, eye, on) for at, eye, on in ONE_EYE]
    moved = [
        read(one.epc, (one.first_seen - read(A[0], 0).first_seen).total_seconds() + 3, antenna=one.antenna)
        for one in crossing(Direction.OUT, B)
    ]
    passages = finals(play(gate, ONE_EYE + later, crossing(Direction.OUT) + moved))
    assert [(one.direction, one.epcs) for one in passages] == [(Direction.OUT, tuple(A)), (Direction.OUT, tuple(B))]


def test_antennas_decide_where_the_eyes_saw_both_beams_and_cannot_tell() -> None:
    without = finals(play(Gate("G"), CROSSED_EYES, crossing(Direction.OUT)))
    assert [(one.direction, one.flags) for one in without] == [(Direction.NONE, (Flag.AMBIGUOUS,))]
    passage = passed(CROSSED_EYES, crossing(Direction.OUT))
    assert (passage.direction, passage.flags) == (Direction.OUT, (Flag.AMBIGUOUS,))


def test_eyes_and_antennas_that_contradict_each_other_let_nothing_pass() -> None:
    passage = passed(OUT, crossing(Direction.IN))
    assert (passage.direction, passage.flags) == (Direction.NONE, (Flag.AMBIGUOUS,))
    assert passed(IN, crossing(Direction.IN)).direction is Direction.IN


def test_I24_who_turned_back_by_the_eyes_did_not_cross_whatever_the_antennas_say() -> None:
    back: list[Beam] = [(0.0, INNER, True), (0.5, INNER, False)]
    assert passed(back, crossing(Direction.OUT)).direction is Direction.NONE


def test_I29_late_reads_that_tell_the_direction_amend_the_passage() -> None:
    late = [read(epc, at, antenna=antenna, late=3.0) for epc in A for at, antenna in ((0.4, 1), (1.4, 3))]
    passage = passed(ONE_EYE, late, eyes=[OUTER])
    assert (passage.direction, passage.flags) == (Direction.OUT, ())


def test_I27_what_stands_near_and_is_not_expected_has_no_voice() -> None:
    contrary = crossing(Direction.IN, B)
    assert passed(ONE_EYE, [*crossing(Direction.OUT, A[:2]), *contrary], eyes=[OUTER]).direction is Direction.OUT
    assert passed(ONE_EYE, contrary, eyes=[OUTER]).direction is Direction.IN
    standing = [read(epc, n / 2, antenna=3) for n in range(-60, -10) for epc in B]
    assert passed(ONE_EYE, [*standing, *contrary], eyes=[OUTER]).direction is Direction.NONE


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.1, 0.3, 0.6, 0.95]))
def test_I22_no_cage_is_ever_said_to_go_the_other_way(seed: int, rate: float) -> None:
    """Antennas 0.8 m before and behind the eye, each round of 0.1 s one chance, less with the distance."""
    dice = random.Random(seed)
    speed = dice.uniform(0.4, 1.6)
    out = dice.random() < 0.5
    reads = []
    for epc in A[: dice.randint(1, 8)]:
        behind = dice.uniform(-0.5, 0.5)
        for n in range(-30, 60):
            place = speed * n / 10 - 1 + behind
            for antenna, stands in ((1, -0.8 if out else 0.8), (3, 0.8 if out else -0.8)):
                if dice.random() < rate * max(0.0, 1 - abs(place - stands) / 1.5):
                    reads.append(read(epc, 5 + n / 10, antenna=antenna))
    told = SIDES.heading(reads)
    assert told in (None, Direction.OUT if out else Direction.IN)
    assert rate < 0.6 or told is not None

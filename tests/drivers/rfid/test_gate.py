"""Gate logic: I10, I13, I16, I22-I29, and what must hold whatever the beams and the radio do."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.rfid.beams import Eye
from drivers.rfid.gate import Alarm, Gate, GateAlarm, LateRead, Output
from drivers.rfid.passage import Direction, Flag, Passage, Reason, merge
from drivers.rfid.port import Read

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
A = [f"30{n:022X}" for n in range(8)]
B = [f"31{n:022X}" for n in range(8)]
INNER, OUTER = Eye.INNER, Eye.OUTER
OUT = [(0.0, INNER, True), (0.5, OUTER, True), (1.5, INNER, False), (2.0, OUTER, False)]
IN = [(0.0, OUTER, True), (0.5, INNER, True), (1.5, OUTER, False), (2.0, INNER, False)]
Beam = tuple[float, Eye, bool]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def read(
    epc: str, seconds: float, *, until: float | None = None, rssi: int = -50, antenna: int = 1, late: float = 0.05
) -> Read:
    last = seconds if until is None else until
    return Read(epc, 96, antenna, rssi, at(seconds), at(last), 1, at(last + late))


def play(gate: Gate, beams: list[Beam], reads: list[Read], until: float = 60.0) -> list[Output]:
    """Feed beams at their time and reads when they arrive; tick whenever the gate asks."""
    news: list[tuple[datetime, int, object]] = [(at(t), 0, (eye, on)) for t, eye, on in beams]
    news += [(r.received_at, 1, r) for r in reads]
    outputs: list[Output] = []
    for moment, _, what in sorted(news, key=lambda n: (n[0], n[1])):
        while (due := gate.next_due()) is not None and due <= moment:
            outputs += gate.tick(due)
        if isinstance(what, Read):
            outputs += gate.reads([what], moment)
        elif isinstance(what, tuple):
            outputs += gate.beam(what[0], moment, blocked=what[1])
    while (due := gate.next_due()) is not None and due <= at(until):
        outputs += gate.tick(due)
    return outputs + gate.tick(at(until))


def finals(outputs: list[Output]) -> list[Passage]:
    return [o for o in outputs if isinstance(o, Passage) and o.final]


def shifted(beams: list[Beam], seconds: float) -> list[Beam]:
    return [(t + seconds, eye, on) for t, eye, on in beams]


@pytest.mark.parametrize(("beams", "direction"), [(OUT, Direction.OUT), (IN, Direction.IN)])
def test_direction_is_the_order_of_the_eyes(beams: list[Beam], direction: Direction) -> None:
    (passage,) = finals(play(Gate("G"), beams, [read(epc, 1.0) for epc in A]))
    assert (passage.direction, passage.epcs, passage.flags) == (direction, tuple(A), ())
    assert (passage.opened, passage.closed) == (at(0), at(2))


def test_I22_missed_rounds_still_give_the_full_set() -> None:
    dice = random.Random(5)
    reads = [read(epc, n / 10) for n in range(20) for epc in A if dice.random() < 0.6]
    (passage,) = finals(play(Gate("G"), OUT, reads))
    assert passage.epcs == tuple(A)


def test_I23_chatter_is_one_pallet() -> None:
    chatter = [(0.02, INNER, False), (0.04, INNER, True), (0.06, INNER, False), (0.06, INNER, True)]
    (passage,) = finals(play(Gate("G"), OUT[:1] + chatter + OUT[1:], [read(A[0], 1.0)]))
    assert (passage.direction, passage.flags) == (Direction.OUT, ())


def test_I24_a_person_who_turns_back_ends_by_time() -> None:
    gate = Gate("G")
    (passage,) = finals(play(gate, [(0.0, INNER, True), (0.4, INNER, False)], [read(A[0], 0.2)]))
    assert (passage.direction, passage.flags) == (Direction.NONE, (Flag.TURNED_BACK,))
    assert not gate.busy
    assert gate.next_due() is None


def test_I24_turning_round_between_the_eyes_is_no_crossing_and_claims_nothing() -> None:
    back = [(0.0, INNER, True), (0.5, OUTER, True), (1.5, OUTER, False), (2.0, INNER, False)]
    reads = [read(A[0], 1.0), read(A[0], 11.0)]
    first, second = finals(play(Gate("G"), back + shifted(OUT, 10), reads))
    assert (first.direction, first.flags) == (Direction.NONE, (Flag.TURNED_BACK,))
    assert (second.direction, second.epcs) == (Direction.OUT, (A[0],))


def test_I25_a_stuck_beam_is_bounded_told_and_the_gate_goes_on_by_hand() -> None:
    gate = Gate("G")
    outputs = play(gate, [(0.0, INNER, True)], [], until=40)
    (passage,) = finals(outputs)
    assert passage.closed - passage.opened == timedelta(seconds=30)
    assert Flag.STUCK_BEAM in passage.flags
    assert [o.alarm for o in outputs if isinstance(o, Alarm)] == [GateAlarm.STUCK_BEAM]
    gate.open_by_hand(Direction.OUT, at(50))
    gate.reads([read(A[0], 51)], at(51))
    gate.close_by_hand(at(53))
    (by_hand,) = finals(gate.tick(at(70)))
    assert (by_hand.direction, by_hand.epcs, by_hand.flags) == (Direction.OUT, (A[0],), (Flag.BY_HAND,))
    gate.beam(INNER, at(80), blocked=False)
    (after,) = finals(play(gate, shifted(OUT, 90), [read(A[1], 91)], until=120))
    assert (after.direction, after.flags) == (Direction.OUT, ())


def test_I26_nose_to_tail_with_a_gap_is_two_windows() -> None:
    reads = [read(epc, 1.0) for epc in A] + [read(epc, 3.4) for epc in B]
    first, second = finals(play(Gate("G"), OUT + shifted(OUT, 2.4), reads))
    assert (first.epcs, second.epcs) == (tuple(A), tuple(B))
    assert first.direction is second.direction is Direction.OUT


def test_I26_without_a_gap_is_one_window_flagged() -> None:
    second = [(1.8, INNER, True), (2.0, OUTER, False), (2.3, OUTER, True), (3.0, INNER, False), (3.5, OUTER, False)]
    beams = [*OUT[:3], *second]
    (passage,) = finals(play(Gate("G"), beams, [read(epc, 1.0) for epc in A + B]))
    assert Flag.AMBIGUOUS in passage.flags
    assert set(passage.epcs) == {*A, *B}


def test_I10_late_reports_belong_to_the_window_of_their_time() -> None:
    reads = [read(epc, 1.9, late=0.9) for epc in A] + [read(epc, 3.4, late=0.9) for epc in B]
    first, second = finals(play(Gate("G"), OUT + shifted(OUT, 2.4), reads))
    assert (first.epcs, second.epcs) == (tuple(A), tuple(B))


def test_I07_old_reads_open_no_window() -> None:
    outputs = play(Gate("G"), [], [read(epc, -3600, late=3600) for epc in A])
    assert outputs == []


def test_I29_late_reads_amend_until_the_deadline_and_then_are_exceptions() -> None:
    reads = [read(A[0], 1.0), read(A[1], 1.0, late=3.0), read(A[2], 1.0, late=9.0), read(A[2], 1.1, late=9.0)]
    outputs = play(Gate("G"), OUT, reads)
    passages = [o for o in outputs if isinstance(o, Passage)]
    assert [(p.revision, p.epcs, p.final) for p in passages] == [
        (1, (A[0],), False),
        (2, (A[0], A[1]), False),
        (3, (A[0], A[1]), True),
    ]
    (late,) = [o for o in outputs if isinstance(o, LateRead)]
    assert (late.number, late.tag.epc) == (1, A[2])


def test_I13_one_tag_on_many_antennas_counts_once_with_all_evidence() -> None:
    reads = [read(A[0], 1.0, antenna=2, rssi=-40), read(A[0], 1.001, antenna=1), read(A[0], 1.2, antenna=2)]
    (passage,) = finals(play(Gate("G"), OUT, reads))
    (tag,) = passage.tags
    assert [(e.antenna, e.count, e.rssi_dbm) for e in tag.antennas] == [(1, 1, -50), (2, 2, -40)]
    assert (tag.count, tag.rssi_dbm) == (3, -40)


def test_I12_a_tag_that_answered_only_before_the_beam_was_in_the_passage() -> None:
    reads = [read(A[0], -1.2), read(A[1], -4.5), read(A[2], 1.0)]
    (passage,) = finals(play(Gate("G"), OUT, reads))
    assert (passage.epcs, passage.flags) == (tuple(A[:3]), ())
    (alone,) = finals(play(Gate("G"), OUT, [read(A[0], -1.2)]))
    assert (alone.epcs, alone.flags) == ((A[0],), ())


def test_I12_a_tag_silent_for_longer_than_its_flag_can_last_has_departed() -> None:
    (passage,) = finals(play(Gate("G"), OUT, [read(A[0], -5.2), read(A[1], 1.0)]))
    assert passage.epcs == (A[1],)


def test_I12_an_answer_on_the_way_out_does_not_count_for_the_next_pallet() -> None:
    reads = [read(A[0], 0.2, rssi=-60), read(A[0], 3.2, rssi=-45), read(B[0], 4.0), read(B[0], 6.5)]
    first, second = finals(play(Gate("G"), OUT + shifted(OUT, 5), reads))
    assert (first.epcs, second.epcs) == ((A[0],), (B[0],))
    assert [(s.tag.epc, s.reason) for s in second.suppressed] == [(A[0], Reason.ELSEWHERE)]


def test_I12_a_tag_that_answered_before_a_passage_and_after_it_crossed_with_it() -> None:
    reads = [read(A[0], -1.0, rssi=-60), read(A[0], 2.8, rssi=-45), read(B[0], 5.0)]
    first, second = finals(play(Gate("G"), OUT + shifted(OUT, 4), reads))
    assert (first.epcs, second.epcs) == ((A[0],), (B[0],))


def test_I12_a_tag_waiting_before_one_passage_and_read_in_the_next_crossed_with_the_next() -> None:
    reads = [read(A[0], 1.0), read(B[0], -2.0, rssi=-40), read(B[0], 4.0, rssi=-60)]
    first, second = finals(play(Gate("G"), OUT + shifted(OUT, 3), reads))
    assert (first.epcs, second.epcs) == ((A[0],), (B[0],))


def test_I12_a_pallet_brought_back_in_silence_has_crossed_back() -> None:
    reads = [read(A[0], 1.0), read(A[0], 3.0), read(A[0], 11.0)]
    passages = finals(play(Gate("G"), OUT + shifted(IN, 5) + shifted(OUT, 10), reads))
    assert [(p.direction, p.epcs) for p in passages] == [
        (Direction.OUT, (A[0],)),
        (Direction.IN, (A[0],)),
        (Direction.OUT, (A[0],)),
    ]


def test_I12_what_turned_back_and_comes_again_may_still_be_silent() -> None:
    touched = [(0.0, INNER, True), (0.3, INNER, False)]
    reads = [read(A[0], -1.0), read(A[1], 0.2)]
    first, second = finals(play(Gate("G"), touched + shifted(OUT, 3.5), reads))
    assert (first.direction, first.epcs) == (Direction.NONE, (A[1],))
    assert (second.direction, second.epcs) == (Direction.OUT, (A[0], A[1]))
    _, alone = finals(play(Gate("G"), touched + shifted(OUT, 3.5), reads[1:]))
    assert (alone.epcs, alone.flags) == ((A[1],), ())


def strayed(gate: Gate, epc: str) -> None:
    for n in range(10):
        gate.reads([read(epc, -60 + 3 * n, rssi=-65)], at(-60 + 3 * n))


def test_I27_a_static_stray_is_learned_and_listed_apart() -> None:
    gate = Gate("G")
    strayed(gate, B[0])
    (passage,) = finals(play(gate, OUT, [read(A[0], 1.0), read(B[0], 1.0, rssi=-64)]))
    assert passage.epcs == (A[0],)
    assert [(s.tag.epc, s.reason) for s in passage.suppressed] == [(B[0], Reason.STRAY)]


def test_I27_an_expected_tag_is_never_a_stray() -> None:
    gate = Gate("G")
    strayed(gate, B[0])
    gate.expect([B[0].lower()])
    (passage,) = finals(play(gate, OUT, [read(B[0], 1.0, rssi=-64)]))
    assert passage.epcs == (B[0],)


def test_I27_a_stray_that_comes_much_closer_has_moved() -> None:
    gate = Gate("G")
    strayed(gate, B[0])
    (passage,) = finals(play(gate, OUT, [read(B[0], 1.0, rssi=-45)]))
    assert passage.epcs == (B[0],)


def standing(epc: str, *seconds: float, rssi: int = -64) -> list[Read]:
    return [read(epc, second, rssi=rssi) for second in seconds]


def told(outputs: list[Output]) -> list[tuple[tuple[str, ...], bool]]:
    return [(o.epcs, o.final) for o in outputs if isinstance(o, Passage)]


@pytest.mark.parametrize("before", [(-40.0, -30.0, -20.0, -9.0), (-9.0,)])
def test_I27_an_expected_parcel_that_stands_as_before_is_not_gone(before: tuple[float, ...]) -> None:
    gate = Gate("G")
    gate.expect([A[0], B[0]])
    reads = [read(A[0], 1.0), *standing(B[0], *before, 1.0, 6.0)]
    outputs = play(gate, OUT, reads)
    assert told(outputs) == [((A[0],), False), ((A[0],), True)]
    (passage,) = finals(outputs)
    assert [(s.tag.epc, s.reason) for s in passage.suppressed] == [(B[0], Reason.STAYED)]


def test_I27_one_weak_read_before_does_not_make_a_standing_parcel_one_that_came_closer() -> None:
    gate = Gate("G")
    gate.expect([B[0]])
    reads = [read(B[0], -9.0, rssi=-70), read(B[0], 1.0, rssi=-62), read(B[0], 6.0, rssi=-63)]
    (passage,) = finals(play(gate, OUT, reads))
    assert [s.reason for s in passage.suppressed] == [Reason.STAYED]


def test_I27_an_expected_parcel_that_stood_near_and_is_read_no_more_is_gone() -> None:
    gate = Gate("G")
    gate.expect([A[0], B[0]])
    early = play(gate, OUT, [read(A[0], 1.0), *standing(B[0], -9.0, 1.0, 3.0)], until=13.9)
    assert told(early) == []
    assert told(gate.tick(at(14))) == [((A[0], B[0]), True)]


def test_I27_a_parcel_of_another_load_that_came_near_lately_is_a_stray_if_it_stays() -> None:
    gate = Gate("G")
    gate.expect([A[0]])
    (passage,) = finals(play(gate, OUT, [read(A[0], 1.0), *standing(B[0], -7.0, 1.0, 5.0)]))
    assert passage.epcs == (A[0],)
    assert [(s.tag.epc, s.reason) for s in passage.suppressed] == [(B[0], Reason.STRAY)]


def test_I27_a_parcel_of_another_load_that_came_near_lately_and_left_with_this_one_counts() -> None:
    gate = Gate("G")
    gate.expect([A[0]])
    (passage,) = finals(play(gate, OUT, [read(A[0], 1.0), *standing(B[0], -7.0, 1.0)]))
    assert passage.epcs == (A[0], B[0])


def test_I27_what_is_in_doubt_when_the_gate_opens_again_passes_nothing() -> None:
    gate = Gate("G")
    gate.expect([A[0], A[1]])
    reads = [read(A[0], 1.0), *standing(A[1], -9.0, 1.0), *standing(B[0], -9.0, 1.0)]
    first, *_ = play(gate, OUT + shifted(IN, 6), reads)
    assert isinstance(first, Passage)
    assert (first.epcs, first.final) == ((A[0], B[0]), False)
    assert [(s.tag.epc, s.reason) for s in first.suppressed] == [(A[1], Reason.STAYED)]


def test_I27_a_late_report_of_a_parcel_in_doubt_passes_nothing_either() -> None:
    gate = Gate("G")
    gate.expect([A[0], A[1]])
    reads = [read(A[0], 1.0), *standing(A[1], -9.0), read(A[1], 1.0, rssi=-64, late=5.5)]
    outputs = play(gate, OUT + shifted(IN, 6), reads)
    assert [o.epcs for o in outputs if isinstance(o, Passage) and o.number == 1] == [(A[0],), (A[0],)]


def test_I27_what_was_read_while_the_eyes_were_not_seen_stood_nowhere() -> None:
    gate = Gate("G")
    gate.expect([A[0]])
    gate.blind()
    gate.reads([read(A[0], 0.0), read(A[0], 1.3)], at(2))
    gate.sighted(at(8))
    outputs = play(gate, shifted(OUT, 30), [read(A[0], 31)], until=34)
    assert told(outputs) == [((A[0],), False)]


def test_I27_what_stood_there_before_the_eyes_were_lost_still_does() -> None:
    gate = Gate("G")
    gate.expect([A[0]])
    gate.reads(standing(A[0], 0.0), at(1))
    gate.tick(at(10))
    gate.blind()
    gate.sighted(at(20))
    outputs = play(gate, shifted(OUT, 30), standing(A[0], 31, 36), until=60)
    (passage,) = finals(outputs)
    assert [s.reason for s in passage.suppressed] == [Reason.STAYED]


def test_I27_a_load_that_comes_back_in_is_told_at_once_with_nothing_in_doubt_passed() -> None:
    gate = Gate("G")
    gate.expect([A[0], A[1]])
    (passage,) = [
        one
        for one in play(gate, IN, [read(A[0], 1.0), *standing(A[1], -9.0, 1.0)], until=3.1)
        if isinstance(one, Passage)
    ]
    assert (passage.direction, passage.epcs) == (Direction.IN, (A[0],))
    assert [(s.tag.epc, s.reason) for s in passage.suppressed] == [(A[1], Reason.STAYED)]


def test_I27_what_came_closer_is_in_no_doubt() -> None:
    gate = Gate("G")
    gate.expect([B[0]])
    outputs = play(gate, OUT, [*standing(B[0], -9.0), read(B[0], 1.0, rssi=-50)], until=3.1)
    assert told(outputs) == [((B[0],), False)]


def test_a_pallet_waiting_behind_counts_where_it_is_strongest() -> None:
    reads = [read(epc, 1.0) for epc in A] + [read(epc, 1.5, rssi=-66) for epc in B] + [read(epc, 3.4) for epc in B]
    outputs = play(Gate("G"), OUT + shifted(OUT, 2.4), reads)
    first, second = finals(outputs)
    assert (first.epcs, second.epcs) == (tuple(A), tuple(B))
    assert {s.reason for s in first.suppressed} == {Reason.ELSEWHERE}


def test_a_tag_that_lingers_does_not_cross_twice_unless_released() -> None:
    gate = Gate("G")
    beams, tags = OUT + shifted(OUT, 20), [read(A[0], 1.0), read(A[0], 21.0)]
    first, second = finals(play(gate, beams, tags))
    assert (first.epcs, second.epcs) == ((A[0],), ())
    gate.release([A[0]])
    (third,) = finals(play(gate, shifted(OUT, 70), [read(A[0], 71.0)], until=100))
    assert third.epcs == (A[0],)


def test_I29_tags_released_before_their_passage_is_final_may_cross_again() -> None:
    gate = Gate("G")
    outputs = play(gate, OUT, [read(A[0], 1.0)], until=4)
    gate.release()
    outputs += play(gate, shifted(OUT, 20), [read(A[0], 21.0)])
    first, second = finals(outputs)
    assert (first.epcs, second.epcs) == ((A[0],), (A[0],))


def test_out_back_in_and_out_again_are_three_crossings_even_within_seconds() -> None:
    beams = OUT + shifted(IN, 3) + shifted(OUT, 6)
    passages = finals(play(Gate("G"), beams, [read(A[0], t, rssi=-50 + round(t)) for t in (1.0, 4.0, 7.0)]))
    assert [(p.direction, p.epcs) for p in passages] == [
        (Direction.OUT, (A[0],)),
        (Direction.IN, (A[0],)),
        (Direction.OUT, (A[0],)),
    ]


def test_I16_something_crossed_and_nothing_was_read() -> None:
    gate = Gate("G")
    gate.expect(A)
    outputs = play(gate, OUT, [])
    assert Flag.NO_READS in finals(outputs)[0].flags
    assert [o.alarm for o in outputs if isinstance(o, Alarm)] == [GateAlarm.NO_READS]


def test_a_second_pass_completes_the_first() -> None:
    gate = Gate("G")
    (first,) = finals(play(gate, OUT, [read(epc, 1.0) for epc in A[:5]]))
    gate.release()
    (second,) = finals(play(gate, shifted(OUT, 70), [read(epc, 71.0) for epc in A[4:]], until=100))
    both = merge(first, second)
    assert both.epcs == tuple(A)
    assert (both.number, both.opened, both.flags) == (2, first.opened, (Flag.MERGED,))


edges = st.lists(st.tuples(st.integers(0, 6000), st.sampled_from(list(Eye)), st.booleans()), max_size=30)
stories = st.lists(
    st.tuples(
        st.sampled_from(A[:4]),
        st.integers(-1000, 8000),
        st.integers(0, 800),
        st.integers(-80, -30),
        st.integers(0, 9000),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(edges, stories, st.booleans())
def test_whatever_happens_no_tag_crosses_twice_and_no_expected_read_vanishes(
    chatter: list[tuple[int, Eye, bool]], story: list[tuple[str, int, int, int, int]], expected: bool
) -> None:
    gate = Gate("G")
    if expected:
        gate.expect(A)
    learn, learned = gate._strays.learn, dict[str, None]()

    def watched(read: Read) -> None:
        learned[read.epc] = None
        learn(read)

    gate._strays.learn = watched  # type: ignore[method-assign]
    reads = [read(e, s / 1000, until=(s + d) / 1000, rssi=r, late=w / 1000) for e, s, d, r, w in story]
    outputs = play(gate, [(t / 1000, eye, on) for t, eye, on in sorted(chatter, key=lambda c: c[0])], reads, until=120)
    passages = finals(outputs)
    assert [p.number for p in passages] == sorted({p.number for p in passages})
    assert len(passages) == len({o.number for o in outputs if isinstance(o, Passage)})
    assert not gate.busy
    for epc in A[:4]:
        crossings = [p.direction for p in passages if p.direction is not Direction.NONE and epc in p.epcs]
        assert all(one is not other for one, other in itertools.pairwise(crossings))
    told = {tag.epc for p in passages for tag in (*p.tags, *(s.tag for s in p.suppressed))}
    told |= {o.tag.epc for o in outputs if isinstance(o, LateRead)}
    assert all(sight.epc in told or sight.epc in learned for sight in reads)
    for passage in passages:
        assert passage.closed >= passage.opened
        assert passage.closed - passage.opened <= timedelta(seconds=30)
        if expected:
            assert all(s.reason is not Reason.STRAY for s in passage.suppressed)


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 3), st.floats(0, 1.5))
def test_I22_pallets_in_a_row_keep_their_own_tags(dice: random.Random, pallets: int, late: float) -> None:
    gate, beams, reads = Gate("G"), [], []
    loads = [[f"30{p:02X}{n:020X}" for n in range(6)] for p in range(pallets)]
    gate.expect([epc for load in loads for epc in load])
    for number, load in enumerate(loads):
        begin = number * 3.0
        beams += shifted(OUT, begin)
        for sweep in range(20):
            when = begin + sweep / 10
            reads += [read(e, when, rssi=-48 + dice.randint(-2, 2), late=late) for e in load if dice.random() < 0.65]
            behind = loads[number + 1] if number + 1 < pallets else []
            reads += [read(e, when, rssi=-68, late=late) for e in behind if dice.random() < 0.1]
    passages = finals(play(gate, beams, reads))
    assert [p.epcs for p in passages] == [tuple(load) for load in loads]

"""How long a tag may be silent, by how it was heard so far (I12, I22), and which silence counts at all."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.rfid.port import Read
from drivers.rfid.presence import UNNOTICED, Presence
from drivers.rfid.silence import UNLIKELY, GoneAfter, within

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LEAST, MOST = 20.0, 120.0
ADAPTIVE = GoneAfter(timedelta(seconds=LEAST), timedelta(seconds=MOST))
OTHER = "OTHER"
"""A tag that is read all the time, so that its reader is known to be there."""


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Point:
    """A presence with reader r, and s where asked; moments are seconds from START."""

    def __init__(self, bounds: GoneAfter = ADAPTIVE, *, known: Iterable[str] = (), readers: str = "r") -> None:
        self.presence = Presence(bounds, readers, known=known, at=START)
        for reader in readers:
            self.presence.come_back(reader, at(0.5))

    def see(self, moment: float, epc: str = "A", reader: str = "r", within: float = float("inf")) -> None:
        """Take a read."""
        self.presence.see(epc, at(moment), at(moment), None, reader=reader, within=within)

    def there(self, moment: float, *, alive: str = "r") -> list[str]:
        """Return who is there, all readers of `alive` having just read a tag that is not asked for."""
        for reader in alive:
            self.see(moment, OTHER + reader, reader)
        return [epc for epc in self.presence.there(at(moment), None) if not epc.startswith(OTHER)]

    def gone_at(self, moment: float, *, alive: str = "r") -> float:
        """Return how many whole seconds after a moment nobody is there."""
        waits = range(round(MOST + UNNOTICED.total_seconds()) + 2)
        return next(wait for wait in waits if not self.there(moment + wait, alive=alive))


def steady(point: Point, period: float, until: float, start: float = 1.0) -> float:
    """Read a tag once a period; return when last."""
    moments = [start + period * n for n in range(int((until - start) / period) + 1)]
    for moment in moments:
        point.see(moment)
    return moments[-1]


@pytest.mark.parametrize(("period", "expected"), [(0.1, 20), (2, 20), (4, 33), (10, 81), (30, 120)])
def test_I22_a_tag_is_waited_for_as_long_as_its_silences_usually_last_times_eight(period: float, expected: int) -> None:
    point = Point()
    last = steady(point, period, 1200)
    assert point.gone_at(last) == pytest.approx(expected, abs=1)


def test_I12_of_a_tag_that_answered_once_nothing_is_known_and_it_is_waited_for_the_most() -> None:
    point = Point()
    point.see(3)
    assert point.gone_at(3) == MOST + 1


def test_I13_answers_to_many_antennas_at_once_say_nothing_about_the_silence_after_them() -> None:
    point = Point()
    for burst in range(60):
        for n in range(40):
            point.see(1 + 12 * burst + n / 40)
    assert point.gone_at(1 + 12 * 59 + 1) == pytest.approx(11 * UNLIKELY, abs=10)


@given(st.integers(0, 2**32), st.sampled_from([0.1, 0.3, 0.65, 0.95]), st.sampled_from([0.1, 0.5, 1.0]))
@settings(max_examples=60, deadline=None)
def test_I22_a_tag_that_stands_is_not_lost_however_badly_it_is_read(seed: int, chance: float, length: float) -> None:
    """Rounds of a length read it by chance, for ten minutes; SMURF's case."""
    dice = random.Random(seed)
    point = Point()
    point.see(1)
    for n in range(1, round(600 / length)):
        if dice.random() < chance:
            moment = 1 + n * length
            assert point.there(moment) == ["A"]
            point.see(moment)


def test_a_tag_that_just_came_is_waited_for_the_least_after_a_minute_of_good_reads() -> None:
    waits = []
    for seconds in (1, 15, 30, 60, 120):
        point = Point()
        waits.append(point.gone_at(steady(point, 0.2, seconds)))
    assert waits == sorted(waits, reverse=True)
    assert waits[0] == MOST + 1
    assert waits[3:] == [LEAST + 1, LEAST + 1]


def test_a_tag_that_moved_farther_away_is_waited_for_longer_and_one_that_came_nearer_for_less() -> None:
    point = Point()
    last = steady(point, 0.2, 300)
    last = steady(point, 8, 480, start=last + 8)
    farther = point.gone_at(last)
    assert farther > 55
    assert point.gone_at(steady(point, 0.2, 900, start=last + 8)) == LEAST + 1


def test_I02_a_report_that_was_merged_from_many_answers_counts_as_they_would() -> None:
    merged, single = Point(), Point()
    for n in range(60):
        merged.see(10 * n + 1)
        merged.see(10 * n + 9, within=0.8)
        for tenth in range(11):
            single.see(10 * n + 1 + 0.8 * tenth)
    usual = [point.presence._tags["A"].usual.silence for point in (merged, single)]
    assert usual[0] == pytest.approx(usual[1], rel=0.05)


@pytest.mark.parametrize(("count", "expected"), [(1, float("inf")), (0, float("inf")), (2, 3), (11, 0.3)])
def test_I02_the_silence_within_a_merged_read(count: int, expected: float) -> None:
    assert within(Read("A", 4, 1, -50, at(1), at(4), count, at(5))) == expected


def test_a_silence_that_nobody_listened_to_teaches_nothing() -> None:
    point = Point()
    last = steady(point, 0.5, 300)
    point.presence.leave("r", at(last + 30), None)
    point.presence.come_back("r", at(last + 3600))
    point.see(last + 3660)
    assert point.there(last + 3660 + LEAST) == ["A"]
    assert point.there(last + 3660 + LEAST + 1) == []


def test_while_one_reader_of_two_is_away_nothing_is_learnt() -> None:
    point = Point(readers="rs")
    last = steady(point, 0.5, 300)
    point.presence.leave("s", at(last), None)
    last = steady(point, 15, last + 300, start=last + 15)
    point.presence.come_back("s", at(last + 1))
    point.see(last + 2)
    assert point.gone_at(last + 2, alive="rs") == LEAST + 1


def test_a_reader_whose_cable_was_cut_and_that_nobody_misses_yet_makes_nobody_go() -> None:
    point = Point()
    last = steady(point, 0.5, 300)
    noticed = last + UNNOTICED.total_seconds()
    assert [point.there(noticed - 1, alive=""), point.there(noticed, alive="")] == [["A"], ["A"]]
    point.presence.leave("r", at(noticed), None)
    assert point.there(noticed + 3600, alive="") == ["A"]


def test_what_another_reader_reads_does_not_say_that_this_one_is_there() -> None:
    point = Point(readers="rs")
    last = steady(point, 0.5, 300)
    assert point.gone_at(last, alive="s") == LEAST + UNNOTICED.total_seconds() + 1
    point = Point(readers="rs")
    assert point.gone_at(steady(point, 0.5, 300), alive="r") == LEAST + 1


def test_nobody_is_waited_for_longer_than_the_most_whoever_is_silent() -> None:
    point = Point()
    last = steady(point, 30, 600)
    assert point.gone_at(last, alive="") == MOST + 1


def test_after_a_restart_a_tag_is_waited_for_as_one_of_which_nothing_is_known() -> None:
    point = Point(known=["A"])
    assert point.there(MOST) == ["A"]
    assert point.there(MOST + 1) == []


def test_a_fixed_time_is_waited_for_whatever_was_heard_and_whoever_is_silent() -> None:
    second = timedelta(seconds=10)
    for period in (0.1, 9):
        point = Point(GoneAfter(second, second))
        assert point.gone_at(steady(point, period, 300), alive="") == 11


def test_after_a_clock_was_set_back_no_read_by_the_old_time_says_that_a_reader_is_there() -> None:
    point = Point()
    steady(point, 0.5, 300)
    point.presence.listen_anew(at(100))
    point.see(101)
    assert point.gone_at(101, alive="") == LEAST + UNNOTICED.total_seconds() + 1


def test_few_short_silences_are_not_what_is_usual_for_a_tag_that_is_read_seldom() -> None:
    usual = ADAPTIVE.unknown()
    lasting = []
    for _ in range(200):
        for silence in (24, 4, 4, 4, 4):
            usual.learn(silence, silence)
            lasting.append(usual.silence)
    assert all(silence == pytest.approx(16, rel=0.15) for silence in lasting[500:]), "(24² + 4 · 4²) / (24 + 4 · 4)"


@given(st.lists(st.tuples(st.floats(0, 4000), st.floats(0, 4000) | st.just(float("inf"))), max_size=200))
def test_what_is_usual_lies_between_what_was_heard(heard: list[tuple[float, float]]) -> None:
    usual = ADAPTIVE.unknown()
    silences = [usual.silence]
    for seconds, silence in heard:
        silences.append(min(seconds, silence))
        usual.learn(seconds, silences[-1])
        assert min(silences) - 1e-9 <= usual.silence <= max(silences) + 1e-9
        assert ADAPTIVE.least <= ADAPTIVE.limit(usual) <= ADAPTIVE.most


def test_a_silence_within_a_long_cycle_counts_no_more_than_the_most() -> None:
    point = Point()
    point.see(1)
    point.see(7201)
    assert point.presence._tags["A"].usual.silence == pytest.approx(MOST, abs=1)
    steady(point, 1, 9000, start=7202)
    assert point.gone_at(9001) == LEAST

"""A robot's use is counted from levels: nothing twice, nothing that cannot be."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.fleet.gauge import Gauge
from edge.model.usage import Amounts, Mark, Reading

START = datetime(2026, 11, 24, tzinfo=UTC)
DAY = "2026-11-24"


class Robot:
    """A gauge and a clock; each word comes ten seconds after the last."""

    def __init__(self, mark: Mark | None = None) -> None:
        self.gauge = Gauge(mark or Mark())
        self.now = START

    def say(self, *percents: int | None, charging: bool = False, odometer: int | None = None, **more: bool) -> None:
        """Let it say one battery level after the other."""
        for percent in percents:
            reading = Reading(more.get("online", True), more.get("working", False), percent, charging, odometer)
            self.gauge.take(reading, self.now, DAY)
            self.now += timedelta(seconds=10)

    def drive(self, *odometers: int) -> None:
        """Let it say one odometer after the other."""
        for odometer in odometers:
            self.say(None, odometer=odometer)

    def used(self) -> Amounts:
        """Return what it used."""
        return self.gauge.cut().get(DAY, Amounts())


def test_time_counts_while_it_is_heard_and_work_only_then() -> None:
    robot = Robot()
    robot.say(None, None)
    robot.say(None, None, working=True)
    robot.say(None, None, online=False, working=True)
    robot.say(None)
    assert robot.used() == Amounts(powered_ms=40_000, worked_ms=20_000)


def test_each_day_has_its_own_sum() -> None:
    gauge = Gauge(Mark())
    for seconds, day in ((0, "a"), (10, "a"), (20, "b")):
        gauge.take(
            Reading(online=True, working=False, percent=None, charging=False), START + timedelta(0, seconds), day
        )
    assert gauge.cut() == {"a": Amounts(powered_ms=10_000), "b": Amounts(powered_ms=10_000)}
    assert gauge.cut() == {}


def test_a_battery_that_falls_is_counted_once_however_it_wavers() -> None:
    robot = Robot()
    robot.say(80, 80, 79, 80, 79, 79, 78, 79, 78)
    used = robot.used()
    assert (used.drained, used.charged, used.charges) == (2, 0, 0)


def test_a_charge_is_one_however_its_level_wavers() -> None:
    robot = Robot()
    robot.say(40, 40)
    robot.say(41, 42, 41, 42, 44, charging=True)
    robot.say(44, 43)
    robot.say(44, charging=True)
    used = robot.used()
    assert (used.drained, used.charged, used.charges) == (1, 5, 2)


def test_a_level_that_cannot_be_needs_a_second_word() -> None:
    robot = Robot()
    robot.say(57, 57, 0, 57, 57, 101, -3, 57)
    assert (robot.used().drained, robot.used().charged) == (0, 0)
    robot.say(95, 95)
    assert robot.used().charged == 38


def test_a_battery_that_fell_while_nobody_looked_is_counted_after_the_restart() -> None:
    robot = Robot()
    robot.say(80, 80, 79)
    assert robot.used().drained == 1
    again = Robot(robot.gauge.mark)
    again.say(60, 60)
    assert again.used().drained == 19


def test_a_charge_goes_on_over_a_restart() -> None:
    robot = Robot()
    robot.say(40, 40)
    robot.say(41, charging=True)
    assert robot.used().charges == 1
    again = Robot(robot.gauge.mark)
    again.say(42, 42, 43, charging=True)
    used = again.used()
    assert (used.charged, used.charges) == (2, 0)


def test_an_odometer_counts_what_it_gained_also_over_a_restart() -> None:
    robot = Robot()
    robot.drive(5_000, 5_000, 6_000, 6_000, 9_000)
    assert robot.used().drove_mm == 4_000
    again = Robot(robot.gauge.mark)
    again.drive(12_000, 12_000)
    assert again.used().drove_mm == 3_000


def test_an_odometer_that_begins_anew_takes_nothing_back_and_adds_nothing() -> None:
    robot = Robot()
    robot.drive(5_000_000, 5_000_000, 0, 10, 1_010)
    assert robot.used().drove_mm == 1_000


def test_an_odometer_that_lies_once_or_comes_late_is_not_believed() -> None:
    robot = Robot()
    robot.drive(1_000, 1_000, 900_000_000, 2_000, 2_000, 1_500, 2_000, 2_500)
    assert robot.used().drove_mm == 1_500


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=60))
def test_what_was_drained_and_charged_explains_the_level(words: list[tuple[int, bool]]) -> None:
    robot = Robot(Mark(percent=50))
    drained = charged = 0
    for percent, charging in words:
        robot.say(percent, percent, percent, charging=charging)
        used = robot.used()
        drained, charged = drained + used.drained, charged + used.charged
        again = robot.used()
        assert again == Amounts()
    assert 50 - drained + charged == robot.gauge.mark.percent


@given(st.lists(st.integers(0, 3_000_000), max_size=40), st.integers(2, 4))
def test_a_word_that_is_repeated_adds_nothing(odometers: list[int], times: int) -> None:
    robot, other = Robot(), Robot()
    for odometer in odometers:
        robot.drive(*[odometer] * 2)
        other.drive(*[odometer] * (2 * times))
    assert robot.used().drove_mm == other.used().drove_mm

"""Kinematics as functions of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.robots.battery import Battery, Use
from simulators.robots.motion import plan


def test_a_long_stretch_speeds_up_cruises_and_slows_down() -> None:
    profile = plan(10_000, 0, 1000, 0, 500)
    assert profile.duration == pytest.approx(10 + 2)
    assert profile.travelled(2) == pytest.approx(1000)
    assert profile.speed(5) == pytest.approx(1000)
    assert profile.travelled(11) == pytest.approx(9750)


def test_a_short_stretch_never_reaches_its_speed() -> None:
    profile = plan(1000, 0, 5000, 0, 1000)
    assert profile.duration == pytest.approx(2)
    assert profile.speed(1) == pytest.approx(1000)


@given(
    length=st.floats(1, 50_000),
    entry=st.floats(0, 2000),
    limit=st.floats(10, 2000),
    leave=st.floats(0, 2000),
    share=st.floats(0, 1),
)
def test_the_way_is_never_left_and_the_limit_held(
    length: float, entry: float, limit: float, leave: float, share: float
) -> None:
    profile = plan(length, entry, limit, leave, 800)
    moment = profile.duration * share
    assert -1e-6 <= profile.travelled(moment) <= length + 1e-3
    assert -1e-6 <= profile.speed(moment) <= limit + 1e-6
    assert profile.travelled(profile.duration) == length


def test_a_battery_is_computed_when_looked_at() -> None:
    battery = Battery(50.0, idle_hours=50, driving_hours=10, charge_time=3600)
    assert battery.at(3600) == pytest.approx(48)
    battery.switch(Use.DRIVING, 3600)
    assert battery.at(7200) == pytest.approx(38)
    battery.switch(Use.CHARGING, 7200)
    assert battery.at(9000) == pytest.approx(88)
    assert battery.at(99_999) == 100

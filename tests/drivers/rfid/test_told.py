"""Times and objects of readers with a JSON interface (I09), and clocks that are told in whole seconds only."""

from datetime import UTC, datetime, timedelta

import pytest

from drivers.rfid import told
from drivers.rfid.clock import EPOCH, ReaderClock, Stamp

NOON = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-09-07T12:00:00Z", NOON),
        ("2026-09-07T12:00:00.194+0000", NOON + timedelta(milliseconds=194)),
        ("2026-09-07T21:00:00.5+09:00", NOON + timedelta(milliseconds=500)),
        ("2026-09-07T12:00:00.123456789Z", NOON + timedelta(microseconds=123_456)),
        ("2026-09-07T12:00:00", NOON),
    ],
)
def test_times_of_any_form_are_read(text: str, time: datetime) -> None:
    assert told.stamp(text) == Stamp((time - EPOCH) // timedelta(microseconds=1), utc=True)


@pytest.mark.parametrize("text", ["", "yesterday", 5, None, "2026-13-07T12:00:00Z"])
def test_what_is_no_time_is_none(text: object) -> None:
    assert told.stamp(text) is None


def test_an_object_is_an_object() -> None:
    assert told.an_object({"a": 1}) == {"a": 1}
    with pytest.raises(ValueError, match="no JSON object"):
        told.an_object([1])


def stamp(time: datetime) -> Stamp:
    return Stamp((time - EPOCH) // timedelta(microseconds=1), utc=True)


def test_I09_a_time_in_whole_seconds_dates_old_reads_and_gives_way_to_the_first_report() -> None:
    clock = ReaderClock()
    cut_off = NOON + timedelta(seconds=4)
    assert not clock.hint(stamp(cut_off), NOON + timedelta(milliseconds=900), doubt=told.WHOLE_SECOND)
    assert abs(clock.ours(stamp(NOON)) - NOON) < timedelta(seconds=5)
    arrival = NOON + timedelta(seconds=2)
    exact = stamp(arrival + timedelta(seconds=4))
    assert not clock.check(exact, arrival), "a finer time is no jump"
    assert clock.ours(exact) == arrival
    assert not clock.hint(stamp(NOON + timedelta(seconds=9)), NOON + timedelta(seconds=5.9), doubt=told.WHOLE_SECOND)
    assert clock.ours(exact) == arrival, "a coarse time teaches nothing to a clock that is known"
    assert clock.hint(stamp(NOON + timedelta(hours=1)), NOON + timedelta(seconds=7), doubt=told.WHOLE_SECOND)
    assert clock.jumps == 1


@pytest.mark.parametrize(
    "text", [b'"\\ud800"', b'{"a": ["\\udc00x"]}', b'{"\\ud83d": 1}', b"[" * 50_000, b"{", b"\xff\xff\xff"]
)
def test_I04_what_nobody_could_write_down_again_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several libraries
        told.parsed(text)


def test_whole_characters_in_any_spelling_are_read() -> None:
    assert told.parsed(b'"\\ud83d\\ude00 \\u73fe"') == "😀 現"


@pytest.mark.parametrize("value", [10**30, -(1 << 63), 1e300, float("inf"), float("nan"), True, None, "7", [7]])
def test_I19_what_is_no_number_that_a_reader_means_is_not_told(value: object) -> None:
    assert told.rounded(value) is told.whole(value) is None


def test_numbers_are_rounded_to_their_unit() -> None:
    assert (told.rounded(-5234, 100), told.rounded(-5251.0, 100), told.whole(-7)) == (-52, -53, -7)

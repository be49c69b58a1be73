"""Parts of the Zebra link alone: events (I19, I21) and their numbers (I20)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.rfid.clock import Stamp
from drivers.rfid.zebra import messages
from drivers.rfid.zebra.numbers import MISSING, REMEMBERED, Numbers, Turn

AT = "2026-09-07T12:50:55.513+0000"


def event(**data: Any) -> dict[str, Any]:
    return {"data": data, "timestamp": AT, "type": "CUSTOM"}


def test_I21_a_tag_with_all_that_is_asked_for() -> None:
    full = event(eventNum=7, format="epc", idHex="e280ab", antenna=2, peakRssi=-37, reads=3, PC="3000")
    assert messages.tag(full) == messages.Tag(
        7, "E280AB", 24, 2, -37, Stamp(1_788_785_455_513_000, utc=True), AT, 3, 0x3000
    )


def test_I19_a_tag_with_nothing_but_its_code() -> None:
    tag = messages.tag({"data": {"idHex": "e2"}})
    assert tag == messages.Tag(None, "E2", 8, 0, None, None, "None", 1, None)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"data": []},
        event(eventNum=1),
        event(idHex=""),
        event(idHex="xyz"),
        event(idHex=5),
        event(idHex="0x1F"),
        event(idHex="1_0"),
        event(idHex="１２"),
    ],
)
def test_I04_what_names_no_tag_is_a_value_error(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several libraries
        messages.tag(broken)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 10**400, True, "5", []])
def test_I19_numbers_that_no_reader_means_count_as_not_told(number: object) -> None:
    tag = messages.tag(event(idHex="E2", eventNum=number, antenna=number, peakRssi=number, reads=number))
    assert (tag.number, tag.antenna, tag.rssi_dbm, tag.count) == (None, 0, None, 1)


@pytest.mark.parametrize("word", ["x", "", "0x3000", "-1", 3000, None])
def test_I19_an_unreadable_control_word_loses_no_tag(word: object) -> None:
    assert messages.tag(event(idHex="E2", PC=word)).pc is None


@pytest.mark.parametrize("payload", [b"[" * 60_000, b'{"a":' * 60_000, b"\xff", b"7"])
def test_I04_what_is_no_event_is_a_value_error_however_deep(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several libraries
        messages.objects(payload)


def test_one_event_or_a_batch_of_them() -> None:
    assert messages.objects(json.dumps(event(idHex="e2")).encode()) == [event(idHex="e2")]
    assert len(messages.objects(json.dumps([event(), event()]).encode())) == 2
    with pytest.raises(ValueError, match="no JSON object"):
        messages.objects(b"[1]")


def turns(*numbers: int) -> list[Turn]:
    one = Numbers()
    return [one.take(number, place) for place, number in enumerate(numbers)]


def test_I20_gaps_late_ones_repetitions_and_a_new_beginning_are_told_apart() -> None:
    assert turns(5, 6, 9, 7, 10) == [Turn.NEXT, Turn.NEXT, Turn.GAP, Turn.LATE, Turn.NEXT]
    assert turns(900, 1, 2) == [Turn.NEXT, Turn.ANEW, Turn.NEXT]
    one = Numbers()
    assert [one.take(n, mark) for n, mark in ((1, "a"), (2, "b"), (1, "a"))] == [Turn.NEXT, Turn.NEXT, Turn.AGAIN]


@given(st.permutations(range(60)), st.sets(st.integers(1, 58), max_size=20))
def test_I20_what_is_counted_as_missed_is_what_never_came(order: list[int], lost: set[int]) -> None:
    one = Numbers()
    one.take(0, "first")
    for number in sorted(order, key=lambda n: n + order.index(n) % 7):  # as a reader that sends old beside new
        if number and number not in lost:
            one.take(number, number)
    assert one.missed == len(lost)


def test_numbers_hold_a_bounded_memory() -> None:
    one = Numbers()
    one.take(0, 0)
    one.take(10**12, 0)
    assert one.missed == 10**12 - 1
    assert len(one._missing) == MISSING
    for number in range(2 * REMEMBERED):
        one.take(10**12 + number, number)
    assert len(one._seen) == REMEMBERED

"""What a passage means for a load, as a pure function of what was expected and read (I24, I28)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from edge.processes.verdict import Verdict, Word, judge

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
EXPECTED = {"AA": "1", "BB": "2"}
OTHERS = {"CC": "9"}


def judged(
    tags: list[str], direction: str = "out", *earlier: Word, opened_at: datetime = NOW, stayed: Sequence[str] = ()
) -> Verdict:
    return judge(
        EXPECTED,
        Word(opened_at, tags, stayed),
        direction,
        earlier=earlier,
        others=lambda read: [OTHERS[tag] for tag in read if tag in OTHERS],
    )


def test_I28_all_and_nothing_else_passes_what_nobody_knows_counts_for_nothing() -> None:
    assert judged(["AA", "BB"]) == Verdict("pass", ["AA", "BB"], [], [])
    assert judged(["AA", "BB", "EE"]).verdict == "pass"


@pytest.mark.parametrize("direction", ["in", "none"])
def test_I24_only_what_went_out_passes(direction: str) -> None:
    assert judged(["AA", "BB"], direction) == Verdict("stop", ["AA", "BB"], [], [])


def test_I28_missing_and_foreign_parcels_stop_by_name() -> None:
    assert judged(["AA"]) == Verdict("stop", ["AA"], ["2"], [])
    assert judged(["AA", "BB", "CC"]) == Verdict("stop", ["AA", "BB", "CC"], [], ["9"])


def test_I28_a_second_passage_completes_the_first_but_keeps_none_of_its_strangers() -> None:
    first = Word(NOW - timedelta(minutes=1), ["AA", "CC"])
    assert judged(["BB"], "out", first) == Verdict("pass", ["AA", "BB"], [], [])


def test_I29_a_later_word_on_the_same_passage_takes_no_stranger_back() -> None:
    first = Word(NOW, ["AA", "CC"])
    assert judged(["AA", "BB"], "out", first) == Verdict("stop", ["AA", "BB"], [], ["9"])


def test_I27_what_somebody_who_turned_back_had_read_of_a_parcel_that_stands_there_makes_no_load_whole() -> None:
    turned_back = Word(NOW - timedelta(minutes=1), ["BB"])
    assert judged(["AA"], "out", turned_back, stayed=["BB"]) == Verdict("stop", ["AA"], ["2"], [])


def test_I27_a_parcel_that_had_stayed_counts_when_it_is_read_on_its_way_out() -> None:
    stood = Word(NOW - timedelta(minutes=1), ["AA"], ["BB"])
    assert judged(["BB"], "out", stood) == Verdict("pass", ["AA", "BB"], [], [])
    turned_back = Word(NOW - timedelta(minutes=2), ["BB"])
    assert judged(["AA"], "out", turned_back, stood) == Verdict("stop", ["AA"], ["2"], [])

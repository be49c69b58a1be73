"""Numbers, times and quantities as people read them (house rule 9)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.web.console.format import Formatter

SUNDAY = datetime(2026, 11, 22, 5, 5, 9, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


def formatter(language: str, now: datetime = SUNDAY) -> Formatter:
    return Formatter(language, TOKYO, now)


def test_dates_in_the_sites_zone_and_the_persons_language() -> None:
    assert formatter("ja").day_time(SUNDAY) == "11/22(日) 14:05"
    assert formatter("en").day_time(SUNDAY) == "Sun 22 Nov 14:05"


def test_times_of_today_need_no_day() -> None:
    later = formatter("ja", SUNDAY + timedelta(hours=1))
    assert later.time(SUNDAY) == "14:05"
    assert later.time(SUNDAY - timedelta(days=1)) == "11/21(土) 14:05"


def test_today_is_the_sites_day_not_utcs() -> None:
    late = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # already the 23rd in Tokyo
    assert formatter("ja", late).time(late) == "01:00"
    assert formatter("ja", late).time(SUNDAY) == "11/22(日) 14:05"


def test_quantities() -> None:
    assert formatter("ja").pieces(1200) == "1,200点"
    assert formatter("en").pieces(1200) == "1,200 pcs"
    assert formatter("en").pieces(1) == "1 pc"
    assert formatter("en").percent(80) == "80 %"
    assert formatter("ja").grams(1200) == "1,200 g"
    assert formatter("ja").watt_hours(1200) == "1,200 Wh"
    assert formatter("en").hours(26 * 3600 + 359) == "26:05"


def test_what_is_not_known_is_a_dash() -> None:
    f = formatter("ja")
    assert {
        f.day(None),
        f.clock(None),
        f.time(None),
        f.number(None),
        f.pieces(None),
        f.ago(None),
        f.watt_hours(None),
    } == {"–"}
    assert f.iso(None) == ""


@pytest.mark.parametrize(
    ("seconds", "ja", "en"),
    [
        (42, "42秒", "42 s"),
        (60, "1分", "1 min"),
        (2 * 3600 + 5 * 60, "2時間5分", "2 h 5 min"),
        (26 * 3600 + 60, "1日2時間", "1 d 2 h"),
        (-5, "0秒", "0 s"),
    ],
)
def test_spans(seconds: int, ja: str, en: str) -> None:
    assert formatter("ja").span(timedelta(seconds=seconds)) == ja
    assert formatter("en").span(timedelta(seconds=seconds)) == en


def test_iso_times_carry_the_sites_offset() -> None:
    assert formatter("ja").iso(SUNDAY) == "2026-11-22T14:05:09+09:00"

"""The site itself: times on its own clock, names of both languages, things by their ids."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.site import CutOff, Head, ReadPoint, Site, Text
from tests.support.store import small_site

TOKYO = ZoneInfo("Asia/Tokyo")
TIMES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")


def with_cutoffs(*times: str, timezone: str = "Asia/Tokyo") -> Site:
    """Return a small site whose carrier yamato leaves at these times."""
    cutoffs = [CutOff(id=f"c{number}", carrier="yamato", at=at) for number, at in enumerate(times)]
    head = Head(id="T1", name=Text(ja="試験", en="Test"), timezone=timezone)
    return small_site().model_copy(update={"site": head, "cutoffs": cutoffs})


def tokyo(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026 on the clock of Tokyo."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (tokyo(24, 9), tokyo(24, 14, 30)),
        (tokyo(24, 14, 29), tokyo(24, 14, 30)),
        (tokyo(24, 14, 30), tokyo(24, 18)),
        (tokyo(24, 18), tokyo(25, 14, 30)),
        (tokyo(24, 23, 59), tokyo(25, 14, 30)),
        (tokyo(25, 0), tokyo(25, 14, 30)),
        (tokyo(25, 8, 59), tokyo(25, 14, 30)),  # still the 24th in UTC
        (tokyo(30, 20), datetime(2026, 12, 1, 14, 30, tzinfo=TOKYO)),
    ],
)
def test_H17_cutoff_days_are_the_sites_days(now: datetime, expected: datetime) -> None:
    site = with_cutoffs("18:00", "14:30")
    found = site.next_cutoff("yamato", now.astimezone(UTC))
    assert found == expected
    assert found.tzinfo is UTC


def test_H17_cutoff_around_midnight() -> None:
    site = with_cutoffs("00:00", "23:59")
    assert site.next_cutoff("yamato", tokyo(24, 23, 58)) == tokyo(24, 23, 59)
    assert site.next_cutoff("yamato", tokyo(24, 23, 59)) == tokyo(25, 0)
    assert site.next_cutoff("yamato", tokyo(25, 0)) == tokyo(25, 23, 59)


def test_carrier_without_cutoff_leaves_at_the_end_of_the_day() -> None:
    assert with_cutoffs().next_cutoff("yamato", tokyo(24, 9)) == tokyo(24, 23, 59)


@example(["02:15"], datetime(2026, 10, 25, 1, 10, tzinfo=UTC), "Europe/Berlin")  # the second 02:10 of that day
@given(
    st.lists(TIMES, max_size=4),
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)),
    st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"]),
)
def test_next_cutoff_is_later_and_within_a_day(times: list[str], now: datetime, timezone: str) -> None:
    site = with_cutoffs(*times, timezone=timezone)
    found = site.next_cutoff("yamato", now)
    assert now < found <= now + timedelta(hours=26), "a day of a site has at most 25 hours, and a gap shifts one more"


@pytest.mark.parametrize(("value", "expected"), [("14:30", "14:30"), (870, "14:30"), (545, "09:05"), (0, "00:00")])
def test_times_of_yaml_1_1_are_read(value: object, expected: str) -> None:
    assert CutOff.model_validate({"id": "c", "carrier": "y", "at": value}).at == expected


@pytest.mark.parametrize("value", ["24:00", "9:05", "14.30", 1440, -5, 52215, True, False, None, "noon", 14.5])
def test_what_is_no_time_of_day_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        CutOff.model_validate({"id": "c", "carrier": "y", "at": value})


def test_names_come_in_the_language_asked_for() -> None:
    text = Text(ja="大阪", en="Osaka")
    assert (text.of("ja"), text.of("en"), text.of("vi")) == ("大阪", "Osaka", "Osaka")


def test_things_are_found_by_their_ids() -> None:
    site = small_site()
    by_id: list[Mapping[str, Any]] = [
        site.location,
        site.station,
        site.dock,
        site.gate,
        site.owner,
        site.carrier,
        site.carton,
        site.zone,
    ]
    lists: list[list[Any]] = [
        site.locations,
        site.stations,
        site.docks,
        site.gates,
        site.owners,
        site.carriers,
        site.cartons,
        site.zones,
    ]
    for things, listed in zip(by_id, lists, strict=True):
        assert list(things) == [thing.id for thing in listed]
    assert [station.id for station in site.stations_of("pack")] == ["PACK-1"]


def test_a_site_that_was_read_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        small_site().owners[0].id = "OTHER"


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ({}, (20, 120)),
        ({"gone_after": 60}, (60, 60)),
        ({"gone_after": 0}, (0, 0)),
        ({"gone_after": {}}, (20, 120)),
        ({"gone_after": {"least": 5}}, (5, 120)),
        ({"gone_after": {"least": 5, "most": 300}}, (5, 300)),
    ],
)
def test_I12_a_silence_is_a_fixed_time_or_the_least_and_the_most(
    written: Mapping[str, Any], bounds: tuple[int, int]
) -> None:
    point = ReadPoint.model_validate({"id": "P", "name": {"ja": "棚", "en": "Shelf"}, "readers": ["r"], **written})
    assert (point.gone_after.least, point.gone_after.most) == bounds
    assert ReadPoint.model_validate(point.model_dump()) == point

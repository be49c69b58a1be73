"""The meter's sums on every kind of database: added in place, whole numbers, kept over a restart."""

from datetime import date
from pathlib import Path

from edge.model.usage import Amounts, Mark
from edge.processes.bill import bill_of, use_of
from edge.processes.stays import sync_robots
from edge.processes.usage import Booking, book_usage, open_meter
from tests.support.store import make_store, small_site

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
LARGE = 5_000_000_000
"""Millimetres an odometer shows after years."""


def no_length(_one: str, _other: str) -> int:
    return 0


async def test_sums_are_added_in_place_and_kept_over_a_restart(url: str, tmp_path: Path) -> None:
    site = small_site()
    kinds = [kind.model_copy(update={"battery_wh": 1000}) for kind in site.robot_types]
    site = site.model_copy(update={"robot_types": kinds})
    used_up = Amounts(powered_ms=86_400_000, drove_mm=40_000_000, drained=300)
    days = dict.fromkeys(("2026-11-24", "2026-11-25"), used_up)
    for number in (1, 2):
        store = make_store(tmp_path, site, url=url)
        await store.run(sync_robots)
        last, marks = await store.run(open_meter, no_length)
        assert last == number - 1
        for _ in range(2):
            await store.run(book_usage, number, [Booking("R1", days, Mark(80, odometer_mm=LARGE))], no_length)
        bill = await store.read(bill_of, FIRST, LAST)
        used = await store.read(use_of, "R1", FIRST, LAST)
        store.close()
        assert [day["drove_m"] for day in bill["days"]] == [40_000 * number] * 2
        assert (used["powered_s"], used["energy_wh"]) == (2 * 86_400 * number, 6000 * number)
        assert all(type(value) is int for value in used.values())
        assert marks["R1"].odometer_mm in (None, LARGE)

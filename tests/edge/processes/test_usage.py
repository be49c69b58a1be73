"""The bill's figures: each booking counts once, the journal is counted to the row, another machine has its own sum."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from edge.model.reasons import Refusal
from edge.model.usage import Amounts, Mark
from edge.processes import carry
from edge.processes.bill import bill_of, use_of
from edge.processes.stays import sync_robots
from edge.processes.usage import Booking, book_usage, catch_up, open_meter
from edge.site import Site
from edge.store.store import Store
from edge.store.tx import Tx
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, small_site

DAY = "2026-11-24"
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def length(_start: str, _end: str) -> int:
    return 2000


def with_battery(site: Site) -> Site:
    kinds = [kind.model_copy(update={"battery_wh": 1000}) for kind in site.robot_types]
    return site.model_copy(update={"robot_types": kinds})


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    clock = HandClock()
    store = make_store(tmp_path, with_battery(small_site()), clock)
    floor = Floor(store, clock)
    await floor.open()
    await store.run(open_meter, length)
    yield floor
    floor.store.close()


async def rows(store: Store) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = (await store.read(bill_of, FIRST, LAST))["days"]
    return days


def booking(mark: Mark | None = None, **amounts: int) -> Booking:
    return Booking("R1", {DAY: Amounts(**amounts)}, mark or Mark())


async def test_a_booking_is_counted_once_whoever_repeats_it(floor: Floor) -> None:
    first = [booking(Mark(80), powered_ms=60_000, worked_ms=30_000, drained=3)]
    for _ in range(2):
        await floor.store.run(book_usage, 1, first, length)
    await floor.store.run(book_usage, 2, [booking(powered_ms=60_000, charged=5, charges=1)], length)
    (row,) = await rows(floor.store)
    assert (row["powered_s"], row["worked_s"], row["drained_percent"], row["energy_wh"]) == (120, 30, 3, 30)
    assert (row["charged_percent"], row["charges"]) == (5, 1)


async def test_a_meter_that_starts_again_goes_on_after_its_last_booking(floor: Floor) -> None:
    await floor.store.run(book_usage, 1, [booking(Mark(80, charging=True, odometer_mm=5_000_000_000))], length)
    number, marks = await floor.store.run(open_meter, length)
    assert (number, marks) == (1, {"R1": Mark(80, charging=True, odometer_mm=5_000_000_000)})


async def test_missions_loads_and_lanes_are_counted_from_the_journal_once(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 10)
    await floor.order("1", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.run_down()

    def drive(tx: Tx) -> None:
        done = carry.begin_trip(tx, "R1", purpose="park", route=["N6", "N7", "N0"], actions=[], batch_id=None)
        carry.trip_done(tx, done)
        broken = carry.begin_trip(tx, "R1", purpose="park", route=["N0", "N1", "N2", "N3"], actions=[], batch_id=None)
        carry.release_way(tx, [{"id": broken, "released": 2, "update_id": 1, "passed": 1}], {})
        carry.trip_failed(tx, broken, "stopped")

    await floor.store.run(drive)
    for _ in range(2):
        await floor.store.run(catch_up, length)
    await floor.store.run(book_usage, 1, [], length)
    (row,) = await rows(floor.store)
    assert (row["missions"], row["loads"], row["trips"], row["drove_m"]) == (1, 1, 4, 6)


async def test_a_robot_with_an_odometer_is_not_counted_by_lanes_as_well(floor: Floor) -> None:
    await floor.store.run(book_usage, 1, [booking(Mark(odometer_mm=7000), drove_mm=7000)], length)

    def drive(tx: Tx) -> None:
        carry.trip_done(tx, carry.begin_trip(tx, "R1", purpose="park", route=["N0", "N1"], actions=[], batch_id=None))

    await floor.store.run(drive)
    await floor.store.run(catch_up, length)
    (row,) = await rows(floor.store)
    assert (row["trips"], row["drove_m"]) == (1, 7)


async def test_days_are_those_of_the_site(floor: Floor) -> None:
    floor.clock.pass_(hours=13, minutes=30)  # 15:30 UTC is half past midnight in Tokyo

    def drive(tx: Tx) -> None:
        carry.trip_done(tx, carry.begin_trip(tx, "R1", purpose="park", route=["N0", "N1"], actions=[], batch_id=None))

    await floor.store.run(drive)
    await floor.store.run(catch_up, length)
    (row,) = await rows(floor.store)
    assert row["day"] == "2026-11-25"
    assert (await floor.store.read(bill_of, date(2026, 11, 24), date(2026, 11, 24)))["days"] == []


async def test_a_site_that_was_not_metered_begins_now(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    floor = Floor(store, HandClock())
    await floor.open()

    def drive(tx: Tx) -> None:
        carry.trip_done(tx, carry.begin_trip(tx, "R1", purpose="park", route=["N0", "N1"], actions=[], batch_id=None))

    await store.run(drive)
    await store.run(open_meter, length)
    await store.run(book_usage, 1, [], length)
    assert await rows(store) == []
    store.close()


async def test_another_machine_under_the_same_name_has_its_own_sum_and_begins_anew(tmp_path: Path) -> None:
    site, clock = small_site(), HandClock()
    store = make_store(tmp_path, site, clock)
    await store.run(sync_robots)
    await store.run(open_meter, length)
    await store.run(book_usage, 1, [booking(Mark(80), powered_ms=60_000)], length)
    store.close()
    swapped = [robot.model_copy(update={"serial": "R1-b"}) for robot in site.robots]
    store = make_store(tmp_path, site.model_copy(update={"robots": swapped}), clock)
    await store.run(sync_robots)
    _number, marks = await store.run(open_meter, length)
    await store.run(book_usage, 2, [booking(Mark(20), powered_ms=30_000)], length)
    assert marks == {"R1": Mark()}
    assert [(row["serial"], row["powered_s"]) for row in await rows(store)] == [("R1", 60), ("R1-b", 30)]
    store.close()


async def test_a_machine_that_moved_to_another_place_has_one_total_of_both(tmp_path: Path) -> None:
    site, clock = small_site(), HandClock()
    (first,) = site.robots
    second = first.model_copy(update={"id": "R2", "serial": "other"})
    swapped = [first.model_copy(update={"serial": "other"}), second.model_copy(update={"serial": first.serial})]
    bill: dict[str, Any] = {}
    for number, place, robots, seconds in ((1, "R1", [first, second], 60), (2, "R2", swapped, 30)):
        store = make_store(tmp_path, site.model_copy(update={"robots": robots}), clock)
        await store.run(sync_robots)
        await store.run(open_meter, length)
        used = Booking(place, {DAY: Amounts(powered_ms=seconds * 1000)}, Mark())
        await store.run(book_usage, number, [used], length)
        bill = await store.read(bill_of, FIRST, LAST)
        store.close()
    used_by = {row["serial"]: (row["places"], row["powered_s"]) for row in bill["machines"]}
    assert used_by[first.serial] == (2, 90)
    assert [row["powered_s"] for row in bill["totals"] if row["serial"] == first.serial] == [60, 30]


async def test_energy_is_unknown_while_nobody_says_what_the_battery_holds(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    await store.run(sync_robots)
    await store.run(open_meter, length)
    await store.run(book_usage, 1, [booking(drained=3)], length)
    (row,) = await rows(store)
    used = await store.read(use_of, "R1", FIRST, LAST)
    assert (row["energy_wh"], used["energy_wh"], used["drained_percent"]) == (None, None, 3)
    store.close()


async def test_what_one_robot_used_is_added_up_over_days(floor: Floor) -> None:
    days = {day: Amounts(powered_ms=3_600_000, drained=10) for day in ("2026-11-24", "2026-11-25", "2026-12-01")}
    await floor.store.run(book_usage, 1, [Booking("R1", days, Mark())], length)
    used = await floor.store.read(use_of, "R1", FIRST, LAST)
    assert (used["powered_s"], used["energy_wh"]) == (7200, 200)
    (total,) = (await floor.store.read(bill_of, FIRST, LAST, "R1"))["totals"]
    assert (total["serial"], total["powered_s"], total["energy_wh"]) == ("R1", 7200, 200)
    assert (await floor.store.read(use_of, "R9", FIRST, LAST))["powered_s"] == 0


async def test_a_bill_of_no_days_or_of_a_robot_nobody_knows_is_refused(floor: Floor) -> None:
    with pytest.raises(Refusal, match=r"usage\.no_days"):
        await floor.store.read(bill_of, LAST, FIRST)
    with pytest.raises(Refusal, match=r"robot\.unknown"):
        await floor.store.read(bill_of, FIRST, LAST, "R9")

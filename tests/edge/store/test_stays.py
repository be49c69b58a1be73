"""Who has which place in the fleet, on every kind of database: kept over a restart, told apart by machine (P56)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from edge.model.reasons import Refusal
from edge.processes.bill import bill_of
from edge.processes.carry import begin_trip, trip_done
from edge.processes.stays import places, stays_at, sync_robots, take_in, take_out, vacant_places
from edge.processes.usage import open_meter
from edge.site import RobotUnit, Site
from edge.store.store import Store
from edge.store.tables import robots, totes
from edge.store.tx import Tx
from tests.support.store import HandClock, make_store, small_site

X9, Y1 = ("GenbaSim", "X9"), ("GenbaSim", "Y1")
WHO = "person:mori"
FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


def length(_one: str, _other: str) -> int:
    return 2000


def with_place(site: Site) -> Site:
    """Add a place R2 that names no machine."""
    return site.model_copy(update={"robots": [*site.robots, RobotUnit(id="R2", type="tote4", home="PARK-1")]})


async def refused(store: Store, decide: Callable[[Tx], object]) -> str:
    with pytest.raises(Refusal) as found:
        await store.run(decide)
    return found.value.code


async def test_P56_a_place_is_kept_over_a_restart_and_both_machines_have_their_days(url: str, tmp_path: Path) -> None:
    clock = HandClock()
    store = make_store(tmp_path, with_place(small_site()), clock, url=url)
    await store.run(sync_robots)
    await store.run(open_meter, length)
    assert await store.read(vacant_places) == ["R2"]
    await store.run_as(WHO, take_in, "R2", X9, "N4", length)
    trip = await store.run(
        lambda tx: begin_trip(tx, "R2", purpose="park", route=["N4", "N5", "BAY1"], actions=[], batch_id=None)
    )
    await store.run(trip_done, trip)
    store.close()
    clock.pass_(hours=2)
    store = make_store(tmp_path, with_place(small_site()), clock, url=url)
    await store.run(sync_robots, length)
    assert [(one["id"], one["serial"], one["named"], one["by"]) for one in await store.read(places)] == [
        ("R1", "R1", True, "edge"),
        ("R2", "X9", False, WHO),
    ]
    await store.run_as(WHO, take_out, "R2", length, carried_away=False)
    await store.run_as(WHO, take_in, "R2", Y1, "N4", length)
    bill = await store.read(bill_of, FIRST, LAST, "R2")
    assert [(row["serial"], row["drove_m"], row["trips"]) for row in bill["totals"]] == [("X9", 4, 1)]
    assert [(one["serial"], one["until"] is None) for one in bill["stays"]] == [("X9", False), ("Y1", True)]
    assert [stay.number for stay in await store.read(stays_at, "R2")] == [2, 1]
    store.close()


async def test_a_machine_goes_only_with_nothing_to_do_nothing_aboard_and_off_the_lanes(
    url: str, tmp_path: Path
) -> None:
    store = make_store(tmp_path, with_place(small_site()), url=url)
    await store.run(sync_robots)
    await store.run_as(WHO, take_in, "R2", X9, "N4", length)
    assert await refused(store, lambda tx: take_out(tx, "R1", length, carried_away=True)) == "robot.named"
    assert await refused(store, lambda tx: take_out(tx, "R2", length, carried_away=False)) == "robot.in_the_way"
    await store.run(lambda tx: tx.insert(totes, id="T-0001", state="bound", place="robot:R2"))
    assert await refused(store, lambda tx: take_out(tx, "R2", length, carried_away=True)) == "robot.has_totes"
    await store.run(lambda tx: tx.drop(totes, id="T-0001"))
    trip = await store.run(
        lambda tx: begin_trip(tx, "R2", purpose="park", route=["N4", "BAY1"], actions=[], batch_id=None)
    )
    assert await refused(store, lambda tx: take_out(tx, "R2", length, carried_away=True)) == "robot.drives"
    await store.run(trip_done, trip)
    await store.run(lambda tx: take_out(tx, "R2", length, carried_away=False))
    assert await refused(store, lambda tx: take_out(tx, "R2", length, carried_away=True)) == "robot.vacant"
    store.close()


async def test_no_machine_has_two_places_and_no_place_two_machines(url: str, tmp_path: Path) -> None:
    store = make_store(tmp_path, with_place(small_site()), url=url)
    await store.run(sync_robots)
    named = ("GenbaSim", "R1")
    assert await refused(store, lambda tx: take_in(tx, "R2", named, "N4", length)) == "robot.has_place"
    await store.run(take_in, "R2", X9, "N4", length)
    assert await refused(store, lambda tx: take_in(tx, "R2", Y1, "N4", length)) == "robot.not_vacant"
    assert await refused(store, lambda tx: take_in(tx, "R9", Y1, "N4", length)) == "robot.unknown"
    store.close()


async def test_a_place_that_leaves_the_site_file_ends_the_stay(url: str, tmp_path: Path) -> None:
    store = make_store(tmp_path, with_place(small_site()), url=url)
    await store.run(sync_robots)
    await store.run(take_in, "R2", X9, "N4", length)
    store.close()
    store = make_store(tmp_path, small_site(), url=url)
    await store.run(sync_robots)
    (stay,) = await store.read(stays_at, "R2")
    assert stay.until is not None
    assert (await store.read(lambda reader: reader.get(robots, id="R1"))).serial == "R1"
    store.close()

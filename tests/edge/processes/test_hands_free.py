"""Scanners at a station or dock scan for whoever works there (F51, F57)."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.processes.hands_free import scan_at, unread_at
from edge.store.tables import journal, parcels, seats
from tests.support.floor import JAN, Floor


@pytest_asyncio.fixture
async def floor(floor: Floor) -> Floor:
    """Return a floor with two orders at the pack station, one of two different items."""
    await floor.stock("SKU1", "A-01-1", 9)
    await floor.stock("SKU2", "A-01-1", 9)
    await floor.order("1", ("SKU1", 1), ("SKU2", 1))
    await floor.order("2", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    return floor


async def scan(floor: Floor, place: str, *codes: str) -> None:
    await floor.store.run_as(f"station:{place}", scan_at, place, codes)


async def last(floor: Floor, person: str) -> dict[str, Any]:
    screen = await floor.screen(person)
    return screen["last"] or {}


async def at_verify(floor: Floor) -> None:
    """Bring Sato to the items of an order of two."""
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "PACK-1")
    while (screen := await floor.screen("sato"))["step"] == "tote":
        await scan(floor, "PACK-1", screen["target"])
    if len(screen["lines"]) == 1:
        await floor.work("sato", "PACK-1")
        await at_verify(floor)


async def test_F51_a_tunnels_codes_are_judged_one_by_one(floor: Floor) -> None:
    await at_verify(floor)
    await scan(floor, "PACK-1", JAN["SKU2"], JAN["SKU1"])
    screen = await floor.screen("sato")
    assert (screen["step"], screen["last"]["kind"]) == ("carton", "right")


async def test_F57_what_was_wrong_stays_whatever_was_right_beside_it(floor: Floor) -> None:
    await at_verify(floor)
    await scan(floor, "PACK-1", JAN["SKU1"], JAN["SKU3"], JAN["SKU2"])
    screen = await floor.screen("sato")
    assert (screen["step"], screen["last"]["code"]) == ("carton", "scan.not_in_order")
    refused = await floor.store.read(
        lambda reader: [
            row.data["scanned"] for row in reader.rows(select(journal).where(journal.c.kind == "scan.refused"))
        ]
    )
    assert refused == [JAN["SKU3"]]


async def test_F51_who_waits_for_nothing_is_not_told_of_a_scanner_that_saw_nothing(floor: Floor) -> None:
    def unread() -> Any:
        return floor.store.run_as("station:PACK-1", unread_at, "PACK-1", "scanner-1")

    await unread()  # nobody is there
    await at_verify(floor)
    before = (await floor.screen("sato"))["id"]
    await unread()
    told = await floor.screen("sato")
    assert (told["last"]["kind"], told["last"]["code"]) == ("wrong", "scan.no_read")
    assert "scanner-1" in told["last"]["text"]
    assert told["id"] != before
    await unread()  # a scanner that triggers itself says so for ever
    assert (await floor.screen("sato"))["id"] == told["id"]
    await scan(floor, "PACK-1", JAN["SKU1"])
    assert (await last(floor, "sato"))["kind"] == "right"
    await unread()
    assert (await last(floor, "sato"))["code"] == "scan.no_read"


async def test_F51_at_a_dock_a_parcel_counts_for_whom_its_load_belongs_to(floor: Floor) -> None:
    await floor.work("sato", "PACK-1")
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "DOCK-1")
    await floor.act("kim", "scan", "DOCK-1")
    before = await last(floor, "kim")
    numbers = await floor.store.read(lambda reader: [row.tracking for row in reader.all(parcels, state="packed")])
    await scan(floor, "DOCK-1", numbers[0])
    assert (await last(floor, "sato"))["kind"] == "right"
    assert await last(floor, "kim") == before
    counted = await floor.store.read(lambda reader: reader.get(seats, person_id="sato").detail["scanned"])
    assert counted == [numbers[0]]
    await scan(floor, "DOCK-1", JAN["SKU1"])
    for person in ("sato", "kim"):
        assert (await last(floor, person))["code"] == "scan.whose"


@pytest.mark.parametrize("place", ["PACK-1", "DOCK-1"])
async def test_F51_a_scan_where_nobody_works_is_only_noted(floor: Floor, place: str) -> None:
    await scan(floor, place, "T-0001", "T-0002")
    rows = await floor.store.read(lambda reader: reader.rows(select(journal).where(journal.c.kind == "scan.refused")))
    assert [(row.subject, row.reason) for row in rows] == [(f"station/{place}", "wait.person")] * 2

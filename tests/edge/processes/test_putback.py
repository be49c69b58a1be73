"""Put back at the handheld: the container proves whose goods these are, and what is not in it is lost (F21)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from edge.processes.cancel import request_cancel
from edge.store.tables import exceptions, journal, parcels, stock, tasks, totes
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store, small_site

UNITS = 9


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Give a floor where the tote of an order of two kinds waits at a pack station."""
    clock = HandClock()
    floor = Floor(make_store(tmp_path, small_site(), clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", UNITS)
    await floor.stock("SKU2", "A-03-1", UNITS)
    await floor.order("1", ("SKU1", 2), ("SKU2", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    yield floor
    floor.store.close()


async def rows(floor: Floor, table: Any, **key: Any) -> Any:
    return await floor.store.read(lambda reader: reader.all(table, **key))


async def cancelled(floor: Floor) -> dict[str, Any]:
    """Cancel the order and return the screen of the put-back that follows."""
    await floor.store.run_as("key:wms", request_cancel, "ACME/1", "c1", "order.cancel_asked")
    if (await floor.screen("sato"))["process"] == "idle":
        await floor.act("sato", "leave")
    await floor.act("sato", "scan", "ZONE:A")
    return await floor.screen("sato")


async def on_shelf(floor: Floor, place: str) -> int:
    return sum(row.quantity for row in await rows(floor, stock, place=place))


async def test_F21_the_tote_is_scanned_before_anything_is_taken_from_it(floor: Floor) -> None:
    screen = await cancelled(floor)
    (task,) = await rows(floor, tasks, kind="putback")
    tote = task.subject.removeprefix("tote/")
    assert (screen["process"], screen["step"], screen["target"]) == ("putback", "container", tote)
    answer = await floor.act("sato", "scan", JAN["SKU1"])
    assert answer["result"]["code"] == "scan.wrong_container"
    assert tote in answer["result"]["text"]
    other = "T-0001" if tote != "T-0001" else "T-0002"
    assert (await floor.act("sato", "scan", other))["result"]["kind"] == "wrong"
    assert (await floor.act("sato", "scan", tote))["screen"]["step"] == "item"


async def test_I39_the_label_of_a_cancelled_parcel_proves_it_also_as_nw7(floor: Floor) -> None:
    (station,) = {row.place for row in await rows(floor, tasks, kind="pack")}
    await floor.work("sato", station)
    (parcel,) = await rows(floor, parcels)
    screen = await cancelled(floor)
    assert screen["target"] == parcel.tracking
    assert (await floor.act("sato", "scan", f"]F0A{parcel.tracking}A"))["screen"]["step"] == "item"


async def test_F21_all_comes_back_to_the_shelves(floor: Floor) -> None:
    await cancelled(floor)
    await floor.work("sato", "ZONE:A")
    assert [await on_shelf(floor, place) for place in ("A-01-1", "A-03-1")] == [UNITS, UNITS]
    assert {row.state for row in await rows(floor, totes)} == {"free"}


async def test_what_is_not_in_the_container_is_lost_and_told(floor: Floor) -> None:
    screen = await cancelled(floor)
    await floor.act("sato", "scan", screen["target"])
    answer = await floor.act("sato", "missing", quantity=1)
    assert answer["result"]["code"] == "work.short"
    await floor.work("sato", "ZONE:A")
    assert [await on_shelf(floor, place) for place in ("A-01-1", "A-03-1")] == [UNITS - 1, UNITS]
    (told,) = await rows(floor, journal, kind="stock.adjusted")
    assert (told.reason, told.data["quantity"], told.data["sku"]) == ("putback.missing", -1, "SKU1")
    (trouble,) = await rows(floor, exceptions, code="exception.short")
    assert trouble.detail == {"location": screen["target"], "sku": "SKU1", "missing": 1}


async def test_a_container_in_which_nothing_is_left_ends_the_work(floor: Floor) -> None:
    screen = await cancelled(floor)
    await floor.act("sato", "scan", screen["target"])
    await floor.act("sato", "missing", quantity=2)
    answer = await floor.act("sato", "missing", quantity=1)
    assert answer["result"]["kind"] == "done"
    assert {row.state for row in await rows(floor, totes)} == {"free"}


@pytest.mark.parametrize("units", [0, 3, -1])
async def test_no_more_can_be_missing_than_should_be_there(floor: Floor, units: int) -> None:
    screen = await cancelled(floor)
    await floor.act("sato", "scan", screen["target"])
    assert (await floor.act("sato", "missing", quantity=units))["result"]["code"] == "work.quantity"
    assert await rows(floor, journal, kind="stock.adjusted") == []


async def test_undo_goes_back_step_by_step(floor: Floor) -> None:
    screen = await cancelled(floor)
    await floor.act("sato", "scan", screen["target"])
    assert (await floor.act("sato", "scan", JAN["SKU2"]))["screen"]["target"] == "A-03-1"
    assert (await floor.act("sato", "undo"))["screen"]["step"] == "item"
    assert (await floor.act("sato", "undo"))["screen"]["step"] == "container"

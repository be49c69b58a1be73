"""A parcel that is not where its load is: no load takes it until it is found or settled, and all are told (F86)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import ParcelState
from edge.processes.cancel import request_cancel
from edge.processes.changes import change_order, set_hold
from edge.processes.trouble import settle_trouble
from edge.processes.waits import order_waits
from edge.store.tables import exceptions, loads, orders, parcels, stock
from edge.store.tx import Reader
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, small_site


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Give a floor with two parcels in a load that sato is at."""
    clock = HandClock()
    floor = Floor(make_store(tmp_path, small_site(), clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 9)
    for key in ("1", "2"):
        await floor.order(key, ("SKU1", 1))
    await on_to_the_dock(floor)
    yield floor
    floor.store.close()


async def on_to_the_dock(floor: Floor) -> None:
    """Pick and pack what there is, and go to the dock."""
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "PACK-1")
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "DOCK-1")


async def miss(floor: Floor) -> str:
    """Miss the parcel that is asked for; return its number."""
    number = str((await floor.screen("sato"))["target"])
    answer = await floor.act("sato", "absent")
    assert answer["result"]["code"] == "load.absent"
    assert number in answer["result"]["text"]
    return number


async def ship_the_load(floor: Floor) -> None:
    """Scan what is there and push it out."""
    assert await floor.work("sato", "DOCK-1") > 0


async def waits(floor: Floor) -> dict[str, str]:
    """Return why each packed order waits."""

    def query(reader: Reader) -> dict[str, str]:
        rows = reader.all(orders, state="packed")
        return {order: wait[0] for order, wait in order_waits(reader, rows).items()}

    return await floor.store.read(query)


async def rows(floor: Floor, table: Any, **key: Any) -> Any:
    return await floor.store.read(lambda reader: reader.all(table, **key))


async def test_F86_a_missed_parcel_goes_into_no_load_and_its_order_says_why(floor: Floor) -> None:
    number = await miss(floor)
    (trouble,) = await rows(floor, exceptions, code="exception.parcel_absent")
    assert trouble.detail == {
        "parcel": number,
        "order": (await floor.store.read(lambda reader: reader.one(_order_of(number)))).order_key,
        "station": "PACK-1",
        "dock": "DOCK-1",
    }
    await ship_the_load(floor)
    floor.clock.pass_(hours=1)
    await floor.plan()
    assert [row.state for row in await rows(floor, loads)] == ["passed"]
    assert list((await waits(floor)).values()) == ["wait.absent"]


def _order_of(number: str) -> Any:
    joined = select(orders.c.order_key).join(parcels, parcels.c.order_id == orders.c.id)
    return joined.where(parcels.c.tracking == number)


async def test_F86_found_while_its_load_is_at_hand_it_goes_along(floor: Floor) -> None:
    number = await miss(floor)
    answer = await floor.act("sato", "scan", number)
    assert answer["result"]["kind"] == "right"
    assert [line["sku"] for line in answer["screen"]["lines"] if line["done"]] == [number]
    await ship_the_load(floor)
    assert len(await rows(floor, orders, state="shipped")) == 2
    assert [row.state for row in await rows(floor, exceptions)] == ["solved"]


async def test_F86_found_later_at_the_dock_it_goes_with_the_next_load(floor: Floor) -> None:
    number = await miss(floor)
    await ship_the_load(floor)
    answer = await floor.act("sato", "scan", number)
    assert (answer["result"]["kind"], answer["result"]["code"]) == ("right", "load.found")
    await floor.plan()
    await ship_the_load(floor)
    assert len(await rows(floor, orders, state="shipped")) == 2


async def test_F86_found_at_another_carriers_load_it_waits_for_its_own(floor: Floor) -> None:
    number = await miss(floor)
    await floor.store.run(lambda tx: tx.update(orders, orders.c.state == "packed", cutoff_at=tx.now))
    await floor.store.run(lambda tx: tx.change(parcels, {"tracking": number}, carrier="sagawa"))
    answer = await floor.act("sato", "scan", number)
    assert answer["result"]["code"] == "load.found"
    assert number not in [line["sku"] for line in answer["screen"]["lines"]]


async def test_F86_a_held_order_is_found_but_not_loaded(floor: Floor) -> None:
    number = await miss(floor)
    (parcel,) = await rows(floor, parcels, tracking=number)
    await floor.store.run(set_hold, [parcel.order_id], True)
    assert (await floor.act("sato", "scan", number))["result"]["code"] == "load.found"


async def test_F86_a_supervisor_may_say_that_it_is_back(floor: Floor) -> None:
    await miss(floor)
    await ship_the_load(floor)
    (trouble,) = await rows(floor, exceptions)
    await floor.store.run(settle_trouble, trouble.id, "mori")
    await floor.plan()
    await ship_the_load(floor)
    assert len(await rows(floor, orders, state="shipped")) == 2


async def test_F48_a_parcel_that_was_never_missed_is_not_found(floor: Floor) -> None:
    await floor.order("3", ("SKU1", 1))
    await floor.store.run(lambda tx: tx.update(parcels, parcels.c.order_id == "ACME/2", load_id=None))
    (other,) = await rows(floor, parcels, order_id="ACME/2")
    assert (await floor.act("sato", "scan", other.tracking))["result"]["code"] == "scan.other_load"


async def test_H02_the_goods_of_a_missed_parcel_whose_order_is_cancelled_are_lost(floor: Floor) -> None:
    number = await miss(floor)
    (parcel,) = await rows(floor, parcels, tracking=number)
    assert (await floor.store.run(request_cancel, parcel.order_id, "c1", "supervisor"))["outcome"] == "cancelled"
    assert [(row.place, row.quantity) for row in await rows(floor, stock, place=f"lost:parcel:{parcel.id}")] == [
        (f"lost:parcel:{parcel.id}", 1)
    ]
    assert [row.state for row in await rows(floor, exceptions)] == ["solved"]
    assert (await floor.act("sato", "scan", number))["result"]["code"] == "scan.void_label"
    await ship_the_load(floor)
    assert await rows(floor, parcels, state=ParcelState.PACKED) == []


async def test_F86_a_load_that_lacks_all_its_parcels_is_over(floor: Floor) -> None:
    await miss(floor)
    answer = await floor.act("sato", "absent")
    assert answer["screen"]["process"] == "idle"
    assert [row.state for row in await rows(floor, loads)] == ["cancelled"]
    assert sorted((await waits(floor)).values()) == ["wait.absent", "wait.absent"]


async def test_H03_a_held_order_leaves_its_load_and_the_dock_is_told(floor: Floor) -> None:
    await floor.screen("sato")
    (parcel,) = await rows(floor, parcels, order_id="ACME/2")
    answer = await floor.store.run(change_order, "ACME/2", {"hold": True})
    assert answer == {"outcome": "applied"}
    screen = await floor.screen("sato")
    assert parcel.tracking in screen["last"]["text"]
    assert parcel.tracking not in [line["sku"] for line in screen["lines"]]
    await ship_the_load(floor)
    assert [row.state for row in await rows(floor, orders, id="ACME/2")] == ["packed"]
    await floor.store.run(set_hold, ["ACME/2"], False)
    await floor.plan()
    await ship_the_load(floor)
    assert [row.state for row in await rows(floor, orders, id="ACME/2")] == ["shipped"]


async def test_H03_a_hold_at_the_gate_comes_too_late(floor: Floor) -> None:
    await floor.store.run(lambda tx: tx.update(loads, loads.c.state == "open", state="at_gate"))
    answer = await floor.store.run(change_order, "ACME/2", {"hold": True})
    assert (answer["outcome"], answer["reason"]) == ("too_late", "order.at_gate")
    with pytest.raises(Refusal, match=r"order\.at_gate"):
        await floor.store.run(set_hold, ["ACME/2"], True)

"""What random days found, one test each: cancels, holds and hand-overs in the middle of other work."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.processes.cancel import request_cancel
from edge.processes.changes import change_order, set_hold, set_priority
from edge.processes.work import unassign_task
from edge.store.tables import loads, orders, parcels, tasks
from edge.store.tx import Reader
from tests.support.floor import JAN, Floor


@pytest_asyncio.fixture
async def floor(floor: Floor) -> Floor:
    await floor.stock("SKU1", "A-01-1", 9)
    await floor.stock("SKU2", "A-01-1", 9)
    return floor


async def at_pick(floor: Floor, *keys: str) -> None:
    """Bring orders of one unit each to their pick stop, with sato at the shelf."""
    for key in keys:
        await floor.order(key, ("SKU1" if key == keys[0] else "SKU2", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")


async def at_pack(floor: Floor, key: str) -> None:
    """Bring an order to its pack station."""
    await at_pick(floor, key)
    await floor.work("sato", "ZONE:A")
    await floor.robots()


async def at_gate(floor: Floor, key: str) -> None:
    """Bring an order to its gate."""
    await at_pack(floor, key)
    await floor.work("sato", "PACK-1")
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "DOCK-1")
    await floor.act("sato", "scan", (await floor.screen("sato"))["target"])


async def state_of(floor: Floor, key: str) -> str:
    return await floor.store.read(lambda reader: reader.value(select(orders.c.state).where(orders.c.order_key == key)))


async def test_F47_a_cancel_under_the_pickers_hands_asks_for_the_next_item_from_its_start(floor: Floor) -> None:
    await at_pick(floor, "1", "2")
    screen = await floor.screen("sato")
    await floor.act("sato", "scan", screen["target"])
    screen = await floor.screen("sato")
    await floor.act("sato", "scan", JAN[screen["item"]["sku"]])
    assert (await floor.screen("sato"))["step"] == "tote"
    mine = "ACME/1" if screen["item"]["sku"] == "SKU1" else "ACME/2"
    await floor.store.run(request_cancel, mine, "c1", "order.cancel_asked")
    after = await floor.screen("sato")
    assert (after["step"], after["item"]["sku"] == screen["item"]["sku"]) == ("item", False)


async def test_F38_an_undo_never_unpicks_for_an_order_that_is_over(floor: Floor) -> None:
    await at_pick(floor, "1", "2")
    await floor.act("sato", "scan", "A-01-1")
    first = await floor.screen("sato")
    await floor.act("sato", "scan", JAN[first["item"]["sku"]])
    await floor.act("sato", "scan", (await floor.screen("sato"))["target"])
    order = "1" if first["item"]["sku"] == "SKU1" else "2"
    await floor.store.run(request_cancel, f"ACME/{order}", "c1", "order.cancel_asked")
    await floor.act("sato", "undo")
    answer = await floor.act("sato", "undo")
    assert answer["result"]["code"] == "work.nothing_to_undo"
    await floor.run_down()
    assert await state_of(floor, order) == "cancelled"


async def test_F04_found_pieces_of_a_short_are_proved_by_a_scan(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 3))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    await floor.act("sato", "scan", "A-01-1")
    answer = await floor.act("sato", "short", quantity=2, reason="empty")
    assert answer["result"]["code"] == "scan.item_first"
    await floor.act("sato", "scan", JAN["SKU1"])
    answer = await floor.act("sato", "short", quantity=2, reason="empty")
    assert (answer["result"]["code"], answer["screen"]["step"]) == ("work.short", "tote")


async def test_F47_an_order_held_while_it_is_picked_is_packed_once_it_is_let_go(floor: Floor) -> None:
    await at_pick(floor, "1")
    await floor.store.run(set_hold, ["ACME/1"], True)
    await floor.run_down()
    waits = await floor.store.read(lambda reader: reader.get(tasks, kind="pack"))
    assert (waits.state, waits.reason) == ("planned", "wait.hold")
    await floor.store.run(set_hold, ["ACME/1"], False)
    await floor.run_down()
    assert await state_of(floor, "1") == "shipped"


async def test_F83_the_label_of_a_packer_who_was_replaced_is_void(floor: Floor) -> None:
    await at_pack(floor, "1")
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "PACK-1")
    for _ in range(3):
        screen = await floor.screen("sato")
        target = JAN["SKU1"] if screen["step"] == "verify" else screen["target"]
        await floor.act("sato", "scan", target)
    await floor.act(
        "sato", "weigh", str(await floor.store.read(lambda reader: reader.value(select(parcels.c.expected_g))))
    )
    old = (await floor.screen("sato"))["target"]
    await floor.store.run(unassign_task, await floor.store.read(_pack_task), "work.replaced")
    await floor.act("kim", "scan", "PACK-1")
    states = await floor.store.read(lambda reader: [row.state for row in reader.rows(select(parcels))])
    assert states == ["void"]
    answer = await floor.store.run(change_order, "ACME/1", {"ship_to": {"name": "x"}})
    assert answer == {"outcome": "applied"}
    assert await floor.work("kim", "PACK-1") > 0
    numbers = await floor.store.read(lambda reader: [row.tracking for row in reader.all(parcels, state="packed")])
    assert len(numbers) == 1
    assert old not in numbers


async def test_H02_a_load_whose_last_parcel_was_cancelled_leaves_the_gate(floor: Floor) -> None:
    await at_gate(floor, "1")
    number = (await floor.screen("sato"))["lines"][0]["sku"]
    assert (await floor.store.run(request_cancel, "ACME/1", "c1", "x"))["outcome"] == "pending"
    await floor.gate([number])
    assert await state_of(floor, "1") == "cancelled"
    left: Any = await floor.store.read(_load_and_task)
    assert left == ("cancelled", "cancelled")
    assert (await floor.screen("sato"))["process"] == "idle"


@pytest.mark.parametrize("at_the_gate", [False, True], ids=["loading", "at the gate"])
async def test_H02_a_shipper_is_told_which_parcel_of_a_load_was_cancelled(floor: Floor, *, at_the_gate: bool) -> None:
    await floor.order("2", ("SKU2", 1))
    await at_gate(floor, "1")  # its first parcel is scanned
    numbers = {row.order_id: row.tracking for row in await floor.store.read(lambda reader: reader.all(parcels))}
    if at_the_gate:
        await floor.act("sato", "scan", (await floor.screen("sato"))["target"])
    answer = await floor.store.run(request_cancel, "ACME/1", "c1", "x")
    assert answer["outcome"] == ("pending" if at_the_gate else "cancelled")
    if at_the_gate:
        assert await floor.gate(list(numbers.values())) == "stop"
    screen = await floor.screen("sato")
    assert (screen["last"]["kind"], screen["last"]["code"]) == ("wrong", "load.parcel_cancelled")
    assert numbers["ACME/1"] in screen["last"]["text"]
    assert [line["sku"] for line in screen["lines"]] == [numbers["ACME/2"]]


async def test_H04_nothing_is_told_of_an_order_after_its_end(floor: Floor) -> None:
    await at_pick(floor, "1")
    await floor.run_down()
    with pytest.raises(Refusal) as refused:
        await floor.store.run(set_priority, ["ACME/1"], 9)
    assert refused.value.code == "order.ended"


def _pack_task(reader: Reader) -> str:
    return str(reader.value(select(tasks.c.id).where(tasks.c.kind == "pack")))


def _load_and_task(reader: Reader) -> tuple[str, str]:
    load = reader.one(select(loads))
    return load.state, reader.get(tasks, id=load.task_id).state

"""One order down the whole river, and what can happen to it on the way."""

from typing import Any

import pytest
from sqlalchemy import func, select

from edge.processes import carry
from edge.processes.cancel import request_cancel
from edge.processes.inventory import totals
from edge.processes.robots import declare_dead, return_to_service
from edge.processes.trouble import raise_trouble
from edge.store.tables import (
    allocations,
    batches,
    exceptions,
    journal,
    order_lines,
    orders,
    robots,
    stock,
    stops,
    tasks,
    totes,
)
from edge.store.tx import Reader
from tests.edge.processes.invariants import unfinished
from tests.edge.processes.walk import tell_loads
from tests.support.floor import JAN, Floor


async def told(floor: Floor, kind: str) -> list[dict[str, Any]]:
    def query(reader: Reader) -> list[dict[str, Any]]:
        rows = reader.rows(select(journal).where(journal.c.kind == kind).order_by(journal.c.seq))
        return [dict(row.data) | {"subject": row.subject, "number": row.number} for row in rows]

    return await floor.store.read(query)


async def state_of(floor: Floor, key: str) -> str:
    return await floor.store.read(lambda reader: reader.value(select(orders.c.state).where(orders.c.order_key == key)))


async def test_an_order_is_shipped_and_every_line_told(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 10)
    await floor.stock("SKU2", "A-03-1", 5)
    assert (await floor.order("1", ("SKU1", 2), ("SKU2", 1)))["state"] == "accepted"
    floor.clock.pass_(minutes=1)
    await floor.run_down()
    assert await state_of(floor, "1") == "shipped"
    shipped = await told(floor, "order.shipped")
    assert [(line["shipped"], line["short"], line["status"]) for line in shipped[0]["lines"]] == [
        (2, 0, "complete"),
        (1, 0, "complete"),
    ]
    left = await floor.store.read(totals)
    assert left == {("ACME", "SKU1"): 8, ("ACME", "SKU2"): 4}
    free = await floor.store.read(
        lambda reader: reader.value(select(func.count()).select_from(totes).where(totes.c.state != "free"))
    )
    assert free == 0


async def test_H04_complete_event_has_numbers_1_2_3_per_order(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 10)
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.run_down()
    numbers = await floor.store.read(
        lambda reader: [
            row.number
            for row in reader.rows(
                select(journal.c.number)
                .where(journal.c.subject == "order/ACME/1", journal.c.number.is_not(None))
                .order_by(journal.c.seq)
            )
        ]
    )
    assert numbers == [1, 2, 3, 4]


async def test_F36_a_short_is_picked_elsewhere_on_the_same_tour(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 2)
    await floor.stock("SKU1", "A-04-1", 9)
    await floor.order("1", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    screen = await floor.screen("sato")
    assert (screen["step"], screen["target"]) == ("location", "A-01-1")
    await floor.act("sato", "scan", "A-01-1")
    answer = await floor.act("sato", "short", quantity=0, reason="empty")
    assert answer["result"]["kind"] in ("info", "done")
    await floor.run_down()
    assert await state_of(floor, "1") == "shipped"
    shipped = await told(floor, "order.shipped")
    assert shipped[0]["lines"][0]["shipped"] == 2
    assert [event["quantity"] for event in await told(floor, "stock.adjusted")] == [-2]
    assert await floor.store.read(totals) == {("ACME", "SKU1"): 7}


async def test_F36_a_short_that_cannot_be_mended_is_told_and_the_rest_ships(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 3))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    await floor.act("sato", "scan", "A-01-1")
    await floor.act("sato", "short", quantity=1, reason="damaged")
    await floor.run_down()
    shipped = await told(floor, "order.shipped")
    assert (shipped[0]["lines"][0]["shipped"], shipped[0]["lines"][0]["short"]) == (3, 0)


async def test_an_order_without_stock_ends_short_and_is_told(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 3))
    await floor.plan()
    assert await state_of(floor, "1") == "short"
    assert (await told(floor, "order.cancelled"))[0]["lines"][0]["short"] == 3


async def test_F57_a_wrong_scan_changes_nothing_and_is_logged(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    answer = await floor.act("sato", "scan", "A-02-1")
    assert answer["result"]["code"] == "scan.wrong_location"
    assert "A-02-1" in answer["result"]["text"]
    assert "A-01-1" in answer["result"]["text"]
    assert (await floor.screen("sato"))["step"] == "location"
    await floor.act("sato", "scan", "A-01-1")
    answer = await floor.act("sato", "scan", JAN["SKU2"])
    assert answer["result"]["code"] == "scan.wrong_item"
    await floor.act("sato", "scan", JAN["SKU1"])
    answer = await floor.act("sato", "scan", "T-0009")
    assert answer["result"]["code"] == "scan.wrong_tote"
    assert len(await told(floor, "scan.refused")) == 3


async def test_F38_an_unpick_returns_the_units_and_is_told(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.stock("SKU2", "A-01-1", 5)
    await floor.order("1", ("SKU1", 1), ("SKU2", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    await floor.act("sato", "scan", "A-01-1")
    screen = await floor.screen("sato")
    await floor.act("sato", "scan", JAN[screen["item"]["sku"]])
    await floor.act("sato", "scan", (await floor.screen("sato"))["target"])
    await floor.act("sato", "undo")
    await floor.act("sato", "undo")
    picked = [event["quantity"] for event in await told(floor, "order.picked")]
    assert picked == [1, -1]
    await floor.run_down()
    assert await state_of(floor, "1") == "shipped"


async def test_F21_cancel_before_picking_gives_the_stock_back(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 2))
    await floor.plan()
    answer = await floor.store.run(request_cancel, "ACME/1", "c1", "customer")
    assert answer == {"outcome": "cancelled"}
    promised = await floor.store.read(lambda reader: reader.value(select(func.sum(stock.c.allocated))))
    assert promised == 0


async def test_F21_cancel_after_picking_brings_the_goods_back(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    answer = await floor.store.run(request_cancel, "ACME/1", "c1", "customer")
    assert answer == {"outcome": "cancelled"}
    await floor.run_down()
    await floor.work("sato", "ZONE:A")
    rows = await floor.store.read(
        lambda reader: [(row.place, row.quantity, row.allocated) for row in reader.rows(select(stock))]
    )
    assert rows == [("A-01-1", 5, 0)]


async def test_F21_cancel_of_a_packed_parcel_voids_it_and_brings_the_goods_back(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "PACK-1")
    assert await state_of(floor, "1") == "packed"
    await floor.store.run(request_cancel, "ACME/1", "c1", "customer")
    await floor.run_down()
    await floor.work("sato", "ZONE:A")
    rows = await floor.store.read(
        lambda reader: [(row.place, row.quantity, row.allocated) for row in reader.rows(select(stock))]
    )
    assert rows == [("A-01-1", 5, 0)]


async def test_H02_cancel_after_shipping_is_too_late(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.run_down()
    answer = await floor.store.run(request_cancel, "ACME/1", "c1", "customer")
    assert answer["outcome"] == "too_late"


async def test_I28_the_gate_stops_a_load_with_a_missing_parcel_and_a_second_pass_completes_it(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    for key in ("1", "2"):
        await floor.order(key, ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "PACK-1")
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "DOCK-1")
    screen = await floor.screen("sato")
    numbers = [line["sku"] for line in screen["lines"]]
    for number in numbers:
        await floor.act("sato", "scan", number)
    assert (await floor.screen("sato"))["step"] == "gate"
    assert await floor.gate([numbers[0]]) == "stop"
    screen = await floor.screen("sato")
    assert screen["last"]["kind"] == "wrong"
    assert numbers[0] in screen["detail"]
    assert await state_of(floor, "1") == "packed"
    assert await floor.gate([numbers[1]]) == "pass"
    assert await state_of(floor, "1") == "shipped"
    open_ = await floor.store.read(
        lambda reader: reader.value(select(func.count()).select_from(exceptions).where(exceptions.c.state != "solved"))
    )
    assert open_ == 0


@pytest.mark.parametrize("start", [None, "N3"], ids=["where it was planned", "elsewhere"])
async def test_a_tour_fetches_its_totes_where_assignment_says(floor: Floor, start: str | None) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.plan()

    def assign(tx: Any) -> list[str]:
        batch = tx.value(select(tasks.c.subject).where(tasks.c.kind == "carry")).removeprefix("batch/")
        carry.assign_robot(tx, batch, "R1", start)
        return [row.node for row in sorted(tx.all(stops, batch_id=batch), key=lambda row: row.seq)]

    assert await floor.store.run(assign) == [start or "N0", "N1", "N6"]


async def test_R123_work_of_a_dead_robot_without_load_goes_to_another(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.plan()

    def assign(tx: Any) -> str:
        batch = tx.value(select(tasks.c.subject).where(tasks.c.kind == "carry")).removeprefix("batch/")
        carry.assign_robot(tx, batch, "R1")
        declare_dead(tx, "R1")
        state: str = tx.value(select(tasks.c.state).where(tasks.c.kind == "carry"))
        return state

    assert await floor.store.run(assign) == "ready"


async def test_R123_where_a_robot_died_is_where_it_passed_last(floor: Floor) -> None:
    def die(tx: Any, robot: str) -> Any:
        declare_dead(tx, robot)
        return tx.get(exceptions, code="exception.robot_dead", subject=f"robot/{robot}").detail["node"]

    def on_its_way(tx: Any) -> None:
        trip = carry.begin_trip(tx, "R1", purpose="batch", route=["N1", "N2", "N3"], actions=[], batch_id=None)
        carry.release_way(tx, [{"id": trip, "released": 2, "update_id": 0, "passed": 1}], {})

    await floor.store.run(on_its_way)
    assert await floor.store.run(die, "R1") == "N2"
    assert (await floor.store.read(lambda reader: reader.get(robots, id="R1"))).node == "N2"


async def test_R123_a_robot_that_never_moved_died_at_home(floor: Floor) -> None:
    home = floor.store.site.station[floor.store.site.robots[0].home].node
    await floor.store.run(declare_dead, "R1")
    raised = await floor.store.read(lambda reader: reader.get(exceptions, code="exception.robot_dead"))
    assert raised.detail["node"] == home


async def test_R123_a_dead_robot_is_one_trouble(floor: Floor) -> None:
    await floor.store.run(raise_trouble, "exception.robot_deaf", "robot/R1", robot="R1")
    await floor.store.run(declare_dead, "R1")
    left = await floor.store.read(lambda reader: reader.rows(select(exceptions).where(exceptions.c.state != "solved")))
    assert [row.code for row in left] == ["exception.robot_dead"]


async def test_R123_totes_on_a_dead_robot_are_fetched_and_the_rest_is_picked_again(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.stock("SKU2", "A-03-1", 5)
    await floor.order("1", ("SKU1", 1), ("SKU2", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.store.run(declare_dead, "R1")
    await floor.work("sato", "ZONE:A")
    state = await floor.store.read(
        lambda reader: [
            (row.place, row.state) for row in reader.rows(select(totes).where(totes.c.order_id.is_not(None)))
        ]
    )
    assert state == [("station:PACK-1", "waiting")]
    left = await floor.store.read(
        lambda reader: [
            (row.state, row.batch_id) for row in reader.rows(select(allocations).order_by(allocations.c.place))
        ]
    )
    assert left[1] == ("reserved", None)
    assert (await floor.store.read(lambda r: r.value(select(func.sum(order_lines.c.picked))))) == 1


@pytest.mark.parametrize("handed_over", [1, 2])
async def test_R123_totes_that_a_robot_handed_over_before_it_died_are_packed(floor: Floor, handed_over: int) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    for key in ("1", "2"):
        await floor.order(key, ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    while (await floor.screen("sato"))["process"] == "pick":
        await floor._answer("sato", await floor.screen("sato"))

    def die_at_the_station(tx: Any) -> None:
        batch = carry.batch_of(tx, "R1")
        node = carry.next_stop(tx, batch.id).node
        carry.begin_trip(tx, "R1", purpose="batch", route=[node], actions=[], batch_id=batch.id)
        tell_loads(tx, "R1", handed_over)
        declare_dead(tx, "R1")

    await floor.store.run(die_at_the_station)
    await floor.run_down()
    assert [await state_of(floor, key) for key in ("1", "2")] == ["shipped", "shipped"]
    assert await floor.store.read(unfinished) == []


async def test_R123_a_tote_that_a_robot_did_not_fetch_before_it_died_is_free_again(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 5)
    for key in ("1", "2"):
        await floor.order(key, ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.plan()

    def die_at_the_totes(tx: Any) -> None:
        batch = tx.one(select(batches))
        carry.assign_robot(tx, batch.id, "R1")
        node = carry.next_stop(tx, batch.id).node
        carry.begin_trip(tx, "R1", purpose="batch", route=[node], actions=[], batch_id=batch.id)
        tell_loads(tx, "R1", 1)
        declare_dead(tx, "R1")

    await floor.store.run(die_at_the_totes)
    await floor.work("sato", "ZONE:A")
    await floor.store.run(return_to_service, "R1")
    await floor.run_down()
    assert [await state_of(floor, key) for key in ("1", "2")] == ["shipped", "shipped"]
    assert await floor.store.read(unfinished) == []


async def test_a_station_is_taken_over_by_whoever_scans_it_last(floor: Floor) -> None:
    await floor.act("sato", "scan", "PACK-1")
    await floor.act("kim", "scan", "PACK-1")
    screen = await floor.screen("sato")
    assert (screen["process"], screen["last"]["code"]) == ("start", "work.replaced")
    assert (await floor.screen("kim"))["header"]["place"] == "PACK-1"

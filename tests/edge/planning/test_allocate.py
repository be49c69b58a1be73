"""Promising stock: first expiry first out over several lots, never expired goods, and three rules for shorts."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from edge.planning.allocate import allocate_waiting
from edge.planning.expiry import expired
from edge.planning.plan import stock_came
from edge.processes.changes import set_hold
from edge.store.tables import allocations, order_lines, orders, stock
from edge.store.tx import Reader
from tests.edge.planning.conftest import FloorOf
from tests.support.floor import Floor


async def promised(floor: Floor) -> list[tuple[str, str, int]]:
    """Return what is promised: (place, expiry, units)."""

    def query(reader: Reader) -> list[tuple[str, str, int]]:
        rows = reader.rows(select(allocations).where(allocations.c.state == "reserved"))
        return sorted((row.place, row.expiry, row.quantity) for row in rows)

    return await floor.store.read(query)


async def order_of(floor: Floor, key: str) -> Any:
    return await floor.store.read(lambda reader: reader.get(orders, order_key=key))


async def test_F18_first_expiry_goes_first_and_a_line_spreads_over_lots(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await floor.stock("SKU1", "A-01-1", 9, "2026-12-31", "L3")
    await floor.stock("SKU1", "A-02-1", 2, "2026-11-30", "L1")
    await floor.stock("SKU1", "A-03-1", 3, "2026-12-10", "L2")
    await floor.order("1", ("SKU1", 6))
    await floor.plan()
    assert await promised(floor) == [
        ("A-01-1", "2026-12-31", 1),
        ("A-02-1", "2026-11-30", 2),
        ("A-03-1", "2026-12-10", 3),
    ]


async def test_F97h_one_lot_that_cannot_cover_does_not_make_a_short(floor_of: FloorOf) -> None:
    floor = await floor_of("cancel")
    await floor.stock("SKU1", "A-02-1", 2, "2026-11-30")
    await floor.stock("SKU1", "A-03-1", 2, "2026-12-30")
    await floor.order("1", ("SKU1", 4))
    await floor.plan()
    assert sum(units for *_, units in await promised(floor)) == 4


async def test_of_goods_of_the_same_date_the_place_that_covers_all_comes_first(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await floor.stock("SKU1", "A-01-1", 2)
    await floor.stock("SKU1", "A-02-1", 8)
    await floor.stock("SKU1", "A-03-1", 5)
    await floor.order("1", ("SKU1", 4))
    await floor.plan()
    assert await promised(floor) == [("A-03-1", "", 4)]


@pytest.mark.parametrize(
    ("now", "ships"),
    [
        (datetime(2026, 11, 24, 14, 59, tzinfo=UTC), True),  # 23:59 on the day itself
        (datetime(2026, 11, 24, 15, 0, tzinfo=UTC), False),  # midnight in Japan, still the 24th in UTC
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), True),
    ],
)
async def test_F85_the_day_on_the_goods_is_a_day_of_the_site(floor_of: FloorOf, now: datetime, *, ships: bool) -> None:
    floor = await floor_of()
    floor.clock.time = now
    await floor.stock("SKU1", "A-01-1", 2, "2026-11-24")
    await floor.order("1", ("SKU1", 1))
    await floor.plan()
    assert bool(await promised(floor)) is ships


def test_F97i_one_function_says_expired_and_the_day_itself_is_allowed() -> None:
    today = date(2026, 11, 24)
    assert [expired(one, today) for one in ("2026-11-23", "2026-11-24", "2026-11-25", "")] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("rule", "state", "units", "short"),
    [("ship_partial", "allocated", 3, 2), ("cancel", "short", 0, 5), ("hold", "accepted", 0, 0)],
)
async def test_F16_an_owners_rule_says_what_becomes_of_a_short(
    floor_of: FloorOf, rule: str, state: str, units: int, short: int
) -> None:
    floor = await floor_of(rule)
    await floor.stock("SKU1", "A-01-1", 2)
    await floor.stock("SKU2", "A-02-1", 1)
    await floor.order("1", ("SKU1", 4), ("SKU2", 1))
    await floor.store.run(allocate_waiting)
    assert (await order_of(floor, "1")).state == state
    assert sum(count for *_, count in await promised(floor)) == units
    assert await floor.store.read(lambda reader: reader.value(select(func.sum(order_lines.c.short)))) == short
    assert await floor.store.read(lambda reader: reader.value(select(func.sum(stock.c.allocated)))) == units


async def test_F16_an_order_that_waits_for_goods_goes_on_when_they_come(floor_of: FloorOf) -> None:
    floor = await floor_of("hold")
    await floor.order("1", ("SKU1", 4))
    await floor.plan()
    assert (await order_of(floor, "1")).reason == "wait.no_stock"
    await floor.stock("SKU1", "A-01-1", 4)
    await floor.store.run(stock_came, "ACME", "SKU1")
    await floor.store.run(allocate_waiting)
    assert (await order_of(floor, "1")).state == "allocated"


async def test_U51_a_held_order_is_promised_nothing_until_it_is_let_go(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await floor.stock("SKU1", "A-01-1", 4)
    await floor.order("1", ("SKU1", 1), hold=True)
    await floor.plan()
    assert await promised(floor) == []
    await floor.store.run(set_hold, ["ACME/1"], False)
    await floor.plan()
    assert len(await promised(floor)) == 1


async def test_scarce_goods_go_to_the_most_urgent_order(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await floor.stock("SKU1", "A-01-1", 1)
    await floor.order("1", ("SKU1", 1), priority=3)
    await floor.order("2", ("SKU1", 1), priority=7)
    await floor.plan()
    assert (await order_of(floor, "1")).state == "short"

"""The steward plans after whatever sets work free, and now and then for the clock's sake, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from edge.clock import Source
from edge.processes.cancel import request_cancel
from edge.steward import LOOK_AGAIN, ROUND_SECONDS, Steward
from edge.store.store import Store
from edge.store.tables import batches, orders
from simulators.world.loop import clock, run
from tests.edge.planning.conftest import site_with
from tests.support.floor import Floor, travel
from tests.support.store import START, HandClock, database

SOON = ROUND_SECONDS + 1.0
"""Virtual seconds in which a round is over; less than the steward's own look-around."""


def with_steward(folder: Path, day: Callable[[Floor], Coroutine[Any, Any, None]], rule: str = "hold") -> None:
    """Live a stretch of virtual time with a steward."""

    async def live() -> None:
        source = Source(now=clock(), dice=Random(1))
        store = Store.open(database(folder), site_with(rule), source, inline=True)
        floor = Floor(store, HandClock())
        await floor.open()
        steward = asyncio.get_running_loop().create_task(Steward(store, travel).run())
        await day(floor)
        steward.cancel()
        await asyncio.wait([steward])
        store.close()

    run(live(), 1, START)


async def state_of(floor: Floor, key: str) -> tuple[str, str | None]:
    row = await floor.store.read(lambda reader: reader.get(orders, order_key=key))
    return row.state, row.reason


def test_an_order_is_planned_at_once_and_its_tour_when_patience_ends(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        await floor.stock("SKU1", "A-01-1", 5)
        await floor.order("1", ("SKU1", 1))
        await asyncio.sleep(SOON)
        assert (await state_of(floor, "1"))[0] == "allocated"
        assert await floor.store.read(lambda reader: reader.get(batches)) is None
        await asyncio.sleep(20 + LOOK_AGAIN)
        assert (await state_of(floor, "1"))[0] == "picking"

    with_steward(tmp_path, day)


def test_F16_an_order_that_waits_goes_on_when_goods_are_booked(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        await floor.order("1", ("SKU1", 1))
        await asyncio.sleep(SOON)
        assert await state_of(floor, "1") == ("accepted", "wait.no_stock")
        await floor.stock("SKU1", "A-01-1", 5)
        await asyncio.sleep(SOON)
        assert (await state_of(floor, "1"))[0] == "allocated"

    with_steward(tmp_path, day)


def test_F16_an_order_that_waits_gets_what_a_cancelled_one_gives_back(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        await floor.stock("SKU1", "A-01-1", 5)
        await floor.order("1", ("SKU1", 5))
        await asyncio.sleep(SOON)
        await floor.order("2", ("SKU1", 3))
        await asyncio.sleep(SOON)
        assert await state_of(floor, "2") == ("accepted", "wait.no_stock")
        await floor.store.run(request_cancel, "ACME/1", "c1", "order.cancel_asked")
        await asyncio.sleep(SOON)
        assert (await state_of(floor, "2"))[0] == "allocated"

    with_steward(tmp_path, day)


def test_nothing_is_planned_while_nothing_happens(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        rounds = floor.store.writer.commits
        await asyncio.sleep(100 * LOOK_AGAIN)
        assert floor.store.writer.commits - rounds <= 102

    with_steward(tmp_path, day)


def test_a_busy_site_is_planned_every_few_seconds(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        await floor.stock("SKU1", "A-01-1", 100)
        await asyncio.sleep(SOON)
        before = floor.store.writer.commits
        for number in range(60):
            await floor.order(str(number), ("SKU1", 1))
            await asyncio.sleep(0.5)
        rounds = floor.store.writer.commits - before - 60
        assert 30 / ROUND_SECONDS <= rounds <= 30 / ROUND_SECONDS + 2

    with_steward(tmp_path, day)

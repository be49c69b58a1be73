"""Why an order waits between two pieces of work, and what a packer is told of one on hold (R124)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from edge.processes.changes import set_hold
from edge.processes.waits import order_waits
from edge.processes.work import send_on
from edge.store.tables import orders, totes
from edge.store.tx import Reader
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, small_site


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    clock = HandClock()
    floor = Floor(make_store(tmp_path, small_site(), clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 9)
    await floor.stock("SKU2", "A-03-1", 9)
    yield floor
    floor.store.close()


async def wait(floor: Floor) -> str:
    """Return why the only order waits."""

    def query(reader: Reader) -> str:
        rows = reader.all(orders)
        return order_waits(reader, rows)[rows[0].id][0]

    return await floor.store.read(query)


async def test_R124_an_order_waits_for_totes_when_none_is_free(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 1))
    await floor.plan()
    assert await wait(floor) == "wait.companions"
    await floor.store.run(lambda tx: tx.update(totes, state="bound"))
    floor.clock.pass_(minutes=1)
    await floor.plan()
    assert await wait(floor) == "wait.totes"


async def test_R124_an_order_waits_for_its_other_totes(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 1), ("SKU2", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.store.run(lambda tx: tx.update(orders, hold=True))  # no new tour for the rest yet
    await floor.robots()
    await floor.store.run(send_on, "R1")
    await floor.robots()
    await floor.store.run(lambda tx: tx.update(totes, totes.c.state != "waiting", state="bound"))
    await floor.store.run(lambda tx: tx.update(orders, hold=False))
    assert await wait(floor) == "wait.other_totes"


async def test_F47_a_packer_is_told_that_an_order_is_on_hold(floor: Floor) -> None:
    for key, sku in (("1", "SKU1"), ("2", "SKU1")):
        await floor.order(key, (sku, 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "PACK-1")
    first = (await floor.screen("sato"))["target"]
    (held,) = [
        row for row in await floor.store.read(lambda reader: reader.all(totes, state="waiting")) if row.id != first
    ]
    await floor.store.run(set_hold, [held.order_id], True)
    assert (await floor.act("sato", "scan", held.id))["result"]["code"] == "pack.held"
    mine = await floor.store.read(lambda reader: reader.get(totes, id=first).order_id)
    await floor.store.run(set_hold, [mine], True)
    screen = await floor.screen("sato")
    assert (screen["process"], screen["last"]["code"]) == ("idle", "pack.held")

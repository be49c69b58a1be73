"""Answers are given again for as long as somebody may ask, and then forgotten: days in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from edge.caretaker import ROUND, Caretaker
from edge.clock import Source
from edge.host.keyed import Reply, keyed, once
from edge.host.schemas import CancelRequest
from edge.model.reasons import Refusal
from edge.store.answers import AT_A_TIME, HANDHELD_DAYS, HOST_DAYS, first_answer, keep_answer
from edge.store.store import Store
from edge.store.tables import answers, orders
from edge.store.tx import Tx
from simulators.world.loop import clock, run
from tests.support.store import START, database, small_site

DAY = 86400.0


def days(folder: Path, live: Callable[[Store], Awaitable[None]]) -> None:
    """Live some days with a caretaker."""

    async def main() -> None:
        source = Source(now=clock(), dice=Random(1))
        store = Store.open(database(folder), small_site(), source, inline=True)
        caretaker = asyncio.create_task(Caretaker(store).run())
        await live(store)
        caretaker.cancel()
        await asyncio.wait([caretaker])
        store.close()

    run(main(), 1, START)


async def kept(store: Store) -> int:
    """Return how many answers there are."""
    found: int = await store.read(lambda reader: reader.value(select(func.count()).select_from(answers)))
    return found


def act(tx: Tx, key: str, hashed: str = "h") -> Any:
    """Act as a handheld does; the body says when it was decided."""
    found = first_answer(tx, key, hashed, key)
    if found is not None:
        return found.body
    keep_answer(tx, key, hashed, {"at": tx.now.isoformat()}, days=HANDHELD_DAYS)
    return {"at": tx.now.isoformat()}


def act_often(tx: Tx, keys: list[str]) -> dict[str, Any]:
    """Act under many keys; what was answered to each."""
    return {key: act(tx, key) for key in keys}


def cancel(tx: Tx, key: str, order_id: str | None) -> Any:
    """Answer a request of the WMS; the body says when it was decided."""
    wish = CancelRequest(request_key=key, reason="customer")
    request = keyed("cancel", key, wish, order_id or "", order_id)
    return once(tx, request, lambda tx: Reply(200, {"at": tx.now.isoformat()})).body


def put_order(tx: Tx, order_id: str) -> None:
    """Put an open order into the table."""
    owner, _, key = order_id.partition("/")
    tx.insert(
        orders, id=order_id, owner=owner, order_key=key, state="accepted", carrier="yamato", cutoff_at=tx.now,
        payload_hash="", received_at=tx.now,
    )  # fmt: skip


def test_H10_the_table_of_answers_is_bounded_and_repetitions_get_their_first_answer(tmp_path: Path) -> None:
    a_day = 450

    async def live(store: Store) -> None:
        first: dict[str, Any] = {}
        for day in range(12):
            first |= await store.run(act_often, [f"{day}-{number}" for number in range(a_day)])
            for number in range(0, a_day, 50):
                key = f"{max(0, day - HANDHELD_DAYS + 1)}-{number}"
                assert await store.run(act, key) == first[key]
            await asyncio.sleep(DAY)
            assert await kept(store) <= (HANDHELD_DAYS + 1) * a_day
        assert await kept(store) > (HANDHELD_DAYS - 1) * a_day
        assert a_day > 2 * AT_A_TIME  # a day's answers take more than one step
        await asyncio.sleep(HANDHELD_DAYS * DAY + ROUND)
        assert await kept(store) == 0

    days(tmp_path, live)


def test_H10_an_answer_to_the_wms_lives_as_long_as_its_order_and_a_quarter(tmp_path: Path) -> None:
    async def live(store: Store) -> None:
        await store.run(put_order, "ACME/1")
        given = await store.run(cancel, "on-order", "ACME/1")
        await store.run(cancel, "on-nothing", None)
        await asyncio.sleep((HOST_DAYS - 1) * DAY)
        assert await kept(store) == 2
        await asyncio.sleep(2 * DAY)
        assert await kept(store) == 1
        await asyncio.sleep(HOST_DAYS * DAY)
        assert await store.run(cancel, "on-order", "ACME/1") == given
        closed = store.source.now()
        await store.run(lambda tx: tx.change(orders, {"id": "ACME/1"}, closed_at=closed))
        await asyncio.sleep((HOST_DAYS - 1) * DAY)
        assert await store.run(cancel, "on-order", "ACME/1") == given
        await asyncio.sleep(2 * DAY)
        while await kept(store):
            assert store.source.now() < closed + timedelta(days=2 * HOST_DAYS + 1)
            await asyncio.sleep(DAY)

    days(tmp_path, live)


def test_H10_other_content_under_a_kept_key_is_refused(tmp_path: Path) -> None:
    async def live(store: Store) -> None:
        await store.run(act, "K1")
        with pytest.raises(Refusal, match=r"request\.other_content"):
            await store.run(act, "K1", "other")

    days(tmp_path, live)

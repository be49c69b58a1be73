"""Prepared statements give what SQLAlchemy gives, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, null, select, update
from sqlalchemy.exc import IntegrityError

from edge.store.statement import Query, param
from edge.store.store import Store
from edge.store.tables import tasks
from edge.store.tx import Reader, Tx
from tests.support.store import START, make_store, small_site

OPEN_AT = Query(
    select(tasks.c.id, tasks.c.due_at, tasks.c.detail)
    .where(tasks.c.state.in_(("ready", "planned")), tasks.c.place == param("place"), tasks.c.due_at <= param("now"))
    .order_by(tasks.c.id)
)
COUNT = Query(select(func.count()).select_from(tasks).where(tasks.c.holder.is_(None)))
TAKE = Query(
    update(tasks)
    .where(tasks.c.id == param("task"), tasks.c.state == "ready")
    .values(epoch=tasks.c.epoch + param("more"), reason=null(), holder=param("who"))
)


@pytest.fixture
async def store(url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = make_store(tmp_path, small_site(), url=url)
    await opened.run(fill)
    yield opened
    opened.close()


def fill(tx: Tx) -> None:
    for number, state in enumerate(("ready", "planned", "done")):
        tx.insert(
            tasks,
            id=f"T{number}",
            kind="pick",
            state=state,
            subject="batch/B",
            place="ZONE:A",
            needs="picker",
            priority=5,
            due_at=START,
            created_at=START,
            reason="wait.robot",
            detail={"seq": number, "名": ["x", None, 1.5, True]},
        )


def plain(reader: Reader) -> list[Any]:
    return [tuple(row) for row in reader.rows(select(tasks).order_by(tasks.c.id))]


async def test_rows_are_what_sqlalchemy_reads(store: Store) -> None:
    def prepared(reader: Reader) -> list[Any]:
        return [tuple(row) for row in reader.all(tasks, subject="batch/B")]

    assert await store.read(prepared) == await store.read(plain)


async def test_query_takes_its_values_by_name_and_converts_both_ways(store: Store) -> None:
    def ask(reader: Reader) -> list[Any]:
        return list(reader.rows(OPEN_AT, place="ZONE:A", now=START))

    first, second = await store.read(ask)
    assert (first.id, first.due_at, first.detail["seq"], second.id) == ("T0", START, 0, "T1")


async def test_update_with_an_expression_counts_its_rows(store: Store) -> None:
    def take(tx: Tx, task: str) -> int:
        return tx.run(TAKE, task=task, more=2, who="sato")

    assert [await store.run(take, task) for task in ("T0", "T1")] == [1, 0]
    row = await store.read(lambda reader: reader.get(tasks, id="T0"))
    assert (row.epoch, row.reason, row.holder) == (2, None, "sato")
    assert await store.read(lambda reader: reader.value(COUNT)) == 2


async def test_change_sets_and_clears_columns_by_key(store: Store) -> None:
    def change(tx: Tx, /, **key: str) -> int:
        return tx.change(tasks, key, reason=None, detail={"seq": 9}, ended_at=tx.now)

    assert await store.run(change, id="T1", state="planned") == 1
    assert await store.run(change, id="T1", state="ready") == 0
    row = await store.read(lambda reader: reader.get(tasks, id="T1"))
    assert (row.reason, row.detail, row.ended_at) == (None, {"seq": 9}, START)


async def test_missing_and_unknown_values_are_refused(store: Store) -> None:
    def forget(reader: Reader) -> None:
        reader.rows(OPEN_AT, place="ZONE:A")

    def invent(tx: Tx) -> None:
        tx.insert(tasks, id="T9", colour="red")

    for wrong in (forget, invent):
        with pytest.raises(TypeError, match="wants"):
            await store.run(wrong)


async def test_drivers_error_comes_as_sqlalchemys(store: Store) -> None:
    with pytest.raises(IntegrityError):
        await store.run(fill)
    assert len(await store.read(plain)) == 3


async def test_a_row_that_is_not_there_is_none(store: Store) -> None:
    assert await store.read(lambda reader: reader.get(tasks, id="T9")) is None
    assert await store.read(lambda reader: reader.value(COUNT)) == 3

"""What every decision may rely on, on both databases and with both writers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from random import Random

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from edge.clock import Source
from edge.model.reasons import Refusal
from edge.store.database import Database, StoreError
from edge.store.store import Store
from edge.store.tables import answers, counters, journal, people
from edge.store.tx import Entry, Reader, Tx
from tests.support.store import HandClock, small_site

Open = Callable[[], Store]


@pytest.fixture(params=["thread", "inline"])
def open_store(request: pytest.FixtureRequest, url: str) -> Open:
    def open_one() -> Store:
        source = Source(now=HandClock(), dice=Random(1))
        return Store.open(Database(url), small_site(), source, inline=request.param == "inline")

    return open_one


@pytest_asyncio.fixture
async def store(open_store: Open) -> AsyncIterator[Store]:
    opened = open_store()
    yield opened
    opened.close()


def note(tx: Tx, subject: str, *, outward: bool = False) -> Entry:
    return tx.journal("test.noted", subject, outward=outward, text="日本語 ✓")


def note_and_refuse(tx: Tx, subject: str) -> None:
    note(tx, subject, outward=True)
    tx.next_number("refused")
    raise Refusal("order.unknown", order=subject)


def note_parts(tx: Tx) -> list[str]:
    """Note two things, with a part in between that is refused, and one that is refused within it."""
    said = []
    note(tx, "before", outward=True)
    for part in (note_and_refuse, note, note_and_refuse):
        try:
            tx.part(part, "part")
            said.append("done")
        except Refusal as refusal:
            said.append(refusal.code)
    note(tx, "after")
    return said


def insert_twice(tx: Tx) -> None:
    tx.insert(counters, name="twice", value=1)
    tx.insert(counters, name="twice", value=1)


def swallow_an_error(tx: Tx) -> str:
    try:
        insert_twice(tx)
    except DBAPIError:
        return "went on"
    return "no error"


def all_entries(reader: Reader) -> list[tuple[int, str, int | None]]:
    rows = reader.rows(select(journal.c.seq, journal.c.subject, journal.c.number).order_by(journal.c.seq))
    return [tuple(row) for row in rows]


async def test_a_refused_part_leaves_nothing_and_the_rest_of_its_decision_stays(store: Store) -> None:
    watched: list[str] = []
    store.watch(lambda entries: watched.extend(entry.subject for entry in entries))
    assert await store.run(note_parts) == ["order.unknown", "done", "order.unknown"]
    assert await store.read(all_entries) == [(1, "before", 1), (2, "part", None), (3, "after", None)]
    assert watched == ["before", "part", "after"]
    assert await store.read(lambda reader: reader.get(counters, name="refused")) is None
    assert (await store.run(note, "next")).seq == 4


async def test_answer_is_given_after_the_commit(store: Store) -> None:
    def committed(reader: Reader, seq: int) -> bool:
        return reader.one(select(journal.c.seq).where(journal.c.seq == seq)) is not None

    entry = await store.run(note, "a")
    assert await store.read(committed, entry.seq)


async def test_refused_decision_leaves_nothing_and_its_neighbours_stay(store: Store) -> None:
    futures: list[asyncio.Future[object]] = []
    for number in range(30):
        decide = note_and_refuse if number % 3 == 1 else note
        futures.append(store.run(decide, f"s{number}"))
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert [isinstance(result, Refusal) for result in results] == [number % 3 == 1 for number in range(30)]
    kept = await store.read(all_entries)
    assert [subject for _, subject, _ in kept] == [f"s{number}" for number in range(30) if number % 3 != 1]
    assert [seq for seq, _, _ in kept] == list(range(1, 21))
    assert await store.run(lambda tx: tx.next_number("refused")) == 1


async def test_many_decisions_share_a_commit(store: Store) -> None:
    await asyncio.gather(*(store.run(note, "a") for _ in range(200)))
    assert store.writer.commits <= 20


async def test_database_error_of_one_decision_is_its_own(store: Store) -> None:
    before, bad, after = store.run(note, "a"), store.run(insert_twice), store.run(note, "b")
    await before
    with pytest.raises(IntegrityError):
        await bad
    await after
    assert [subject for _, subject, _ in await store.read(all_entries)] == ["a", "b"]


async def test_error_that_names_a_column_like_a_lock_is_not_a_lost_transaction(store: Store) -> None:
    def no_name(tx: Tx) -> None:
        tx.connection.execute(people.insert(), [{"id": "locked full connection", "name_ja": None}])

    before, bad, after = store.run(note, "a"), store.run(no_name), store.run(note, "b")
    await before
    with pytest.raises(IntegrityError):
        await bad
    await after


async def test_decision_that_swallows_a_database_error_does_not_harm_its_neighbours(store: Store) -> None:
    before, odd, after = store.run(note, "a"), store.run(swallow_an_error), store.run(note, "b")
    await before
    (said,) = await asyncio.gather(odd, return_exceptions=True)
    assert said == "went on" or isinstance(said, DBAPIError)
    await after
    assert [subject for _, subject, _ in await store.read(all_entries)] == ["a", "b"]


async def test_bug_in_a_decision_is_told_and_work_goes_on(store: Store) -> None:
    def bug(tx: Tx) -> None:
        tx.journal("test.noted", "x", unknown=object())

    with pytest.raises(Exception, match="unsupported"):
        await store.run(bug)
    assert (await store.run(note, "a")).seq == 1


async def test_H09_number_grows_per_subject_over_outward_entries_only(store: Store) -> None:
    for subject, outward in [("a", True), ("b", True), ("a", False), ("a", True), ("b", True), ("a", True)]:
        await store.run(note, subject, outward=outward)
    with pytest.raises(Refusal):
        await store.run(note_and_refuse, "a")
    await store.run(note, "a", outward=True)
    kept = await store.read(all_entries)
    assert [number for _, subject, number in kept if subject == "a"] == [1, None, 2, 3, 4]
    assert [number for _, subject, number in kept if subject == "b"] == [1, 2]


async def test_H09_numbers_and_sequence_go_on_after_a_restart(open_store: Open) -> None:
    first = open_store()
    await first.run(note, "a", outward=True)
    first.close()
    second = open_store()
    entry = await second.run(note, "a", outward=True)
    second.close()
    assert (entry.seq, entry.number) == (2, 2)


async def test_two_outward_entries_of_one_decision_are_numbered_in_order(store: Store) -> None:
    def both(tx: Tx) -> list[int | None]:
        return [note(tx, "a", outward=True).number, note(tx, "a", outward=True).number]

    assert await store.run(both) == [1, 2]


async def test_watchers_see_each_committed_entry_once_in_order_before_the_answer(store: Store) -> None:
    seen: list[int] = []

    def watcher(entries: Sequence[Entry]) -> None:
        seen.extend(entry.seq for entry in entries)

    stop = store.watch(watcher)
    for _ in range(3):
        results = await asyncio.gather(
            *(store.run(note_and_refuse if n % 5 == 2 else note, "a") for n in range(40)), return_exceptions=True
        )
        told = [result.seq for result in results if isinstance(result, Entry)]
        assert set(told) <= set(seen)
    assert seen == list(range(1, len(seen) + 1))
    stop()
    await store.run(note, "a")
    assert len(seen) == 96


async def test_failing_watcher_keeps_nobody_waiting(store: Store) -> None:
    seen: list[int] = []

    def bad(entries: Sequence[Entry]) -> None:
        raise ValueError("a watcher's bug")

    store.watch(bad)
    store.watch(lambda entries: seen.append(len(entries)))
    async with asyncio.timeout(20):
        await store.run(note, "a")
    assert seen == [1]


async def test_cancelled_waiter_does_not_undo_the_decision(store: Store) -> None:
    future = store.run(note, "a")
    future.cancel()
    await store.run(note, "b")
    assert [subject for _, subject, _ in await store.read(all_entries)] == ["a", "b"]


async def test_counter_starts_at_one_and_only_grows(store: Store) -> None:
    numbers = await asyncio.gather(*(store.run(lambda tx: tx.next_number("tracking")) for _ in range(20)))
    assert numbers == list(range(1, 21))


async def test_reader_sees_one_moment_even_while_decisions_commit(url: str) -> None:
    store = Store.open(Database(url), small_site(), Source(now=HandClock(), dice=Random(1)))
    loop = asyncio.get_running_loop()
    await store.run(note, "a")

    def count_twice(reader: Reader) -> tuple[int, int]:
        first = reader.value(select(func.count()).select_from(journal))
        asyncio.run_coroutine_threadsafe(_await(store.run, note, "b"), loop).result()
        return first, reader.value(select(func.count()).select_from(journal))

    assert await store.read(count_twice) == (1, 1)
    assert len(await store.read(all_entries)) == 2
    store.close()


async def _await(run: Callable[..., asyncio.Future[Entry]], *arguments: object) -> None:
    await run(*arguments)


async def test_types_come_back_as_they_went_in(store: Store) -> None:
    at = HandClock()()
    body = {"text": "〜－髙", "number": 2**40, "none": None, "list": [1, "a"]}
    await store.run(lambda tx: tx.insert(answers, key="k", request_hash="h", status=200, body=body, at=at))
    row = await store.read(lambda reader: reader.one(select(answers)))
    assert row is not None
    assert (row.body, row.at) == (body, at)


async def test_close_decides_what_is_queued(open_store: Open) -> None:
    store = open_store()
    futures = [store.run(note, "a") for _ in range(5)]
    store.close()
    assert [entry.seq for entry in await asyncio.gather(*futures)] == [1, 2, 3, 4, 5]


async def test_second_edge_on_one_database_is_refused(open_store: Open, url: str) -> None:
    store = open_store()
    with pytest.raises(StoreError, match="is in use by another genba"):
        Database(url)
    store.close()
    Database(url).close()


async def test_database_of_another_site_is_refused(open_store: Open, url: str) -> None:
    open_store().close()
    site = small_site()
    other = site.model_copy(update={"site": site.site.model_copy(update={"id": "T2"})})
    database = Database(url)
    with pytest.raises(StoreError, match="belongs to site T1, the site file says T2"):
        Store.open(database, other, Source(now=HandClock(), dice=Random(1)))
    database.close()

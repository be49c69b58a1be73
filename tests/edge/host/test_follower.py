"""The follower in virtual time: faults of every kind, outages, a poison message, a killed edge."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from edge.clock import Source
from edge.host.follower import DOWN_SECONDS, GATHER_SECONDS, Fault, Follower, SendError
from edge.host.outbox import Outcome, Result, parked, retry, take
from edge.store.store import Store
from edge.store.tables import exceptions, journal
from edge.store.tx import Entry, Reader
from simulators.world.loop import clock, run, virtual_loop
from tests.edge.host.model import Judge, happen
from tests.support.store import START, database, small_site

Script = Callable[[Sequence[Entry]], None]


class FakeSink:
    """A receiver in memory; `script` may raise SendError, `poison` numbers are refused or break it."""

    name = "wms"
    down_code = "exception.wms_down"

    def __init__(self, judge: Judge, *, most: int = 10, script: Script = lambda _entries: None) -> None:
        self.judge = judge
        self.most = most
        self.script = script
        self.refuse: dict[str, None] = {}
        self.sizes: list[int] = []
        self.times: list[float] = []

    async def send(self, entries: Sequence[Entry]) -> Mapping[int, Result]:
        self.sizes.append(len(entries))
        self.times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.02)
        self.script(entries)
        return {entry.seq: self._hear(entry) for entry in entries}

    def _hear(self, entry: Entry) -> Result:
        if entry.subject in self.refuse:
            return Result(Outcome.REFUSED, "poison")
        assert entry.number is not None
        self.judge.hear(entry.subject, entry.number)
        return Result(Outcome.DELIVERED)


def virtually(test: Callable[[Store], Awaitable[None]], folder: Path, seed: int = 1) -> None:
    """Run a test with a store of its own in virtual time."""

    async def main() -> None:
        store = open_store(folder, seed)
        await test(store)
        store.close()

    run(main(), seed, START)


def open_store(folder: Path, seed: int, crash: Callable[[str], bool] = lambda _point: False) -> Store:
    source = Source(now=clock(), dice=Random(seed))
    return Store.open(database(folder), small_site(), source, inline=True, crash=crash)


async def all_told(store: Store, seconds: float = 3600, *, step: float = 0.5) -> None:
    async with asyncio.timeout(seconds):
        while (await store.read(take, "wms", 1)).waiting:  # noqa: ASYNC110  virtual time
            await asyncio.sleep(step)


def troubles(reader: Reader) -> list[tuple[str, str, str]]:
    rows = reader.rows(select(exceptions.c.code, exceptions.c.subject, exceptions.c.state).order_by(exceptions.c.since))
    return [(row.code, row.subject, row.state) for row in rows]


@pytest.mark.parametrize("seed", range(6))
def test_H08_H11_faulty_receiver_and_killed_edge_never_lose_or_disorder(tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    judge = Judge()
    happened: dict[str, int] = {}

    def trouble(entries: Sequence[Entry]) -> None:
        fate = dice.random()
        if fate < 0.2:
            fault = dice.choice([Fault.UNREACHABLE, Fault.BUSY, Fault.SICK])
            raise SendError(fault, "bad luck", dice.choice([None, 3.0]))
        if fate < 0.4:  # it was heard, but the answer is lost (H13)
            for entry in entries[: dice.randint(0, len(entries))]:
                judge.hear(entry.subject, entry.number or 0)
            raise SendError(Fault.SICK, "time-out")

    async def main() -> None:
        for life in range(5):
            store = open_store(tmp_path, seed, crashes_with(Random(seed * 10 + life), 0.02 if life < 4 else 0.0))
            follower = asyncio.create_task(Follower(store, FakeSink(judge, script=trouble)).run())
            await work_until_killed(store, dice)
            if life == 4:
                await all_told(store)
                happened.update(await store.read(_outward))
            follower.cancel()
            await asyncio.wait([follower])
            store.database.close()

    run(main(), seed, START)
    assert judge.complete(happened)
    assert happened


def crashes_with(dice: Random, share: float) -> Callable[[str], bool]:
    return lambda _point: dice.random() < share


async def work_until_killed(store: Store, dice: Random) -> None:
    for _ in range(15):
        future = store.run(happen, [f"order/ACME/{dice.randint(1, 6)}" for _ in range(5)])
        await asyncio.wait([future], timeout=5)
        if not future.done():
            return
        await asyncio.sleep(dice.random())


def _outward(reader: Reader) -> list[tuple[str, int]]:
    told = select(journal.c.subject, journal.c.number).where(journal.c.number.is_not(None)).order_by(journal.c.seq)
    return [(row.subject, row.number) for row in reader.rows(told)]


def test_H12_poison_message_is_parked_and_others_are_never_blocked(tmp_path: Path) -> None:
    """A receiver that answers 500 whenever a certain order is in the request."""
    judge = Judge()

    def poisoned(entries: Sequence[Entry]) -> None:
        if any(entry.subject == "order/ACME/3" for entry in entries):
            raise SendError(Fault.SICK, "HTTP 500")

    async def test(store: Store) -> None:
        sink = FakeSink(judge, script=poisoned)
        follower = asyncio.create_task(Follower(store, sink).run())
        for _ in range(40):
            await store.run(happen, [f"order/ACME/{n}" for n in range(6)])
            await asyncio.sleep(20)
        told = {subject: len(numbers) for subject, numbers in judge.told.items()}
        assert told == {f"order/ACME/{n}": 40 for n in range(6) if n != 3}
        ((entry, error),) = await store.read(parked, "wms")
        assert (entry.subject, entry.number, error) == ("order/ACME/3", 1, "HTTP 500")
        sink.script = lambda _entries: None
        await store.run_as("person:mori", retry, "wms", "order/ACME/3")
        await all_told(store, 60)
        assert judge.told["order/ACME/3"] == list(range(1, 41))
        follower.cancel()

    virtually(test, tmp_path)


def test_H12_request_found_wrong_is_cut_down_to_the_event_that_is(tmp_path: Path) -> None:
    judge = Judge()

    def strict(entries: Sequence[Entry]) -> None:
        if any(entry.subject == "order/ACME/7" for entry in entries):
            raise SendError(Fault.WRONG, "HTTP 400")

    async def test(store: Store) -> None:
        await store.run(happen, [f"order/ACME/{n}" for n in range(20)])
        follower = asyncio.create_task(Follower(store, FakeSink(judge, script=strict)).run())
        await asyncio.sleep(3)
        assert len(judge.told) == 19
        ((entry, _),) = await store.read(parked, "wms")
        assert entry.subject == "order/ACME/7"
        follower.cancel()

    virtually(test, tmp_path)


@pytest.mark.parametrize("fault", [Fault.SICK, Fault.WRONG, Fault.UNREACHABLE, Fault.DENIED])
def test_receiver_that_refuses_everything_is_at_fault_itself(tmp_path: Path, fault: Fault) -> None:
    """A broken release of the WMS must not park a day's confirmations one by one."""
    judge = Judge()

    def broken(entries: Sequence[Entry]) -> None:
        raise SendError(fault, "broken")

    async def test(store: Store) -> None:
        sink = FakeSink(judge, script=broken)
        follower = asyncio.create_task(Follower(store, sink).run())
        for _ in range(30):
            await store.run(happen, [f"order/ACME/{n}" for n in range(10)])
            await asyncio.sleep(60)
        assert len(await store.read(parked, "wms")) <= 2
        assert ("exception.wms_down", "wms", "open") in await store.read(troubles)
        sink.script = lambda _entries: None
        for entry, _ in await store.read(parked, "wms"):
            await store.run(retry, "wms", entry.subject)
        await all_told(store, 300)
        assert judge.complete({f"order/ACME/{n}": 30 for n in range(10)})
        assert all(state == "solved" for _, _, state in await store.read(troubles))
        follower.cancel()

    virtually(test, tmp_path)


def test_long_outage_is_made_up_for_in_full_batches(tmp_path: Path) -> None:
    judge = Judge()
    states: list[tuple[bool, int]] = []
    away = True

    def outage(entries: Sequence[Entry]) -> None:
        if away:
            raise SendError(Fault.UNREACHABLE, "no line")

    async def test(store: Store) -> None:
        nonlocal away
        sink = FakeSink(judge, most=100, script=outage)
        link = Follower(store, sink, lambda link: states.append((link.up, link.waiting)))
        follower = asyncio.create_task(link.run())
        for hour in range(6):
            await store.run(happen, [f"order/ACME/{hour * 20 + n // 5}" for n in range(100)])
            await asyncio.sleep(3600)
        tries = len(sink.sizes)
        assert tries < 6 * 60 * 3
        assert max(b - a for a, b in zip(sink.times, sink.times[1:], strict=False)) <= 61
        assert not link.link.up
        assert link.link.waiting == 600
        away = False
        await all_told(store, 120)
        assert len(sink.sizes) - tries <= 12
        assert judge.complete({f"order/ACME/{n}": 5 for n in range(120)})
        await asyncio.sleep(1)
        assert states[-1] == (True, 0)
        follower.cancel()

    virtually(test, tmp_path)


def test_trouble_is_raised_after_five_minutes_once_and_solved_by_itself(tmp_path: Path) -> None:
    away = False

    def outage(entries: Sequence[Entry]) -> None:
        if away:
            raise SendError(Fault.UNREACHABLE, "no line")

    async def test(store: Store) -> None:
        nonlocal away
        follower = asyncio.create_task(Follower(store, FakeSink(Judge(), script=outage)).run())
        await asyncio.sleep(120)
        away = True
        await store.run(happen, ["order/ACME/1"])
        await asyncio.sleep(DOWN_SECONDS - 70)
        assert await store.read(troubles) == []
        await asyncio.sleep(130)
        assert await store.read(troubles) == [("exception.wms_down", "wms", "open")]
        await asyncio.sleep(3600)
        away = False
        await asyncio.sleep(70)
        assert await store.read(troubles) == [("exception.wms_down", "wms", "solved")]
        follower.cancel()

    virtually(test, tmp_path)


def test_H19_wish_to_wait_is_honoured_but_not_for_days(tmp_path: Path) -> None:
    wishes = [40.0, 1_000_000.0]

    def busy(entries: Sequence[Entry]) -> None:
        if wishes and entries:
            raise SendError(Fault.BUSY, "HTTP 429", wishes.pop(0))

    async def test(store: Store) -> None:
        await store.run(happen, ["order/ACME/1"])
        sink = FakeSink(Judge(), script=busy)
        link = Follower(store, sink)
        follower = asyncio.create_task(link.run())
        await all_told(store, step=20)
        first, second, third = sink.times[:3]
        assert 40 <= second - first < 41
        assert 900 <= third - second < 901
        follower.cancel()

    virtually(test, tmp_path)


def test_too_large_request_is_made_smaller_for_good(tmp_path: Path) -> None:
    def small(entries: Sequence[Entry]) -> None:
        if len(entries) > 4:
            raise SendError(Fault.LARGE, "HTTP 413")

    async def test(store: Store) -> None:
        judge = Judge()
        sink = FakeSink(judge, most=16, script=small)
        await store.run(happen, [f"order/ACME/{n}" for n in range(64)])
        follower = asyncio.create_task(Follower(store, sink).run())
        await all_told(store, 10)
        assert sum(size > 4 for size in sink.sizes) == 2
        assert judge.complete({f"order/ACME/{n}": 1 for n in range(64)})
        follower.cancel()

    virtually(test, tmp_path)


def test_news_is_sent_soon_and_an_idle_follower_only_probes(tmp_path: Path) -> None:
    async def test(store: Store) -> None:
        judge = Judge()
        sink = FakeSink(judge)
        follower = asyncio.create_task(Follower(store, sink).run())
        await asyncio.sleep(600)
        assert 9 <= len(sink.sizes) <= 11
        assert not any(sink.sizes)
        await store.run(happen, ["order/ACME/1"])
        await asyncio.sleep(2 * GATHER_SECONDS)
        assert judge.told == {"order/ACME/1": [1]}
        follower.cancel()

    virtually(test, tmp_path)


def test_failing_store_does_not_stop_the_follower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(store: Store) -> None:
        judge = Judge()
        await store.run(happen, ["order/ACME/1", "order/ACME/2"])
        writer = store.database.writer
        pages = writer.exec_driver_sql("PRAGMA page_count").scalar_one()
        writer.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        writer.rollback()
        monkeypatch.setattr("edge.host.follower.record", _record_much)
        follower = asyncio.create_task(Follower(store, FakeSink(judge)).run())
        await asyncio.sleep(200)
        assert judge.repeated > 2
        monkeypatch.undo()
        await all_told(store, 200)
        assert judge.complete({"order/ACME/1": 1, "order/ACME/2": 1})
        follower.cancel()

    virtually(test, tmp_path)


def test_bug_in_the_receivers_code_does_not_stop_the_follower(tmp_path: Path) -> None:
    bugs = [ValueError("a bug"), KeyError("another")]

    def buggy(entries: Sequence[Entry]) -> None:
        if entries and bugs:
            raise bugs.pop()

    async def test(store: Store) -> None:
        judge = Judge()
        await store.run(happen, ["order/ACME/1"])
        follower = asyncio.create_task(Follower(store, FakeSink(judge, script=buggy)).run())
        await all_told(store, 60)
        follower.cancel()

    virtually(test, tmp_path)


def _record_much(tx: Any, *_arguments: Any) -> None:
    for _ in range(100):
        tx.journal("test.filler", "x", filler="x" * 4000)


def test_clock_jump_does_not_disturb_the_order(tmp_path: Path) -> None:
    async def test(store: Store) -> None:
        judge = Judge()
        follower = asyncio.create_task(Follower(store, FakeSink(judge)).run())
        for hours in (0, -5, 9, -1):
            virtual_loop().jump_clock(timedelta(hours=hours))
            await store.run(happen, ["order/ACME/1", "order/ACME/2"])
            await asyncio.sleep(GATHER_SECONDS + 1)
        assert judge.complete({"order/ACME/1": 4, "order/ACME/2": 4})
        follower.cancel()

    virtually(test, tmp_path)

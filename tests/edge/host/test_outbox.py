"""What is sent next and what is written down: pure decisions, tried with every mishap in any order."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from edge.clock import Source
from edge.host.outbox import (
    ATTEMPTS,
    Batch,
    Outcome,
    Result,
    cursor_of,
    discard,
    is_unresolved,
    parked,
    record,
    retry,
    take,
    told_up_to,
)
from edge.model.reasons import Refusal
from edge.store.store import Store
from edge.store.tables import exceptions, held
from tests.edge.host.model import Judge, happen
from tests.support.store import HandClock, database, make_store, small_site

SUBJECTS = [f"stock/ACME/S{number}" for number in range(4)]
DELIVERED = Result(Outcome.DELIVERED)
FATES = st.sampled_from(["delivered", "delivered", "delivered", "failed", "refused", "put_off"])


class OutboxMachine(RuleBasedStateMachine):
    """Events happen, are sent, refused, lost; the edge is killed; people retry and discard."""

    template: Path
    lives = 0

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="genba-outbox-"))
        shutil.copy(self.template, self.folder / "genba.db")
        self.clock = HandClock()
        self.judge = Judge()
        self.happened: dict[str, int] = {}
        self.store = self._open_store()

    @rule(subjects=st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=5))
    def something_happens(self, subjects: list[str]) -> None:
        for entry in self._run(happen, subjects):
            assert entry.number is not None
            self.happened[entry.subject] = entry.number

    @rule(limit=st.integers(1, 4), fates=st.lists(FATES, min_size=4, max_size=4), suspect=st.booleans())
    def send(self, limit: int, fates: list[str], suspect: bool) -> None:
        batch = self._take(limit, suspect=suspect)
        results = {}
        for entry, fate in zip(batch.entries, fates, strict=False):
            results[entry.seq] = Result(Outcome(fate), "why")
            if fate == "delivered":
                self.judge.hear(entry.subject, entry.number or 0)
        self._run(record, "wms", batch, results)

    @rule(limit=st.integers(1, 4), heard=st.integers(0, 4))
    def killed_before_the_answer_is_written_down(self, limit: int, heard: int) -> None:
        for entry in self._take(limit).entries[:heard]:
            self.judge.hear(entry.subject, entry.number or 0)
        self.store.database.close()
        self.store = self._open_store()

    @rule(seconds=st.sampled_from([0.3, 2, 100]))
    def time_passes(self, seconds: float) -> None:
        self.clock.pass_(seconds=seconds)

    @precondition(lambda self: bool(self._parked()))
    @rule(data=st.data(), again=st.booleans())
    def person_decides(self, data: st.DataObject, again: bool) -> None:
        entry, error = data.draw(st.sampled_from(self._parked()))
        assert error == "why"
        if again:
            self._run(retry, "wms", entry.subject)
        else:
            self._run(discard, "wms", entry.subject, "nobody wants it")
            self.judge.give_up(entry.subject, entry.number or 0)

    @rule()
    def others_are_never_blocked(self) -> None:
        """All that is not held by its own failure goes out without time passing or anybody deciding."""
        while (batch := self._take(3)).entries:
            for entry in batch.entries:
                self.judge.hear(entry.subject, entry.number or 0)
            self._run(record, "wms", batch, {entry.seq: DELIVERED for entry in batch.entries})
        stuck = {row.subject: None for row in self._read(lambda reader: reader.rows(select(held)))}
        assert self.judge.complete({subject: n for subject, n in self.happened.items() if subject not in stuck})

    @invariant()
    def nothing_waits_unseen(self) -> None:
        """Whatever was not told is counted, and the journal is told only up to the first such entry."""
        if not hasattr(self, "store"):
            return
        batch = self._take(4)
        gone = sum(len(n) for n in self.judge.told.values()) + sum(len(n) for n in self.judge.given_up.values())
        assert batch.waiting >= sum(self.happened.values()) - gone
        assert len({entry.subject for entry in batch.entries}) == len(batch.entries)
        assert (batch.waiting == 0) == (self._read(told_up_to, "wms") == self.store.writer._group.seq)

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        for entry, _ in self._parked():
            self._run(retry, "wms", entry.subject)
        self.clock.pass_(seconds=1000)
        self.others_are_never_blocked()
        assert self.judge.complete(self.happened)
        assert self._take(4).waiting == 0
        self.store.database.close()
        self.loop.close()
        shutil.rmtree(self.folder)

    def _open_store(self) -> Store:
        async def open_one() -> Store:
            self.lives += 1
            source = Source(now=self.clock, dice=Random(self.lives))
            return Store.open(database(self.folder), small_site(), source, inline=True)

        return self.loop.run_until_complete(open_one())

    def _run(self, decide: Any, *arguments: Any) -> Any:
        async def run() -> Any:
            return await self.store.run(decide, *arguments)

        return self.loop.run_until_complete(run())

    def _read(self, query: Any, *arguments: Any) -> Any:
        return self.loop.run_until_complete(self.store.read(query, *arguments))

    def _take(self, limit: int, *, suspect: bool = False) -> Batch:
        batch: Batch = self.loop.run_until_complete(self.store.read(take, "wms", limit, suspect=suspect))
        assert len(batch.entries) <= limit
        return batch

    def _parked(self) -> list[Any]:
        return list(self._read(parked, "wms"))


async def test_H08_H11_every_number_arrives_in_order_whatever_happens(tmp_path: Path) -> None:
    make_store(tmp_path, small_site()).close()

    class Machine(OutboxMachine):
        template = tmp_path / "genba.db"

    def run() -> None:
        chosen = settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # every step costs disk writes: too slow to shrink
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(Machine, settings=chosen)

    await asyncio.to_thread(run)


async def sent(store: Store, batch: Batch, result: Result) -> None:
    await store.run(record, "wms", batch, {entry.seq: result for entry in batch.entries})


async def test_H12_refused_entry_is_parked_and_told_to_people(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    await store.run(happen, ["order/ACME/1", "order/ACME/1", "order/ACME/2"])
    await sent(store, await store.read(take, "wms", 1), Result(Outcome.REFUSED, "no such order"))
    left = await store.read(take, "wms", 10)
    assert [entry.subject for entry in left.entries] == ["order/ACME/2"]
    assert [(entry.number, error) for entry, error in await store.read(parked, "wms")] == [(1, "no such order")]
    trouble = await store.read(lambda reader: reader.one(select(exceptions)))
    assert trouble is not None
    assert (trouble.code, trouble.subject, trouble.state) == ("exception.parked", "order/ACME/1", "open")
    assert trouble.detail["error"] == "no such order"
    await store.run_as("person:mori", retry, "wms", "order/ACME/1")
    again = await store.read(take, "wms", 10)
    assert [(entry.subject, entry.number) for entry in again.entries] == [("order/ACME/1", 1), ("order/ACME/2", 1)]
    state = await store.read(lambda reader: reader.value(select(exceptions.c.state)))
    assert state == "solved"
    store.close()


async def test_H12_discarded_entry_is_journaled_with_who_and_why(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    await store.run(happen, ["order/ACME/1", "order/ACME/1"])
    seen: list[Any] = []
    await sent(store, await store.read(take, "wms", 10), Result(Outcome.REFUSED, "bad"))
    store.watch(seen.extend)
    await store.run_as("person:mori", discard, "wms", "order/ACME/1", "booked by hand")
    assert [(e.kind, e.actor, e.reason) for e in seen if e.kind.startswith("host.")] == [
        ("host.discarded", "person:mori", "booked by hand")
    ]
    assert [entry.number for entry in (await store.read(take, "wms", 10)).entries] == [2]
    with pytest.raises(Refusal, match=r"host\.not_parked"):
        await store.run(discard, "wms", "order/ACME/1", "again")
    with pytest.raises(Refusal, match=r"host\.not_parked"):
        await store.run(retry, "wms", "order/ACME/9")
    store.close()


async def test_H12_entry_that_fails_again_and_again_is_parked_at_last(tmp_path: Path) -> None:
    clock = HandClock()
    store = make_store(tmp_path, small_site(), clock)
    await store.run(happen, ["order/ACME/1"])
    waits = []
    for _ in range(ATTEMPTS):
        batch = await store.read(take, "wms", 10)
        assert len(batch.entries) == 1
        await sent(store, batch, Result(Outcome.FAILED, "HTTP 500"))
        idle = await store.read(take, "wms", 10)
        if idle.next_at is not None:
            waits.append((idle.next_at - clock.time).total_seconds())
            clock.time = idle.next_at
    assert waits == sorted(waits) or max(waits) <= 60
    assert all(0.5 <= wait <= 60 for wait in waits)
    assert len(waits) == ATTEMPTS - 1
    clock.pass_(days=1)
    assert not (await store.read(take, "wms", 10)).entries
    assert len(await store.read(parked, "wms")) == 1
    store.close()


async def test_H13_an_entry_without_a_clear_answer_stays_unresolved_until_a_repetition_answers(tmp_path: Path) -> None:
    clock = HandClock()
    store = make_store(tmp_path, small_site(), clock)
    await store.run(happen, ["order/ACME/1"])
    for _ in range(ATTEMPTS):
        await sent(store, await store.read(take, "wms", 10), Result(Outcome.FAILED, "time-out"))
        clock.pass_(minutes=2)
    trouble = await store.read(lambda reader: reader.one(select(exceptions)))
    assert trouble is not None
    assert (trouble.code, trouble.state) == ("exception.unresolved", "open")
    assert await store.read(is_unresolved, "wms", "order/ACME/1")
    await store.run_as("person:mori", retry, "wms", "order/ACME/1")
    again = await store.read(take, "wms", 10)
    assert [(entry.subject, entry.number) for entry in again.entries] == [("order/ACME/1", 1)]  # the same key
    await sent(store, again, Result(Outcome.REFUSED, "no such order"))
    open_ = await store.read(lambda reader: reader.all(exceptions, state="open"))
    assert [row.code for row in open_] == ["exception.parked"]
    assert not await store.read(is_unresolved, "wms", "order/ACME/1")
    store.close()


async def test_put_off_entry_is_never_parked(tmp_path: Path) -> None:
    clock = HandClock()
    store = make_store(tmp_path, small_site(), clock)
    await store.run(happen, ["order/ACME/1"])
    for _ in range(ATTEMPTS * 2):
        await sent(store, await store.read(take, "wms", 10), Result(Outcome.PUT_OFF, "HTTP 500"))
        clock.pass_(minutes=2)
    assert len((await store.read(take, "wms", 10)).entries) == 1
    store.close()


async def test_batch_looks_past_repeated_subjects_and_fills_itself(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    await store.run(happen, [f"order/ACME/{number // 5}" for number in range(50)])
    batch = await store.read(take, "wms", 8)
    assert [entry.subject for entry in batch.entries] == [f"order/ACME/{number}" for number in range(8)]
    rounds = 0
    while batch.entries:
        await sent(store, batch, DELIVERED)
        batch = await store.read(take, "wms", 8)
        rounds += 1
    assert rounds <= 12
    assert await store.read(lambda reader: reader.rows(select(held))) == []
    assert await store.read(cursor_of, "wms") == 99
    store.close()


async def test_two_followers_do_not_know_each_other(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    await store.run(happen, ["order/ACME/1", "order/ACME/2"])
    await sent(store, await store.read(take, "wms", 10), Result(Outcome.REFUSED, "no"))
    assert len((await store.read(take, "hook", 10)).entries) == 2
    store.close()

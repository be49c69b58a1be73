"""The task queue: most urgent first, leases that end, fences that hold, and a reason for everything that waits."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlmodel import SQLModel

from edge.clock import Source
from edge.model.reasons import Refusal
from edge.model.states import TASK_MOVES, TASK_OPEN, TaskKind, TaskState
from edge.model.words import WORDS
from edge.store.line import Line
from edge.store.queue import (
    Claim,
    add_task,
    cancel_task,
    claim,
    claim_next,
    expired,
    finish,
    is_held,
    make_ready,
    release,
    start,
    why,
)
from edge.store.store import Store
from edge.store.tables import seats, tasks
from edge.store.tx import Tx
from simulators.world.loop import clock, run
from tests.support.store import START, HandClock, database, make_store, small_site

LEASE = timedelta(seconds=small_site().rules.lease_seconds)


def release_all(tx: Tx) -> None:
    """Take back all work whose lease is over."""
    for task_id in expired(tx):
        release(tx, task_id, "work.lease")


class Bench:
    """A decision in hand, outside of any loop: each test is one connection to a database in memory."""

    def __init__(self) -> None:
        engine = create_engine("sqlite://")
        SQLModel.metadata.create_all(engine)
        self.clock = HandClock()
        self.connection = engine.connect()
        self.source = Source(now=self.clock, dice=random.Random(1))

    @property
    def tx(self) -> Tx:
        """A decision of this moment."""
        seq = getattr(self, "_seq", 0) + 1000
        self._seq = seq
        return Tx(Line(self.connection), small_site(), self.source, "edge", seq)

    def add(self, *, priority: int = 5, due: int = 60, place: str = "ZONE:A", **more: Any) -> str:
        """Add a pick that is due in some minutes."""
        due_at = START + timedelta(minutes=due)
        kind = more.pop("kind", TaskKind.PICK)
        return add_task(self.tx, kind, "batch/1", place=place, needs="picker", priority=priority, due_at=due_at, **more)

    def row(self, task_id: str) -> Any:
        """Return the task."""
        return self.tx.get(tasks, id=task_id)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.connection.close()


def test_P37_finish_with_old_fence_is_refused(bench: Bench) -> None:
    task = bench.add()
    old = claim(bench.tx, task, "person:sato")
    bench.clock.pass_(seconds=LEASE.total_seconds() + 1)
    assert expired(bench.tx) == [task]
    release(bench.tx, task, "work.lease")
    new = claim(bench.tx, task, "person:kim")
    assert new.epoch > old.epoch
    for late in (start, finish):
        with pytest.raises(Refusal) as refused:
            late(bench.tx, old)
        assert refused.value.code == "work.not_yours"
        assert refused.value.code in WORDS
    assert not is_held(bench.tx, old)
    finish(bench.tx, new)
    with pytest.raises(Refusal):
        finish(bench.tx, new)
    assert bench.row(task).state == TaskState.DONE


def test_P37_a_holder_whose_lease_ran_out_unnoticed_may_still_finish(bench: Bench) -> None:
    held = claim(bench.tx, bench.add(), "person:sato")
    bench.clock.pass_(seconds=LEASE.total_seconds() * 3)
    finish(bench.tx, held)
    assert expired(bench.tx) == []


def test_P40_a_scan_renews_the_lease(bench: Bench) -> None:
    held = claim(bench.tx, bench.add(), "person:sato")
    for _ in range(4):
        bench.clock.pass_(seconds=LEASE.total_seconds() - 1)
        assert expired(bench.tx) == []
        start(bench.tx, held)
    assert is_held(bench.tx, held)


def test_P40_robots_are_not_watched_by_leases(bench: Bench) -> None:
    held = claim(bench.tx, bench.add(kind=TaskKind.CARRY, place=""), "robot:R1")
    bench.clock.pass_(days=1)
    assert expired(bench.tx) == []
    finish(bench.tx, held)


def test_only_one_of_two_gets_a_task(bench: Bench) -> None:
    task = bench.add()
    claim(bench.tx, task, "person:sato")
    with pytest.raises(Refusal):
        claim(bench.tx, task, "person:kim")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-30, 30), st.integers(0, 3)), max_size=12))
def test_the_most_urgent_is_claimed_first_then_the_first_due_then_the_oldest(
    given_: list[tuple[int, int, int]],
) -> None:
    bench = Bench()
    wanted = []
    for priority, due, pause in given_:
        bench.clock.pass_(seconds=pause)
        task = bench.add(priority=priority, due=due)
        wanted.append((-priority, due, bench.clock(), task))
    got = []
    while (one := claim_next(bench.tx, "person:sato", [TaskKind.PICK], "ZONE:A")) is not None:
        got.append(one.task_id)
    assert got == [task for *_, task in sorted(wanted)]
    bench.connection.close()


def test_a_task_of_another_place_kind_or_time_is_not_claimed(bench: Bench) -> None:
    bench.add(place="ZONE:B")
    bench.add(kind=TaskKind.LOAD)
    later = bench.add()
    claim(bench.tx, later, "person:kim")
    release(bench.tx, later, "robot.dead", delay=timedelta(minutes=1))
    assert claim_next(bench.tx, "person:sato", [TaskKind.PICK], "ZONE:A") is None
    bench.clock.pass_(minutes=1)
    found = claim_next(bench.tx, "person:sato", [TaskKind.PICK], "ZONE:A")
    assert found is not None
    assert found.task_id == later


OPERATIONS: dict[str, Callable[[Tx, str, list[Claim]], object]] = {
    "ready": lambda tx, task, _held: make_ready(tx, task),
    "claim": lambda tx, task, held: held.append(claim(tx, task, "person:sato")),
    "start": lambda tx, _task, held: start(tx, held[-1]) if held else None,
    "start old": lambda tx, _task, held: start(tx, held[0]) if held else None,
    "finish": lambda tx, _task, held: finish(tx, held[-1]) if held else None,
    "finish old": lambda tx, _task, held: finish(tx, held[0]) if held else None,
    "release": lambda tx, task, _held: release(tx, task, "robot.dead"),
    "cancel": lambda tx, task, _held: cancel_task(tx, task, "order.cancelled"),
    "expire": lambda tx, _task, _held: release_all(tx),
}


@settings(deadline=None, max_examples=40)
@given(
    planned=st.booleans(),
    seated=st.booleans(),
    kind=st.sampled_from([TaskKind.PICK, TaskKind.CARRY]),
    steps=st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 1200)), max_size=12),
)
def test_R124_any_life_of_a_task_keeps_to_the_table_and_every_wait_has_its_reason(
    *, planned: bool, seated: bool, kind: TaskKind, steps: list[tuple[str, int]]
) -> None:
    bench = Bench()
    if seated:
        bench.tx.insert(seats, person_id="kim", device="", place="ZONE:A", step="wait")
    state = TaskState.PLANNED if planned else TaskState.READY
    task = bench.add(kind=kind, state=state, reason="wait.robot" if planned else None)
    held: list[Claim] = []
    before = bench.row(task)
    for step, seconds in steps:
        bench.clock.pass_(seconds=seconds)
        with suppress(Refusal):
            OPERATIONS[step](bench.tx, task, held)
        after = bench.row(task)
        if after.state != before.state:
            assert TaskState(after.state) in TASK_MOVES[TaskState(before.state)], step
        assert after.epoch >= before.epoch
        code, _ = why(bench.tx, after)
        waits = after.state in (TaskState.PLANNED, TaskState.READY)
        assert bool(code) == waits, (step, after)
        assert not code or code in WORDS
        assert (after.ended_at is None) == (after.state in TASK_OPEN)
        before = after
    bench.connection.close()


# --- the double finish (P42) ----------------------------------------------------------------------------------------


async def _two_workers(folder: Path, seed: int, *, fenced: bool) -> int:
    """Let two workers do one task whose work may outlive its lease; return how often it was finished."""
    dice = random.Random(seed)
    site = small_site()
    site = site.model_copy(update={"rules": site.rules.model_copy(update={"lease_seconds": 5})})
    source = Source(now=clock(), dice=random.Random(1))
    store = Store.open(database(folder), site, source, inline=True)
    due = clock()() + timedelta(hours=1)
    await store.run(add_task, TaskKind.PICK, "batch/1", place="ZONE:A", needs="picker", priority=5, due_at=due)
    finished = 0

    def end(tx: Tx, held: Claim) -> None:
        if fenced:
            finish(tx, held)
        elif not tx.update(tasks, tasks.c.id == held.task_id, state=TaskState.DONE):
            raise Refusal("work.not_yours")

    async def worker(name: str) -> None:
        nonlocal finished
        for _ in range(6):
            held = await store.run(claim_next, f"person:{name}", [TaskKind.PICK], "ZONE:A")
            if held is None:
                await asyncio.sleep(dice.uniform(0.5, 2))
                continue
            await asyncio.sleep(dice.uniform(1, 7))
            try:
                await store.run(end, held)
            except Refusal:
                continue
            finished += 1

    async def reaper() -> None:
        while True:
            await asyncio.sleep(1)
            await store.run(release_all)

    reaping = asyncio.get_running_loop().create_task(reaper())
    await asyncio.gather(worker("sato"), worker("kim"))
    reaping.cancel()
    left = await store.read(lambda reader: reader.value(select(tasks.c.state)))
    store.close()
    assert finished == 0 or left == TaskState.DONE
    return finished


def _finishes(tmp_path: Path, seed: int, *, fenced: bool) -> int:
    folder = tmp_path / f"{seed}-{fenced}"
    folder.mkdir()
    return run(_two_workers(folder, seed, fenced=fenced), seed, START)


SEEDS = range(20)


def test_P42_without_a_fence_a_task_is_finished_twice(tmp_path: Path) -> None:
    assert any(_finishes(tmp_path, seed, fenced=False) > 1 for seed in SEEDS)


def test_P42_with_the_fence_a_task_is_never_finished_twice(tmp_path: Path) -> None:
    counts = [_finishes(tmp_path, seed, fenced=True) for seed in SEEDS]
    assert max(counts) == 1


async def test_a_decision_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    store: Store = make_store(tmp_path, small_site())

    def twice(tx: Tx) -> None:
        task = add_task(tx, TaskKind.PICK, "batch/1", place="ZONE:A", needs="picker", priority=5, due_at=START)
        claim(tx, task, "person:sato")
        claim(tx, task, "person:kim")

    with pytest.raises(Refusal):
        await store.run(twice)
    assert await store.read(lambda reader: reader.rows(select(tasks))) == []
    store.close()

"""The virtual loop: time, order, determinism, and errors that say what is wrong."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.world.loop import (
    ForbiddenError,
    LivelockError,
    SleepForeverError,
    clock,
    run,
    virtual_loop,
)

ROOT = Path(__file__).parents[3]
START = datetime(2026, 4, 1, tzinfo=UTC)


async def test_virtual_loop_is_refused_outside_of_the_virtual_world() -> None:
    with pytest.raises(TypeError, match="virtual world only"):
        virtual_loop()


def test_P41_a_year_passes_without_waiting() -> None:
    async def main() -> tuple[float, datetime]:
        await asyncio.sleep(365 * 86_400)
        return asyncio.get_running_loop().time(), clock()()

    assert run(main(), seed=1, start=START) == (365 * 86_400, START + timedelta(days=365))


def test_P41_timers_fire_in_time_order() -> None:
    async def main() -> list[float]:
        seen: list[float] = []
        loop = asyncio.get_running_loop()
        delays = [random.Random(3).uniform(0, 100) for _ in range(200)]
        for delay in delays:
            loop.call_later(delay, seen.append, delay)
        await asyncio.sleep(101)
        return seen

    seen = run(main(), seed=1, start=START)
    assert seen == sorted(seen)


def _order(seed: int, *, shuffle: bool = True) -> list[int]:
    async def main() -> list[int]:
        seen: list[int] = []

        async def step(number: int) -> None:
            for _ in range(3):
                await asyncio.sleep(1)
                seen.append(number)

        async with asyncio.TaskGroup() as group:
            for number in range(8):
                group.create_task(step(number))
        return seen

    return run(main(), seed=seed, start=START, shuffle=shuffle)


def test_P41_equal_times_run_in_an_order_drawn_from_the_seed() -> None:
    orders = [tuple(_order(seed)) for seed in range(20)]
    assert len(set(orders)) > 15
    assert orders == [tuple(_order(seed)) for seed in range(20)]


def test_P41_shuffle_can_be_switched_off() -> None:
    assert _order(5, shuffle=False) == list(range(8)) * 3


def test_P42_the_double_finish_without_a_fence_is_found_within_few_seeds() -> None:
    def finishes(seed: int) -> int:
        async def main() -> int:
            dice = random.Random(seed)
            lease_until, done = 0.0, 0
            loop = asyncio.get_running_loop()

            async def worker() -> None:
                nonlocal lease_until, done
                while not done:
                    if loop.time() >= lease_until:
                        lease_until = loop.time() + 5
                        await asyncio.sleep(dice.uniform(1, 7))
                        done += 1
                    await asyncio.sleep(dice.uniform(0.1, 1))

            await asyncio.gather(worker(), worker())
            return done

        return run(main(), seed=seed, start=START)

    assert max(finishes(seed) for seed in range(100)) == 2


SCRIPT = """
import asyncio, random
from datetime import UTC, datetime
from simulators.world.loop import run, virtual_loop

async def main():
    seen = []
    async def worker(name):
        try:
            await asyncio.sleep(50)
        except asyncio.CancelledError:
            seen.append(name)
            raise
    async def fail():
        await asyncio.sleep(10)
        raise ValueError
    try:
        async with asyncio.TaskGroup() as group:
            for n in range(30):
                group.create_task(worker(f"w{n}"))
            group.create_task(fail())
    except* ValueError:
        pass
    return seen

print(run(main(), seed=7, start=datetime(2026, 4, 1, tzinfo=UTC)))
"""


def test_P41_one_seed_gives_one_run_whatever_the_hash_seed_and_addresses() -> None:
    outputs = set()
    for hash_seed, ballast in (("0", ""), ("1", "x = [object() for _ in range(1000)]\n"), ("4242", "y = {}\n")):
        done = subprocess.run(
            [sys.executable, "-c", ballast + SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert "w29" in outputs.pop()


def test_deadlock_says_who_waits_where() -> None:
    async def stuck_at_the_gate() -> None:
        await asyncio.Event().wait()

    with pytest.raises(SleepForeverError, match=r"(?s)2 pending tasks.*Event\.wait") as caught:
        run(_both(stuck_at_the_gate), seed=1, start=START)
    assert "task-2" in str(caught.value)


async def _both(stuck: Callable[[], Awaitable[None]]) -> None:
    await asyncio.gather(stuck())


def test_livelock_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.world.loop.SPIN_LIMIT", 1000)

    async def main() -> None:
        while True:  # noqa: ASYNC110  the fault under test
            await asyncio.sleep(0)

    with pytest.raises(LivelockError, match="without time going on"):
        run(main(), seed=1, start=START)


def test_executors_are_refused() -> None:
    async def main() -> None:
        await asyncio.get_running_loop().run_in_executor(None, len, "x")

    with pytest.raises(ForbiddenError, match="executor"):
        run(main(), seed=1, start=START)


def test_threads_that_call_in_are_refused() -> None:
    async def main() -> None:
        await asyncio.to_thread(len, "x")

    with pytest.raises(ForbiddenError, match="executor"):
        run(main(), seed=1, start=START)


def test_sockets_are_refused() -> None:
    async def main() -> None:
        await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)

    with pytest.raises(ForbiddenError):
        run(main(), seed=1, start=START)


def test_P40_a_clock_jump_moves_the_wall_clock_only() -> None:
    async def main() -> tuple[timedelta, timedelta, float]:
        loop, now, before = virtual_loop(), clock(), asyncio.get_running_loop().time()
        first, unmoved = now(), loop.unmoved()
        loop.jump_clock(timedelta(hours=-2))
        await asyncio.sleep(1)
        return now() - first, loop.unmoved() - unmoved, loop.time() - before

    assert run(main(), seed=1, start=START) == (timedelta(hours=-2, seconds=1), timedelta(seconds=1), 1.0)


def test_cancelled_timers_neither_fire_nor_pile_up() -> None:
    async def main() -> int:
        for _ in range(20_000):
            async with asyncio.timeout(3600):
                await asyncio.sleep(0.001)
        return len(virtual_loop()._timers)

    assert run(main(), seed=1, start=START) < 5_000


def test_timeout_and_cleanup_of_left_tasks() -> None:
    ended: list[str] = []

    async def left() -> None:
        try:
            await asyncio.sleep(1e6)
        finally:
            await asyncio.sleep(1)
            ended.append("left")

    async def main() -> None:
        task = asyncio.create_task(left())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.Event().wait()
        assert not task.done()

    run(main(), seed=1, start=START)
    assert ended == ["left"]


def test_exceptions_nobody_caught_are_kept_for_the_judge() -> None:
    async def main() -> list[str]:
        async def broken() -> None:
            raise ValueError("gate fell over")

        task = asyncio.create_task(broken())
        await asyncio.sleep(1)
        del task
        return virtual_loop().crashes

    assert "gate fell over" in "".join(run(main(), seed=1, start=START))


def test_P76_a_hundred_robots_for_an_hour_count_few_passes() -> None:
    """The bound is on work, not on seconds: one timer and two passes for each message."""

    async def robot(dice: random.Random) -> None:
        for _ in range(360):
            await asyncio.sleep(dice.uniform(0.9, 1.1))

    async def main() -> int:
        await asyncio.gather(*(robot(random.Random(n)) for n in range(100)))
        return virtual_loop().passes

    assert 100 * 360 < run(main(), seed=1, start=START) < 100 * 360 * 2 + 1000

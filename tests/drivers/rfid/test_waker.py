"""A waker in virtual time: at the moment, sooner when that comes sooner, and never without need."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from drivers.rfid.waker import Waker
from simulators.world.loop import clock, run

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class Logic:
    """Something that is due at moments, seconds from START, and notes when it was woken."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.woken: list[float] = []
        self._now = clock()
        self.waker = Waker(self._now, self._due, self._tick)

    def want(self, moment: float) -> None:
        """Be due then, too."""
        self.moments = sorted([*self.moments, moment])
        self.waker.look()

    def _due(self) -> datetime | None:
        return START + timedelta(seconds=self.moments[0]) if self.moments else None

    def _tick(self) -> None:
        now = (self._now() - START).total_seconds()
        self.woken.append(round(now, 1))
        self.moments = [moment for moment in self.moments if moment > now]


def lived(story: Callable[[Logic], Coroutine[Any, Any, None]]) -> list[float]:
    """Return when the logic of a story was woken within an hour."""

    async def life() -> list[float]:
        logic = Logic()
        running = asyncio.ensure_future(logic.waker.run())
        await story(logic)
        await asyncio.sleep(3600)
        running.cancel()
        await asyncio.wait([running])
        return logic.woken

    return run(life(), 1, START)


def test_it_wakes_at_each_moment_and_at_no_other() -> None:
    async def story(logic: Logic) -> None:
        for moment in (30, 10, 20):
            logic.want(moment)

    assert lived(story) == [10, 20, 30]


def test_what_becomes_due_sooner_wakes_sooner_and_what_becomes_due_later_does_not() -> None:
    async def story(logic: Logic) -> None:
        logic.want(60)
        await asyncio.sleep(5)
        logic.want(20)
        await asyncio.sleep(5)
        logic.want(40)

    assert lived(story) == [20, 40, 60]


def test_it_sleeps_while_nothing_is_due() -> None:
    async def story(logic: Logic) -> None:
        await asyncio.sleep(100)
        logic.waker.look()

    assert lived(story) == []


def test_what_is_due_already_wakes_at_once_and_once() -> None:
    async def story(logic: Logic) -> None:
        await asyncio.sleep(100)
        logic.want(50)

    assert lived(story) == [100]

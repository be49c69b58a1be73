"""Wakes pure logic when something in it is due; while nothing is, it costs nothing."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from drivers.ports import Now

_AFTER = timedelta(milliseconds=1)
"""Woken this much after the moment itself, so that a timer a hair early does not turn in circles."""


class Waker:
    """Calls `tick` whenever the time has come that `due` says."""

    def __init__(self, now: Now, due: Callable[[], datetime | None], tick: Callable[[], None]) -> None:
        self._now = now
        self._due = due
        self._tick = tick
        self._wakes_at: datetime | None = None
        self._sooner = asyncio.Event()

    def look(self) -> None:
        """Take that something else may be due now; whoever fed the logic calls this."""
        due = self._due()
        if due is not None and (self._wakes_at is None or due < self._wakes_at):
            self._sooner.set()

    async def run(self) -> None:
        """Wake it until cancelled."""
        while True:
            due = self._wakes_at = self._due()
            self._sooner.clear()
            wait = None if due is None else max(timedelta(0), due + _AFTER - self._now()).total_seconds()
            try:
                async with asyncio.timeout(wait):
                    await self._sooner.wait()
            except TimeoutError:
                self._tick()

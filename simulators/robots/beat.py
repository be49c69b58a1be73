"""When a robot reports: soon after it is asked to, not too often, and from time to time unasked (R08)."""

import asyncio
from collections.abc import Callable

GATHER = 0.01
"""Seconds in which what belongs together happens, as order, action and movement of one turn: one report for all."""


class Beat:
    """Calls `act` soon after it was asked, not within `least` seconds of the last call; unasked after `most`.

    It needs no task, and one timer for each call.
    """

    def __init__(self, act: Callable[[], None], least: float, most: float) -> None:
        self._act = act
        self._least = least
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._last = 0.0
        self._soon: asyncio.TimerHandle | None = None
        self._regular: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin; the first regular call comes after `most` seconds."""
        self._last = self._loop.time() - self._least
        self._regular = self._loop.call_later(self._most, self._regularly)

    def stop(self) -> None:
        """Call no more."""
        for timer in (self._soon, self._regular):
            if timer is not None:
                timer.cancel()
        self._soon = self._regular = None

    def ask(self) -> None:
        """Have it called soon; nothing more when it is about to be called, or stopped."""
        if self._soon is None and self._regular is not None:
            at = max(self._last + self._least, self._loop.time() + GATHER)
            self._soon = self._loop.call_at(at, self._call)

    def _call(self) -> None:
        self._soon = None
        self._last = self._loop.time()
        self._act()

    def _regularly(self) -> None:
        """Call when nothing was told for so long, and come again when that can next be."""
        if self._soon is None and self._loop.time() >= self._last + self._most:
            self._call()
        told = self._last if self._soon is None else self._soon.when()
        self._regular = self._loop.call_at(told + self._most, self._regularly)

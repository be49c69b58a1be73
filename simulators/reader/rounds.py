"""Inventory rounds of a reader with one inventory: they run while it is started and something is in the field."""

import asyncio
import contextlib
from collections.abc import Callable

from simulators.reader.field import ROUND_S, Field, Sight


class Rounds:
    """Reads a field in rounds and gives each round's sights to `on_sights`."""

    def __init__(self, field: Field, on_sights: Callable[[list[Sight]], None]) -> None:
        self.running = False
        self._field = field
        self._on_sights = on_sights
        self._antennas: tuple[int, ...] = ()
        self._session = 0
        self._last = float("-inf")

    def begin(self, antennas: tuple[int, ...], session: int) -> None:
        """Read on these antennas in a Gen2 session, 0 to 3."""
        self.running, self._antennas, self._session = True, antennas, session
        self._field.changed.set()

    def end(self) -> None:
        """Read no more."""
        self.running = False
        self._field.changed.set()

    async def run(self) -> None:
        """Read until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._field.changed.clear()
            look = self._field.next_look(self._session) if self.running else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(None if look is None else max(look, self._last + ROUND_S)):
                    await self._field.changed.wait()
            if self.running and loop.time() - self._last >= ROUND_S * 0.999:
                self._last = loop.time()
                sights = self._field.look(self._antennas, self._session)
                if sights:
                    self._on_sights(sights)

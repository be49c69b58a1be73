"""Gathers when API keys were used and writes it down at most once a minute, for all keys together.

A key is shown with every request, and a request must not cost a commit. What was gathered in the last minute is lost
when the edge ends: `last_used_at` is true to the minute.
"""

import asyncio
from datetime import datetime

import structlog

from edge.processes import people
from edge.store.database import StoreError
from edge.store.store import Store

log = structlog.get_logger(__name__)

WRITE_SECONDS = 60.0
"""Between two writings."""


class KeyUse:
    """Notes the use of keys."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._used: dict[str, datetime] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._next = 0.0
        """By the loop's clock, when it may be written again."""

    def note(self, key_id: str) -> None:
        """Remember that a key was used now."""
        self._used[key_id] = self._store.source.now()
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._next), self._write)

    def close(self) -> None:
        """Write no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._writing is not None:
            self._writing.cancel()

    def _write(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer, self._next = None, loop.time() + WRITE_SECONDS
        self._writing = loop.create_task(self._save(), name="key-use")

    async def _save(self) -> None:
        used, self._used = self._used, {}
        try:
            await self._store.run(people.note_use, used)
        except StoreError as error:
            log.warning("keys.use_not_written", error=str(error))
            self._used = used | self._used  # goes with the next use

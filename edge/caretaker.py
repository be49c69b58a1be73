"""Clears away what nobody needs any more, in small steps between everybody else's decisions."""

import asyncio

import structlog

from edge.store.answers import forget_answers
from edge.store.database import StoreError
from edge.store.store import Store

log = structlog.get_logger(__name__)

ROUND = 3600.0
"""Seconds between rounds: what is kept for days may stay an hour longer."""
PAUSE = 0.5
"""Seconds between steps: 400 rows a second, faster than any site makes them, and hardly noticed."""


class Caretaker:
    """Forgets old answers of a site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            more = await self._step()
            await asyncio.sleep(PAUSE if more else ROUND)

    async def _step(self) -> bool:
        try:
            return await self._store.run(forget_answers)
        except StoreError as error:
            log.warning("caretaker.store_failed", error=str(error))
            return False

"""A bell that one task waits for, at most so long: an event with a time limit, cheap enough for every move."""

import asyncio


class Bell:
    """Rung by anybody; stays rung until it is silenced. One task may wait at a time."""

    def __init__(self) -> None:
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake who waits, or let the next wait end at once."""
        self._rung = True
        if self._waiter is not None:
            _wake(self._waiter)

    def silence(self) -> None:
        """Let the next wait last until it is rung again."""
        self._rung = False

    async def wait(self, seconds: float | None = None) -> None:
        """Wait until it is rung, at most so many seconds."""
        if self._rung:
            return
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        limit = None if seconds is None else loop.call_later(seconds, _wake, self._waiter)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if limit is not None:
                limit.cancel()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)

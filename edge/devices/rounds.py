"""When the next round of the fleet begins, and what is to be done first in it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from edge.model.reasons import Refusal
from edge.store.database import StoreError

GATHER = 0.04
"""Seconds in which reports are gathered before a round: many robots' progress is one commit, and none waits long."""
LASTS = 0.03
"""Seconds of work after which way is given out in the midst of a round."""
THINK_AGAIN = 5.0
"""Seconds after which work and charging are thought over though nothing called for it: batteries, cut-offs."""
THINK_PAUSE = 0.5
"""At least so many seconds between two such thoughts, however much happens."""


class Rounds:
    """One round at a time; all times are those of the event loop."""

    def __init__(self) -> None:
        self.news_at: float | None = None
        """When the first news came that the round in hand takes in; None where it is but time."""
        self._next_news_at: float | None = None
        self._facts: list[Callable[[], Awaitable[None]]] = []
        self._wake = asyncio.Event()
        self._due: asyncio.TimerHandle | None = None
        """When the next round begins, as far as that is known."""
        self._released_at = 0.0
        self._think = True
        self._thought_at = 0.0

    def stir(self) -> None:
        """Have the next round soon, with what else is reported until then."""
        moment = asyncio.get_running_loop().time()
        self._next_news_at = moment if self._next_news_at is None else self._next_news_at
        self._at(moment + GATHER)

    def after(self, seconds: float) -> float:
        """Stir after so many seconds; return when that is."""
        loop = asyncio.get_running_loop()
        moment = loop.time() + seconds
        loop.call_at(moment, self.stir)
        return moment

    def later(self, handle: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Have something done at the beginning of the next round; this alone brings none sooner."""
        self._facts.append(lambda: handle(*arguments))

    async def in_turn(self, decide: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Decide between two rounds: nothing is released meanwhile to where a machine enters or leaves.

        Raises Refusal and StoreError as the decision does.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def turn() -> None:
            try:
                await decide(*arguments)
            except (Refusal, StoreError) as error:
                if not done.done():
                    done.set_exception(error)
            else:
                if not done.done():
                    done.set_result(None)

        self._facts.append(turn)
        self.stir()
        await done

    def think_soon(self) -> None:
        """Have work and charging thought over in the next round, unless that was done just now."""
        self._think = True

    def is_time_to_think(self) -> bool:
        """Say whether work and charging are to be thought over in this round; then they count as thought over."""
        moment = asyncio.get_running_loop().time()
        if moment < self._think_at():
            return False
        self._think, self._thought_at = False, moment
        return True

    async def begin(self) -> None:
        """Begin a round: do what was put off until then."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._wake.clear()
        self.take_in_news()
        facts, self._facts = self._facts, []
        for handle in facts:
            await handle()

    def take_in_news(self) -> None:
        """Take note that way is given out by all that is known now."""
        self.news_at, self._next_news_at = self._next_news_at, None
        self._released_at = asyncio.get_running_loop().time()

    @property
    def is_long(self) -> bool:
        """So much was done in this round that those who drive should get way before the rest of it."""
        return asyncio.get_running_loop().time() > self._released_at + LASTS

    @property
    def is_pressing(self) -> bool:
        """Something is to be done that no round should wait for."""
        return bool(self._facts)

    async def rest(self) -> None:
        """Wait until something happens, and what comes with it is gathered, or it is time to think."""
        self._at(self._think_at())
        await self._wake.wait()

    def _think_at(self) -> float:
        return self._thought_at + (THINK_PAUSE if self._think else THINK_AGAIN)

    def _at(self, moment: float) -> None:
        if self._due is not None and self._due.when() <= moment:
            return
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_at(moment, self._wake.set)

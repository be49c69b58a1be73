"""What callbacks delivered, and a way to wait for it."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from tests.support.patience import PATIENCE

T = TypeVar("T")


class Seen(Generic[T]):
    """Call it with an item; wait until the items satisfy a condition."""

    def __init__(self) -> None:
        self.items: list[T] = []
        self._news = asyncio.Event()

    def __call__(self, item: T) -> None:
        self.items.append(item)
        self._news.set()

    async def until(self, condition: Callable[[list[T]], object]) -> list[T]:
        """Return the items once the condition holds; fail when it never does."""
        async with asyncio.timeout(PATIENCE):
            while not condition(self.items):
                self._news.clear()
                await self._news.wait()
        return self.items

"""Keeps a cancellation that a library loses: asyncio.wait_for of Python 3.11 drops one that comes as its wait ends.

A task that lost its cancellation goes on for ever, and whoever waits for its end with it.
"""

import asyncio
from types import TracebackType


class KeptCancellation:
    """Around a library's await: raises CancelledError if this task was cancelled meanwhile and nobody said so."""

    __slots__ = ("_before", "_task")

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._before = self._task.cancelling() if self._task is not None else 0

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        lost = self._task is not None and self._task.cancelling() > self._before
        if lost and kind is not asyncio.CancelledError:
            raise asyncio.CancelledError

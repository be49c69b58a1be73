"""Keeps one device link alive for ever: capped back-off with jitter, said once when lost and once when back.

Rules I15, I55, P64, P65, P69b.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from drivers.ports import Now

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.2
"""Seconds before the first retry: a device that only hiccuped is back at once."""
LONGEST_WAIT = 5.0
"""Seconds at most between tries: a person who plugs a cable back in should not wait longer."""
STEADY = 5.0
"""Seconds a link must have been up for its next loss to count as a hiccup; a flapping one is tried ever less often."""
EXPECTED = (OSError, EOFError, ValueError, RuntimeError, asyncio.LimitOverrunError, asyncio.CancelledError)
"""What a device does to a session; anything else is our own fault, logged with its trace, but ends no link either."""


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of a link: up or down, since when, why it was last lost and how often."""

    name: str
    up: bool
    since: datetime
    error: str | None = None
    losses: int = 0


Session = Callable[[Callable[[], None]], Awaitable[None]]
"""One life of a connection: calls its argument once it is established; returns or raises when it is lost."""


class Supervisor:
    """Runs sessions one after the other until cancelled."""

    def __init__(
        self,
        name: str,
        session: Session,
        *,
        now: Now,
        dice: random.Random,
        on_change: Callable[[Link], None] = lambda _link: None,
    ) -> None:
        self._session = session
        self._now = now
        self._dice = dice
        self._on_change = on_change
        self._told_down = False
        self._up_since = math.inf
        self.link = Link(name, up=False, since=now(), error="not connected yet")

    async def run(self) -> None:
        """Keep the link alive until cancelled; no failure of a session ends it."""
        wait = FIRST_WAIT
        while True:
            self._up_since = math.inf
            error = await self._live_once()
            if _being_cancelled():  # asyncio.wait_for of 3.11 in a library may turn our end into the device's error
                raise asyncio.CancelledError
            if asyncio.get_running_loop().time() - self._up_since >= STEADY:
                wait = FIRST_WAIT
            self._down(error)
            await asyncio.sleep(wait * self._dice.uniform(0.8, 1.2))
            wait = min(wait * 2, LONGEST_WAIT)

    async def _live_once(self) -> str:
        """Run one session to its end, in a task of its own so that `cancelling` is ours; return why it ended."""
        try:
            await asyncio.ensure_future(self._session(self._up))
        except asyncio.CancelledError as exc:
            if _being_cancelled():
                raise
            return self._explain(exc)  # something the session waited for was cancelled, not the link
        except Exception as exc:  # noqa: BLE001 - a fault of ours is logged with its trace there
            return self._explain(exc)
        return "closed by the device"

    def _explain(self, exc: BaseException) -> str:
        cause = _cause(exc)
        if not isinstance(cause, EXPECTED) and not self._told_down:
            log.error("link.fault", link=self.link.name, exc_info=exc)
        return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__

    def _up(self) -> None:
        if self.link.up:
            return
        self._told_down = False
        self._up_since = asyncio.get_running_loop().time()
        self.link = replace(self.link, up=True, since=self._now(), error=None)
        log.info("link.up", link=self.link.name, losses=self.link.losses)
        self._on_change(self.link)

    def _down(self, error: str) -> None:
        lost = self.link.up
        self.link = Link(
            self.link.name,
            up=False,
            since=self._now() if lost else self.link.since,
            error=error,
            losses=self.link.losses + lost,
        )
        if not self._told_down:
            self._told_down = True
            log.warning("link.down", link=self.link.name, error=error)
            self._on_change(self.link)


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _cause(exc: BaseException) -> BaseException:
    """Return the first error inside a task group's bundle, at any depth."""
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    return exc

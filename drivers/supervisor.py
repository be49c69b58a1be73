"""Keeps one device link alive for ever: capped back-off with jitter, said once when lost and once when back.

Rules I15, I55, P64, P65, P69b.
"""

import asyncio
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
        self.link = Link(name, up=False, since=now(), error="not connected yet")

    async def run(self) -> None:
        """Keep the link alive until cancelled; no failure of a session ends it."""
        wait = FIRST_WAIT
        while True:
            error = "closed by the device"
            try:
                await self._session(self._up)
            except (OSError, EOFError, TimeoutError, ValueError, RuntimeError) as exc:
                error = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
            if self.link.up:
                wait = FIRST_WAIT
            self._down(error)
            await asyncio.sleep(wait * self._dice.uniform(0.8, 1.2))
            wait = min(wait * 2, LONGEST_WAIT)

    def _up(self) -> None:
        if self.link.up:
            return
        self._told_down = False
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

"""A link, a simulated manager and the line between them, in virtual time."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import httpx

from drivers.fms.callback import read_callback
from drivers.fms.client import HttpFleetManager
from drivers.fms.events import Event
from drivers.fms.link import FmsLink
from drivers.fms.messages import Kind, Task
from simulators.fms.app import Manager, Post, Trouble
from simulators.fms.yard import Yard
from simulators.world import http
from simulators.world.loop import clock, run

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PLACES = {"A": (0, 0), "B": (12_000, 0), "C": (0, 6_000), "CHARGER": (12_000, 6_000), "FAR": (200_000, 0)}
URL = "http://fms.test"
SECRET = "shared"
ENDS = ("Done", "Failed", "Rejected", "Cancelled", "Lost")


def carry(key: str = "T1", **more: Any) -> Task:
    """Return a task from A to B."""
    return Task(**{"key": key, "kind": Kind.CARRY, "source": "A", "target": "B", "load": "T-0001", **more})


class Bench:
    """The two ends. `boot` begins the link, again if it ran: that is what a restart of ours is."""

    def __init__(self, robots: dict[str, str] | None = None, *, callbacks: bool = False, token: str = "") -> None:
        self.line = http.Line(lambda: self.manager.app, random.Random(1))
        self.yard = Yard(PLACES, robots or {"F1": "C"}, random.Random(2))
        post: Post | None = self._called_back if callbacks else None
        self.manager = Manager(
            self.yard, "token", random.Random(3), post=post, secret=SECRET, now=lambda: clock()().timestamp()
        )
        client = httpx.AsyncClient(transport=http.Transport({URL: self.line}))
        self.port = HttpFleetManager(client, URL, token or "token")
        self.events: list[Event] = []
        self.link: FmsLink
        self._running: asyncio.Task[None] | None = None
        self._world = asyncio.ensure_future(self.manager.run())

    @property
    def trouble(self) -> Trouble:
        """How the manager fails."""
        return self.manager.trouble

    async def boot(self) -> None:
        """Begin the link anew; it knows nothing of what was."""
        await self.halt()
        self.link = FmsLink("fms", self.port, now=clock(), dice=random.Random(4), on_event=self.events.append)
        self._running = asyncio.ensure_future(self.link.run())

    async def halt(self) -> None:
        """End the link."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def close(self) -> None:
        """End everything."""
        await self.halt()
        self._world.cancel()
        await asyncio.wait([self._world])

    async def until(self, kind: str, longest: float = 300.0, key: str | None = None) -> Event:
        """Wait for the first event of a kind, of one task if asked."""
        async with asyncio.timeout(longest):
            while True:
                for event in self.events:
                    if type(event).__name__ == kind and key in (None, getattr(event, "key", None)):
                        return event
                await asyncio.sleep(0.5)

    async def rest(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    def kinds(self, key: str = "T1") -> list[str]:
        """Return the kinds of a task's events, in order."""
        return [type(event).__name__ for event in self.events if getattr(event, "key", None) == key]

    async def _called_back(self, body: bytes, signature: str) -> bool:
        self.link.called_back(read_callback(SECRET, signature, body, clock()()))
        return True


def live(story: Callable[[Bench], Coroutine[Any, Any, None]], seed: int = 1, **more: Any) -> None:
    """Live a story with a bench whose link runs."""

    async def all_of_it() -> None:
        bench = Bench(**more)
        await bench.boot()
        await story(bench)
        await bench.close()

    run(all_of_it(), seed, START)

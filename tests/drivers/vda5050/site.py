"""A fleet link, simulated robots and a broker in memory, for the tests of this folder."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from typing import Any

from drivers.mqtt.port import Connect
from drivers.ports import Now
from drivers.vda5050 import orders
from drivers.vda5050.events import Event, OrderAccepted, OrderFinished
from drivers.vda5050.fleet import FleetLink, Leave
from drivers.vda5050.messages import Grant, RobotId
from simulators.robots.cargo import Handover
from simulators.robots.config import RobotConfig
from simulators.robots.robot import Robot
from simulators.world.loop import clock
from tests.drivers.vda5050.helpers import pick, way
from tests.drivers.vda5050.memory import MemoryBroker

R1 = RobotId("GenbaSim", "R1")
ROUTE = way("N1", "N2", "N3", "N4", actions={"N3": [pick("p1")]})


class Site:
    """A link, its robots and what was told; `until` waits for an event."""

    def __init__(
        self,
        connect: Connect,
        now: Now,
        *,
        add: bool = True,
        steady: Now | None = None,
        leave: Leave = lambda _robot, _request: Grant.QUEUED,
    ) -> None:
        count = itertools.count()
        self.events: list[tuple[RobotId, Event]] = []
        self._told = asyncio.Event()
        self.link = FleetLink(
            connect,
            now=now,
            steady=steady,
            dice=random.Random(1),
            ids=lambda: f"id-{next(count)}",
            on_event=self._on_event,
            leave=leave,
        )
        if add:
            self.link.add(R1)

    async def until(self, kind: type[Any], **fields: Any) -> Any:
        seen = 0
        while True:
            for _, event in self.events[seen:]:
                if isinstance(event, kind) and all(getattr(event, key) == value for key, value in fields.items()):
                    return event
            seen = len(self.events)
            self._told.clear()
            await self._told.wait()

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for _, event in self.events if isinstance(event, kind)]

    def _on_event(self, robot: RobotId, event: Event) -> None:
        self.events.append((robot, event))
        self._told.set()


def slow(version: str) -> RobotConfig:
    return RobotConfig("GenbaSim", "R1", "N1", 0, 0, vda5050=version)


def quick(**changes: Any) -> RobotConfig:
    settings: dict[str, Any] = {"speed": 40_000, "acceleration": 80_000, "handling_time": 0.05, "turn_rate": 50.0}
    return RobotConfig("GenbaSim", "R1", "N1", 0, 0, **(settings | changes))


class Shy:
    """A station that refuses the first handovers."""

    def __init__(self, refusals: int) -> None:
        self.left = refusals

    def __call__(self, _handover: Handover) -> str | None:
        self.left -= 1
        return "somebody stands in the way" if self.left >= 0 else None


def robot(connect: Connect, now: Now, config: RobotConfig | None = None, **more: Any) -> Robot:
    return Robot(config or RobotConfig("GenbaSim", "R1", "N1", 0, 0), connect, now=now, dice=random.Random(2), **more)


async def live(script: Callable[[], Awaitable[None]], *lives: Any) -> None:
    """Run a script while others live."""
    tasks = [asyncio.ensure_future(one) for one in lives]
    try:
        await script()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def over_memory(script: Callable[[MemoryBroker, Now], Awaitable[None]]) -> None:
    """Run a script over a new broker in memory."""
    await script(MemoryBroker(), clock())


async def drive_extended(site: Site) -> None:
    order = orders.build("O1", ROUTE, 1)
    site.link.want(R1, order)
    await site.until(OrderAccepted, update_id=0)
    site.link.want(R1, orders.extend(order, 3))
    await site.until(OrderFinished)

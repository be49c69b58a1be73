"""A robot, its keeper and a site that plans, in virtual time: for tests of what drives robots of our own."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from sqlalchemy import select

from edge.app import roadmap_of
from edge.devices.passages import Passages
from edge.devices.robots import RobotKeeper
from edge.fleet.roadmap import Roadmap
from edge.live import Live
from edge.site import Site
from edge.steward import Steward
from edge.store.tables import stops, trips
from simulators.robots.config import RobotConfig
from simulators.robots.robot import Robot
from simulators.world.broker import Broker
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor, travel

LONG = 600
"""Virtual seconds in which a tour's next stop is surely reached."""


class Fleet:
    """One robot, its keeper, and a site that plans."""

    def __init__(self, floor: Floor, version: str, maps: tuple[str, ...] = ()) -> None:
        self.floor = floor
        self.broker = Broker(random.Random(3))
        config = RobotConfig("GenbaSim", "R1", "BAY1", 0, -2000, handling_time=1.0, vda5050=version, maps=maps)
        self.robot = Robot(config, self.broker.connect, now=clock(), dice=random.Random(4))
        self.live = Live()
        self._running = [
            asyncio.ensure_future(self.robot.run()),
            asyncio.ensure_future(Steward(floor.store, travel).run()),
        ]
        self._keeper: asyncio.Task[None] | None = None

    async def boot(self) -> None:
        """Start the keeper, again if it ran."""
        await self.halt()
        self.live = Live()
        self.keep(roadmap_of(self.floor.store.site))

    def keep(self, roadmap: Roadmap, passages: Passages | None = None) -> None:
        """Start the keeper, with what is on the robot's way."""
        store = self.floor.store
        self.keeper = RobotKeeper(
            store.site,
            roadmap,
            store=store,
            live=self.live,
            source=store.source,
            connect=self.broker.connect,
            passages=passages,
        )
        self._keeper = asyncio.ensure_future(self.keeper.run())

    async def halt(self) -> None:
        """Stop the keeper."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])

    async def end(self) -> None:
        """Stop everything."""
        await self.halt()
        for task in self._running:
            task.cancel()
        await asyncio.wait(self._running)

    async def until(self, true: Callable[[Any], object], longest: int = LONG) -> None:
        """Wait until a query is true."""
        for _ in range(longest):
            if await self.floor.store.read(true):
                return
            await asyncio.sleep(1)
        raise AssertionError(
            (self.live.robots, await self.floor.store.read(lambda reader: reader.rows(trips.select())))
        )

    async def at_stop(self, seq: int) -> None:
        """Wait until the robot stands at a stop of the first batch."""
        await self.until(
            lambda reader: reader.one(select(stops).where(stops.c.seq == seq, stops.c.arrived_at.is_not(None)))
        )


def with_fleet(
    folder: Path,
    story: Callable[[Fleet], Coroutine[Any, Any, None]],
    version: str = "2.1",
    changed: Callable[[Site], Site] = lambda site: site,
) -> None:
    """Live a story with one order to be picked, on the small site or one that is made of it."""

    async def day(floor: Floor) -> None:
        fleet = Fleet(floor, version)
        await fleet.boot()
        await floor.stock("SKU1", "A-02-1", 5)
        await floor.order("1", ("SKU1", 1))
        await story(fleet)
        await fleet.end()

    live(folder, day, changed=changed)

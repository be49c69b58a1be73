"""Genba's master over a hall of foreign robots, each on a straight road of its own."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from drivers.mqtt.aio import connector
from drivers.vda5050 import orders
from drivers.vda5050.events import Event, OrderBlocked, OrderForeign, OrderUnconfirmed
from drivers.vda5050.fleet import FleetLink
from drivers.vda5050.messages import Action, BlockingType, RobotId
from drivers.vda5050.orders import Waypoint

EACH = 20
"""Robots of each make."""
NODES = 7
PITCH = 2000
"""Nodes on each robot's road, and the distance between two in mm."""
WITHIN = 90.0
"""Seconds for a story: on a machine with nothing else to do it takes a tenth."""
PALLET: dict[str, str | float | bool] = {"stationType": "floor", "loadType": "EPAL", "loadId": "P-1", "duration": 1}
"""What the stock robot of vda-5050-lib wants to know of a pallet; whoever does not know a parameter reads over it."""

Story = Callable[["Hall", RobotId], Coroutine[Any, Any, None]]


def lined_up(manufacturer: str) -> list[dict[str, Any]]:
    """Return robots as the foreign programs are told of them, each at the first node of its road; metres."""
    return [
        {"manufacturer": manufacturer, "serial": f"{manufacturer}{number:02}", "node": node_of(0), "map": "floor1"}
        | {"x": 0.0, "y": float(number), "battery": 90}
        for number in range(EACH)
    ]


def node_of(place: int) -> str:
    """Return the name of a node on every robot's road."""
    return f"N{place}"


def identity(robot: dict[str, Any]) -> RobotId:
    """Return who a robot is."""
    return RobotId(robot["manufacturer"], robot["serial"])


def forgets(serial: str) -> bool:
    """Tell whether a robot forgets its order when it connects again, as `vehicles.py` has it."""
    return serial.startswith("SDK") and int(serial[-2:]) % 2 == 1


def handle(act: str, robot: RobotId) -> Action:
    """Return the action by which a robot picks or drops its pallet."""
    return orders.action(act, f"{act}-{robot.serial}", BlockingType.HARD, **PALLET)


def road(robot: RobotId, *places: int) -> list[Waypoint]:
    """Return a route over some nodes of a robot's road, with a pallet to pick at N2 and to drop at N5."""
    y = int(robot.serial[-2:]) * 1000
    acts = {2: "pick", 5: "drop"}
    return [
        Waypoint(
            node_of(place),
            place * PITCH,
            y,
            "floor1",
            actions=(handle(acts[place], robot),) if place in acts else (),
        )
        for place in places
    ]


class Hall:
    """The master's side; `told` is what it was told of each robot."""

    def __init__(self, port: int, robots: Sequence[dict[str, Any]]) -> None:
        count = itertools.count()
        self.robots = [identity(robot) for robot in robots]
        self.told: dict[RobotId, list[Event]] = {robot: [] for robot in self.robots}
        self._news = {robot: asyncio.Event() for robot in self.robots}
        self._skipped = timedelta(0)
        self.link = FleetLink(
            connector("127.0.0.1", port),
            now=lambda: datetime.now(UTC),
            steady=lambda: datetime.now(UTC) + self._skipped,
            dice=random.Random(1),
            ids=lambda: f"id-{next(count)}",
            on_event=self._on_event,
        )
        for robot in self.robots:
            self.link.add(robot)

    def skip(self, **span: float) -> None:
        """Have the master believe that so much time passed."""
        self._skipped += timedelta(**span)

    async def events(self, robot: RobotId) -> AsyncIterator[Event]:
        """Give what was told of a robot from the beginning on, and wait for more."""
        for place in itertools.count():
            while place == len(self.told[robot]):
                self._news[robot].clear()
                await self._news[robot].wait()
            yield self.told[robot][place]

    async def until(self, robot: RobotId, kind: type[Any], **fields: Any) -> Any:
        """Wait until an event of a robot was told, and return it."""
        async for event in self.events(robot):
            if isinstance(event, kind) and all(getattr(event, key) == value for key, value in fields.items()):
                return event
        return None

    def all_told(self, kind: type[Any], robots: Sequence[RobotId] | None = None) -> list[Any]:
        """Return all events of a kind."""
        some = self.robots if robots is None else robots
        return [event for robot in some for event in self.told[robot] if isinstance(event, kind)]

    async def live(self, script: Awaitable[None]) -> None:
        """Run a script while the link lives."""
        running = asyncio.ensure_future(self.link.run())
        try:
            async with asyncio.timeout(WITHIN):
                await script
        except TimeoutError:
            last = [f"{robot}: {self.told[robot][-3:]}, {self.link.vehicle(robot).state}" for robot in self.robots]
            raise AssertionError("\n".join(last)) from None
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def each(self, story: Story, robots: Sequence[RobotId] | None = None) -> None:
        """Live a story with all robots at once."""
        async with asyncio.TaskGroup() as group:
            for robot in self.robots if robots is None else robots:
                group.create_task(story(self, robot))

    def _on_event(self, robot: RobotId, event: Event) -> None:
        state = self.link.vehicle(robot).state
        never_taken = isinstance(event, OrderUnconfirmed) and state is not None and state.order_id != event.order_id
        if never_taken or isinstance(event, OrderForeign | OrderBlocked):
            self.link.cancel(robot, f"unwanted-{len(self.told[robot])}")  # as the edge does
        self.told[robot].append(event)
        self._news[robot].set()

"""A site whose forty robots are of two other makes: the keeper gives them tours, through trouble of all sorts."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drivers.mqtt.aio import connector
from drivers.vda5050.messages import ConnectionState
from edge.app import roadmap_of
from edge.clock import Source, steady_clock
from edge.commands.bench.site import checked, sketched
from edge.devices.robots import RobotKeeper
from edge.live import Live
from edge.model.states import BatchState, TaskKind
from edge.processes.stays import sync_robots
from edge.processes.totes import sync_totes
from edge.site import Site
from edge.sketch import Plan
from edge.store.database import Database
from edge.store.queue import add_task
from edge.store.store import Store
from edge.store.tables import batches, journal, stops, totes, trips
from edge.store.tx import Reader, Tx
from tests.foreign.hall import EACH
from tests.foreign.programs import Program, agvs, vehicles
from tests.support.broker import Mosquitto

MAKES = ("LIB", "SDK")
TOURS = 24
CARRIERS = 8
"""How many tours there are, and how many of them fetch a tote and bring it to a station past a pick place."""
EMPTY = ("LIB00", "LIB01")
"""Robots that charge before they drive their tour, and take no order as long as they do."""
REACH = 40
"""Nodes near a robot's home among which the place of its tour lies."""
"""Pick places on each tour."""
WITHIN = 150.0
PACE = 4
"""How much faster than life the master waits for robots that drive faster than life too."""


def quick_source() -> Source:
    """Return a source whose steady clock hurries."""

    def now() -> datetime:
        return datetime.now(UTC)

    return Source(now=now, dice=random.SystemRandom(), unmoved=steady_clock(now, lambda: PACE * time.monotonic()))


def site_of(folder: Path) -> Site:
    """Return a site with robots of both makes in turn."""
    plan = Plan(aisles=15, bays=8, robots=len(MAKES) * EACH, tote_stations=4, packs=4)
    data = sketched(plan)
    for number, robot in enumerate(data["robots"]):
        make = MAKES[number % len(MAKES)]
        robot |= {"manufacturer": make, "serial": f"{make}{number // len(MAKES):02}"}
    return checked(data, folder)


def players(site: Site, make: str) -> list[dict[str, Any]]:
    """Return the robots of a make, each at home."""
    nodes = {node.id: node for node in site.roadmap.nodes}
    homes = [(robot, nodes[site.station[robot.home].node]) for robot in site.robots if robot.manufacturer == make]
    return [
        {"manufacturer": make, "serial": robot.serial, "node": home.id, "map": site.roadmap.map}
        | {"x": home.x / 1000, "y": home.y / 1000, "battery": 15 if robot.serial in EMPTY else 90}
        for robot, home in homes
    ]


def give_tours(tx: Tx) -> None:
    """Plan tours from one end of the floor to the other."""
    sync_robots(tx)
    sync_totes(tx)
    site = tx.site
    places = sorted({(location.x, location.node) for location in site.locations})
    starts, ends = site.stations_of("tote"), site.stations_of("pack")
    common: dict[str, Any] = {"priority": 5, "due_at": tx.now}
    for number in range(TOURS):
        batch, carries = f"B{number:02}", number < CARRIERS
        home = site.station[site.robots[number * len(site.robots) // TOURS].home]
        near = sorted(places, key=lambda place: abs(place[0] - home.x))[:REACH]
        way = [(near[number * 7 % REACH][1], "pick")]
        end = ends[number % len(ends)]
        if carries:
            way = [(starts[number % len(starts)].node, "totes"), *way, (end.node, "station")]
            tx.change(totes, {"id": f"T-{number + 1:04}"}, batch_id=batch, slot=0)
        task = add_task(tx, TaskKind.CARRY, f"batch/{batch}", place="", needs="carry", **common)
        tx.insert(batches, id=batch, wave_id="", state=BatchState.PLANNED, station=end.id, task_id=task, **common)
        rows = [{"batch_id": batch, "seq": seq, "node": node, "kind": kind} for seq, (node, kind) in enumerate(way)]
        tx.insert_many(stops, rows)


class Floor:
    """The store, the broker, the robots and the keeper that drives them."""

    def __init__(self, store: Store, broker: Mosquitto, programs: list[Program]) -> None:
        self.store = store
        self.broker = broker
        self.programs = programs
        self.keeper: RobotKeeper
        self._running: asyncio.Task[None] | None = None

    def boot(self) -> None:
        """Start a keeper that knows nothing but the store."""
        self.live = Live()
        self.keeper = RobotKeeper(
            self.store.site,
            roadmap_of(self.store.site),
            store=self.store,
            live=self.live,
            source=self.store.source,
            connect=connector("127.0.0.1", self.broker.port),
        )
        self._running = asyncio.create_task(self.keeper.run())

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Bound what is done; where it takes too long, say why each robot stands."""
        try:
            async with asyncio.timeout(WITHIN):
                yield
        except TimeoutError:
            said = [self.keeper.link.vehicle(robot).state for robot in self.keeper.link.robots]
            lines = [f"{view}: {state}" for view, state in zip(self.live.robots.values(), said, strict=True)]
            raise AssertionError("\n".join(lines)) from None

    async def halt(self) -> None:
        """Stop the keeper as a power cut would."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.wait([self._running])

    async def until(self, true: Callable[[Reader], bool]) -> None:
        """Wait until the rows are as they should be."""
        while not await self.store.read(true):
            if self._running is not None and self._running.done():
                self._running.result()
            await asyncio.sleep(0.1)

    async def until_given_up(self) -> None:
        """Wait until the broker has given up every robot that left it a will."""
        link, gone = self.keeper.link, ConnectionState.CONNECTIONBROKEN
        willing = [link.vehicle(robot) for robot in link.robots if robot.manufacturer == "LIB"]
        await self.until(lambda _reader: all(vehicle.connection is gone for vehicle in willing))


@asynccontextmanager
async def floor(folder: Path, broker: Mosquitto) -> AsyncIterator[Floor]:
    site = site_of(folder)
    store = Store.open(Database(f"sqlite:///{folder / 'genba.db'}"), site, quick_source())
    async with AsyncExitStack() as stack:
        stack.callback(store.close)
        await store.run(give_tours)
        programs = [
            await stack.enter_async_context(agvs(folder, broker.port, players(site, "LIB"), totes=True)),
            await stack.enter_async_context(vehicles(folder, broker.port, players(site, "SDK"))),
        ]
        running = Floor(store, broker, programs)
        running.boot()
        stack.push_async_callback(running.halt)
        yield running


def arrivals(reader: Reader) -> Sequence[Any]:
    """Return the arrivals at stops of tours."""
    return reader.rows(select(journal.c.subject, journal.c.data).where(journal.c.kind == "batch.arrived"))


@pytest.mark.timeout(WITHIN + 60)
async def test_R121_R123_every_tour_is_driven_once_through_every_trouble(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with floor(tmp_path, mosquitto) as at, at.in_time():
        total = CARRIERS * 2 + TOURS
        await at.until(lambda reader: len(arrivals(reader)) >= total // 6)
        await at.broker.kill()
        await at.broker.start()
        await at.until(lambda reader: len(arrivals(reader)) >= total // 3)
        for program in at.programs:
            program.freeze()
        await at.until_given_up()
        await at.halt()
        for program in at.programs:
            program.thaw()
        at.boot()
        await at.until(lambda reader: len(arrivals(reader)) >= total)
        seen = [(row.subject, row.data["seq"]) for row in await at.store.read(arrivals)]
        assert len(dict.fromkeys(seen)) == len(seen) == total
        link = at.keeper.link
        assert [robot for robot in link.robots if (state := link.vehicle(robot).state) and state.loads] == []
        names = {robot.id: robot.serial for robot in at.store.site.robots if robot.serial is not None}
        failed = {names[row.robot_id] for row in await at.store.read(lambda reader: reader.all(trips, state="failed"))}
        assert failed <= {*EMPTY}

        def charged(reader: Reader) -> set[str]:
            return {names[row.robot_id] for row in reader.all(trips, purpose="charge", state="done")}

        await at.until(lambda reader: charged(reader) >= {*EMPTY})
        assert await at.store.read(charged) == {*EMPTY}

"""A fleet at a real broker for the benches: simulators in processes of their own, and the edge's side in this one.

The edge's side is link, decisions, traffic and the store. The gauge between it and the broker counts every message.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from drivers.mqtt.aio import connector
from drivers.mqtt.port import Connect, Message, Session, Will
from drivers.mqtt.serve import serve
from drivers.supervisor import Link
from edge.app import roadmap_of
from edge.clock import real_source
from edge.commands.bench.site import checked, written
from edge.commands.garbage import settle
from edge.devices.robots import RobotKeeper
from edge.live import Live
from edge.model.states import BatchState, TaskKind
from edge.processes.stays import sync_robots
from edge.site import Site
from edge.store.database import Database
from edge.store.queue import add_task
from edge.store.store import Store
from edge.store.tables import batches, stops
from edge.store.tx import Tx

STATE_EVERY = 1.0
"""Seconds between states of a robot that has no news."""
COME_WITHIN = 300.0
"""Seconds within which all robots must have been heard, on a machine with much else to do."""
PER_PROCESS = 200
"""Robots in one process of simulators: what one core easily plays. Twenty processes left the edge a twentieth of it."""
BEHIND = 10
"""How far the simulators stand back (`nice`): real robots take no processor from the edge."""


@dataclass(frozen=True, slots=True)
class Driven:
    """A fleet that is driven, and what is needed to measure it."""

    site: Site
    store: Store
    gauge: "Gauge"
    players: "Players"
    driving: asyncio.Task[None]

    async def go_on(self, seconds: float) -> None:
        """Let time pass; raises what ended the driving."""
        await asyncio.wait([self.driving], timeout=seconds)
        if self.driving.done():
            self.driving.result()


@asynccontextmanager
async def driven(place: Path, data: dict[str, Any], fill: Callable[[Tx], None]) -> AsyncIterator[Driven]:
    """Drive the robots of a site with the work that `fill` adds; `place` is a folder for what is written.

    Begins when all have been heard; raises TimeoutError.
    """
    site = checked(data)
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(serve(place))
        store = Store.open(Database(f"sqlite:///{place / 'genba.db'}"), site, real_source())
        stack.callback(store.close)
        await store.run(sync_robots)
        await store.run(fill)
        gauge, listening = Gauge(), asyncio.Event()

        def on_link(link: Link) -> None:
            if link.up:
                listening.set()

        keeper = RobotKeeper(
            site,
            roadmap_of(site),
            store=store,
            live=Live(),
            source=real_source(),
            connect=gauge.over(connector("127.0.0.1", broker.port)),
            on_link=on_link,
        )
        settle()
        gauge.news_at = lambda: keeper.news_at
        driving = asyncio.create_task(keeper.run())
        stack.push_async_callback(_end, driving)
        await listening.wait()  # what is said before nobody could hear
        players = Players(data, place, broker.address)
        stack.push_async_callback(players.leave)
        await players.come()
        fleet = Driven(site, store, gauge, players, driving)
        async with asyncio.timeout(COME_WITHIN):
            while len(gauge.heard) < len(site.robots):
                await fleet.go_on(0.1)
        yield fleet


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def add_tour(tx: Tx, batch_id: str, station: str, places: Sequence[tuple[str, str]]) -> None:
    """Have a robot wanted for a tour past places, pairs of node and kind of stop; nothing is to be picked there."""
    common: dict[str, Any] = {"priority": 5, "due_at": tx.now}
    carry = add_task(tx, TaskKind.CARRY, f"batch/{batch_id}", place="", needs="carry", **common)
    tx.insert(batches, id=batch_id, wave_id="", state=BatchState.PLANNED, station=station, task_id=carry, **common)
    tx.insert_many(
        stops,
        [{"batch_id": batch_id, "seq": seq, "node": node, "kind": kind} for seq, (node, kind) in enumerate(places)],
    )


class Gauge:
    """Counts what passes the MQTT port, and the time from news to the orders that follow from it.

    An order follows from the robot's own progress if that came in time for the round that gives it; else from what
    others reported, and then the time counts from the first of all news that the round takes in.
    """

    def __init__(self) -> None:
        self.heard: dict[str, int] = {}
        """States of each robot since the beginning."""
        self.states = self.orders = self.repeated = 0
        self.answers: list[float] = []
        self.news_at: Callable[[], float | None] = lambda: None
        """When the first news of the round in hand came, on the clock of the loop."""
        self._passed: dict[str, int] = {}
        self._asked: dict[str, float] = {}
        self._ordered: dict[str, tuple[str, int]] = {}

    def clear(self) -> None:
        """Begin to measure."""
        self.states = self.orders = self.repeated = 0
        self.answers.clear()

    def over(self, connect: Connect) -> Connect:
        """Return the port, watched."""

        def watched(
            client_id: str, *, will: Will | None = None, keepalive: int = 15
        ) -> AbstractAsyncContextManager[Session]:
            return self._session(connect(client_id, will=will, keepalive=keepalive))

        return watched

    @asynccontextmanager
    async def _session(self, connection: AbstractAsyncContextManager[Session]) -> AsyncIterator[Session]:
        async with connection as session:
            yield _Watched(session, self)

    def came(self, message: Message) -> None:
        """Note a state; progress is a new last node."""
        robot, kind = message.topic.rsplit("/", 2)[1:]
        if kind != "state":
            return
        self.states += 1
        self.heard[robot] = self.heard.get(robot, 0) + 1
        passed = msgspec.json.decode(message.payload, type=_State).passed
        if self._passed.get(robot) != passed:
            self._passed[robot] = passed
            moment, news_at = asyncio.get_running_loop().time(), self.news_at()
            asked = self._asked.get(robot)
            if asked is None or (news_at is not None and asked < news_at):
                self._asked[robot] = moment

    def went(self, topic: str, payload: bytes) -> None:
        """Note an order."""
        robot, kind = topic.rsplit("/", 2)[1:]
        if kind != "order":
            return
        order = msgspec.json.decode(payload, type=_Order)
        if self._ordered.get(robot) == (order.id, order.update):
            self.repeated += 1
            return
        self._ordered[robot] = order.id, order.update
        self.orders += 1
        news_at, asked = self.news_at(), self._asked.pop(robot, None)
        if news_at is not None:
            began = news_at if asked is None or asked < news_at else asked
            self.answers.append(asyncio.get_running_loop().time() - began)


class _State(msgspec.Struct):
    passed: int = msgspec.field(name="lastNodeSequenceId")


class _Order(msgspec.Struct):
    id: str = msgspec.field(name="orderId")
    update: int = msgspec.field(name="orderUpdateId")


class _Watched:
    """A session that tells the gauge what passes."""

    def __init__(self, session: Session, gauge: Gauge) -> None:
        self._session = session
        self._gauge = gauge

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        """Subscribe."""
        await self._session.subscribe(topic_filter, qos)

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:  # noqa: FBT001, FBT002  as the port has it
        """Publish; the time counts up to here, where the broker is handed the order."""
        self._gauge.went(topic, payload)
        await self._session.publish(topic, payload, qos, retain)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:  # noqa: FBT001, FBT002  as the port has it
        """Send; the broker is handed the order here."""
        self._gauge.went(topic, payload)
        self._session.post(topic, payload, retain)

    async def messages(self) -> AsyncIterator[Message]:
        """Return what comes in."""
        async for message in self._session.messages():
            self._gauge.came(message)
            yield message


class Players:
    """The processes that play the robots of a site."""

    def __init__(self, data: dict[str, Any], place: Path, address: str) -> None:
        self._data = data
        self._place = place
        self._address = address
        self._processes: list[asyncio.subprocess.Process] = []
        self._tallies: list[Path] = []

    async def come(self) -> None:
        """Start as many processes as are needed."""
        for number, some in enumerate(_parts(self._data["robots"])):
            file = written(_floor(self._data, some), self._place / f"robots-{number}.yaml")
            tally = self._place / f"tally-{number}.json"
            command = ["-m", "simulators.robots.cli", "--broker", self._address, "--site", str(file)]
            options = ["--state-interval", str(STATE_EVERY), "--tally", str(tally)]
            self._tallies.append(tally)
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, *options, stdout=asyncio.subprocess.DEVNULL
            )
            os.setpriority(os.PRIO_PROCESS, process.pid, BEHIND)
            self._processes.append(process)

    async def leave(self) -> dict[str, int]:
        """Have all robots leave; return how many states each one sent. Again is no harm."""
        for process in self._processes:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            await process.wait()
        told: dict[str, int] = {}
        for tally in self._tallies:
            if tally.exists():
                told |= json.loads(tally.read_text(encoding="utf-8"))
        return told


def _floor(data: dict[str, Any], robots: list[Any]) -> dict[str, Any]:
    """Return what of a site its robots have to read: twenty processes that read all of it take minutes of a core."""
    homes = dict.fromkeys(one["home"] for one in robots)
    kept = {one["node"] for one in data["stations"] if one["id"] in homes or one["kind"] == "charge"}
    nodes = [one for one in data["roadmap"]["nodes"] if one["id"] in kept]
    stations = [one for one in data["stations"] if one["node"] in kept]
    return data | {
        "locations": [],
        "stations": stations,
        "roadmap": data["roadmap"] | {"nodes": nodes, "lanes": []},
        "robots": robots,
    }


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), PER_PROCESS):
        yield rows[start : start + PER_PROCESS]

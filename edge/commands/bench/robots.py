"""`genba bench robots`: what robots at a real broker cost the edge, and how soon it answers them (P70, P76).

Robots drive endless rounds past pick places. They are simulators in processes of their own; this process is the edge's
side alone: link, decisions, traffic and the store.
"""

import asyncio
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import msgspec
import typer

from drivers.mqtt.aio import connector
from drivers.mqtt.port import Connect, Message, Session, Will
from drivers.mqtt.serve import serve
from edge.app import roadmap_of
from edge.clock import real_source
from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.bench.site import checked, sketched, written
from edge.devices.robots import RobotKeeper
from edge.live import Live
from edge.model.states import BatchState, TaskKind
from edge.processes.stays import sync_robots
from edge.site import Site
from edge.sketch import Plan
from edge.store.database import Database
from edge.store.queue import add_task
from edge.store.store import Store
from edge.store.tables import batches, stops
from edge.store.tx import Tx

STATE_EVERY = 1.0
"""Seconds between states of a robot that has no news."""
REACH = 24_000
"""Millimetres from its home within which a robot's stops lie: on a floor of this size tours stay in their zone."""
STOPS = 200
"""Places on each robot's round: more than it passes in a measurement, and within the reach of its battery."""
ANSWER_WITHIN = 0.5
"""Seconds: a robot that gets its order later than this after its progress was held by traffic, not by us."""
PER_PROCESS = 50
"""Robots in one process of simulators: what one core easily plays."""


def robots(
    *,
    count: Annotated[int, typer.Option("--robots", help="How many robots.", min=1)] = 100,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=1)] = 30.0,
    warm_up: Annotated[float, typer.Option(help="Seconds to let them come and begin to drive.", min=0)] = 10.0,
    json_to: JsonTo = None,
) -> None:
    """Measure the edge's work for each robot and its time from state to order."""
    with TemporaryDirectory(prefix="genba-bench-") as place:
        row = asyncio.run(_measure(Path(place), count, seconds, warm_up))
    tell("robots at one state a second", [row], json_to)


async def _measure(place: Path, count: int, seconds: float, warm_up: float) -> dict[str, Any]:
    data = sketched(_plan(count))
    site = checked(data)
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(serve(place))
        opened = Store.open(Database(f"sqlite:///{place / 'genba.db'}"), site, real_source())
        stack.callback(opened.close)
        await opened.run(_fill, site)
        gauge = _Gauge()
        keeper = RobotKeeper(
            site,
            roadmap_of(site),
            store=opened,
            live=Live(),
            source=real_source(),
            connect=gauge.over(connector("127.0.0.1", broker.port)),
        )
        driving = asyncio.create_task(keeper.run())
        await stack.enter_async_context(_players(data, place, broker.address))
        await asyncio.wait([driving], timeout=warm_up)
        gauge.clear()
        spent = time.process_time()
        await asyncio.wait([driving], timeout=seconds)
        spent = time.process_time() - spent
        driving.cancel()
        await asyncio.wait([driving])
        if not driving.cancelled():
            driving.result()
    return {
        "robots": count,
        "states a second": round(gauge.states / seconds, 1),
        "orders a second": round(gauge.orders / seconds, 1),
        "share of a core": round(spent / seconds, 3),
        "CPU ms a robot and second": round(spent / seconds / count * 1000, 2),
        "answers": len(gauge.answers),
        **spread(gauge.answers),
    }


def _plan(count: int) -> Plan:
    """Return a site with room for so many robots: three long aisles for every four."""
    return Plan(zones=2, aisles=max(3, count * 3 // 8), bays=16, robots=count)


class _Gauge:
    """Counts what passes the MQTT port, and the time from a robot's progress to its next order."""

    def __init__(self) -> None:
        self.states = self.orders = 0
        self.answers: list[float] = []
        self._passed: dict[str, int] = {}
        self._asked: dict[str, float] = {}

    def clear(self) -> None:
        """Begin to measure."""
        self.states = self.orders = 0
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
        passed = msgspec.json.decode(message.payload, type=_State).passed
        if self._passed.get(robot) != passed:
            self._passed[robot] = passed
            self._asked[robot] = asyncio.get_running_loop().time()

    def went(self, topic: str) -> None:
        """Note an order."""
        robot, kind = topic.rsplit("/", 2)[1:]
        if kind != "order":
            return
        self.orders += 1
        asked = self._asked.pop(robot, None)
        took = ANSWER_WITHIN if asked is None else asyncio.get_running_loop().time() - asked
        if took < ANSWER_WITHIN:
            self.answers.append(took)


class _State(msgspec.Struct):
    passed: int = msgspec.field(name="lastNodeSequenceId")


class _Watched:
    """A session that tells the gauge what passes."""

    def __init__(self, session: Session, gauge: _Gauge) -> None:
        self._session = session
        self._gauge = gauge

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        """Subscribe."""
        await self._session.subscribe(topic_filter, qos)

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:  # noqa: FBT001, FBT002  as the port has it
        """Publish; the time counts up to here, where the broker is handed the order."""
        self._gauge.went(topic)
        await self._session.publish(topic, payload, qos, retain)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:  # noqa: FBT001, FBT002  as the port has it
        """Send; the broker is handed the order here."""
        self._gauge.went(topic)
        self._session.post(topic, payload, retain)

    async def messages(self) -> AsyncIterator[Message]:
        """Return what comes in."""
        async for message in self._session.messages():
            self._gauge.came(message)
            yield message


@asynccontextmanager
async def _players(data: dict[str, Any], place: Path, address: str) -> AsyncIterator[None]:
    """Play the robots of a site, in as many processes as needed."""
    processes = []
    floor = data | {"locations": [], "roadmap": data["roadmap"] | {"lanes": []}}  # the rest they need not read
    for number, some in enumerate(_parts(data["robots"])):
        file = written(floor | {"robots": list(some)}, place / f"robots-{number}.yaml")
        command = ["-m", "simulators.robots.cli", "--broker", address, "--site", str(file)]
        processes.append(
            await asyncio.create_subprocess_exec(
                sys.executable, *command, "--state-interval", str(STATE_EVERY), stdout=asyncio.subprocess.DEVNULL
            )
        )
    try:
        yield
    finally:
        for process in processes:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), PER_PROCESS):
        yield rows[start : start + PER_PROCESS]


def _fill(tx: Tx, site: Site) -> None:
    """Give every robot a round past places where nothing is to be picked."""
    sync_robots(tx)
    dice = random.Random(1)  # noqa: S311  the same rounds in every run
    places = sorted({(location.x, location.node) for location in site.locations})
    for number, robot in enumerate(site.robots):
        home = site.station[robot.home]
        nodes = sorted({node for x, node in places if abs(x - home.x) <= REACH})
        batch_id = f"B{number:04}"
        common: dict[str, Any] = {"priority": 5, "due_at": tx.now}
        carry = add_task(tx, TaskKind.CARRY, f"batch/{batch_id}", place="", needs="carry", **common)
        tx.insert(batches, id=batch_id, wave_id="", state=BatchState.PLANNED, station="PACK-1", task_id=carry, **common)
        tx.insert_many(
            stops,
            [{"batch_id": batch_id, "seq": seq, "node": dice.choice(nodes), "kind": "pick"} for seq in range(STOPS)],
        )

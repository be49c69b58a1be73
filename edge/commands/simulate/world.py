"""One virtual site: edge, floor and WMS on one event loop, joined by memory, killed and restarted at will."""

import asyncio
import itertools
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import structlog
from sqlalchemy import select

from drivers.modbus.port import ModbusLost
from edge.app import Edge, FmsKeys
from edge.clock import Source
from edge.fleet.assign import Assigner, assign
from edge.model.reasons import Refusal
from edge.model.states import TASK_OPEN, TaskKind
from edge.outside import Outside
from edge.planning.loads import ABSENT
from edge.planning.waves import not_due
from edge.processes.difference import count_again, take_difference
from edge.processes.people import KeyRole, add_key, set_badge, set_pin, sync_people
from edge.processes.robots import return_to_service
from edge.processes.stocktake import DIFFERS
from edge.processes.trouble import OPEN, settle_trouble
from edge.site import Site
from edge.store.database import Database
from edge.store.statement import Query, param
from edge.store.store import Store
from edge.store.tables import exceptions, robots, tasks
from edge.store.tx import Entry, Reader, Tx
from edge.store.writer import InlineWriter
from edge.web.pins import CHEAP_COST, ArgonHasher, digest
from simulators.epcis.app import Trouble as RepositoryTrouble
from simulators.epcis.app import create_app as create_repository
from simulators.epcis.repository import Repository
from simulators.fms.app import Manager
from simulators.operators.person import Habits
from simulators.robots.faults import PoorRadio, Radio
from simulators.robots.ground import Ground, places_shared
from simulators.robots.standstill import Standstill
from simulators.sitefile import SiteFile
from simulators.wms.app import Trouble, create_app
from simulators.wms.books import Books
from simulators.wms.demand import Demand, catalogue, opening_stock, wishes
from simulators.wms.host import Host
from simulators.world import http
from simulators.world.broker import Broker
from simulators.world.floor import Floor, Ports, Tempo
from simulators.world.loop import virtual_loop
from simulators.world.streams import Network

log = structlog.get_logger(__name__)

PIN = "2580"
HOST_KEY = "genba_wms_virtual"
WMS_TOKEN = "virtual-wms-token"  # noqa: S105  the virtual WMS is nobody's but ours
FMS_TOKEN = "virtual-fms-token"  # noqa: S105  likewise
EPCIS_TOKEN = "virtual-epcis-token"  # noqa: S105  likewise
RESTART_SECONDS = (2.0, 20.0)
"""How long the edge is away after a crash: systemd's two seconds, or somebody who plugs the box in again."""
QUIET_STATES, POOR_STATES = 30.0, 10.0
"""Seconds between states of a robot without news (R08): the most VDA 5050 allows, less where the radio loses some."""
LOOKS = 60.0
"""Seconds between two looks whether the day is over; it is when all was done at three of them."""
SUPERVISOR_LOOKS = 60.0
"""Seconds between a supervisor's looks at dead robots."""
COUNT_WITHDRAWN = 0.15
"""How often the WMS withdraws the count it asked for last."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is made of."""

    site: Site
    plan: SiteFile
    raw: dict[str, Any]
    seed: int
    hours: float
    orders_per_hour: float
    stop_orders_at: float
    """Hours after which no new orders come, so that the site can finish."""
    counts_per_hour: float = 0.0
    """Locations that the WMS wants counted, while orders come."""
    poor_radio: bool = False
    habits: Habits | None = None
    assigner: Assigner = assign


@dataclass(slots=True)
class Tally:
    """What happened to the world."""

    crashes: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class World:
    """The whole virtual site. `crash` is asked at every commit whether the edge dies there."""

    def __init__(self, setting: Setting, folder: Path) -> None:
        self.setting = setting
        self.loop = virtual_loop()
        self.dice = random.Random(setting.seed)
        self.tally = Tally()
        self.broker = Broker(self._split())
        self.network = Network(self._split())
        self.trouble = Trouble()
        self.books = Books(":memory:", self.loop.now, setting.site.id)
        self.wms = create_app(self.books, WMS_TOKEN, self._split(), trouble=self.trouble)
        self.crash: Callable[[str], bool] = lambda _point: False
        self.edge: Edge | None = None
        self.wms_line = http.Line(lambda: self.wms, self._split())
        self.edge_line = http.Line(self._edge_app, self._split())
        self.handheld_lines: dict[str, http.Line] = {}
        self._folder = folder
        self._edge_task: asyncio.Task[None] | None = None
        self._ids = self._split()
        radio: Radio | None = PoorRadio(self._split()) if setting.poor_radio else None
        ports = Ports(
            listen=self.network.listen,
            mqtt=lambda _serial: self.broker.connect,
            call=self._line_of,
            credentials=lambda person: (f"badge-{person}", PIN),
            now=self.loop.now,
        )
        tempo = Tempo(state_interval=POOR_STATES if setting.poor_radio else QUIET_STATES)
        self.floor = Floor(
            setting.plan, setting.raw, ports, dice=self._split(), tempo=tempo, habits=setting.habits, radio=radio
        )
        self.manager = Manager(self.floor.yard, FMS_TOKEN, random.Random(setting.seed), now=self.loop.time)
        """Drives the robots that are not ours to drive, where the site has such."""
        self._manager_line = http.Line(lambda: self.manager.app, random.Random(setting.seed))
        self._repository_at = urlsplit(setting.site.epcis.url if setting.site.epcis is not None else "")
        self.repository = Repository()
        self.repository_trouble = RepositoryTrouble()
        repository = create_repository(
            self.repository,
            EPCIS_TOKEN,
            random.Random(setting.seed),
            trouble=self.repository_trouble,
            prefix=self._repository_at.path.rstrip("/"),
        )
        self.repository_line = http.Line(lambda: repository, random.Random(f"epcis {setting.seed}"))
        """Where the site tells a repository; on dice of their own, so that a day without is as it was."""
        doors = self.floor.devices.doors.values()
        lifts = self.floor.devices.lifts.values()
        self.standstill = Standstill(self.floor.robots.robots, self.loop.time)
        self.ground = Ground(self.floor.robots.robots, places_shared(setting.raw), doors, lifts)
        self.trading_done = asyncio.Event()
        self._up = asyncio.Event()

    def _split(self) -> random.Random:
        return random.Random(self.dice.getrandbits(64))

    def _edge_app(self) -> http.Asgi | None:
        return self.edge.app if self.edge is not None else None

    def _line_of(self, person: str) -> http.Way:
        line = self.handheld_lines[person] = http.Line(self._edge_app, self._split())
        return line

    # --- the edge ---------------------------------------------------------------------------------------------------

    async def boot(self) -> None:
        """Start the edge on what is durable."""
        source = Source(now=self.loop.now, dice=self._ids, unmoved=self.loop.unmoved)
        database = Database(f"sqlite:///{self._folder / 'genba.db'}")
        store = Store.open(database, self.setting.site, source, inline=True, crash=self._asked)
        store.watch(self.tally.entries.extend)
        hasher = ArgonHasher(CHEAP_COST, off_loop=False)
        others = {self.setting.site.wms.url: self.wms_line}
        if self.setting.site.fms is not None:
            others[self.setting.site.fms.url] = self._manager_line
        if self._repository_at.netloc:
            others[f"{self._repository_at.scheme}://{self._repository_at.netloc}"] = self.repository_line
        client = httpx.AsyncClient(transport=http.Transport(others), base_url=self.setting.site.wms.url)
        outside = Outside(
            dial=self.network.dial,
            mqtt=self.broker.connect,
            modbus=lambda address, unit: self._plc(address, unit).connect(address, unit),
            http=client,
        )
        if not self.tally.crashes:
            await store.run(_first_day, self.setting.site, await hasher.hash(PIN))
        self.edge = Edge(
            self.setting.site,
            store=store,
            outside=outside,
            source=source,
            hasher=hasher,
            wms_token=WMS_TOKEN,
            epcis_token=EPCIS_TOKEN,
            assigner=self.setting.assigner,
            fms_keys=FmsKeys(FMS_TOKEN),
        )
        self._edge_task = self.loop.create_task(self._live(self.edge))
        self._up.set()

    async def running_edge(self) -> Edge:
        """Return the edge, as soon as it runs."""
        while self.edge is None:
            await self._up.wait()
        return self.edge

    def _plc(self, address: str, unit: int) -> Any:
        for device in self.setting.site.devices:
            if device.kind == "modbus" and (device.address, device.unit) == (address, unit):
                return self.floor.devices.plcs[device.id]
        raise ModbusLost(f"nobody answers at {address} as unit {unit}")

    async def _live(self, edge: Edge) -> None:
        try:
            await edge.run()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the run fails by it, at its end
            self.tally.errors.append(f"the edge ended: {error!r}")
            log.exception("edge.ended")

    def _asked(self, point: str) -> bool:
        if not self.crash(point) or self.edge is None:
            return False
        self.loop.call_soon(self.kill_edge, point)
        return True

    def kill_edge(self, why: str = "kill") -> None:
        """Take the power from the edge: nothing of it runs on, what was not committed is gone; it boots again later."""
        edge, self.edge = self.edge, None
        if edge is None:
            return
        self._up.clear()
        self.tally.crashes += 1
        self.tally.faults[f"crash {why}"] = self.tally.faults.get(f"crash {why}", 0) + 1
        writer = edge.store.writer
        if isinstance(writer, InlineWriter):
            writer.kill()
        for line in (self.edge_line, *self.handheld_lines.values()):
            line.cut()
        self.broker.drop(f"genba-{self.setting.site.id}")
        self.loop.create_task(self._reboot(edge))

    async def _reboot(self, edge: Edge) -> None:
        if self._edge_task is not None:
            self._edge_task.cancel()
            await asyncio.wait([self._edge_task])
        edge.services.close()
        edge.store.database.close()
        await asyncio.sleep(self.dice.uniform(*RESTART_SECONDS))
        await self.boot()

    # --- the day ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Live one day: orders come, the floor works, until all is done or the time is over."""
        await self.floor.start()
        items = catalogue(self.setting.plan, self.setting.seed)
        today = self.loop.now().astimezone(ZoneInfo(self.setting.plan.timezone)).date()
        lines = opening_stock(self.setting.plan, items, self.setting.seed, today)
        self.floor.stock_up(lines)
        await self.boot()
        host = Host(self.edge_line, HOST_KEY, self.books, self._split())
        floor = self.loop.create_task(self.floor.run())
        trade = self.loop.create_task(self._trade(host, items, lines))
        supervisor = self.loop.create_task(self._supervise())
        onlooker = self.loop.create_task(self.standstill.run())
        manager = self.loop.create_task(self.manager.run())
        counting = self.loop.create_task(self._want_counts(host)) if self.setting.counts_per_hour else None
        end = self.loop.time() + self.setting.hours * 3600
        quiet, enough = 0, _looks(self.setting.site)
        while self.loop.time() < end and quiet < enough:
            await asyncio.sleep(LOOKS)
            quiet = quiet + 1 if self.trading_done.is_set() and await self._all_done() else 0
            for task in (floor, trade, supervisor, manager):
                if task.done() and not task.cancelled() and task.exception() is not None:
                    self.tally.errors.append(f"the world ended: {task.exception()!r}")
                    return
        lives = [floor, trade, supervisor, onlooker, manager, *([counting] if counting else [])]
        for task in lives:
            task.cancel()
        await asyncio.wait(lives)

    async def close(self) -> None:
        """Stop the edge in good order."""
        edge, self.edge = self.edge, None
        if self._edge_task is not None:
            self._edge_task.cancel()
            await asyncio.wait([self._edge_task])
        if edge is not None:
            edge.close()
        self.books.close()

    async def _trade(self, host: Host, items: Any, lines: Any) -> None:
        await host.send_items(items)
        await host.send_stock(lines)
        demand = Demand(per_hour=self.setting.orders_per_hour, change_of_mind_s=(30.0, 1800.0))
        count = int(self.setting.orders_per_hour * self.setting.stop_orders_at)
        now = self.loop.now() + timedelta(0)
        orders = wishes(self.setting.plan, items, demand, self._split(), now)
        await host.trade(itertools.islice(orders, count))
        self.trading_done.set()

    async def _want_counts(self, host: Host) -> None:
        """Now and then the WMS wants a location counted; on dice of its own, so that a day without is as it was."""
        dice = random.Random(f"counts {self.setting.seed}")
        places = list(self.setting.plan.locations)
        for number in itertools.count():
            await asyncio.sleep(dice.expovariate(self.setting.counts_per_hour / 3600))
            if self.trading_done.is_set():
                return
            if number and dice.random() < COUNT_WITHDRAWN:
                await host.withdraw_counts(f"count-{number - 1}")
            await host.ask_count(dice.choice(places), f"count-{number}")

    async def _all_done(self) -> bool:
        """Say whether nothing is left to do today: late orders may wait for a wave of tomorrow."""
        edge = self.edge
        if edge is None or edge.live.wms_waiting or (edge.live.epcis is not None and edge.live.epcis.waiting):
            return False
        if await edge.store.read(_counts_left):
            return False
        left = self.books.open_orders()
        return not left or dict.fromkeys(left).keys() <= dict.fromkeys(await edge.store.read(not_due)).keys()

    async def _supervise(self) -> None:
        """Somebody returns dead robots that are well again, takes strange loads off, and finds missed parcels."""
        while True:
            await asyncio.sleep(SUPERVISOR_LOOKS)
            edge = self.edge
            if edge is None:
                continue
            await self._see_to_the_dead(edge)
            if self.edge is not edge:
                continue
            for robot_id, loads in await edge.store.read(_strange_loads):
                for load in loads:
                    self.floor.warehouse.hooks.unload(robot_id, load)
            for trouble_id in await edge.store.read(_missed_parcels):
                await self._does(edge, settle_trouble, trouble_id, "mori")
            for trouble_id in await edge.store.read(_differences):
                await self._does(edge, _decide_count, trouble_id, "mori")

    async def _see_to_the_dead(self, edge: Edge) -> None:
        """Return dead robots to service that are well again, and make others well."""
        for robot_id, serial in await edge.store.read(_dead):
            if serial in self.floor.yard.robots:
                await self._return_managed(edge, robot_id, serial)
                continue
            robot = self.floor.robots[serial]
            if robot.alive:
                await self._does(edge, return_to_service, robot_id)
            else:
                robot.revive()

    async def _does(self, edge: Edge, deed: Callable[..., object], *about: str) -> None:
        """Do something as the supervisor; an edge that dies over it never answers: it is done at a next look."""
        if self.edge is edge:
            with suppress(TimeoutError):
                async with asyncio.timeout(SUPERVISOR_LOOKS):
                    await edge.store.run_as("person:mori", deed, *about)

    async def _return_managed(self, edge: Edge, robot_id: str, serial: str) -> None:
        """Return a robot to service that its manager says is well, or make it well."""
        robot = self.floor.yard.robots[serial]
        if robot.online:
            await self._does(edge, return_to_service, robot_id)
        robot.online, robot.errors = True, []


def _looks(site: Site) -> int:
    """Return how many looks must find all done: a read point waits for the last tag that left."""
    longest = max((point.gone_after.most for point in site.read_points), default=0)
    return 3 + ceil(longest / LOOKS)


_DEAD = Query(select(robots.c.id, robots.c.serial).where(robots.c.dead).order_by(robots.c.id))
_OPEN_TROUBLES = Query(
    select(exceptions.c.id, exceptions.c.detail)
    .where(exceptions.c.code == param("code"), exceptions.c.state.in_(OPEN))
    .order_by(exceptions.c.id)
)


_COUNTS = Query(select(tasks.c.id).where(tasks.c.kind == TaskKind.COUNT, tasks.c.state.in_(TASK_OPEN)).limit(1))


def _dead(reader: Reader) -> list[tuple[str, str]]:
    return [(row.id, row.serial) for row in reader.rows(_DEAD)]


def _strange_loads(reader: Reader) -> list[tuple[str, list[str]]]:
    rows = reader.rows(_OPEN_TROUBLES, code="robot.strange_load")
    return [(row.detail["robot"], row.detail["loads"]) for row in rows]


def _missed_parcels(reader: Reader) -> list[str]:
    return [row.id for row in reader.rows(_OPEN_TROUBLES, code=ABSENT)]


def _differences(reader: Reader) -> list[str]:
    return [row.id for row in reader.rows(_OPEN_TROUBLES, code=DIFFERS)]


def _counts_left(reader: Reader) -> bool:
    return reader.one(_COUNTS) is not None or bool(_differences(reader))


def _decide_count(tx: Tx, trouble_id: str, person: str) -> None:
    """Take a count into the books, or have it done again where goods have moved since."""
    try:
        take_difference(tx, trouble_id, person)
    except Refusal:
        count_again(tx, trouble_id, person)


def _first_day(tx: Tx, site: Site, pin_hash: str) -> None:
    """Give people badges and the WMS its key."""
    sync_people(tx)
    for worker in site.people:
        set_badge(tx, worker.id, f"badge-{worker.id}")
        set_pin(tx, worker.id, pin_hash)
    add_key(tx, "wms", KeyRole.WMS, digest(HOST_KEY))

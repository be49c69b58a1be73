"""Drives robots through their maker's fleet manager: a trip is one task there, ways and traffic are the manager's.

The same rows as for robots of our own driving (edge/devices/robots.py), read and written by the same decisions; only
what lies between a trip's beginning and its end is somebody else's. Start-up is the same as any round: trips that run
are asked for by their key, which is the trip's id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from drivers.fms import events as told
from drivers.fms.callback import Malformed, Unsigned, read_callback
from drivers.fms.link import FmsLink
from drivers.fms.messages import Kind, RobotReport, Task
from drivers.fms.port import FleetManager
from drivers.supervisor import Link
from drivers.vda5050.messages import RobotId
from edge.clock import Source
from edge.devices.explain import explain, show, take_over
from edge.devices.orders import Way, way_of
from edge.devices.retreat import Retreat
from edge.devices.robot import Robot, robot_of
from edge.devices.silence import Silence
from edge.devices.wanted import Start, Wanted, begin_trip, last_trips, wanted
from edge.devices.work import Work
from edge.fleet.charging import Do
from edge.fleet.reasons import Reason, Wait
from edge.fleet.roadmap import Roadmap
from edge.live import Live, RobotView
from edge.model.reasons import Refusal
from edge.processes import carry, everybody
from edge.processes.trouble import raise_trouble
from edge.site import Site
from edge.store.store import Store
from edge.store.tx import Entry

log = structlog.get_logger(__name__)

GATHER = 0.2
"""Seconds in which news is gathered before a round; the manager itself is asked every two."""
THINK_AGAIN = 5.0
"""Seconds after which a round is made though nothing called for it: batteries and cut-offs."""
AFTER_FAILURE = 5.0
"""Seconds before a robot whose task failed is sent again."""
CONCERNS = ("batch.", "stop.", "robot.", "floor.")

FAILURES = (told.Failed, told.Rejected, told.Cancelled, told.Lost)
ALARMS = (told.Contradicted, told.Unconfirmed, told.CancelUnconfirmed)


class FleetKeeper:
    """Keeps the robots of one manager at work."""

    def __init__(
        self,
        site: Site,
        roadmap: Roadmap,
        manager: FleetManager,
        *,
        store: Store,
        live: Live,
        source: Source,
        callback_secret: str = "",
        on_link: Callable[[Link], None] = lambda _link: None,
    ) -> None:
        self._site = site
        self._units = site.units_of("fms")
        self._nodes = {node.id for node in roadmap.nodes}
        self._store = store
        self._live = live
        self._source = source
        self._secret = callback_secret
        self._work = Work(site, roadmap, store, source)
        self._ways: dict[str, Way] = {}
        self._robots: dict[str, Robot] = {}
        self._silence = Silence(store, self._robots)
        self._by_name: dict[str, str] = {}
        self._facts: list[Callable[[], Awaitable[None]]] = []
        self._wake = asyncio.Event()
        self._wanted = Wanted()
        self._retreat = Retreat(site, roadmap)
        self._link = FmsLink(
            "fms",
            manager,
            now=source.now,
            steady=source.steady,
            dice=source.dice,
            on_event=self._told,
            on_link=lambda link: self._link_changed(link, on_link),
        )
        for unit in self._units:
            if unit.machine is None:
                continue  # `genba check` refuses it: robots of a manager are known by the name it has for them
            identity = RobotId(*unit.machine)
            self._robots[unit.id] = robot_of(site, unit, identity)
            self._by_name[identity.serial] = unit.id
            self._live.views[unit.id] = RobotView(unit.id, identity)

    async def run(self) -> None:
        """Keep the robots at work until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            await self._restore()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._link.run())
                group.create_task(self._steer())
        finally:
            stop()

    def called_back(self, signature: str, body: bytes) -> None:
        """Take a callback of the manager; raises Refusal for one that is not its own or says nothing."""
        try:
            report = read_callback(self._secret, signature, body, self._source.now())
        except Unsigned as error:
            log.warning("fms.unsigned", error=str(error))
            raise Refusal("fleet.unsigned") from error
        except Malformed as error:
            raise Refusal("fleet.malformed", error=str(error)) from error
        self._link.called_back(report)

    async def _restore(self) -> None:
        """Ask for the trips that run; the manager had them or never got them."""
        self._wanted = self._work.concerning(await self._store.read(wanted), self._units)
        rows, _last = await self._store.read(last_trips)
        for robot in self._robots.values():
            take_over(self._wanted, robot, self._live.views[robot.id])
            self._silence.begin(robot)
            if robot.id in rows:
                way = self._ways[robot.id] = way_of(rows[robot.id])
                self._link.want(self._task(robot, way), fresh=False)

    def _task(self, robot: Robot, way: Way) -> Task:
        kind = Kind.CHARGE if way.purpose == "charge" else Kind.MOVE
        return Task(way.id, kind, way.route[-1], robot=robot.identity.serial)

    # --- what is told -----------------------------------------------------------------------------------------------

    def _told(self, event: told.Event) -> None:
        if isinstance(event, told.RobotSeen | told.RobotGone):
            self._told_of_robot(event)
        elif isinstance(event, told.Accepted):
            self._store.run(carry.trip_accepted, event.key)
        elif isinstance(event, told.Done):
            self._later(self._done, event.key)
        elif isinstance(event, FAILURES):
            self._later(self._failed, event.key, _why(event))
        elif isinstance(event, ALARMS):
            way = self._way_of(event.key)
            if way is not None:
                self._complain(way.robot, _why(event))
        self._live.touch()

    def _told_of_robot(self, event: told.RobotSeen | told.RobotGone) -> None:
        name = event.report.robot if isinstance(event, told.RobotSeen) else event.robot
        robot_id = self._by_name.get(name)
        if robot_id is None:
            return
        if isinstance(event, told.RobotSeen):
            self._seen(self._robots[robot_id], event.report)
        else:
            self._silent(self._robots[robot_id])

    def _way_of(self, key: str) -> Way | None:
        return next((way for way in self._ways.values() if way.id == key), None)

    def _seen(self, robot: Robot, report: RobotReport) -> None:
        view = self._live.views[robot.id]
        if report.battery is not None:
            robot.percent = view.battery = report.battery
        robot.charging = view.charging = report.charging
        if report.x is not None and report.y is not None:
            view.x, view.y = report.x, report.y
        view.heading = view.heading if report.heading is None else report.heading
        view.odometer, view.errors = report.odometer, report.errors
        view.seen_at = self._source.now()
        if report.place in self._nodes and robot.id not in self._ways:
            robot.node = str(report.place)
        robot.placed = True
        if not report.online:
            self._silent(robot)
        elif not robot.alive:
            self._heard(robot)

    def _heard(self, robot: Robot) -> None:
        robot.alive = self._live.views[robot.id].online = True
        self._silence.end(robot)
        self._wake.set()

    def _silent(self, robot: Robot) -> None:
        robot.alive = self._live.views[robot.id].online = False
        self._silence.begin(robot)

    def _link_changed(self, link: Link, on_link: Callable[[Link], None]) -> None:
        """Hear nothing of anybody while the manager is away."""
        for robot in self._robots.values():
            report = self._link.robots.get(robot.identity.serial)
            if link.up and report is not None and report.online:
                self._heard(robot)
            elif not link.up:
                self._silent(robot)
        on_link(link)

    def _later(self, handle: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        self._facts.append(lambda: handle(*arguments))
        self._wake.set()

    async def _done(self, key: str) -> None:
        way = self._way_of(key)
        if way is None:
            return
        del self._ways[way.robot]
        self._robots[way.robot].node = way.route[-1]
        await self._store.run_as(f"robot:{way.robot}", carry.trip_done, key)

    async def _failed(self, key: str, reason: str) -> None:
        way = self._way_of(key)
        if way is None:
            return
        del self._ways[way.robot]
        log.warning("trip.failed", robot=way.robot, trip=key, why=reason)
        self._robots[way.robot].not_before = asyncio.get_running_loop().time() + AFTER_FAILURE
        await self._store.run_as(f"robot:{way.robot}", carry.trip_failed, key, reason)
        self._complain(way.robot, reason)

    def _complain(self, robot_id: str, error: str) -> None:
        self._store.run(raise_trouble, "exception.robot_error", f"robot/{robot_id}", robot=robot_id, error=error)

    # --- what is committed ------------------------------------------------------------------------------------------

    def _committed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if not entry.kind.startswith(CONCERNS):
                continue
            self._wake.set()
            if entry.kind in ("robot.dead", "robot.in_service"):
                robot = self._robots.get(entry.subject.removeprefix("robot/"))
                if robot is not None and entry.kind == "robot.dead":
                    self._later(self._give_up, robot)

    async def _give_up(self, robot: Robot) -> None:
        way = self._ways.pop(robot.id, None)
        if way is not None:
            self._link.cancel(way.id)

    # --- the round --------------------------------------------------------------------------------------------------

    async def _steer(self) -> None:
        while True:
            self._wake.clear()
            facts, self._facts = self._facts, []
            for handle in facts:
                await handle()
            await self._read()
            if self._wanted.called_home:
                await self._call_home()
            else:
                await self._go_to_work()
            self._explain()
            if not self._facts:
                await self._rest()

    async def _go_to_work(self) -> None:
        if await self._work.give(self._robots, self._wanted, self._free):
            await self._read()
        await self._next_legs()
        await self._charge_and_park()

    async def _call_home(self) -> None:
        """Send everybody home who has ended what the manager has him at."""
        for robot in self._robots.values():
            if robot.charging or not self._free(robot):
                continue
            await self._store.run(everybody.leave_stop, robot.id)
            if robot.node != robot.home:
                await self._begin(robot, "park", robot.home)

    async def _read(self) -> None:
        self._wanted = self._work.concerning(await self._store.read(wanted), self._units)
        self._retreat.look(self._wanted)
        for robot in self._robots.values():
            take_over(self._wanted, robot, self._live.views[robot.id])

    async def _rest(self) -> None:
        """Wait until something happens, or it is time to think."""
        try:
            async with asyncio.timeout(THINK_AGAIN):
                await self._wake.wait()
            await asyncio.sleep(GATHER)
        except TimeoutError:
            return

    def _free(self, robot: Robot) -> bool:
        rested = asyncio.get_running_loop().time() >= robot.not_before
        return robot.id not in self._ways and robot.usable and rested

    async def _next_legs(self) -> None:
        """Send everyone on whose batch has a stop before it; home, where people have closed that."""
        for robot_id, batch in self._wanted.batches.items():
            robot, stop = self._robots.get(robot_id), self._wanted.ahead(robot_id)
            if robot is None or stop is None or not self._free(robot):
                continue
            if not self._retreat.keeps_from(stop.node):
                await self._begin(robot, "batch", stop.node, batch.id, stop)
            elif robot.node != robot.home:
                await self._begin(robot, "park", robot.home)
            else:
                robot.wait(Wait(Reason.CLOSED, None, stop.node))

    async def _charge_and_park(self) -> None:
        for decision in self._work.charging(self._robots.values(), self._wanted, self._charger):
            robot = self._robots[decision.robot]
            if not self._free(robot):
                continue
            if decision.do is Do.GO and decision.charger:
                charger = self._work.chargers[decision.charger].node
                if not self._retreat.keeps_from(charger):
                    await self._begin(robot, "charge", charger)
            elif decision.do is not Do.STAY and robot.node != robot.home and not self._wanted.waiting:
                await self._begin(robot, "park", robot.home)

    def _charger(self, robot: Robot) -> str | None:
        way = self._ways.get(robot.id)
        return self._work.charger_at.get(robot.node if way is None else way.route[-1])

    async def _begin(
        self, robot: Robot, purpose: str, goal: str, batch_id: str | None = None, stop: Any = None
    ) -> None:
        """Begin a trip and have the manager drive it; nothing for a robot that was declared dead meanwhile."""
        route = [robot.node, goal] if robot.node != goal else [goal]
        start = Start(robot.id, purpose, route, route, batch_id, stop, robot.charging, 0)
        begun = await self._store.run(begin_trip, start)
        if begun is None:
            return
        way = self._ways[robot.id] = Way(begun[0], robot.id, purpose, batch_id, route, route)
        self._link.want(self._task(robot, way), fresh=True)

    def _explain(self) -> None:
        for robot in self._robots.values():
            way = self._ways.get(robot.id)
            explain(robot, way, self._wanted, self._going)
            show(robot, way, self._live.views[robot.id])
        self._live.touch()

    def _going(self, robot_id: str) -> Wait:
        """Say where a robot goes; why it does not go faster only its manager knows."""
        return Wait(Reason.GOING, None, self._ways[robot_id].route[-1])


def _why(event: Any) -> str:
    """Return what went wrong, in the manager's words where it has any."""
    said = [str(getattr(event, name)) for name in ("code", "reason", "text", "error") if getattr(event, name, "")]
    return " ".join(said) or type(event).__name__.lower()

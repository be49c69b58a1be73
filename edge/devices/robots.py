"""Drives the fleet: what is committed is wanted of each robot, what robots report becomes decisions, way is released.

One round at a time: take in what was reported, give work, plan ways, release as much as traffic proves safe, commit it,
and only then tell the robots. Start-up is the same: trips and places are read back and the round goes on (R121).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from math import isqrt
from typing import Any

import structlog

from drivers.mqtt.port import Connect
from drivers.supervisor import Link
from drivers.vda5050 import events as told
from drivers.vda5050 import orders as vda
from drivers.vda5050.fleet import FleetLink
from drivers.vda5050.messages import AgvPosition, Grant, RequestStatus, RobotId, ZoneRequest
from drivers.vda5050.topics import Major
from edge.clock import Source
from edge.devices.doors import DoorKeeper
from edge.devices.explain import explain, show, take_over
from edge.devices.lifts import LiftKeeper
from edge.devices.newcomers import Look, Newcomers
from edge.devices.orders import Way, order_of, way_of
from edge.devices.pauses import Pauses
from edge.devices.retreat import Retreat
from edge.devices.robot import Robot
from edge.devices.silence import Silence
from edge.devices.stores import Areas, maps_of, trouble_of
from edge.devices.usage import length_on
from edge.devices.wanted import Start, Wanted, begin_trip, last_trips, wanted, wanted_after
from edge.devices.work import Work
from edge.fleet.assign import Assigner, assign
from edge.fleet.charging import Do
from edge.fleet.reasons import Reason, Wait
from edge.fleet.roadmap import NEAR, Roadmap
from edge.fleet.routes import Tour, plan_tour
from edge.fleet.traffic import Record, Traffic, TrafficError
from edge.live import Live, RobotView
from edge.model.reasons import Refusal
from edge.processes import carry, everybody, stays
from edge.processes.trouble import MAP_TROUBLES, ZONE_TROUBLES, raise_trouble, solve_elsewhere, solve_troubles
from edge.site import RobotUnit, Site
from edge.store.database import StoreError
from edge.store.store import Store
from edge.store.tx import Entry

log = structlog.get_logger(__name__)

GATHER = 0.05
"""Seconds in which reports are gathered before a round: many robots' progress is one commit, and none waits long."""
THINK_AGAIN = 5.0
"""Seconds after which work and charging are thought over though nothing called for it: batteries, cut-offs."""
THINK_PAUSE = 0.5
"""At least so many seconds between two such thoughts, however much happens."""
ASK_AGAIN = 0.5
"""Seconds before a robot whose way was refused asks for it again."""
EXPLAIN_AGAIN = 2.0
"""Seconds between explanations, while somebody looks: people read no faster."""
AFTER_FAILURE = 5.0
"""Seconds before a robot whose trip failed is sent again: it may be blocked by something a person moves away."""
CONCERNS = ("batch.", "stop.", "robot.", "place.", "floor.")
MOVED_ON = ("batch.arrived", "stop.done")
"""What happens to a tour at every stop: it changes nothing but the tour, and frees no robot for other work."""
QUIET = (told.OrderAccepted, told.BatteryChanged, told.LoadsChanged, told.ActionChanged)
"""Events after which no robot is freer for work than before; what follows from them comes by the journal."""

WAITING = (RequestStatus.REQUESTED, RequestStatus.QUEUED)
"""How a request for leave stands that holds a robot up."""
FOREIGN, CANCELLED, MISPLACED = "foreign order", "cancelled", "misplaced"
_FAILURES = {MISPLACED: "exception.robot_misplaced"} | dict.fromkeys(
    (FOREIGN, CANCELLED, *told.Loss), "exception.robot_lost_order"
)
"""What people are told when a trip ends by our own judgement; every other reason is the robot's own word."""


class RobotKeeper:
    """Keeps every robot of the site at work."""

    def __init__(
        self,
        site: Site,
        roadmap: Roadmap,
        *,
        store: Store,
        live: Live,
        source: Source,
        connect: Connect,
        doors: DoorKeeper | None = None,
        lifts: LiftKeeper | None = None,
        on_link: Callable[[Link], None] = lambda _link: None,
        assigner: Assigner = assign,
    ) -> None:
        """Take the doors and lifts on the robots' ways, if there are; `assigner` chooses who takes which tour."""
        self._site = site
        self._units = site.units_of("vda5050")
        self._maps = tuple(dict.fromkeys(site.maps.values()))
        self._roadmap = roadmap
        self._store = store
        self._live = live
        self._source = source
        self._ways: dict[str, Way] = {}
        self._robots: dict[str, Robot] = {}
        self._by_identity: dict[RobotId, str] = {}
        self._facts: list[Callable[[], Awaitable[None]]] = []
        self._wake = asyncio.Event()
        self._due: asyncio.TimerHandle | None = None
        """When the next round begins, as far as that is known."""
        self._news_at: float | None = None
        self._round_news_at: float | None = None
        self._changed = True
        self._moved_on: dict[str, None] = {}
        """The batches at whose stops something happened."""
        self._think = True
        self._thought_at = 0.0
        self._explained_at = -EXPLAIN_AGAIN
        self._wanted = Wanted()
        self._traffic = Traffic(roadmap, bays=[], clearance=site.clearance)
        self._kept_plan = -1
        """The number of the plan that was committed last."""
        self._closed: dict[str, None] = {}
        self._doors = doors
        self._lifts = lifts
        self._passages = [keeper for keeper in (doors, lifts) if keeper is not None]
        for keeper in self._passages:
            keeper.on_change = self._stir
        self._link = FleetLink(
            connect,
            interface=site.broker.interface,
            client_id=f"genba-{site.id}",
            now=source.now,
            steady=source.steady,
            dice=source.dice,
            ids=source.new_id,
            on_event=self._reported,
            on_position=self._moved,
            leave=self._may_enter,
            on_link=on_link,
        )
        self._areas = Areas(site, roadmap)
        self._retreat = Retreat(site, roadmap)
        self._pauses = Pauses(
            self._link, source, lambda robot, word: self._trouble(robot, "exception.robot_ignores", action=word)
        )
        self._handlers: dict[type, Callable[[Robot, Any], None]] = {
            told.Progress: self._progress,
            told.OrderAccepted: self._accepted,
            told.OrderFinished: lambda robot, event: self._later(self._finished, robot, event),
            told.OrderRejected: self._rejected,
            told.OrderLost: lambda robot, event: self._give_up(robot, event.reason.value),
            told.Alive: lambda robot, _event: self._alive(robot),
            told.Stale: lambda robot, _event: self._stale(robot),
            told.ModeChanged: self._mode,
            told.BatteryChanged: self._battery_told,
            told.ErrorsChanged: self._errors,
            told.LoadsChanged: self._loads_told,
            told.OrderUnconfirmed: self._unconfirmed,
        }
        self._handlers |= dict.fromkeys((told.OrderForeign, told.OrderBlocked), self._foreign)
        self._handlers |= {
            told.CancelDone: self._cancel_done,
            told.RequestRefused: lambda robot, event: self._trouble(robot, "exception.robot_asks", place=event.place),
            told.Stored: self._stored,
            told.NotStored: self._not_stored,
            told.CancelFailed: lambda robot, _event: self._trouble(robot, "exception.robot_keeps_order"),
            told.ActionUnconfirmed: lambda robot, event: self._trouble(
                robot, "exception.robot_ignores", action=event.action_type
            ),
        }
        for unit in self._units:
            if unit.machine is not None:
                self._know(unit, RobotId(*unit.machine))
        self._newcomers = Newcomers(site, roadmap, self._link, source, look=self._look)
        live.newcomers = self._newcomers.views
        self._length = length_on(roadmap)
        self._work = Work(site, roadmap, store, source, assigner)
        self._silence = Silence(store, self._robots)
        self._homes = [site.station[unit.home].node for unit in self._units]
        """Also those of vacant places: nobody is led through them, and who comes finds his free."""
        self._bays = roadmap.mask(self._homes)

    @property
    def link(self) -> FleetLink:
        """The protocol side, for the console and the benches."""
        return self._link

    @property
    def news_at(self) -> float | None:
        """When the first news came (time of the loop) that the round in hand takes in; None where it is but time."""
        return self._round_news_at

    async def run(self) -> None:
        """Drive the fleet until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            await self._restore()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._link.run())
                group.create_task(self._steer())
        finally:
            stop()

    # --- start ------------------------------------------------------------------------------------------------------

    async def _restore(self) -> None:
        """Take up where the last run ended: places, ways and orders, told again only if the robot lost them."""
        self._wanted = self._work.concerning(await self._store.read(wanted), self._units)
        rows, last = await self._store.read(last_trips)
        proof = await self._store.read(carry.kept_proof)
        for unit, identity in self._manned():
            if unit.id not in self._robots:
                self._know(unit, identity)
        records = []
        for robot in self._robots.values():
            take_over(self._wanted, robot, self._live.views[robot.id])
            if robot.id in rows:
                self._ways[robot.id] = way_of(rows[robot.id])
            records.append(self._record(robot, rows.get(robot.id), last.get(robot.id)))
            if robot.id in rows:
                self._ways[robot.id].granted = records[-1].released
            elif robot.id in last:
                self._whereabouts(robot, sure=last[robot.id].state == "done")
        await self._forget_stores()
        self._traffic = self._traffic_of(records, proof)
        self._close_places()
        for robot in self._robots.values():
            self._join(robot)
            way = self._ways.get(robot.id)
            if way is not None:
                self._tell(way)
            self._silence.begin(robot)
        self._live.explain = self._explain  # not before: whoever looks while the edge starts sees what it knows by then

    def _traffic_of(self, records: Sequence[Record], proof: Sequence[tuple[str, int]]) -> Traffic:
        """Return the reservations of the last run; where those contradict each other, every robot holds its node."""
        bays, clearance = self._homes, self._site.clearance
        try:
            return Traffic.restore(self._roadmap, records, bays=bays, clearance=clearance, plan=proof)
        except TrafficError as error:
            log.warning("traffic.restore_failed", error=str(error))
        for robot in self._robots.values():
            self._whereabouts(robot, sure=False)
        places = [Record(robot.id, (robot.node,)) for robot in self._robots.values()]
        return Traffic.restore(self._roadmap, places, bays=bays, clearance=clearance)

    # --- who is in the fleet ----------------------------------------------------------------------------------------

    async def take_in(self, actor: str, place: str, manufacturer: str, serial: str) -> None:
        """Give a vacant place to a machine that announced itself, in somebody's name; it is driven from then on.

        Raises Refusal where it is not heard, does not fit, or does not stand where it can drive from.
        """
        await self._in_turn(self._take_in, actor, place, RobotId(manufacturer, serial))

    async def take_out(self, actor: str, place: str, *, carried_away: bool) -> None:
        """Make a place vacant, in somebody's name, see `stays.take_out`; raises Refusal."""
        await self._in_turn(self._take_out, actor, place, carried_away)

    async def _in_turn(self, decide: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Decide between two rounds: nothing is released meanwhile to where a machine enters or leaves."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def turn() -> None:
            try:
                await decide(*arguments)
            except (Refusal, StoreError) as error:
                if not done.done():
                    done.set_exception(error)
            else:
                if not done.done():
                    done.set_result(None)

        self._facts.append(turn)
        self._stir()
        await done

    async def _take_in(self, actor: str, place: str, identity: RobotId) -> None:
        await self._read_all()
        node = self._newcomers.entry(place, identity)
        unit = next(unit for unit in self._units if unit.id == place)
        robot = self._robot(unit, identity, node)
        if self._tour(robot, node, robot.home) is None:
            raise Refusal("newcomer.no_way", place=place, node=node, home=robot.home)
        await self._store.run_as(actor, stays.take_in, place, identity, node, self._length)
        await self._read_all()

    async def _take_out(self, actor: str, place: str, carried_away: bool) -> None:  # noqa: FBT001  a person's word
        await self._store.run_as(actor, stays.take_out, place, self._length, carried_away=carried_away)
        await self._read_all()

    async def _read_all(self) -> None:
        self._changed = True
        await self._read()

    def _look(self) -> Look:
        """Return what decides about newcomers: the rows of robots, and which robot holds which node."""
        return self._wanted.rows, self._traffic.occupancy()

    def _manned(self) -> list[tuple[RobotUnit, RobotId]]:
        """Return the places that have a machine, by the rows; by the site file where there are none yet."""
        found = []
        for unit in self._units:
            row = self._wanted.rows.get(unit.id)
            machine = unit.machine if row is None else stays.machine_of(row)
            if machine is not None:
                found.append((unit, RobotId(*machine)))
        return found

    def _man(self) -> None:
        """Drive the machines that have a place by the rows, and no others."""
        self._newcomers.look_again()
        manned = {unit.id: (unit, identity) for unit, identity in self._manned()}
        for robot in list(self._robots.values()):
            if robot.id not in manned or manned[robot.id][1] != robot.identity:
                self._dismiss(robot)
        for unit, identity in manned.values():
            if unit.id not in self._robots:
                self._enter(unit, identity)

    def _robot(self, unit: RobotUnit, identity: RobotId, node: str) -> Robot:
        kind, home = self._site.robot_type[unit.type], self._site.station[unit.home].node
        major = Major(f"v{kind.vda5050[0]}") if kind.vda5050 else None
        return Robot(unit.id, identity, home, kind.totes, kind.speed, node, major)

    def _know(self, unit: RobotUnit, identity: RobotId) -> Robot:
        robot = self._robot(unit, identity, self._site.station[unit.home].node)
        self._robots[unit.id] = robot
        self._by_identity[identity] = unit.id
        self._live.views[unit.id] = RobotView(unit.id, identity)
        return robot

    def _enter(self, unit: RobotUnit, identity: RobotId) -> None:
        """Begin to drive a machine where it stands; what it said before it had a place is its first word."""
        robot = self._know(unit, identity)
        take_over(self._wanted, robot, self._live.views[robot.id])
        self._traffic.place(robot.id, robot.node)
        self._freeze_or_thaw(robot)
        self._join(robot)
        self._silence.begin(robot)
        log.info("robot.taken_in", robot=robot.id, machine=str(identity), node=robot.node)

    def _join(self, robot: Robot) -> None:
        """Have a robot listen to us, and keep what it should have stored."""
        self._link.add(robot.identity, robot.major)
        unit = next(unit for unit in self._units if unit.id == robot.id)
        self._link.store(robot.identity, maps_of(self._site.robot_type[unit.type]), *self._areas.plans)

    async def _forget_stores(self) -> None:
        """End what was told of maps and zones that no robot of ours should have any more."""
        with_maps = [f"robot/{unit.id}" for unit in self._units if self._site.robot_type[unit.type].maps]
        await self._store.run(solve_elsewhere, MAP_TROUBLES, with_maps)
        with_zones = [f"robot/{unit.id}" for unit in self._units] if self._areas.plans else []
        await self._store.run(solve_elsewhere, ZONE_TROUBLES, with_zones)

    def _dismiss(self, robot: Robot) -> None:
        """Drive a machine no more; what it held is free."""
        self._ways.pop(robot.id, None)
        self._silence.end(robot)
        self._link.remove(robot.identity)
        self._traffic.remove(robot.id)
        del self._robots[robot.id], self._by_identity[robot.identity], self._live.views[robot.id]
        log.info("robot.taken_out", robot=robot.id, machine=str(robot.identity))

    def _record(self, robot: Robot, running: Any, last: Any) -> Record:
        """Return what a robot held when the last run ended; one that stands somewhere is on its way home."""
        trip = running or (last if robot.dead else None)
        if trip is not None:
            released = trip.released if self._lifts is None else self._lifts.beyond(trip.tour, trip.released)
            return Record(robot.id, tuple(trip.tour), passed=trip.passed, released=released, stopped=robot.dead)
        if last is not None and last.state == "done" and last.route[-1] == robot.node:
            end = len(last.route) - 1
            return Record(robot.id, tuple(last.tour), passed=end, released=end)
        home = self._tour(robot, robot.node, robot.home)
        return Record(robot.id, home.nodes if home is not None else (robot.node,))

    def _tour(self, robot: Robot, start: str, goal: str, avoid: int = 0) -> Tour | None:
        """Plan a way from a node to a goal and home from there, through nobody's bay; None when there is none."""
        ahead = [[goal]] if goal != robot.home else []
        tour = plan_tour(self._roadmap, start, ahead, [robot.home], bays=self._bays, avoid=avoid, speed=robot.speed)
        return tour if isinstance(tour, Tour) else None

    # --- what is reported -------------------------------------------------------------------------------------------

    def _moved(self, identity: RobotId, position: AgvPosition) -> None:
        robot_id = self._by_identity.get(identity)
        if robot_id is None:
            return
        view = self._live.views[robot_id]
        view.x, view.y, view.map = vda.millimetres(position.x), vda.millimetres(position.y), position.map_id
        view.heading = round(position.theta * 57.29578)
        self._live.touch()

    def _reported(self, identity: RobotId, event: told.Event) -> None:
        robot_id = self._by_identity.get(identity)
        if robot_id is None:
            if isinstance(event, told.Announced):
                self._newcomers.announced(identity)
                self._live.touch()
            return
        robot = self._robots[robot_id]
        handle = self._handlers.get(type(event))
        if handle is None:
            return
        handle(robot, event)
        self._live.touch()
        if isinstance(event, told.Progress):
            way = self._ways.get(robot_id)
            passed = way is not None and any(keeper.concerns(way) for keeper in self._passages)
            if passed or self._traffic.stirred(robot_id):
                self._stir()
        elif not isinstance(event, QUIET):
            self._think |= not isinstance(event, told.OrderFinished)
            self._stir()

    def _later(self, handle: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        self._facts.append(lambda: handle(*arguments))

    def _progress(self, robot: Robot, event: told.Progress) -> None:
        way = self._ways.get(robot.id)
        if way is None or way.id != event.order_id:
            return
        at = event.sequence_id // 2
        if at > way.released:
            log.warning("robot.beyond_base", robot=robot.id, at=at, released=way.released)
            return
        way.passed = max(way.passed, at)
        robot.node = way.route[way.passed]
        try:
            self._traffic.passed(robot.id, at)
        except TrafficError as error:
            self._misplaced(robot, error)

    def _battery_told(self, robot: Robot, event: told.BatteryChanged) -> None:
        robot.percent, robot.charging = event.percent, event.charging
        view = self._live.views[robot.id]
        view.battery, view.charging = event.percent, event.charging

    def _loads_told(self, robot: Robot, event: told.LoadsChanged) -> None:
        if event.loads is None:
            return
        robot.loads = tuple(load.load_id for load in event.loads if load.load_id)
        self._store.run_as(f"robot:{robot.id}", carry.loads_told, robot.id, robot.loads)

    def _accepted(self, robot: Robot, event: told.OrderAccepted) -> None:
        way = self._ways.get(robot.id)
        if way is not None and way.id == event.order_id and not way.accepted:
            way.accepted = True
            self._store.run(carry.trip_accepted, way.id)

    async def _finished(self, robot: Robot, event: told.OrderFinished) -> None:
        way = self._ways.get(robot.id)
        if way is None or way.id != event.order_id:
            return
        if event.failed or event.missing:
            await self._failed(robot, event.order_id, "action failed")
            return
        del self._ways[robot.id]
        self._think |= way.batch_id is None  # else its tour goes on, or news of its end comes by the journal
        way.passed = way.released = way.granted = way.end
        robot.node = way.route[-1]
        try:
            self._traffic.passed(robot.id, way.end)
        except TrafficError as error:
            self._misplaced(robot, error)
        await self._store.run_as(f"robot:{robot.id}", carry.trip_done, way.id)

    async def _failed(self, robot: Robot, order_id: str, why: str) -> None:
        way = self._ways.get(robot.id)
        if way is None or way.id != order_id:
            return
        del self._ways[robot.id]
        log.warning("trip.failed", robot=robot.id, trip=order_id, why=why)
        self._place(robot)
        self._put_off(robot)
        await self._store.run_as(f"robot:{robot.id}", carry.trip_failed, way.id, why)
        code = _FAILURES.get(why)
        if code is None:
            self._trouble(robot, "exception.robot_error", error=why)
        else:
            self._trouble(robot, code, node=robot.node)

    def _foreign(self, robot: Robot, _event: told.OrderForeign | told.OrderBlocked) -> None:
        """Cancel what nobody wants: the robot took a late copy of an old order, or still holds one."""
        self._give_up(robot, FOREIGN)

    def _give_up(self, robot: Robot, why: str) -> None:
        """Have whatever the robot still has of an order cancelled; what it holds is held until it says so (R88).

        One that forgot its order may yet take a late update of it for a new one, and drive.
        """
        robot.giving_up = why if robot.id in self._ways else ""
        self._link.cancel(robot.identity, self._source.new_id())

    def _rejected(self, robot: Robot, event: told.OrderRejected) -> None:
        """Give up a trip; some take no order while they charge, not even one that begins with the end of it."""
        if robot.charging:
            self._link.act(robot.identity, vda.action("stopCharging", self._source.new_id()))
        self._later(self._failed, robot, event.order_id, event.code)

    def _unconfirmed(self, robot: Robot, event: told.OrderUnconfirmed) -> None:
        """Cancel an order that the robot never took: one took it unseen, forgot it, and held every copy for known."""
        self._trouble(robot, "exception.robot_deaf")
        state = self._link.vehicle(robot.identity).state
        if state is not None and state.order_id != event.order_id:
            self._give_up(robot, CANCELLED)

    def _trouble(self, robot: Robot, code: str, **details: object) -> None:
        self._store.run(raise_trouble, code, f"robot/{robot.id}", robot=robot.id, **details)

    def _stored(self, robot: Robot, event: told.Stored) -> None:
        codes = ZONE_TROUBLES if event.kind == "zones" else MAP_TROUBLES
        self._store.run(solve_troubles, codes, f"robot/{robot.id}")
        log.info("robot.stored", robot=robot.id, kind=event.kind, name=event.name, version=event.version)

    def _not_stored(self, robot: Robot, event: told.NotStored) -> None:
        code, details = trouble_of(event)
        self._trouble(robot, code, **details)

    def _may_enter(self, identity: RobotId, request: ZoneRequest) -> Grant:
        robot = self._robots[self._by_identity[identity]]
        closed = dict.fromkeys(self._wanted.closed.values())
        return self._areas.may_enter(request.zone_id, self._ways.get(robot.id), robot.node, closed)

    def _errors(self, robot: Robot, event: told.ErrorsChanged) -> None:
        view = self._live.views[robot.id]
        new = [
            error.error_type
            for error in event.errors
            if error.error_type not in view.errors and error.error_level == "CRITICAL"
        ]
        if new:
            self._stop_half_way(robot, ", ".join(new))
        view.errors = [error.error_type for error in event.errors]
        grave = [error.error_type for error in event.errors if error.error_level.stops]
        if grave:
            self._trouble(robot, "exception.robot_error", error=", ".join(grave))

    def _stop_half_way(self, robot: Robot, why: str) -> None:
        """Give up an order with which the robot cannot go on, half way (R91)."""
        way, state = self._ways.get(robot.id), self._link.vehicle(robot.identity).state
        if way is not None and state is not None and state.order_id == way.id and state.node_states:
            self._give_up(robot, why)

    def _cancel_done(self, robot: Robot, _event: told.CancelDone) -> None:
        """Begin a trip anew whose order was cancelled: only now is it sure that the robot does not drive it."""
        way, why = self._ways.get(robot.id), robot.giving_up
        robot.giving_up = ""
        if why and way is not None and self._link.vehicle(robot.identity).cancelled == way.id:
            self._later(self._failed, robot, way.id, why)

    def _mode(self, robot: Robot, event: told.ModeChanged) -> None:
        robot.automatic = event.mode.ours
        self._live.views[robot.id].mode = event.mode.value
        self._freeze_or_thaw(robot)

    def _alive(self, robot: Robot) -> None:
        robot.alive = True
        self._live.views[robot.id].online = True
        self._silence.end(robot)
        self._freeze_or_thaw(robot)
        if not robot.placed:
            self._place(robot)

    def _stale(self, robot: Robot) -> None:
        robot.alive = False
        self._live.views[robot.id].online = False
        self._freeze_or_thaw(robot)
        self._silence.begin(robot)

    def _freeze_or_thaw(self, robot: Robot) -> None:
        if robot.alive and robot.automatic and not robot.dead:
            self._traffic.thaw(robot.id)
        else:
            self._traffic.freeze(robot.id)

    def _misplaced(self, robot: Robot, error: TrafficError) -> None:
        """Traffic and robot disagree about where it is: the robot's own word counts, and somebody should know."""
        log.error("robot.misplaced", robot=robot.id, node=robot.node, error=str(error))
        way = self._ways.get(robot.id)
        if way is not None:
            self._later(self._failed, robot, way.id, MISPLACED)
            return
        self._trouble(robot, _FAILURES[MISPLACED], node=robot.node)
        self._put_off(robot)
        self._place(robot)

    def _put_off(self, robot: Robot) -> None:
        loop = asyncio.get_running_loop()
        robot.not_before = loop.time() + AFTER_FAILURE
        loop.call_later(AFTER_FAILURE, self._stir)

    def _ask_later(self, robot: Robot) -> None:
        loop = asyncio.get_running_loop()
        robot.ask_at = loop.time() + ASK_AGAIN
        loop.call_at(robot.ask_at, self._stir)

    def _place(self, robot: Robot) -> None:
        """Put a robot where it says it is; between two nodes it holds both.

        Not while a trip runs: then it holds what was released to it, whatever it says (R88).
        """
        state = self._link.vehicle(robot.identity).state
        robot.placed = True
        if state is None or robot.id in self._ways:
            return
        pose = state.agv_position
        node, ahead, off = robot.node, None, 0
        if pose is not None and pose.position_initialized:
            node, ahead, off = self._roadmap.locate(vda.millimetres(pose.x), vda.millimetres(pose.y), pose.map_id)
            if self._lifts is not None:
                node, ahead, off = self._lifts.doorstep(node, ahead, off)
        elif state.last_node_id in {one.id for one in self._roadmap.nodes}:
            node = state.last_node_id
        robot.node, robot.deviation = node, off + NEAR if ahead else 0
        self._whereabouts(robot, sure=pose is not None and pose.position_initialized)
        clash = self._traffic.place(robot.id, node, [ahead] if ahead else [])
        if clash is not None:
            log.warning("robot.place_clash", robot=robot.id, node=node, by=clash.robot)
            return
        self._head_home(robot)

    def _head_home(self, robot: Robot) -> None:
        """Give a robot without a route the way home, which can lead nobody into a jam that was not there before."""
        home = self._tour(robot, robot.node, robot.home)
        if home is not None and not robot.dead:
            self._traffic.route(robot.id, home.nodes)  # from where it was just placed: never misplaced

    def _turn_home(self, robot: Robot) -> None:
        """Take a robot that stands between its home and the node before it for one that has yet to drive home.

        Where it stands it holds both, and is in everybody's way.
        """
        state = self._link.vehicle(robot.identity).state
        pose = None if state is None else state.agv_position
        if pose is None or not pose.position_initialized:
            return
        x, y = vda.millimetres(pose.x), vda.millimetres(pose.y)
        node, ahead, _ = self._roadmap.locate(x, y, pose.map_id)
        if ahead is None or node != robot.home:
            return
        before = self._roadmap.index(ahead)
        joined = self._roadmap.joined(before, self._roadmap.index(node))
        if joined and self._traffic.place(robot.id, ahead, [node]) is None:
            there = self._roadmap.nodes[before]
            robot.node, robot.deviation = ahead, isqrt((there.x - x) ** 2 + (there.y - y) ** 2) + NEAR

    # --- what is committed ------------------------------------------------------------------------------------------

    def _committed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind in MOVED_ON:
                self._moved_on[entry.subject.removeprefix("batch/")] = None
                self._stir()
            elif entry.kind.startswith(CONCERNS):
                self._changed = True
                self._stir()
            if entry.kind in ("robot.dead", "robot.in_service"):
                robot = self._robots.get(entry.subject.removeprefix("robot/"))
                if robot is not None:
                    self._later(self._given_up if entry.kind == "robot.dead" else self._returned, robot)

    async def _given_up(self, robot: Robot) -> None:
        if self._robots.get(robot.id) is not robot:
            return
        robot.dead, robot.giving_up = True, ""
        self._ways.pop(robot.id, None)
        self._link.want(robot.identity, None)
        self._link.cancel(robot.identity, self._source.new_id())
        self._freeze_or_thaw(robot)

    async def _returned(self, robot: Robot) -> None:
        if self._robots.get(robot.id) is not robot:
            return
        robot.dead = False
        self._freeze_or_thaw(robot)  # first, as a stopped robot is given no way home
        self._place(robot)
        if not robot.alive:
            self._silence.begin(robot)  # it was called well, and may never speak again

    # --- the round --------------------------------------------------------------------------------------------------

    async def _steer(self) -> None:
        while True:
            self._begin_round()
            facts, self._facts = self._facts, []
            for handle in facts:
                await handle()
            await self._read()
            await self._round()
            if not (self._facts or self._changed or self._moved_on):
                await self._rest()

    async def _read(self) -> None:
        """Take in what was committed since the last round."""
        moved_on, self._moved_on = self._moved_on, {}
        if self._changed:
            self._changed = False
            self._think = True
            self._wanted = self._work.concerning(await self._store.read(wanted), self._units)
            self._man()
        elif moved_on:
            self._wanted = await self._store.read(wanted_after, self._wanted, moved_on)
        else:
            return
        for robot in self._robots.values():
            take_over(self._wanted, robot, self._live.views[robot.id])
        self._close_places()
        self._say_who_may_enter()
        self._pauses.look(self._robots.values())

    async def _rest(self) -> None:
        """Wait until something happens, and what comes with it is gathered, or it is time to think."""
        self._round_by(self._thought_at + (THINK_PAUSE if self._think else THINK_AGAIN))
        await self._wake.wait()

    def _stir(self) -> None:
        """Have the next round soon, with what else is reported until then."""
        moment = asyncio.get_running_loop().time()
        self._news_at = moment if self._news_at is None else self._news_at
        self._round_by(moment + GATHER)

    def _round_by(self, moment: float) -> None:
        if self._due is not None and self._due.when() <= moment:
            return
        if self._due is not None:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_at(moment, self._wake.set)

    def _begin_round(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._wake.clear()
        self._round_news_at, self._news_at = self._news_at, None

    async def _round(self) -> None:
        """Take the next step: progress alone only releases way, anything else may also free robots for work."""
        moment = asyncio.get_running_loop().time()
        if moment >= self._thought_at + (THINK_PAUSE if self._think else THINK_AGAIN):
            self._think, self._thought_at = False, moment
            if self._newcomers.look():
                self._close_places()
            self._pauses.look(self._robots.values())
            if not self._wanted.called_home:
                await self._give_work()
                await self._charge_and_park()
            await self._retire()
        await self._next_legs(moment)
        await self._make_way()
        barred = self._doors is not None and self._doors.look(self._traffic, self._ways, self._robots)
        if self._lifts is not None:
            barred |= self._lifts.look(self._traffic, self._ways, self._robots, self._stands_still)
        if barred:
            self._close_places()
        await self._go_round()
        await self._release()
        self._live.touch()

    def _free(self, robot: Robot) -> bool:
        if robot.id in self._ways or not robot.usable:
            return False
        vehicle = self._link.vehicle(robot.identity)
        rested = asyncio.get_running_loop().time() >= robot.not_before
        return rested and (vehicle.settled or vehicle.wanted is None) and self._lacking(robot) is None

    def _lacking(self, robot: Robot) -> tuple[str, dict[str, object]] | None:
        """Say why a robot gets no order for what it has stored: it changes its map, or lacks one (R34)."""
        vehicle = self._link.vehicle(robot.identity)
        if vehicle.changing:
            return "robot.changes_map", {}
        lacks = (vehicle.missing_map(one) for one in self._maps)
        missing = next((one for one in lacks if one is not None), None)
        return None if missing is None else ("robot.no_map", {"map": missing})

    async def _give_work(self) -> None:
        if await self._work.give(self._robots, self._wanted, self._free, lambda: self._traffic.obstacles("")):
            await self._read()

    async def _next_legs(self, moment: float) -> None:
        """Send everyone on whose batch has a stop before it."""
        for robot_id, batch in self._wanted.batches.items():
            robot = self._robots.get(robot_id)
            stop = self._wanted.stops.get(batch.id)
            if robot is None or stop is None or stop.arrived_at is not None or moment < robot.ask_at:
                continue
            if self._retreat.keeps_from(stop.node):
                continue
            if self._free(robot):
                await self._begin(robot, "batch", stop.node, batch.id, stop)

    async def _charge_and_park(self) -> None:
        waiting = bool(self._wanted.waiting)
        for decision in self._work.charging(self._robots.values(), self._wanted, self._charger):
            robot = self._robots[decision.robot]
            charger = self._work.chargers[decision.charger] if decision.do is Do.GO and decision.charger else None
            parks = decision.do is not Do.STAY and _is_out(robot) and not waiting
            if not (charger or parks) or not self._free(robot):
                continue
            if charger and await self._begin(robot, "charge", charger.node):
                robot.reason = decision.why
            elif parks:
                await self._park(robot)

    async def _park(self, robot: Robot) -> None:
        if robot.node == robot.home:
            self._turn_home(robot)
        await self._begin(robot, "park", robot.home)

    async def _retire(self) -> None:
        """Send home who stands about and is not to go to its stop now, and everybody when all are called home."""
        for robot in self._robots.values():
            if not (self._wanted.called_home or self._kept_from_its_stop(robot)):
                continue
            if robot.charging or not self._free(robot):
                continue
            if self._wanted.called_home:
                await self._store.run(everybody.leave_stop, robot.id)
            if _is_out(robot):
                await self._park(robot)
            elif not self._wanted.called_home:
                robot.wait(Wait(Reason.CLOSED, None, self._wanted.stops[self._wanted.batches[robot.id].id].node))

    def _kept_from_its_stop(self, robot: Robot) -> bool:
        batch = self._wanted.batches.get(robot.id)
        stop = None if batch is None else self._wanted.stops.get(batch.id)
        return stop is not None and stop.arrived_at is None and self._retreat.keeps_from(stop.node)

    def _charger(self, robot: Robot) -> str | None:
        """Return the charge station a robot stands at or drives to."""
        way = self._ways.get(robot.id)
        if way is None:
            return self._work.charger_at.get(robot.node)
        return self._work.charger_at.get(way.route[-1]) if way.purpose == "charge" else None

    async def _begin(
        self, robot: Robot, purpose: str, goal: str, batch_id: str | None = None, stop: Any = None
    ) -> bool:
        """Plan a way to a goal and home from there, and begin to drive it to the goal; False when there is none now.

        Only the next stop: a proof over a whole tour would hold back the others for what may change anyway.
        """
        obstacles = self._traffic.obstacles(robot.id)
        tour = self._tour(robot, robot.node, goal, obstacles) or self._tour(robot, robot.node, goal)
        if tour is None:
            robot.say(Reason.NO_WAY, {"node": robot.node, "goal": goal})
            self._ask_later(robot)
            return False
        try:
            if not self._traffic.has_route(robot.id):
                self._head_home(robot)
            refused = self._traffic.route(robot.id, tour.nodes)
        except TrafficError as error:
            self._misplaced(robot, error)
            return False
        if refused is not None:
            robot.wait(refused)
            self._ask_later(robot)
            return False
        start = Start(robot.id, purpose, _leg(tour), tour.nodes, batch_id, stop, robot.charging, robot.deviation)
        return await self._drive(robot, start)

    async def _drive(self, robot: Robot, start: Start) -> bool:
        """Begin a trip that traffic has agreed to; False when the robot was declared dead meanwhile."""
        begun = await self._store.run(begin_trip, start)
        if begun is None:
            return False
        trip_id, actions = begun
        self._ways[robot.id] = Way(
            trip_id,
            robot.id,
            start.purpose,
            start.batch_id,
            start.route,
            list(start.tour),
            actions,
            deviation=robot.deviation,
        )
        robot.deviation = 0
        return True

    async def _make_way(self) -> None:
        """Send home who stands in others' way with nothing to do there and got no way to its next stop.

        Everybody's proof counts on its way home: were it not driven, those behind would wait for ever.
        """
        idle = [robot for robot in self._robots.values() if self._stands_about(robot)]
        hinderers = self._traffic.hinderers() if idle else {}
        for robot in idle:
            if robot.id not in hinderers:
                continue
            if not self._traffic.leads_on(robot.id):
                if asyncio.get_running_loop().time() >= robot.ask_at:
                    await self._begin(robot, "clear", robot.home)
            else:
                route = self._traffic.go_on(robot.id)
                start = Start(robot.id, "clear", route, route, None, None, robot.charging, robot.deviation)
                await self._drive(robot, start)

    def _stands_about(self, robot: Robot) -> bool:
        """Say whether a robot stands on the floor with nothing to do where it is."""
        if robot.node == robot.home or robot.charging or not self._free(robot):
            return False
        batch = self._wanted.batches.get(robot.id)
        stop = self._wanted.stops.get(batch.id) if batch is not None else None
        return stop is None or stop.arrived_at is None

    async def _go_round(self) -> None:
        """Lead robots whose way is cut off round what is in the way, where the map allows (R125).

        Who cannot or shall not reach its stop because of what people closed goes home meanwhile.
        """
        recalled = [way.robot for way in self._ways.values() if way.granted < way.end and self._retreat.recalls(way)]
        for name in dict.fromkeys([*recalled, *self._traffic.cut()]):
            way, robot = self._ways.get(name), self._robots[name]
            if way is None:
                continue
            here, obstacles, home = way.route[way.granted], self._traffic.obstacles(name), name in recalled
            tour = None if home else self._tour(robot, here, way.route[-1], obstacles)
            if tour is None and (home or (way.granted < way.end and self._retreat.shuts(way))):
                tour, home = self._tour(robot, here, robot.home, obstacles), True
            try:
                if tour is None or self._traffic.replace(name, tour.nodes) is not None:
                    continue
            except TrafficError as error:
                self._misplaced(robot, error)
                continue
            way.lead(_leg(tour), tour.nodes, home=home)
            if home:
                await self._store.run(carry.turn_home, way.row())

    async def _release(self) -> None:
        """Give out way as far as is safe; when that is committed, tell those whose order it changes."""
        ways = {way.robot: way for way in self._ways.values() if way.rerouted or not way.told}
        held_back = [name for keeper in self._passages for name in keeper.held_back]
        self._traffic.begin_round()
        for name in dict.fromkeys([*self._traffic.wanting(), *ways, *held_back]):
            way = self._ways.get(name)
            if way is None or not self._robots[name].usable:
                ways.pop(name, None)
                continue
            way.granted += self._traffic.extend(name, self._limit(way))
            told = way.granted if self._lifts is None else self._lifts.told(way, self._stands_still)
            if told > way.released:
                way.released = told
                way.update_id += way.told and name not in ways
                ways[name] = way
        if self._traffic.put_off:
            asyncio.get_running_loop().call_later(ASK_AGAIN, self._stir)
        if not ways:
            return
        rows = [way.row() for way in self._ways.values() if way.passed != way.kept or way.robot in ways]
        for way in self._ways.values():
            way.kept = way.passed
        plan = self._traffic.plan_no
        await self._store.run(carry.release_way, rows, self._traffic.plan() if plan != self._kept_plan else None)
        self._kept_plan = plan
        self._say_who_may_enter()
        for name, way in ways.items():
            way.rerouted = False
            if self._ways.get(name) is way:
                self._tell(way)

    def _limit(self, way: Way) -> int:
        """Return the index up to which traffic may release a way: its stop, or before a door or lift."""
        end = way.end if self._doors is None else self._doors.limit(way)
        return end if self._lifts is None else self._lifts.limit(way, end)

    def _stands_still(self, name: str) -> bool:
        state = self._link.vehicle(self._robots[name].identity).state
        return state is not None and not state.driving

    def _whereabouts(self, robot: Robot, *, sure: bool) -> None:
        for keeper in self._passages:
            keeper.whereabouts(robot.id, sure=sure)

    def _tell(self, way: Way) -> None:
        way.told = True
        order = order_of(way, self._roadmap)
        self._link.want(self._robots[way.robot].identity, order, accepted=way.accepted)

    # --- people's wishes and explanations ---------------------------------------------------------------------------

    def _close_places(self) -> None:
        """Close what people, doors, lifts and machines that stand about want closed; open what none does any more."""
        wanted = dict.fromkeys(self._retreat.look(self._wanted))
        wanted |= dict.fromkeys(self._newcomers.barred)
        wanted |= dict.fromkeys(lane for keeper in self._passages for lane in keeper.barred())
        for part in self._closed:
            if part not in wanted:
                self._traffic.open(part)
        for part in wanted:
            if part not in self._closed:
                self._traffic.close(part)
        self._closed = wanted

    def _say_who_may_enter(self) -> None:
        """Answer anew those that ask leave to enter a zone."""
        if self._areas.plans:
            self._link.reconsider()

    def _waits_outside(self, robot: Robot) -> tuple[str, dict[str, object]] | None:
        """Say before which zone a robot waits for leave."""
        state = self._link.vehicle(robot.identity).state
        waiting = [one.zone_id for one in state.zone_requests if one.request_status in WAITING] if state else []
        return ("robot.asks_leave", {"zone": waiting[0]}) if waiting and state and not state.driving else None

    def _explain(self) -> None:
        moment = asyncio.get_running_loop().time()
        if moment < self._explained_at + EXPLAIN_AGAIN:
            return
        self._explained_at = moment
        now, steady = self._source.now(), self._source.steady()
        for robot in self._robots.values():
            way = self._ways.get(robot.id)
            explain(robot, way, self._wanted, self._traffic.why)
            self._newcomers.explain(robot)
            held_up = self._waits_outside(robot) if way is not None else self._lacking(robot)
            if held_up is not None and robot.usable and not robot.charging:
                robot.say(*held_up)
            for keeper in self._passages:
                keeper.explain(robot, way)
            view, heard = self._live.views[robot.id], self._link.vehicle(robot.identity).seen_at
            show(robot, way, view)
            if heard is not None:
                view.seen_at = now - (steady - heard)


def _is_out(robot: Robot) -> bool:
    """Say whether a robot stands elsewhere than at home, or short of it."""
    return robot.node != robot.home or robot.deviation > 0


def _leg(tour: Tour) -> list[str]:
    """Return the way to the tour's stop, or home where it has none."""
    return list(tour.nodes[: tour.stops[0] + 1 if tour.stops else None])

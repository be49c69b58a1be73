"""Drives the fleet: what is committed is wanted of each robot, what robots report becomes decisions, way is released.

One round at a time: take in what was reported, give work, plan ways, release as much as traffic proves safe, commit it,
and only then tell the robots. Start-up is the same: trips and places are read back and the round goes on (R121).
"""

import asyncio
from collections.abc import Callable, Sequence

from drivers.mqtt.port import Connect
from drivers.supervisor import Link
from drivers.vda5050 import events as told
from drivers.vda5050.fleet import FleetLink
from drivers.vda5050.messages import AgvPosition, Grant, RequestStatus, RobotId, ZoneRequest
from edge.clock import Source
from edge.devices.closures import Closures
from edge.devices.driving import Driving
from edge.devices.explain import explain, show, take_over
from edge.devices.fleet import Fleet
from edge.devices.orders import way_of
from edge.devices.passages import Passages
from edge.devices.pauses import Pauses
from edge.devices.recovery import record_of, traffic_of
from edge.devices.releasing import Releasing
from edge.devices.reports import Reports
from edge.devices.robot import Robot
from edge.devices.roster import Roster
from edge.devices.rounds import Rounds
from edge.devices.wanted import last_trips, wanted, wanted_after
from edge.devices.work import Work
from edge.fleet.assign import Assigner, assign
from edge.fleet.roadmap import Roadmap
from edge.live import Live
from edge.processes import carry
from edge.site import Site
from edge.store.store import Store
from edge.store.tx import Entry

EXPLAIN_AGAIN = 2.0
"""Seconds between explanations, while somebody looks: people read no faster."""
TOURS = ("batch.", "stop.")
"""What changes nothing but one tour, and who drives it."""
MOVED_ON = ("batch.arrived", "stop.done")
"""What happens to a tour at every stop: it frees no robot for other work."""
CONCERNS = ("robot.", "place.", "floor.")
"""What may change anything."""
WAITING = (RequestStatus.REQUESTED, RequestStatus.QUEUED)
"""How a request for leave stands that holds a robot up."""


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
        passages: Passages | None = None,
        on_link: Callable[[Link], None] = lambda _link: None,
        assigner: Assigner = assign,
    ) -> None:
        """Take `passages` if somebody joins them to their units; `assigner` chooses who takes which tour."""
        self._store = store
        self._live = live
        self._source = source
        self._rounds = rounds = Rounds()
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
        self.fleet = Fleet(
            site,
            roadmap,
            store=store,
            live=live,
            source=source,
            link=self._link,
            rounds=rounds,
            passages=passages or Passages(site, roadmap, store=store, live=live),
        )
        self.fleet.passages.on_change(rounds.stir)
        self._work = Work(site, roadmap, store, source, assigner)
        self._roster = Roster(self.fleet)
        self._newcomers = self._roster.newcomers
        self._closures = Closures(self.fleet, self._newcomers)
        self._pauses = Pauses(self.fleet)
        self._reports = Reports(self.fleet)
        self._driving = Driving(self.fleet, self._work)
        self._releasing = Releasing(self.fleet)
        self._changed = True
        self._changed_tours: dict[str, None] = {}
        """The batches at which something happened."""
        self._explained_at = -EXPLAIN_AGAIN
        live.newcomers = self._newcomers.views

    @property
    def link(self) -> FleetLink:
        """The protocol side, for the console and the benches."""
        return self._link

    @property
    def news_at(self) -> float | None:
        """When the first news came (time of the loop) that the round in hand takes in; None where it is but time."""
        return self._rounds.news_at

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

    async def take_in(self, actor: str, place: str, manufacturer: str, serial: str) -> None:
        """Give a vacant place to a machine that announced itself, in somebody's name; it is driven from then on.

        Raises Refusal where it is not heard, does not fit, or does not stand where it can drive from.
        """

        async def enter() -> None:
            await self._read_all()
            await self._roster.take_in(actor, place, RobotId(manufacturer, serial))
            await self._read_all()

        await self._rounds.in_turn(enter)

    async def take_out(self, actor: str, place: str, *, carried_away: bool) -> None:
        """Make a place vacant, in somebody's name, see `stays.take_out`; raises Refusal."""

        async def leave() -> None:
            await self._roster.take_out(actor, place, carried_away=carried_away)
            await self._read_all()

        await self._rounds.in_turn(leave)

    # --- start ------------------------------------------------------------------------------------------------------

    async def _restore(self) -> None:
        """Take up where the last run ended: places, ways and orders, told again only if the robot lost them."""
        fleet = self.fleet
        fleet.wanted = self._work.concerning(await self._store.read(wanted), fleet.units.values())
        rows, last = await self._store.read(last_trips)
        proof = await self._store.read(carry.kept_proof)
        self._roster.muster()
        records = []
        for robot in fleet.robots.values():
            take_over(fleet.wanted, robot, fleet.view(robot))
            if robot.id in rows:
                fleet.ways[robot.id] = way_of(rows[robot.id])
            records.append(record_of(fleet, robot, rows.get(robot.id), last.get(robot.id)))
            if robot.id in rows:
                fleet.ways[robot.id].granted = records[-1].released
            elif robot.id in last:
                fleet.passages.whereabouts(robot.id, sure=last[robot.id].state == "done")
        await self._roster.forget_stores()
        fleet.traffic = traffic_of(fleet, records, proof)
        self._closures.update()
        for robot in fleet.robots.values():
            self._roster.join(robot)
            way = fleet.ways.get(robot.id)
            if way is not None:
                self._releasing.tell(way)
            fleet.silence.begin(robot)
        self._live.explain = self._explain  # not before: whoever looks while the edge starts sees what it knows by then

    # --- what is reported -------------------------------------------------------------------------------------------

    def _reported(self, identity: RobotId, event: told.Event) -> None:
        robot = self.fleet.find(identity)
        if robot is not None:
            self._reports.take(robot, event)
        elif isinstance(event, told.Announced):
            self._newcomers.announced(identity)
            self._live.touch()

    def _moved(self, identity: RobotId, position: AgvPosition) -> None:
        robot = self.fleet.find(identity)
        if robot is not None:
            self._reports.moved(robot, position)

    def _may_enter(self, identity: RobotId, request: ZoneRequest) -> Grant:
        fleet = self.fleet
        robot = fleet.robots[fleet.by_identity[identity]]
        closed = dict.fromkeys(fleet.wanted.closed.values())
        return fleet.areas.may_enter(request.zone_id, fleet.ways.get(robot.id), robot.node, closed)

    # --- what is committed ------------------------------------------------------------------------------------------

    def _committed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind.startswith(TOURS):
                self._changed_tours[entry.subject.removeprefix("batch/")] = None
                if entry.kind not in MOVED_ON:
                    self._rounds.think_soon()
                self._rounds.stir()
            elif entry.kind.startswith(CONCERNS):
                self._changed = True
                self._rounds.stir()
            if entry.kind in ("robot.dead", "robot.in_service"):
                robot = self.fleet.robots.get(entry.subject.removeprefix("robot/"))
                if robot is not None:
                    dead = entry.kind == "robot.dead"
                    self._rounds.later(self._roster.declared_dead if dead else self._roster.returned, robot)

    async def _read_all(self) -> None:
        self._changed = True
        await self._read()

    async def _read(self) -> None:
        """Take in what was committed since the last round."""
        fleet = self.fleet
        changed, self._changed = self._changed, False
        tours, self._changed_tours = self._changed_tours, {}
        if not changed and not tours:
            return
        read = self._store.read(wanted) if changed else self._store.read(wanted_after, fleet.wanted, tours)
        fleet.wanted = self._work.concerning(await read, fleet.units.values())
        if changed:
            self._rounds.think_soon()
            self._roster.man()
        for robot in fleet.robots.values():
            take_over(fleet.wanted, robot, fleet.view(robot))
        self._closures.update()
        fleet.reconsider()
        self._pauses.look()

    # --- the round --------------------------------------------------------------------------------------------------

    async def _steer(self) -> None:
        while True:
            await self._rounds.begin()
            await self._read()
            await self._round()
            if not (self._rounds.is_pressing or self._changed or self._changed_tours):
                await self._rounds.rest()

    async def _round(self) -> None:
        """Take the next step: progress alone only releases way, anything else may also free robots for work."""
        fleet = self.fleet
        moment = asyncio.get_running_loop().time()
        if self._rounds.is_time_to_think():
            if self._newcomers.look():
                self._closures.update()
            self._pauses.look()
            if not fleet.wanted.called_home:
                await self._give_work()
                await self._breathe()
                await self._driving.charge_and_park()
            await self._driving.retire()
        await self._driving.next_legs(moment, self._breathe)
        await self._driving.make_way()
        self._look_at_passages()
        await self._releasing.go_round()
        await self._releasing.release()
        self._live.touch()

    async def _breathe(self) -> None:
        """Let those who drive have way before a long round goes on."""
        if self._rounds.is_long:
            self._rounds.take_in_news()
            self._look_at_passages()
            await self._releasing.release()

    def _look_at_passages(self) -> None:
        fleet = self.fleet
        if fleet.passages.look(fleet.traffic, fleet.ways, fleet.robots, fleet.stands_still):
            self._closures.update()

    async def _give_work(self) -> None:
        fleet = self.fleet
        if await self._work.give(
            fleet.robots, fleet.wanted, self._driving.is_free, lambda: fleet.traffic.obstacles("")
        ):
            await self._read()

    # --- explanations -----------------------------------------------------------------------------------------------

    def _explain(self) -> None:
        fleet = self.fleet
        moment = asyncio.get_running_loop().time()
        if moment < self._explained_at + EXPLAIN_AGAIN:
            return
        self._explained_at = moment
        now, steady = self._source.now(), self._source.steady()
        for robot in fleet.robots.values():
            way = fleet.ways.get(robot.id)
            explain(robot, way, fleet.wanted, fleet.traffic.why)
            self._newcomers.explain(robot)
            held_up = self._waits_outside(robot) if way is not None else self._driving.lacking(robot)
            if held_up is not None and robot.usable and not robot.charging:
                robot.say(*held_up)
            fleet.passages.explain(robot, way)
            view, heard = fleet.view(robot), self._link.vehicle(robot.identity).seen_at
            show(robot, way, view)
            if heard is not None:
                view.seen_at = now - (steady - heard)

    def _waits_outside(self, robot: Robot) -> tuple[str, dict[str, object]] | None:
        """Say before which zone a robot waits for leave."""
        state = self.fleet.state(robot)
        waiting = [one.zone_id for one in state.zone_requests if one.request_status in WAITING] if state else []
        return ("robot.asks_leave", {"zone": waiting[0]}) if waiting and state and not state.driving else None

"""Who is in the fleet: machines enter and leave it, are given up for dead and come back."""

import structlog

from drivers.vda5050.messages import RobotId
from edge.devices import placing
from edge.devices.explain import take_over
from edge.devices.fleet import Fleet
from edge.devices.newcomers import Look, Newcomers
from edge.devices.robot import Robot, robot_of
from edge.devices.stores import maps_of
from edge.devices.usage import length_on
from edge.live import RobotView
from edge.model.reasons import Refusal
from edge.processes import stays
from edge.processes.trouble import MAP_TROUBLES, ZONE_TROUBLES, solve_elsewhere
from edge.site import RobotUnit

log = structlog.get_logger(__name__)


class Roster:
    """Gives places to machines, by the rows; `newcomers` are those that have none."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.newcomers = Newcomers(fleet.site, fleet.roadmap, fleet.link, fleet.source, look=self._look)
        self._length = length_on(fleet.roadmap)
        for unit in fleet.units.values():
            if unit.machine is not None:
                self._know(unit, RobotId(*unit.machine))

    # --- people's decisions -----------------------------------------------------------------------------------------

    async def take_in(self, actor: str, place: str, identity: RobotId) -> None:
        """Give a vacant place to a machine that announced itself; raises Refusal."""
        node = self.newcomers.entry(place, identity)
        robot = robot_of(self._fleet.site, self._fleet.units[place], identity, node)
        if self._fleet.tour(robot, node, robot.home) is None:
            raise Refusal("newcomer.no_way", place=place, node=node, home=robot.home)
        await self._fleet.store.run_as(actor, stays.take_in, place, identity, node, self._length)

    async def take_out(self, actor: str, place: str, *, carried_away: bool) -> None:
        """Make a place vacant; raises Refusal."""
        await self._fleet.store.run_as(actor, stays.take_out, place, self._length, carried_away=carried_away)

    async def declared_dead(self, robot: Robot) -> None:
        """Drive a robot no more that was given up for dead; its place stays held (R123)."""
        fleet = self._fleet
        if fleet.robots.get(robot.id) is not robot:
            return
        robot.dead, robot.placed, robot.giving_up = True, False, ""
        fleet.ways.pop(robot.id, None)
        fleet.link.want(robot.identity, None)
        fleet.link.cancel(robot.identity, fleet.source.new_id())
        placing.freeze_or_thaw(fleet, robot)

    async def returned(self, robot: Robot) -> None:
        """Drive a robot again that was called well."""
        fleet = self._fleet
        if fleet.robots.get(robot.id) is not robot:
            return
        robot.dead = False
        placing.find(fleet, robot)
        if not robot.alive:
            fleet.silence.begin(robot)  # it was called well, and may never speak again

    # --- by the rows ------------------------------------------------------------------------------------------------

    def muster(self) -> None:
        """Know every machine that has a place."""
        for unit, identity in self._manned():
            if unit.id not in self._fleet.robots:
                self._know(unit, identity)

    def man(self) -> None:
        """Drive the machines that have a place by the rows, and no others."""
        fleet = self._fleet
        self.newcomers.look_again()
        manned = {unit.id: (unit, identity) for unit, identity in self._manned()}
        for robot in list(fleet.robots.values()):
            if robot.id not in manned or manned[robot.id][1] != robot.identity:
                self._dismiss(robot)
        for unit, identity in manned.values():
            if unit.id not in fleet.robots:
                self._enter(unit, identity)

    def join(self, robot: Robot) -> None:
        """Have a robot listen to us, and keep what it should have stored."""
        fleet = self._fleet
        kind = fleet.site.robot_type[fleet.units[robot.id].type]
        fleet.link.add(robot.identity, robot.major)
        fleet.link.store(robot.identity, maps_of(kind), *fleet.areas.plans)

    async def forget_stores(self) -> None:
        """End what was told of maps and zones that no robot of ours should have any more."""
        fleet = self._fleet
        with_maps = [f"robot/{unit.id}" for unit in fleet.units.values() if fleet.site.robot_type[unit.type].maps]
        await fleet.store.run(solve_elsewhere, MAP_TROUBLES, with_maps)
        with_zones = [f"robot/{name}" for name in fleet.units] if fleet.areas.plans else []
        await fleet.store.run(solve_elsewhere, ZONE_TROUBLES, with_zones)

    def _manned(self) -> list[tuple[RobotUnit, RobotId]]:
        """Return the places that have a machine, by the rows; by the site file where there are none yet."""
        found = []
        for unit in self._fleet.units.values():
            row = self._fleet.wanted.rows.get(unit.id)
            machine = unit.machine if row is None else stays.machine_of(row)
            if machine is not None:
                found.append((unit, RobotId(*machine)))
        return found

    def _know(self, unit: RobotUnit, identity: RobotId) -> Robot:
        robot = self._fleet.robots[unit.id] = robot_of(self._fleet.site, unit, identity)
        self._fleet.by_identity[identity] = unit.id
        self._fleet.live.views[unit.id] = RobotView(unit.id, identity)
        return robot

    def _enter(self, unit: RobotUnit, identity: RobotId) -> None:
        """Begin to drive a machine where it stands; what it said before it had a place is its first word."""
        fleet = self._fleet
        robot = self._know(unit, identity)
        take_over(fleet.wanted, robot, fleet.view(robot))
        fleet.traffic.place(robot.id, robot.node)
        placing.freeze_or_thaw(fleet, robot)
        self.join(robot)
        fleet.silence.begin(robot)
        log.info("robot.taken_in", robot=robot.id, machine=str(identity), node=robot.node)

    def _dismiss(self, robot: Robot) -> None:
        """Drive a machine no more; what it held is free."""
        fleet = self._fleet
        fleet.ways.pop(robot.id, None)
        fleet.silence.end(robot)
        fleet.link.remove(robot.identity)
        fleet.traffic.remove(robot.id)
        del fleet.robots[robot.id], fleet.by_identity[robot.identity], fleet.live.views[robot.id]
        log.info("robot.taken_out", robot=robot.id, machine=str(robot.identity))

    def _look(self) -> Look:
        """Return what decides about newcomers: the rows of robots, and which robot holds which node."""
        return self._fleet.wanted.rows, self._fleet.traffic.occupancy()

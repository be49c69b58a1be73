"""Begins trips: to the next stop of a tour, to a charger, home, and out of others' way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from edge.devices import endings, placing
from edge.devices.fleet import Fleet
from edge.devices.orders import Way
from edge.devices.robot import Robot
from edge.devices.wanted import Start, begin_trip
from edge.devices.work import Work
from edge.fleet.charging import Do
from edge.fleet.places import TrafficError
from edge.fleet.reasons import Reason, Wait
from edge.processes.everybody import leave_stop

ASK_AGAIN = 0.5
"""Seconds before a robot whose way was refused asks for it again."""


class Driving:
    """Sends robots on; `work` says who charges."""

    def __init__(self, fleet: Fleet, work: Work) -> None:
        self._fleet = fleet
        self._work = work
        self._maps = tuple(dict.fromkeys(fleet.site.maps.values()))

    def is_free(self, robot: Robot) -> bool:
        """Say whether a robot can begin a trip now."""
        if robot.id in self._fleet.ways or not robot.usable:
            return False
        vehicle = self._fleet.link.vehicle(robot.identity)
        rested = asyncio.get_running_loop().time() >= robot.not_before
        return rested and vehicle.settled and self.lacking(robot) is None

    def lacking(self, robot: Robot) -> tuple[str, dict[str, object]] | None:
        """Say why a robot gets no order for what it has stored: it changes its map, or lacks one (R34)."""
        vehicle = self._fleet.link.vehicle(robot.identity)
        if vehicle.changing:
            return "robot.changes_map", {}
        lacks = (vehicle.missing_map(one) for one in self._maps)
        missing = next((one for one in lacks if one is not None), None)
        return None if missing is None else ("robot.no_map", {"map": missing})

    async def next_legs(self, moment: float, breathe: Callable[[], Awaitable[None]]) -> None:
        """Send everyone on whose batch has a stop before it, and who need not wait before it asks again.

        After each it is asked whether others should get way first.
        """
        wanted = self._fleet.wanted
        for robot_id, batch in wanted.batches.items():
            robot, stop = self._fleet.robots.get(robot_id), wanted.ahead(robot_id)
            if robot is None or stop is None or moment < robot.ask_at or self._fleet.retreat.keeps_from(stop.node):
                continue
            if self.is_free(robot):
                await self._begin(robot, "batch", stop.node, batch.id, stop)
                await breathe()

    async def charge_and_park(self) -> None:
        """Send robots without work to chargers and home."""
        fleet = self._fleet
        waiting = bool(fleet.wanted.waiting)
        for decision in self._work.charging(fleet.robots.values(), fleet.wanted, self._charger):
            robot = fleet.robots[decision.robot]
            charger = self._work.chargers[decision.charger] if decision.do is Do.GO and decision.charger else None
            parks = decision.do is not Do.STAY and _is_out(robot) and not waiting
            if not (charger or parks) or not self.is_free(robot):
                continue
            if charger and await self._begin(robot, "charge", charger.node):
                robot.reason = decision.why
            elif parks:
                await self._park(robot)

    async def retire(self) -> None:
        """Send home who stands about and is not to go to its stop now, and everybody when all are called home."""
        called_home = self._fleet.wanted.called_home
        for robot in self._fleet.robots.values():
            closed = self._closed_stop(robot)
            if not (called_home or closed) or robot.charging or not self.is_free(robot):
                continue
            if called_home:
                await self._fleet.store.run(leave_stop, robot.id)
            if _is_out(robot):
                await self._park(robot)
            elif closed and not called_home:
                robot.wait(Wait(Reason.CLOSED, None, closed))

    def _closed_stop(self, robot: Robot) -> str | None:
        """Return the node of a robot's next stop where that is closed."""
        stop = self._fleet.wanted.ahead(robot.id)
        return str(stop.node) if stop is not None and self._fleet.retreat.keeps_from(stop.node) else None

    async def _park(self, robot: Robot) -> None:
        if robot.node == robot.home:
            placing.turn_home(self._fleet, robot)
        await self._begin(robot, "park", robot.home)

    async def make_way(self) -> None:
        """Send home who stands in others' way with nothing to do there and got no way to its next stop.

        Everybody's proof counts on its way home: were it not driven, those behind would wait for ever.
        """
        traffic = self._fleet.traffic
        idle = [robot for robot in self._fleet.robots.values() if self._stands_about(robot)]
        hinderers = traffic.hinderers([robot.id for robot in idle])
        for robot in idle:
            if robot.id not in hinderers:
                continue
            if not traffic.leads_on(robot.id):
                if asyncio.get_running_loop().time() >= robot.ask_at:
                    await self._begin(robot, "clear", robot.home)
            else:
                route = traffic.go_on(robot.id)
                start = Start(robot.id, "clear", route, route, None, None, robot.charging, robot.deviation)
                await self._drive(robot, start)

    def _stands_about(self, robot: Robot) -> bool:
        """Say whether a robot stands on the floor with nothing to do where it is."""
        if robot.node == robot.home or robot.charging or not self.is_free(robot):
            return False
        batch = self._fleet.wanted.batches.get(robot.id)
        stop = self._fleet.wanted.stops.get(batch.id) if batch is not None else None
        return stop is None or stop.arrived_at is None

    def _charger(self, robot: Robot) -> str | None:
        """Return the charge station a robot stands at or drives to."""
        way = self._fleet.ways.get(robot.id)
        if way is None:
            return self._work.charger_at.get(robot.node)
        return self._work.charger_at.get(way.route[-1]) if way.purpose == "charge" else None

    async def _begin(
        self, robot: Robot, purpose: str, goal: str, batch_id: str | None = None, stop: Any = None
    ) -> bool:
        """Plan a way to a goal and home from there, and begin to drive it to the goal; False when there is none now.

        Only the next stop: a proof over a whole tour would hold back the others for what may change anyway.
        """
        fleet = self._fleet
        obstacles = fleet.traffic.obstacles(robot.id)
        tour = fleet.tour(robot, robot.node, goal, obstacles) or fleet.tour(robot, robot.node, goal)
        if tour is None:
            robot.say(Reason.NO_WAY, {"node": robot.node, "goal": goal})
            robot.ask_at = fleet.rounds.after(ASK_AGAIN)
            return False
        try:
            if not fleet.traffic.has_route(robot.id):
                placing.head_home(fleet, robot)
            refused = fleet.traffic.route(robot.id, tour.nodes)
        except TrafficError as error:
            endings.misplaced(fleet, robot, error)
            return False
        if refused is not None:
            robot.wait(refused)
            robot.ask_at = fleet.rounds.after(ASK_AGAIN)
            return False
        start = Start(robot.id, purpose, tour.leg, tour.nodes, batch_id, stop, robot.charging, robot.deviation)
        return await self._drive(robot, start)

    async def _drive(self, robot: Robot, start: Start) -> bool:
        """Begin a trip that traffic has agreed to; False when the robot was declared dead meanwhile."""
        begun = await self._fleet.store.run(begin_trip, start)
        if begun is None:
            return False
        trip_id, actions = begun
        self._fleet.ways[robot.id] = Way(
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


def _is_out(robot: Robot) -> bool:
    """Say whether a robot stands elsewhere than at home, or short of it."""
    return robot.node != robot.home or robot.deviation > 0

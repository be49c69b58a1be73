"""Which work a robot gets, whatever its driver: waiting tours to free robots, and who goes to which charger."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from edge.clock import Source
from edge.devices.robot import Robot
from edge.devices.wanted import Wanted
from edge.fleet.assign import Job, Worker, assign
from edge.fleet.charging import EMPTY, Battery, Charger, Decision, decide, is_rush
from edge.fleet.roadmap import Roadmap
from edge.model.reasons import Refusal
from edge.processes import carry
from edge.site import RobotUnit, Site
from edge.store.store import Store

log = structlog.get_logger(__name__)

STOP_MINUTES = 1
"""How long a pick stop is taken to last when work is weighed against battery."""


class Work:
    """Gives out work; driving there is the keeper's."""

    def __init__(self, site: Site, roadmap: Roadmap, store: Store, source: Source) -> None:
        self._site = site
        self._roadmap = roadmap
        self._store = store
        self._source = source
        self.chargers = {station.id: Charger(station.id, station.node) for station in site.stations_of("charge")}
        self.charger_at = {charger.node: charger.id for charger in self.chargers.values()}

    def concerning(self, wanted: Wanted, units: Sequence[RobotUnit]) -> Wanted:
        """Leave out tours that none of these robots can drive, where the roadmap has parts that no lane joins."""
        site = self._site
        if len(site.worked_parts) == 1:
            return wanted
        parts = [site.part[site.station[unit.home].node] for unit in units]
        return replace(wanted, waiting=[row for row in wanted.waiting if site.part[wanted.stops[row.id].node] in parts])

    async def give(self, robots: Mapping[str, Robot], wanted: Wanted, free: Callable[[Robot], bool]) -> bool:
        """Match free robots with waiting batches; True when somebody got work."""
        jobs = [self._job(row, wanted) for row in wanted.waiting]
        if not jobs:
            return False
        hurry = self._minutes_left(wanted)
        workers = [self._worker(robot, wanted, free, hurry) for robot in robots.values()]
        matched = assign(workers, jobs, self._roadmap.travel_ms)
        for robot_id, batch_id in matched.pairs:
            try:
                await self._store.run(carry.assign_robot, batch_id, robot_id)
            except Refusal as refusal:
                log.info("robot.not_assigned", robot=robot_id, batch=batch_id, why=refusal.code)
                continue
        for robot_id, pick in matched.robots.items():
            robots[robot_id].reason = pick
        return bool(matched.pairs)

    def charging(
        self, robots: Iterable[Robot], wanted: Wanted, charger: Callable[[Robot], str | None]
    ) -> list[Decision]:
        """Decide who charges; `charger` says at which a robot stands or to which it drives."""
        idle, blocked = [], []
        for robot in robots:
            if not robot.usable:
                blocked.append(charger(robot))
            elif robot.id not in wanted.batches:
                idle.append(robot)
        return decide(
            [self._battery(robot, wanted, charger(robot)) for robot in idle],
            [one._replace(free=one.id not in blocked) for one in self.chargers.values()],
            self._roadmap.travel_ms,
            jobs_waiting=len(wanted.waiting),
            cutoff_minutes=self._minutes_left(wanted),
            robots_needed=len(wanted.waiting),
        )

    def _minutes_left(self, wanted: Wanted) -> int | None:
        """Return the minutes to the next cut-off of a tour that no robot has yet, None without one."""
        due = min((row.due_at for row in wanted.waiting), default=None)
        return None if due is None else int((due - self._source.now()) / timedelta(minutes=1))

    def _job(self, row: Any, wanted: Wanted) -> Job:
        stop = wanted.stops.get(row.id)
        minutes_left = row.due_at - self._source.now()
        return Job(
            id=row.id,
            node=stop.node if stop is not None else self._roadmap.nodes[0].id,
            work_ms=(stop.left if stop is not None else 0) * STOP_MINUTES * 60_000,
            priority=row.priority,
            left_ms=int(minutes_left / timedelta(milliseconds=1)),
        )

    def _worker(self, robot: Robot, wanted: Wanted, free: Callable[[Robot], bool], minutes_left: int | None) -> Worker:
        kind = self._site.robot_type[wanted.rows[robot.id].type]
        spare = max(robot.percent - (EMPTY if is_rush(minutes_left) else kind.charge_below), 0)
        return Worker(
            id=robot.id,
            node=robot.node,
            free=free(robot)
            and robot.in_service
            and robot.id not in wanted.batches
            and not wanted.aboard.get(robot.id)
            and not robot.loads,
            totes=robot.totes,
            range_ms=int(kind.battery_hours * 36_000 * spare),
            worked_ms=robot.worked_ms,
        )

    def _battery(self, robot: Robot, wanted: Wanted, charger: str | None) -> Battery:
        kind = self._site.robot_type[wanted.rows[robot.id].type]
        return Battery(
            id=robot.id,
            node=robot.node,
            percent=robot.percent,
            idle=robot.id not in wanted.batches,
            charger=charger,
            charge_below=kind.charge_below,
            charge_to=kind.charge_to,
            full_minutes=int(kind.battery_hours * 60),
        )

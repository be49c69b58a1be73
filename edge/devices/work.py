"""Which work a robot gets, whatever its driver: waiting tours to free robots, and who goes to which charger."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from edge.clock import Source
from edge.devices.robot import Robot
from edge.devices.wanted import Wanted
from edge.fleet.assign import Job, Worker, assign
from edge.fleet.charging import Battery, Charger, Decision, decide
from edge.fleet.roadmap import Roadmap
from edge.model.reasons import Refusal
from edge.processes import carry
from edge.site import Site
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

    async def give(self, robots: Mapping[str, Robot], wanted: Wanted, free: Callable[[Robot], bool]) -> bool:
        """Match free robots with waiting batches; True when somebody got work."""
        jobs = [self._job(row, wanted) for row in wanted.waiting]
        if not jobs:
            return False
        workers = [self._worker(robot, wanted, free) for robot in robots.values()]
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
        idle = [robot for robot in robots if robot.id not in wanted.batches and robot.usable]
        batteries = [self._battery(robot, wanted, charger(robot)) for robot in idle]
        waiting = len(wanted.waiting)
        return decide(batteries, self.chargers.values(), self._roadmap.travel_ms, jobs_waiting=waiting)

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

    def _worker(self, robot: Robot, wanted: Wanted, free: Callable[[Robot], bool]) -> Worker:
        kind = self._site.robot_type[wanted.rows[robot.id].type if robot.id in wanted.rows else "tote4"]
        spare = max(robot.percent - kind.charge_below, 0)
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

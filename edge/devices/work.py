"""Which work a robot gets, whatever its driver: waiting tours to free robots, and who goes to which charger."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import structlog

from edge.clock import Source
from edge.devices.robot import Robot
from edge.devices.wanted import Tour, Wanted, tours
from edge.fleet.assign import BLOCKED_MS, Assigner, Job, Start, Worker, assign
from edge.fleet.charging import EMPTY, Battery, Charger, Decision, decide, is_rush
from edge.fleet.roadmap import Roadmap
from edge.model.reasons import Refusal
from edge.processes import carry
from edge.site import RobotUnit, Site
from edge.store.store import Store

log = structlog.get_logger(__name__)

FETCH_MS = 30_000
"""How long a robot is taken to keep a tote station from the next one."""
STOP_MINUTES = 1
"""How long a pick stop is taken to last when work is weighed against battery."""


class Work:
    """Gives out work; driving there is the keeper's."""

    def __init__(self, site: Site, roadmap: Roadmap, store: Store, source: Source, assigner: Assigner = assign) -> None:
        self._assigner = assigner
        self._tours: dict[str, Tour] = {}
        """Of the batches that wait."""
        self._driving: dict[str, tuple[int, int]] = {}
        """Milliseconds that a waiting batch drives from its first stop to its last, and from there to a charger."""
        self._counted_at: datetime | None = None
        self._site = site
        self._roadmap = roadmap
        self._store = store
        self._source = source
        self.chargers = {station.id: Charger(station.id, station.node) for station in site.stations_of("charge")}
        self.charger_at = {charger.node: charger.id for charger in self.chargers.values()}

    def concerning(self, wanted: Wanted, units: Iterable[RobotUnit]) -> Wanted:
        """Leave out tours that none of these robots can drive, where the roadmap has parts that no lane joins."""
        site = self._site
        if len(site.worked_parts) == 1:
            return wanted
        parts = [site.part[site.station[unit.home].node] for unit in units]
        return replace(wanted, waiting=[row for row in wanted.waiting if site.part[wanted.stops[row.id].node] in parts])

    async def give(
        self,
        robots: Mapping[str, Robot],
        wanted: Wanted,
        free: Callable[[Robot], bool],
        blocked: Callable[[], int] = lambda: 0,
    ) -> bool:
        """Match free robots with waiting batches; True when somebody got work.

        `blocked` gives the mask of nodes where robots stand that do not move by themselves.
        """
        self._count_work(robots, wanted)
        await self._look_at(wanted)
        queues = self._queues(wanted)
        jobs = [self._job(row, queues) for row in wanted.waiting if row.id in self._tours]
        if not jobs:
            return False
        hurry, mask = self._minutes_left(wanted), blocked()
        workers = [self._worker(robot, wanted, free, hurry) for robot in robots.values()]
        matched = self._assigner(workers, jobs, lambda start, end, speed: self._travel_ms(start, end, speed, mask))
        for robot_id, batch_id in matched.pairs:
            try:
                await self._store.run(carry.assign_robot, batch_id, robot_id, matched.starts[batch_id])
            except Refusal as refusal:
                log.info("robot.not_assigned", robot=robot_id, batch=batch_id, why=refusal.code)
                continue
        for robot_id, pick in matched.robots.items():
            robots[robot_id].reason = pick
        return bool(matched.pairs)

    def _travel_ms(self, start: str, end: str, speed: int | None, blocked: int) -> int | None:
        """Give the way round whoever stands about; where there is none, he may move on before the robot gets there."""
        around = self._roadmap.travel_ms(start, end, avoid=blocked, speed=speed)
        if around is not None or not blocked:
            return around
        through = self._roadmap.travel_ms(start, end, speed=speed)
        return None if through is None else through + BLOCKED_MS

    def _count_work(self, robots: Mapping[str, Robot], wanted: Wanted) -> None:
        """Count how long each robot has had a tour since the start, so that the work is shared fairly (R127)."""
        now = self._source.steady()
        passed = int((now - (self._counted_at or now)) / timedelta(milliseconds=1))
        self._counted_at = now
        for robot_id in wanted.batches:
            if robot_id in robots:
                robots[robot_id].worked_ms += passed

    async def _look_at(self, wanted: Wanted) -> None:
        """Read the stops of the batches that wait and were not looked at yet."""
        waiting = dict.fromkeys(row.id for row in wanted.waiting)
        new = [batch_id for batch_id in waiting if batch_id not in self._tours]
        read = await self._store.read(tours, new) if new else {}
        self._tours = {batch_id: tour for batch_id, tour in (self._tours | read).items() if batch_id in waiting}
        self._driving = {
            batch_id: self._driving.get(batch_id) or self._drive(self._tours[batch_id]) for batch_id in self._tours
        }

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

    def _queues(self, wanted: Wanted) -> Counter[str]:
        """Return for each node where totes are fetched how many robots still come there."""
        coming = (wanted.stops[batch.id] for batch in wanted.batches.values() if batch.id in wanted.stops)
        return Counter(stop.node for stop in coming if stop.kind == "totes")

    def _others(self, tour: Tour, queues: Counter[str]) -> tuple[Start, ...]:
        """Return where else a tour may fetch its totes: empty ones lie at every tote station."""
        planned = tour.nodes[0]
        if tour.first != "totes" or len(tour.nodes) == 1 or planned not in self._site.part:
            return ()
        from_there = self._roadmap.travel_ms(planned, tour.nodes[1])
        part = self._site.part[planned]
        found = []
        for station in self._site.stations_of("tote"):
            node = self._site.stop_for(station, part)
            if node is None or node == planned:
                continue
            way = self._roadmap.travel_ms(node, tour.nodes[1])
            if way is not None and from_there is not None:
                found.append(Start(node, way - from_there, queues[node] * FETCH_MS))
        return tuple(found)

    def _job(self, row: Any, queues: Counter[str]) -> Job:
        tour, now = self._tours[row.id], self._source.now()
        driving_ms, charge_ms = self._driving[row.id]
        return Job(
            id=row.id,
            node=tour.nodes[0],
            work_ms=len(tour.nodes) * STOP_MINUTES * 60_000 + driving_ms,
            totes=tour.totes,
            priority=row.priority,
            left_ms=int((row.due_at - now) / timedelta(milliseconds=1)),
            waited_ms=max(0, int((now - tour.since) / timedelta(milliseconds=1))),
            charge_ms=charge_ms,
            busy_ms=queues[tour.nodes[0]] * FETCH_MS if tour.first == "totes" else 0,
            others=self._others(tour, queues),
        )

    def _drive(self, tour: Tour) -> tuple[int, int]:
        """Give how long a tour's driving lasts from stop to stop, and from its end to the next charger, in ms."""
        between = sum(self._roadmap.travel_ms(one, other) or 0 for one, other in pairwise(tour.nodes))
        return between, self._roadmap.nearest_ms(tour.nodes[-1], self.charger_at) or 0

    def _worker(self, robot: Robot, wanted: Wanted, free: Callable[[Robot], bool], minutes_left: int | None) -> Worker:
        kind = self._site.robot_type[wanted.rows[robot.id].type]
        spare = max(robot.percent - (EMPTY if is_rush(minutes_left) else kind.charge_below), 0)
        return Worker(
            id=robot.id,
            node=robot.node,
            free=robot.id not in wanted.batches
            and not wanted.aboard.get(robot.id)
            and not robot.loads
            and robot.in_service
            and free(robot),
            totes=robot.totes,
            range_ms=int(kind.battery_hours * 36_000 * spare),
            worked_ms=robot.worked_ms,
            speed=robot.speed,
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

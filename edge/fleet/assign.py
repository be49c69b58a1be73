"""Which robot takes which job: least driving, the urgent first, and the work shared fairly (R124, R127, R129).

Costs are integer milliseconds of driving; everything else is expressed in them, so that a weight can be explained:
"a job of one priority more is worth ten minutes of driving". `genba bench assign` holds it against the nearest robot.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from edge.fleet.reasons import Pick

PRIORITY_MS = 600_000
"""What one step of priority (0 to 9) is worth: no detour on one floor is longer than ten minutes."""
LATE_WEIGHT = 20
"""One ms of lateness more counts as much as 20 ms of driving: a late order misses its truck."""
URGENT_MS = 3_600_000
"""From one hour before the last moment to begin it, a job gains value as the time runs out."""
URGENT_VALUE_MS = (LATE_WEIGHT + 12) * PRIORITY_MS
"""What a job without slack is worth: the lateness the longest drive can add, that drive, and more than any priority."""
WAIT_LIMIT_MS = 7_200_000
"""Waiting adds value up to this long, so that an unimportant job far away is done in the end (R124)."""
FAIR_MS = 3_000
"""A robot that has worked most is taken to be up to this much further away than the one that worked least (R127).

With 15 s tours waited up to 10 s longer for their robots and up to 14 % more metres were driven without load.
"""
BLOCKED_MS = 600_000
"""What a way is worth less on which somebody stands who does not move by himself: as much as a step of priority."""
IMPOSSIBLE = 1 << 44
"""The cost of a pair that may not be; above every real cost, and exact in a float even when thousands are added."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A robot as assignment sees it.

    `free`: may take a job now. `range_ms`: driving and working time its battery lasts above its reserve. `worked_ms`:
    its work this shift. `skills`: what it can do (its type, its equipment); `totes`: how many it can carry. `speed` is
    in mm/s.
    """

    id: str
    node: str
    free: bool
    totes: int
    range_ms: int
    worked_ms: int = 0
    skills: frozenset[str] = field(default_factory=frozenset)
    speed: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A node where a job may begin; times in ms.

    `extra_ms`: by how much the job lasts longer from there than from its own node. `busy_ms`: so long others keep it.
    """

    node: str
    extra_ms: int = 0
    busy_ms: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """Work for one robot: it begins at `node`, or at one of `others`, and lasts `work_ms` with all driving after that.

    `left_ms`: time to its cut-off, None without one. `waited_ms`: since it could be given out. `busy_ms`: for so long
    others keep its node. `charge_ms`: from its end to the nearest charger, which the battery must reach too.
    """

    id: str
    node: str
    work_ms: int
    totes: int = 1
    priority: int = 0
    left_ms: int | None = None
    waited_ms: int = 0
    needs: frozenset[str] = field(default_factory=frozenset)
    charge_ms: int = 0
    busy_ms: int = 0
    others: tuple[Start, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """The result: pairs (robot, job), where each of these jobs begins, and for all others the reason why not."""

    pairs: list[tuple[str, str]]
    jobs: dict[str, Pick]
    robots: dict[str, Pick]
    starts: dict[str, str] = field(default_factory=dict)
    """Node by job."""


Travel = Callable[[str, str, int | None], int | None]
"""Milliseconds from node to node at a robot's speed (mm/s), None where there is no way."""
Found = Pick | int
"""How long it takes until a robot is at a job, in ms, or why it cannot do it."""
Match = Callable[[Sequence[Worker], Sequence[Job], Sequence[Sequence[Found]]], list[tuple[int, int]]]
"""Pairs (number of a worker, number of a job), given what was found for each pair; impossible ones are left out."""
Assigner = Callable[[Sequence[Worker], Sequence[Job], Travel], Assignment]


def assign(workers: Sequence[Worker], jobs: Sequence[Job], travel_ms: Travel) -> Assignment:
    """Give jobs to free robots at the least total cost, each to begin where it can be begun soonest.

    `late` in the cost is only what the drive adds to the lateness: a job is not left lying because it is late already.
    """
    return share_out(workers, jobs, travel_ms, _cheapest)


def share_out(workers: Sequence[Worker], jobs: Sequence[Job], travel_ms: Travel, match: Match) -> Assignment:
    """Give jobs to free robots as `match` chooses, who are handed to it in order of their ids."""
    free = sorted((worker for worker in workers if worker.free), key=lambda worker: worker.id)
    waiting = sorted(jobs, key=lambda job: job.id)
    found = [[_drive(worker, job, travel_ms) for job in waiting] for worker in free]
    chosen = match(free, waiting, found) if free and waiting else []
    matched = [(free[row], waiting[column]) for row, column in chosen if not isinstance(found[row][column], Pick)]
    pairs = [(worker.id, job.id) for worker, job in matched]
    starts = {job.id: _start(worker, job, travel_ms)[1] for worker, job in matched}
    busy_robots = {robot for robot, _ in pairs}
    given_jobs = {job for _, job in pairs}
    why_jobs = {
        job.id: _why_job([row[column] for row in found])
        for column, job in enumerate(waiting)
        if job.id not in given_jobs
    }
    why_robots = {worker.id: Pick.BUSY for worker in workers if not worker.free}
    for row, worker in enumerate(free):
        if worker.id not in busy_robots:
            why_robots[worker.id] = _why_robot(found[row])
    return Assignment(pairs, why_jobs, why_robots, starts)


@cache
def solver() -> Any:
    """Return SciPy's solver of the assignment problem.

    Importing it takes up to a second: a start need not wait for it, and who runs a site asks for it beforehand.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    return linear_sum_assignment


def _cheapest(
    free: Sequence[Worker], waiting: Sequence[Job], found: Sequence[Sequence[Found]]
) -> list[tuple[int, int]]:
    shares = _shares(free)
    costs = [
        [_cost(drive, job, shares[row]) for drive, job in zip(found[row], waiting, strict=True)]
        for row in range(len(free))
    ]
    if len(free) == 1 or len(waiting) == 1:
        return [min(product(range(len(free)), range(len(waiting))), key=lambda pair: costs[pair[0]][pair[1]])]
    rows, columns = solver()(costs)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]


def _drive(worker: Worker, job: Job, travel_ms: Travel) -> Found:
    """Give the time until it is at the job, or why this robot cannot do it."""
    if not job.needs <= worker.skills or job.totes > worker.totes:
        return Pick.NO_SKILL
    travel, _ = _start(worker, job, travel_ms)
    if travel is None:
        return Pick.NO_WAY
    if travel + job.work_ms + job.charge_ms > worker.range_ms:
        return Pick.NO_BATTERY
    return travel


def _start(worker: Worker, job: Job, travel_ms: Travel) -> tuple[int | None, str]:
    """Give where a robot begins a job soonest and in what time, None where there is no way; the first of equals."""
    starts = (Start(job.node, 0, job.busy_ms), *job.others)
    ways = [(travel_ms(worker.node, start.node, worker.speed), start) for start in starts]
    open_ways = [(max(way, start.busy_ms) + start.extra_ms, start.node) for way, start in ways if way is not None]
    return min(open_ways, key=lambda one: one[0], default=(None, job.node))


def _cost(found: Found, job: Job, share_ms: int) -> int:
    if isinstance(found, Pick):
        return IMPOSSIBLE
    late = urgency = 0
    if job.left_ms is not None:
        slack = job.left_ms - job.work_ms
        late = max(0, found - max(0, slack))
        urgency = max(0, URGENT_MS - max(0, slack)) * URGENT_VALUE_MS // URGENT_MS
    value = job.priority * PRIORITY_MS + urgency + min(job.waited_ms, WAIT_LIMIT_MS) * PRIORITY_MS // WAIT_LIMIT_MS
    return found + share_ms + late * LATE_WEIGHT - value


def _shares(free: Sequence[Worker]) -> list[int]:
    """Give what each robot's work so far adds to its distance: by rank, equal work the same."""
    ranks = sorted({worker.worked_ms for worker in free})
    step = FAIR_MS // max(1, len(ranks) - 1)
    place = {worked: rank * step for rank, worked in enumerate(ranks)}
    return [place[worker.worked_ms] for worker in free]


def _why_job(column: Sequence[Found]) -> Pick:
    """Give the reason nearest to a solution among all free robots."""
    if not column:
        return Pick.NO_ROBOT
    if any(not isinstance(found, Pick) for found in column):
        return Pick.OTHERS_FIRST
    return next(reason for reason in (Pick.NO_BATTERY, Pick.NO_WAY, Pick.NO_SKILL) if reason in column)


def _why_robot(row: Sequence[Found]) -> Pick:
    if not row:
        return Pick.NO_JOB
    if any(not isinstance(found, Pick) for found in row):
        return Pick.NEARER_ROBOT
    if Pick.NO_BATTERY in row:
        return Pick.TOO_LOW
    return Pick.OUT_OF_REACH if Pick.NO_WAY in row else Pick.NO_FITTING_JOB

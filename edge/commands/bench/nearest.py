"""The yardstick of assignment: the most urgent job takes the nearest robot that can do it, and so on."""

from collections.abc import Sequence
from dataclasses import replace

from edge.fleet.assign import Assignment, Found, Job, Travel, Worker, share_out


def nearest(workers: Sequence[Worker], jobs: Sequence[Job], travel_ms: Travel) -> Assignment:
    """Give each job, by priority and then by its time left, to the free robot nearest to its start; see `assign`."""
    return share_out(workers, [replace(job, others=(), busy_ms=0) for job in jobs], travel_ms, _one_after_the_other)


def _one_after_the_other(
    free: Sequence[Worker], waiting: Sequence[Job], found: Sequence[Sequence[Found]]
) -> list[tuple[int, int]]:
    pairs = []
    left = dict.fromkeys(range(len(free)))
    for column in sorted(range(len(waiting)), key=lambda number: _urgency(waiting[number])):
        drives = [(drive, row) for row in left if isinstance(drive := found[row][column], int)]
        if drives:
            row = min(drives)[1]
            del left[row]
            pairs.append((row, column))
    return pairs


def _urgency(job: Job) -> tuple[int, bool, int, str]:
    return -job.priority, job.left_ms is None, job.left_ms or 0, job.id

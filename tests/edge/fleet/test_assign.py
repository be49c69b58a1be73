"""Which robot takes which job, and why the others do not."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.commands.bench.nearest import nearest
from edge.fleet.assign import Assignment, Job, Start, Worker, assign
from edge.fleet.reasons import Pick, words

LONG = 10_000_000


def line(start: str, end: str, _speed: int | None = None) -> int | None:
    """Nodes are numbers on a line, a minute apart; "nowhere" has no way."""
    return None if "nowhere" in (start, end) else abs(int(start) - int(end)) * 60_000


def robot(name: str, node: str = "0", **more: object) -> Worker:
    settings = {"free": True, "totes": 4, "range_ms": LONG, **more}
    return Worker(name, node, **settings)  # type: ignore[arg-type]


def test_the_total_of_all_drives_is_least() -> None:
    found = assign([robot("R1", "0"), robot("R2", "3")], [Job("J1", "2", 0), Job("J2", "9", 0)], line)
    assert found == Assignment([("R1", "J1"), ("R2", "J2")], {}, {}, {"J1": "2", "J2": "9"})


def test_R129_higher_priority_first_then_the_job_that_runs_out_of_time() -> None:
    jobs = [Job("J1", "1", 0), Job("J2", "5", 0, priority=2), Job("J3", "9", 60_000, left_ms=900_000)]
    assert assign([robot("R1")], jobs, line).pairs == [("R1", "J3")]
    assert assign([robot("R1")], jobs[:2], line).pairs == [("R1", "J2")]
    assert assign([robot("R1")], jobs, line).jobs == {"J1": Pick.OTHERS_FIRST, "J2": Pick.OTHERS_FIRST}


def test_R129_a_job_that_is_late_already_is_not_left_lying() -> None:
    jobs = [Job("J1", "0", 0, priority=9), Job("J2", "9", 60_000, left_ms=0)]
    assert assign([robot("R1")], jobs, line).pairs == [("R1", "J2")]


def test_a_job_begins_where_its_robot_can_begin_it_soonest() -> None:
    job = Job("J", "9", 0, others=(Start("1", 5 * 60_000), Start("2", 3 * 60_000)))
    found = assign([robot("R1", "0")], [job], line)
    assert (found.pairs, found.starts) == ([("R1", "J")], {"J": "2"})
    assert assign([robot("R1", "8")], [job], line).starts == {"J": "9"}
    queued = Job("J", "1", 0, busy_ms=300_000, others=(Start("4", busy_ms=200_000), Start("3", 60_000, 240_000)))
    assert assign([robot("R1", "0")], [queued], line).starts == {"J": "4"}
    assert assign([robot("R1", "0")], [replace(queued, busy_ms=0)], line).starts == {"J": "1"}
    unreachable = Job("J", "nowhere", 0, others=(Start("1"),))
    assert assign([robot("R1", "0")], [unreachable], line).starts == {"J": "1"}


def test_a_battery_lasts_to_the_charger_behind_the_job() -> None:
    job = Job("J", "1", 60_000, charge_ms=60_000)
    assert assign([robot("R1", range_ms=180_000)], [job], line).pairs == [("R1", "J")]
    assert assign([robot("R1", range_ms=179_999)], [job], line).robots == {"R1": Pick.TOO_LOW}


def test_the_nearest_robot_takes_the_most_urgent_job_whatever_that_costs_the_others() -> None:
    jobs = [Job("J1", "2", 0), Job("J2", "3", 0, priority=1), Job("J3", "9", 0, others=(Start("0"),))]
    robots = [robot("R1", "3"), robot("R2", "0"), robot("R3", "4", free=False)]
    found = nearest(robots, jobs, line)
    assert found.pairs == [("R1", "J2"), ("R2", "J1")]
    assert found.jobs == {"J3": Pick.OTHERS_FIRST}
    assert found.robots == {"R3": Pick.BUSY}
    assert nearest([robot("R1", "0")], jobs[2:], line).starts == {"J3": "9"}


def test_R124_waiting_makes_an_unimportant_job_important() -> None:
    jobs = [Job("J1", "0", 0), Job("J2", "8", 0, waited_ms=7_200_000)]
    assert assign([robot("R1")], jobs, line).pairs == [("R1", "J2")]


def test_R127_of_two_robots_equally_near_the_one_that_worked_less_goes() -> None:
    robots = [robot("R1", worked_ms=500), robot("R2", worked_ms=100)]
    assert assign(robots, [Job("J1", "3", 0)], line).pairs == [("R2", "J1")]


def test_R127_work_spreads_over_all_robots() -> None:
    worked = {f"R{n}": 0 for n in range(5)}
    for _ in range(50):
        found = assign([robot(name, worked_ms=time) for name, time in worked.items()], [Job("J", "1", 0)], line)
        worked[found.pairs[0][0]] += 1000
    assert set(worked.values()) == {10_000}


@pytest.mark.parametrize(
    ("robots", "job", "why_job", "why_robot"),
    [
        ([robot("R1", free=False)], Job("J", "0", 0), Pick.NO_ROBOT, Pick.BUSY),
        ([robot("R1")], Job("J", "0", 0, needs=frozenset({"fork"})), Pick.NO_SKILL, Pick.NO_FITTING_JOB),
        ([robot("R1")], Job("J", "0", 0, totes=5), Pick.NO_SKILL, Pick.NO_FITTING_JOB),
        ([robot("R1", range_ms=59_999)], Job("J", "1", 0), Pick.NO_BATTERY, Pick.TOO_LOW),
        ([robot("R1")], Job("J", "nowhere", 0), Pick.NO_WAY, Pick.OUT_OF_REACH),
    ],
)
def test_R124_what_is_left_over_has_its_reason(robots: list[Worker], job: Job, why_job: Pick, why_robot: Pick) -> None:
    assert assign(robots, [job], line) == Assignment([], {"J": why_job}, {"R1": why_robot})


def test_R124_an_idle_fleet_says_there_is_no_job() -> None:
    assert assign([robot("R1")], [], line) == Assignment([], {}, {"R1": Pick.NO_JOB})
    found = assign([robot("R1"), robot("R2", "5")], [Job("J", "0", 0)], line)
    assert found.robots == {"R2": Pick.NEARER_ROBOT}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(1, 4), st.integers(0, 2_000_000)), max_size=8),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5), st.integers(0, 9), st.integers(0, 500_000)), max_size=8),
)
def test_R124_everybody_has_a_job_or_a_reason_and_nobody_more_than_he_can(
    fleet: list[tuple[int, bool, int, int]], work: list[tuple[int, int, int, int]]
) -> None:
    robots = [robot(f"R{n}", str(at), free=f, totes=t, range_ms=r) for n, (at, f, t, r) in enumerate(fleet)]
    jobs = [Job(f"J{n}", str(at), ms, totes=t, priority=p) for n, (at, t, p, ms) in enumerate(work)]
    found = assign(robots, jobs, line)
    assert found == assign(robots[::-1], jobs[::-1], line)
    assert sorted([r for r, _ in found.pairs] + list(found.robots)) == sorted(r.id for r in robots)
    assert sorted([j for _, j in found.pairs] + list(found.jobs)) == sorted(j.id for j in jobs)
    by_id, job_by_id = {r.id: r for r in robots}, {j.id: j for j in jobs}
    for name, job_name in found.pairs:
        worker, job = by_id[name], job_by_id[job_name]
        assert worker.free
        assert worker.totes >= job.totes
        assert (line(worker.node, job.node) or 0) + job.work_ms <= worker.range_ms
    if Pick.OTHERS_FIRST in found.jobs.values():
        assert found.pairs


def test_importing_assignment_does_not_load_scipy() -> None:
    code = "import sys, edge.fleet.assign; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("reason", list(Pick))
def test_R124_every_reason_has_words(reason: Pick) -> None:
    assert words(reason, "ja").text
    assert words(reason, "en").text

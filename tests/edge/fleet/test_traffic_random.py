"""Traffic as properties: on random maps with random robots nobody meets and nobody is locked in."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.reasons import Reason
from edge.fleet.safety import BUDGET_MOST
from tests.edge.fleet.floor import Floor, grid, storeys, warehouse


def _floor(seed: int) -> tuple[Floor, random.Random]:
    dice = random.Random(seed)
    bays = dice.randint(2, 8)
    site = grid(dice.randint(2, 6), dice.randint(2, 6), bays, dice.choice([0, 0.3, 0.7]), dice)
    return Floor(site, dice.randint(2, bays), dice), dice


def _steps(
    floor: Floor,
    dice: random.Random,
    count: int,
    *,
    deaths: bool = False,
    restarts: bool = False,
    plan: bool = True,
) -> None:
    """Give out tours, kill, revive and restart at random; the floor checks every step that nobody meets."""
    for _ in range(count):
        floor.step()
        for body in floor.bodies:
            if not body.dead and not body.busy and (floor.home(body) or dice.random() < 0.03):
                floor.give_tour(body, dice.randint(1, 5))
            if deaths and not body.dead and dice.random() < 0.003:
                floor.kill(body)
            elif deaths and body.dead and dice.random() < 0.03:
                floor.revive(body)
        for body in floor.bodies:
            if body.name in floor.traffic.cut():
                floor.replan(body)
        if restarts and dice.random() < 0.03:
            floor.restart(plan=plan)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_R125_all_get_home_and_no_two_ever_meet(seed: int) -> None:
    floor, dice = _floor(seed)
    _steps(floor, dice, 80)
    floor.run_home(5000)
    assert [body.name for body in floor.bodies if not floor.home(body)] == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_R125_who_enters_a_lift_has_the_way_out_and_nobody_is_locked_in(seed: int, faults: bool) -> None:
    dice = random.Random(seed)
    site = storeys(dice.randint(2, 3), dice.randint(1, 2), dice)
    floor = Floor(site, dice.randint(1, len(site.bays)), dice)
    floor.shut = lambda start, end: "CABIN" in start + end and "CABIN" not in start and dice.random() < 0.5
    for _ in range(8):
        _steps(floor, dice, 10, deaths=faults, restarts=faults)
        floor.take_back(dice.choice(floor.bodies))
    floor.shut = lambda _start, _end: False
    for body in floor.bodies:
        if body.dead:
            floor.revive(body)
    floor.run_home(8000)
    assert floor.stuck() == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.05, 0.3, 1.0]))
def test_R125_doors_that_open_now_and_then_delay_robots_and_lock_nobody_in(seed: int, share: float) -> None:
    floor, dice = _floor(seed)
    doors = {frozenset((lane.start, lane.end)) for lane in floor.site.roadmap.lanes if dice.random() < share}
    floor.shut = lambda start, end: frozenset((start, end)) in doors and dice.random() < 0.7
    _steps(floor, dice, 80, restarts=True)
    for _ in range(5000):
        floor.step()
        if all(floor.home(body) for body in floor.bodies):
            break
    assert [body.name for body in floor.bodies if not floor.home(body)] == []


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_nobody_who_waits_gets_way_after_reports_that_stirred_nothing(seed: int) -> None:
    floor, dice = _floor(seed)
    _steps(floor, dice, 40)
    for body in floor.bodies:
        body.stops = []
    floor.step()
    while not all(floor.home(body) for body in floor.bodies):
        waiting, quiet = floor.waiting, floor.stirred and not any(floor.stirred)
        before = [body.base for body in waiting]
        floor.step()
        assert not quiet or [body.base for body in waiting] == before


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_R125_only_robots_behind_a_stopped_one_wait_and_all_get_home_when_it_goes_on(seed: int) -> None:
    floor, dice = _floor(seed)
    _steps(floor, dice, 80, deaths=True)
    floor.run_home(5000)
    assert floor.stuck() == []
    for body in floor.bodies:
        if not body.dead and not floor.home(body):
            assert floor.traffic.why(body.name).reason is Reason.CUT
    for body in floor.bodies:
        if body.dead:
            floor.revive(body)
    floor.run_home(5000)
    assert [body.name for body in floor.bodies if not floor.home(body)] == []


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_R123_a_robot_put_where_it_stands_takes_the_way_home_from_nobody(seed: int) -> None:
    floor, dice = _floor(seed)
    for _ in range(20):
        _steps(floor, dice, 4, deaths=True, restarts=True)
        body = dice.choice(floor.bodies)
        if body.dead:
            floor.revive(body)
        floor.put_back(body)
    for body in floor.bodies:
        if body.dead:
            floor.revive(body)
    floor.run_home(5000)
    assert [body.name for body in floor.bodies if not floor.home(body)] == []


@pytest.mark.parametrize("seed", [1, 4, 12, 17])
def test_R125_while_all_stand_other_orders_of_moves_are_tried_until_one_takes_all_home(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        floor = Floor(warehouse(4, 4, 30), 30, random.Random(seed))
        wish: dict[str, str] = {}
        for _ in range(100):
            for body in floor.bodies:
                floor.work(body, wish)
            floor.step()
        patch.setattr("edge.fleet.traffic.THOROUGHLY", ())
        floor.restart(plan=False)
        assert len(floor.traffic.cut()) > 20
        floor.in_rounds = True
        floor.run_home(5000, patience=200)
        assert [body.name for body in floor.bodies if not floor.home(body)] == []


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_R121_a_restart_at_any_step_loses_no_reservation_and_locks_nobody_in(seed: int) -> None:
    floor, dice = _floor(seed)
    _steps(floor, dice, 80, deaths=seed % 2 == 0, restarts=True)
    floor.run_home(5000)
    assert floor.stuck() == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_R121_a_restart_without_the_plan_is_as_safe_and_names_whoever_waits(seed: int) -> None:
    floor, dice = _floor(seed)
    _steps(floor, dice, 80, deaths=seed % 2 == 0, restarts=True, plan=False)
    floor.run_home(5000)
    for body in floor.bodies:
        if not body.dead and not floor.home(body):
            assert floor.traffic.why(body.name).reason is Reason.CUT


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_R124_giving_precedence_to_the_longest_waiting_locks_nobody_in(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.fleet.traffic.PATIENCE", 3)
        floor, dice = _floor(seed)
        _steps(floor, dice, 80)
        floor.run_home(5000)
        assert [body.name for body in floor.bodies if not floor.home(body)] == []


def test_R124_who_lets_the_longest_waiting_go_first_says_so_and_names_it() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.fleet.traffic.PATIENCE", 3)
        floor = Floor(warehouse(4, 6, 16), 16, random.Random(5))
        wish: dict[str, str] = {}
        said = []
        for _ in range(200):
            for body in floor.bodies:
                floor.work(body, wish)
            floor.step()
            said += [(body.name, floor.traffic.why(body.name)) for body in floor.bodies]
    patient = [(name, wait) for name, wait in said if wait.reason is Reason.PATIENCE]
    assert patient
    assert all(wait.robot not in (None, name) and wait.node for name, wait in patient)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_R125_searches_that_are_put_off_delay_robots_and_lock_nobody_in(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.fleet.purse.ROUND_EFFORT", 1)
        floor, dice = _floor(seed)
        floor.in_rounds = True
        _steps(floor, dice, 80)
        floor.run_home(5000)
        assert [body.name for body in floor.bodies if not floor.home(body)] == []


def test_R125_rounds_do_not_search_more_than_their_share() -> None:
    """Without a share this crowded floor takes some 8,000 comparisons a step."""
    rounds, share = 300, 100
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.fleet.purse.ROUND_EFFORT", share)
        floor = Floor(warehouse(8, 6, 40), 40, random.Random(5))
        floor.in_rounds = True
        wish: dict[str, str] = {}
        for _ in range(rounds):
            for body in floor.bodies:
                floor.work(body, wish)
            floor.step()
    last = 2 * (BUDGET_MOST + 20 * len(floor.bodies))
    assert floor.traffic.effort < BUDGET_MOST + rounds * share + last
    floor.run_home(5000)
    assert [body.name for body in floor.bodies if not floor.home(body)] == []


def test_the_same_seed_gives_the_same_traffic() -> None:
    ends = []
    for _ in range(2):
        floor, dice = _floor(11)
        _steps(floor, dice, 60, deaths=True)
        ends.append((floor.traffic.snapshot(), floor.traffic.plan(), floor.traffic.effort))
    assert ends[0] == ends[1]


@pytest.mark.parametrize(("robots", "moving"), [(10, 4.5), (30, 11)])
def test_thirty_robots_on_four_hundred_nodes_keep_moving_at_small_cost(robots: int, moving: float) -> None:
    """A robot alone moves in 55 % of the steps (half of them entering, pauses at stops); 30 must not hinder each other
    much. The cost of a call of extend is counted in mask comparisons (some 0.3 microseconds each)."""
    dice = random.Random(5)
    floor = Floor(warehouse(), robots, dice)
    assert 390 <= len(floor.site.roadmap.nodes) <= 450
    wish: dict[str, str] = {}
    steps, moved, calls = 200, 0, 0
    for body in floor.bodies:
        body.pace = 0.8
    for _ in range(steps):
        for body in floor.bodies:
            floor.work(body, wish)
        calls += robots
        floor.step()
        moved += sum(body.between for body in floor.bodies)
    assert moved / steps > moving
    assert floor.traffic.effort / calls < 600
    floor.run_home(5000)
    assert [body.name for body in floor.bodies if not floor.home(body)] == []

"""Robots on dense grids: nobody ever meets, whatever happens, and traffic does not come to a standstill."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.grid.floor import HEADINGS, Action, Floor
from edge.fleet.grid.planner import BUDGET
from simulators.grid.game import Grid
from tests.edge.fleet.grid.floors import drawn, planner, played, random_floor

EAST, WEST = 0, 2


def finished(floor: Floor, grid: Grid, robots: int, steps: int, dice: random.Random) -> list[int]:
    """Play a crowd with random goals, each followed by another; return how many were reached in each step."""
    poses = [cell * HEADINGS + dice.randrange(HEADINGS) for cell in dice.sample(floor.cells.tolist(), robots)]
    goals = dice.choices(floor.cells.tolist(), k=robots)
    plans, reached = planner(floor, dice), []
    for _ in range(steps):
        poses = played(grid, poses, plans.step(poses, goals))
        there = [robot for robot in range(robots) if poses[robot] // HEADINGS == goals[robot]]
        for robot in there:
            goals[robot] = dice.choice(floor.cells.tolist())
        reached.append(len(there))
    return reached


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_nobody_meets_on_any_floor_with_any_goals_even_when_steps_are_lost(seed: int) -> None:
    dice = random.Random(seed)
    floor, grid = random_floor(dice)
    cells = floor.cells.tolist()
    robots = dice.randint(1, len(cells))
    poses = [cell * HEADINGS + dice.randrange(HEADINGS) for cell in dice.sample(cells, robots)]
    plans = planner(floor, dice, budget=dice.choice([0, 20, BUDGET]))
    for _ in range(15):
        goals = [dice.choice([None, *cells]) for _ in range(robots)]
        actions = plans.step(poses, goals)
        if dice.random() < 0.2:  # the step came too late
            actions = [Action.WAIT] * robots
        poses = played(grid, poses, actions)


def test_the_same_dice_make_the_same_steps() -> None:
    floor, grid = drawn(*["." * 8] * 8)
    assert finished(floor, grid, 30, 40, random.Random(3)) == finished(floor, grid, 30, 40, random.Random(3))


def test_a_robot_alone_goes_the_shortest_way() -> None:
    floor, grid = drawn("......")
    plans, pose = planner(floor, random.Random(1)), 0 * HEADINGS + WEST
    for _ in range(2 + 5):
        assert pose // HEADINGS != 5
        (pose,) = played(grid, [pose], plans.step([pose], [5]))
    assert pose // HEADINGS == 5


def test_a_robot_without_work_turns_round_and_makes_way() -> None:
    floor, grid = drawn(".....")
    plans = planner(floor, random.Random(1))
    poses = [0 * HEADINGS + EAST, 2 * HEADINGS + WEST]
    for _ in range(6):
        poses = played(grid, poses, plans.step(poses, [2, None]))
    assert poses[0] // HEADINGS == 2
    assert poses[1] // HEADINGS > 2


def test_robots_without_work_stand_still() -> None:
    floor, _ = drawn("...", "...")
    assert planner(floor, random.Random(1)).step([0, 5, 9], [None] * 3) == [Action.WAIT] * 3


def test_a_robot_that_cannot_get_to_its_goal_hinders_nobody() -> None:
    floor, grid = drawn("...@.", "...@.")
    plans, poses = planner(floor, random.Random(1)), [1 * HEADINGS + EAST, 0 * HEADINGS + EAST]
    for _ in range(8):
        poses = played(grid, poses, plans.step(poses, [4, 2]))
        if poses[1] // HEADINGS == 2:
            return
    pytest.fail("the second robot did not arrive")


@pytest.mark.parametrize(("share", "seed"), [(0.4, 0), (0.5, 0), (0.6, 0), (0.5, 1)])
def test_a_crowd_in_streets_as_wide_as_a_robot_does_not_jam(share: float, seed: int) -> None:
    street, shelves = "." * 17, ".@@@.@@@.@@@.@@@."
    floor, grid = drawn(street, *[shelves, shelves, street] * 4)
    reached = finished(floor, grid, int(len(floor.cells) * share), 150, random.Random(seed))
    assert sum(reached[-50:]) > 40


def test_a_crowd_in_dead_ends_does_not_jam() -> None:
    ends, street, shelves = "..@@..@@..@@..", "." * 14, ".@@@.@@@.@@@.."
    floor, grid = drawn(ends, ends, street, street, shelves, shelves, street, shelves, shelves, street, street, ends)
    reached = finished(floor, grid, len(floor.cells) // 2, 150, random.Random(0))
    assert sum(reached[-50:]) > 50


def test_nobody_moves_without_robots() -> None:
    floor, _ = drawn("..")
    assert planner(floor, random.Random(1)).step([], []) == []


@pytest.mark.parametrize(("poses", "goals"), [([0, 1], [0, 1]), ([0, 4], [1])])
def test_two_on_a_cell_and_missing_goals_are_refused(poses: list[int], goals: list[int]) -> None:
    floor, _ = drawn("..")
    with pytest.raises(ValueError, match="a cell of its own and a goal"):
        planner(floor, random.Random(1)).step(poses, goals)

"""Tasks go to robots by the shortest sum of distances."""

import random
from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.grid.distances import Distances
from edge.fleet.grid.floor import HEADINGS
from edge.fleet.grid.matching import match
from tests.edge.fleet.grid.floors import drawn

FLOOR, _ = drawn("......", ".@@@@.", "......")
DISTANCES = Distances(FLOOR, np.ones(FLOOR.size * HEADINGS))


def length(poses: dict[int, int], tasks: dict[int, int], robot: int, task: int) -> float:
    (row,) = DISTANCES.rows([tasks[task]])
    return float(DISTANCES.table[row, poses[robot]])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_other_matching_is_shorter(seed: int) -> None:
    dice = random.Random(seed)
    poses = {10 + robot: dice.choice(FLOOR.poses.tolist()) for robot in range(dice.randint(1, 4))}
    tasks = {20 + task: dice.choice(FLOOR.cells.tolist()) for task in range(dice.randint(1, 4))}
    found = match(DISTANCES, poses, tasks)
    assert len(found) == len(set(found.values())) == min(len(poses), len(tasks))
    if len(tasks) >= len(poses):
        others = [list(zip(poses, order, strict=True)) for order in permutations(tasks, len(poses))]
    else:
        others = [list(zip(order, tasks, strict=True)) for order in permutations(poses, len(tasks))]
    shortest = min(sum(length(poses, tasks, *pair) for pair in pairs) for pairs in others)
    assert sum(length(poses, tasks, *pair) for pair in found.items()) == shortest


def test_nothing_to_do_or_nobody_to_do_it() -> None:
    assert match(DISTANCES, {}, {1: 0}) == {}
    assert match(DISTANCES, {1: 0}, {}) == {}

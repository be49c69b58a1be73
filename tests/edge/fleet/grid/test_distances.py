"""Distances with turns, against a search forwards, and the price of driving against the street."""

import random
from collections import deque

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.grid.distances import FAR, Distances
from edge.fleet.grid.floor import HEADINGS, NOWHERE, Floor
from tests.edge.fleet.grid.floors import drawn, random_floor


def steps_to(floor: Floor, start: int, goal: int) -> float:
    """Count steps by trying them all."""
    known, waiting = {start: 0}, deque([start])
    while waiting:
        pose = waiting.popleft()
        if pose // HEADINGS == goal:
            return known[pose]
        for after in floor.after.values():
            there = int(after[pose])
            if there != NOWHERE and there not in known:
                known[there] = known[pose] + 1
                waiting.append(there)
    return float(FAR)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_a_distance_is_the_fewest_steps(seed: int) -> None:
    dice = random.Random(seed)
    floor, _ = random_floor(dice)
    distances = Distances(floor, np.ones(floor.size * HEADINGS))
    cells = floor.cells.tolist()
    for _ in range(3):  # asked again, some are known and some are not
        goals = dice.choices(cells, k=2)
        start = dice.choice(floor.poses.tolist())
        rows = distances.rows(goals)
        found = distances.table[rows, start]
        assert found.tolist() == [steps_to(floor, start, goal) for goal in goals]
    assert len(distances.table) <= len(cells)


def test_driving_on_costs_what_the_street_says() -> None:
    floor, _ = drawn("...")
    costs = np.ones(floor.size * HEADINGS)
    costs[[1 * HEADINGS, 2 * HEADINGS + 2]] = 2.5
    distances = Distances(floor, costs)
    rows = distances.rows([2, 0])
    to_east, to_west = distances.table[rows]
    assert to_east[0 * HEADINGS] == 3.5
    assert to_west[2 * HEADINGS + 2] == 3.5
    assert to_west[2 * HEADINGS] == 5.5

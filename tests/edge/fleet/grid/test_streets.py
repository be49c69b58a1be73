"""Streets come about by themselves, the same from the same dice."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.grid.floor import HEADINGS, NOWHERE, Action
from edge.fleet.grid.streets import AGAINST, streets
from tests.edge.fleet.grid.floors import drawn, random_floor


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_prices_are_within_bounds_and_the_same_again(seed: int) -> None:
    floor, _ = random_floor(random.Random(seed))
    costs = streets(floor, random.Random(seed))
    assert ((costs >= 1) & (costs <= 1 + AGAINST)).all()
    assert (costs[floor.after[Action.FORWARD] == NOWHERE] == 1).all()
    assert np.array_equal(costs, streets(floor, random.Random(seed)))


@pytest.mark.parametrize("seed", range(3))
def test_two_narrow_streets_between_two_yards_become_one_way_each(seed: int) -> None:
    width = 26
    yard, street, wall = "....", "." * (width - 8), "@" * (width - 8)
    floor, _ = drawn(yard + street + yard, *[yard + wall + yard] * 2, yard + street + yard)
    costs = streets(floor, random.Random(seed)).reshape(4, width, HEADINGS)
    cheaper_east = [float(costs[row, 4:-4, 0].mean()) < float(costs[row, 4:-4, 2].mean()) for row in (0, 3)]
    assert sorted(cheaper_east) == [False, True]

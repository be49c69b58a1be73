"""What a robot can do from a pose, against the referee's rules, which are written on their own."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.fleet.grid.floor import HEADINGS, NOWHERE, Action
from simulators.grid.game import Foul, Stand
from tests.edge.fleet.grid.floors import MOVES, drawn, random_floor


@given(st.integers(0, 2**32))
def test_every_step_leads_where_the_referee_says(seed: int) -> None:
    floor, grid = random_floor(random.Random(seed))
    for pose in floor.poses.tolist():
        for action, after in floor.after.items():
            try:
                stand = grid.after(Stand(*divmod(pose, HEADINGS)), MOVES[action])
            except Foul:
                assert after[pose] == NOWHERE
            else:
                assert after[pose] == stand.cell * HEADINGS + stand.heading
                assert floor.action(pose, int(after[pose])) == action


def test_no_single_action_turns_a_robot_round() -> None:
    floor, _ = drawn("..")
    assert floor.action(0, 4) is Action.FORWARD
    with pytest.raises(ValueError, match="no single step"):
        floor.action(0, 2)

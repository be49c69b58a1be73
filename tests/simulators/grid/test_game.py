"""The referee of dense grids lets pass what the rules allow, and nothing else."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.grid.game import Foul, Game, Grid, Stand, check_meetings

EAST, SOUTH, WEST, NORTH = range(4)
OPEN = Grid(3, [True] * 9)
"""Cells 0 1 2, 3 4 5, 6 7 8."""


def game(*stands: Stand, goals: Sequence[int] = (), open_tasks: int = 0) -> Game:
    played = Game(OPEN, [stand.cell for stand in stands], iter(goals), open_tasks)
    played.robots = list(stands)
    return played


@pytest.mark.parametrize(
    ("heading", "cell", "turned"),
    [(EAST, 5, SOUTH), (SOUTH, 7, WEST), (WEST, 3, NORTH), (NORTH, 1, EAST)],
)
def test_a_robot_drives_turns_and_waits(heading: int, cell: int, turned: int) -> None:
    stand = Stand(4, heading)
    assert OPEN.after(stand, "F") == Stand(cell, heading)
    assert OPEN.after(stand, "R") == Stand(4, turned)
    assert OPEN.after(Stand(4, turned), "C") == stand
    assert OPEN.after(stand, "W") == stand


@pytest.mark.parametrize(
    ("cell", "heading", "told"),
    [(5, EAST, "off the floor"), (3, WEST, "off the floor"), (1, NORTH, "off"), (7, SOUTH, "off"), (2, SOUTH, "wall")],
)
def test_nobody_leaves_the_free_cells(cell: int, heading: int, told: str) -> None:
    grid = Grid(3, [True, True, True, True, True, cell != 2, True, True, True])
    with pytest.raises(Foul, match=told):
        grid.after(Stand(cell, heading), "F")


def test_an_unknown_move_and_a_missing_one_are_fouls() -> None:
    with pytest.raises(Foul, match="no move 'B'"):
        game(Stand(0)).step(["B"], {})
    with pytest.raises(Foul, match="1 moves for 2 robots"):
        game(Stand(0), Stand(1)).step(["F"], {})


def test_two_on_one_cell_is_a_foul_and_changes_nothing() -> None:
    played = game(Stand(0, EAST), Stand(2, WEST), goals=[0], open_tasks=1)
    with pytest.raises(Foul, match="robots 0 and 1 met on cell 1"):
        played.step(["F", "F"], {0: 0})
    assert played.robots == [Stand(0, EAST), Stand(2, WEST)]
    assert (played.finished, played.open) == (0, {0: 0})


def test_exchanging_cells_is_a_foul() -> None:
    with pytest.raises(Foul, match="met between cells 0 and 1"):
        game(Stand(0, EAST), Stand(1, WEST)).step(["F", "F"], {})


def test_following_and_going_round_in_a_ring_are_allowed() -> None:
    row = game(Stand(0, EAST), Stand(1, EAST))
    row.step(["F", "F"], {})
    assert [stand.cell for stand in row.robots] == [1, 2]
    ring = game(Stand(0, EAST), Stand(1, SOUTH), Stand(4, WEST), Stand(3, NORTH))
    ring.step(["F"] * 4, {})
    assert [stand.cell for stand in ring.robots] == [1, 4, 3, 0]


@given(
    st.lists(st.integers(0, 5), min_size=2, max_size=6, unique=True),
    st.lists(st.integers(0, 5), min_size=6, max_size=6),
)
def test_meetings_are_those_that_comparing_every_pair_finds(before: list[int], cells: list[int]) -> None:
    after = cells[: len(before)]
    pairs = [(one, two) for one in range(len(before)) for two in range(one)]
    met = any(
        after[one] == after[two] or (after[one] == before[two] and after[two] == before[one]) for one, two in pairs
    )
    try:
        check_meetings([Stand(cell) for cell in before], [Stand(cell) for cell in after])
    except Foul:
        assert met
    else:
        assert not met


def test_a_task_is_finished_on_its_cell_by_its_robot_and_the_next_is_revealed() -> None:
    played = game(Stand(0, EAST), Stand(3, EAST), goals=[1, 4, 8, 6], open_tasks=2)
    assert played.open == {0: 1, 1: 4}
    assert played.step(["F", "F"], {0: 0}) == [0]
    assert played.open == {1: 4, 2: 8}
    assert played.step(["W", "W"], {1: 1}) == [1]
    assert (played.open, played.finished) == ({2: 8, 3: 6}, 2)


def test_when_the_list_ends_fewer_tasks_are_open() -> None:
    played = game(Stand(0, EAST), goals=[1], open_tasks=1)
    played.step(["F"], {0: 0})
    assert played.open == {}


@pytest.mark.parametrize("tasks", [{0: 5}, {0: 0, 1: 0}])
def test_a_task_that_is_not_open_or_given_twice_is_a_foul(tasks: dict[int, int]) -> None:
    with pytest.raises(Foul, match="given twice or not open"):
        game(Stand(0), Stand(1), goals=[8], open_tasks=1).step(["W", "W"], tasks)


def test_two_robots_cannot_start_on_one_cell() -> None:
    with pytest.raises(Foul, match="met on cell 4"):
        Game(OPEN, [4, 4], iter(()), 0)

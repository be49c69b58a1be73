"""Manoeuvres: everything that can be reached, each once, with no turn too many."""

from itertools import product

from edge.fleet.grid.floor import HEADINGS, NOWHERE, TURN, Action
from edge.fleet.grid.manoeuvres import HORIZON, manoeuvres, reached
from tests.edge.fleet.grid.floors import drawn

FLOOR, _ = drawn(*["." * 7] * 7)
MIDDLE = 24 * HEADINGS


def result(actions: tuple[Action, ...]) -> tuple[int, ...]:
    """Return the cells after each step from the middle of a wide floor, and the pose at the end."""
    cells, pose = [], MIDDLE
    for action in actions:
        pose = int(FLOOR.after[action][pose])
        cells.append(pose // HEADINGS)
    return (*cells, pose)


def turns(actions: tuple[Action, ...]) -> int:
    return sum(action in TURN and action is not Action.WAIT for action in actions)


def test_every_result_once_and_with_the_fewest_turns() -> None:
    fewest: dict[tuple[int, ...], int] = {}
    for actions in product(Action, repeat=HORIZON):
        fewest[result(actions)] = min(turns(actions), fewest.get(result(actions), HORIZON))
    assert {result(actions): turns(actions) for actions in manoeuvres()} == fewest
    assert len(manoeuvres()) == len(fewest)


def test_manoeuvres_are_followed_step_by_step_and_end_at_walls() -> None:
    ways = reached(FLOOR)
    number = manoeuvres().index((Action.FORWARD,) * HORIZON)
    assert (ways[MIDDLE, number] // HEADINGS).tolist() == [25, 26, 27]
    assert ways[26 * HEADINGS, number].tolist() == [27 * HEADINGS, NOWHERE, NOWHERE]

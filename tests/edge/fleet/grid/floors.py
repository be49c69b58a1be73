"""Small floors for the tests of dense grids, and a step played by the referee's rules."""

import random
from collections.abc import Sequence

import numpy as np

from edge.fleet.grid.distances import Distances
from edge.fleet.grid.floor import HEADINGS, Action, Floor
from edge.fleet.grid.planner import BUDGET, GridPlanner
from simulators.grid.game import Grid, Stand, check_meetings

MOVES = {Action.FORWARD: "F", Action.CLOCKWISE: "R", Action.COUNTERCLOCKWISE: "C", Action.WAIT: "W"}


def drawn(*rows: str) -> tuple[Floor, Grid]:
    """Return a floor, and the referee's own, from rows of `.` and `@`."""
    free = [cell == "." for row in rows for cell in row]
    return Floor(len(rows[0]), free), Grid(len(rows[0]), free)


def random_floor(dice: random.Random) -> tuple[Floor, Grid]:
    """Return a floor of up to 8 by 8 cells with walls strewn over it, and the referee's own."""
    width, height, walls = dice.randint(1, 8), dice.randint(1, 8), dice.choice([0, 0.2, 0.5])
    rows = ["".join("@" if dice.random() < walls else "." for _ in range(width)) for _ in range(height)]
    rows[0] = "." + rows[0][1:]
    return drawn(*rows)


def planner(floor: Floor, dice: random.Random, budget: int = BUDGET) -> GridPlanner:
    """Return a planner for a floor without streets."""
    return GridPlanner(floor, Distances(floor, np.ones(floor.size * HEADINGS)), dice, budget)


def played(grid: Grid, poses: Sequence[int], actions: Sequence[Action]) -> list[int]:
    """Return the poses after a step; the referee raises Foul if it is against the rules."""
    before = [Stand(*divmod(pose, HEADINGS)) for pose in poses]
    after = [grid.after(stand, MOVES[action]) for stand, action in zip(before, actions, strict=True)]
    check_meetings(before, after)
    return [stand.cell * HEADINGS + stand.heading for stand in after]

"""Which way traffic should go in each street, found by letting sample trips wear their way into the floor.

Round after round, trips from everywhere to a few cells take their shortest way. Driving on becomes dearer where many
of them came the other way, so the next ones look for another street: after some rounds narrow streets are one-way, some
this way and some that, and nobody has drawn them. It is a price and not a rule: a robot near its goal may pay it.
"""

import random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from edge.fleet.grid.distances import Costs, backwards
from edge.fleet.grid.floor import HEADINGS, NOWHERE, Action, Floor

AGAINST = 2.0
"""What driving where all others come towards one costs more than driving with them."""
ROUNDS, GOALS = 40, 10
"""Rounds of sample trips, and the cells they lead to in each."""
MEMORY = 0.9
"""How much of the traffic of former rounds still counts in the next."""


def streets(floor: Floor, dice: random.Random) -> Costs:
    """Return for each pose what driving on from it costs: from 1 to 1 + AGAINST where all others come towards it."""
    forward = floor.after[Action.FORWARD]
    poses = np.arange(len(forward))
    opposite = np.where(forward == NOWHERE, poses, forward // HEADINGS * HEADINGS + (poses + 2) % HEADINGS)
    traffic = np.zeros(len(forward))
    costs = np.ones(len(forward))
    cells = floor.cells.tolist()
    for _ in range(ROUNDS):
        goals = dice.sample(cells, min(GOALS, len(cells)))
        facing = np.array([cell * HEADINGS + dice.randrange(HEADINGS) for cell in cells])
        traffic = traffic * MEMORY + _driven(floor, costs, goals, facing)
        costs = 1 + AGAINST * traffic[opposite] / np.maximum(traffic + traffic[opposite], 1)
    return costs


def _driven(floor: Floor, costs: Costs, goals: list[int], starts: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Return how often a robot drove on from each pose when robots at all these starts went to each goal."""
    poses = len(costs)
    nodes = [poses + goal for goal in goals]
    _, towards = dijkstra(backwards(floor, costs), indices=nodes, return_predecessors=True)
    driven = np.zeros(poses)
    for way in towards:
        at = starts
        while len(at):
            there = way[at]
            on_the_way = (there >= 0) & (there < poses)
            at, there = at[on_the_way], there[on_the_way]
            driven += np.bincount(at[at // HEADINGS != there // HEADINGS], minlength=poses)
            at = there
    return driven

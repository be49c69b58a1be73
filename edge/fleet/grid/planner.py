"""What every robot on a dense grid does in the next step, so that no two ever meet and goals are reached soon."""

import random
from collections.abc import Sequence

import numpy as np

from edge.fleet.grid.aims import Aims
from edge.fleet.grid.crowd import KEPT, Choice, Crowd
from edge.fleet.grid.distances import Distances
from edge.fleet.grid.floor import HEADINGS, Action, Floor, Poses
from edge.fleet.grid.manoeuvres import HORIZON, reached

BUDGET = 8_000
"""Manoeuvres looked at in a step, 3 to 6 microseconds each. Who is not asked by then keeps to the plan in hand."""
TRIES, THRIFTY_TRIES = 1000, 100
"""The most of them for one robot that goes first and pushes others away, and for one that may only better the sum."""


class GridPlanner:
    """Plans step by step; between steps it keeps the rest of its plan, and drops it when robots are elsewhere."""

    def __init__(self, floor: Floor, distances: Distances, dice: random.Random, budget: int = BUDGET) -> None:
        """Take the dice for the order in which robots are asked to better the sum."""
        self._floor, self._distances, self._dice, self._budget = floor, distances, dice, budget
        self._reached = reached(floor)
        self._plan: list[list[int]] = []

    def step(self, poses: Sequence[int], goals: Sequence[int | None]) -> list[Action]:
        """Return an action for each robot, by its pose and its goal cell; one without a goal only makes way.

        Raise ValueError if two robots stand on one cell or goals are missing.
        """
        if len({pose // HEADINGS for pose in poses}) != len(poses) or len(goals) != len(poses):
            raise ValueError("every robot needs a cell of its own and a goal or None")
        if not poses:
            return []
        at = np.array(poses, dtype=np.int32)
        aims = Aims(self._distances, at, goals)
        kept, ways = self._kept(poses), self._reached[at]
        costs = aims.costs(ways)
        order = np.argsort(costs, axis=1, kind="stable")
        ways = np.take_along_axis(ways, order[:, :, None], axis=1)
        crowd = Crowd(
            self._floor.size,
            (at // HEADINGS).tolist(),
            (kept // HEADINGS).tolist(),
            aims.costs(kept[:, None, :])[:, 0].tolist(),
            list(map(Choice, (ways // HEADINGS).tolist(), np.take_along_axis(costs, order, axis=1).tolist())),
        )
        crowd.budget = self._budget
        self._choose(crowd, np.argsort(aims.distance, kind="stable").tolist())
        chosen = [kept[robot] if number == KEPT else ways[robot, number] for robot, number in enumerate(crowd.chosen)]
        self._plan = np.array(chosen).tolist()
        return [self._floor.action(pose, way[0]) for pose, way in zip(poses, self._plan, strict=True)]

    def _kept(self, poses: Sequence[int]) -> Poses:
        """Return what is left of the last step's plan, if all robots followed it; else that all stand still."""
        if [way[0] for way in self._plan] == list(poses):
            return np.array([[*way[1:], way[-1]] for way in self._plan], dtype=np.int32)
        return np.array([[pose] * HORIZON for pose in poses], dtype=np.int32)

    def _choose(self, crowd: Crowd, nearest: list[int]) -> None:
        """Let robots choose, the nearest to its goal first; each pushes away those who have not chosen yet.

        Then let the others choose again in any order, where all together gain by it. Who has pushed somebody away keeps
        its way: it would be undone, and pushing begin again in the next step, for ever.
        """
        pushing = [False] * len(nearest)
        for robot in nearest:
            pushing[robot] = crowd.better(robot, TRIES, thrifty=False) > 0
            crowd.settled[robot] = True
        crowd.settled = pushing
        self._dice.shuffle(nearest)
        for robot in nearest:
            if not pushing[robot]:
                crowd.better(robot, THRIFTY_TRIES, thrifty=True)

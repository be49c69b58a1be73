"""What a way for the next few steps costs a robot, in view of its goal."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.fleet.grid.distances import Distances
from edge.fleet.grid.floor import HEADINGS, NOWHERE, Poses

EARLY = 0.01
"""What the mean distance of a way weighs beside the distance at its end: sooner is better."""
NEAR = 3.0
"""Gains count in inverse proportion to the distance to the goal and this: who is nearly there goes first."""

Floats = NDArray[np.float64]


class Aims:
    """The goals of all robots, each a cell or None; `distance` tells how far each is from its own."""

    def __init__(self, distances: Distances, poses: Poses, goals: Sequence[int | None]) -> None:
        aims = [NOWHERE if goal is None else goal for goal in goals]
        cells = np.where(np.array(aims) == NOWHERE, poses // HEADINGS, aims)
        self._rows, self._table = distances.rows(cells.tolist()), distances.table
        self._goals: Poses = np.array(aims, dtype=np.int32)[:, None, None]
        self.distance: Floats = self._table[self._rows, poses].astype(np.float64)
        self._weights: Floats = np.where(np.array(aims) == NOWHERE, 0, 1 / (self.distance + NEAR))[:, None]

    def costs(self, ways: Poses) -> Floats:
        """Return what ways [robot, way, step] cost [robot, way]; infinity where a step leads NOWHERE.

        That is the distance at their end, below zero if the goal was reached before it, times the robot's weight.
        """
        distance = self._table[self._rows[:, None, None], ways].astype(np.float64)
        there = ways // HEADINGS == self._goals
        early = there.argmax(axis=2) - (ways.shape[2] - 1.0)
        left = np.where(there.any(axis=2), early, distance[:, :, -1]) + EARLY * distance.mean(axis=2)
        costs: Floats = np.where((ways == NOWHERE).any(axis=2), np.inf, left * self._weights)
        return costs

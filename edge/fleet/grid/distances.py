"""How far each cell is from each pose, turns included, when driving against the others' way is dearer.

A turn costs 1; driving on costs what `edge/fleet/grid/streets.py` says. Ways are looked for backwards from the goal,
once for each goal cell ever asked for.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from edge.fleet.grid.floor import HEADINGS, NOWHERE, Action, Floor, Poses

FAR = np.float32(1e6)
"""The distance of a pose from which there is no way."""
TOGETHER = 256
"""Cells whose distances are looked for at once: meanwhile they take more than twice the memory of the table."""

Costs = NDArray[np.float64]
"""For each pose what driving on from it costs, at least 1."""


def backwards(floor: Floor, costs: Costs) -> "csr_matrix[np.float64]":
    """Return the graph of steps, each from the pose it leads to; a node after the poses stands for each cell reached.

    From a cell's node a step of length 1 leads to each pose on it: how a robot faces at its goal does not matter.
    """
    nodes = len(costs) + floor.size
    ends, starts, lengths = [len(costs) + floor.poses // HEADINGS], [floor.poses], [np.ones(len(floor.poses))]
    for action in (Action.FORWARD, Action.CLOCKWISE, Action.COUNTERCLOCKWISE):
        there = floor.after[action][floor.poses]
        can = there != NOWHERE
        ends.append(there[can])
        starts.append(floor.poses[can])
        length = costs[floor.poses[can]] if action is Action.FORWARD else np.ones(int(can.sum()))
        lengths.append(length)
    edges = (np.concatenate(lengths), (np.concatenate(ends), np.concatenate(starts)))
    return csr_matrix(edges, shape=(nodes, nodes))


class Distances:
    """`table[row, pose]` is the distance from a pose to the cell of a row, FAR without a way; `rows` knows the rows.

    The table grows, and is another one then: ask for the rows first.
    """

    def __init__(self, floor: Floor, costs: Costs) -> None:
        self._graph = backwards(floor, costs)
        self._poses = len(costs)
        self._row: dict[int, int] = {}
        self.table: NDArray[np.float32] = np.empty((0, self._poses), dtype=np.float32)

    def rows(self, cells: Iterable[int]) -> Poses:
        """Return the rows of these cells; those that are missing are made, 1 to 2 ms each for 1,300 cells."""
        wanted = list(cells)
        missing = sorted({cell for cell in wanted if cell not in self._row})
        for start in range(0, len(missing), TOGETHER):
            self._learn(missing[start : start + TOGETHER])
        return np.array([self._row[cell] for cell in wanted], dtype=np.int32)

    def _learn(self, cells: list[int]) -> None:
        self._row |= {cell: number for number, cell in enumerate(cells, start=len(self._row))}
        found = dijkstra(self._graph, indices=[self._poses + cell for cell in cells])[:, : self._poses] - 1
        self.table = np.concatenate([self.table, np.minimum(found, FAR).astype(np.float32)])

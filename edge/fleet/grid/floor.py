"""A floor of square cells, and what a robot that must turn before it drives can do on it in one step.

Cells are numbered row × width + column. A pose is cell × 4 + heading; headings go clockwise: east, south, west, north.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

HEADINGS = 4
NOWHERE = -1
"""In place of a pose that would be in a wall or beyond the floor."""

Poses = NDArray[np.int32]


class Action(IntEnum):
    """What a robot does in one step."""

    FORWARD = 0
    CLOCKWISE = 1
    COUNTERCLOCKWISE = 2
    WAIT = 3


TURN = {Action.CLOCKWISE: 1, Action.COUNTERCLOCKWISE: -1, Action.WAIT: 0}


class Floor:
    """The cells of a floor: `width` columns, and for each cell row by row whether it is free.

    `after[action][pose]` is the pose after a step, or NOWHERE; `cells` are the free cells, `poses` the poses on them.
    """

    def __init__(self, width: int, free: Sequence[bool]) -> None:
        self.size = len(free)
        open_cells = np.array(free, dtype=bool)
        pose = np.arange(self.size * HEADINGS, dtype=np.int32)
        cell, heading = pose // HEADINGS, pose % HEADINGS
        row = cell // width + np.array([0, 1, 0, -1])[heading]
        column = cell % width + np.array([1, 0, -1, 0])[heading]
        there = np.where((column >= 0) & (column < width), row * width + column, NOWHERE)
        inside = (there >= 0) & (there < self.size) & open_cells[cell]
        inside &= open_cells[np.where(inside, there, 0)]
        self.cells: Poses = np.flatnonzero(open_cells).astype(np.int32)
        self.poses: Poses = np.flatnonzero(open_cells[cell]).astype(np.int32)
        self.after: dict[Action, Poses] = {
            action: (cell * HEADINGS + (heading + turn) % HEADINGS).astype(np.int32) for action, turn in TURN.items()
        }
        self.after[Action.FORWARD] = np.where(inside, there * HEADINGS + heading, NOWHERE).astype(np.int32)

    def action(self, pose: int, there: int) -> Action:
        """Return the action that leads from a pose to another; raise ValueError where no single one does."""
        for action, after in self.after.items():
            if after[pose] == there:
                return action
        raise ValueError(f"no single step leads from pose {pose} to pose {there}")

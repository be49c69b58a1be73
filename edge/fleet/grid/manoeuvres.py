"""All that a robot can do in the next few steps, each result once: the way with the fewest turns, and those early."""

from itertools import product

import numpy as np

from edge.fleet.grid.floor import HEADINGS, NOWHERE, TURN, Action, Floor, Poses

HORIZON = 3
"""Steps looked ahead: enough to turn round and drive away before the robot behind comes."""


def manoeuvres() -> list[tuple[Action, ...]]:
    """Return the sequences of HORIZON actions that differ in where or when they drive or in the last heading."""
    kept: dict[tuple[int, ...], tuple[Action, ...]] = {}
    for actions in sorted(product(Action, repeat=HORIZON), key=_turns):
        heading, result = 0, []
        for action in actions:
            heading = (heading + TURN.get(action, 0)) % HEADINGS
            result.append(heading if action is Action.FORWARD else NOWHERE)
        kept.setdefault((*result, heading), actions)
    return list(kept.values())


def reached(floor: Floor) -> Poses:
    """Return the poses after each step of each manoeuvre from each pose: [pose, manoeuvre, step].

    NOWHERE from the step on that would leave the free cells.
    """
    chosen = manoeuvres()
    start = np.arange(floor.size * HEADINGS, dtype=np.int32)
    poses = np.empty((len(start), len(chosen), HORIZON), dtype=np.int32)
    for number, actions in enumerate(chosen):
        at = start
        for step, action in enumerate(actions):
            at = np.where(at == NOWHERE, NOWHERE, floor.after[action][at])
            poses[:, number, step] = at
    return poses


def _turns(actions: tuple[Action, ...]) -> int:
    return sum(action in (Action.CLOCKWISE, Action.COUNTERCLOCKWISE) for action in actions)

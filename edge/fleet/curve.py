"""How long a curved way is: NURBS as VDA 5050 and LIF describe trajectories."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import NamedTuple

STEPS = 64
"""Straight pieces a curve is measured by: a quarter circle comes out right to a tenth of a millimetre in a metre."""


class Control(NamedTuple):
    """A control point; `weight` says how strongly it pulls."""

    x: float
    y: float
    weight: float = 1.0


def length(degree: int, knots: Sequence[float], controls: Sequence[Control]) -> float:
    """Return the length of a curve in the unit of its control points; ValueError when these make no curve."""
    if not 1 <= degree < len(controls) or len(knots) != len(controls) + degree + 1:
        raise ValueError(
            f"a curve of degree {degree} through {len(controls)} control points needs more points than its degree "
            f"and {len(controls) + degree + 1} knots; there are {len(knots)}"
        )
    first, last = knots[degree], knots[len(controls)]
    if any(later < sooner for sooner, later in pairwise(knots)) or first >= last:
        raise ValueError("the knots of a curve must rise")
    if any(one.weight <= 0 for one in controls):
        raise ValueError("the weights of a curve must be more than zero")
    points = [_point(degree, knots, controls, first + (last - first) * step / STEPS) for step in range(STEPS + 1)]
    return sum(hypot(there[0] - here[0], there[1] - here[1]) for here, there in pairwise(points))


def _point(degree: int, knots: Sequence[float], controls: Sequence[Control], at: float) -> tuple[float, float]:
    """Evaluate the curve at a knot value by de Boor's algorithm, in weighted coordinates."""
    span = max(
        place for place in range(degree, len(controls)) if knots[place] <= at and knots[place] < knots[place + 1]
    )
    around = [controls[span - degree + place] for place in range(degree + 1)]
    parts = [(one.x * one.weight, one.y * one.weight, one.weight) for one in around]
    for level in range(1, degree + 1):
        for place in range(degree, level - 1, -1):
            low, high = knots[span - degree + place], knots[span + place + 1 - level]
            share = (at - low) / (high - low)
            before, this = parts[place - 1], parts[place]
            parts[place] = (
                before[0] + share * (this[0] - before[0]),
                before[1] + share * (this[1] - before[1]),
                before[2] + share * (this[2] - before[2]),
            )
    x, y, weight = parts[degree]
    return x / weight, y / weight

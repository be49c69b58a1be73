"""Whether a robot's body touches an area on its way: plain geometry in millimetres."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot

Spot = tuple[float, float]


def touches(area: Sequence[Spot], start: Spot, end: Spot, radius: float) -> bool:
    """Tell whether a disc that goes straight from start to end comes upon an area."""
    return _inside(area, start) or any(_apart(start, end, *side) <= radius for side in _sides(area))


def _sides(area: Sequence[Spot]) -> Iterator[tuple[Spot, Spot]]:
    return pairwise([*area, area[0]])


def _inside(area: Sequence[Spot], spot: Spot) -> bool:
    """Count how often a ray to the right leaves the area."""
    within = False
    for (x, y), (to_x, to_y) in _sides(area):
        if (y > spot[1]) != (to_y > spot[1]) and spot[0] < x + (spot[1] - y) * (to_x - x) / (to_y - y):
            within = not within
    return within


def _apart(start: Spot, end: Spot, first: Spot, last: Spot) -> float:
    """Return the distance of two stretches."""
    if (
        _side(start, end, first) * _side(start, end, last) < 0
        and _side(first, last, start) * _side(first, last, end) < 0
    ):
        return 0.0
    return min(_off(first, last, start), _off(first, last, end), _off(start, end, first), _off(start, end, last))


def _side(start: Spot, end: Spot, spot: Spot) -> float:
    return (end[0] - start[0]) * (spot[1] - start[1]) - (end[1] - start[1]) * (spot[0] - start[0])


def _off(start: Spot, end: Spot, spot: Spot) -> float:
    """Return how far a spot is from a stretch."""
    x, y = end[0] - start[0], end[1] - start[1]
    length = x * x + y * y
    share = 0.0 if length == 0 else ((spot[0] - start[0]) * x + (spot[1] - start[1]) * y) / length
    share = min(max(share, 0.0), 1.0)
    return hypot(start[0] + share * x - spot[0], start[1] + share * y - spot[1])

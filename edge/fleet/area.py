"""Points, lanes and areas of the floor: plain geometry in millimetres."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from edge.site import Lane, Node, Point, Site, Zone

MARGIN = 750
"""How far from its lane a robot's body reaches at most, where no type of the site says its footprint."""


def from_line(point: Point, start: Point, end: Point) -> float:
    """Return how far a point is from a straight stretch."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = dx * dx + dy * dy
    share = 0.0 if square == 0 else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / square
    share = max(0.0, min(1.0, share))
    return hypot(point[0] - start[0] - share * dx, point[1] - start[1] - share * dy)


def inside(point: Point, area: Sequence[Point]) -> bool:
    """Tell whether a point lies in a polygon: count the edges to its right."""
    x, y = point
    within = False
    for (ax, ay), (bx, by) in pairwise([*area, area[0]]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            within = not within
    return within


def reaches(start: Point, end: Point, area: Sequence[Point], margin: int) -> bool:
    """Tell whether something that reaches `margin` to all sides touches an area on its way from start to end."""
    if inside(start, area):
        return True
    for corner, following in pairwise([*area, area[0]]):
        if _cross(start, end, corner, following):
            return True
        away = (
            from_line(corner, start, end),
            from_line(start, corner, following),
            from_line(end, corner, following),
        )
        if min(away) <= margin:
            return True
    return False


def margin_of(site: Site) -> int:
    """Return how far from its lane the body of a site's robots reaches."""
    return (site.clearance + 1) // 2 or MARGIN


def speed_on(lane: Lane, nodes: dict[str, Node], zones: Sequence[Zone], margin: int) -> int:
    """Return the speed on a lane in mm/s: nowhere more than the zones allow into which a robot's body reaches there."""
    start, end = nodes[lane.start], nodes[lane.end]
    way = ((start.x, start.y), (end.x, end.y))
    limits = [zone.speed for zone in zones if zone.speed and reaches(*way, zone.area, margin)]
    return min([lane.speed, *limits])


def _cross(start: Point, end: Point, first: Point, last: Point) -> bool:
    """Tell whether two stretches cut through each other."""
    return (
        _side(start, end, first) * _side(start, end, last) < 0
        and _side(first, last, start) * _side(first, last, end) < 0
    )


def _side(start: Point, end: Point, point: Point) -> int:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])

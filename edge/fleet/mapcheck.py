"""What is wrong with a roadmap before any robot drives on it: for the site checker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from edge.fleet.roadmap import Node, Roadmap
from edge.model.faults import Fault

CELL = 5000
"""Side in mm of the squares into which lanes are sorted to find crossings; few lanes are longer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend at a node, lane, station or the roadmap; details fill the placeholders of its words."""

    fault: Fault
    place: str
    details: Mapping[str, Any] = field(default_factory=dict)


def check_map(
    roadmap: Roadmap,
    *,
    stations: Mapping[str, str],
    bays: Mapping[str, str],
    robots: int = 0,
    clearance: int = 0,
) -> list[Problem]:
    """List the problems of a map; stations and bays (park and charge places) map their id to a node.

    clearance (mm) is the least distance of two robots; a bay nearer than that to another node is reported.
    Raises RoadmapError for a bay that is at no node of the map.
    """
    ways = _ways(roadmap, roadmap.mask(bays.values()))
    return [
        *ways,
        *_stations(ways, {**stations, **bays}),
        *_bays(roadmap, bays, robots, clearance),
        *_crossings(roadmap),
    ]


def components(roadmap: Roadmap, barred: int = 0) -> list[list[int]]:
    """Give the strongly connected components without the nodes of barred, largest first."""
    left = dict.fromkeys(number for number in range(len(roadmap.nodes)) if not barred >> number & 1)
    found = []
    while left:
        first = next(iter(left))
        ahead = reached(roadmap.after, first, barred)
        part = [node for node in reached(roadmap.before, first, barred) if node in ahead and node in left]
        for node in part:
            del left[node]
        found.append(sorted(part))
    return sorted(found, key=lambda part: (-len(part), part[0]))


def reached(near: Sequence[Sequence[int]], start: int, barred: int) -> dict[int, None]:
    """Give all nodes that can be reached from start over near, not driving on through a node of barred."""
    found = {start: None}
    todo = [start]
    while todo:
        here = todo.pop()
        if here != start and barred >> here & 1:
            continue
        for node in near[here]:
            if node not in found:
                found[node] = None
                todo.append(node)
    return found


def _ways(roadmap: Roadmap, barred: int) -> list[Problem]:
    """Find nodes without a lane, without a way in from the main part, or without a way out to it."""
    parts = components(roadmap, barred)
    if not parts:
        return [Problem(Fault.ONLY_BAYS, "roadmap")]
    hub = parts[0][0]
    inward, outward = reached(roadmap.after, hub, barred), reached(roadmap.before, hub, barred)
    inward_by_bay, outward_by_bay = reached(roadmap.after, hub, 0), reached(roadmap.before, hub, 0)
    found = []
    for number, node in enumerate(roadmap.nodes):
        if not roadmap.after[number] and not roadmap.before[number]:
            found.append(Problem(Fault.NO_LANE, node.id))
            continue
        for side, by_bay, fault, fault_by_bay in (
            (inward, inward_by_bay, Fault.UNREACHABLE, Fault.BAY_ON_WAY_IN),
            (outward, outward_by_bay, Fault.DEAD_END, Fault.BAY_ON_WAY_OUT),
        ):
            if number not in side:
                found.append(Problem(fault_by_bay if number in by_bay else fault, node.id))
    return found


def _stations(ways: Sequence[Problem], places: Mapping[str, str]) -> list[Problem]:
    """Say which stations and bays stand on the nodes that are badly joined."""
    found = []
    for name, node in places.items():
        for problem in ways:
            if problem.place == node:
                back = problem.fault in (Fault.DEAD_END, Fault.BAY_ON_WAY_OUT)
                fault = Fault.STATION_NO_WAY_BACK if back else Fault.STATION_UNREACHABLE
                found.append(Problem(fault, name, {"station": name, "node": node}))
    return found


def _bays(roadmap: Roadmap, bays: Mapping[str, str], robots: int, clearance: int) -> list[Problem]:
    """Find bays where a parked robot is in the way, and too few of them."""
    found = []
    shadows = roadmap.shadows(clearance)
    for name, node in bays.items():
        number = roadmap.index(node)
        near = roadmap.names(shadows[number] & ~(1 << number))
        if near:
            details = {"clearance": clearance, "nodes": ", ".join(near)}
            found.append(Problem(Fault.BAY_TOO_NEAR, name, details))
    own = len(dict.fromkeys(bays.values()))
    if own < robots:
        found.append(Problem(Fault.FEW_BAYS, "roadmap", {"robots": robots, "bays": own}))
    return found


def _crossings(roadmap: Roadmap) -> list[Problem]:
    """Find lanes that cross where there is no node: two robots could meet there unseen."""
    found: dict[tuple[tuple[int, int], tuple[int, int]], None] = {}
    for lanes in _cells(roadmap).values():
        for lane, other_lane in combinations(lanes, 2):
            if _cross(roadmap, lane, other_lane):
                found[lane, other_lane] = None
    problems = []
    for lane, other_lane in found:
        names = [f"{roadmap.nodes[start].id}>{roadmap.nodes[end].id}" for start, end in (lane, other_lane)]
        problems.append(Problem(Fault.CROSSING, names[0], {"lane": names[1]}))
    return problems


def _cells(roadmap: Roadmap) -> dict[tuple[str, int, int], list[tuple[int, int]]]:
    """Sort the lanes into squares of their floor, a two-way lane once; rides in lifts cross nothing."""
    cells: dict[tuple[str, int, int], list[tuple[int, int]]] = {}
    for start, end in ((start, end) for start, row in enumerate(roadmap.after) for end in row):
        if start > end and roadmap.joined(end, start):
            continue
        one, other = roadmap.nodes[start], roadmap.nodes[end]
        if one.map != other.map:
            continue
        for x in range(min(one.x, other.x) // CELL, max(one.x, other.x) // CELL + 1):
            for y in range(min(one.y, other.y) // CELL, max(one.y, other.y) // CELL + 1):
                cells.setdefault((one.map, x, y), []).append((start, end))
    return cells


def _cross(roadmap: Roadmap, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Say whether two lanes without a common node cross or touch."""
    if one[0] in other or one[1] in other:
        return False
    a, b = (roadmap.nodes[number] for number in one)
    c, d = (roadmap.nodes[number] for number in other)
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides == (0, 0, 0, 0):
        return max(min(a.x, b.x), min(c.x, d.x)) <= min(max(a.x, b.x), max(c.x, d.x)) and max(
            min(a.y, b.y), min(c.y, d.y)
        ) <= min(max(a.y, b.y), max(c.y, d.y))
    return sides[0] * sides[1] <= 0 and sides[2] * sides[3] <= 0


def _side(a: Node, b: Node, point: Node) -> int:
    turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
    return (turn > 0) - (turn < 0)

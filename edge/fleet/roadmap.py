"""The roadmap: nodes and one-way lanes, rides in lifts, closures, and shortest ways by travel time.

Nodes are numbered from 0 in the order given, so a set of nodes is one Python integer with bit n for node n. Lengths are
integer millimetres, speeds mm/s, times integer milliseconds.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import product
from math import isqrt

from edge.fleet.safety import bits

NEAR = 300
"""A robot this near to a node (mm) stands on it; robots localise to about a tenth of that."""
SQUARE = 2 * NEAR
"""Side in mm of the squares in which nodes are looked up; no less than NEAR and what the root rounds off."""
FAR = (1 << 31) - 1
"""The travel time (ms) of a node that cannot reach the goal: no way takes 24 days."""
SEARCHES_KEPT = 4096
"""Searches for ways that are kept."""
TIMES_KEPT = 32_000_000
"""Travel times, of four bytes each, that they may hold in all: one for each node."""
BARRED_KEPT = 16
"""Masks of nodes to be avoided that are remembered as sets."""


@dataclass(frozen=True, slots=True)
class Node:
    """A point where a robot may stand; x and y in mm, on the map of its floor."""

    id: str
    x: int
    y: int
    map: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A one-way connection; speed in mm/s, length in mm (None: the straight distance).

    With `ride` it leads from floor to floor in the cabin of a lift: that many ms, and nothing is driven.
    """

    start: str
    end: str
    speed: int
    length: int | None = None
    ride: int | None = None

    @property
    def id(self) -> str:
        """The lane's name on the console and in the site file."""
        return f"{self.start}>{self.end}"


@dataclass(frozen=True, slots=True)
class _Search:
    """The travel times to the nearest of some goals, as far as somebody asked; it is taken up again where it stopped.

    Times up to the first of the heap are final, and no other node is nearer.
    """

    times: array[int]
    heap: list[tuple[int, int]]
    barred: frozenset[int]
    """Nodes that no way leads through, but it may end on one."""


class RoadmapError(ValueError):
    """The map data contradicts itself or names something that is not on the map."""


class Roadmap:
    """The map of a site's floors: fixed nodes and lanes, and which of them are closed at the moment."""

    def __init__(
        self,
        nodes: Iterable[Node],
        lanes: Iterable[Lane],
        cabins: Iterable[Iterable[str]] = (),
        landings: Iterable[str] = (),
    ) -> None:
        """Raise RoadmapError for a double node or lane, a lane to an unknown node, a speed or length of nothing.

        A cabin is the nodes in one lift, one for each floor: a single place. No robot comes to rest there by itself nor
        at a landing before one.
        """
        self.nodes = tuple(nodes)
        self.lanes = tuple(lanes)
        self._number = {node.id: number for number, node in enumerate(self.nodes)}
        if len(self._number) != len(self.nodes):
            raise RoadmapError("a node is listed twice")
        self._lane: dict[tuple[int, int], Lane] = {}
        self._length: dict[tuple[int, int], int] = {}
        after: list[list[int]] = [[] for _ in self.nodes]
        before: list[list[int]] = [[] for _ in self.nodes]
        for lane in self.lanes:
            key = self.index(lane.start), self.index(lane.end)
            length = lane.length if lane.length is not None else self._distance(*key)
            length = length if lane.ride is None else 0
            if key in self._lane or key[0] == key[1]:
                raise RoadmapError(f"lane {lane.id} is listed twice or joins a node to itself")
            if lane.speed <= 0 or (length <= 0 and not lane.ride):
                raise RoadmapError(f"lane {lane.id} needs a speed and a length above zero")
            self._lane[key] = lane
            self._length[key] = length
            after[key[0]].append(key[1])
            before[key[1]].append(key[0])
        self.after = tuple(tuple(row) for row in after)
        self.before = tuple(tuple(row) for row in before)
        self._cabins = [self.mask(cabin) for cabin in cabins]
        self.through = self.mask(landings)
        """The mask of nodes that robots drive through and do not stop at, if it can be helped."""
        for cabin in self._cabins:
            self.through |= cabin
        self._on: dict[str, list[Node]] = {}
        for node in self.nodes:
            self._on.setdefault(node.map, []).append(node)
        self._squares: dict[tuple[int, int], list[Node]] = {}
        for node in self.nodes:
            self._squares.setdefault((node.x // SQUARE, node.y // SQUARE), []).append(node)
        self._closed_nodes = 0
        self._closed_lanes: dict[tuple[int, int], None] = {}
        self._searches: OrderedDict[tuple[tuple[int, ...], int, int | None], _Search] = OrderedDict()
        self._most = min(SEARCHES_KEPT, TIMES_KEPT // max(1, len(self.nodes)))
        self._barred: OrderedDict[int, frozenset[int]] = OrderedDict()
        self._inward: dict[int | None, list[list[tuple[int, int]]]] = {}
        """By speed of the robot: for each node the open lanes into it, each as the node it comes from and its ms."""

    def index(self, node: str) -> int:
        """Give a node's number. Raises RoadmapError for an unknown node."""
        number = self._number.get(node)
        if number is None:
            raise RoadmapError(f"node {node} is not on the map")
        return number

    def mask(self, nodes: Iterable[str]) -> int:
        """Give the bit mask of these nodes."""
        mask = 0
        for node in nodes:
            mask |= 1 << self.index(node)
        return mask

    def names(self, mask: int) -> list[str]:
        """Give the node ids of a bit mask, in map order."""
        return [self.nodes[number].id for number in bits(mask)]

    def joined(self, start: int, end: int) -> bool:
        """Say whether a lane leads from start to end, open or closed."""
        return (start, end) in self._lane

    def lane(self, start: int, end: int) -> Lane:
        """Return the lane from node to node; raises KeyError."""
        return self._lane[start, end]

    def locate(self, x: int, y: int, map_id: str = "") -> tuple[str, str | None, int]:
        """Return the node a pose (mm) belongs to, the node ahead if it lies on a lane, and the distance to the node.

        Within NEAR of a node it is at the node; else it is on the nearest lane, and belongs to the lane's start. A map
        that no node is on tells nothing of the floor: then all of them are looked at.
        """
        around = (((one.x - x) ** 2 + (one.y - y) ** 2, one.id) for one in self._around(x, y, map_id))
        off, name = min(around, default=(FAR, ""))
        if isqrt(off) <= NEAR:
            return name, None, isqrt(off)
        lane = min(self._lanes_on(map_id), key=lambda one: (self._off(one, x, y), one.id))
        start = self.nodes[self.index(lane.start)]
        return lane.start, lane.end, isqrt((start.x - x) ** 2 + (start.y - y) ** 2)

    def covered(self, x: int, y: int, map_id: str = "", *, radius: int) -> list[str]:
        """Return the nodes, and the lanes between others, that lie within radius (mm) of a pose; maps as in locate."""
        square = radius * radius
        nodes = [one.id for one in self._nodes_on(map_id) if (one.x - x) ** 2 + (one.y - y) ** 2 <= square]
        lanes = [
            lane.id
            for lane in self._lanes_on(map_id)
            if lane.start not in nodes and lane.end not in nodes and self._off(lane, x, y) <= square
        ]
        return [*nodes, *lanes]

    def _nodes_on(self, map_id: str) -> Sequence[Node]:
        return self._on.get(map_id, self.nodes)

    def _lanes_on(self, map_id: str) -> Sequence[Lane]:
        driven = [lane for lane in self.lanes if lane.ride is None]
        return [one for one in driven if self.nodes[self.index(one.start)].map == map_id] or driven

    def _around(self, x: int, y: int, map_id: str) -> Iterator[Node]:
        """Give the nodes of the squares around a point: all that are near it, and some more."""
        column, row = x // SQUARE, y // SQUARE
        for square in product((column - 1, column, column + 1), (row - 1, row, row + 1)):
            for node in self._squares.get(square, ()):
                if node.map == map_id or map_id not in self._on:
                    yield node

    def _off(self, lane: Lane, x: int, y: int) -> float:
        """Return the squared distance of a point from a lane."""
        start, end = self.nodes[self.index(lane.start)], self.nodes[self.index(lane.end)]
        dx, dy = end.x - start.x, end.y - start.y
        share = ((x - start.x) * dx + (y - start.y) * dy) / (dx * dx + dy * dy or 1)
        share = min(max(share, 0.0), 1.0)
        return (start.x + share * dx - x) ** 2 + (start.y + share * dy - y) ** 2

    def drive_ms(self, start: int, end: int) -> int:
        """Give the travel time of a lane in ms."""
        return self._cost(start, end, None)

    def length(self, start: int, end: int) -> int:
        """Give the length of a lane in mm."""
        return self._length[start, end]

    def close(self, place: str) -> None:
        """Close a node, or a lane by its id "FROM>TO"."""
        self._close(place, closed=True)

    def open(self, place: str) -> None:
        """Open a closed node or lane again."""
        self._close(place, closed=False)

    def is_closed(self, start: int, end: int) -> bool:
        """Say whether moving from start to end is forbidden: the lane or the node at its end is closed."""
        return bool(self._closed_nodes >> end & 1) or (start, end) in self._closed_lanes

    def closures(self) -> list[str]:
        """Give the ids of everything closed: nodes in map order, then lanes in the order of closing."""
        return self.names(self._closed_nodes) + [self._lane[key].id for key in self._closed_lanes]

    def travel_ms(self, start: str, goal: str, *, avoid: int = 0, speed: int | None = None) -> int | None:
        """Give the shortest travel time in ms, or None when there is no way (see table for avoid and speed)."""
        time = self.time(self.index(start), self.index(goal), avoid=avoid, speed=speed)
        return None if time >= FAR else time

    def nearest_ms(self, start: str, goals: Iterable[str]) -> int | None:
        """Give the shortest travel time in ms to the nearest of these nodes, or None when there is no way to any."""
        ends = tuple(self.index(goal) for goal in goals)
        time = self._searched(self.index(start), ends, 0, None).times[self.index(start)] if ends else FAR
        return None if time >= FAR else time

    def time(self, start: int, goal: int, *, avoid: int = 0, speed: int | None = None) -> int:
        """Give the travel time in ms from node to node, FAR where there is no way (see table for avoid and speed).

        Looks no further from the goal than the start is: on a large floor most ways are short.
        """
        return self._searched(start, (goal,), avoid, speed).times[start]

    def path(self, start: int, goal: int, *, avoid: int = 0, speed: int | None = None) -> list[int] | None:
        """Give the nodes of the fastest way, both ends included, or None; the lowest number wins a tie."""
        search = self._searched(start, (goal,), avoid, speed)
        times = search.times
        if times[start] >= FAR:
            return None
        way = [start]
        while way[-1] != goal:
            here = way[-1]
            way.append(
                min(
                    (node for node in self.after[here] if self._enterable(here, node, goal, search.barred)),
                    key=lambda node: (times[node] + self._cost(here, node, speed), node),
                ),
            )
        return way

    def table(self, goal: int, *, avoid: int = 0, speed: int | None = None) -> Sequence[int]:
        """Give the travel time in ms from every node to goal, FAR where there is no way; shared, not to be changed.

        No way enters a closed place or a node of avoid, other than the goal; it may start on one. Speed is the robot's
        own limit in mm/s.
        """
        return self._searched(None, (goal,), avoid, speed).times

    def _searched(self, start: int | None, goals: tuple[int, ...], avoid: int, speed: int | None) -> _Search:
        """Return the search for ways to goals, taken so far that the time from start is final; None: from all."""
        key = goals, avoid, speed
        search = self._searches.get(key)
        if search is None:
            times = array("i", [FAR]) * len(self.nodes)
            search = self._searches[key] = _Search(times, [(0, goal) for goal in goals], self._nodes_of(avoid))
            for goal in goals:
                times[goal] = 0
            if len(self._searches) > self._most:
                self._searches.popitem(last=False)
        else:
            self._searches.move_to_end(key)
        times, heap = search.times, search.heap
        inward = self._lanes_into(speed)
        while heap and (start is None or heap[0][0] < times[start]):
            time, node = heappop(heap)
            if time > times[node] or (time and node in search.barred):
                continue
            for near, lasts in inward[node]:
                total = time + lasts
                if total < times[near]:
                    times[near] = total
                    heappush(heap, (total, near))
        return search

    def _nodes_of(self, mask: int) -> frozenset[int]:
        """Return a mask as a set: most ways avoid the same nodes, and on a large floor it takes half of a search."""
        found = self._barred.get(mask)
        if found is None:
            found = self._barred[mask] = frozenset(bits(mask))
            if len(self._barred) > BARRED_KEPT:
                self._barred.popitem(last=False)
        return found

    def _lanes_into(self, speed: int | None) -> list[list[tuple[int, int]]]:
        inward = self._inward.get(speed)
        if inward is None:
            inward = self._inward[speed] = [
                [(near, self._cost(near, node, speed)) for near in self.before[node] if not self.is_closed(near, node)]
                for node in range(len(self.nodes))
            ]
        return inward

    def shadows(self, clearance: int) -> list[int]:
        """Give for each node the mask of itself and all nodes nearer than clearance mm: one robot at a time there.

        Nodes of two floors are not near each other; those in the cabin of one lift are, wherever the cabin is.
        """
        masks = [1 << number for number in range(len(self.nodes))]
        by_x = sorted(range(len(self.nodes)), key=lambda number: (self.nodes[number].x, number))
        for place, one in enumerate(by_x):
            for other in by_x[place + 1 :]:
                if self.nodes[other].x - self.nodes[one].x >= clearance:
                    break
                if self.nodes[one].map == self.nodes[other].map and (
                    self._apart_squared(one, other) < clearance * clearance
                ):
                    masks[one] |= 1 << other
                    masks[other] |= 1 << one
        for cabin in self._cabins:
            for number in range(len(masks)):
                masks[number] |= cabin if cabin >> number & 1 else 0
        return masks

    def _enterable(self, start: int, end: int, goal: int, barred: frozenset[int]) -> bool:
        return not self.is_closed(start, end) and (end == goal or end not in barred)

    def _cost(self, start: int, end: int, speed: int | None) -> int:
        ride = self._lane[start, end].ride
        if ride is not None:
            return ride
        limit = self._lane[start, end].speed
        if speed is not None and speed < limit:
            limit = speed
        return -(-self._length[start, end] * 1000 // limit)

    def _distance(self, one: int, other: int) -> int:
        return isqrt(self._apart_squared(one, other))

    def _apart_squared(self, one: int, other: int) -> int:
        return (self.nodes[one].x - self.nodes[other].x) ** 2 + (self.nodes[one].y - self.nodes[other].y) ** 2

    def _close(self, place: str, *, closed: bool) -> None:
        start, arrow, end = place.partition(">")
        if arrow:
            key = self.index(start), self.index(end)
            if key not in self._lane:
                raise RoadmapError(f"lane {place} is not on the map")
            if closed:
                self._closed_lanes[key] = None
            else:
                self._closed_lanes.pop(key, None)
        elif closed:
            self._closed_nodes |= 1 << self.index(place)
        else:
            self._closed_nodes &= ~(1 << self.index(place))
        self._searches.clear()
        self._inward.clear()

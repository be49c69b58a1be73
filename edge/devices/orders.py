"""From a trip to the VDA 5050 order that is wanted of its robot: the same rows always give the same order."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from drivers.vda5050 import orders
from drivers.vda5050.messages import Action, BlockingType, Order
from edge.fleet.roadmap import Roadmap

HORIZON = 3
"""Nodes told beyond the base: enough to plan the next turn, few enough that orders and states stay small on long ways.
The last node told is released only at the trip's end, so no robot takes a part of its trip for the whole."""
POINTS_KEPT = 8192
"""Waypoints kept ready, one a lane: an order is told anew with every node that is released."""


@dataclass(slots=True)
class Way:
    """A running trip in hand; indices count nodes of the route."""

    id: str
    robot: str
    purpose: str
    batch_id: str | None
    route: list[str]
    tour: list[str]
    actions: Sequence[Mapping[str, Any]] = ()
    update_id: int = 0
    released: int = 0
    """How far it is the robot's: what it is told."""
    passed: int = 0
    accepted: bool = False
    deviation: int = 0
    told: bool = field(default=False)
    kept: int = 0
    """What `passed` was when it was last committed: only then may others be given what lies behind."""
    granted: int = 0
    """How far traffic has released it: beyond what is told only while a lift comes, or goes with the robot in it."""
    rerouted: bool = False
    """Its course is no longer that of its row."""
    order: Order | None = None
    """What was told last: its base stays as it is, so only what follows is made anew."""

    @property
    def end(self) -> int:
        """The index of the last node."""
        return len(self.route) - 1

    def lead(self, leg: Sequence[str], tour: Sequence[str], *, home: bool = False) -> None:
        """Give it another course from where its released part ends (R12); home, it serves its tour no more."""
        self.route = [*self.route[: self.granted], *leg]
        self.tour = [*self.tour[: self.granted], *tour]
        self.rerouted = True
        self.update_id += self.told
        if home:
            self.purpose, self.batch_id = "clear", None
            self.actions = [one for one in self.actions if one["at"] == "start"]

    def row(self) -> dict[str, Any]:
        """Return what is to be kept of it: its progress, and its course if that has changed since."""
        kept = {"id": self.id, "released": self.released, "update_id": self.update_id, "passed": self.passed}
        return kept | {"route": self.route, "tour": self.tour} if self.rerouted else kept


def way_of(row: Any) -> Way:
    """Return the trip of a row."""
    return Way(
        row.id,
        row.robot_id,
        row.purpose,
        row.batch_id,
        list(row.route),
        list(row.tour),
        row.actions,
        row.update_id,
        row.released,
        row.passed,
        row.accepted,
        row.deviation,
        told=row.update_id > 0 or row.accepted,
        kept=row.passed,
        granted=row.released,
    )


def order_of(way: Way, roadmap: Roadmap) -> Order:
    """Return the order of a trip: its base as far as it is released, and the beginning of what follows (R12)."""
    done = 0 if way.order is None else orders.decision_index(way.order)
    shown = min(way.released + HORIZON, way.end)
    points = [_waypoint(way, at, roadmap) for at in range(done, shown + 1)]
    if way.order is None:
        order = orders.build(way.id, points, way.released)
    else:
        order = orders.replace_horizon(way.order, points, way.released - done)
    way.order = replace(order, order_update_id=way.update_id)
    return way.order


def _waypoint(way: Way, at: int, roadmap: Roadmap) -> orders.Waypoint:
    point = _point(roadmap, way.route[at - 1] if at else None, way.route[at])
    if 0 < at < way.end:
        return point
    sides = (("start", at == 0), ("end", at == way.end))
    acts = tuple(_action(one) for side, here in sides if here for one in way.actions if one["at"] == side)
    return dataclasses.replace(point, actions=acts, deviation=way.deviation or None if at == 0 else None)


@lru_cache(POINTS_KEPT)
def _point(roadmap: Roadmap, before: str | None, node_id: str) -> orders.Waypoint:
    index = roadmap.index(node_id)
    node = roadmap.nodes[index]
    if before is None:
        return orders.Waypoint(node=node.id, x=node.x, y=node.y, map=node.map)
    start = roadmap.index(before)
    lane = roadmap.lane(start, index)
    if lane.ride is not None:  # in a lift nothing is driven: the robot finds itself on the map of another floor
        return orders.Waypoint(node=node.id, x=node.x, y=node.y, map=node.map, lane=lane.id)
    return orders.Waypoint(
        node=node.id,
        x=node.x,
        y=node.y,
        map=node.map,
        lane=lane.id if lane else None,
        speed=lane.speed if lane else None,
        length=roadmap.length(start, index),
    )


def _action(given: Mapping[str, Any]) -> Action:
    values = {name: given[name] for name in ("loadId", "loadType", "lhd", "stationName") if name in given}
    return orders.action(given["type"], given["id"], BlockingType.HARD, **values)

"""Tours: from where a robot stands through its stops to a bay, the shortest way, and through nobody's bay."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge.fleet.roadmap import FAR, Roadmap


@dataclass(frozen=True, slots=True)
class Tour:
    """A route ready for Traffic.route.

    `stops` are the indices in nodes of the stops in order; a stop where the robot already stands has the index of the
    stop (or start) before it (R131). The last node is the bay. `leg_ms` is the driving time to each stop and then home.
    """

    nodes: tuple[str, ...]
    stops: tuple[int, ...]
    leg_ms: tuple[int, ...]

    @property
    def travel_ms(self) -> int:
        """The driving time of the whole tour."""
        return sum(self.leg_ms)

    @property
    def leg(self) -> list[str]:
        """The way to the first stop, or home where there is none."""
        return list(self.nodes[: self.stops[0] + 1 if self.stops else None])


@dataclass(frozen=True, slots=True)
class NoWay:
    """No tour: nothing of `wanted` (a stop's alternatives, or the bays) can be reached from what comes before."""

    wanted: tuple[str, ...]


def plan_tour(
    roadmap: Roadmap,
    start: str,
    stops: Sequence[Sequence[str]],
    homes: Sequence[str],
    *,
    bays: int = 0,
    avoid: int = 0,
    speed: int | None = None,
) -> Tour | NoWay:
    """Choose the fastest tour from start through the stops in order to one of homes.

    Each stop is a list of nodes of which one is enough (any pack station). bays and avoid are node masks that are
    driven round, other than to the chosen home; a stop on one of them is not possible. speed is the robot's, in mm/s.
    """
    barred = bays | avoid
    layers = [[roadmap.index(node) for node in stop if not barred >> roadmap.index(node) & 1] for stop in stops]
    layers.append([roadmap.index(node) for node in homes if not avoid >> roadmap.index(node) & 1])
    costs = {roadmap.index(start): 0}
    came: list[dict[int, int]] = []
    for layer, wanted in zip(layers, [*stops, homes], strict=True):
        reached: dict[int, int] = {}
        origin: dict[int, int] = {}
        for node in layer:
            total, before = min(
                (cost + roadmap.time(near, node, avoid=barred, speed=speed), near) for near, cost in costs.items()
            )
            if total < FAR:
                reached[node], origin[node] = total, before
        if not reached:
            return NoWay(tuple(wanted))
        costs = reached
        came.append(origin)
    _, goal = min((cost, node) for node, cost in costs.items())
    chosen = [goal]
    for origin in reversed(came):
        chosen.append(origin[chosen[-1]])
    return _drive(roadmap, chosen[::-1], barred, speed)


def _drive(roadmap: Roadmap, chosen: Sequence[int], barred: int, speed: int | None) -> Tour | NoWay:
    """Join the chosen nodes to one list of nodes."""
    nodes = [chosen[0]]
    stops: list[int] = []
    legs: list[int] = []
    for here, there in pairwise(chosen):
        way = roadmap.path(here, there, avoid=barred, speed=speed)
        if way is None:
            return NoWay((roadmap.nodes[there].id,))
        nodes += way[1:]
        stops.append(len(nodes) - 1)
        legs.append(roadmap.time(here, there, avoid=barred, speed=speed))
    return Tour(tuple(roadmap.nodes[node].id for node in nodes), tuple(stops[:-1]), tuple(legs))

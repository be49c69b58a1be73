"""Where robots meet: finds every two on one node or lane, at the moment when the second one takes it.

Two nodes so near that robots on them touch as they turn have a place in common, and so have the nodes in the cabin of a
lift. And a robot meets a door that stands on its lane and is not open, or a lift that is not there with open doors.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import combinations
from math import dist, hypot
from typing import Any, Protocol

from simulators.robots.body import Body

BESIDE = 400
"""Millimetres from a node within which no door stands: less than half a robot's length, and what it may deviate."""


class Bodily(Protocol):
    """A robot as the ground feels it."""

    @property
    def body(self) -> Body:
        """What stands there."""
        ...


class Leaf(Protocol):
    """A door as the ground feels it; `on_leaving` is called when it is not open any more."""

    id: str
    lanes: tuple[tuple[str, str], ...]
    on_leaving: Callable[[], None]

    @property
    def harmless(self) -> bool:
        """It is open, or it fell shut by itself, and robots that see it stop."""
        ...


class Stop(Protocol):
    """A floor of a lift as the ground feels it."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def cabin(self) -> str:
        """The node in the cabin there."""
        ...

    @property
    def landing(self) -> str:
        """The node before its door."""
        ...


class Cabin(Protocol):
    """A lift as the ground feels it; `on_leaving` is called when it does not stand open any more."""

    id: str
    on_leaving: Callable[[], None]

    @property
    def stops(self) -> Sequence[Stop]:
        """Its floors."""
        ...

    @property
    def floor(self) -> str | None:
        """The floor where it stands, None on its way."""
        ...

    def harmless_at(self, floor: str) -> bool:
        """It stands open at a floor, or it fell shut by itself, and robots that see it stop."""
        ...


class Ground:
    """The places of a floor; `meetings` names each that two took up at one time, robots or a robot and a door."""

    def __init__(
        self,
        robots: Mapping[str, Bodily],
        shared: Mapping[str, tuple[str, ...]] | None = None,
        doors: Iterable[Leaf] = (),
        lifts: Iterable[Cabin] = (),
    ) -> None:
        self.meetings: dict[str, None] = {}
        self._shared = dict(shared or {})
        self._doors: dict[str, Leaf] = {}
        self._thresholds: dict[str, tuple[Cabin, str]] = {}
        """By lane through the door of a lift: the lift, and the floor."""
        self._cabins: dict[str, tuple[Cabin, str]] = {}
        """And by node in its cabin."""
        self._rode: dict[str, tuple[Cabin, str]] = {}
        """Which cabin each robot was in when it was last looked at, and by which of its nodes."""
        for lift in lifts:
            for stop in lift.stops:
                self._thresholds[_either_way(f"{stop.landing}>{stop.cabin}")] = lift, stop.id
                self._cabins[stop.cabin] = lift, stop.id
                self._shared[stop.cabin] = (*self._shared.get(stop.cabin, ()), f"lift {lift.id}")
            lift.on_leaving = self._shut
        for door in doors:
            self._doors |= dict.fromkeys((_either_way(">".join(lane)) for lane in door.lanes), door)
            door.on_leaving = self._shut
        self._bodies = {serial: robot.body for serial, robot in robots.items()}
        self._on: dict[str, list[str]] = {}
        """By place: who took it and, when somebody last looked, still was there."""
        for serial, body in self._bodies.items():
            body.on_taking = partial(self._taken_by, serial)
            self._taken_by(serial)

    def _taken_by(self, serial: str) -> None:
        """See who else is where this robot is now."""
        for place in self._places(serial):
            known = self._on.get(place)
            if known is None or known == [serial]:
                self._on[place] = [serial]
                continue
            others = [one for one in known if one != serial and place in self._places(one)]
            self._on[place] = [*others, serial]
            for other in others:
                self.meetings[f"{' and '.join(sorted((other, serial)))} on {place}"] = None
        if self._doors or self._cabins:
            self._under_doors(serial)
            self._in_cabins(serial)

    def _shut(self) -> None:
        """See who is on the lane of a door that is not open any more."""
        for serial in self._bodies:
            self._under_doors(serial)

    def _in_cabins(self, serial: str) -> None:
        """See who takes itself for being on another floor than the lift that it stands in."""
        taken, before = self._bodies[serial].occupancy, self._rode.pop(serial, None)
        here = next((self._cabins[node] for node in taken.nodes if node in self._cabins), None)
        if here is None or taken.lanes:
            return
        self._rode[serial] = lift, floor = here
        if before is not None and before[0] is lift and before[1] != floor and lift.floor != floor:
            self.meetings[f"{serial} out of lift {lift.id} on floor {floor}"] = None

    def _under_doors(self, serial: str) -> None:
        for lane in self._bodies[serial].occupancy.lanes:
            door = self._doors.get(_either_way(lane))
            if door is not None and not door.harmless and not _stands_beside(self._bodies[serial]):
                self.meetings[f"{serial} in door {door.id}"] = None
            lift, floor = self._thresholds.get(_either_way(lane), (None, ""))
            if lift is not None and not lift.harmless_at(floor) and not _stands_beside(self._bodies[serial]):
                self.meetings[f"{serial} in the door of lift {lift.id} on floor {floor}"] = None

    def _places(self, serial: str) -> tuple[str, ...]:
        taken = self._bodies[serial].occupancy
        places = (*taken.nodes, *map(_either_way, taken.lanes))
        return places if not self._shared else places + sum((self._shared.get(node, ()) for node in taken.nodes), ())


def _stands_beside(body: Body) -> bool:
    """Tell whether a robot stands so near to either end of its lane that it is there and not in the door."""
    if body.leg is None or body.moving:
        return False
    return min(body.travelled, body.leg.length - body.travelled) <= BESIDE


def places_shared(site: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return by node of a site file the places it has in common with others, where robot types have a footprint."""
    prints = [kind["footprint"] for kind in site.get("robot_types", []) if kind.get("footprint")]
    across = max((hypot(one["length"], one["width"]) for one in prints), default=0)
    nodes = {node["id"]: (node["x"], node["y"]) for node in site["roadmap"]["nodes"]}
    maps = {node["id"]: node.get("map") for node in site["roadmap"]["nodes"]}
    found: dict[str, tuple[str, ...]] = {}
    for one, other in _pairs(nodes, across):
        if maps[one] != maps[other]:
            continue
        for node in (one, other):
            found[node] = (*found.get(node, ()), f"{one}~{other}")
    return found


def _pairs(nodes: Mapping[str, tuple[int, int]], across: float) -> Iterable[tuple[str, str]]:
    return (pair for pair in combinations(nodes, 2) if dist(nodes[pair[0]], nodes[pair[1]]) < across)


@cache
def _either_way(lane: str) -> str:
    """Return one name for a lane from either side."""
    return "-".join(sorted(lane.split(">")))

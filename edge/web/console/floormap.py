"""The map of the floor as SVG geometry, made once from the site file: zones, racks, lanes, stations, docks.

Lengths are millimetres. SVG's y grows downwards and the site's upwards, so every y is turned round at `top`.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from edge.fleet.area import from_line, inside
from edge.site import Point, Site

MARGIN = 1500
"""Free space around the outermost thing."""
PITCH = 1000
"""Width of a rack face where the site has only one in a row."""
REACH = 900
"""A click this near to a rack face, node or lane means it."""


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """A zone: its outline as SVG points and where its name stands."""

    id: str
    points: str
    x: int
    y: int
    racks: str
    """All rack faces of the zone as one path."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A station, dock or gate on the map."""

    kind: str
    id: str
    x: int
    y: int
    use: str = ""
    """For stations: pack, tote, charge or park."""


@dataclass(frozen=True, slots=True)
class DoorShape:
    """A door: a leaf across each of its lanes, and posts at both ends of it, as one path each."""

    id: str
    leaf: str
    posts: str


@dataclass(frozen=True, slots=True)
class LiftShape:
    """A lift where it stops on this floor: the middle of its cabin, and the floor's id."""

    id: str
    floor: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class FloorMap:
    """Everything that does not move."""

    left: int
    top: int
    width: int
    height: int
    unit: int
    """A hundredth of the larger side: what lettering is measured in."""
    zones: list[ZoneShape]
    lanes: str
    arrows: str
    """A chevron in the middle of each one-way lane."""
    spots: list[Spot]
    doors: list[DoorShape]
    lifts: list[LiftShape]

    def turn(self, y: int) -> int:
        """Turn a y of the site into one of the drawing."""
        return self.top - y


def draw(site: Site) -> FloorMap:
    """Draw the map of a site."""
    xs, ys = _extent(site)
    left, top = min(xs) - MARGIN, max(ys) + MARGIN
    width, height = max(xs) + MARGIN - left, top - min(ys) + MARGIN
    unit = max(1, max(width, height) // 100)
    return FloorMap(
        left=left,
        top=top,
        width=width,
        height=height,
        unit=unit,
        zones=[_zone(site, zone.id, zone.area, top, unit) for zone in site.zones],
        lanes=_lanes(site, top),
        arrows=_arrows(site, top, unit),
        spots=_spots(site, top),
        doors=_doors(site, top, unit),
        lifts=_lifts(site, top),
    )


def lane_path(site: Site, lane_id: str, top: int) -> str:
    """Return the path of one lane, empty when it is not on the map."""
    start, _, end = lane_id.partition(">")
    nodes = {node.id: node for node in site.roadmap.nodes}
    if start not in nodes or end not in nodes:
        return ""
    return f"M{nodes[start].x} {top - nodes[start].y}L{nodes[end].x} {top - nodes[end].y}"


def nearest(site: Site, x: int, y: int) -> str:
    """Return what lies at a point of the site as `kind:id`; empty when there is nothing."""
    spots: list[tuple[float, str]] = [
        (hypot(place.x - x, place.y - y), f"location:{place.id}")
        for place in sorted(site.locations, key=lambda place: (place.level, place.id))
    ]
    spots += [(hypot(node.x - x, node.y - y) + 200, f"node:{node.id}") for node in site.roadmap.nodes]
    nodes = {node.id: (node.x, node.y) for node in site.roadmap.nodes}
    for lane in site.roadmap.lanes:
        if lane.start in nodes and lane.end in nodes:
            away = from_line((x, y), nodes[lane.start], nodes[lane.end])
            spots.append((away + 400, f"lane:{lane.start}>{lane.end}"))
    away, name = min(spots, key=lambda spot: spot[0], default=(REACH, ""))
    if away < REACH:
        return name
    return next((f"zone:{zone.id}" for zone in site.zones if inside((x, y), zone.area)), "")


def _extent(site: Site) -> tuple[list[int], list[int]]:
    points: list[Point] = [point for zone in site.zones for point in zone.area]
    points += [(place.x, place.y) for place in site.locations] + [(node.x, node.y) for node in site.roadmap.nodes]
    points += [(place.x, place.y) for place in site.stations] + [(place.x, place.y) for place in site.docks]
    return [x for x, _ in points], [y for _, y in points]


def _zone(site: Site, zone_id: str, area: list[Point], top: int, unit: int) -> ZoneShape:
    points = " ".join(f"{x},{top - y}" for x, y in area)
    left, upper = min(x for x, _ in area), max(y for _, y in area)
    return ZoneShape(zone_id, points, left, top - upper - unit * 6 // 10, _racks(site, zone_id, top))


def _racks(site: Site, zone_id: str, top: int) -> str:
    nodes = {node.id: node for node in site.roadmap.nodes}
    faces: dict[tuple[int, int], bool] = {}
    for place in site.locations:
        node = nodes.get(place.node)
        if place.zone == zone_id and node is not None:
            faces[place.x, place.y] = abs(place.x - node.x) > abs(place.y - node.y)
    pitch = _pitch(list(faces))
    along, depth = pitch * 9 // 10, min(pitch * 7 // 10, 700)
    path = []
    for (x, y), upright in faces.items():
        w, h = (depth, along) if upright else (along, depth)
        path.append(f"M{x - w // 2} {top - y - h // 2}h{w}v{h}h{-w}z")
    return "".join(path)


def _pitch(points: list[tuple[int, int]]) -> int:
    """Return the distance between neighbours in a row or column of rack faces."""
    gaps = [b[0] - a[0] for a, b in pairwise(sorted(points, key=lambda p: (p[1], p[0]))) if a[1] == b[1]]
    gaps += [b[1] - a[1] for a, b in pairwise(sorted(points)) if a[0] == b[0]]
    return max(300, min([gap for gap in gaps if gap > 0], default=PITCH))


def _lanes(site: Site, top: int) -> str:
    return "".join(lane_path(site, f"{lane.start}>{lane.end}", top) for lane in site.roadmap.lanes)


def _arrows(site: Site, top: int, unit: int) -> str:
    nodes = {node.id: node for node in site.roadmap.nodes}
    size = min(unit * 6 // 10, 260)
    path = []
    for lane in site.roadmap.lanes:
        a, b = nodes.get(lane.start), nodes.get(lane.end)
        length = hypot(b.x - a.x, b.y - a.y) if a and b else 0
        if lane.both or a is None or b is None or length < size * 3:
            continue
        dx, dy = (b.x - a.x) / length * size, -(b.y - a.y) / length * size
        x, y = (a.x + b.x) / 2 + dx / 2, top - (a.y + b.y) / 2 + dy / 2
        back = (f"{x - dx - dy * 0.7:.0f} {y - dy + dx * 0.7:.0f}", f"{x - dx + dy * 0.7:.0f} {y - dy - dx * 0.7:.0f}")
        path.append(f"M{back[0]}L{x:.0f} {y:.0f}L{back[1]}")
    return "".join(path)


def _doors(site: Site, top: int, unit: int) -> list[DoorShape]:
    nodes = {node.id: node for node in site.roadmap.nodes}
    half = max(unit, 600)
    shapes = []
    for door in site.doors:
        leaf = posts = ""
        for start, end in dict.fromkeys((min(way), max(way)) for way in site.ways_through(door)):
            a, b = nodes[start], nodes[end]
            length = hypot(b.x - a.x, b.y - a.y) or 1.0
            dx, dy = (b.y - a.y) / length * half, (b.x - a.x) / length * half  # across the lane, y turned round
            x, y = (a.x + b.x) / 2, top - (a.y + b.y) / 2
            leaf += f"M{x - dx:.0f} {y - dy:.0f}L{x + dx:.0f} {y + dy:.0f}"
            for side in (-1.0, 1.0):
                posts += f"M{x + side * dx:.0f} {y + side * dy:.0f}l{-side * dx / 5:.0f} {-side * dy / 5:.0f}"
        shapes.append(DoorShape(door.id, leaf, posts))
    return shapes


def _lifts(site: Site, top: int) -> list[LiftShape]:
    nodes = {node.id: node for node in site.roadmap.nodes}
    return [
        LiftShape(lift.id, floor.id, nodes[floor.cabin].x, top - nodes[floor.cabin].y)
        for lift in site.lifts
        for floor in lift.floors
        if floor.cabin in nodes
    ]


def _spots(site: Site, top: int) -> list[Spot]:
    spots = [Spot("station", station.id, station.x, top - station.y, station.kind) for station in site.stations]
    spots += [Spot("dock", dock.id, dock.x, top - dock.y) for dock in site.docks]
    gates = {dock.gate: dock for dock in site.docks}
    spots += [Spot("gate", gate, dock.x, top - dock.y) for gate, dock in gates.items() if gate in site.gate]
    return spots

"""LIF, the layout interchange format of the VDMA (1.0, and what 2.0 changes): a roadmap from, and for, a robot's maker.

Lengths are metres there and millimetres here. Rotation, orientation and actions are the robot's business: it knows its
own layout; we give it nodes and lanes by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import hypot
from typing import Any

import msgspec
from pydantic import ValidationError

from edge.fleet.curve import Control, length
from edge.model.reasons import Refusal
from edge.site import Lane, Roads, Site

VERSION = "1.0.0"
CURVED = 1.01
"""A curve is told as such from one percent more than the straight distance."""


Note = tuple[str, Mapping[str, Any]]
"""What is to be said of a file: a code and its details."""


class _Part(msgspec.Struct, rename="camel"):
    """An object of the file; what is not named here is not needed."""


class _Point(_Part):
    x: float
    y: float


class _Pull(_Part):
    x: float
    y: float
    weight: float = 1.0


class _Trajectory(_Part):
    knot_vector: list[float]
    control_points: list[_Pull]
    degree: int = 1


class _Load(_Part):
    loaded: bool = True


class _Guided(_Part):
    """LIF 2: a lane of a vehicle that follows a line and knows no curves."""

    length: float | None = None


class _Use(_Part):
    """What a vehicle type may do on a node or edge; LIF 2 names several types at once."""

    vehicle_type_id: str = ""
    vehicle_type_ids: list[str] = []
    max_speed: float | None = None
    load_restriction: _Load | None = None
    trajectory: _Trajectory | None = None
    physical_line_guided_property: _Guided | None = None

    @property
    def types(self) -> list[str]:
        return [self.vehicle_type_id, *self.vehicle_type_ids] if self.vehicle_type_id else self.vehicle_type_ids


class _LifNode(_Part):
    node_id: str
    node_position: _Point
    map_id: str = ""
    vehicle_type_node_properties: list[_Use] = []


class _Edge(_Part):
    edge_id: str
    start_node_id: str
    end_node_id: str
    vehicle_type_edge_properties: list[_Use] = []


class _Station(_Part):
    station_id: str
    interaction_node_ids: list[str]


class _Layout(_Part):
    layout_id: str
    nodes: list[_LifNode]
    edges: list[_Edge]
    stations: list[_Station] = []


class _Origin(_Part):
    layouts: list[_Layout]


class _Lif(_Part):
    layouts: list[_Layout] = []
    origins: list[_Origin] = []


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout as a site file has it, the stations of the file with their nodes, and what could not be taken over."""

    roads: Roads
    stations: Mapping[str, Sequence[str]]
    notes: Sequence[Note]


def roads_of(content: bytes, layout_id: str | None = None, vehicle: str | None = None) -> Layout:
    """Read a roadmap from a LIF file: of one layout, for one vehicle type (all that the file names, when None).

    Raises Refusal when the file is broken, or has several layouts, types or maps of which one must be chosen.
    """
    try:
        file = msgspec.json.decode(content, type=_Lif)
    except msgspec.MsgspecError as error:
        raise Refusal("lif.broken", error=error) from None
    layouts = {one.layout_id: one for one in [*file.layouts, *(one for o in file.origins for one in o.layouts)]}
    layout = layouts[_one_of("layout", layouts, layout_id)]
    vehicles = dict.fromkeys(
        name for edge in layout.edges for use in edge.vehicle_type_edge_properties for name in use.types
    )
    chosen = _one_of("type", vehicles, vehicle) if vehicles or vehicle else None
    nodes = {node.node_id: node for node in layout.nodes if _use(node.vehicle_type_node_properties, chosen)}
    if not nodes:
        raise Refusal("lif.no_node", layout=layout.layout_id)
    maps = dict.fromkeys(node.map_id for node in nodes.values())
    if len(maps) > 1:
        raise Refusal("lif.several_maps", layout=layout.layout_id, count=len(maps), named=", ".join(maps))
    notes: list[Note] = []
    lanes = _merged(_lanes(layout.edges, nodes, chosen, notes))
    data = {
        "map": next(iter(maps)) or layout.layout_id,
        "nodes": [{"id": node_id, **_millimetres(node.node_position)} for node_id, node in nodes.items()],
        "lanes": lanes,
    }
    try:
        roads = Roads.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        value, why = repr(first["input"]), first["msg"]
        raise Refusal("lif.misfit", layout=layout.layout_id, where=where, value=value, error=why) from None
    return Layout(roads, {one.station_id: one.interaction_node_ids for one in layout.stations}, notes)


def layout_of(site: Site, at: datetime) -> dict[str, Any]:
    """Return a site's roadmap as LIF, for all its robot types."""
    types = [one.id for one in site.robot_types] or ["any"]
    edges = [
        _edge(start, end, lane, types)
        for lane in site.roadmap.lanes
        for start, end in ([(lane.start, lane.end), (lane.end, lane.start)] if lane.both else [(lane.start, lane.end)])
    ]
    nodes = [
        {
            "nodeId": node.id,
            "mapId": site.maps[node.id],
            "nodePosition": _metres(node.x, node.y),
            "vehicleTypeNodeProperties": [{"vehicleTypeId": name} for name in types],
        }
        for node in site.roadmap.nodes
    ]
    stations = [
        {
            "stationId": one.id,
            "stationName": one.id,
            "interactionNodeIds": [one.node],
            "stationPosition": _metres(one.x, one.y),
        }
        for one in site.stations
    ]
    return {
        "metaInformation": {
            "projectIdentification": site.id,
            "creator": "Genba",
            "exportTimestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifVersion": VERSION,
        },
        "layouts": [
            {
                "layoutId": site.roadmap.map,
                "layoutName": site.site.name.en,
                "layoutVersion": "1",
                "layoutLevelId": site.roadmap.map,
                "nodes": nodes,
                "edges": edges,
                "stations": stations,
            }
        ],
    }


def _one_of(what: str, there: Mapping[str, Any], wanted: str | None) -> str:
    """Return the one that is wanted, or the only one there is."""
    named = ", ".join(there) or "0"
    if wanted is not None and wanted not in there:
        raise Refusal(f"lif.no_{what}", wanted=wanted, named=named)
    if wanted is None and len(there) != 1:
        raise Refusal(f"lif.several_{what}s", count=len(there), named=named)
    return wanted if wanted is not None else next(iter(there))


def _use(uses: Sequence[_Use], vehicle: str | None) -> _Use | None:
    """Return what a vehicle type may do; anything where the file names no types."""
    if not uses and vehicle is None:
        return _Use()
    return next((use for use in uses if vehicle is None or vehicle in use.types), None)


def _lanes(
    edges: Sequence[_Edge], nodes: Mapping[str, _LifNode], vehicle: str | None, notes: list[Note]
) -> Iterator[dict[str, Any]]:
    for edge in edges:
        use = _use(edge.vehicle_type_edge_properties, vehicle)
        if use is None:
            continue
        outside = [name for name in (edge.start_node_id, edge.end_node_id) if name not in nodes]
        if outside:
            notes.append(("lif.outside", {"edge": edge.edge_id, "node": outside[0]}))
            continue
        if use.load_restriction is not None and not use.load_restriction.loaded:
            notes.append(("lif.empty_only", {"edge": edge.edge_id}))
            continue
        lane: dict[str, Any] = {"from": edge.start_node_id, "to": edge.end_node_id}
        if use.max_speed is not None:
            lane["speed"] = round(use.max_speed * 1000)
        start, end = (nodes[name].node_position for name in (edge.start_node_id, edge.end_node_id))
        driven = _driven(edge.edge_id, use)
        if driven > CURVED * hypot(end.x - start.x, end.y - start.y):
            lane["length"] = round(driven * 1000)
        yield lane


def _driven(edge_id: str, use: _Use) -> float:
    """Return the metres that the file says are driven on an edge, 0 when it says nothing."""
    curve, guided = use.trajectory, use.physical_line_guided_property
    if curve is None:
        return guided.length or 0.0 if guided is not None else 0.0
    controls = [Control(one.x, one.y, one.weight) for one in curve.control_points]
    try:
        return length(curve.degree, curve.knot_vector, controls)
    except ValueError as error:
        raise Refusal("lif.curve", edge=edge_id, error=error) from None


def _merged(lanes: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make one lane both ways of two that differ in direction only."""
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for lane in lanes:
        back = kept.get((lane["to"], lane["from"]))
        if back is not None and back == {**lane, "from": lane["to"], "to": lane["from"]}:
            back["both"] = True
        else:
            kept[lane["from"], lane["to"]] = lane
    return list(kept.values())


def _millimetres(point: _Point) -> dict[str, int]:
    return {"x": round(point.x * 1000), "y": round(point.y * 1000)}


def _metres(x: int, y: int) -> dict[str, float]:
    return {"x": x / 1000, "y": y / 1000}


def _edge(start: str, end: str, lane: Lane, types: Sequence[str]) -> dict[str, Any]:
    """Return one direction of a lane; of a curve LIF wants the shape, of which we know only the length."""
    uses = [{"vehicleTypeId": name, "rotationAllowed": False, "maxSpeed": lane.speed / 1000} for name in types]
    curve = {} if lane.length is None else {"edgeDescription": f"curved, {lane.length} mm"}
    ends = {"edgeId": f"{start}>{end}", "startNodeId": start, "endNodeId": end}
    return {**ends, **curve, "vehicleTypeEdgeProperties": uses}

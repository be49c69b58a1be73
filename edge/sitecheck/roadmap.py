"""Lanes between nodes that are there, and names of maps."""

from edge.model.faults import Fault
from edge.site import Lane
from edge.sitecheck.check import Check


def check_lanes(check: Check) -> None:
    """Lanes join two nodes of one map, each pair once."""
    seen: dict[tuple[str, str], int] = {}
    for i, lane in enumerate(check.site.roadmap.lanes):
        where = ("roadmap", "lanes", i)
        check.refer((*where, "from"), lane.start, check.nodes, Fault.NO_NODE)
        check.refer((*where, "to"), lane.end, check.nodes, Fault.NO_NODE)
        if lane.start == lane.end:
            check.add(where, Fault.LANE_TO_ITSELF, node=lane.start)
            continue
        ways = [(lane.start, lane.end), (lane.end, lane.start)][: 2 if lane.both else 1]
        first = next((seen[way] for way in ways if way in seen), None)
        if first is not None:
            check.add(where, Fault.LANE_TWICE, lane=_name(lane), first=first + 1)
        if lane.length is None and lane.start in check.nodes and check.nodes[lane.start] == check.nodes.get(lane.end):
            check.add(where, Fault.LANE_OF_NO_LENGTH, lane=_name(lane))
        maps = [check.site.maps[node] for node in (lane.start, lane.end) if node in check.nodes]
        if len(dict.fromkeys(maps)) > 1:
            check.add(where, Fault.LANE_OTHER_MAP, lane=_name(lane), one=maps[0], other=maps[1])
        for way in ways:
            seen.setdefault(way, i)


def check_map_names(check: Check) -> None:
    """Names of maps are names of maps that are there."""
    for name in check.site.roadmap.names:
        if name not in (check.site.roadmap.map, *check.site.maps.values()):
            check.add(("roadmap", "names", name), Fault.NO_MAP, id=name, map=check.site.roadmap.map)


def _name(lane: Lane) -> str:
    return f"{lane.start}>{lane.end}"

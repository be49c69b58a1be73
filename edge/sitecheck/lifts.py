"""Lifts join maps; their cabin is one place."""

from edge.model.faults import Fault, Path
from edge.site import Device, Lift, LiftFloor
from edge.sitecheck.check import Check
from edge.sitecheck.outputs import check_bits, check_kept
from edge.sitecheck.robots import managed


def check_lifts(check: Check) -> None:
    """Lifts join maps, are moved by a unit, and no robot of a maker's manager comes to them."""
    taken: dict[str, str] = {}
    called_by: dict[tuple[str, str], str] = {}
    for i, lift in enumerate(check.site.lifts):
        check.unique(("lifts", i, "floors"), [floor.id for floor in lift.floors])
        _cabins(check, ("lifts", i, "floors"), lift)
        for j, floor in enumerate(lift.floors):
            _floor(check, ("lifts", i, "floors", j), floor, taken)
        check.refer(("lifts", i, "io"), lift.io, check.devices("modbus"), Fault.NO_IO)
        if lift.io in check.devices("modbus"):
            _points(check, ("lifts", i), lift, check.site.device[lift.io], called_by)
    if managed(check, [floor.cabin for lift in check.site.lifts for floor in lift.floors]):
        check.add(("lifts",), Fault.LIFT_MANAGED)


def _cabins(check: Check, where: Path, lift: Lift) -> None:
    """The cabin is one place: the same on each floor's map, and each floor has a map of its own."""
    seen: dict[str, str] = {}
    first = lift.floors[0].cabin
    for j, floor in enumerate(lift.floors):
        if floor.cabin not in check.nodes:
            continue
        map_id = check.site.maps[floor.cabin]
        if map_id in seen:
            check.add((*where, j, "cabin"), Fault.LIFT_SAME_MAP, node=floor.cabin, map=map_id, other=seen[map_id])
        seen.setdefault(map_id, floor.cabin)
        if check.nodes[floor.cabin] != check.nodes.get(first, check.nodes[floor.cabin]):
            check.add((*where, j, "cabin"), Fault.LIFT_APART, node=floor.cabin, other=first)


def _floor(check: Check, where: Path, floor: LiftFloor, taken: dict[str, str]) -> None:
    """Robots drive between cabin and landing, by no other lane into the cabin, and stop for work at neither."""
    for key, node in (("cabin", floor.cabin), ("landing", floor.landing)):
        check.refer((*where, key), node, check.nodes, Fault.NO_NODE)
        if node in taken:
            check.add((*where, key), Fault.LIFT_NODE_TAKEN, node=node, other=taken[node])
        taken.setdefault(node, floor.id)
        stops = [station.id for station in check.site.stations if station.node == node]
        stops += [location.id for location in check.site.locations if location.node == node]
        if stops:
            check.add((*where, key), Fault.LIFT_STOP, node=node, place=stops[0])
    ways = [way for way in check.site.ways if floor.cabin in way]
    if not any(floor.landing in way for way in ways) and {floor.cabin, floor.landing} <= {*check.nodes}:
        check.add((*where, "landing"), Fault.LIFT_NO_LANE, cabin=floor.cabin, landing=floor.landing)
    other = next((way for way in ways if floor.landing not in way), None)
    if other is not None:
        check.add((*where, "cabin"), Fault.LIFT_OTHER_LANE, lane=">".join(other), landing=floor.landing)
    for door in check.site.doors:
        if any(floor.cabin in way or floor.landing in way for way in check.site.ways_through(door)):
            check.add((*where, "cabin"), Fault.LIFT_DOOR, door=door.id)


def _points(check: Check, where: Path, lift: Lift, device: Device, called_by: dict[tuple[str, str], str]) -> None:
    keys = [key for key in ("opened", "closed", "fault", "manual") if getattr(lift, key)]
    names: dict[Path, str] = {(*where, key): getattr(lift, key) for key in keys}
    for j, floor in enumerate(lift.floors):
        names |= {(*where, "floors", j, "call"): floor.call_point, (*where, "floors", j, "at"): floor.at_point}
    check_bits(check, device, names)
    for j, floor in enumerate(lift.floors):
        here = (*where, "floors", j, "call")
        check_kept(check, here, device, floor.call_point, Fault.LIFT_NOT_LEFT)
        other = called_by.setdefault((device.id, floor.call_point), lift.id)
        if other != lift.id:
            check.add(here, Fault.LIFT_TWO_COMMANDS, id=floor.call_point, device=device.id, lift=other)

"""Doors stand on lanes and are moved by a unit."""

from edge.model.faults import Fault, Path
from edge.site import Device, Door
from edge.sitecheck.check import Check
from edge.sitecheck.outputs import check_bits, check_kept
from edge.sitecheck.robots import managed


def check_doors(check: Check) -> None:
    """Doors stand on lanes, are moved by a unit, and no robot of a maker's manager comes to them."""
    taken: dict[tuple[str, str], str] = {}
    opened_by: dict[tuple[str, str], str] = {}
    for i, door in enumerate(check.site.doors):
        _lanes(check, ("doors", i, "lanes"), door, taken)
        check.refer(("doors", i, "io"), door.io, check.devices("modbus"), Fault.NO_IO)
        if door.io in check.devices("modbus"):
            _points(check, ("doors", i), door, check.site.device[door.io], opened_by)
    nodes = [lane.partition(">")[0] for door in check.site.doors for lane in door.lanes]
    if managed(check, nodes):
        check.add(("doors",), Fault.DOOR_MANAGED)


def _lanes(check: Check, where: Path, door: Door, taken: dict[tuple[str, str], str]) -> None:
    """A robot is held before a door, never in it: no lane of a door may lead on to another of it."""
    ends: dict[str, str] = {}
    for j, lane in enumerate(door.lanes):
        start, _, end = lane.partition(">")
        pair = (start, end)
        if pair not in check.site.ways and pair[::-1] not in check.site.ways:
            check.add((*where, j), Fault.DOOR_NO_LANE, lane=lane)
            continue
        other = next((taken[way] for way in (pair, pair[::-1]) if taken.get(way, door.id) != door.id), None)
        if other is not None:
            check.add((*where, j), Fault.DOOR_LANE_TAKEN, lane=lane, door=other)
        for way in (pair, pair[::-1]):
            taken.setdefault(way, door.id)
        before = next((ends[node] for node in pair if node in ends), lane)
        if before not in (lane, f"{end}>{start}"):
            check.add((*where, j), Fault.DOOR_IN_ROW, lane=lane, other=before)
        ends |= dict.fromkeys(pair, lane)


def _points(check: Check, where: Path, door: Door, device: Device, opened_by: dict[tuple[str, str], str]) -> None:
    names = {key: getattr(door, key) for key in ("open", "opened", "closed", "fault") if getattr(door, key)}
    check_bits(check, device, {(*where, key): name for key, name in names.items()})
    check_kept(check, (*where, "open"), device, door.open, Fault.DOOR_NOT_LEFT)
    other = opened_by.setdefault((device.id, door.open), door.id)
    if other != door.id:
        check.add((*where, "open"), Fault.DOOR_TWO_COMMANDS, id=door.open, device=device.id, door=other)

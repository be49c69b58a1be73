"""What hangs at the slots of put walls and at locations: lights, displays, buttons."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from edge.model.faults import Fault, Path
from edge.site import MOST_SHOWN, LampValues, PutWall, Slot
from edge.sitecheck.check import Check
from edge.sitecheck.outputs import check_output, check_pulse, check_shows

TOTE = re.compile(r"^T-\d+$")
"""What totes are called."""


class _Hung(NamedTuple):
    """What hangs at a slot or location: points of the unit `io`."""

    name: str
    io: str
    lights: Mapping[str, str]
    others: Mapping[str, str | None]
    values: LampValues


def check_put_walls(check: Check) -> None:
    """Put walls have a station, pack stations and slots whose names nothing else has."""
    stations = [station.id for station in check.site.stations_of("wall")]
    packs = [station.id for station in check.site.stations_of("pack")]
    for i, station in enumerate(check.site.stations):
        if station.kind == "wall" and station.id not in check.site.wall:
            check.add(("stations", i), Fault.WALL_BARE, station=station.id)
    names = {*check.site.location, *check.site.station, *check.site.dock}
    for i, wall in enumerate(check.site.put_walls):
        check.refer(("put_walls", i, "id"), wall.id, stations, Fault.NO_WALL)
        for j, pack in enumerate(wall.packs):
            check.refer(("put_walls", i, "packs", j), pack, packs, Fault.NO_PACK_STATION)
        for j, slot in enumerate(wall.slots):
            where = ("put_walls", i, "slots", j)
            if slot.id in names or TOTE.match(slot.id):
                check.add((*where, "id"), Fault.SLOT_NAME, id=slot.id)
            names.add(slot.id)
            _slot(check, where, wall, slot)


def _slot(check: Check, where: Path, wall: PutWall, slot: Slot) -> None:
    """Check what hangs at a slot, and that it says where."""
    lights = slot.lights.model_dump(exclude_none=True)
    others = {"display": slot.display, "button": slot.button}
    check.refer((*where, "io"), slot.io, check.devices("modbus"), Fault.NO_IO)
    if slot.io is None and (lights or any(others.values())):
        check.add(where, Fault.SLOT_NO_IO)
    _signals(check, where, _Hung(slot.id, slot.io or "", lights, others, wall.values))


def check_pick_lights(check: Check) -> None:
    """Check what hangs at locations; a fault of what an entry says for all of them is told of the first alone."""
    hung: dict[str, None] = {}
    for i, entry in enumerate(check.site.pick_lights):
        where = ("pick_lights", i)
        if not (entry.lights.colours or entry.display or entry.button or entry.short):
            check.add(where, Fault.FACE_BARE)
        if entry.press == "units" and entry.display is None:
            check.add((*where, "press"), Fault.FACE_NO_DISPLAY)
        for j, location in enumerate(entry.locations):
            check.refer((*where, "locations", j), location, check.site.location, Fault.NO_LOCATION)
            if location in hung:
                check.add((*where, "locations", j), Fault.FACE_TWICE, id=location)
            hung[location] = None
        units: dict[str, None] = {}
        before = len(check.found)
        for face in entry.faces:
            if len(check.found) > before:
                break
            if face.io not in units:
                check.refer((*where, "io"), face.io, check.devices("modbus"), Fault.NO_IO)
            units[face.io] = None
            others = {"display": face.display, "button": face.button, "short": face.short}
            _signals(check, where, _Hung(face.location, face.io, face.lights, others, face.values))


def _signals(check: Check, where: Path, hung: _Hung) -> None:
    """Check what hangs at a slot or location: outputs can be written, a button presses, nothing is another's."""
    device = check.site.device.get(hung.io)
    if device is None or device.kind != "modbus":
        return
    named: dict[tuple[str, ...], str | None] = {("lights", colour): point for colour, point in hung.lights.items()}
    for key, point in (named | {(key,): point for key, point in hung.others.items()}).items():
        if point is None:
            continue
        check.refer((*where, *key), point, device.points, Fault.NO_POINT, device=device.id)
        other = check.hung.setdefault((device.id, point), hung.name)
        if other != hung.name or (key == ("short",) and point == hung.others["button"]):
            check.add((*where, *key), Fault.SLOT_POINT_TAKEN, id=point, device=device.id, slot=other)
        if key in (("button",), ("short",)):
            check_pulse(check, (*where, *key), device, point)
            continue
        check_output(check, (*where, *key), device, point)
        check_shows(
            check, (*where, *key), device, point, MOST_SHOWN if key == ("display",) else hung.values.of(key[-1])
        )

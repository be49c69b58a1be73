"""What the shape of a site file cannot tell: names that point nowhere, doubles, parts that are missing."""

import re
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from drivers.modbus.points import BadPoint, Kind, Point, read_point
from edge.model.faults import Fault, Finding, Path
from edge.site import Device, Door, Lane, PutWall, RobotUnit, Site, Slot

TOTE = re.compile(r"^T-\d+$")
"""What totes are called."""
MOST_SHOWN = 99
"""The most units that the display of a slot must be able to show."""
MOST_UNITS = 247
"""The highest unit number of a serial line."""
LISTS = (
    "owners",
    "carriers",
    "cutoffs",
    "shifts",
    "zones",
    "locations",
    "robot_types",
    "robots",
    "stations",
    "put_walls",
    "docks",
    "gates",
    "doors",
    "cartons",
    "people",
    "devices",
)


LINES = ("tcp:", "serial:")
WAYS: Mapping[str, tuple[str, ...]] = {
    "llrp": ("tcp:",),
    "impinj": ("https:", "http:"),
    "zebra": ("mqtt:",),
    "chafon": ("serial:", "tcp:"),
    "modbus": LINES,
    "zpl": LINES,
    "scale": LINES,
    "scanner": LINES,
}
"""How the address of a device begins, by its kind, and for readers by their protocol."""
FORMS: Mapping[str, str] = {
    "tcp:": "tcp://10.0.30.11:5084",
    "serial:": "serial:/dev/ttyUSB0",
    "https:": "https://10.0.30.11",
    "http:": "http://10.0.30.11",
    "mqtt:": "mqtt:readers/reader-1",
}


def cross_check(site: Site) -> list[Finding]:
    """Return everything that does not fit together."""
    check = _Check(site)
    check.doubles()
    check.places()
    check.lanes()
    check.robots()
    check.stations()
    check.put_walls()
    check.docks_and_gates()
    check.doors()
    check.devices_apart()
    check.serial_lines()
    check.points()
    check.whole()
    return check.found


class _Check:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.found: list[Finding] = []
        self.nodes = {node.id: (node.x, node.y) for node in site.roadmap.nodes}

    def doubles(self) -> None:
        for name in LISTS:
            self.unique((name,), [part.id for part in getattr(self.site, name)])
        self.unique(("roadmap", "nodes"), [node.id for node in self.site.roadmap.nodes])
        self.unique(("robots",), [robot.home for robot in self.site.robots], key="home")
        machines = [robot.machine for robot in self.site.robots]
        names = ["/".join(machine) if machine is not None else f" {i}" for i, machine in enumerate(machines)]
        self.unique(("robots",), names, key="serial")
        datums = self.site.massrobotics.datums if self.site.massrobotics else ()
        self.unique(("massrobotics", "datums"), [datum.id.lower() for datum in datums])

    def places(self) -> None:
        for i, cutoff in enumerate(self.site.cutoffs):
            self.refer(("cutoffs", i, "carrier"), cutoff.carrier, self.site.carrier, Fault.NO_CARRIER)
        for i, location in enumerate(self.site.locations):
            self.refer(("locations", i, "zone"), location.zone, self.site.zone, Fault.NO_ZONE)
            self.refer(("locations", i, "node"), location.node, self.nodes, Fault.NO_NODE)

    def lanes(self) -> None:
        seen: dict[tuple[str, str], int] = {}
        for i, lane in enumerate(self.site.roadmap.lanes):
            where = ("roadmap", "lanes", i)
            self.refer((*where, "from"), lane.start, self.nodes, Fault.NO_NODE)
            self.refer((*where, "to"), lane.end, self.nodes, Fault.NO_NODE)
            if lane.start == lane.end:
                self.add(where, Fault.LANE_TO_ITSELF, node=lane.start)
                continue
            ways = [(lane.start, lane.end), (lane.end, lane.start)][: 2 if lane.both else 1]
            first = next((seen[way] for way in ways if way in seen), None)
            if first is not None:
                self.add(where, Fault.LANE_TWICE, lane=_name(lane), first=first + 1)
            if lane.length is None and lane.start in self.nodes and self.nodes[lane.start] == self.nodes.get(lane.end):
                self.add(where, Fault.LANE_OF_NO_LENGTH, lane=_name(lane))
            for way in ways:
                seen.setdefault(way, i)

    def robots(self) -> None:
        for i, kind in enumerate(self.site.robot_types):
            if kind.charge_below >= kind.charge_to:
                limits = {"below": kind.charge_below, "to": kind.charge_to}
                self.add(("robot_types", i, "charge_to"), Fault.CHARGE_LIMITS, **limits)
            if kind.driver == "fms" and self.site.fms is None:
                self.add(("robot_types", i, "driver"), Fault.NO_FMS)
        drivers = {kind.id: kind.driver for kind in self.site.robot_types}
        for i, robot in enumerate(self.site.robots):
            if drivers.get(robot.type) not in (None, drivers.get(self.site.robots[0].type)):
                self.add(("robots", i, "type"), Fault.TWO_DRIVERS, robot=robot.id, first=self.site.robots[0].id)
        homes = [station.id for station in self.site.stations if station.kind in ("park", "charge")]
        for i, robot in enumerate(self.site.robots):
            self.named(("robots", i), robot, drivers.get(robot.type))
            self.refer(("robots", i, "type"), robot.type, self.site.robot_type, Fault.NO_ROBOT_TYPE)
            self.refer(("robots", i, "home"), robot.home, homes, Fault.NO_HOME)

    def named(self, where: Path, robot: RobotUnit, driver: str | None) -> None:
        """A machine is named whole or not at all; one that a manager drives cannot announce itself to us."""
        if (robot.manufacturer is None) != (robot.serial is None):
            self.add((*where, "serial" if robot.manufacturer is None else "manufacturer"), Fault.HALF_NAMED)
        elif robot.machine is None and driver == "fms":
            self.add(where, Fault.NOT_NAMED, robot=robot.id)

    def stations(self) -> None:
        for i, station in enumerate(self.site.stations):
            self.refer(("stations", i, "node"), station.node, self.nodes, Fault.NO_NODE)
            self.refer(("stations", i, "zone"), station.zone, self.site.zone, Fault.NO_ZONE)
            scales = [*self.devices("scale"), *self.devices("modbus")]
            self.refer(("stations", i, "scale"), station.scale, scales, Fault.NO_SCALE)
            if station.scale in self.devices("modbus"):
                self.unit_scale(("stations", i, "scale"), self.site.device[station.scale])
            self.refer(("stations", i, "printer"), station.printer, self.devices("zpl"), Fault.NO_PRINTER)

    def unit_scale(self, where: Path, device: Device) -> None:
        """A Modbus unit is a scale by its point `weight`, a number of grams."""
        self.refer(where, "weight", device.points, Fault.NO_POINT, device=device.id)
        with suppress(BadPoint, KeyError):
            if read_point("weight", device.points["weight"].model_dump(exclude_unset=True)).kind is Kind.BOOL:
                self.add(where, Fault.NO_WEIGHT, id="weight", device=device.id)

    def put_walls(self) -> None:
        stations = [station.id for station in self.site.stations_of("wall")]
        packs = [station.id for station in self.site.stations_of("pack")]
        for i, station in enumerate(self.site.stations):
            if station.kind == "wall" and station.id not in self.site.wall:
                self.add(("stations", i), Fault.WALL_BARE, station=station.id)
        names = {*self.site.location, *self.site.station, *self.site.dock}
        taken: dict[tuple[str, str], str] = {}
        for i, wall in enumerate(self.site.put_walls):
            self.refer(("put_walls", i, "id"), wall.id, stations, Fault.NO_WALL)
            for j, pack in enumerate(wall.packs):
                self.refer(("put_walls", i, "packs", j), pack, packs, Fault.NO_PACK_STATION)
            for j, slot in enumerate(wall.slots):
                where = ("put_walls", i, "slots", j)
                if slot.id in names or TOTE.match(slot.id):
                    self.add((*where, "id"), Fault.SLOT_NAME, id=slot.id)
                names.add(slot.id)
                self.slot(where, wall, slot, taken)

    def slot(self, where: Path, wall: PutWall, slot: Slot, taken: dict[tuple[str, str], str]) -> None:
        """Check what hangs at a slot: lights and display can be written, a button presses, nothing is another's."""
        lights: dict[tuple[str, ...], str | None] = {
            ("lights", name): point for name, point in slot.lights.model_dump(exclude_none=True).items()
        }
        signals = {**lights, ("display",): slot.display, ("button",): slot.button}
        named = {key: point for key, point in signals.items() if point is not None}
        self.refer((*where, "io"), slot.io, self.devices("modbus"), Fault.NO_IO)
        if named and slot.io is None:
            self.add(where, Fault.SLOT_NO_IO)
        device = self.site.device.get(slot.io or "")
        if device is None or device.kind != "modbus":
            return
        for key, name in named.items():
            self.refer((*where, *key), name, device.points, Fault.NO_POINT, device=device.id)
            other = taken.setdefault((device.id, name), slot.id)
            if other != slot.id:
                self.add((*where, *key), Fault.SLOT_POINT_TAKEN, id=name, device=device.id, slot=other)
            if key == ("button",):
                self.pulse((*where, *key), device, name)
                continue
            self.output((*where, *key), device, name)
            self.shows((*where, *key), device, name, MOST_SHOWN if key == ("display",) else wall.values.of(key[-1]))

    def pulse(self, where: Path, device: Device, name: str) -> None:
        with suppress(BadPoint, KeyError):
            point = read_point(name, device.points[name].model_dump(exclude_unset=True))
            if point.kind is not Kind.BOOL and not point.counter:
                self.add(where, Fault.SLOT_NO_PULSE, id=name, device=device.id)

    def shows(self, where: Path, device: Device, name: str, value: int) -> None:
        """Tell an output that cannot take a value; a light that is one bit is just on."""
        with suppress(BadPoint, KeyError):
            point = read_point(name, device.points[name].model_dump(exclude_unset=True))
            fits = value == 1 or value == _read_back(point, value)
            if not fits and point.writable:
                self.add(where, Fault.SLOT_VALUE, id=name, device=device.id, value=value)

    def docks_and_gates(self) -> None:
        for i, dock in enumerate(self.site.docks):
            self.refer(("docks", i, "gate"), dock.gate, self.site.gate, Fault.NO_GATE)
            for j, carrier in enumerate(dock.carriers):
                self.refer(("docks", i, "carriers", j), carrier, self.site.carrier, Fault.NO_CARRIER)
        for i, gate in enumerate(self.site.gates):
            self.refer(("gates", i, "reader"), gate.reader, self.devices("rfid"), Fault.NO_READER)
            self.refer(("gates", i, "io"), gate.io, self.devices("modbus"), Fault.NO_IO)
            if gate.io in self.site.device:
                points = self.site.device[gate.io].points
                for signal in ("inner", "outer", "green", "red"):
                    self.refer(("gates", i, signal), getattr(gate, signal), points, Fault.NO_POINT, device=gate.io)
                for light in ("green", "red"):
                    self.output(("gates", i, light), self.site.device[gate.io], getattr(gate, light))
            if gate.inner == gate.outer:
                self.add(("gates", i, "outer"), Fault.ONE_EYE, point=gate.outer)
            if gate.green == gate.red:
                self.add(("gates", i, "red"), Fault.ONE_LIGHT, point=gate.red)

    def doors(self) -> None:
        taken: dict[tuple[str, str], str] = {}
        opened_by: dict[tuple[str, str], str] = {}
        for i, door in enumerate(self.site.doors):
            self.door_lanes(("doors", i, "lanes"), door, taken)
            self.refer(("doors", i, "io"), door.io, self.devices("modbus"), Fault.NO_IO)
            if door.io in self.devices("modbus"):
                self.door_points(("doors", i), door, self.site.device[door.io], opened_by)
        if self.site.doors and any(kind.driver == "fms" for kind in self.site.robot_types):
            self.add(("doors",), Fault.DOOR_MANAGED)

    def door_lanes(self, where: Path, door: Door, taken: dict[tuple[str, str], str]) -> None:
        """A robot is held before a door, never in it: no lane of a door may lead on to another of it."""
        ends: dict[str, str] = {}
        for j, lane in enumerate(door.lanes):
            start, _, end = lane.partition(">")
            pair = (start, end)
            if pair not in self.site.ways and pair[::-1] not in self.site.ways:
                self.add((*where, j), Fault.DOOR_NO_LANE, lane=lane)
                continue
            other = next((taken[way] for way in (pair, pair[::-1]) if taken.get(way, door.id) != door.id), None)
            if other is not None:
                self.add((*where, j), Fault.DOOR_LANE_TAKEN, lane=lane, door=other)
            for way in (pair, pair[::-1]):
                taken.setdefault(way, door.id)
            before = next((ends[node] for node in pair if node in ends), lane)
            if before not in (lane, f"{end}>{start}"):
                self.add((*where, j), Fault.DOOR_IN_ROW, lane=lane, other=before)
            ends |= dict.fromkeys(pair, lane)

    def door_points(self, where: Path, door: Door, device: Device, opened_by: dict[tuple[str, str], str]) -> None:
        names = {key: getattr(door, key) for key in ("open", "opened", "closed", "fault") if getattr(door, key)}
        first: dict[str, str] = {}
        for key, name in names.items():
            self.refer((*where, key), name, device.points, Fault.NO_POINT, device=device.id)
            if name in first:
                self.add((*where, key), Fault.DOOR_ONE_SIGNAL, point=name, first=first[name])
            first.setdefault(name, key)
            with suppress(BadPoint, KeyError):
                if read_point(name, device.points[name].model_dump(exclude_unset=True)).kind is not Kind.BOOL:
                    self.add((*where, key), Fault.DOOR_NO_BIT, id=name, device=device.id)
        self.output((*where, "open"), device, door.open)
        with suppress(BadPoint, KeyError):
            point = read_point(door.open, device.points[door.open].model_dump(exclude_unset=True))
            if point.writable and (point.safe is not None or point.valid is not None):
                self.add((*where, "open"), Fault.DOOR_NOT_LEFT, id=door.open, device=device.id)
        other = opened_by.setdefault((device.id, door.open), door.id)
        if other != door.id:
            self.add((*where, "open"), Fault.DOOR_TWO_COMMANDS, id=door.open, device=device.id, door=other)

    def devices_apart(self) -> None:
        seen: dict[tuple[str, int | None], Device] = {}
        for i, device in enumerate(self.site.devices):
            self.refer(
                ("devices", i, "station"), device.station, {*self.site.station, *self.site.dock}, Fault.NO_STATION
            )
            self.refer(("devices", i, "watchdog"), device.watchdog, device.points, Fault.NO_POINT, device=device.id)
            self.output(("devices", i, "watchdog"), device, device.watchdog)
            way = WAYS[device.protocol if device.kind == "rfid" else device.kind]
            if not device.address.startswith(way):
                self.add(("devices", i, "address"), Fault.WRONG_WAY, forms=_forms(way))
            unit = device.unit if device.kind == "modbus" else None
            line = _line_of(device.address)
            other = next(
                (one for (at, of), one in seen.items() if at == line and (of == unit or None in (of, unit))), None
            )
            if other is not None:
                self.add(("devices", i, "address"), Fault.SAME_ADDRESS, device=other.id)
            seen.setdefault((line, unit), device)

    def serial_lines(self) -> None:
        """Units of one line are spoken to in one way; on a serial one from 1 to 247 (Modbus over Serial Line §2.2)."""
        first: dict[str, Device] = {}
        for i, device in enumerate(self.site.devices):
            if device.kind != "modbus":
                continue
            other = first.setdefault(_line_of(device.address), device)
            if other.address != device.address:
                self.add(("devices", i, "address"), Fault.LINE_DIFFERS, device=other.id)
            serial = device.address.startswith("serial:") or "?" in device.address
            if serial and not device.unit:
                self.add(("devices", i, "unit"), Fault.TOO_SMALL, limit=1)
            if serial and device.unit > MOST_UNITS:
                self.add(("devices", i, "unit"), Fault.TOO_LARGE, limit=MOST_UNITS)

    def points(self) -> None:
        for i, device in enumerate(self.site.devices):
            for name, point in device.points.items():
                try:
                    read_point(name, point.model_dump(exclude_unset=True))
                except BadPoint as bad:
                    self.add(("devices", i, "points", name), Fault(f"point.{bad.wrong}"), **bad.details)

    def whole(self) -> None:
        if not self.site.stations_of("pack"):
            self.add(("stations",), Fault.NO_PACK)
        if self.site.robots and not self.site.stations_of("tote"):
            self.add(("stations",), Fault.NO_TOTES)
        if self.site.robots and not self.site.stations_of("charge"):
            self.add(("stations",), Fault.NO_CHARGER)
        for i, carrier in enumerate(self.site.carriers):
            if not any(carrier.id in dock.carriers for dock in self.site.docks):
                self.add(("carriers", i), Fault.NO_DOCK)

    def devices(self, kind: str) -> list[str]:
        return [device.id for device in self.site.devices if device.kind == kind]

    def refer(self, where: Path, value: str | None, known: Container[str], fault: Fault, **details: str) -> None:
        if value is not None and value not in known:
            self.add(where, fault, id=value, **details)

    def output(self, where: Path, device: Device, name: str | None) -> None:
        """Tell a point that shall be written and cannot; what is wrong with the point itself is told elsewhere."""
        if name not in device.points:
            return
        with suppress(BadPoint):
            if not read_point(name, device.points[name].model_dump(exclude_unset=True)).writable:
                self.add(where, Fault.NOT_OUTPUT, id=name, device=device.id)

    def unique(self, where: Path, ids: Sequence[str], *, key: str = "id") -> None:
        seen: dict[str, int] = {}
        for i, value in enumerate(ids):
            if value in seen:
                self.add((*where, i, key), Fault.USED_TWICE, id=value, first=seen[value] + 1)
            seen.setdefault(value, i)

    def add(self, where: Path, fault: Fault, **details: Any) -> None:
        self.found.append(Finding(where, fault, details))


def _read_back(point: Point, value: int) -> float | None:
    """Return what a point shows after a value was written to it, None when it takes no such value."""
    try:
        return point.settled(value)
    except BadPoint:
        return None


def _name(lane: Lane) -> str:
    return f"{lane.start}>{lane.end}"


def _forms(way: Sequence[str]) -> str:
    return ", ".join(FORMS[scheme] for scheme in way)


def _line_of(address: str) -> str:
    """Return what two devices cannot share: host and port, a topic, or the serial port whatever its settings."""
    if address.startswith(("serial:", "mqtt:")):
        return address.partition("?")[0]
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}"

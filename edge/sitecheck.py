"""What the shape of a site file cannot tell: names that point nowhere, doubles, parts that are missing."""

import re
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from drivers.modbus.points import BadPoint, Kind, Point, read_point
from drivers.rfid.patterns import BadPattern, read_pattern
from edge.model.faults import Fault, Finding, Path
from edge.site import (
    MOST_SHOWN,
    Device,
    Door,
    Gate,
    GoneAfter,
    LampValues,
    Lane,
    Lift,
    LiftFloor,
    PutWall,
    ReadPoint,
    RobotType,
    RobotUnit,
    Site,
    Slot,
    Station,
)

TOTE = re.compile(r"^T-\d+$")
"""What totes are called."""
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
    "read_points",
    "doors",
    "lifts",
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
    check.map_names()
    check.robots()
    check.stations()
    check.put_walls()
    check.pick_lights()
    check.parts()
    check.docks_and_gates()
    check.read_points()
    check.doors()
    check.lifts()
    check.devices_apart()
    check.serial_lines()
    check.points()
    check.epcis()
    check.whole()
    return check.found


class _Hung(NamedTuple):
    """What hangs at a slot or location: points of the unit `io`."""

    name: str
    io: str
    lights: Mapping[str, str]
    others: Mapping[str, str | None]
    values: LampValues


class _Check:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.found: list[Finding] = []
        self.hung: dict[tuple[str, str], str] = {}
        """At which slot or location each point of a unit hangs, by device and point."""
        self.written: dict[tuple[str, str, int], str] = {}
        """The output that writes a coil or register, by device, table and address."""
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
            maps = [self.site.maps[node] for node in (lane.start, lane.end) if node in self.nodes]
            if len(dict.fromkeys(maps)) > 1:
                self.add(where, Fault.LANE_OTHER_MAP, lane=_name(lane), one=maps[0], other=maps[1])
            for way in ways:
                seen.setdefault(way, i)

    def map_names(self) -> None:
        for name in self.site.roadmap.names:
            if name not in (self.site.roadmap.map, *self.site.maps.values()):
                self.add(("roadmap", "names", name), Fault.NO_MAP, id=name, map=self.site.roadmap.map)

    def robots(self) -> None:
        for i, kind in enumerate(self.site.robot_types):
            if kind.charge_below >= kind.charge_to:
                limits = {"below": kind.charge_below, "to": kind.charge_to}
                self.add(("robot_types", i, "charge_to"), Fault.CHARGE_LIMITS, **limits)
            self.maps(("robot_types", i), kind)
            if kind.driver == "fms" and self.site.fms is None:
                self.add(("robot_types", i, "driver"), Fault.NO_FMS)
        drivers = {kind.id: kind.driver for kind in self.site.robot_types}
        first: dict[str, RobotUnit] = {}
        for i, robot in enumerate(self.site.robots):
            part = self.part_of(robot)
            one = first.setdefault(part, robot) if part is not None else robot
            if drivers.get(robot.type) not in (None, drivers.get(one.type)):
                self.add(("robots", i, "type"), Fault.TWO_DRIVERS, robot=robot.id, first=one.id)
        homes = [station.id for station in self.site.stations if station.kind in ("park", "charge")]
        for i, robot in enumerate(self.site.robots):
            self.named(("robots", i), robot, drivers.get(robot.type))
            self.refer(("robots", i, "type"), robot.type, self.site.robot_type, Fault.NO_ROBOT_TYPE)
            self.refer(("robots", i, "home"), robot.home, homes, Fault.NO_HOME)

    def part_of(self, robot: RobotUnit) -> str | None:
        """Return the part of the roadmap where a robot is at home, None when its home is nowhere."""
        home = self.site.station.get(robot.home)
        return self.site.part.get(home.node) if home is not None else None

    def parts(self) -> None:
        """Where robots of two drivers work, each in its part, each part has what a tour needs."""
        first = {part: robot for robot in reversed(self.site.robots) if (part := self.part_of(robot)) is not None}
        kinds = {
            self.site.robot_type[robot.type].driver for robot in self.site.robots if robot.type in self.site.robot_type
        }
        for part, robot in sorted(first.items()) if len(kinds) > 1 and len(first) > 1 else ():
            for kind in ("tote", "charge"):
                if not any(self.stops_at(station, part) for station in self.site.stations_of(kind)):
                    self.add(("stations",), Fault.PART_LACKS, robot=robot.id, kind=kind)
            for i, station in enumerate(self.site.stations):
                if station.kind == "pack" and not self.stops_at(station, part):
                    self.add(("stations", i), Fault.PART_NO_STOP, robot=robot.id)

    def stops_at(self, station: Station, part: str) -> bool:
        return any(self.site.part.get(node) == part for node in (station.node, *station.also))

    def maps(self, where: Path, kind: RobotType) -> None:
        self.unique((*where, "maps"), [one.id for one in kind.maps])
        for j, one in enumerate(kind.maps):
            if one.id not in (self.site.roadmap.map, *self.site.maps.values()):
                self.add((*where, "maps", j, "id"), Fault.NO_MAP, id=one.id, map=self.site.roadmap.map)
        if kind.maps and (kind.driver == "fms" or kind.vda5050 == "2.0"):
            why = "driver: fms" if kind.driver == "fms" else "VDA 5050 2.0"
            self.add((*where, "maps"), Fault.MAPS_UNKNOWN, why=why)

    def named(self, where: Path, robot: RobotUnit, driver: str | None) -> None:
        """A machine is named whole or not at all; one that a manager drives cannot announce itself to us."""
        if (robot.manufacturer is None) != (robot.serial is None):
            self.add((*where, "serial" if robot.manufacturer is None else "manufacturer"), Fault.HALF_NAMED)
        elif robot.machine is None and driver == "fms":
            self.add(where, Fault.NOT_NAMED, robot=robot.id)

    def stations(self) -> None:
        for i, station in enumerate(self.site.stations):
            self.refer(("stations", i, "node"), station.node, self.nodes, Fault.NO_NODE)
            self.also(("stations", i, "also"), station)
            self.refer(("stations", i, "zone"), station.zone, self.site.zone, Fault.NO_ZONE)
            scales = [*self.devices("scale"), *self.devices("modbus")]
            self.refer(("stations", i, "scale"), station.scale, scales, Fault.NO_SCALE)
            if station.scale in self.devices("modbus"):
                self.unit_scale(("stations", i, "scale"), self.site.device[station.scale])
            self.refer(("stations", i, "printer"), station.printer, self.devices("zpl"), Fault.NO_PRINTER)

    def also(self, where: Path, station: Station) -> None:
        if station.also and station.kind not in ("pack", "tote", "wall"):
            self.add(where, Fault.ALSO_NOT_HERE)
            return
        seen = [self.site.part.get(station.node)]
        for j, node in enumerate(station.also):
            self.refer((*where, j), node, self.nodes, Fault.NO_NODE)
            if node in self.nodes and self.site.part[node] in seen:
                self.add((*where, j), Fault.ALSO_JOINED, node=node)
            seen.append(self.site.part.get(node))

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
        for i, wall in enumerate(self.site.put_walls):
            self.refer(("put_walls", i, "id"), wall.id, stations, Fault.NO_WALL)
            for j, pack in enumerate(wall.packs):
                self.refer(("put_walls", i, "packs", j), pack, packs, Fault.NO_PACK_STATION)
            for j, slot in enumerate(wall.slots):
                where = ("put_walls", i, "slots", j)
                if slot.id in names or TOTE.match(slot.id):
                    self.add((*where, "id"), Fault.SLOT_NAME, id=slot.id)
                names.add(slot.id)
                self.slot(where, wall, slot)

    def slot(self, where: Path, wall: PutWall, slot: Slot) -> None:
        """Check what hangs at a slot, and that it says where."""
        lights = slot.lights.model_dump(exclude_none=True)
        others = {"display": slot.display, "button": slot.button}
        self.refer((*where, "io"), slot.io, self.devices("modbus"), Fault.NO_IO)
        if slot.io is None and (lights or any(others.values())):
            self.add(where, Fault.SLOT_NO_IO)
        self.signals(where, _Hung(slot.id, slot.io or "", lights, others, wall.values))

    def pick_lights(self) -> None:
        """Check what hangs at locations; a fault of what an entry says for all of them is told of the first alone."""
        hung: dict[str, None] = {}
        for i, entry in enumerate(self.site.pick_lights):
            where = ("pick_lights", i)
            if not (entry.lights.colours or entry.display or entry.button or entry.short):
                self.add(where, Fault.FACE_BARE)
            if entry.press == "units" and entry.display is None:
                self.add((*where, "press"), Fault.FACE_NO_DISPLAY)
            for j, location in enumerate(entry.locations):
                self.refer((*where, "locations", j), location, self.site.location, Fault.NO_LOCATION)
                if location in hung:
                    self.add((*where, "locations", j), Fault.FACE_TWICE, id=location)
                hung[location] = None
            units: dict[str, None] = {}
            before = len(self.found)
            for face in entry.faces:
                if len(self.found) > before:
                    break
                if face.io not in units:
                    self.refer((*where, "io"), face.io, self.devices("modbus"), Fault.NO_IO)
                units[face.io] = None
                others = {"display": face.display, "button": face.button, "short": face.short}
                self.signals(where, _Hung(face.location, face.io, face.lights, others, face.values))

    def signals(self, where: Path, hung: "_Hung") -> None:
        """Check what hangs at a slot or location: outputs can be written, a button presses, nothing is another's."""
        device = self.site.device.get(hung.io)
        if device is None or device.kind != "modbus":
            return
        named: dict[tuple[str, ...], str | None] = {("lights", colour): point for colour, point in hung.lights.items()}
        for key, point in (named | {(key,): point for key, point in hung.others.items()}).items():
            if point is None:
                continue
            self.refer((*where, *key), point, device.points, Fault.NO_POINT, device=device.id)
            other = self.hung.setdefault((device.id, point), hung.name)
            if other != hung.name or (key == ("short",) and point == hung.others["button"]):
                self.add((*where, *key), Fault.SLOT_POINT_TAKEN, id=point, device=device.id, slot=other)
            if key in (("button",), ("short",)):
                self.pulse((*where, *key), device, point)
                continue
            self.output((*where, *key), device, point)
            self.shows((*where, *key), device, point, MOST_SHOWN if key == ("display",) else hung.values.of(key[-1]))

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
            self.gate_antennas(("gates", i), gate)
            if gate.green == gate.red:
                self.add(("gates", i, "red"), Fault.ONE_LIGHT, point=gate.red)

    def gate_antennas(self, where: Path, gate: Gate) -> None:
        if gate.antennas is None:
            if gate.inner is None:
                self.add((*where, "outer"), Fault.GATE_NO_DIRECTION, gate=gate.id)
            return
        inner, outer = gate.antennas.inner, gate.antennas.outer
        for both in [number for number in outer if number in inner]:
            self.add((*where, "antennas", "outer"), Fault.ANTENNA_ON_BOTH_SIDES, antenna=both)
        reader = self.site.device.get(gate.reader)
        if reader is None or reader.kind != "rfid":
            return
        for side, numbers in (("inner", inner), ("outer", outer)):
            for number in [number for number in numbers if number not in reader.antennas]:
                self.add((*where, "antennas", side), Fault.NO_ANTENNA, antenna=number, reader=reader.id)
        if reader.session != 0:
            self.add((*where, "antennas"), Fault.ANTENNAS_SILENT, reader=reader.id)

    def read_points(self) -> None:
        at_gate = {gate.reader: gate.id for gate in self.site.gates}
        taken: dict[str, str] = {}
        for i, point in enumerate(self.site.read_points):
            for j, reader in enumerate(point.readers):
                where = ("read_points", i, "readers", j)
                self.refer(where, reader, self.devices("rfid"), Fault.NO_READER)
                if reader in at_gate:
                    self.add(where, Fault.READ_AT_GATE, reader=reader, gate=at_gate[reader])
                if reader in taken:
                    self.add(where, Fault.READ_TAKEN, reader=reader, point=taken[reader])
                taken.setdefault(reader, point.id)
            self.read_cycle(("read_points", i), point)
            self.read_silence(("read_points", i, "gone_after"), point.gone_after)
            self.unique(("read_points", i, "reports"), [report.set for report in point.reports], key="set")
            for key in ("include", "exclude"):
                for j, text in enumerate(getattr(point, key)):
                    self.read_pattern(("read_points", i, key, j), text)

    def read_cycle(self, where: Path, point: ReadPoint) -> None:
        """A cycle begins by something and ends by something."""
        if point.start is None and point.repeat is None:
            self.add(where, Fault.READ_NO_BEGIN, point=point.id)
        ends = (point.duration, point.stable, point.stop, point.data_available or None)
        if all(end is None for end in ends):
            self.add(where, Fault.READ_NO_END, point=point.id)
        signals = {(*where, key): name for key in ("start", "stop") if (name := getattr(point, key)) is not None}
        if signals and point.io is None:
            self.add(next(iter(signals)), Fault.READ_NO_IO, point=point.id)
        self.refer((*where, "io"), point.io, self.devices("modbus"), Fault.NO_IO)
        if point.io in self.devices("modbus"):
            if point.start == point.stop:
                signals.pop((*where, "stop"), None)
            self.bits(self.site.device[point.io], signals)

    def read_silence(self, where: Path, bounds: GoneAfter) -> None:
        if bounds.least > bounds.most:
            self.add(where, Fault.READ_LEAST_ABOVE_MOST, least=bounds.least, most=bounds.most)

    def read_pattern(self, where: Path, text: str) -> None:
        try:
            read_pattern(text)
        except BadPattern as bad:
            self.add(where, Fault.BAD_PATTERN, part=bad.part)

    def doors(self) -> None:
        taken: dict[tuple[str, str], str] = {}
        opened_by: dict[tuple[str, str], str] = {}
        for i, door in enumerate(self.site.doors):
            self.door_lanes(("doors", i, "lanes"), door, taken)
            self.refer(("doors", i, "io"), door.io, self.devices("modbus"), Fault.NO_IO)
            if door.io in self.devices("modbus"):
                self.door_points(("doors", i), door, self.site.device[door.io], opened_by)
        nodes = [lane.partition(">")[0] for door in self.site.doors for lane in door.lanes]
        if self.managed(nodes):
            self.add(("doors",), Fault.DOOR_MANAGED)

    def managed(self, nodes: Sequence[str]) -> bool:
        """Say whether robots that a maker's manager drives may come to one of these nodes."""
        parts = [
            self.part_of(robot)
            for robot in self.site.robots
            if robot.type in self.site.robot_type and self.site.robot_type[robot.type].driver == "fms"
        ]
        return any(self.site.part.get(node, "") in parts for node in nodes)

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
        self.bits(device, {(*where, key): name for key, name in names.items()})
        self.kept((*where, "open"), device, door.open, Fault.DOOR_NOT_LEFT)
        other = opened_by.setdefault((device.id, door.open), door.id)
        if other != door.id:
            self.add((*where, "open"), Fault.DOOR_TWO_COMMANDS, id=door.open, device=device.id, door=other)

    def bits(self, device: Device, names: Mapping[Path, str]) -> None:
        """What a door or a lift reads and writes are on-off signals of its unit, each another one."""
        first: dict[str, Path] = {}
        for where, name in names.items():
            self.refer(where, name, device.points, Fault.NO_POINT, device=device.id)
            if name in first:
                self.add(where, Fault.DOOR_ONE_SIGNAL, point=name, first=_inner(where, first[name]))
            first.setdefault(name, where)
            with suppress(BadPoint, KeyError):
                if read_point(name, device.points[name].model_dump(exclude_unset=True)).kind is not Kind.BOOL:
                    self.add(where, Fault.DOOR_NO_BIT, id=name, device=device.id)

    def kept(self, where: Path, device: Device, name: str, fault: Fault) -> None:
        """What keeps a door open is an output that stays as it is when Genba stops."""
        self.output(where, device, name)
        with suppress(BadPoint, KeyError):
            point = read_point(name, device.points[name].model_dump(exclude_unset=True))
            if point.writable and (point.safe is not None or point.valid is not None):
                self.add(where, fault, id=name, device=device.id)

    def lifts(self) -> None:
        taken: dict[str, str] = {}
        called_by: dict[tuple[str, str], str] = {}
        for i, lift in enumerate(self.site.lifts):
            self.unique(("lifts", i, "floors"), [floor.id for floor in lift.floors])
            self.cabins(("lifts", i, "floors"), lift)
            for j, floor in enumerate(lift.floors):
                self.lift_floor(("lifts", i, "floors", j), floor, taken)
            self.refer(("lifts", i, "io"), lift.io, self.devices("modbus"), Fault.NO_IO)
            if lift.io in self.devices("modbus"):
                self.lift_points(("lifts", i), lift, self.site.device[lift.io], called_by)
        if self.managed([floor.cabin for lift in self.site.lifts for floor in lift.floors]):
            self.add(("lifts",), Fault.LIFT_MANAGED)

    def cabins(self, where: Path, lift: Lift) -> None:
        """The cabin is one place: the same on each floor's map, and each floor has a map of its own."""
        seen: dict[str, str] = {}
        first = lift.floors[0].cabin
        for j, floor in enumerate(lift.floors):
            if floor.cabin not in self.nodes:
                continue
            map_id = self.site.maps[floor.cabin]
            if map_id in seen:
                self.add((*where, j, "cabin"), Fault.LIFT_SAME_MAP, node=floor.cabin, map=map_id, other=seen[map_id])
            seen.setdefault(map_id, floor.cabin)
            if self.nodes[floor.cabin] != self.nodes.get(first, self.nodes[floor.cabin]):
                self.add((*where, j, "cabin"), Fault.LIFT_APART, node=floor.cabin, other=first)

    def lift_floor(self, where: Path, floor: LiftFloor, taken: dict[str, str]) -> None:
        """Robots drive between cabin and landing, by no other lane into the cabin, and stop for work at neither."""
        for key, node in (("cabin", floor.cabin), ("landing", floor.landing)):
            self.refer((*where, key), node, self.nodes, Fault.NO_NODE)
            if node in taken:
                self.add((*where, key), Fault.LIFT_NODE_TAKEN, node=node, other=taken[node])
            taken.setdefault(node, floor.id)
            stops = [station.id for station in self.site.stations if station.node == node]
            stops += [location.id for location in self.site.locations if location.node == node]
            if stops:
                self.add((*where, key), Fault.LIFT_STOP, node=node, place=stops[0])
        ways = [way for way in self.site.ways if floor.cabin in way]
        if not any(floor.landing in way for way in ways) and {floor.cabin, floor.landing} <= {*self.nodes}:
            self.add((*where, "landing"), Fault.LIFT_NO_LANE, cabin=floor.cabin, landing=floor.landing)
        other = next((way for way in ways if floor.landing not in way), None)
        if other is not None:
            self.add((*where, "cabin"), Fault.LIFT_OTHER_LANE, lane=">".join(other), landing=floor.landing)
        for door in self.site.doors:
            if any(floor.cabin in way or floor.landing in way for way in self.site.ways_through(door)):
                self.add((*where, "cabin"), Fault.LIFT_DOOR, door=door.id)

    def lift_points(self, where: Path, lift: Lift, device: Device, called_by: dict[tuple[str, str], str]) -> None:
        keys = [key for key in ("opened", "closed", "fault", "manual") if getattr(lift, key)]
        names: dict[Path, str] = {(*where, key): getattr(lift, key) for key in keys}
        for j, floor in enumerate(lift.floors):
            names |= {(*where, "floors", j, "call"): floor.call_point, (*where, "floors", j, "at"): floor.at_point}
        self.bits(device, names)
        for j, floor in enumerate(lift.floors):
            here = (*where, "floors", j, "call")
            self.kept(here, device, floor.call_point, Fault.LIFT_NOT_LEFT)
            other = called_by.setdefault((device.id, floor.call_point), lift.id)
            if other != lift.id:
                self.add(here, Fault.LIFT_TWO_COMMANDS, id=floor.call_point, device=device.id, lift=other)

    def devices_apart(self) -> None:
        seen: dict[tuple[str, int | None], Device] = {}
        for i, device in enumerate(self.site.devices):
            self.refer(
                ("devices", i, "station"), device.station, {*self.site.station, *self.site.dock}, Fault.NO_STATION
            )
            self.refer(("devices", i, "watchdog"), device.watchdog, device.points, Fault.NO_POINT, device=device.id)
            self.output(("devices", i, "watchdog"), device, device.watchdog)
            way = WAYS[device.speaks if device.kind == "rfid" else device.kind]
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
                if (
                    "{n}" in name or point.count is not None or point.step is not None
                ):  # else in_series made points of it
                    self.add(("devices", i, "points", name), Fault.POINT_SERIES, id=name)
                    continue
                try:
                    read_point(name, point.model_dump(exclude_unset=True))
                except BadPoint as bad:
                    self.add(("devices", i, "points", name), Fault(f"point.{bad.wrong}"), **bad.details)

    def epcis(self) -> None:
        """What is told in EPCIS has a name, and no two places have one name."""
        told = self.site.epcis
        if told is None:
            return
        if not told.gln and not told.base:
            self.add(("epcis",), Fault.EPCIS_NAMELESS)
        if "company_prefix" not in self.site.rules.model_fields_set:
            self.add(("epcis",), Fault.EPCIS_NO_PREFIX, prefix=self.site.rules.company_prefix)
        points = dict.fromkeys(point.id for point in self.site.read_points)
        seen: dict[str, None] = {}
        for place in (*self.site.gate, *self.site.station, *points, *self.site.location):
            if told.gln and place in seen:
                self.add(("epcis", "gln"), Fault.EPCIS_ONE_NAME, id=place)
            seen.setdefault(place)

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
        """Tell a point that shall be written and cannot, or one of two that fight for the same place.

        What is wrong with the point itself is told elsewhere.
        """
        if name not in device.points:
            return
        with suppress(BadPoint):
            point = read_point(name, device.points[name].model_dump(exclude_unset=True))
            if not point.writable:
                self.add(where, Fault.NOT_OUTPUT, id=name, device=device.id)
                return
            for address in range(point.address, point.address + point.span):
                other = self.written.setdefault((device.id, point.table, address), name)
                if other != name:
                    self.add(where, Fault.OUTPUTS_OVERLAP, id=name, device=device.id, other=other)
                    return

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


def _inner(where: Path, other: Path) -> str:
    """Return where the other place is, from the place of this one on."""
    shared = next((at for at, pair in enumerate(zip(where, other, strict=False)) if pair[0] != pair[1]), 0)
    return " ".join(f"#{part + 1}" if isinstance(part, int) else part for part in other[shared:])


def _forms(way: Sequence[str]) -> str:
    return ", ".join(FORMS[scheme] for scheme in way)


def _line_of(address: str) -> str:
    """Return what two devices cannot share: host and port, a topic, or the serial port whatever its settings."""
    if address.startswith(("serial:", "mqtt:")):
        return address.partition("?")[0]
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}"

"""What the shape of a site file cannot tell: names that point nowhere, doubles, parts that are missing."""

from collections.abc import Container, Sequence
from typing import Any
from urllib.parse import urlsplit

from edge.site import Device, Site

Path = tuple[Any, ...]
Finding = tuple[Path, str, str]

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
    "docks",
    "gates",
    "cartons",
    "people",
    "devices",
)


def cross_check(site: Site) -> list[Finding]:
    """Return (path, fault, remedy) for everything that does not fit together."""
    check = _Check(site)
    check.doubles()
    check.places()
    check.lanes()
    check.robots()
    check.stations()
    check.docks_and_gates()
    check.devices_apart()
    check.whole()
    return check.found


class _Check:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.found: list[Finding] = []
        self.nodes = {node.id for node in site.roadmap.nodes}

    def doubles(self) -> None:
        for name in LISTS:
            self.unique((name,), [part.id for part in getattr(self.site, name)])
        self.unique(("roadmap", "nodes"), [node.id for node in self.site.roadmap.nodes])
        self.unique(("robots",), [robot.home for robot in self.site.robots], key="home")
        names = [f"{robot.manufacturer}/{robot.serial}" for robot in self.site.robots]
        self.unique(("robots",), names, key="serial")

    def places(self) -> None:
        for i, cutoff in enumerate(self.site.cutoffs):
            self.refer(("cutoffs", i, "carrier"), cutoff.carrier, self.site.carrier, "carrier")
        for i, location in enumerate(self.site.locations):
            self.refer(("locations", i, "zone"), location.zone, self.site.zone, "zone")
            self.refer(("locations", i, "node"), location.node, self.nodes, "node")

    def lanes(self) -> None:
        seen: dict[tuple[str, str], int] = {}
        for i, lane in enumerate(self.site.roadmap.lanes):
            where = ("roadmap", "lanes", i)
            self.refer((*where, "from"), lane.start, self.nodes, "node")
            self.refer((*where, "to"), lane.end, self.nodes, "node")
            if lane.start == lane.end:
                self.add(where, f"the lane leads from {lane.start} to itself", "Correct one of its ends, or remove it.")
                continue
            ways = [(lane.start, lane.end), (lane.end, lane.start)][: 2 if lane.both else 1]
            first = next((seen[way] for way in ways if way in seen), None)
            if first is not None:
                fault = f"there is a lane {lane.start}>{lane.end} already (no. {first + 1})"
                self.add(where, fault, "Keep one of them; for both directions write one lane with both: true.")
            for way in ways:
                seen.setdefault(way, i)

    def robots(self) -> None:
        for i, kind in enumerate(self.site.robot_types):
            if kind.charge_below >= kind.charge_to:
                fault = f"it charges below {kind.charge_below} % but only up to {kind.charge_to} %"
                self.add(("robot_types", i, "charge_to"), fault, "Let charge_to be larger than charge_below.")
        homes = [station.id for station in self.site.stations if station.kind in ("park", "charge")]
        for i, robot in enumerate(self.site.robots):
            self.refer(("robots", i, "type"), robot.type, self.site.robot_type, "robot type")
            self.refer(("robots", i, "home"), robot.home, homes, "park or charge station")

    def stations(self) -> None:
        for i, station in enumerate(self.site.stations):
            self.refer(("stations", i, "node"), station.node, self.nodes, "node")
            self.refer(("stations", i, "zone"), station.zone, self.site.zone, "zone")
            self.refer(("stations", i, "scale"), station.scale, self.devices("scale"), "scale")
            self.refer(("stations", i, "printer"), station.printer, self.devices("zpl"), "printer")

    def docks_and_gates(self) -> None:
        for i, dock in enumerate(self.site.docks):
            self.refer(("docks", i, "gate"), dock.gate, self.site.gate, "gate")
            for j, carrier in enumerate(dock.carriers):
                self.refer(("docks", i, "carriers", j), carrier, self.site.carrier, "carrier")
        for i, gate in enumerate(self.site.gates):
            self.refer(("gates", i, "reader"), gate.reader, self.devices("llrp"), "LLRP reader")
            self.refer(("gates", i, "io"), gate.io, self.devices("modbus"), "Modbus device")
            if gate.io in self.site.device:
                points = self.site.device[gate.io].points
                for signal in ("inner", "outer", "green", "red"):
                    self.refer(("gates", i, signal), getattr(gate, signal), points, f"point of {gate.io}")
            for one, other, what in (("inner", "outer", "photo-eyes"), ("green", "red", "lights")):
                if getattr(gate, one) == getattr(gate, other):
                    fault = f"{one} and {other} are the same point '{getattr(gate, other)}'"
                    self.add(("gates", i, other), fault, f"Name the points of two {what}.")

    def devices_apart(self) -> None:
        seen: dict[tuple[str, int | None], Device] = {}
        for i, device in enumerate(self.site.devices):
            self.refer(("devices", i, "station"), device.station, self.site.station, "station")
            self.refer(("devices", i, "watchdog"), device.watchdog, device.points, f"point of {device.id}")
            unit = device.unit if device.kind == "modbus" else None
            line = _line_of(device.address)
            other = next(
                (one for (at, of), one in seen.items() if at == line and (of == unit or None in (of, unit))), None
            )
            if other is not None:
                fault = f"{other.id} has the same address"
                self.add(("devices", i, "address"), fault, "Give each its own; on one Modbus line, its own unit.")
            seen.setdefault((line, unit), device)

    def whole(self) -> None:
        if not self.site.stations_of("pack"):
            self.add(("stations",), "there is no pack station", "Add a station of kind pack.")
        if self.site.robots and not self.site.stations_of("tote"):
            self.add(("stations",), "there is no tote station", "Add a station of kind tote, where robots take totes.")
        if self.site.robots and not self.site.stations_of("charge"):
            self.add(("stations",), "the robots have no charger", "Add a station of kind charge.")
        for i, carrier in enumerate(self.site.carriers):
            if not any(carrier.id in dock.carriers for dock in self.site.docks):
                self.add(("carriers", i), "no dock serves this carrier", "Add it to the carriers of a dock.")

    def devices(self, kind: str) -> list[str]:
        return [device.id for device in self.site.devices if device.kind == kind]

    def refer(self, where: Path, value: str | None, known: Container[str], what: str) -> None:
        if value is not None and value not in known:
            self.add(where, f"there is no {what} '{value}'", f"Use the id of a {what} of this file, or add it.")

    def unique(self, where: Path, ids: Sequence[str], *, key: str = "id") -> None:
        seen: dict[str, int] = {}
        for i, value in enumerate(ids):
            if value in seen:
                fault = f"'{value}' is used twice (first at no. {seen[value] + 1})"
                self.add((*where, i, key), fault, "Give each its own.")
            seen.setdefault(value, i)

    def add(self, where: Path, what: str, remedy: str) -> None:
        self.found.append((where, what, remedy))


def _line_of(address: str) -> str:
    """Return what two devices cannot share: host and port, or the serial port whatever its settings."""
    if address.startswith("serial:"):
        return address.partition("?")[0]
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}"

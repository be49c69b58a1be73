"""Reads the site file for the simulators: plain data, only what they need, independent of the edge's own reader.

The edge validates the file; here a missing part is simply empty, a missing name is a ValueError that says where.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot
from pathlib import Path
from typing import Any

import yaml

from drivers.modbus.profiles import with_profile


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere a person can walk to; `node` is where a robot stops for it."""

    id: str
    x: int
    y: int
    zone: str = ""
    node: str = ""
    kind: str = "location"


@dataclass(frozen=True, slots=True)
class Station(Place):
    """A place of work; `scale` and `printer` are device ids."""

    scale: str = ""
    printer: str = ""


@dataclass(frozen=True, slots=True)
class Slot(Place):
    """An opening of a put wall, or a location with a light: its PLC, and the points there of button and lights.

    `lights` are by colour, `values` what is written to one that is a number; `units`: a press means all that is shown.
    """

    wall: str = ""
    io: str = ""
    button: str = ""
    lights: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    display: str = ""
    units: bool = False


@dataclass(frozen=True, slots=True)
class Dock(Place):
    """A door; what is loaded there passes the gate."""

    gate: str = ""
    carriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """An RFID portal: device ids and the names of its points at the PLC."""

    id: str
    reader: str
    io: str
    inner: str | None
    outer: str
    green: str
    red: str
    antennas: tuple[tuple[int, ...], tuple[int, ...]] | None
    """Those inside and those towards the dock, if they tell the direction."""


@dataclass(frozen=True, slots=True)
class Door:
    """A door on lanes between two nodes: its PLC and the names of its points there; without one for faults, none."""

    id: str
    lanes: tuple[tuple[str, str], ...]
    io: str
    open: str
    opened: str
    closed: str
    fault: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """A floor of a lift: the nodes in its cabin and before its door, and the names of its points."""

    id: str
    cabin: str
    landing: str
    call: str
    at: str


@dataclass(frozen=True, slots=True)
class Lift:
    """A lift: its PLC, its floors and the names of its points; without one for faults or taking it away, none."""

    id: str
    io: str
    stops: tuple[Stop, ...]
    opened: str
    closed: str
    fault: str | None
    manual: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the roadmap, mm, and the map of its floor."""

    id: str
    x: int
    y: int
    map: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A one-way lane, speed in mm/s."""

    start: str
    end: str
    speed: int


@dataclass(frozen=True, slots=True)
class RobotType:
    """What a kind of robot can do: speed mm/s, battery hours of driving, charge limits in percent."""

    id: str
    totes: int
    speed: int
    battery_hours: float
    charge_below: int
    charge_to: int


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot and where it parks; without a serial nobody says which machine it is."""

    id: str
    type: str
    manufacturer: str
    serial: str
    home: str


@dataclass(frozen=True, slots=True)
class Carton:
    """A kind of carton: millimetres and grams."""

    id: str
    length: int
    width: int
    height: int
    weight: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a badge."""

    id: str
    name: str
    roles: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device and everything the file says of it."""

    id: str
    kind: str
    address: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """When a carrier leaves, local time HH:MM."""

    id: str
    carrier: str
    at: str


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One site."""

    id: str
    timezone: str
    wms_url: str
    wms_secret: str
    epcis_secret: str
    broker_url: str
    interface: str
    map: str
    owners: tuple[str, ...]
    carriers: tuple[str, ...]
    cutoffs: tuple[Cutoff, ...]
    zones: dict[str, tuple[tuple[int, int], ...]]
    locations: dict[str, Place]
    stations: dict[str, Station]
    slots: dict[str, Slot]
    faces: dict[str, Slot]
    """Locations with lights."""
    docks: dict[str, Dock]
    gates: dict[str, Gate]
    read_points: dict[str, tuple[str, ...]]
    """The readers of each."""
    doors: dict[str, Door]
    lifts: dict[str, Lift]
    nodes: dict[str, Node]
    lanes: tuple[Lane, ...]
    robot_types: dict[str, RobotType]
    robots: dict[str, Robot]
    cartons: dict[str, Carton]
    people: dict[str, Person]
    devices: dict[str, Device]

    def place(self, code: str) -> Place:
        """Return where a code on the floor is (location, station, dock, gate, node, robot home, `ZONE:A`); KeyError."""
        if code.startswith("ZONE:"):
            area = self.zones[code[5:]]
            x, y = (sum(point[axis] for point in area) // len(area) for axis in (0, 1))
            return Place(code, x, y, kind="zone")
        for dock in self.docks.values():
            if dock.gate == code:
                return dock
        for places in (self.locations, self.stations, self.slots, self.docks):
            if code in places:
                return places[code]
        node = self.nodes[code]
        return Place(code, node.x, node.y, node=code, kind="node")

    def walk(self, start: Place | Node, end: Place | Node) -> float:
        """Return the millimetres between two places as the crow flies."""
        return hypot(end.x - start.x, end.y - start.y)


def load(path: Path) -> SiteFile:
    """Read a site file; ValueError names the file and what is missing."""
    return parse(yaml.safe_load(path.read_text(encoding="utf-8")), str(path))


def parse(raw: Any, source: str = "site file") -> SiteFile:
    """Make a site of parsed YAML; ValueError names the source and what is missing."""
    try:
        return _site(raw)
    except KeyError as exc:
        raise ValueError(f"{source}: {exc} is missing") from exc
    except (TypeError, AttributeError) as exc:
        raise ValueError(f"{source}: not laid out as a site file: {exc}") from exc


def _site(raw: dict[str, Any]) -> SiteFile:
    roads = raw.get("roadmap", {})
    nodes = {n["id"]: Node(n["id"], n["x"], n["y"], n.get("map", roads.get("map", ""))) for n in roads.get("nodes", [])}
    locations = {p["id"]: _location(p) for p in raw.get("locations", [])}
    return SiteFile(
        id=raw["site"]["id"],
        timezone=raw["site"].get("timezone", "Asia/Tokyo"),
        wms_url=raw.get("wms", {}).get("url", ""),
        wms_secret=raw.get("wms", {}).get("secret", "wms_token"),
        epcis_secret=raw.get("epcis", {}).get("secret", "epcis_token"),
        broker_url=raw.get("broker", {}).get("url", ""),
        interface=raw.get("broker", {}).get("interface", "uagv"),
        map=raw.get("roadmap", {}).get("map", ""),
        owners=tuple(o["id"] for o in raw.get("owners", [])),
        carriers=tuple(c["id"] for c in raw.get("carriers", [])),
        cutoffs=tuple(Cutoff(c["id"], c["carrier"], str(c["at"])) for c in raw.get("cutoffs", [])),
        zones={z["id"]: tuple((p[0], p[1]) for p in z["area"]) for z in raw.get("zones", [])},
        locations=locations,
        stations={s["id"]: _station(s, nodes) for s in raw.get("stations", [])},
        slots={slot.id: slot for wall in raw.get("put_walls", []) for slot in _slots(wall, raw, nodes)},
        faces={face.id: face for entry in raw.get("pick_lights", []) for face in _faces(entry, locations)},
        docks={d["id"]: _dock(d, nodes) for d in raw.get("docks", [])},
        gates={g["id"]: _gate(g) for g in raw.get("gates", [])},
        read_points={p["id"]: tuple(p["readers"]) for p in raw.get("read_points", [])},
        doors={d["id"]: _door(d) for d in raw.get("doors", [])},
        lifts={one["id"]: _lift(one) for one in raw.get("lifts", [])},
        nodes=nodes,
        lanes=tuple(lane for entry in raw.get("roadmap", {}).get("lanes", []) for lane in _lanes(entry)),
        robot_types={t["id"]: _robot_type(t) for t in raw.get("robot_types", [])},
        robots={r["id"]: _robot(r) for r in raw.get("robots", [])},
        cartons={
            c["id"]: Carton(c["id"], c["length"], c["width"], c["height"], c["weight"]) for c in raw.get("cartons", [])
        },
        people={p["id"]: _person(p) for p in raw.get("people", [])},
        devices={d["id"]: _device(d) for d in raw.get("devices", [])},
    )


def _location(raw: dict[str, Any]) -> Place:
    return Place(raw["id"], raw["x"], raw["y"], zone=raw.get("zone", ""), node=raw.get("node", ""))


def _station(raw: dict[str, Any], nodes: dict[str, Node]) -> Station:
    x, y = _position(raw, nodes)
    return Station(
        raw["id"], x, y, node=raw.get("node", ""), kind=raw["kind"],
        scale=raw.get("scale", ""), printer=raw.get("printer", ""),
    )  # fmt: skip


def _slots(wall: dict[str, Any], raw: dict[str, Any], nodes: dict[str, Node]) -> list[Slot]:
    """Read the slots of a wall: they are where its station is."""
    x, y = next((_position(s, nodes) for s in raw.get("stations", []) if s["id"] == wall["id"]), (0, 0))
    return [
        Slot(
            slot["id"], x, y, kind="slot", wall=wall["id"], io=slot.get("io", ""), button=slot.get("button", ""),
            lights=slot.get("lights", {}),
        )
        for slot in wall["slots"]
    ]  # fmt: skip


def _faces(entry: dict[str, Any], locations: Mapping[str, Place]) -> list[Slot]:
    """Read the lights at locations: `{n}` in a name is the number of the location in its entry."""
    found = []
    for number, location in enumerate(entry["locations"], start=entry.get("first", 1)):
        place = locations[location]
        names = {key: entry.get(key, "").replace("{n}", str(number)) for key in ("io", "button", "display")}
        lights = {colour: point.replace("{n}", str(number)) for colour, point in entry.get("lights", {}).items()}
        found.append(
            Slot(
                location, place.x, place.y, zone=place.zone, node=place.node, kind="face", lights=lights,
                values=entry.get("values", {}), units=entry.get("press") == "units", **names,
            )
        )  # fmt: skip
    return found


def _dock(raw: dict[str, Any], nodes: dict[str, Node]) -> Dock:
    x, y = _position(raw, nodes)
    carriers = tuple(raw.get("carriers", []))
    return Dock(raw["id"], x, y, node=raw.get("node", ""), kind="dock", gate=raw.get("gate", ""), carriers=carriers)


def _position(raw: dict[str, Any], nodes: dict[str, Node]) -> tuple[int, int]:
    if "x" in raw:
        return raw["x"], raw["y"]
    node = nodes[raw["node"]]
    return node.x, node.y


def _gate(raw: dict[str, Any]) -> Gate:
    sides = raw.get("antennas")
    antennas = (tuple(sides["inner"]), tuple(sides["outer"])) if sides else None
    return Gate(raw["id"], raw["reader"], raw["io"], raw.get("inner"), raw["outer"], raw["green"], raw["red"], antennas)


def _door(raw: dict[str, Any]) -> Door:
    lanes = tuple((start, end) for start, end in (lane.split(">") for lane in raw["lanes"]))
    return Door(
        raw["id"],
        lanes,
        raw["io"],
        raw.get("open", "open"),
        raw.get("opened", "opened"),
        raw.get("closed", "closed"),
        raw.get("fault"),
    )


def _lift(raw: dict[str, Any]) -> Lift:
    stops = tuple(
        Stop(
            one["id"],
            one["cabin"],
            one["landing"],
            one.get("call") or f"call_{one['id']}",
            one.get("at") or f"at_{one['id']}",
        )
        for one in raw["floors"]
    )
    opened, closed = raw.get("opened", "opened"), raw.get("closed", "closed")
    return Lift(raw["id"], raw["io"], stops, opened, closed, raw.get("fault"), raw.get("manual"))


def _lanes(raw: dict[str, Any]) -> list[Lane]:
    there = Lane(raw["from"], raw["to"], raw.get("speed", 1200))
    return [there, Lane(raw["to"], raw["from"], there.speed)] if raw.get("both") else [there]


def _robot_type(raw: dict[str, Any]) -> RobotType:
    return RobotType(
        raw["id"],
        raw["totes"],
        raw.get("speed", 1500),
        raw.get("battery_hours", 8),
        raw.get("charge_below", 25),
        raw.get("charge_to", 80),
    )


def _robot(raw: dict[str, Any]) -> Robot:
    return Robot(raw["id"], raw["type"], raw.get("manufacturer", ""), raw.get("serial", ""), raw.get("home", ""))


def _person(raw: dict[str, Any]) -> Person:
    name = raw.get("name", {})
    shown = name.get("en", raw["id"]) if isinstance(name, dict) else str(name)
    return Person(raw["id"], shown, tuple(raw["roles"]), raw.get("language", "ja"))


def _device(raw: dict[str, Any]) -> Device:
    options = {name: value for name, value in raw.items() if name not in {"id", "kind", "address"}}
    if raw["kind"] == "modbus":
        options["points"] = with_profile(raw.get("profile"), raw.get("points", {}))
    return Device(raw["id"], raw["kind"], raw["address"], options)

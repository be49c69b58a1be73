"""The whole site file, and what follows from its parts together."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, PrivateAttr, field_validator

from drivers.codes.own import OwnPattern, own_pattern
from edge.labels.reading import built_in
from edge.labels.template import LabelFile, LabelTemplate
from edge.model.faults import Fault
from edge.site.cartons import Carton
from edge.site.clients import Carrier, CutOff, Owner
from edge.site.codes import OwnCode
from edge.site.devices import Device
from edge.site.doors import Door
from edge.site.epcis import Epcis
from edge.site.faces import Face, PickLights
from edge.site.floor import Location, Station, Zone
from edge.site.forms import Id, Part, Text, wrong
from edge.site.gates import Dock, Gate
from edge.site.lifts import Lift
from edge.site.lights import worn
from edge.site.links import Broker, FleetManager, ForeignRobots, Wms
from edge.site.people import Shift, Worker
from edge.site.readpoints import ReadPoint
from edge.site.roadmap import Roads
from edge.site.robots import RobotType, RobotUnit
from edge.site.rules import Rules
from edge.site.walls import PutWall


class Head(Part):
    """Who this site is."""

    id: Id
    name: Text
    timezone: str = "Asia/Tokyo"

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise wrong(Fault.NO_TIME_ZONE, zone=value) from None
        return value


class Site(Part):
    """The whole site file."""

    site: Head
    wms: Wms
    broker: Broker = Broker()
    fms: FleetManager | None = None
    massrobotics: ForeignRobots | None = None
    epcis: Epcis | None = None
    owners: list[Owner] = Field(min_length=1)
    carriers: list[Carrier] = Field(min_length=1)
    cutoffs: list[CutOff] = Field(min_length=1)
    shifts: list[Shift] = Field(min_length=1)
    zones: list[Zone] = Field(min_length=1)
    locations: list[Location] = Field(min_length=1)
    roadmap: Roads
    robot_types: list[RobotType] = Field(default=[])
    robots: list[RobotUnit] = Field(default=[])
    stations: list[Station] = Field(min_length=1)
    put_walls: list[PutWall] = Field(default=[])
    pick_lights: list[PickLights] = Field(default=[])
    docks: list[Dock] = Field(min_length=1)
    gates: list[Gate] = Field(default=[])
    read_points: list[ReadPoint] = Field(default=[])
    doors: list[Door] = Field(default=[])
    lifts: list[Lift] = Field(default=[])
    codes: list[OwnCode] = Field(default=[])
    cartons: list[Carton] = Field(min_length=1)
    people: list[Worker] = Field(default=[])
    devices: list[Device] = Field(default=[])
    labels: str = ""
    """File of the site's own label templates, beside the site file; without it there is a built-in one."""
    rules: Rules = Rules()
    _labels: LabelFile | None = PrivateAttr(default=None)

    def with_labels(self, templates: LabelFile) -> "Site":
        """Return the site with label templates of its own."""
        site = self.model_copy()
        site._labels = templates  # noqa: SLF001  a copy of our own
        return site

    def label_of(self, carrier: str, owner: str) -> LabelTemplate:
        """Return the template for the label of a carrier's and owner's parcel."""
        own = self._labels.of(carrier, owner) if self._labels else None
        return own or built_in().labels[0]

    @property
    def templates(self) -> list[LabelTemplate]:
        """The label templates: the site's own, and the built-in one where parcels are left to it."""
        return [*(self._labels.labels if self._labels else []), *built_in().labels]

    def dpi_of(self, printer: str | None) -> int:
        """Return the dots per inch of a label printer; of an unknown one the usual."""
        found = self.device.get(printer or "")
        return found.dpi if found else 203

    @property
    def id(self) -> str:
        """The site's id."""
        return self.site.id

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.timezone)

    def local(self, at: datetime) -> datetime:
        """Return a time on the site's clock."""
        return at.astimezone(self.zone_info)

    def next_cutoff(self, carrier: str, after: datetime) -> datetime:
        """Return the next cut-off of a carrier as UTC; days are the site's days, not UTC's (H17)."""
        local = self.local(after)
        times = sorted(cutoff.at for cutoff in self.cutoffs if cutoff.carrier == carrier) or ["23:59"]
        for day in (0, 1):
            date = (local + timedelta(days=day)).date()
            for at in times:
                moment = datetime.combine(date, time.fromisoformat(at), self.zone_info).astimezone(UTC)
                if moment > after:  # compared in UTC: an hour that comes twice is not one hour
                    return moment.astimezone(after.tzinfo)
        raise AssertionError("a day later every time of day comes again")

    @cached_property
    def clearance(self) -> int:
        """How far apart two robots' middles must be, in mm, that both may turn; 0 where no type has a footprint."""
        return max((kind.footprint.across for kind in self.robot_types if kind.footprint), default=0)

    @cached_property
    def location(self) -> Mapping[str, Location]:
        """Locations by id."""
        return {location.id: location for location in self.locations}

    @cached_property
    def own_codes(self) -> tuple[OwnPattern, ...]:
        """The patterns of the site's own codes."""
        return tuple(own_pattern(code.id, code.pattern) for code in self.codes)

    @cached_property
    def station(self) -> Mapping[str, Station]:
        """Stations by id."""
        return {station.id: station for station in self.stations}

    @cached_property
    def wall(self) -> Mapping[str, PutWall]:
        """Put walls by id."""
        return {wall.id: wall for wall in self.put_walls}

    @cached_property
    def slot(self) -> Mapping[str, PutWall]:
        """The wall of each slot, by the slot's id."""
        return {slot.id: wall for wall in self.put_walls for slot in wall.slots}

    @cached_property
    def face(self) -> Mapping[str, Face]:
        """What hangs at each location that has lights, by the location's id."""
        return {face.location: face for lights in self.pick_lights for face in lights.faces}

    @cached_property
    def face_colours(self) -> Mapping[str, Sequence[str]]:
        """The colours that pickers may have, by the place of each zone with lights; none where only displays are."""
        found: dict[str, list[PickLights]] = {}
        for lights in self.pick_lights:
            for zone in dict.fromkeys(self.location[one].zone for one in lights.locations):
                found.setdefault(f"ZONE:{zone}", []).append(lights)
        return {place: worn(one.lights for one in lights) for place, lights in found.items()}

    @cached_property
    def dock(self) -> Mapping[str, Dock]:
        """Docks by id."""
        return {dock.id: dock for dock in self.docks}

    @cached_property
    def gate(self) -> Mapping[str, Gate]:
        """Gates by id."""
        return {gate.id: gate for gate in self.gates}

    @cached_property
    def door(self) -> Mapping[str, Door]:
        """Doors by id."""
        return {door.id: door for door in self.doors}

    @cached_property
    def lift(self) -> Mapping[str, Lift]:
        """Lifts by id."""
        return {lift.id: lift for lift in self.lifts}

    @cached_property
    def maps(self) -> Mapping[str, str]:
        """The map of each node."""
        return {node.id: node.map or self.roadmap.map for node in self.roadmap.nodes}

    @cached_property
    def zone_map(self) -> Mapping[str, str]:
        """The map of each zone: that of its locations; of one without any that of the roadmap."""
        known = {one.zone: self.maps[one.node] for one in self.locations if one.node in self.maps}
        return {zone.id: known.get(zone.id, self.roadmap.map) for zone in self.zones}

    def ways_through(self, door: Door) -> list[tuple[str, str]]:
        """Return the lanes on which a door stands as pairs of nodes, those the other way too."""
        found: dict[tuple[str, str], None] = {}
        for lane in door.lanes:
            start, _, end = lane.partition(">")
            found |= dict.fromkeys(way for way in ((start, end), (end, start)) if way in self.ways)
        return list(found)

    @cached_property
    def ways(self) -> Mapping[tuple[str, str], None]:
        """All drives from node to node."""
        lanes = self.roadmap.lanes
        there = {(lane.start, lane.end): None for lane in lanes}
        return there | {(lane.end, lane.start): None for lane in lanes if lane.both}

    @cached_property
    def owner(self) -> Mapping[str, Owner]:
        """Owners by id."""
        return {owner.id: owner for owner in self.owners}

    @cached_property
    def carrier(self) -> Mapping[str, Carrier]:
        """Carriers by id."""
        return {carrier.id: carrier for carrier in self.carriers}

    @cached_property
    def carton(self) -> Mapping[str, Carton]:
        """Carton types by id."""
        return {carton.id: carton for carton in self.cartons}

    @cached_property
    def robot_type(self) -> Mapping[str, RobotType]:
        """Robot types by id."""
        return {robot_type.id: robot_type for robot_type in self.robot_types}

    def units_of(self, driver: str) -> list[RobotUnit]:
        """Return the places of robots that a driver drives."""
        return [robot for robot in self.robots if self.robot_type[robot.type].driver == driver]

    @cached_property
    def part(self) -> Mapping[str, str]:
        """By node the part of the roadmap that lanes, either way, and lifts join it to; it has the name of one node."""
        joined = {node.id: node.id for node in self.roadmap.nodes}

        def root(node: str) -> str:
            while joined[node] != node:
                node = joined[node]
            return node

        ends = [(lane.start, lane.end) for lane in self.roadmap.lanes]
        for lift in self.lifts:
            ends += pairwise([floor.cabin for floor in lift.floors])
        for start, end in ends:
            if start in joined and end in joined:
                first, other = sorted((root(start), root(end)))
                joined[other] = first
        return {node: root(node) for node in joined}

    @cached_property
    def worked_parts(self) -> Sequence[str]:
        """The parts of the roadmap that have robots, in the order of the file."""
        homes = [self.station[robot.home].node for robot in self.robots]
        return list(dict.fromkeys(self.part[node] for node in homes))

    def stop_for(self, station: Station, part: str) -> str | None:
        """Return the node where robots of a part of the roadmap stop for a station, None where they cannot."""
        return next((node for node in (station.node, *station.also) if self.part[node] == part), None)

    @cached_property
    def managed(self) -> bool:
        """Whether the robots are driven by their maker's manager."""
        return any(self.robot_type[robot.type].driver == "fms" for robot in self.robots)

    @cached_property
    def zone(self) -> Mapping[str, Zone]:
        """Zones by id."""
        return {zone.id: zone for zone in self.zones}

    @cached_property
    def device(self) -> Mapping[str, Device]:
        """Devices by id."""
        return {device.id: device for device in self.devices}

    def stations_of(self, kind: str) -> list[Station]:
        """Return the stations of one kind, in the order of the file."""
        return [station for station in self.stations if station.kind == kind]

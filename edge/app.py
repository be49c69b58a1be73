"""The composition root: builds every part of the edge, starts and stops them together. Start is recovery (P56)."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import Any, TypeVar

from fastapi import FastAPI

from drivers.fms.client import HttpFleetManager
from drivers.modbus.unit import Change, Unit
from drivers.printer.link import Job, Printer
from drivers.printer.status import Status
from drivers.scale.link import Scale
from drivers.scale.unit import UnitScale
from drivers.scanner.link import Scan
from drivers.supervisor import Link
from edge.caretaker import Caretaker
from edge.clock import Source
from edge.devices.alarms import alarmer
from edge.devices.drivers import Drivers
from edge.devices.fms import FleetKeeper
from edge.devices.foreign import ForeignKeeper
from edge.devices.gates import GateKeeper
from edge.devices.inventory import InventoryPoint
from edge.devices.links import Links
from edge.devices.passages import Passages
from edge.devices.readers import Ways
from edge.devices.readpoints import ReadPointKeeper
from edge.devices.robots import RobotKeeper
from edge.devices.scales import Scales
from edge.devices.stations import Labels, scanned_at, unread_at
from edge.devices.usage import UsageMeter, length_on
from edge.devices.walls import WallKeeper
from edge.fleet.area import margin_of, speed_on
from edge.fleet.assign import Assigner, assign
from edge.fleet.roadmap import Lane, Node, Roadmap
from edge.host.wms import follow_wms
from edge.live import Live
from edge.outside import Outside
from edge.processes import screens
from edge.processes.people import sync_people
from edge.processes.stays import sync_robots
from edge.processes.totes import sync_totes
from edge.processes.usage import Length, catch_up
from edge.site import Device, Site
from edge.steward import Steward
from edge.store.queue import resume_leases
from edge.store.store import Store
from edge.store.tx import Tx
from edge.web.app import create_app
from edge.web.pins import Hasher
from edge.web.services import Services

T = TypeVar("T")

NO_WAY_MS = 10_000_000
"""Driving time where there is no way: such stops are visited last, and traffic says why."""


def roadmap_of(site: Site) -> Roadmap:
    """Return the roadmap of a site.

    A two-way lane is two lanes, none is faster than the zones it leads through, and a lift joins each of its floors to
    each other.
    """
    lanes = []
    nodes, margin = {node.id: node for node in site.roadmap.nodes}, margin_of(site)
    for lane in site.roadmap.lanes:
        zones = [zone for zone in site.zones if site.zone_map[zone.id] == site.maps[lane.start]]
        speed = speed_on(lane, nodes, zones, margin)
        lanes.append(Lane(lane.start, lane.end, speed, lane.length))
        if lane.both:
            lanes.append(Lane(lane.end, lane.start, speed, lane.length))
    cabins = [[floor.cabin for floor in lift.floors] for lift in site.lifts]
    for lift, cabin in zip(site.lifts, cabins, strict=True):
        lanes += [Lane(one, other, 1, ride=lift.moves_within * 1000) for one, other in permutations(cabin, 2)]
    landings = [floor.landing for lift in site.lifts for floor in lift.floors]
    placed = [Node(node.id, node.x, node.y, site.maps[node.id]) for node in site.roadmap.nodes]
    return Roadmap(placed, lanes, cabins, landings)


@dataclass(frozen=True, slots=True)
class FmsKeys:
    """Our token at the fleet manager, and the secret under which it signs callbacks; empty: it sends none."""

    token: str = ""
    callback: str = ""


NO_KEYS = FmsKeys()


class Edge:
    """The controller of one site, on an open store."""

    def __init__(
        self,
        site: Site,
        *,
        store: Store,
        outside: Outside,
        source: Source,
        hasher: Hasher,
        wms_token: str,
        fms_keys: FmsKeys = NO_KEYS,
        assigner: Assigner = assign,
    ) -> None:
        """`assigner` chooses which of our own robots takes which tour."""
        self.site = site
        self.store = store
        self.live = Live()
        self._source = source
        readers = Ways(outside.dial, lambda: outside.mqtt, outside.secret, outside.trust)
        self._drivers = Drivers(outside.dial, outside.modbus, readers, source)
        self._parts: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._links = Links(site, store, self.live, source)
        self._scales: dict[str, Scale | UnitScale] = {}
        self._printers: dict[str, Printer] = {}
        self._at_unit: dict[str, list[GateKeeper]] = {}
        """Gates by the I/O unit of their photo-eyes."""
        self._labels = Labels(site, store, self._printers)
        roadmap = roadmap_of(site)
        self._passages = Passages(site, roadmap, store=store, live=self.live)
        self.robots = self._robot_keeper(roadmap, outside, assigner)
        self.managed = self._fleet_keeper(roadmap, outside, fms_keys)
        self._length = length_on(roadmap)
        self._meter = UsageMeter(store, self.live, source, self._length)
        self._foreign = self._onlooker()
        self.follower = follow_wms(store, self.live, outside.http, wms_token)
        scales = Scales(site, self._scales, self._links)
        self.services = Services(
            store=store,
            site=site,
            source=source,
            live=self.live,
            weigh=scales.weigh,
            zero=scales.zero,
            hasher=hasher,
            screens=screens,
            called_back=self.managed.called_back if self.managed is not None else None,
            foreign=self._foreign,
            fleet=self.robots,
        )
        self.app: FastAPI = create_app(self.services)
        self._steward = Steward(store, lambda one, other: roadmap.travel_ms(one, other) or NO_WAY_MS)
        units = self._units()
        self._gates(units)
        self._walls(units)
        self._read_points(units)
        self._inventory_points()
        named = {station.scale for station in self.site.stations}
        for device in self._of_kind("modbus"):
            if device.id in named:
                self._scales[device.id] = UnitScale(device.id, units[device.id][0], tuple(device.points))
        self._stations()

    def _robot_keeper(self, roadmap: Roadmap, outside: Outside, assigner: Assigner) -> RobotKeeper | None:
        """Return who keeps the robots at work that we drive ourselves; None where a manager drives all."""
        if self.site.fms is not None and self.site.managed and not self.site.units_of("vda5050"):
            return None
        site, store, live, source = self.site, self.store, self.live, self._source
        return RobotKeeper(
            site,
            roadmap,
            store=store,
            live=live,
            source=source,
            connect=outside.mqtt,
            passages=self._passages,
            on_link=self._links.partner("mqtt-broker", "mqtt", site.broker.url),
            assigner=assigner,
        )

    def _fleet_keeper(self, roadmap: Roadmap, outside: Outside, keys: FmsKeys) -> FleetKeeper | None:
        """Return who has robots driven by their maker's manager, where there are such."""
        site, store, live, source = self.site, self.store, self.live, self._source
        if site.fms is None or not site.managed:
            return None
        manager = HttpFleetManager(outside.http, site.fms.url, keys.token)
        return FleetKeeper(
            site,
            roadmap,
            manager,
            store=store,
            live=live,
            source=source,
            callback_secret=keys.callback,
            on_link=self._links.partner("fleet-manager", "fms", site.fms.url),
        )

    def _onlooker(self) -> ForeignKeeper | None:
        """Return who watches the robots that others drive, if the site wants to see any."""
        if self.site.massrobotics is None:
            return None
        keeper = ForeignKeeper(self.site.massrobotics, store=self.store, live=self.live, source=self._source)
        self._parts.append(keeper.run)
        return keeper

    async def run(self) -> None:
        """Run every part until cancelled."""
        await self.store.run(_settle_in, self._length)
        async with asyncio.TaskGroup() as group:
            for keeper in (self.robots, self.managed):
                if keeper is not None:
                    group.create_task(keeper.run())
            for part in (self.follower.run, self._labels.run, self._steward.run, *self._parts):
                group.create_task(part())
            group.create_task(self._meter.run())
            group.create_task(Caretaker(self.store).run())

    def close(self) -> None:
        """Let go of the web's followers and the store."""
        self.services.close()
        self.store.close()

    def _of_kind(self, kind: str) -> list[Device]:
        return [device for device in self.site.devices if device.kind == kind]

    def _units(self) -> dict[str, tuple[Unit, dict[str, Callable[[Change], None]]]]:
        units: dict[str, tuple[Unit, dict[str, Callable[[Change], None]]]] = {}
        for device in self._of_kind("modbus"):
            takers: dict[str, Callable[[Change], None]] = {}
            unit = self._drivers.unit(
                device,
                on_link=self._unit_watcher(device.id),
                on_change=self._point_taker(device.id, takers),
                on_dropped=self._links.dropper(device.id),
            )
            units[device.id] = (unit, takers)
            self._passages.attach(device.id, unit)
            self._parts.append(unit.run)
        return units

    def _unit_watcher(self, device_id: str) -> Callable[[Link], None]:
        watch = self._links.watcher(device_id)

        def changed(link: Link) -> None:
            watch(link)
            self._passages.heard(device_id)
            for keeper in self._at_unit.get(device_id, ()):
                keeper.eyes(seen=link.up)

        return changed

    def _point_taker(self, device_id: str, takers: dict[str, Callable[[Change], None]]) -> Callable[[Change], None]:
        def changed(change: Change) -> None:
            self._links.said(device_id, f"{change.point} = {change.value}")
            if change.point in takers:
                takers[change.point](change)
            self._passages.heard(device_id)

        return changed

    def _gates(self, units: dict[str, tuple[Unit, dict[str, Callable[[Change], None]]]]) -> None:
        for gate in self.site.gates:
            unit, takers = units[gate.io]
            keeper = GateKeeper(
                gate,
                store=self.store,
                live=self.live,
                links=self._links,
                source=self._source,
                want=unit.want,
                antennas=self.site.device[gate.reader].antennas,
            )
            takers.update(dict.fromkeys(gate.eyes, keeper.beam))
            self._at_unit.setdefault(gate.io, []).append(keeper)
            reader = self.site.device[gate.reader]
            link = self._drivers.reader(
                reader,
                on_link=self._links.watcher(reader.id),
                on_reads=keeper.reads,
                on_alarm=alarmer(self.store, reader.id),
            )
            self._parts += [keeper.run, link.run]

    def _read_points(self, units: dict[str, tuple[Unit, dict[str, Callable[[Change], None]]]]) -> None:
        for point in self.site.read_points:
            keeper = ReadPointKeeper(point, store=self.store, live=self.live, links=self._links, source=self._source)
            self._parts.append(keeper.run)
            for name in point.readers:
                link = self._drivers.reader(
                    self.site.device[name],
                    on_link=both(self._links.watcher(name), keeper.link),
                    on_reads=partial(keeper.reads, name),
                    on_alarm=alarmer(self.store, name),
                )
                self._parts.append(link.run)
            for signal in [signal for signal in dict.fromkeys((point.start, point.stop)) if signal and point.io]:
                takers = units[point.io or ""][1]
                takers[signal] = both(takers[signal], keeper.signal) if signal in takers else keeper.signal

    def _inventory_points(self) -> None:
        """Connect the readers that neither a gate nor a read point names."""
        named = {gate.reader for gate in self.site.gates}
        named |= {reader for point in self.site.read_points for reader in point.readers}
        for device in self._of_kind("rfid"):
            if device.id not in named:
                point = InventoryPoint(device.id, live=self.live, links=self._links)
                link = self._drivers.reader(
                    device,
                    on_link=self._links.watcher(device.id),
                    on_reads=point.reads,
                    on_alarm=alarmer(self.store, device.id),
                )
                self._parts.append(link.run)

    def _walls(self, units: dict[str, tuple[Unit, dict[str, Callable[[Change], None]]]]) -> None:
        for wall in self.site.put_walls:
            near = {slot.io: units[slot.io][0] for slot in wall.slots if slot.io is not None}
            keeper = WallKeeper(wall, near, store=self.store, live=self.live)
            for (device, point), taker in keeper.takers().items():
                units[device][1][point] = taker
            self._parts.append(keeper.run)

    def _stations(self) -> None:
        for device in self._of_kind("zpl"):
            printer = self._drivers.printer(
                device,
                on_link=self._links.watcher(device.id),
                on_job=self._job_taker(device.id),
                on_status=self._status_taker(device.id),
            )
            self._printers[device.id] = printer
            self._parts.append(printer.run)
        for device in self._of_kind("scale"):
            scale = self._drivers.scale(device, on_link=self._links.watcher(device.id))
            self._scales[device.id] = scale
            self._parts.append(scale.run)
        for device in self._of_kind("scanner"):
            scanner = self._drivers.scanner(
                device,
                on_link=self._links.watcher(device.id),
                on_scan=self._scan_taker(device),
                on_no_read=self._no_read_taker(device),
            )
            self._parts.append(scanner.run)

    def _job_taker(self, printer_id: str) -> Callable[[Job], None]:
        def changed(job: Job) -> None:
            self._links.said(printer_id, f"{job.id} {job.state}")
            self._labels.job_changed(printer_id, job)
            printer = self._printers[printer_id]
            self._links.printing(printer_id, len(printer.queued), printer.status.trouble)

        return changed

    def _status_taker(self, printer_id: str) -> Callable[[Status], None]:
        def changed(status: Status) -> None:
            self._links.printing(printer_id, len(self._printers[printer_id].queued), status.trouble)

        return changed

    def _scan_taker(self, device: Device) -> Callable[[Scan], None]:
        def scanned(scan: Scan) -> None:
            self._links.said(device.id, " ".join(scan.codes))
            if device.station is not None:
                scanned_at(self.store, device.station, scan)

        return scanned

    def _no_read_taker(self, device: Device) -> Callable[[], None]:
        def unread() -> None:
            self._links.said(device.id, "NOREAD")
            if device.station is not None:
                unread_at(self.store, device.station, device.id)

        return unread


def both(one: Callable[[T], None], other: Callable[[T], None]) -> Callable[[T], None]:
    """Return what tells both: a device may serve two, as the photo-eye of a gate that begins a cycle too."""

    def told(news: T) -> None:
        one(news)
        other(news)

    return told


def _settle_in(tx: Tx, length: Length) -> None:
    """Bring the tables of people, robots and totes in step with the site file, and leases over the restart.

    What robots did before is counted first: a robot of the site file may now be another machine.
    """
    catch_up(tx, length)
    resume_leases(tx)
    sync_people(tx)
    sync_robots(tx, length)
    sync_totes(tx)

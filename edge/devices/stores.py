"""What robots should have stored, by the site file: maps, and zones for those that know them (R34, R40-R45)."""

from collections.abc import Container, Sequence
from itertools import pairwise

from drivers.vda5050 import zones
from drivers.vda5050.events import Hitch, NotStored
from drivers.vda5050.messages import Grant, Zone
from drivers.vda5050.storage import MapFile
from drivers.vda5050.zones import ZonePlan
from edge.devices.orders import Way
from edge.fleet.area import margin_of, reaches
from edge.fleet.roadmap import Roadmap
from edge.processes.trouble import ZONE_TROUBLES
from edge.site import RobotType, Site

TROUBLES = {
    Hitch.CANNOT: "exception.robot_map_by_hand",
    Hitch.FAILED: "exception.robot_map_failed",
    Hitch.SILENT: "exception.robot_map_silent",
    Hitch.NOT_LISTED: "exception.robot_map_silent",
}


def maps_of(kind: RobotType) -> list[MapFile]:
    """Return the maps that robots of a type should have."""
    return [MapFile(one.id, one.version, one.link, one.hash) for one in kind.maps]


def trouble_of(event: NotStored) -> tuple[str, dict[str, str]]:
    """Return the code and the details of what people are told."""
    if event.kind == "zones":
        return ZONE_TROUBLES[0], {"error": event.text or event.hitch.value}
    details = {"map": event.name, "version": event.version}
    return TROUBLES[event.hitch], details | ({"error": event.text or "-"} if event.hitch is Hitch.FAILED else {})


class Areas:
    """The site's zones as robots know them, and who may enter one."""

    def __init__(self, site: Site, roadmap: Roadmap) -> None:
        self.plans = _plans(site)
        """One for each map that has zones with a rule for robots."""
        self._margin = margin_of(site)
        self._nodes = {node.id: (node.x, node.y) for node in roadmap.nodes}
        self._maps, self._zone_map = site.maps, site.zone_map
        self._area = {zone.id: zone.area for zone in site.zones if zone.ask_leave}

    def may_enter(self, zone_id: str, way: Way | None, node: str, closed: Container[tuple[str, str]]) -> Grant:
        """Say whether a robot may enter a zone: while people have it open, and where its released way leads into it.

        Released way alone is proved safe (R43), so leave adds nothing to it; what it does is to keep robots out that
        have way into a zone which was closed meanwhile. Whoever stands in it keeps it until he leaves.
        """
        if zone_id not in self._area:
            return Grant.REJECTED
        if ("zone", zone_id) in closed:
            return Grant.QUEUED
        stretch = [node] if way is None else way.route[max(way.passed, 0) : way.released + 1]
        return Grant.GRANTED if self._touched(stretch or [node], zone_id) else Grant.QUEUED

    def _touched(self, nodes: Sequence[str], zone_id: str) -> bool:
        here = [node for node in nodes if self._maps.get(node) == self._zone_map[zone_id]]
        spots = [self._nodes[node] for node in here]
        area = self._area[zone_id]
        return any(reaches(start, end, area, self._margin) for start, end in pairwise([*spots, *spots[-1:]]))


def _plans(site: Site) -> list[ZonePlan]:
    found: dict[str, list[Zone]] = {}
    for zone in site.zones:
        drawn = found.setdefault(site.zone_map[zone.id], [])
        if zone.speed is not None:
            drawn.append(zones.zone(f"{zone.id}:speed", zones.SPEED_LIMIT, zone.area, zone.speed))
        if zone.ask_leave:
            drawn.append(zones.zone(zone.id, zones.RELEASE, zone.area))
    return [ZonePlan(site.id, map_id, tuple(drawn)) for map_id, drawn in found.items() if drawn]

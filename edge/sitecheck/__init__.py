"""What the shape of a site file cannot tell: names that point nowhere, doubles, parts that are missing."""

from edge.model.faults import Finding
from edge.site import Site
from edge.sitecheck.check import Check
from edge.sitecheck.devices import check_devices, check_points, check_serial_lines
from edge.sitecheck.doors import check_doors
from edge.sitecheck.epcis import check_epcis
from edge.sitecheck.faces import check_pick_lights, check_put_walls
from edge.sitecheck.gates import check_docks_and_gates
from edge.sitecheck.lifts import check_lifts
from edge.sitecheck.readpoints import check_read_points
from edge.sitecheck.roadmap import check_lanes, check_map_names
from edge.sitecheck.robots import check_parts, check_robots
from edge.sitecheck.stations import check_stations
from edge.sitecheck.whole import LISTS, check_doubles, check_places, check_whole

__all__ = ["LISTS", "cross_check"]

CHECKS = (
    check_doubles,
    check_places,
    check_lanes,
    check_map_names,
    check_robots,
    check_stations,
    check_put_walls,
    check_pick_lights,
    check_parts,
    check_docks_and_gates,
    check_read_points,
    check_doors,
    check_lifts,
    check_devices,
    check_serial_lines,
    check_points,
    check_epcis,
    check_whole,
)
"""In the order in which a person is told."""


def cross_check(site: Site) -> list[Finding]:
    """Return everything that does not fit together."""
    check = Check(site)
    for look in CHECKS:
        look(check)
    return check.found

"""Robots have a home, a type and one driver to a part of the floor."""

from collections.abc import Sequence

from edge.model.faults import Fault, Path
from edge.site import RobotType, RobotUnit, Station
from edge.sitecheck.check import Check


def check_robots(check: Check) -> None:
    """Robots have a type and a home; in one part of the roadmap one driver drives them."""
    for i, kind in enumerate(check.site.robot_types):
        if kind.charge_below >= kind.charge_to:
            limits = {"below": kind.charge_below, "to": kind.charge_to}
            check.add(("robot_types", i, "charge_to"), Fault.CHARGE_LIMITS, **limits)
        _maps(check, ("robot_types", i), kind)
        if kind.driver == "fms" and check.site.fms is None:
            check.add(("robot_types", i, "driver"), Fault.NO_FMS)
    drivers = {kind.id: kind.driver for kind in check.site.robot_types}
    first: dict[str, RobotUnit] = {}
    for i, robot in enumerate(check.site.robots):
        part = part_of(check, robot)
        one = first.setdefault(part, robot) if part is not None else robot
        if drivers.get(robot.type) not in (None, drivers.get(one.type)):
            check.add(("robots", i, "type"), Fault.TWO_DRIVERS, robot=robot.id, first=one.id)
    homes = [station.id for station in check.site.stations if station.kind in ("park", "charge")]
    for i, robot in enumerate(check.site.robots):
        _named(check, ("robots", i), robot, drivers.get(robot.type))
        check.refer(("robots", i, "type"), robot.type, check.site.robot_type, Fault.NO_ROBOT_TYPE)
        check.refer(("robots", i, "home"), robot.home, homes, Fault.NO_HOME)


def part_of(check: Check, robot: RobotUnit) -> str | None:
    """Return the part of the roadmap where a robot is at home, None when its home is nowhere."""
    home = check.site.station.get(robot.home)
    return check.site.part.get(home.node) if home is not None else None


def managed(check: Check, nodes: Sequence[str]) -> bool:
    """Say whether robots that a maker's manager drives may come to one of these nodes."""
    parts = [
        part_of(check, robot)
        for robot in check.site.robots
        if robot.type in check.site.robot_type and check.site.robot_type[robot.type].driver == "fms"
    ]
    return any(check.site.part.get(node, "") in parts for node in nodes)


def check_parts(check: Check) -> None:
    """Where robots of two drivers work, each in its part, each part has what a tour needs."""
    first = {part: robot for robot in reversed(check.site.robots) if (part := part_of(check, robot)) is not None}
    kinds = {
        check.site.robot_type[robot.type].driver for robot in check.site.robots if robot.type in check.site.robot_type
    }
    for part, robot in sorted(first.items()) if len(kinds) > 1 and len(first) > 1 else ():
        for kind in ("tote", "charge"):
            if not any(_stops_at(check, station, part) for station in check.site.stations_of(kind)):
                check.add(("stations",), Fault.PART_LACKS, robot=robot.id, kind=kind)
        for i, station in enumerate(check.site.stations):
            if station.kind == "pack" and not _stops_at(check, station, part):
                check.add(("stations", i), Fault.PART_NO_STOP, robot=robot.id)


def _stops_at(check: Check, station: Station, part: str) -> bool:
    return any(check.site.part.get(node) == part for node in (station.node, *station.also))


def _maps(check: Check, where: Path, kind: RobotType) -> None:
    check.unique((*where, "maps"), [one.id for one in kind.maps])
    for j, one in enumerate(kind.maps):
        if one.id not in (check.site.roadmap.map, *check.site.maps.values()):
            check.add((*where, "maps", j, "id"), Fault.NO_MAP, id=one.id, map=check.site.roadmap.map)
    if kind.maps and (kind.driver == "fms" or kind.vda5050 == "2.0"):
        why = "driver: fms" if kind.driver == "fms" else "VDA 5050 2.0"
        check.add((*where, "maps"), Fault.MAPS_UNKNOWN, why=why)


def _named(check: Check, where: Path, robot: RobotUnit, driver: str | None) -> None:
    """A machine is named whole or not at all; one that a manager drives cannot announce itself to us."""
    if (robot.manufacturer is None) != (robot.serial is None):
        check.add((*where, "serial" if robot.manufacturer is None else "manufacturer"), Fault.HALF_NAMED)
    elif robot.machine is None and driver == "fms":
        check.add(where, Fault.NOT_NAMED, robot=robot.id)

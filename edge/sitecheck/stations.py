"""Stations stand at nodes and have the devices they work with."""

from contextlib import suppress

from drivers.modbus.points import BadPoint, Kind, read_point
from edge.model.faults import Fault, Path
from edge.site import Device, Station
from edge.sitecheck.check import Check


def check_stations(check: Check) -> None:
    """Stations stand at nodes and have the devices they work with."""
    for i, station in enumerate(check.site.stations):
        check.refer(("stations", i, "node"), station.node, check.nodes, Fault.NO_NODE)
        _also(check, ("stations", i, "also"), station)
        check.refer(("stations", i, "zone"), station.zone, check.site.zone, Fault.NO_ZONE)
        scales = [*check.devices("scale"), *check.devices("modbus")]
        check.refer(("stations", i, "scale"), station.scale, scales, Fault.NO_SCALE)
        if station.scale in check.devices("modbus"):
            _unit_scale(check, ("stations", i, "scale"), check.site.device[station.scale])
        check.refer(("stations", i, "printer"), station.printer, check.devices("zpl"), Fault.NO_PRINTER)


def _also(check: Check, where: Path, station: Station) -> None:
    if station.also and station.kind not in ("pack", "tote", "wall"):
        check.add(where, Fault.ALSO_NOT_HERE)
        return
    seen = [check.site.part.get(station.node)]
    for j, node in enumerate(station.also):
        check.refer((*where, j), node, check.nodes, Fault.NO_NODE)
        if node in check.nodes and check.site.part[node] in seen:
            check.add((*where, j), Fault.ALSO_JOINED, node=node)
        seen.append(check.site.part.get(node))


def _unit_scale(check: Check, where: Path, device: Device) -> None:
    """A Modbus unit is a scale by its point `weight`, a number of grams."""
    check.refer(where, "weight", device.points, Fault.NO_POINT, device=device.id)
    with suppress(BadPoint, KeyError):
        if read_point("weight", device.points["weight"].model_dump(exclude_unset=True)).kind is Kind.BOOL:
            check.add(where, Fault.NO_WEIGHT, id="weight", device=device.id)

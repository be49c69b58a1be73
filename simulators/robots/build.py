"""Robots from a site file or a generated line of nodes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulators.robots.config import RobotConfig

SPACING = 2000
"""Millimetres between generated nodes."""


def in_a_line(count: int, template: RobotConfig) -> list[RobotConfig]:
    """Return robots R1..Rn on nodes N1..Nn along the x axis."""
    return [
        replace(template, serial=f"R{number}", node=f"N{number}", x=number * SPACING, y=0)
        for number in range(1, count + 1)
    ]


def from_site(
    site: dict[str, Any], template: RobotConfig, units: Mapping[str, tuple[str, str]] | None = None
) -> list[RobotConfig]:
    """Return the robots of a site file that no manager drives, at their homes; raises ValueError for what is missing.

    With `units` only these: machines (manufacturer, serial) that stand at the homes of the places they are given by.
    """
    try:
        there = {one["id"]: (one["manufacturer"], one["serial"]) for one in site["robots"] if "serial" in one}
        units = there if units is None else units
        unknown = [place for place in units if place not in [one["id"] for one in site["robots"]]]
        if unknown:
            raise ValueError(f"the site file has no robot {unknown[0]}")
        nodes = {node["id"]: node for node in site["roadmap"]["nodes"]}
        stations = {station["id"]: station for station in site.get("stations", [])}
        types = {kind["id"]: kind for kind in site.get("robot_types", [])}
        chargers = frozenset(one["node"] for one in stations.values() if one["kind"] in {"charge", "park"})
        main = site["roadmap"]["map"]
        maps = tuple(dict.fromkeys([main, *(node.get("map") or main for node in nodes.values())]))
        interface = site.get("broker", {}).get("interface", template.interface)
        robots = []
        for one in site["robots"]:
            if one["id"] not in units or types[one["type"]].get("driver") == "fms":
                continue
            manufacturer, serial = units[one["id"]]
            kind = types[one["type"]]
            home = stations[one["home"]]["node"] if one["home"] in stations else one["home"]
            robots.append(
                replace(
                    template,
                    manufacturer=manufacturer,
                    serial=serial,
                    node=home,
                    x=nodes[home]["x"],
                    y=nodes[home]["y"],
                    map=nodes[home].get("map") or main,
                    maps=maps,
                    interface=interface,
                    vda5050=str(kind.get("vda5050") or template.vda5050),
                    speed=kind.get("speed", template.speed),
                    length=kind.get("footprint", {}).get("length", template.length),
                    width=kind.get("footprint", {}).get("width", template.width),
                    slots=tuple(str(number) for number in range(1, kind.get("totes", len(template.slots)) + 1)),
                    driving_hours=kind.get("battery_hours", template.driving_hours),
                    chargers=chargers,
                )
            )
    except KeyError as exc:
        raise ValueError(f"the site file has no {exc.args[0]!r} where the robots need it") from exc
    return robots

"""A small site with a put wall, for tests of decisions."""

from typing import Any

from edge.site import Device, PutWall, Site, Station
from tests.support.store import small_site

SLOTS = tuple(f"W1-{number:02d}" for number in range(1, 5))


def wall_site(*colours: str, **more: Any) -> Site:
    """Return the small site with a wall of four slots; without colours it has neither lights nor buttons."""
    site = small_site()
    slots = [{"id": slot} | (_points(slot, colours) if colours else {}) for slot in SLOTS]
    wall = PutWall.model_validate({"id": "WALL-1", "packs": ["PACK-1"], "slots": slots} | more)
    station = Station(id="WALL-1", kind="wall", node="N5", x=10000, y=1000)
    devices = [wall_unit(colours)] if colours else []
    return site.model_copy(
        update={"put_walls": [wall], "stations": [*site.stations, station], "devices": [*site.devices, *devices]}
    )


def wall_unit(colours: tuple[str, ...], address: str = "tcp://127.0.0.1:1") -> Device:
    """Return the I/O unit of the wall: for each slot its lights, a display and a button."""
    points: dict[str, Any] = {}
    for at, slot in enumerate(SLOTS):
        for light, colour in enumerate((*colours, "done")):
            points[f"{slot}_{colour}"] = {"table": "coil", "address": at * 8 + light, "safe": False}
        points[f"{slot}_count"] = {"table": "holding", "address": at, "type": "uint16", "safe": 0}
        points[f"{slot}_button"] = {"table": "discrete", "address": at}
    return Device.model_validate({"id": "wall-io", "kind": "modbus", "address": address, "points": points})


def _points(slot: str, colours: tuple[str, ...]) -> dict[str, Any]:
    lights = {colour: f"{slot}_{colour}" for colour in (*colours, "done")}
    return {"io": "wall-io", "lights": lights, "display": f"{slot}_count", "button": f"{slot}_button"}

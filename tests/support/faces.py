"""A small site whose locations have lights, for tests of decisions and of what drives them."""

from typing import Any

from edge.site import Device, PickLights, Site
from tests.support.store import small_site

LOCATIONS = tuple(f"A-0{number}-1" for number in range(1, 5))


def face_site(
    *colours: str, address: str = "tcp://127.0.0.1:1", points: dict[str, Any] | None = None, **more: Any
) -> Site:
    """Return the small site with lights at its four locations, numbered from 1; `points` are more of their unit."""
    entry = {
        "locations": list(LOCATIONS),
        "io": "rack-io",
        "lights": {colour: f"{colour}_{{n}}" for colour in colours},
        "display": "units_{n}",
        "button": "button_{n}",
        "short": "short_{n}",
    }
    site = small_site()
    lights = PickLights.model_validate(entry | more)
    return site.model_copy(
        update={"pick_lights": [lights], "devices": [*site.devices, rack_unit(colours, address, points or {})]}
    )


def rack_unit(colours: tuple[str, ...], address: str, more: dict[str, Any]) -> Device:
    """Return the I/O unit of the lights, with more points."""
    points: dict[str, Any] = {
        f"{colour}_{{n}}": {"table": "coil", "address": 4 * at, "count": 4, "safe": False}
        for at, colour in enumerate(colours)
    }
    points["units_{n}"] = {"table": "holding", "address": 0, "type": "uint16", "count": 4, "safe": 0}
    points["button_{n}"] = {"table": "discrete", "address": 0, "count": 4}
    points["short_{n}"] = {"table": "discrete", "address": 4, "count": 4}
    return Device.model_validate({"id": "rack-io", "kind": "modbus", "address": address, "points": points | more})

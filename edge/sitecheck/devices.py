"""Devices are reached each in a way of its own, and their points are whole."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from drivers.modbus.points import BadPoint, read_point
from edge.model.faults import Fault
from edge.site import Device
from edge.sitecheck.check import Check
from edge.sitecheck.outputs import check_output

LINES = ("tcp:", "serial:")
WAYS: Mapping[str, tuple[str, ...]] = {
    "llrp": ("tcp:",),
    "impinj": ("https:", "http:"),
    "zebra": ("mqtt:",),
    "chafon": ("serial:", "tcp:"),
    "modbus": LINES,
    "zpl": LINES,
    "scale": LINES,
    "scanner": LINES,
}
"""How the address of a device begins, by its kind, and for readers by their protocol."""
FORMS: Mapping[str, str] = {
    "tcp:": "tcp://10.0.30.11:5084",
    "serial:": "serial:/dev/ttyUSB0",
    "https:": "https://10.0.30.11",
    "http:": "http://10.0.30.11",
    "mqtt:": "mqtt:readers/reader-1",
}
MOST_UNITS = 247
"""The highest unit number of a serial line."""


def check_devices(check: Check) -> None:
    """Devices stand somewhere and are reached in a way of their kind, no two in one way."""
    seen: dict[tuple[str, int | None], Device] = {}
    for i, device in enumerate(check.site.devices):
        check.refer(
            ("devices", i, "station"), device.station, {*check.site.station, *check.site.dock}, Fault.NO_STATION
        )
        check.refer(("devices", i, "watchdog"), device.watchdog, device.points, Fault.NO_POINT, device=device.id)
        check_output(check, ("devices", i, "watchdog"), device, device.watchdog)
        way = WAYS[device.speaks if device.kind == "rfid" else device.kind]
        if not device.address.startswith(way):
            check.add(("devices", i, "address"), Fault.WRONG_WAY, forms=_forms(way))
        unit = device.unit if device.kind == "modbus" else None
        line = _line_of(device.address)
        other = next((one for (at, of), one in seen.items() if at == line and (of == unit or None in (of, unit))), None)
        if other is not None:
            check.add(("devices", i, "address"), Fault.SAME_ADDRESS, device=other.id)
        seen.setdefault((line, unit), device)


def check_serial_lines(check: Check) -> None:
    """Units of one line are spoken to in one way; on a serial one from 1 to 247 (Modbus over Serial Line §2.2)."""
    first: dict[str, Device] = {}
    for i, device in enumerate(check.site.devices):
        if device.kind != "modbus":
            continue
        other = first.setdefault(_line_of(device.address), device)
        if other.address != device.address:
            check.add(("devices", i, "address"), Fault.LINE_DIFFERS, device=other.id)
        serial = device.address.startswith("serial:") or "?" in device.address
        if serial and not device.unit:
            check.add(("devices", i, "unit"), Fault.TOO_SMALL, limit=1)
        if serial and device.unit > MOST_UNITS:
            check.add(("devices", i, "unit"), Fault.TOO_LARGE, limit=MOST_UNITS)


def check_points(check: Check) -> None:
    """Points of Modbus units are whole."""
    for i, device in enumerate(check.site.devices):
        for name, point in device.points.items():
            if "{n}" in name or point.count is not None or point.step is not None:  # else in_series made points of it
                check.add(("devices", i, "points", name), Fault.POINT_SERIES, id=name)
                continue
            try:
                read_point(name, point.model_dump(exclude_unset=True))
            except BadPoint as bad:
                check.add(("devices", i, "points", name), Fault(f"point.{bad.wrong}"), **bad.details)


def _forms(way: Sequence[str]) -> str:
    return ", ".join(FORMS[scheme] for scheme in way)


def _line_of(address: str) -> str:
    """Return what two devices cannot share: host and port, a topic, or the serial port whatever its settings."""
    if address.startswith(("serial:", "mqtt:")):
        return address.partition("?")[0]
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}"

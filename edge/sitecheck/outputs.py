"""Points of Modbus units that other parts of the site read and write."""

from collections.abc import Mapping
from contextlib import suppress

from drivers.modbus.points import BadPoint, Kind, Point, read_point
from edge.model.faults import Fault, Path
from edge.site import Device
from edge.sitecheck.check import Check


def check_output(check: Check, where: Path, device: Device, name: str | None) -> None:
    """Tell a point that shall be written and cannot, or one of two that fight for the same place.

    What is wrong with the point itself is told elsewhere.
    """
    if name not in device.points:
        return
    with suppress(BadPoint):
        point = read_point(name, device.points[name].model_dump(exclude_unset=True))
        if not point.writable:
            check.add(where, Fault.NOT_OUTPUT, id=name, device=device.id)
            return
        for address in range(point.address, point.address + point.span):
            other = check.written.setdefault((device.id, point.table, address), name)
            if other != name:
                check.add(where, Fault.OUTPUTS_OVERLAP, id=name, device=device.id, other=other)
                return


def check_bits(check: Check, device: Device, names: Mapping[Path, str]) -> None:
    """What a door or a lift reads and writes are on-off signals of its unit, each another one."""
    first: dict[str, Path] = {}
    for where, name in names.items():
        check.refer(where, name, device.points, Fault.NO_POINT, device=device.id)
        if name in first:
            check.add(where, Fault.DOOR_ONE_SIGNAL, point=name, first=_inner(where, first[name]))
        first.setdefault(name, where)
        with suppress(BadPoint, KeyError):
            if read_point(name, device.points[name].model_dump(exclude_unset=True)).kind is not Kind.BOOL:
                check.add(where, Fault.DOOR_NO_BIT, id=name, device=device.id)


def check_kept(check: Check, where: Path, device: Device, name: str, fault: Fault) -> None:
    """What keeps a door open is an output that stays as it is when Genba stops."""
    check_output(check, where, device, name)
    with suppress(BadPoint, KeyError):
        point = read_point(name, device.points[name].model_dump(exclude_unset=True))
        if point.writable and (point.safe is not None or point.valid is not None):
            check.add(where, fault, id=name, device=device.id)


def check_pulse(check: Check, where: Path, device: Device, name: str) -> None:
    """Tell a button that is neither a bit nor a counter of presses."""
    with suppress(BadPoint, KeyError):
        point = read_point(name, device.points[name].model_dump(exclude_unset=True))
        if point.kind is not Kind.BOOL and not point.counter:
            check.add(where, Fault.SLOT_NO_PULSE, id=name, device=device.id)


def check_shows(check: Check, where: Path, device: Device, name: str, value: int) -> None:
    """Tell an output that cannot take a value; a light that is one bit is just on."""
    with suppress(BadPoint, KeyError):
        point = read_point(name, device.points[name].model_dump(exclude_unset=True))
        fits = value == 1 or value == _read_back(point, value)
        if not fits and point.writable:
            check.add(where, Fault.SLOT_VALUE, id=name, device=device.id, value=value)


def _read_back(point: Point, value: int) -> float | None:
    """Return what a point shows after a value was written to it, None when it takes no such value."""
    try:
        return point.settled(value)
    except BadPoint:
        return None


def _inner(where: Path, other: Path) -> str:
    """Return where the other place is, from the place of this one on."""
    shared = next((at for at, pair in enumerate(zip(where, other, strict=False)) if pair[0] != pair[1]), 0)
    return " ".join(f"#{part + 1}" if isinstance(part, int) else part for part in other[shared:])

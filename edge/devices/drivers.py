"""Builds the driver of a device as the site file describes it, for the edge and for whoever watches one device."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from drivers.modbus.points import Point, Value, read_points
from drivers.modbus.port import Connect
from drivers.modbus.unit import Change, Unit
from drivers.ports import Dial
from drivers.printer.link import Job, Printer
from drivers.printer.status import Status
from drivers.rfid.port import Alarm, OnReads
from drivers.rfid.reader import ReaderLink, Surroundings
from drivers.scale.link import Scale
from drivers.scale.protocol import COMMANDS
from drivers.scanner.framing import NO_READ, Framing
from drivers.scanner.link import Scan, Scanner
from drivers.supervisor import Link
from edge.clock import Source
from edge.devices.readers import Ways
from edge.site import Device

OnLink = Callable[[Link], None]


@dataclass(frozen=True, slots=True)
class Drivers:
    """Builds drivers that reach their devices by `dial`, `modbus` and `readers`, with the time and dice of `source`."""

    dial: Dial
    modbus: Connect
    readers: Ways
    source: Source

    def reader(
        self, device: Device, *, on_link: OnLink, on_reads: OnReads, on_alarm: Callable[[Alarm], None] = lambda _: None
    ) -> ReaderLink:
        """Return the driver of an RFID reader."""
        around = Surroundings(
            now=self.source.now, dice=self.source.dice, on_reads=on_reads, on_alarm=on_alarm, on_link=on_link
        )
        return self.readers.link(device, around)

    def unit(
        self,
        device: Device,
        *,
        on_link: OnLink,
        on_change: Callable[[Change], None],
        on_refused: Callable[[str, str], None] = lambda _point, _why: None,
        on_dropped: Callable[[str, Value], None] = lambda _point, _value: None,
        only: Collection[str] | None = None,
    ) -> Unit:
        """Return the driver of a Modbus unit; with `only`, no other output is written; if none, no watchdog either."""
        points = points_of(device)
        if only is not None:
            points = {name: point if name in only else replace(point, safe=None) for name, point in points.items()}
        return Unit(
            device.id,
            device.address,
            device.unit,
            points,
            self.modbus,
            on_change=on_change,
            on_refused=on_refused,
            on_dropped=on_dropped,
            poll=device.poll / 1000,
            watchdog=device.watchdog if only is None or only else None,
            **self._common(on_link),
        )

    def printer(
        self,
        device: Device,
        *,
        on_link: OnLink,
        on_job: Callable[[Job], None] = lambda _: None,
        on_status: Callable[[Status], None] = lambda _: None,
    ) -> Printer:
        """Return the driver of a label printer."""
        return Printer(
            device.id, device.address, self.dial, on_job=on_job, on_status=on_status, **self._common(on_link)
        )

    def scale(self, device: Device, *, on_link: OnLink) -> Scale:
        """Return the driver of a scale."""
        commands = COMMANDS[device.speaks]
        return Scale(device.id, device.address, self.dial, commands=commands, **self._common(on_link))

    def scanner(
        self,
        device: Device,
        *,
        on_link: OnLink,
        on_scan: Callable[[Scan], None],
        on_no_read: Callable[[], None] = lambda: None,
    ) -> Scanner:
        """Return the driver of a fixed scanner."""
        return Scanner(
            device.id,
            device.address,
            self.dial,
            on_scan=on_scan,
            on_no_read=on_no_read,
            framing=Framing(
                terminated=device.terminated,
                gap=None if device.gap is None else device.gap / 1000,
                prefix=device.prefix,
                suffix=device.suffix,
                no_read=(*NO_READ, *device.no_read),
                separator=device.separator,
            ),
            bounce=device.bounce / 1000,
            **self._common(on_link),
        )

    def _common(self, on_link: OnLink) -> dict[str, Any]:
        return {"now": self.source.now, "dice": self.source.dice, "on_link": on_link}


def points_of(device: Device) -> dict[str, Point]:
    """Return the points of a Modbus unit by name."""
    return read_points({name: point.model_dump(exclude_unset=True) for name, point in device.points.items()})

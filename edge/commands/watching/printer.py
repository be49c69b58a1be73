"""A label printer, asked for its status every second: ready, or what is in its way."""

import asyncio

from drivers.printer.status import Status
from drivers.supervisor import Link
from edge.commands.watching.teller import Teller
from edge.devices.drivers import Drivers
from edge.site import Device

LOOK = 1.0
"""Seconds between looks at the printer."""


class PrinterWatch:
    """Watches one printer; nothing is printed."""

    def __init__(self, device: Device, drivers: Drivers, teller: Teller) -> None:
        self._teller = teller
        self._driver = drivers.printer(device, on_link=self._linked, on_status=self._changed)
        self._changes = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._driver.run())
            tasks.create_task(self._look())

    def end(self) -> None:
        """Say the totals."""
        self._teller.say("watch.total_zpl", {"changes": self._changes, "losses": self._driver.link.losses})

    def _linked(self, link: Link) -> None:
        self._teller.link(link)
        if link.up and self._driver.speaks:
            self._say(self._driver.status)
        elif link.up:
            self._teller.say("watch.no_status")

    def _changed(self, status: Status) -> None:
        if self._driver.link.up:  # the first status of a connection is said with its link
            self._changes += 1
            self._say(status)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self._driver.look()

    def _say(self, status: Status) -> None:
        if status.trouble is None:
            self._teller.say("watch.ready", {"waiting": status.waiting})
        else:
            self._teller.say(f"watch.{status.trouble}")

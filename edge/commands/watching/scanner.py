"""A fixed scanner: each code with what it means, as `genba decode` says it, and what is no code."""

import asyncio

from drivers.scanner.link import Scan
from edge.commands.code_words import told
from edge.commands.watching.teller import Teller, visible
from edge.devices.drivers import Drivers
from edge.processes.codes import read
from edge.site import Device

LOOK = 0.5
"""Seconds between looks at what the driver set aside."""


class ScannerWatch:
    """Watches one scanner."""

    def __init__(self, device: Device, drivers: Drivers, teller: Teller) -> None:
        self._teller = teller
        self._driver = drivers.scanner(
            device, on_link=teller.link, on_scan=self._scanned, on_no_read=lambda: teller.say("watch.no_read")
        )
        self._garbage = self._repeats = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._driver.run())
            tasks.create_task(self._look())

    def end(self) -> None:
        """Say what is left to say, and the totals."""
        self._tell()
        counts = self._driver.counts
        details = {
            "scans": counts.scans,
            "no_reads": counts.no_reads,
            "garbage": counts.garbage,
            "losses": self._driver.link.losses,
        }
        self._teller.say("watch.total_scanner", details)

    def _scanned(self, scan: Scan) -> None:
        for text in scan.codes:
            meaning = "; ".join(
                line.strip() for line in told(read(self._teller.site, text), scan.at.date(), self._teller.speak)
            )
            self._teller.say("watch.scanned", {"text": visible(text), "meaning": visible(meaning)}, scan.at)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self._tell()

    def _tell(self) -> None:
        counts = self._driver.counts
        for raw in list(counts.last_garbage)[max(0, len(counts.last_garbage) - counts.garbage + self._garbage) :]:
            self._teller.say("watch.garbage", {"raw": repr(raw[:64])})
        if counts.repeats > self._repeats:
            self._teller.say("watch.repeated", {"count": counts.repeats - self._repeats})
        self._garbage, self._repeats = counts.garbage, counts.repeats

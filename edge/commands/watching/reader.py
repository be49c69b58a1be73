"""An RFID reader: its tags, each once a second with what its antennas saw, and what is wrong with it."""

import asyncio
from collections.abc import Sequence

from drivers.codes import Kind, epc
from drivers.rfid.port import Alarm, Read, Trouble
from drivers.supervisor import Link
from edge.commands.code_words import KINDS
from edge.commands.tags import flaw_words
from edge.commands.watching.teller import Teller
from edge.devices.drivers import Drivers
from edge.site import Device

GATHER = 1.0
"""Seconds over which the reads of a tag become one line."""


class ReaderWatch:
    """Watches one reader."""

    def __init__(self, device: Device, drivers: Drivers, teller: Teller) -> None:
        self._teller = teller
        self._driver = drivers.reader(device, on_link=self._linked, on_reads=self._take, on_alarm=self._alarmed)
        self._gathered: dict[str, list[Read]] = {}
        self._tags: set[str] = set()
        self._reads = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._driver.run())
            tasks.create_task(self._tell_in_turn())

    def end(self) -> None:
        """Say what is left to say, and the totals."""
        self._tell()
        details = {"reads": self._reads, "tags": len(self._tags), "losses": self._driver.link.losses}
        self._teller.say("watch.total_rfid", details)

    def _linked(self, link: Link) -> None:
        if not (link.error or "").startswith("Occupied"):  # said at once as an alarm; the link tells it 30 s later
            self._teller.link(link)

    def _alarmed(self, alarm: Alarm) -> None:
        if alarm.trouble is Trouble.OCCUPIED:
            self._teller.say("link.occupied")
        elif alarm.trouble is not Trouble.UNAUTHORIZED:  # the link tells that at once
            self._teller.say(f"watch.{alarm.trouble}", {"detail": alarm.detail}, alarm.at)

    def _take(self, reads: list[Read]) -> None:
        for read in reads:
            self._gathered.setdefault(read.epc, []).append(read)
            self._tags.add(read.epc)
            self._reads += read.count

    async def _tell_in_turn(self) -> None:
        while True:
            await asyncio.sleep(GATHER)
            self._tell()

    def _tell(self) -> None:
        gathered, self._gathered = self._gathered, {}
        for code, reads in gathered.items():
            details = {
                "name": self._name(reads[0]),
                "antennas": self._antennas(reads),
                "count": sum(read.count for read in reads),
                "epc": code,
            }
            self._teller.say("watch.tag", details, reads[0].first_seen)

    def _name(self, read: Read) -> str:
        """Return the GS1 key of a tag, or what else can be said of it."""
        tag = epc.decode(read.epc, read.bits, read.pc)
        if tag.sscc:
            return f"{self._teller.speak(*KINDS[Kind.SSCC])} {tag.sscc}"
        if tag.element:
            return tag.element
        foreign = self._teller.words("watch.foreign_tag")
        return f"{foreign} ({flaw_words(tag.flaw, self._teller.speak)})" if tag.flaw else foreign

    def _antennas(self, reads: Sequence[Read]) -> str:
        """Return the antennas that saw a tag, each with its strongest signal where the reader tells it."""
        best: dict[int, int | None] = {}
        for read in reads:
            known = best.get(read.antenna)
            heard = [dbm for dbm in (known, read.rssi_dbm) if dbm is not None]
            best[read.antenna] = max(heard, default=None)
        return ", ".join(
            self._teller.words("watch.antenna_alone", {"antenna": antenna})
            if dbm is None
            else self._teller.words("watch.antenna", {"antenna": antenna, "dbm": dbm})
            for antenna, dbm in sorted(best.items())
        )

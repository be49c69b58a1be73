"""Links, labels and fixed scanners: lost ones are told once, labels are printed until they are paired."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from drivers.printer.link import Job, JobState
from drivers.scanner.link import Scan
from drivers.supervisor import Link
from edge.devices.drivers import Drivers
from edge.devices.links import FLAPS, PATIENCE, STEADY, Links
from edge.devices.stations import Labels, scanned_at, unread_at
from edge.live import Live
from edge.processes.labels import reprint
from edge.processes.trouble import raise_trouble
from edge.site import Device
from edge.store.tables import exceptions, parcels
from edge.store.tx import Tx
from simulators.printer.labels import read_label
from simulators.scanner.device import ScannerDevice
from simulators.world.loop import clock
from simulators.world.streams import Network
from tests.edge.devices.bench import live
from tests.support.floor import JAN, Floor
from tests.support.store import START

never: Any = None
"""What a scanner's driver is not built with."""


async def troubles(floor: Floor) -> list[tuple[str, str]]:
    return await floor.store.read(
        lambda reader: [(row.code, row.state) for row in reader.rows(select(exceptions).order_by(exceptions.c.id))]
    )


def links_of(floor: Floor) -> Links:
    return Links(floor.store.site, floor.store, Live(), floor.store.source)


def test_F49_a_device_that_is_away_too_long_is_told_once_and_solved_when_back(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        changed = links_of(floor).watcher("printer-1")
        changed(Link("printer-1", up=True, since=START))
        await asyncio.sleep(PATIENCE * 2)
        for _ in range(2):
            changed(Link("printer-1", up=False, since=START, error="refused", losses=1))
            await asyncio.sleep(PATIENCE - 1)
            assert await troubles(floor) == []
            changed(Link("printer-1", up=True, since=START))
        for _ in range(3):
            changed(Link("printer-1", up=False, since=START, error="refused", losses=2))
            await asyncio.sleep(PATIENCE + 1)
        assert await troubles(floor) == [("exception.device_lost", "open")]
        changed(Link("printer-1", up=True, since=START))
        await asyncio.sleep(1)
        assert await troubles(floor) == [("exception.device_lost", "solved")]

    live(tmp_path, day)


def test_F49_a_broker_that_is_away_is_told_like_a_device(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        links = links_of(floor)
        changed = links.partner("mqtt-broker", "mqtt", "mqtt://broker")
        changed(Link("mqtt-broker", up=True, since=START))
        changed(Link("mqtt-broker", up=False, since=START, error="refused", losses=1))
        await asyncio.sleep(PATIENCE + 1)
        assert await troubles(floor) == [("exception.device_lost", "open")]
        changed(Link("mqtt-broker", up=True, since=START))
        await asyncio.sleep(1)
        assert await troubles(floor) == [("exception.device_lost", "solved")]

    live(tmp_path, day)


def test_F49_a_device_that_never_came_is_told_too(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        links_of(floor).watcher("printer-1")
        await asyncio.sleep(PATIENCE + 1)
        assert await troubles(floor) == [("exception.device_lost", "open")]

    live(tmp_path, day)


def test_I54_an_output_that_was_given_up_is_told_once_for_each_point(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        dropped = links_of(floor).dropper("printer-1")
        for point in ("door", "door", "lamp"):
            dropped(point, True)
        await asyncio.sleep(1)
        assert await troubles(floor) == [("exception.wish_dropped", "open")] * 2
        facts = await floor.store.read(lambda reader: [row.detail for row in reader.rows(select(exceptions))])
        assert {"device": "printer-1", "point": "door", "value": "True"} in facts

    live(tmp_path, day)


def test_F49_a_device_that_comes_and_goes_is_told_once_with_its_count_until_it_is_steady(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        changed = links_of(floor).watcher("printer-1")

        async def flap(times: int) -> None:
            for _ in range(times):
                changed(Link("printer-1", up=True, since=START))
                await asyncio.sleep(PATIENCE)
                changed(Link("printer-1", up=False, since=START, error="refused"))
                changed(Link("printer-1", up=False, since=START, error="timeout"))
                await asyncio.sleep(PATIENCE - 1)

        await flap(FLAPS - 1)
        assert await troubles(floor) == []
        await flap(3)
        assert await troubles(floor) == [("exception.device_flaps", "open")]
        facts = await floor.store.read(lambda reader: reader.get(exceptions).detail)
        assert facts == {"device": "printer-1", "count": FLAPS, "minutes": 10}
        changed(Link("printer-1", up=True, since=START))
        await asyncio.sleep(STEADY - 1)
        assert await troubles(floor) == [("exception.device_flaps", "open")]
        await asyncio.sleep(2)
        assert await troubles(floor) == [("exception.device_flaps", "solved")]

    live(tmp_path, day)


def test_F49_losses_far_apart_are_no_flapping_and_a_restart_ends_an_old_one(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        await floor.store.run(raise_trouble, "exception.device_flaps", "device/printer-1")
        changed = links_of(floor).watcher("printer-1")
        for _ in range(FLAPS * 2):
            changed(Link("printer-1", up=True, since=START))
            await asyncio.sleep(STEADY + 1)
            changed(Link("printer-1", up=False, since=START, error="refused"))
            await asyncio.sleep(1)
        assert await troubles(floor) == [("exception.device_flaps", "solved")]

    live(tmp_path, day)


EPC = "31552BD36400000011000000"


class Paper:
    """A printer that only keeps what it is sent."""

    def __init__(self) -> None:
        self.jobs: list[str] = []
        self.sent: list[bytes] = []

    def send(self, job_id: str, zpl: bytes) -> None:
        """Take a job."""
        self.jobs.append(job_id)
        self.sent.append(zpl)


async def label(floor: Floor) -> None:
    """Put a labelled parcel of an order on the table."""
    await floor.order("1", ("SKU1", 1))

    def insert(tx: Tx) -> None:
        values: dict[str, Any] = {"order_id": "ACME/1", "station": "PACK-1", "carton": "C60", "carrier": "yamato"}
        tx.insert(parcels, id="P1", state="labelled", expected_g=1, tracking="400000000006", epc=EPC, **values)
        tx.journal("parcel.labelled", "parcel/P1")

    await floor.store.run(insert)


def test_F48_a_label_is_printed_again_on_request_and_after_a_restart_until_it_is_paired(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        paper = Paper()
        printers: dict[str, Any] = {"printer-1": paper}

        async def run_for_a_while() -> Labels:
            labels = Labels(floor.store.site, floor.store, printers)
            task = asyncio.ensure_future(labels.run())
            await asyncio.sleep(1)
            if not paper.jobs:
                await label(floor)
                await asyncio.sleep(1)
                await floor.store.run(lambda tx: tx.journal("parcel.reprint", "parcel/P1"))
                await asyncio.sleep(1)
            task.cancel()
            await asyncio.wait([task])
            return labels

        labels = await run_for_a_while()
        assert len(paper.jobs) == len(set(paper.jobs)) == 2
        labels.job_changed("printer-1", Job(paper.jobs[0], JobState.FAILED, "no paper"))
        await asyncio.sleep(1)
        assert await troubles(floor) == [("exception.print", "open")]
        labels.job_changed("printer-1", Job(paper.jobs[0], JobState.SENT))
        await asyncio.sleep(1)
        assert await troubles(floor) == [("exception.print", "solved")]
        await run_for_a_while()
        assert len(paper.jobs) == 3
        await floor.store.run(lambda tx: tx.change(parcels, {"id": "P1"}, state="packed"))
        await run_for_a_while()
        assert len(paper.jobs) == 3

    live(tmp_path, day)


def test_H65_a_reprint_of_a_paired_parcel_is_printed_once_also_when_the_edge_stopped_before(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        paper = Paper()
        await label(floor)
        await floor.store.run(lambda tx: tx.change(parcels, {"id": "P1"}, state="packed"))
        await floor.store.run(reprint, "P1", "damaged", "mori")
        printers: dict[str, Any] = {"printer-1": paper}
        for _ in range(2):
            labels = Labels(floor.store.site, floor.store, printers)
            task = asyncio.ensure_future(labels.run())
            await asyncio.sleep(1)
            labels.job_changed("printer-1", Job(paper.jobs[0], JobState.SENT))
            await asyncio.sleep(1)
            task.cancel()
            await asyncio.wait([task])
        assert len(paper.jobs) == 1
        read = read_label(paper.sent[0])
        assert (read.tracking, read.epc != EPC) == ("400000000006", True)

    live(tmp_path, day)


def test_F48_a_label_that_cannot_be_drawn_is_told_and_stops_no_other(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        paper = Paper()
        printers: dict[str, Any] = {"printer-1": paper}
        labels = Labels(floor.store.site, floor.store, printers)
        task = asyncio.ensure_future(labels.run())
        await label(floor)
        await asyncio.sleep(1)
        await floor.store.run(lambda tx: tx.change(parcels, {"id": "P1"}, tracking="一二三"))
        await floor.store.run(lambda tx: tx.journal("parcel.labelled", "parcel/P1"))
        await asyncio.sleep(1)
        assert await troubles(floor) == [("exception.print", "open")]
        await floor.store.run(lambda tx: tx.change(parcels, {"id": "P1"}, tracking="400000000006"))
        await floor.store.run(lambda tx: tx.journal("parcel.labelled", "parcel/P1"))
        await asyncio.sleep(1)
        assert len(paper.jobs) == 2
        task.cancel()
        await asyncio.wait([task])

    live(tmp_path, day)


def test_F51_a_scanner_of_the_site_file_reaches_whoever_works_at_its_station(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        network, hardware = Network(Random(1)), ScannerDevice(Random(2))
        address = await hardware.start(network.listen, "tcp://scanner:9004")
        device = Device(
            id="scanner-1",
            kind="scanner",
            address=address,
            station="PACK-1",
            separator="|",
            no_read=["--"],
            prefix="<",
            suffix=">",
            bounce=0,
        )
        drivers = Drivers(network.dial, never, never, floor.store.source)
        scanner = drivers.scanner(
            device,
            on_link=lambda _link: None,
            on_scan=lambda scan: scanned_at(floor.store, "PACK-1", scan),
            on_no_read=lambda: unread_at(floor.store, "PACK-1", device.id),
        )
        task = asyncio.ensure_future(scanner.run())
        await floor.stock("SKU1", "A-01-1", 9)
        await floor.order("1", ("SKU1", 1))
        await asyncio.sleep(60)
        await floor.robots()
        await floor.work("sato", "ZONE:A")
        await floor.robots()
        await floor.act("sato", "leave")
        await floor.act("sato", "scan", "PACK-1")
        await hardware.connected()
        await hardware.scan("<--|NOREAD>")
        await asyncio.sleep(1)
        assert (await floor.screen("sato"))["last"]["code"] == "scan.no_read"
        tote = (await floor.screen("sato"))["target"]
        await hardware.scan(f"{tote}")
        await asyncio.sleep(1)
        assert scanner.counts.garbage == 1, "it came without prefix and suffix"
        await hardware.scan(f"<{tote}|--|{JAN['SKU1']}>")
        await asyncio.sleep(1)
        screen = await floor.screen("sato")
        assert (screen["step"], screen["last"]["kind"]) == ("carton", "right")
        task.cancel()
        await asyncio.wait([task])

    live(tmp_path, day)


def test_a_fixed_scanner_scans_for_whoever_works_there(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        scanned_at(floor.store, "PACK-1", Scan("T-0001", clock()()))
        await asyncio.sleep(1)
        await floor.act("sato", "scan", "PACK-1")
        scanned_at(floor.store, "PACK-1", Scan("T-0001", clock()()))
        await asyncio.sleep(1)
        assert (await floor.screen("sato"))["last"]["kind"] == "wrong"

    live(tmp_path, day)

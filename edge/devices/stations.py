"""Pack stations: labels printed from committed parcels, weights from the scale, fixed scanners that scan for people."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import select

from drivers.printer.link import Job, JobState, Printer
from drivers.printer.zpl import PrintData, ShippingLabel, shipping_label
from drivers.scale.link import Scale, ScaleError
from drivers.scanner.link import Scan
from edge.devices.links import Links
from edge.model.reasons import Refusal
from edge.model.states import ParcelState
from edge.processes import hands_free
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.site import Site
from edge.store.statement import Query, param
from edge.store.store import Store
from edge.store.tables import orders, parcels
from edge.store.tx import Entry, Reader, Tx

log = structlog.get_logger(__name__)

_LABELLED = Query(
    select(parcels, orders.c.order_key, orders.c.owner, orders.c.ship_to)
    .join(orders, orders.c.id == parcels.c.order_id)
    .where(parcels.c.id == param("id"), parcels.c.state == ParcelState.LABELLED)
)


class Labels:
    """Prints the label of every parcel that is labelled but not yet paired; after a restart too."""

    def __init__(self, site: Site, store: Store, printers: dict[str, Printer]) -> None:
        self._site = site
        self._store = store
        self._printers = printers
        self._wanted: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def run(self) -> None:
        """Print until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            for parcel_id in await self._store.read(_unpaired):
                self._wanted.put_nowait((parcel_id, parcel_id))
            while True:
                parcel_id, job_id = await self._wanted.get()
                await self._print(parcel_id, job_id)
        finally:
            stop()

    def job_changed(self, printer: str, job: Job) -> None:
        """Tell people when a label could not be printed."""
        if job.state is JobState.FAILED:
            self._store.run(raise_trouble, "exception.print", f"device/{printer}", printer=printer, error=job.error)
        elif job.state is JobState.SENT:
            self._store.run(_note_sent, job.id, printer)

    def _committed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind in ("parcel.labelled", "parcel.reprint"):
                parcel_id = entry.subject.removeprefix("parcel/")
                self._wanted.put_nowait((parcel_id, f"{parcel_id}-{entry.seq}"))

    async def _print(self, parcel_id: str, job_id: str) -> None:
        found = await self._store.read(_label_of, parcel_id)
        if found is None:
            return
        station, label = found
        printer = self._printers.get(self._site.station[station].printer or "")
        if printer is None:
            log.warning("label.no_printer", station=station, parcel=parcel_id)
            return
        data: PrintData = shipping_label(label)
        printer.send(job_id, data.zpl)


async def weigh(site: Site, scales: dict[str, Scale], links: Links, station: str) -> int:
    """Return the settled weight in grams at a station; raises Refusal `pack.scale_silent`."""
    name = site.station[station].scale or ""
    scale = scales.get(name)
    try:
        if scale is None:
            raise Refusal("pack.scale_silent", scale=name or station)
        grams = (await scale.weigh()).grams
    except ScaleError as error:
        raise Refusal("pack.scale_silent", scale=name) from error
    links.said(name, f"{grams} g")
    return grams


def scanned_at(store: Store, place: str, scan: Scan) -> None:
    """Take what a fixed scanner read at a station or dock as scans of whoever works there."""
    store.run_as(f"station:{place}", hands_free.scan_at, place, scan.codes)


def unread_at(store: Store, place: str, scanner: str) -> None:
    """Tell whoever works at a station or dock that its scanner saw no code."""
    store.run_as(f"station:{place}", hands_free.unread_at, place, scanner)


def _unpaired(reader: Reader) -> list[str]:
    rows = reader.all(parcels, state=ParcelState.LABELLED)
    return [row.id for row in rows]


def _label_of(reader: Reader, parcel_id: str) -> tuple[str, ShippingLabel] | None:
    row: Any = reader.one(_LABELLED, id=parcel_id)
    if row is None:
        return None
    label = ShippingLabel(
        tracking=row.tracking,
        order_key=row.order_key,
        carrier=reader.site.carrier[row.carrier].name.ja,
        postcode=row.ship_to.get("postcode", ""),
        address=row.ship_to.get("address", ""),
        name=row.ship_to.get("name", ""),
        phone=row.ship_to.get("phone", ""),
        sender=reader.site.owner[row.owner].name.ja,
        epc=row.epc,
    )
    return row.station, label


def _note_sent(tx: Tx, job_id: str, printer: str) -> None:
    parcel_id = job_id.split("-", 1)[0]
    tx.journal("label.sent", f"parcel/{parcel_id}", printer=printer)
    solve_trouble(tx, "exception.print", f"device/{printer}")

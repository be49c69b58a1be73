"""Pack stations: labels printed from committed parcels, fixed scanners that scan for people."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import select

from drivers.printer.link import Job, JobState, Printer
from drivers.printer.sheet import LabelError
from drivers.printer.zpl import zpl
from drivers.scanner.link import Scan
from edge.labels.layout import lay_out
from edge.model.states import ParcelState
from edge.processes import hands_free
from edge.processes.labels import values_of
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.site import Site
from edge.store.store import Store
from edge.store.tables import parcels
from edge.store.tx import Entry, Reader, Tx

log = structlog.get_logger(__name__)


_REPRINTED = select(parcels).where(parcels.c.state == ParcelState.PACKED, parcels.c.issue > 1)


class Labels:
    """Prints the label of every parcel that is labelled but not yet paired, and each reprint; after a restart too."""

    def __init__(self, site: Site, store: Store, printers: dict[str, Printer]) -> None:
        self._site = site
        self._store = store
        self._printers = printers
        self._wanted: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def run(self) -> None:
        """Print until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            for parcel_id, issue in await self._store.read(_wanted):
                self._wanted.put_nowait((parcel_id, f"{parcel_id}-{issue}-again"))
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
                self._wanted.put_nowait((parcel_id, f"{parcel_id}-{entry.data.get('issue', 1)}-{entry.seq}"))

    async def _print(self, parcel_id: str, job_id: str) -> None:
        found = await self._store.read(values_of, parcel_id)
        if found is None or not _is_wanted(found[0]):
            return
        parcel, values = found
        name = self._site.station[parcel.station].printer or ""
        printer = self._printers.get(name)
        if printer is None:
            log.warning("label.no_printer", station=parcel.station, parcel=parcel_id)
            return
        template = self._site.label_of(parcel.carrier, parcel.owner)
        try:
            sheet = lay_out(template, values, dpi=self._site.dpi_of(name))
        except LabelError as error:
            self.job_changed(name, Job(job_id, JobState.FAILED, f"label {template.id}: {error}"))
            return
        for warning in sheet.warnings:
            log.warning("label.not_whole", parcel=parcel_id, template=template.id, warning=warning)
        printer.send(job_id, zpl(sheet))


def scanned_at(store: Store, place: str, scan: Scan) -> None:
    """Take what a fixed scanner read at a station or dock as scans of whoever works there."""
    store.run_as(f"station:{place}", hands_free.scan_at, place, scan.codes)


def unread_at(store: Store, place: str, scanner: str) -> None:
    """Tell whoever works at a station or dock that its scanner saw no code."""
    store.run_as(f"station:{place}", hands_free.unread_at, place, scanner)


def _is_wanted(parcel: Any) -> bool:
    """Tell whether a label is still to be printed: until it is paired, and of a paired parcel each reprint once."""
    if parcel.state == ParcelState.PACKED:
        return bool(parcel.issue > 1 and parcel.printed < parcel.issue)
    return bool(parcel.state == ParcelState.LABELLED)


def _wanted(reader: Reader) -> list[tuple[str, int]]:
    rows = [*reader.all(parcels, state=ParcelState.LABELLED), *reader.rows(_REPRINTED)]
    return [(row.id, row.issue) for row in rows if _is_wanted(row)]


def _note_sent(tx: Tx, job_id: str, printer: str) -> None:
    parcel_id, issue, _ = job_id.split("-", 2)
    tx.change(parcels, {"id": parcel_id}, printed=int(issue))
    tx.journal("label.sent", f"parcel/{parcel_id}", printer=printer)
    solve_trouble(tx, "exception.print", f"device/{printer}")

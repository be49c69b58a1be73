"""Parcels by the tags on them, for whoever looks for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from edge.model.states import ParcelState
from edge.store.tables import parcels
from edge.store.tx import Reader


@dataclass(frozen=True, slots=True)
class ParcelRead:
    """A parcel of the site that a reader has read."""

    tracking: str
    order_id: str
    at: datetime


def parcels_read(reader: Reader, tags: Mapping[str, datetime]) -> list[ParcelRead]:
    """Return the parcels that have not left whose tags were read, the latest first."""
    found = [
        ParcelRead(row.tracking, row.order_id, tags[row.epc])
        for some in _batches(list(tags))
        for row in reader.rows(select(parcels).where(parcels.c.epc.in_(some), parcels.c.state != ParcelState.SHIPPED))
    ]
    return sorted(found, key=lambda one: (one.at, one.tracking), reverse=True)


def _batches(tags: list[str], size: int = 500) -> list[list[str]]:
    """A statement takes only so many values."""
    return [tags[at : at + size] for at in range(0, len(tags), size)]

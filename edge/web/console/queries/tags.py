"""Parcels by the tags on them, for whoever looks for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from edge.model.states import ParcelState
from edge.processes.readpoints import parcels_with
from edge.store.tx import Reader


@dataclass(frozen=True, slots=True)
class ParcelRead:
    """A parcel of the site that a reader has read."""

    tracking: str
    order_id: str
    at: datetime


def parcels_read(reader: Reader, tags: Mapping[str, datetime]) -> list[ParcelRead]:
    """Return the parcels that have not left whose tags were read, the latest first."""
    here = [row for row in parcels_with(reader, tags) if row.state != ParcelState.SHIPPED]
    found = [ParcelRead(row.tracking, row.order_id, tags[row.epc]) for row in here]
    return sorted(found, key=lambda one: (one.at, one.tracking), reverse=True)

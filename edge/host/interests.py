"""What each follower is told of the journal, and what people are asked when its receiver does not take it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import FromClause
from sqlalchemy.sql.elements import ColumnElement

from edge.store.tables import journal
from edge.store.tx import Entry

EPCIS = "epcis"
"""The follower that tells an EPCIS repository."""


@dataclass(frozen=True, slots=True)
class Interest:
    """The kinds of entries that a receiver is told, all that have a number if none is named; codes of exceptions."""

    kinds: tuple[str, ...] = ()
    parked: str = "exception.parked"
    unresolved: str = "exception.unresolved"

    def wants(self, entry: Entry) -> bool:
        """Say whether an entry is told."""
        return entry.kind in self.kinds if self.kinds else entry.number is not None

    def rows(self, table: FromClause = journal) -> ColumnElement[bool]:
        """Return the condition under which a row of the journal is told."""
        if not self.kinds:
            return table.c.number.is_not(None)
        return table.c.kind.concat("").in_(self.kinds)  # in the order of rows: by kind, all to come would be sorted


OUTWARD = Interest()
"""What the WMS is told."""
INTERESTS: Mapping[str, Interest] = {
    EPCIS: Interest(
        (
            "order.packed",
            "order.shipped",
            "parcel.reprint",
            "parcel.void",
            "stock.adjusted",
            "stock.booked",
            "stock.counted",
            "tags.reported",
        ),
        "exception.epcis_parked",
        "exception.epcis_unresolved",
    )
}


def interest_of(follower: str) -> Interest:
    """Return what a follower is told."""
    return INTERESTS.get(follower, OUTWARD)

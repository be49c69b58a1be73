"""What an event needs beside its entry, read from the journal as it was when that was written.

So an event says the same whenever it is told: an item that has another bar code by now, a parcel that has another
label, change nothing of what was said of them before.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from edge.host.epcis.names import unit_codes
from edge.host.outbox import entry_of
from edge.processes.inventory import Goods
from edge.store.statement import Query, param
from edge.store.tables import item_codes, journal, parcels
from edge.store.tx import Entry, Reader

_BEFORE = Query(
    select(journal)
    .where(journal.c.subject == param("subject"), journal.c.seq < param("seq"), journal.c.kind == param("kind"))
    .order_by(journal.c.seq.desc())
)
_NEXT_LABEL = Query(
    select(journal.c.data)
    .where(journal.c.subject == param("subject"), journal.c.seq > param("seq"), journal.c.kind == "parcel.reprint")
    .order_by(journal.c.seq)
    .limit(1)
)
_MOVED = Query(
    select(journal)
    .where(journal.c.at == param("at"), journal.c.seq < param("seq"), journal.c.kind == "stock.moved")
    .order_by(journal.c.seq)
)


class Records:
    """Answers from one reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._codes: dict[tuple[str, str, int | None], list[str]] = {}

    def codes_of(self, owner: str, sku: str, seq: int) -> list[str]:
        """Return the bar codes that meant one unit of an item then, without those that are another item's now."""
        row = self._reader.one(_BEFORE, subject=f"item/{owner}/{sku}", seq=seq, kind="item.put")
        key = (owner, sku, None if row is None else row.seq)
        if key not in self._codes:
            told = [] if row is None else unit_codes(row.data["codes"])
            self._codes[key] = [code for code in told if self._is_of(owner, sku, code)]
        return self._codes[key]

    def tag_of(self, parcel_id: str, seq: int) -> str | None:
        """Return the tag of the label that a parcel bore after a row of the journal, None if it never had one."""
        later = self._reader.one(_NEXT_LABEL, subject=f"parcel/{parcel_id}", seq=seq)
        if later is not None:
            return str(later.data["void"])
        row = self._reader.get(parcels, id=parcel_id)
        return None if row is None else row.epc

    def parcel_of(self, tracking: str) -> str | None:
        """Return the id of the parcel that left under a number."""
        row = self._reader.get(parcels, tracking=tracking)
        return None if row is None else str(row.id)

    def packed(self, order_id: str, parcel_id: str, seq: int) -> Entry | None:
        """Return the entry that told, before another, how a parcel was packed."""
        rows = self._reader.rows(_BEFORE, subject=f"order/{order_id}", seq=seq, kind="order.packed")
        return next((entry_of(row) for row in rows if row.data["parcel"] == parcel_id), None)

    def last_label(self, packed: Entry, seq: int) -> Entry:
        """Return the entry that told last, before another, what lies in a packed parcel: the packing or a new label."""
        rows = self._reader.rows(_BEFORE, subject=f"parcel/{packed.data['parcel']}", seq=seq, kind="parcel.reprint")
        return next((entry_of(row) for row in rows if row.seq > packed.seq), packed)

    def contents(self, packed: Entry) -> Mapping[Goods, int]:
        """Return the units that went into a parcel when it was packed, lot by lot: moved in the same decision."""
        found: Counter[Goods] = Counter()
        for row in self._reader.rows(_MOVED, at=packed.at, seq=packed.seq):
            if row.data["target"] == f"parcel:{packed.data['parcel']}":
                owner, sku = row.subject.removeprefix("stock/").split("/", 1)
                found[Goods(owner, sku, row.data["lot"], row.data["expiry"])] += row.data["quantity"]
        return found

    def _is_of(self, owner: str, sku: str, code: str) -> bool:
        row: Any = self._reader.get(item_codes, code=code, owner=owner)
        return row is None or row.sku == sku

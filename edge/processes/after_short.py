"""A short puts the books of its place in doubt: the place is counted, once in some hours at most (F36).

The count's own end is told like any other and asks for nothing: a short that meets what a count left behind, as one of
units that were promised to a tour, begins no count again before those hours are over.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from edge.processes.stocktake import ask_count, subject_of
from edge.store.statement import Query, param
from edge.store.tables import journal
from edge.store.tx import Tx

_COUNTED = Query(
    select(journal.c.seq)
    .where(journal.c.subject == param("subject"), journal.c.kind == "stock.counted", journal.c.at > param("since"))
    .limit(1)
)


def count_after_short(tx: Tx, location: str, person: str, order_keys: Sequence[str], sku: str) -> None:
    """Have the place of a short counted, unless it is being counted, was lately, or the site does not want it."""
    hours = tx.site.rules.short_count_hours
    if not hours or location not in tx.site.location:
        return
    if tx.one(_COUNTED, subject=subject_of(location), since=tx.now - timedelta(hours=hours)) is not None:
        return
    ask_count(tx, location, short={"person": person, "orders": ", ".join(order_keys), "sku": sku})

"""Which goods a code means at a location: whose, and of which lot, by what the books have there (F18, F30).

An owner and a lot that the code does not tell are those of what lies there; where that is several, a person says which.
Like a pick, a count looks past a lot in the code of goods whose lots the books do not keep.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from edge.processes.inventory import Goods, contents
from edge.store.statement import Query, param
from edge.store.tables import item_codes, stock
from edge.store.tx import Reader

OWNER, LOT = "owner", "lot"
"""What a person may have to say."""
_ELSEWHERE = Query(
    select(stock.c.lot, stock.c.expiry)
    .where(stock.c.owner == param("owner"), stock.c.sku == param("sku"), stock.c.place.not_like("lost:%"))
    .distinct()
    .order_by(stock.c.expiry, stock.c.lot)
)


class Batch(NamedTuple):
    """What tells goods of one item apart; both are empty where the books do not keep it."""

    lot: str = ""
    expiry: str = ""


class Meant(NamedTuple):
    """What one scan means: goods and units, or what a person has to say first (`asks`, empty when nothing)."""

    goods: Goods
    units: int
    asks: str = ""


NOTHING_TOLD = Batch()
"""Of a code that says neither lot nor date."""


def owners_of(reader: Reader, place: str, code: str) -> Sequence[str]:
    """Return whose item a code may be: of those whose item lies at the place, else of all who use the code."""
    rows = reader.all(item_codes, code=code)
    if len(rows) < 2:
        return [row.owner for row in rows]
    here = {(row.owner, row.sku) for row in contents(reader, place)}
    return [row.owner for row in rows if (row.owner, row.sku) in here] or [row.owner for row in rows]


def batches_of(reader: Reader, place: str, owner: str, sku: str, told: Batch = NOTHING_TOLD) -> Sequence[Batch]:
    """Return of which lot and expiry units of an item at a place may be, by what their code tells."""
    here = [Batch(row.lot, row.expiry) for row in contents(reader, place) if (row.owner, row.sku) == (owner, sku)]
    known = here or [Batch(row.lot, row.expiry) for row in reader.rows(_ELSEWHERE, owner=owner, sku=sku)]
    if not known:
        return [told]
    by_lot = [one for one in known if told.lot in ("", one.lot)]
    if not by_lot and any(one.lot for one in known):
        return [told]
    found = by_lot or known
    by_date = [one for one in found if told.expiry in ("", one.expiry)]
    if not by_date and any(one.expiry for one in found):
        return [Batch(lot, told.expiry) for lot in dict.fromkeys(one.lot for one in found)]
    return by_date or found


def meant(
    reader: Reader,
    place: str,
    code: str,
    told: Batch,
    said: Mapping[str, Mapping[str, Any]],
    *,
    owner: str | None = None,
) -> Meant | None:
    """Say what a code means at a place; None when it is no item's.

    `said` is what people have said of this place: `{"owner": {code: owner}, "lot": {"owner/sku": [lot, expiry]}}`.
    """
    owners = owners_of(reader, place, code)
    if not owners:
        return None
    whose = owner or (owners[0] if len(owners) == 1 else said[OWNER].get(code))
    if whose is None:
        return Meant(Goods("", "", *told), 0, OWNER)
    row = reader.get(item_codes, code=code, owner=whose)
    batches = batches_of(reader, place, whose, row.sku, told)
    known = said[LOT].get(f"{whose}/{row.sku}")
    if len(batches) > 1 and known is not None and Batch(*known) in batches:
        batches = [Batch(*known)]
    if len(batches) > 1:
        return Meant(Goods(whose, row.sku, *told), row.quantity, LOT)
    return Meant(Goods(whose, row.sku, *batches[0]), row.quantity)

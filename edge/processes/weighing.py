"""What a parcel should weigh by what is known of its items, and what its weighing teaches (F10; see weights.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from edge.processes import weights
from edge.processes.weights import Belief, Part
from edge.store.statement import Query, param
from edge.store.tables import item_weights, items, order_lines
from edge.store.tx import Reader, Tx

_INSIDE = Query(
    select(
        order_lines.c.owner,
        order_lines.c.sku,
        order_lines.c.picked,
        items.c.weight_g,
        item_weights.c.told_g,
        item_weights.c.weight,
        item_weights.c.unsure,
        item_weights.c.spread,
        item_weights.c.parcels,
        item_weights.c.odd,
        item_weights.c.odd_parcels,
    )
    .join(items, (items.c.owner == order_lines.c.owner) & (items.c.sku == order_lines.c.sku))
    .outerjoin(item_weights, (item_weights.c.owner == order_lines.c.owner) & (item_weights.c.sku == order_lines.c.sku))
    .where(order_lines.c.order_id == param("order_id"), order_lines.c.picked > param("least"))
    .order_by(order_lines.c.line)
)
_KEY = ("owner", "sku")


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies in a carton; `rows` has one row for each part."""

    tare_g: int
    parts: Sequence[Part]
    rows: Sequence[Any]
    most_g: int
    """The tolerance of the site's rules, which learning only narrows."""

    @property
    def expected_g(self) -> int:
        """What the parcel should weigh."""
        return weights.expected(self.tare_g, self.parts)

    @property
    def tolerance_g(self) -> int:
        """By how much it may differ."""
        return weights.tolerance(self.parts, self.most_g)

    def fits(self, grams: int) -> bool:
        """Tell whether a weight is within the tolerance."""
        return abs(grams - self.expected_g) <= self.tolerance_g


def inside(reader: Reader, order_id: str, tare_g: int) -> Inside:
    """Return what of an order goes into a carton of this weight; the lines of one SKU are one part."""
    units: dict[str, int] = {}
    rows: dict[str, Any] = {}
    for row in reader.rows(_INSIDE, order_id=order_id, least=0):
        units[row.sku] = units.get(row.sku, 0) + row.picked
        rows[row.sku] = row
    parts = [Part(units[sku], _belief(row)) for sku, row in rows.items()]
    rules = reader.site.rules
    share = weights.expected(tare_g, parts) * rules.weight_tolerance_percent // 100
    return Inside(tare_g, parts, list(rows.values()), max(rules.weight_tolerance_g, share))


def teach(tx: Tx, inside: Inside, grams: int) -> None:
    """Let an accepted parcel teach; one that does not fit was accepted by a supervisor and is only remembered."""
    fits = inside.fits(grams)
    after = (weights.learn if fits else weights.doubt)(inside.tare_g, inside.parts, grams)
    changed: list[dict[str, Any]] = []
    first: list[dict[str, Any]] = []
    for row, part, belief in zip(inside.rows, inside.parts, after, strict=True):
        if belief == part.belief:
            continue
        (first if row.told_g is None else changed).append(_kept(row, belief))
        if not fits and belief.weight != part.belief.weight:
            was, now = part.belief.weight, belief.weight
            tx.journal("item.weight_corrected", f"item/{row.owner}/{row.sku}", was=_grams(was), weight=_grams(now))
    tx.insert_many(item_weights, first)
    tx.change_many(item_weights, _KEY, changed)


def forget(tx: Tx, owner: str, sku: str) -> bool:
    """Believe the WMS again; return whether there was anything to forget."""
    gone = tx.drop(item_weights, owner=owner, sku=sku) > 0
    if gone:
        tx.journal("item.weight_forgotten", f"item/{owner}/{sku}")
    return gone


def _belief(row: Any) -> Belief:
    """Return what is believed of an item; what was learnt ends when the WMS tells another weight."""
    if row.told_g != row.weight_g:
        return weights.told(row.weight_g)
    return Belief(row.weight, row.unsure, row.spread, row.parcels, row.odd, row.odd_parcels)


def _kept(row: Any, belief: Belief) -> dict[str, Any]:
    return {
        "owner": row.owner,
        "sku": row.sku,
        "told_g": row.weight_g,
        "weight": belief.weight,
        "unsure": belief.unsure,
        "spread": belief.spread,
        "parcels": belief.parcels,
        "odd": belief.odd,
        "odd_parcels": belief.odd_parcels,
    }


def _grams(milligrams: int) -> int:
    return round(milligrams / weights.GRAM)

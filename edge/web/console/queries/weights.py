"""What items weigh: as the WMS tells it and as weighed parcels taught it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from edge.store.tables import item_weights, items
from edge.store.tx import Reader
from edge.web.console.queries.common import Page, any_of, like, page_of


@dataclass(frozen=True, slots=True)
class WeightFilter:
    """Which items are asked for; empty = any."""

    owner: str = ""
    text: str = ""
    weighed: bool = False
    """Only those of which something was learnt."""
    sort: str = ""


def weights_page(reader: Reader, wanted: WeightFilter, page: int) -> Page:
    """Read one page of items and what is known of their weights."""
    return page_of(reader, _statement(wanted), page)


def weights_chunk(reader: Reader, wanted: WeightFilter, limit: int, offset: int) -> Sequence[Any]:
    """Read some of them for a table that leaves the console."""
    return reader.rows(_statement(wanted).limit(limit).offset(offset))


def _statement(wanted: WeightFilter) -> Select[Any]:
    learnt = item_weights.c
    ours = (learnt.owner == items.c.owner) & (learnt.sku == items.c.sku) & (learnt.told_g == items.c.weight_g)
    order = {
        "-sku": (items.c.sku.desc(),),
        "parcels": (learnt.parcels.is_not(None), learnt.parcels.asc()),
        "-parcels": (learnt.parcels.is_(None), learnt.parcels.desc()),
        "told": (items.c.weight_g.asc(),),
        "-told": (items.c.weight_g.desc(),),
    }
    columns = (items.c.owner, items.c.sku, items.c.name_ja, items.c.name_en, items.c.weight_g)
    return (
        select(*columns, learnt.weight, learnt.spread, learnt.parcels, learnt.odd, learnt.odd_parcels)
        .select_from(items.outerjoin(item_weights, ours))
        .where(
            *any_of(
                items.c.owner == wanted.owner if wanted.owner else None,
                learnt.parcels.is_not(None) if wanted.weighed else None,
                _matches(wanted.text) if wanted.text else None,
            )
        )
        .order_by(*order.get(wanted.sort, ()), items.c.sku, items.c.owner)
    )


def _matches(text: str) -> Any:
    return or_(*(like(column, text) for column in (items.c.sku, items.c.name_ja, items.c.name_en)))

"""Put walls, slot by slot: which order is in it, and how much of it."""

from dataclasses import dataclass

from sqlalchemy import func, select

from edge.model.states import ToteState
from edge.store.statement import Query, param
from edge.store.tables import allocations, order_lines, orders, totes
from edge.store.tx import Reader

_UNITS = Query(
    select(func.coalesce(func.sum(order_lines.c.allocated), 0)).where(order_lines.c.order_id == param("order"))
)
_PUT = Query(select(func.coalesce(func.sum(allocations.c.put), 0)).where(allocations.c.order_id == param("order")))


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A slot, its order if it has one, and how many of the order's units are in it."""

    id: str
    order: str = ""
    key: str = ""
    put: int = 0
    units: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class WallShown:
    """A put wall."""

    id: str
    slots: list[SlotShown]


def walls(reader: Reader) -> list[WallShown]:
    """Return every put wall with its slots, in the order of the site file."""
    return [WallShown(wall.id, [_slot(reader, slot.id) for slot in wall.slots]) for wall in reader.site.put_walls]


def _slot(reader: Reader, slot: str) -> SlotShown:
    row = reader.get(totes, id=slot)
    order = reader.get(orders, id=row.order_id) if row is not None and row.order_id is not None else None
    if order is None:
        return SlotShown(slot)
    put, units = reader.value(_PUT, order=order.id), reader.value(_UNITS, order=order.id)
    return SlotShown(slot, order.id, order.order_key, put, units, row.state == ToteState.WAITING)

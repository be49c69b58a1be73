"""Waves: orders of one carrier and cut-off are let onto the floor together, in time for it (F07)."""

from datetime import datetime, timedelta

from sqlalchemy import not_, select

from edge.model.states import OrderState
from edge.processes.orders import subject_of
from edge.store.statement import Query, param
from edge.store.tables import orders, waves
from edge.store.tx import Reader, Tx

URGENT = 8
"""Orders of this priority and above go at once, whatever their cut-off."""
_READY = (orders.c.state == OrderState.ALLOCATED, orders.c.wave_id.is_(None), orders.c.hold.is_(False))
_IS_DUE = (orders.c.cutoff_at <= param("horizon")) | (orders.c.priority >= URGENT)
_DUE = Query(
    select(orders.c.id, orders.c.carrier, orders.c.cutoff_at)
    .where(*_READY, _IS_DUE)
    .order_by(orders.c.cutoff_at, orders.c.id)
)
_NOT_DUE = Query(select(orders.c.id).where(*_READY, not_(_IS_DUE)).order_by(orders.c.id))


def release_due(tx: Tx) -> int:
    """Put allocated orders whose cut-off is near, or that are urgent, into the wave of their cut-off."""
    due = tx.rows(_DUE, horizon=_horizon(tx))
    for order in due:
        local = tx.site.local(order.cutoff_at)
        wave_id = f"{order.carrier}-{local:%Y%m%d-%H%M}"
        if tx.get(waves, id=wave_id) is None:
            tx.insert(waves, id=wave_id, carrier=order.carrier, cutoff_at=order.cutoff_at, state="released")
            tx.journal("wave.released", f"wave/{wave_id}", carrier=order.carrier, cutoff_at=local.isoformat())
        tx.change(orders, {"id": order.id}, wave_id=wave_id)
        tx.journal("order.released", subject_of(order.id), wave=wave_id)
    return len(due)


def not_due(reader: Reader) -> list[str]:
    """Return the orders with all their goods that wait for the wave of a cut-off that is still far."""
    return [row.id for row in reader.rows(_NOT_DUE, horizon=_horizon(reader))]


def _horizon(reader: Reader) -> datetime:
    return reader.now + timedelta(minutes=reader.site.rules.wave_minutes)

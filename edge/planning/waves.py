"""Waves: orders of one carrier and cut-off are let onto the floor together, in time for it (F07)."""

from datetime import timedelta

from sqlalchemy import select

from edge.model.states import OrderState
from edge.processes.orders import subject_of
from edge.store.statement import Query, param
from edge.store.tables import orders, waves
from edge.store.tx import Tx

URGENT = 8
"""Orders of this priority and above go at once, whatever their cut-off."""
_DUE = Query(
    select(orders.c.id, orders.c.carrier, orders.c.cutoff_at)
    .where(
        orders.c.state == OrderState.ALLOCATED,
        orders.c.wave_id.is_(None),
        orders.c.hold.is_(False),
        (orders.c.cutoff_at <= param("horizon")) | (orders.c.priority >= URGENT),
    )
    .order_by(orders.c.cutoff_at, orders.c.id)
)


def release_due(tx: Tx) -> int:
    """Put allocated orders whose cut-off is near, or that are urgent, into the wave of their cut-off."""
    horizon = tx.now + timedelta(minutes=tx.site.rules.wave_minutes)
    due = tx.rows(_DUE, horizon=horizon)
    for order in due:
        local = tx.site.local(order.cutoff_at)
        wave_id = f"{order.carrier}-{local:%Y%m%d-%H%M}"
        if tx.get(waves, id=wave_id) is None:
            tx.insert(waves, id=wave_id, carrier=order.carrier, cutoff_at=order.cutoff_at, state="released")
            tx.journal("wave.released", f"wave/{wave_id}", carrier=order.carrier, cutoff_at=local.isoformat())
        tx.change(orders, {"id": order.id}, wave_id=wave_id)
        tx.journal("order.released", subject_of(order.id), wave=wave_id)
    return len(due)

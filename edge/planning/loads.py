"""Loads: packed parcels of one dock that go through its gate together, in time for the cut-off."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from edge.model.states import LoadState, ParcelState, TaskKind
from edge.store.queue import add_task
from edge.store.statement import Query
from edge.store.tables import loads, orders, parcels
from edge.store.tx import Tx

NEAR_CUTOFF = timedelta(minutes=30)
"""From here on a load goes whatever its size."""
_WAITING = Query(
    select(parcels.c.id, parcels.c.carrier, parcels.c.packed_at, orders.c.cutoff_at, orders.c.priority)
    .join(orders, orders.c.id == parcels.c.order_id)
    .where(parcels.c.state == ParcelState.PACKED, parcels.c.load_id.is_(None), orders.c.hold.is_(False))
    .order_by(orders.c.cutoff_at, parcels.c.packed_at, parcels.c.id)
    .limit(500)
)


def make_loads(tx: Tx) -> int:
    """Make loads of waiting parcels, by dock; return how many."""
    waiting = tx.rows(_WAITING)
    made = 0
    for dock in tx.site.docks:
        mine = [row for row in waiting if row.carrier in dock.carriers]
        size = tx.site.rules.load_parcels
        for start in range(0, len(mine), size):
            group = mine[start : start + size]
            if len(group) == size or _must_go(tx, group):
                _make(tx, dock, group)
                made += 1
    return made


def _must_go(tx: Tx, group: list[Any]) -> bool:
    patience = timedelta(seconds=tx.site.rules.load_wait_seconds)
    return any(tx.now - row.packed_at >= patience or row.cutoff_at - tx.now <= NEAR_CUTOFF for row in group)


def _make(tx: Tx, dock: Any, group: list[Any]) -> None:
    load_id = tx.new_id()
    task = add_task(
        tx,
        TaskKind.LOAD,
        f"load/{load_id}",
        place=dock.id,
        needs="shipper",
        priority=max(row.priority for row in group),
        due_at=min(row.cutoff_at for row in group),
        detail={"load": load_id},
    )
    tx.insert(
        loads, id=load_id, dock=dock.id, gate=dock.gate, carrier=group[0].carrier, state=LoadState.OPEN, task_id=task
    )
    tx.update(parcels, parcels.c.id.in_([row.id for row in group]), load_id=load_id)
    tx.journal("load.planned", f"load/{load_id}", dock=dock.id, parcels=len(group))

"""Loads: packed parcels of one carrier and cut-off that go through a gate together, in time (F11, F86).

A parcel that was missed at its dock waits until somebody finds it or a supervisor says that it is back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, literal, select

from edge.model.states import LoadState, ParcelState, TaskKind
from edge.processes.trouble import OPEN
from edge.site import Dock
from edge.store.queue import add_task
from edge.store.statement import Query
from edge.store.tables import exceptions, loads, orders, parcels
from edge.store.tx import Tx

NEAR_CUTOFF = timedelta(minutes=30)
"""From here on a load goes whatever its size."""
ABSENT = "exception.parcel_absent"
_IS_ABSENT = exists().where(
    exceptions.c.subject == literal("parcel/") + parcels.c.id,
    exceptions.c.code == ABSENT,
    exceptions.c.state.in_(OPEN),
)
_WAITING = Query(
    select(parcels.c.id, parcels.c.carrier, parcels.c.packed_at, orders.c.cutoff_at, orders.c.priority)
    .join(orders, orders.c.id == parcels.c.order_id)
    .where(parcels.c.state == ParcelState.PACKED, parcels.c.load_id.is_(None), orders.c.hold.is_(False), ~_IS_ABSENT)
    .order_by(orders.c.cutoff_at, parcels.c.packed_at, parcels.c.id)
    .limit(500)
)


def make_loads(tx: Tx) -> int:
    """Make loads of waiting parcels, by carrier and cut-off; return how many."""
    groups: dict[tuple[str, datetime], list[Any]] = {}
    for row in tx.rows(_WAITING):
        groups.setdefault((row.carrier, row.cutoff_at), []).append(row)
    size = tx.site.rules.load_parcels
    made = 0
    for (carrier, _), rows in groups.items():
        for start in range(0, len(rows), size):
            group = rows[start : start + size]
            dock = _dock(tx, carrier)
            if dock is not None and (len(group) == size or _must_go(tx, group)):
                _make(tx, dock, group)
                made += 1
    return made


def _dock(tx: Tx, carrier: str) -> Dock | None:
    """Return the carrier's dock that has the fewest loads to push out."""
    docks = [dock for dock in tx.site.docks if carrier in dock.carriers]
    if len(docks) < 2:
        return docks[0] if docks else None
    open_ = (LoadState.OPEN, LoadState.AT_GATE)
    return min(docks, key=lambda dock: (sum(len(tx.all(loads, dock=dock.id, state=one)) for one in open_), dock.id))


def _must_go(tx: Tx, group: Sequence[Any]) -> bool:
    patience = timedelta(seconds=tx.site.rules.load_wait_seconds)
    return any(tx.now - row.packed_at >= patience or row.cutoff_at - tx.now <= NEAR_CUTOFF for row in group)


def _make(tx: Tx, dock: Dock, group: Sequence[Any]) -> None:
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
    for row in group:
        tx.change(parcels, {"id": row.id}, load_id=load_id)
    tx.journal("load.planned", f"load/{load_id}", dock=dock.id, parcels=len(group))

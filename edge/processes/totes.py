"""Totes between their uses: freed when empty, emptied by a put-back when their order is over. So are slots of walls."""

from typing import Any

from sqlalchemy import select

from edge.model.states import TASK_OPEN, TaskKind, ToteState
from edge.processes.inventory import Goods, contents
from edge.store.queue import add_task
from edge.store.statement import Query, param
from edge.store.tables import allocations, orders, tasks, totes
from edge.store.tx import Reader, Tx

_OFF_ROBOT = Query(
    select(totes.c.id)
    .where(totes.c.order_id == param("of_order"), totes.c.place.not_like("robot:%"))
    .order_by(totes.c.id)
)


def sync_totes(tx: Tx) -> None:
    """Make sure that every tote and slot of the site file has its row."""
    known = {row.id for row in tx.rows(select(totes.c.id))}
    wanted = [f"T-{number:04d}" for number in range(1, tx.site.rules.totes + 1)] + list(tx.site.slot)
    tx.insert_many(
        totes,
        [{"id": one, "state": ToteState.FREE, "place": _home_of(tx, one)} for one in wanted if one not in known],
    )
    for slot in tx.site.slot:
        tx.change(totes, {"id": slot, "state": ToteState.FREE}, place=_home_of(tx, slot))


def free_totes(tx: Tx, order_id: str) -> None:
    """Send an order's emptied totes that are not on a robot back to the buffer."""
    for row in tx.rows(_OFF_ROBOT, of_order=order_id):
        free_tote(tx, row.id)


def free_tote(tx: Tx, tote_id: str) -> None:
    """Send an empty tote back to the buffer; an empty slot stays in its wall."""
    place = _home_of(tx, tote_id)
    tx.change(totes, {"id": tote_id}, state=ToteState.FREE, place=place, order_id=None, batch_id=None, slot=None)
    tx.journal("tote.freed", f"tote/{tote_id}")


def _home_of(reader: Reader, tote_id: str) -> str:
    """Return where a tote or slot is between its uses; a slot that the site file has no more is at no wall."""
    wall = reader.site.slot.get(tote_id)
    if wall is not None:
        return f"wall:{wall.id}"
    return "buffer" if tote_id.startswith("T-") else "wall:"


def clear_tote(tx: Tx, tote_id: str) -> None:
    """A tote whose order is over: free it when it is empty, else have its goods put back (F21)."""
    rows = contents(tx, f"tote:{tote_id}")
    if not rows:
        free_tote(tx, tote_id)
        return
    ask_putback(tx, "tote", tote_id, tx.value(select(totes.c.order_id).where(totes.c.id == tote_id)))


def ask_putback(tx: Tx, container: str, container_id: str, order_id: str | None) -> None:
    """Have the goods in a tote or parcel carried back to their locations; asked twice, it is one task."""
    subject = f"{container}/{container_id}"
    if tx.value(select(tasks.c.id).where(tasks.c.subject == subject, tasks.c.state.in_(TASK_OPEN)).limit(1)):
        return
    order = tx.get(orders, id=order_id)
    home = home_of(tx, f"{container}:{container_id}", order_id)
    add_task(
        tx,
        TaskKind.PUTBACK,
        subject,
        place=f"ZONE:{tx.site.location[home].zone}",
        needs="picker",
        priority=min(order.priority if order else 5, 3),
        due_at=tx.now,
        detail={"container": f"{container}:{container_id}", "order": order_id},
    )


def home_of(reader: Reader, container: str, order_id: str | None, goods: Any = None) -> str:
    """Return where goods in a container came from: by its order, or by what was last picked into a shared tote.

    Without goods, where the first of them came from.
    """
    query = select(allocations.c.place).limit(1)
    if order_id is None:
        query = query.where(allocations.c.tote_id == container.removeprefix("tote:"), allocations.c.state == "picked")
        query = query.order_by(allocations.c.id.desc())
    else:
        query = query.where(allocations.c.order_id == order_id).order_by(allocations.c.id)
    if goods is not None:
        query = query.where(*(allocations.c[name] == getattr(goods, name) for name in Goods._fields))
    found = reader.value(query)
    return found if found in reader.site.location else reader.site.locations[0].id

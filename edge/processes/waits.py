"""Why an order waits: one reason code with details for each, from its hold, lines and open work."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, literal, select

from edge.model.states import TASK_HELD, TASK_OPEN, OrderState, TaskKind, ToteState
from edge.planning.loads import ABSENT
from edge.processes.trouble import OPEN
from edge.store.queue import why
from edge.store.statement import Query, param
from edge.store.tables import allocations, exceptions, order_lines, parcels, tasks, totes
from edge.store.tx import Reader

Wait = tuple[str, Mapping[str, Any]]
NOTHING: Wait = ("", {})
_ABSENT = Query(
    select(parcels.c.id)
    .join(exceptions, exceptions.c.subject == literal("parcel/") + parcels.c.id)
    .where(parcels.c.order_id == param("order"), exceptions.c.code == ABSENT, exceptions.c.state.in_(OPEN))
)


def order_waits(reader: Reader, rows: Sequence[Any]) -> dict[str, Wait]:
    """Return why each of these orders is not being worked on now; ("", {}) when it is, or has ended."""
    ids = [row.id for row in rows]
    lacking = _lacking(reader, [row.id for row in rows if row.state == OrderState.ACCEPTED])
    work = _work(reader, ids)
    return {row.id: _wait(reader, row, lacking, work.get(row.id, [])) for row in rows}


def _wait(reader: Reader, order: Any, lacking: dict[str, str], work: Sequence[Any]) -> Wait:
    if order.closed_at is not None:
        return NOTHING
    if order.hold:
        return "wait.hold", {}
    if order.cancel_key:
        return "wait.cancel", {}
    if any(task.state in TASK_HELD for task in work):
        return NOTHING
    if order.reason:
        return order.reason, {"place": order.station or "", "at": order.cutoff_at}
    if work:
        return why(reader, work[0])
    if order.state == OrderState.ACCEPTED:
        if order.id in lacking:
            return "wait.no_stock", {"sku": lacking[order.id]}
        return _wave(reader, order)
    return _between(reader, order)


def _between(reader: Reader, order: Any) -> Wait:
    """Say what an order waits for when no work is made for it."""
    if order.state == OrderState.ALLOCATED and order.wave_id is None:
        return _wave(reader, order)
    if order.state == OrderState.ALLOCATED:
        free = reader.get(totes, state=ToteState.FREE, place="buffer")
        return ("wait.totes" if free is None else "wait.companions"), {}
    if order.state == OrderState.PICKING and reader.get(totes, order_id=order.id, state=ToteState.WAITING):
        return "wait.other_totes", {}
    if order.state == OrderState.PACKED:
        return ("wait.absent" if reader.one(_ABSENT, order=order.id) else "wait.load"), {}
    return NOTHING


def _wave(reader: Reader, order: Any) -> Wait:
    opens = order.cutoff_at - timedelta(minutes=reader.site.rules.wave_minutes)
    return ("wait.wave", {"at": order.cutoff_at}) if opens > reader.now else ("wait.planning", {})


def _lacking(reader: Reader, ids: Sequence[str]) -> dict[str, str]:
    """Return a SKU without stock for each of these orders that has one."""
    if not ids:
        return {}
    rows = reader.rows(
        select(order_lines.c.order_id, func.min(order_lines.c.sku).label("sku"))
        .where(order_lines.c.order_id.in_(ids), order_lines.c.requested > order_lines.c.allocated + order_lines.c.short)
        .group_by(order_lines.c.order_id)
    )
    return {row.order_id: row.sku for row in rows}


def _work(reader: Reader, ids: Sequence[str]) -> dict[str, list[Any]]:
    """Return the open tasks of each order, the one in hand or the most urgent first."""
    if not ids:
        return {}
    subjects = {f"order/{order_id}": order_id for order_id in ids}
    direct = reader.rows(
        select(tasks).where(tasks.c.subject.in_(list(subjects)), tasks.c.state.in_(TASK_OPEN)).order_by(tasks.c.due_at)
    )
    found: dict[str, list[Any]] = {}
    for task in direct:
        found.setdefault(subjects[task.subject], []).append(task)
    picks = reader.rows(
        select(tasks, allocations.c.order_id)
        .join(allocations, allocations.c.task_id == tasks.c.id)
        .where(allocations.c.order_id.in_(ids), tasks.c.state.in_(TASK_OPEN))
        .order_by(tasks.c.due_at, tasks.c.id)
    )
    for task in [*picks, *(_sorts(reader, ids) if reader.site.put_walls else ())]:
        found.setdefault(task.order_id, []).append(task)
    return found


def _sorts(reader: Reader, ids: Sequence[str]) -> Sequence[Any]:
    """Return the open tasks to sort totes in which units of these orders are, with the order of each."""
    return reader.rows(
        select(tasks, allocations.c.order_id)
        .join(allocations, tasks.c.subject == literal("tote/") + allocations.c.tote_id)
        .where(
            allocations.c.order_id.in_(ids),
            allocations.c.picked > allocations.c.put,
            tasks.c.kind == TaskKind.SORT,
            tasks.c.state.in_(TASK_OPEN),
        )
        .order_by(tasks.c.due_at, tasks.c.id)
    )

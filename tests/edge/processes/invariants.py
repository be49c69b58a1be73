"""What must be true of the tables after any decision, whatever came before."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from edge.model.states import (
    ORDER_ENDED,
    ORDER_OPEN,
    TASK_OPEN,
    BatchState,
    LoadState,
    OrderState,
    ParcelState,
    TaskKind,
    TaskState,
    ToteState,
    TripState,
)
from edge.model.words import WORDS
from edge.processes.carry import ON_ROBOT
from edge.store.queue import why
from edge.store.tables import (
    allocations,
    batches,
    journal,
    loads,
    order_lines,
    orders,
    parcels,
    stock,
    tasks,
    totes,
    trips,
)
from edge.store.tx import Reader

FINAL = ("order.shipped", "order.cancelled", "order.rejected")


def broken(reader: Reader, booked: dict[str, int]) -> list[str]:
    """Return every invariant that does not hold, in words."""
    return [
        *_units(reader, booked),
        *_promises(reader),
        *_lines(reader),
        *_ways_forward(reader),
        *_totes(reader),
        *_slots(reader),
        *_parcels(reader),
        *_told(reader),
        *_tasks(reader),
        *_trips(reader),
    ]


def unfinished(reader: Reader) -> list[str]:
    """Return what is still open when everything should be over."""
    found = [
        f"order {row.id} is {row.state} ({row.reason})"
        for row in reader.rows(select(orders))
        if row.state in ORDER_OPEN
    ]
    found += [
        f"task {row.kind} {row.subject} is {row.state}" for row in reader.rows(select(tasks)) if row.state in TASK_OPEN
    ]
    found += [
        f"tote {row.id} is {row.state} at {row.place}" for row in reader.rows(select(totes)) if row.state != "free"
    ]
    open_loads = (LoadState.OPEN, LoadState.AT_GATE)
    found += [f"load {row.id} is {row.state}" for row in reader.rows(select(loads)) if row.state in open_loads]
    return found


def _units(reader: Reader, booked: dict[str, int]) -> list[str]:
    """No unit is made or lost: what is on site, lost ones included, and what was shipped is what came."""
    have: Counter[str] = Counter()
    found = []
    for row in reader.rows(select(stock)):
        have[row.sku] += row.quantity
        if not 0 <= row.allocated <= row.quantity or row.quantity <= 0:
            found.append(f"stock at {row.place}: {row.quantity} units, {row.allocated} promised")
        if row.place.startswith(("tote:", "parcel:")) and row.allocated != row.quantity:
            found.append(f"{row.place} holds {row.quantity} units, {row.allocated} promised")
        if row.place.startswith("lost:") and row.allocated:
            found.append(f"{row.allocated} lost units promised at {row.place}")
    for row in reader.rows(
        select(order_lines.c.sku, func.sum(order_lines.c.shipped).label("n")).group_by(order_lines.c.sku)
    ):
        have[row.sku] += row.n
    return found + [
        f"{sku}: {units} came, {have[sku]} are known" for sku, units in booked.items() if have[sku] != units
    ]


def _promises(reader: Reader) -> list[str]:
    """What is promised at locations is what reserved allocations say."""
    promised: Counter[tuple[str, ...]] = Counter()
    for row in reader.rows(select(stock).where(stock.c.place.like("A-%"), stock.c.allocated > 0)):
        promised[row.place, row.sku, row.lot, row.expiry] += row.allocated
    wanted: Counter[tuple[str, ...]] = Counter()
    for row in reader.rows(select(allocations).where(allocations.c.state == "reserved")):
        wanted[row.place, row.sku, row.lot, row.expiry] += row.quantity
    return [] if promised == wanted else [f"promised {promised - wanted} more, {wanted - promised} less than allocated"]


def _lines(reader: Reader) -> list[str]:
    """The quantities of every line add up."""
    found = []
    reserved: Counter[tuple[str, int]] = Counter()
    for row in reader.rows(select(allocations).where(allocations.c.state == "reserved")):
        reserved[row.order_id, row.line] += row.quantity
    for row in reader.rows(select(order_lines, orders.c.state).join(orders, orders.c.id == order_lines.c.order_id)):
        told = f"line {row.order_id}/{row.line} ({row.state}): {tuple(row)[4:10]}"
        open_units = row.requested - row.allocated - row.short
        if open_units < 0 or not row.shipped <= row.packed <= row.picked <= row.allocated <= row.requested:
            found.append(f"{told} do not fit together")
        if open_units and row.state not in (OrderState.ACCEPTED, OrderState.CANCELLED):
            found.append(f"{told}: {open_units} neither allocated nor short")
        if reserved[row.order_id, row.line] + row.picked != row.allocated:
            found.append(f"{told}: {reserved[row.order_id, row.line]} reserved")
        if row.state == OrderState.SHIPPED and row.shipped != row.allocated:
            found.append(f"{told}: shipped is not all")
    return found


def _ways_forward(reader: Reader) -> list[str]:
    """Every open order has something that will take it on."""
    open_tasks = {row.id: row for row in reader.rows(select(tasks).where(tasks.c.state.in_(TASK_OPEN)))}
    subjects = Counter((row.kind, row.subject) for row in open_tasks.values())
    tours = {row.id for row in reader.rows(select(batches)) if row.state in (*ON_ROBOT, BatchState.PLANNED)}
    found = []
    for order in reader.rows(select(orders).where(orders.c.state.in_(ORDER_OPEN))):
        parts = reader.rows(
            select(allocations).where(allocations.c.order_id == order.id, allocations.c.state == "reserved")
        )
        boxes = reader.rows(select(totes).where(totes.c.order_id == order.id))
        packing = subjects[TaskKind.PACK, f"order/{order.id}"]
        goes_on = True
        if order.state == OrderState.ALLOCATED:
            goes_on = bool(parts)
        elif order.state == OrderState.PICKING:
            goes_on = any(part.batch_id is None or part.task_id in open_tasks for part in parts) or any(
                tote.batch_id in tours or subjects[TaskKind.RESCUE, tote.place.replace(":", "/")]
                for tote in [*boxes, *_shared(reader, order.id)]
            )
            goes_on = goes_on or any(subjects[TaskKind.SORT, f"tote/{tote.id}"] for tote in _shared(reader, order.id))
        elif order.state == OrderState.PACKING:
            goes_on = packing == 1
        if not goes_on:
            found.append(f"order {order.id} is {order.state} and nothing will take it on")
        if order.state != OrderState.PACKING and packing:
            found.append(f"order {order.id} is {order.state} and has {packing} tasks to pack it")
        over = [part.place for part in parts if part.task_id is not None and part.task_id not in open_tasks]
        found += [f"allocation of {order.id} at {place} belongs to a task that is over" for place in over]
    return found


def _shared(reader: Reader, order_id: str) -> list[Any]:
    """Return the totes in which units of an order wait to be put into its slot."""
    parts = select(allocations.c.tote_id).where(
        allocations.c.order_id == order_id, allocations.c.state == "picked", allocations.c.picked > allocations.c.put
    )
    return list(reader.rows(select(totes).where(totes.c.id.in_(parts), totes.c.order_id.is_(None))))


def _slots(reader: Reader) -> list[str]:
    """A slot holds what was put for its order, a shared tote at least what slots still want of it."""
    found = []
    put = func.coalesce(func.sum(allocations.c.put), 0)
    for slot in reader.rows(select(totes).where(totes.c.id.in_(list(reader.site.slot)), totes.c.state == "bound")):
        if reader.get(orders, id=slot.order_id).state != OrderState.PICKING:
            continue
        units = reader.value(select(put).where(allocations.c.order_id == slot.order_id))
        if _holds(reader, slot.id) != units:
            found.append(f"slot {slot.id} holds {_holds(reader, slot.id)} units, {units} were put")
    left = func.sum(allocations.c.picked - allocations.c.put)
    wanted = (
        select(allocations.c.tote_id, left.label("units"))
        .join(orders, orders.c.id == allocations.c.order_id)
        .join(totes, totes.c.id == allocations.c.tote_id)
        .where(orders.c.state == OrderState.PICKING, allocations.c.state == "picked", totes.c.order_id.is_(None))
        .group_by(allocations.c.tote_id)
    )
    for row in reader.rows(wanted):
        held = _holds(reader, row.tote_id)
        found += [f"tote {row.tote_id} holds {held} units, slots want {row.units}"] if held < row.units else []
    over = reader.rows(select(allocations).where(allocations.c.put > allocations.c.picked))
    return found + [f"{row.put} units of {row.order_id} put, {row.picked} picked" for row in over]


def _holds(reader: Reader, tote: str) -> int:
    units: int = reader.value(
        select(func.coalesce(func.sum(stock.c.quantity), 0)).where(stock.c.place == f"tote:{tote}")
    )
    return units


def _totes(reader: Reader) -> list[str]:
    """A free tote is empty and in the buffer; one whose order is over is on its way to be emptied."""
    filled = {row.place.removeprefix("tote:") for row in reader.rows(select(stock).where(stock.c.place.like("tote:%")))}
    ended = {row.id for row in reader.rows(select(orders).where(orders.c.state.in_(ORDER_ENDED)))}
    tours = {row.id for row in reader.rows(select(batches)) if row.state in (*ON_ROBOT, BatchState.PLANNED)}
    waiting = {row.subject for row in reader.rows(select(tasks).where(tasks.c.state.in_(TASK_OPEN)))}
    found = []
    for tote in reader.rows(select(totes)):
        home = f"wall:{reader.site.slot[tote.id].id}" if tote.id in reader.site.slot else "buffer"
        if tote.state == ToteState.FREE and (tote.id in filled or tote.order_id or tote.place != home):
            found.append(f"free tote {tote.id} is at {tote.place} with {tote.order_id}, full: {tote.id in filled}")
        elif tote.state != ToteState.FREE and (tote.order_id is None or tote.order_id in ended):
            comes = tote.batch_id in tours or f"tote/{tote.id}" in waiting or tote.place.replace(":", "/") in waiting
            if not comes:
                found.append(f"tote {tote.id} of ended {tote.order_id} stays at {tote.place} for ever")
    return found


def _parcels(reader: Reader) -> list[str]:
    """An order has one good parcel at most; a load that is not over has parcels and somebody to push it."""
    found = []
    good: dict[str, list[Any]] = {}
    for row in reader.rows(select(parcels).where(parcels.c.state != ParcelState.VOID)):
        good.setdefault(row.order_id, []).append(row)
    for order in reader.rows(select(orders)):
        states = [row.state for row in good.get(order.id, [])]
        allowed: dict[str, list[list[str]]] = {
            OrderState.PACKING: [[], ["open"], ["labelled"]],
            OrderState.PACKED: [["packed"]],
            OrderState.SHIPPED: [["shipped"]],
        }
        if states not in allowed.get(order.state, [[]]):
            found.append(f"order {order.id} is {order.state} with parcels {states}")
    open_tasks = {row.id for row in reader.rows(select(tasks).where(tasks.c.state.in_(TASK_OPEN)))}
    for load in reader.rows(select(loads).where(loads.c.state.in_((LoadState.OPEN, LoadState.AT_GATE)))):
        mine = [row for rows in good.values() for row in rows if row.load_id == load.id and row.state == "packed"]
        if not mine or load.task_id not in open_tasks:
            found.append(
                f"load {load.id} is {load.state} with {len(mine)} parcels, task open: {load.task_id in open_tasks}"
            )
    for rows in good.values():
        for row in rows:
            load = reader.get(loads, id=row.load_id) if row.load_id else None
            if row.state == "packed" and load is not None and load.state not in (LoadState.OPEN, LoadState.AT_GATE):
                found.append(f"parcel {row.id} waits in a load that is {load.state}")
    return found


def _told(reader: Reader) -> list[str]:
    """Outward events of an order count 1, 2, 3 …; the final one comes once and last, but for refused cancels."""
    told: dict[str, list[Any]] = {}
    rows = reader.rows(select(journal).where(journal.c.number.is_not(None)).order_by(journal.c.seq))
    for row in rows:
        told.setdefault(row.subject, []).append(row)
    found = []
    for subject, events in told.items():
        if [row.number for row in events] != list(range(1, len(events) + 1)):
            found.append(f"{subject} counts {[row.number for row in events]}")
        if not subject.startswith("order/"):
            continue
        kinds = [row.kind for row in events if row.kind != "order.cancel_refused"]
        order = reader.get(orders, id=subject.removeprefix("order/"))
        over = order is None or order.state in ORDER_ENDED
        finals = [kind for kind in kinds if kind in FINAL]
        if len(finals) != int(over) or (over and kinds[-1] not in FINAL):
            found.append(f"{subject} ({order.state if order else 'rejected'}) was told {kinds}")
        wrong = [
            row.number
            for row in events
            if row.kind == "order.cancel_refused" and not (over and finals == ["order.shipped"])
        ]
        if wrong:
            found.append(f"{subject} refused a cancel though it was not shipped")
    return found


def _tasks(reader: Reader) -> list[str]:
    """Whatever waits says why; what is held has a holder."""
    found = []
    for task in reader.rows(select(tasks).where(tasks.c.state.in_(TASK_OPEN))):
        code, _ = why(reader, task)
        waits = task.state in (TaskState.PLANNED, TaskState.READY)
        if waits and code not in WORDS:
            found.append(f"{task.kind} {task.subject} waits for {code!r}")
        if not waits and task.holder is None:
            found.append(f"{task.kind} {task.subject} is {task.state} by nobody")
    return found


def _trips(reader: Reader) -> list[str]:
    """No robot is on two trips at once, or on one for a batch that it no longer has."""
    running = reader.all(trips, state=TripState.RUNNING)
    found = [f"robot {robot} is on {n} trips" for robot, n in Counter(row.robot_id for row in running).items() if n > 1]
    for trip in running:
        batch = reader.get(batches, id=trip.batch_id) if trip.batch_id else None
        if batch is not None and (batch.robot_id != trip.robot_id or batch.state not in ON_ROBOT):
            found.append(f"robot {trip.robot_id} drives for batch {batch.id}, which is {batch.state}")
    return found

"""Batches: which orders share a robot's tour, in which totes, past which stops (F05, F89, F92).

A tour ends at a pack station, with a tote for each order, or at a put wall, where the orders of a tote are told apart
(F08). Small orders go by a wall as long as it has slots for them; a full wall keeps nobody waiting.

Urgency comes first; among equally urgent orders those join that are least out of the way. Batches are made only as
robots can take them, and only when there is enough to choose from or somebody has waited long enough, so that late
orders still find company.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, case, func, select

from edge.model.states import BatchState, OrderState, TaskKind, TaskState, ToteState
from edge.planning.company import Company
from edge.planning.stops import Travel, visiting_order
from edge.processes.orders import move_order, subject_of
from edge.store.queue import add_task
from edge.store.statement import Query, param
from edge.store.tables import allocations, batches, orders, robots, stops, tasks, totes
from edge.store.tx import Tx

NEAR_CUTOFF = timedelta(minutes=60)
"""From here on an order does not wait for company."""
FAR_CUTOFF = timedelta(hours=3)
"""Orders whose cut-offs are further away than this are equally urgent."""
SPARE_BATCHES = 1
"""Batches ready beyond the free robots, so that a robot that comes free finds work at once."""

_WAITS = (
    allocations.c.state == "reserved",
    allocations.c.batch_id.is_(None),
    orders.c.wave_id.is_not(None),
    orders.c.hold.is_(False),
    orders.c.state.in_((OrderState.ALLOCATED, OrderState.PICKING, OrderState.PACKING)),
)
_CHOICE = Query(
    select(
        func.count(orders.c.id.distinct()).label("orders"),
        func.min(orders.c.received_at).label("received_at"),
        func.min(orders.c.cutoff_at).label("cutoff_at"),
        func.count(case((orders.c.state != OrderState.ALLOCATED, 1))).label("picking"),
    )
    .select_from(allocations)
    .join(orders, orders.c.id == allocations.c.order_id)
    .where(*_WAITS)
)
"""How many orders wait for a tour, and what the most urgent of them may ask for."""
_WAITING = Query(
    select(
        allocations,
        orders.c.priority,
        orders.c.cutoff_at,
        orders.c.received_at,
        orders.c.station,
        orders.c.state.label("order_state"),
    )
    .join(orders, orders.c.id == allocations.c.order_id)
    .where(*_WAITS)
    .order_by(orders.c.priority.desc(), orders.c.cutoff_at, orders.c.received_at, orders.c.id, allocations.c.id)
    .limit(400)
)
_FREE_TOTES = Query(
    select(totes.c.id)
    .where(totes.c.state == ToteState.FREE, totes.c.place == "buffer")
    .order_by(totes.c.id)
    .limit(param("most", Integer()))
)
_FREE_SLOTS = Query(
    select(totes.c.id).where(totes.c.state == ToteState.FREE, totes.c.place == param("wall")).order_by(totes.c.id)
)
_FIRST_STOPS = Query(
    select(stops.c.batch_id, stops.c.node)
    .join(batches, batches.c.id == stops.c.batch_id)
    .where(batches.c.state == BatchState.PLANNED, stops.c.seq == 0)
)
_FREE_ROBOTS = Query(
    select(robots.c.id).where(
        robots.c.serial != "",
        robots.c.in_service.is_(True),
        robots.c.dead.is_(False),
        robots.c.id.not_in(
            select(batches.c.robot_id).where(
                batches.c.state.in_((BatchState.COLLECTING, BatchState.PICKING, BatchState.DELIVERING)),
                batches.c.robot_id.is_not(None),
            )
        ),
    )
)
_COMING = Query(
    select(func.count())
    .select_from(totes)
    .where(
        totes.c.order_id.is_not(None),
        select(orders.c.station).where(orders.c.id == totes.c.order_id).scalar_subquery() == param("station"),
    )
)
"""A subquery: it leads from the few totes to their orders, and not through all orders that were ever packed there."""
_COMING_FOR_TOTES = Query(
    select(func.count())
    .select_from(stops)
    .join(batches, batches.c.id == stops.c.batch_id)
    .where(
        stops.c.kind == "totes",
        stops.c.done.is_(False),
        batches.c.state != BatchState.CANCELLED,
        stops.c.node == param("node"),
    )
)


@dataclass(slots=True)
class Candidate:
    """An order that waits for a tour."""

    id: str
    priority: int
    cutoff_at: datetime
    received_at: datetime
    station: str | None
    picking: bool
    parts: list[Any] = field(default_factory=list)
    nodes: dict[str, None] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """How many units are to be picked."""
        return sum(part.quantity for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a tour begins and ends: its first node, the pack station or wall and that one's node.

    `slots` are the free slots of the wall, None where the tour ends at a pack station.
    """

    first: str
    station: str
    last: str
    slots: list[str] | None = None


def make_batches(tx: Tx, travel: Travel) -> int:
    """Make batches for the robots that can take them; return how many.

    Where no lane joins two parts of the roadmap, each has tours of its own, and an order may need one of each.
    """
    return sum(_make_batches(tx, travel, part) for part in tx.site.worked_parts)


def _make_batches(tx: Tx, travel: Travel, part: str) -> int:
    room = _room(tx, part)
    made = 0
    waiting = _candidates(tx, part) if room > 0 and _worth_a_look(tx) else []
    travel = cache(travel)
    while waiting and made < room:
        free = _free_totes(tx)
        enough = _enough(tx, len(waiting), free)
        if not free or not (enough or any(_must_go(tx, one) for one in waiting)):
            break
        frame = _frame(tx, waiting, part)
        size = _size(tx, frame, waiting, len(free))
        chosen = _choose(tx, travel, frame, waiting, size)
        if not ((enough and len(chosen) == size) or any(_must_go(tx, one) for one in chosen)):
            break
        tote_of = _share_totes(tx, frame, chosen, free)
        chosen = [one for one in chosen if one.id in tote_of]
        _make(tx, travel, frame, chosen, tote_of)
        waiting = [candidate for candidate in waiting if candidate not in chosen]
        made += 1
    return made


def _worth_a_look(tx: Tx) -> bool:
    """Say whether a tour may come of what waits, without reading it all."""
    choice = tx.one(_CHOICE)
    return choice.orders > 0 and (_enough(tx, choice.orders, _free_totes(tx)) or _must_go(tx, choice))


def _free_totes(tx: Tx) -> list[str]:
    """Return the totes for the next tour."""
    return [row.id for row in tx.rows(_FREE_TOTES, most=_capacity(tx))]


def _enough(tx: Tx, waiting: int, free: Sequence[str]) -> bool:
    """Say whether there are as many orders to choose from as the site wants."""
    return waiting >= len(free) * tx.site.rules.batch_choice


def open_batches_at(tx: Tx, station: str) -> int:
    """Return how much is on its way to a pack station or waits there."""
    count: int = tx.value(_COMING, station=station)
    return count


def _room(tx: Tx, part: str) -> int:
    """Return how many more tours find a robot of this part of the roadmap."""
    free = [row.id for row in tx.rows(_FREE_ROBOTS)]
    planned = [row.id for row in tx.all(batches, state=BatchState.PLANNED)]
    if len(tx.site.worked_parts) > 1:
        home = {unit.id: tx.site.part[tx.site.station[unit.home].node] for unit in tx.site.robots}
        free = [robot for robot in free if home.get(robot) == part]
        first = {row.batch_id: row.node for row in tx.rows(_FIRST_STOPS)}
        planned = [batch for batch in planned if tx.site.part[first[batch]] == part]
    return len(free) + SPARE_BATCHES - len(planned)


def _capacity(tx: Tx) -> int:
    types = [tx.site.robot_type[robot.type].totes for robot in tx.site.robots]
    return min((size for size in types if size), default=0)


def _candidates(tx: Tx, part: str) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for row in tx.rows(_WAITING):
        if tx.site.part[tx.site.location[row.place].node] != part:
            continue
        candidate = found.setdefault(
            row.order_id,
            Candidate(
                row.order_id,
                row.priority,
                row.cutoff_at,
                row.received_at,
                row.station,
                row.order_state != OrderState.ALLOCATED,
            ),
        )
        candidate.parts.append(row)
        candidate.nodes[tx.site.location[row.place].node] = None
    return list(found.values())


def _frame(tx: Tx, waiting: Sequence[Candidate], part: str) -> _Frame:
    """Return where the next tour begins and ends: where one of its orders is bound for, a wall, or an idle station."""
    ends = {one.id: tx.site.stop_for(one, part) for kind in ("wall", "pack") for one in tx.site.stations_of(kind)}
    slots = {wall: [row.id for row in tx.rows(_FREE_SLOTS, wall=f"wall:{wall}")] for wall in tx.site.wall}
    walls = [wall for wall in slots if slots[wall] and ends[wall] is not None and _suits(tx, waiting[0], wall)]
    may = [*walls, *(one.id for one in tx.site.stations_of("pack") if ends[one.id] is not None)]
    station = waiting[0].station or next((one.station for one in waiting if one.station in may), None)
    if station is None and walls:
        station = max(walls, key=lambda wall: len(slots[wall]))
    if station is None:
        station = min((open_batches_at(tx, one), one) for one in may)[1]
    last = ends[station] or tx.site.station[station].node
    return _Frame(_tote_node(tx, part), station, last, slots.get(station))


def _suits(tx: Tx, one: Candidate, station: str) -> bool:
    """Say whether an order may go to a station: the one it is bound for; else any, to a wall only if it is small."""
    if one.station is not None:
        return one.station == station
    wall = tx.site.wall.get(station)
    return wall is None or one.units <= wall.most_units


def _size(tx: Tx, frame: _Frame, waiting: Sequence[Candidate], free: int) -> int:
    """Return how many orders fill the tour: as many as totes and, on the way to a wall, slots can take."""
    if frame.slots is None:
        return free
    at_wall = sum(one.station == frame.station for one in waiting)
    return min(free * tx.site.wall[frame.station].orders_per_tote, len(frame.slots) + at_wall)


def _choose(tx: Tx, travel: Travel, frame: _Frame, waiting: Sequence[Candidate], size: int) -> list[Candidate]:
    """Return the most urgent order that waits and those that fit it best."""
    company = Company(travel, frame.first, frame.last)
    chosen: list[Candidate] = []
    best, others = waiting[0], [one for one in waiting if _suits(tx, one, frame.station)]
    while True:
        chosen.append(best)
        others.remove(best)
        company.join(best.nodes)
        if frame.slots is not None and sum(one.station is None for one in chosen) == len(frame.slots):
            others = [one for one in others if one.station is not None]
        if not others or len(chosen) == size:
            return chosen
        best = min(others, key=lambda one: (*_urgency(tx, one), company.detour(one.nodes), one.received_at, one.id))


def _urgency(tx: Tx, one: Candidate) -> tuple[int, datetime, bool]:
    """Return what comes before company: priority, a cut-off that is no longer far, a wait that is over."""
    return -one.priority, min(one.cutoff_at, tx.now + FAR_CUTOFF), not _must_go(tx, one)


def _must_go(tx: Tx, one: Candidate) -> bool:
    """Say whether an order has no time to wait for others."""
    patience = timedelta(seconds=tx.site.rules.batch_wait_seconds)
    return one.picking or tx.now - one.received_at >= patience or one.cutoff_at - tx.now <= NEAR_CUTOFF


def _share_totes(tx: Tx, frame: _Frame, chosen: Sequence[Candidate], free: Sequence[str]) -> dict[str, str]:
    """Return the tote of each order: one of its own, or on the way to a wall one that some of its owner's share.

    Orders for which there is no tote any more are left out.
    """
    if frame.slots is None:
        return {one.id: tote for one, tote in zip(chosen, free, strict=False)}
    left = list(free)
    sharing: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    for one in chosen:
        owner = one.parts[0].owner
        shared = sharing.get(owner, [])
        if not shared and left:
            shared = [left.pop(0)] * tx.site.wall[frame.station].orders_per_tote
        if shared:
            found[one.id], *sharing[owner] = shared
    return found


def _make(tx: Tx, travel: Travel, frame: _Frame, chosen: Sequence[Candidate], tote_of: dict[str, str]) -> None:
    batch_id = tx.new_id()
    priority = max(one.priority for one in chosen)
    due_at = min(one.cutoff_at for one in chosen)
    picks = visiting_order(travel, frame.first, [node for one in chosen for node in one.nodes], frame.last)
    carry = add_task(tx, TaskKind.CARRY, f"batch/{batch_id}", place="", needs="carry", priority=priority, due_at=due_at)
    kinds = [(frame.first, "totes"), *((node, "pick") for node in picks), (frame.last, "station")]
    tx.insert(
        batches,
        id=batch_id,
        wave_id=tx.get(orders, id=chosen[0].id).wave_id,
        state=BatchState.PLANNED,
        station=frame.station,
        priority=priority,
        due_at=due_at,
        task_id=carry,
    )
    tx.insert_many(
        stops,
        [{"batch_id": batch_id, "seq": seq, "node": node, "kind": kind} for seq, (node, kind) in enumerate(kinds)],
    )
    owned = {tote: order if frame.slots is None else None for order, tote in tote_of.items()}
    for place, (tote, order) in enumerate(owned.items()):
        tx.change(totes, {"id": tote}, state=ToteState.BOUND, order_id=order, batch_id=batch_id, slot=place)
    for one in chosen:
        if frame.slots is not None and one.station is None:
            tx.change(totes, {"id": frame.slots.pop(0)}, state=ToteState.BOUND, order_id=one.id)
        if not one.picking:
            move_order(tx, one.id, OrderState.PICKING, station=frame.station)
        tx.journal("order.batched", subject_of(one.id), batch=batch_id, tote=tote_of[one.id], station=frame.station)
    for seq, node in enumerate(picks, start=1):
        add_picks(tx, batch_id, seq, [part for one in chosen for part in one.parts if _node(tx, part) == node], tote_of)
    tx.journal(
        "batch.planned", f"batch/{batch_id}", orders=[one.id for one in chosen], station=frame.station, stops=len(kinds)
    )


def _tote_node(tx: Tx, part: str) -> str:
    """Return the tote station's node that the fewest open batches still have to visit."""
    nodes = [node for one in tx.site.stations_of("tote") if (node := tx.site.stop_for(one, part)) is not None]
    return min(nodes, key=lambda node: (tx.value(_COMING_FOR_TOTES, node=node), node))


def add_picks(tx: Tx, batch_id: str, seq: int, parts: Sequence[Any], tote_of: dict[str, str]) -> None:
    """Make the pick tasks of one stop, one for each zone that is reached from it."""
    batch = tx.get(batches, id=batch_id)
    if batch is None:
        raise ValueError(f"there is no batch {batch_id}")
    for zone in sorted({tx.site.location[part.place].zone for part in parts}):
        task_id = add_task(
            tx,
            TaskKind.PICK,
            f"batch/{batch_id}",
            place=f"ZONE:{zone}",
            needs="picker",
            priority=batch.priority,
            due_at=batch.due_at,
            state=TaskState.PLANNED,
            reason="wait.robot",
            detail={"seq": seq, "robot": batch.robot_id},
        )
        for part in parts:
            if tx.site.location[part.place].zone == zone:
                tx.change(
                    allocations, {"id": part.id}, batch_id=batch_id, tote_id=tote_of[part.order_id], task_id=task_id
                )


def raise_wait_reason(tx: Tx, batch_id: str, code: str, **detail: Any) -> None:
    """Say at every planned pick of a batch what it waits for."""
    for task in tx.all(tasks, subject=f"batch/{batch_id}", kind=TaskKind.PICK, state=TaskState.PLANNED):
        tx.change(tasks, {"id": task.id}, reason=code, detail=task.detail | detail)


def _node(tx: Tx, part: Any) -> str:
    return tx.site.location[part.place].node

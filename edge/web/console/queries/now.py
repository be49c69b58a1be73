"""Will today's cut-offs be met, what is stuck and why, who works on what: the figures of the first view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select

from edge.model.states import ORDER_OPEN, TASK_HELD, OrderState
from edge.store.tables import exceptions, held, journal, orders, seats, tasks
from edge.store.tx import Reader
from edge.web.console.queries.common import WMS, Name, people_names, told
from edge.web.console.queries.work import WaitingGroup, waiting_groups

RATE_SPAN = timedelta(minutes=30)
"""Long enough to smooth a batch, short enough to follow a change of shift."""
SPAN_LEAST = timedelta(minutes=5)
COUNTED_LEAST = 5
"""A pace measured on fewer orders, or in less time, would cry wolf each morning."""
TIGHT = timedelta(minutes=20)
"""A predicted finish this close to its cut-off deserves a look."""
STILL = timedelta(minutes=10)
"""A floor with orders in work where nothing moved for this long stands still: a pick takes seconds, a tour minutes."""
LOOK_BACK = timedelta(hours=1)
MOVES = (
    "batch.assigned",
    "batch.arrived",
    "tote.arrived",
    "order.picked",
    "parcel.labelled",
    "order.packed",
    "order.shipped",
    "putback.done",
)
"""What the journal says when goods or robots moved."""
EXCEPTIONS_SHOWN = 6
GROUPS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class CutOffState:
    """The orders of one carrier and cut-off; cancelled and fully short ones do not count."""

    carrier: str
    at: datetime
    shipped: int
    packed: int
    picking: int
    todo: int
    on_hold: int
    finish: datetime | None
    """When the last one leaves at the measured rate; None when nothing moves or nothing is left."""

    @property
    def total(self) -> int:
        """All orders that are to leave."""
        return self.shipped + self.packed + self.picking + self.todo

    @property
    def left(self) -> int:
        """Orders still on site."""
        return self.total - self.shipped

    def verdict(self, now: datetime) -> str:
        """Return done, late, missed, tight, unknown, early or good; good only by the pace at which orders leave."""
        if not self.left:
            return "done"
        if self.at <= now:
            return "late"
        if self.finish is None:
            return "unknown" if self.at - now < RATE_SPAN * 4 else "early"
        if self.finish > self.at:
            return "missed"
        return "tight" if self.finish > self.at - TIGHT else "good"


@dataclass(frozen=True, slots=True)
class Now:
    """Everything the first view shows that lives in the database."""

    cutoffs: Sequence[CutOffState]
    rate: float
    """Orders that left per hour, measured over the last half hour."""
    in_work: int
    still_since: datetime | None
    """Since when nothing has moved although orders are in work; None while work flows."""
    waiting: Sequence[WaitingGroup]
    on_hold: int
    no_stock: int
    exceptions: Sequence[Any]
    exceptions_open: int
    people: Sequence[Any]
    carrying: Mapping[str, Any]
    """Robot id → the task in its hands."""
    parked: int
    untold: int
    """Journal rows that the WMS has not acknowledged."""
    names: Mapping[str, Name]


def read_now(reader: Reader) -> Now:
    """Read it all in one go."""
    groups = waiting_groups(reader)
    in_hand = reader.rows(select(tasks).where(tasks.c.state.in_(TASK_HELD), tasks.c.holder.is_not(None)))
    outlook = _outlook(reader)
    return Now(
        cutoffs=outlook.cutoffs,
        rate=outlook.rates.shipped,
        in_work=outlook.in_work,
        still_since=outlook.still_since,
        waiting=groups[:GROUPS_SHOWN],
        on_hold=_count(reader, orders, orders.c.state.in_(ORDER_OPEN), orders.c.hold.is_(True)),
        no_stock=_count(reader, orders, orders.c.state.in_(ORDER_OPEN), orders.c.reason == "wait.no_stock"),
        exceptions=reader.rows(
            select(exceptions)
            .where(exceptions.c.state.in_(("open", "taken")))
            .order_by(exceptions.c.state, exceptions.c.since)
            .limit(EXCEPTIONS_SHOWN)
        ),
        exceptions_open=_count(reader, exceptions, exceptions.c.state.in_(("open", "taken"))),
        people=_people(reader, {task.id: task for task in in_hand}),
        carrying={str(task.holder).removeprefix("robot:"): task for task in in_hand},
        parked=_count(reader, held, held.c.follower == WMS, held.c.parked.is_(True)),
        untold=_untold(reader),
        names=people_names(reader),
    )


def cutoff_of(reader: Reader, carrier: str, at: datetime) -> CutOffState | None:
    """Return the outlook of one carrier's cut-off; None when it is not of today and has nothing left."""
    return next((one for one in _outlook(reader).cutoffs if (one.carrier, one.at) == (carrier, at)), None)


@dataclass(frozen=True, slots=True)
class _Rates:
    """Orders per hour."""

    packed: float
    shipped: float

    def finish(self, now: datetime, to_pack: int, to_ship: int) -> datetime | None:
        """Predict when the last order leaves; packing alone speaks while nothing has left yet."""
        hours = []
        if to_pack:
            if not self.packed:
                return None
            hours.append(to_pack / self.packed)
        if to_ship and self.shipped:
            hours.append(to_ship / self.shipped)
        return now + timedelta(hours=max(hours)) if hours else None


def _rates(reader: Reader) -> _Rates:
    since = reader.now - RATE_SPAN
    # coalesce() hides `kind` from the planner: the index on the time is the narrow one here
    packed: Any = select(
        func.count(journal.c.subject.distinct()).label("n"), func.min(journal.c.at).label("first")
    ).where(journal.c.at >= since, func.coalesce(journal.c.kind, "") == "order.packed")
    shipped: Any = select(func.count().label("n"), func.min(orders.c.closed_at).label("first")).where(
        orders.c.closed_at >= since, orders.c.state == OrderState.SHIPPED
    )
    return _Rates(_per_hour(reader.one(packed), reader.now), _per_hour(reader.one(shipped), reader.now))


def _per_hour(row: Any, now: datetime) -> float:
    """Return the pace since the first one counted; 0 while too few were seen to speak of a pace."""
    if row is None or row.n < COUNTED_LEAST:
        return 0.0
    pace: float = (row.n - 1) * (timedelta(hours=1) / max(now - row.first, SPAN_LEAST))
    return pace


@dataclass(frozen=True, slots=True)
class _Outlook:
    """How fast work goes, and when it will be done."""

    rates: _Rates
    in_work: int
    still_since: datetime | None
    cutoffs: Sequence[CutOffState]


def _outlook(reader: Reader) -> _Outlook:
    rates = _rates(reader)
    in_work = _count(reader, orders, orders.c.state.in_((OrderState.PICKING, OrderState.PACKING)))
    still_since = _still_since(reader) if in_work else None
    cutoffs = _cutoffs(reader, _Rates(0.0, 0.0) if still_since else rates)
    return _Outlook(rates, in_work, still_since, cutoffs)


def _still_since(reader: Reader) -> datetime | None:
    since = reader.now - LOOK_BACK
    kind: Any = func.coalesce(journal.c.kind, "")
    moves = select(journal.c.at).where(journal.c.at >= since, kind.in_(MOVES))
    last = reader.value(moves.order_by(journal.c.at.desc()).limit(1)) or since
    return last if reader.now - last > STILL else None


def _cutoffs(reader: Reader, rates: _Rates) -> list[CutOffState]:
    midnight = reader.site.local(reader.now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = reader.rows(
        select(orders.c.carrier, orders.c.cutoff_at, orders.c.state, orders.c.hold, func.count().label("n"))
        .where(or_(orders.c.cutoff_at >= midnight, orders.c.state.in_(ORDER_OPEN)))
        .group_by(orders.c.carrier, orders.c.cutoff_at, orders.c.state, orders.c.hold)
        .order_by(orders.c.cutoff_at, orders.c.carrier)
    )
    groups: dict[tuple[datetime, str], list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.cutoff_at, row.carrier), []).append(row)
    found: list[CutOffState] = []
    to_pack = to_ship = 0
    for (at, carrier), states in groups.items():
        n = {state: sum(row.n for row in states if row.state == state) for state in OrderState}
        todo = n[OrderState.ACCEPTED] + n[OrderState.ALLOCATED]
        picking = n[OrderState.PICKING] + n[OrderState.PACKING]
        to_pack += todo + picking
        to_ship += todo + picking + n[OrderState.PACKED]
        left = todo + picking + n[OrderState.PACKED]
        state = CutOffState(
            carrier=carrier,
            at=at,
            shipped=n[OrderState.SHIPPED],
            packed=n[OrderState.PACKED],
            picking=picking,
            todo=todo,
            on_hold=sum(row.n for row in states if row.hold and row.state in ORDER_OPEN),
            finish=rates.finish(reader.now, to_pack, to_ship) if left else None,
        )
        if state.total and (left or at >= reader.now - timedelta(hours=12)):
            found.append(state)
    return found


def _people(reader: Reader, in_hand: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    rows = reader.rows(select(seats).order_by(seats.c.place.is_(None), seats.c.place, seats.c.person_id))
    return [(seat, _theirs(seat, in_hand.get(seat.task_id))) for seat in rows if seat.place or seat.task_id]


def _theirs(seat: Any, task: Any) -> Any:
    """Return the task in a person's hands; None when they walked off and somebody else has it."""
    return task if task is not None and task.epoch == seat.epoch else None


def _untold(reader: Reader) -> int:
    return _count(reader, journal, journal.c.seq > told(reader).seq, journal.c.number.is_not(None))


def _count(reader: Reader, table: Any, *where: Any) -> int:
    found: int = reader.value(select(func.count()).select_from(table).where(*where)) or 0
    return found

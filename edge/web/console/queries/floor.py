"""The story of anything on the floor that somebody points at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from edge.model.states import TASK_OPEN, ToteState, TripState
from edge.processes.bill import use_of
from edge.processes.stays import stays_at
from edge.processes.stocktake import open_count
from edge.processes.withdraw import REASONS
from edge.store.tables import (
    batches,
    closures,
    exceptions,
    items,
    journal,
    loads,
    orders,
    passages,
    robots,
    seats,
    stock,
    stops,
    tasks,
    totes,
    trips,
)
from edge.store.tx import Reader
from edge.web.console.queries.common import Name, people_names

STAYS = 5
"""Machines of a place in a side panel, the newest first."""
EVENTS = 12
"""Journal rows in a side panel."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one thing: rows by name, its last journal rows, its open exceptions."""

    kind: str
    id: str
    rows: Mapping[str, Any]
    entries: Sequence[Any] = ()
    troubles: Sequence[Any] = ()
    closed: bool = False
    names: Mapping[str, Name] = field(default_factory=dict)


def story_of(reader: Reader, kind: str, name: str) -> Story | None:
    """Read the story of something on the floor; None when there is no such thing."""
    tell = TELLERS.get(kind)
    rows = tell(reader, name) if tell else None
    if rows is None:
        return None
    return Story(
        kind=kind,
        id=name,
        rows=rows,
        entries=reader.rows(
            select(journal).where(journal.c.subject == f"{kind}/{name}").order_by(journal.c.seq.desc()).limit(EVENTS)
        ),
        troubles=reader.rows(
            select(exceptions)
            .where(exceptions.c.subject == f"{kind}/{name}", exceptions.c.state.in_(("open", "taken")))
            .order_by(exceptions.c.since)
        ),
        closed=reader.value(select(closures.c.id).where(closures.c.id == f"{kind}:{name}")) is not None,
        names=people_names(reader),
    )


def closed_places(reader: Reader) -> Sequence[Any]:
    """Return everything that is closed."""
    return reader.rows(select(closures).order_by(closures.c.since))


def _robot(reader: Reader, name: str) -> dict[str, Any] | None:
    row = reader.one(select(robots).where(robots.c.id == name))
    known = any(robot.id == name for robot in reader.site.robots)
    if row is None and not known:
        return None
    batch = reader.one(select(batches).where(batches.c.robot_id == name, batches.c.state.not_in(("done", "cancelled"))))
    today = reader.site.local(reader.now).date()
    month = today.replace(day=1)
    unit = next((robot for robot in reader.site.robots if robot.id == name), None)
    place = reader.site.station.get(unit.home) if unit is not None else None
    home = None if place is None else place.node
    trip = reader.one(select(trips).where(trips.c.robot_id == name, trips.c.state == TripState.RUNNING))
    return {
        "robot": row,
        "stays": stays_at(reader, name)[:STAYS],
        "named": unit is not None and unit.machine is not None,
        "vacant": row is not None and not row.serial,
        "at_home": row is not None and home is not None and trip is None and (row.node or home) == home,
        "month": month,
        "used": {"today": use_of(reader, name, today, today), "month": use_of(reader, name, month, today)},
        "batch": batch,
        "stops": reader.rows(select(stops).where(stops.c.batch_id == batch.id).order_by(stops.c.seq)) if batch else (),
        "trip": trip,
        "totes": reader.rows(
            select(totes, orders.c.order_key, orders.c.cutoff_at)
            .outerjoin(orders, orders.c.id == totes.c.order_id)
            .where(totes.c.place == f"robot:{name}")
            .order_by(totes.c.slot, totes.c.id)
        ),
    }


def _location(reader: Reader, name: str) -> dict[str, Any] | None:
    place = reader.site.location.get(name)
    if place is None:
        return None
    levels = [
        each.id for each in reader.site.locations if (each.x, each.y, each.zone) == (place.x, place.y, place.zone)
    ]
    goods = reader.rows(
        select(stock, items.c.name_ja, items.c.name_en)
        .outerjoin(items, (items.c.owner == stock.c.owner) & (items.c.sku == stock.c.sku))
        .where(stock.c.place.in_(levels))
        .order_by(stock.c.place, stock.c.sku)
    )
    counts = {level: open_count(reader, level) for level in levels}
    return {"place": place, "levels": levels, "goods": goods, "counts": counts, "reasons": REASONS}


def _station(reader: Reader, name: str) -> dict[str, Any] | None:
    station = reader.site.station.get(name)
    if station is None:
        return None
    waiting = reader.rows(
        select(totes, orders.c.order_key, orders.c.cutoff_at)
        .outerjoin(orders, orders.c.id == totes.c.order_id)
        .where(totes.c.place == f"station:{name}", totes.c.state == ToteState.WAITING)
        .order_by(orders.c.cutoff_at, totes.c.id)
        .limit(20)
    )
    return {"station": station, "waiting": waiting, **_people_and_work(reader, name)}


def _dock(reader: Reader, name: str) -> dict[str, Any] | None:
    dock = reader.site.dock.get(name)
    if dock is None:
        return None
    open_loads = reader.rows(
        select(loads).where(loads.c.dock == name, loads.c.state.in_(("open", "at_gate"))).order_by(loads.c.id).limit(10)
    )
    return {"dock": dock, "loads": open_loads, **_people_and_work(reader, name)}


def _gate(reader: Reader, name: str) -> dict[str, Any] | None:
    gate = reader.site.gate.get(name)
    if gate is None:
        return None
    last = reader.rows(
        select(passages).where(passages.c.gate == name).order_by(passages.c.closed_at.desc(), passages.c.id).limit(5)
    )
    return {"gate": gate, "passages": last}


def _door(reader: Reader, name: str) -> dict[str, Any] | None:
    door = reader.site.door.get(name)
    return None if door is None else {"door": door}


def _lift(reader: Reader, name: str) -> dict[str, Any] | None:
    lift = reader.site.lift.get(name)
    return None if lift is None else {"lift": lift}


def _zone(reader: Reader, name: str) -> dict[str, Any] | None:
    zone = reader.site.zone.get(name)
    if zone is None:
        return None
    count = sum(1 for place in reader.site.locations if place.zone == name)
    return {"zone": zone, "locations": count, **_people_and_work(reader, f"ZONE:{name}")}


def _node(reader: Reader, name: str) -> dict[str, Any] | None:
    known = any(node.id == name for node in reader.site.roadmap.nodes)
    return {} if known else None


def _lane(reader: Reader, name: str) -> dict[str, Any] | None:
    start, _, end = name.partition(">")
    for lane in reader.site.roadmap.lanes:
        if (lane.start, lane.end) == (start, end) or (lane.both and (lane.end, lane.start) == (start, end)):
            return {"lane": lane}
    return None


def _people_and_work(reader: Reader, place: str) -> dict[str, Any]:
    work = reader.rows(
        select(tasks.c.kind, tasks.c.state, func.count().label("n"))
        .where(tasks.c.place == place, tasks.c.state.in_(TASK_OPEN))
        .group_by(tasks.c.kind, tasks.c.state)
        .order_by(tasks.c.kind, tasks.c.state)
    )
    return {
        "work": work,
        "people": reader.rows(select(seats).where(seats.c.place == place).order_by(seats.c.person_id)),
    }


TELLERS: Mapping[str, Callable[[Reader, str], dict[str, Any] | None]] = {
    "robot": _robot,
    "location": _location,
    "station": _station,
    "dock": _dock,
    "gate": _gate,
    "door": _door,
    "lift": _lift,
    "zone": _zone,
    "node": _node,
    "lane": _lane,
}

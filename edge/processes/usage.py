"""The use of each robot by day, for the lessor's bill: booked by the meter every five minutes, each booking once.

Time, battery and odometer are what the meter saw. Missions, loads and lanes driven are counted from the journal, up to
a row that is kept with them: after whatever crash the counting goes on exactly there.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select, update

from edge.model.states import TripState
from edge.model.usage import Amounts, Mark
from edge.store.statement import Query, param
from edge.store.tables import journal, meta, robots, trips, usage, usage_marks
from edge.store.tx import Reader, Tx

Length = Callable[[str, str], int]
"""Millimetres of the lane from node to node, 0 where there is none."""

SEQ, NUMBER = "usage.seq", "usage.number"
"""Where in the table of facts the last counted row of the journal and the number of the last booking are kept."""
SUMS = ("powered_ms", "worked_ms", "missions", "trips", "loads", "drove_mm", "drained", "charged", "charges")
"""The columns that only grow."""
TRIP_ENDS = tuple(f"trip.{state}" for state in TripState if state is not TripState.RUNNING)
MISSION_END = "batch.done"
_ENDED = Query(
    select(journal.c.at, journal.c.kind, journal.c.subject, journal.c.data)
    .where(journal.c.seq > param("seq"), journal.c.kind.in_((*TRIP_ENDS, MISSION_END)))
    .order_by(journal.c.seq)
)
_KEY = ("day", "robot_id", "manufacturer", "serial")
_ADD = Query(
    update(usage)
    .where(*(usage.c[name] == param(f"key_{name}") for name in _KEY))
    .values(battery_wh=param("capacity"), **{name: usage.c[name] + param(f"more_{name}") for name in SUMS})
)


@dataclass(frozen=True, slots=True)
class Booking:
    """What the meter adds for one robot, and up to where it has counted."""

    robot_id: str
    days: Mapping[str, Amounts]
    mark: Mark
    machine: tuple[str, str] | None = None
    """Manufacturer and serial of what used it; None: of whoever has the place now."""


def open_meter(tx: Tx, length: Length) -> tuple[int, dict[str, Mark]]:
    """Catch up with the journal; return the number of the last booking, and by robot where to count on from.

    On a site that was not metered before, counting begins now.
    """
    if counted_to(tx) is None:
        _keep(tx, SEQ, tx.seq)
    catch_up(tx, length)
    marks = {row.robot_id: row for row in tx.all(usage_marks)}
    found = {}
    for row in tx.all(robots):
        mark = marks.get(row.id)
        if mark is not None and (mark.manufacturer, mark.serial) == (row.manufacturer, row.serial):
            found[row.id] = Mark(mark.percent, mark.charging, mark.odometer_mm)
        else:
            found[row.id] = Mark()
    return _fact(tx, NUMBER) or 0, found


def machines(reader: Reader) -> dict[str, tuple[str, str]]:
    """Return which machine has each robot's place now."""
    return {row.id: (row.manufacturer, row.serial) for row in reader.all(robots) if row.serial}


def book_usage(tx: Tx, number: int, bookings: Sequence[Booking], length: Length) -> None:
    """Add what the meter counted, once for each number: a booking of which nobody knows if it was taken is repeated."""
    if number <= (_fact(tx, NUMBER) or 0):
        return
    for booking in bookings:
        row = tx.get(robots, id=booking.robot_id)
        machine = booking.machine or (row.manufacturer, row.serial)
        for day, amounts in booking.days.items():
            _add(tx, row, machine, day, asdict(amounts))
        kept = {"manufacturer": machine[0], "serial": machine[1], **asdict(booking.mark)}
        if not tx.change(usage_marks, {"robot_id": row.id}, **kept):
            tx.insert(usage_marks, robot_id=row.id, **kept)
    _keep(tx, NUMBER, number)
    catch_up(tx, length)


def catch_up(tx: Tx, length: Length) -> None:
    """Count what the journal tells since the last time, for the robots as the rows know them."""
    seq = counted_to(tx)
    if seq is None or seq >= tx.seq:
        return
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in tx.rows(_ENDED, seq=seq):
        day = tx.site.local(entry.at).date().isoformat()
        if entry.kind == MISSION_END:
            counts[day, entry.data["robot"]].update(missions=1, loads=entry.data.get("totes", 0))
        else:
            done = entry.kind == f"trip.{TripState.DONE}"
            trip = tx.get(trips, id=entry.data["trip"])
            counts[day, trip.robot_id].update(trips=int(done), drove_mm=_driven(tx, trip, length))
    for (day, robot_id), more in counts.items():
        row = tx.get(robots, id=robot_id)
        if row is not None:
            _add(tx, row, (row.manufacturer, row.serial), day, more)
    _keep(tx, SEQ, tx.seq)


def counted_to(reader: Reader) -> int | None:
    """Return the number of the last row of the journal that is counted; None on a site without a meter."""
    return _fact(reader, SEQ)


def _driven(tx: Tx, trip: Any, length: Length) -> int:
    """Return the lanes a trip led over, mm; none for a robot that counts what it drives itself."""
    mark = tx.get(usage_marks, robot_id=trip.robot_id)
    if mark is not None and mark.odometer_mm is not None:
        return 0
    route = trip.route if trip.state == TripState.DONE else trip.route[: trip.passed + 1]
    return sum(length(start, end) for start, end in pairwise(route))


def _add(tx: Tx, robot: Any, machine: tuple[str, str], day: str, more: Mapping[str, int]) -> None:
    key = {"day": day, "robot_id": robot.id, "manufacturer": machine[0], "serial": machine[1]}
    kind = tx.site.robot_type.get(robot.type)
    capacity = None if kind is None else kind.battery_wh
    sums = {name: more.get(name, 0) for name in SUMS}
    named = {f"key_{name}": value for name, value in key.items()}
    added = {f"more_{name}": value for name, value in sums.items()}
    if not tx.run(_ADD, capacity=capacity, **named, **added):
        tx.insert(usage, **key, **sums, battery_wh=capacity)


def _fact(reader: Reader, name: str) -> int | None:
    row = reader.get(meta, key=name)
    return None if row is None else int(row.value)


def _keep(tx: Tx, name: str, value: int) -> None:
    if not tx.change(meta, {"key": name}, value=str(value)):
        tx.insert(meta, key=name, value=str(value))

"""What the rows want of the fleet, read at one moment: tours and their next stops, what waits, what is closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from edge.model.states import BatchState, Halt, TripState
from edge.processes import carry
from edge.processes.everybody import FLOOR
from edge.processes.stays import since
from edge.store.statement import Query, param
from edge.store.tables import batches, closures, robots, stops, tasks, totes, trips
from edge.store.tx import Reader, Tx

WAITING_MOST = 100
"""Tours looked at when work is given out: more than a site has robots free at one moment."""
_UNDONE = (*carry.ON_ROBOT, BatchState.PLANNED)
_ON_ROBOT = Query(select(batches).where(batches.c.state.in_(carry.ON_ROBOT)).order_by(batches.c.id))
_PLANNED = Query(
    select(batches)
    .where(batches.c.state == BatchState.PLANNED)
    .order_by(batches.c.priority.desc(), batches.c.due_at, batches.c.id)
    .limit(WAITING_MOST)
)
_NEXT = (
    select(stops.c.batch_id, func.min(stops.c.seq).label("seq"))
    .join(batches, batches.c.id == stops.c.batch_id)
    .where(batches.c.state.in_(_UNDONE), stops.c.done.is_(False))
    .group_by(stops.c.batch_id)
    .subquery()
)
_NEXT_STOPS = Query(
    select(stops)
    .join(_NEXT, (_NEXT.c.batch_id == stops.c.batch_id) & (_NEXT.c.seq == stops.c.seq))
    .order_by(stops.c.batch_id)
)
_ROBOT = "robot:"
_ABOARD = Query(
    select(totes.c.id, totes.c.place)
    .where(func.substr(totes.c.place, 1, len(_ROBOT)) == _ROBOT)  # a quarter of what LIKE takes
    .order_by(totes.c.slot, totes.c.id)
)
_TOTES_OF = Query(
    select(totes.c.id)
    .where(totes.c.batch_id == param("batch"), totes.c.place == param("place"))
    .order_by(totes.c.slot, totes.c.id)
)
_RUNNING = Query(select(trips).where(trips.c.state == TripState.RUNNING).order_by(trips.c.id))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows of one moment."""

    rows: dict[str, Any] = field(default_factory=dict)
    """Robots, by id."""
    batches: dict[str, Any] = field(default_factory=dict)
    """By robot."""
    stops: dict[str, Any] = field(default_factory=dict)
    """The next stop of each batch, by batch."""
    waiting: Sequence[Any] = ()
    """Batches without a robot, the most urgent first."""
    aboard: dict[str, list[str]] = field(default_factory=dict)
    """Totes by robot."""
    closed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Kind and place of what is closed, by closure."""
    stopped: bool = False
    """All robots are to stand where they are."""
    called_home: bool = False
    """All robots are to go home and stay there."""

    def ahead(self, robot_id: str) -> Any | None:
        """Return the stop to which a robot's tour leads it now; None when it has no tour, or stands at its stop."""
        batch = self.batches.get(robot_id)
        stop = None if batch is None else self.stops.get(batch.id)
        return stop if stop is not None and stop.arrived_at is None else None


@dataclass(frozen=True, slots=True)
class Tour:
    """What a batch that waits asks of a robot: the nodes of its stops in order, how many totes, and since when.

    `first` is the kind of its first stop.
    """

    nodes: list[str]
    first: str
    totes: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Start:
    """A trip to begin: `route` to its goal, `tour` with the way home behind it."""

    robot_id: str
    purpose: str
    route: list[str]
    tour: Sequence[str]
    batch_id: str | None
    stop: Any
    charging: bool
    deviation: int


def wanted(reader: Reader) -> Wanted:
    """Read what is wanted of the fleet."""
    aboard: dict[str, list[str]] = {}
    for row in reader.rows(_ABOARD):
        aboard.setdefault(row.place.removeprefix(_ROBOT), []).append(row.id)
    shut = [(row.id, row.kind, row.id.partition(":")[2]) for row in reader.all(closures)]
    halts = [place for _, kind, place in shut if kind == FLOOR]
    return Wanted(
        rows={row.id: row for row in reader.all(robots)},
        batches={row.robot_id: row for row in reader.rows(_ON_ROBOT)},
        stops={row.batch_id: row for row in reader.rows(_NEXT_STOPS)},
        waiting=reader.rows(_PLANNED),
        aboard=aboard,
        closed={one: (kind, place) for one, kind, place in shut if kind != FLOOR},
        stopped=Halt.STOPPED in halts,
        called_home=Halt.HOME in halts,
    )


def tours(reader: Reader, batch_ids: Iterable[str]) -> dict[str, Tour]:
    """Read the tours of these batches; without those that have no stop left."""
    found = {}
    for batch_id in batch_ids:
        left = sorted(reader.all(stops, batch_id=batch_id, done=False), key=lambda row: row.seq)
        task = reader.get(tasks, id=carry.batch_row(reader, batch_id).task_id)
        if left and task is not None:
            nodes = [row.node for row in left]
            found[batch_id] = Tour(nodes, left[0].kind, len(reader.all(totes, batch_id=batch_id)), task.created_at)
    return found


def wanted_after(reader: Reader, before: Wanted, batch_ids: Iterable[str]) -> Wanted:
    """Read anew only what is wanted of these tours, at which or at whose stops something happened."""
    now = replace(
        before,
        batches={**before.batches},
        stops={**before.stops},
        waiting=reader.rows(_PLANNED),
        aboard={**before.aboard},
    )
    changed = dict.fromkeys(batch_ids)
    for robot_id, row in before.batches.items():
        if row.id in changed:
            del now.batches[robot_id]
            now.aboard.pop(robot_id, None)
    for batch_id in changed:
        batch, stop = carry.batch_row(reader, batch_id), carry.next_stop(reader, batch_id)
        if batch.state in carry.ON_ROBOT:
            now.batches[batch.robot_id] = batch
            if aboard := reader.rows(_TOTES_OF, batch=batch_id, place=_ROBOT + batch.robot_id):
                now.aboard[batch.robot_id] = [row.id for row in aboard]
        now.stops.pop(batch_id, None)
        if stop is not None and batch.state in _UNDONE:
            now.stops[batch_id] = stop
    return now


def last_trips(reader: Reader) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the running trip and the last trip of each robot; not of machines that had its place before."""
    running = {row.robot_id: row for row in reader.rows(_RUNNING)}
    last: dict[str, Any] = {}
    begun = since(reader)
    for robot in reader.all(robots):
        row = carry.last_trip(reader, robot.id)
        if row is not None and (robot.id not in begun or row.started_at >= begun[robot.id]):
            last[robot.id] = row
    return running, last


def begin_trip(tx: Tx, start: Start) -> tuple[str, list[dict[str, Any]]] | None:
    """Begin a trip; None when the robot was declared dead or taken out since the trip was thought of."""
    robot = tx.get(robots, id=start.robot_id)
    if robot.dead or not robot.serial:
        return None
    actions = carry.actions_at(tx, start.robot_id, start.stop) if start.stop is not None else []
    if start.charging:
        actions.insert(0, {"id": tx.new_id(), "at": "start", "type": "stopCharging"})
    if start.purpose == "charge":
        actions.append({"id": tx.new_id(), "at": "end", "type": "startCharging"})
    trip = carry.begin_trip(
        tx,
        start.robot_id,
        purpose=start.purpose,
        route=start.route,
        actions=actions,
        batch_id=start.batch_id,
        tour=start.tour,
        deviation=start.deviation,
    )
    return trip, actions

"""A batch on its robot: fetch totes, stop at every pick place, hand the totes over at the pack station.

Trips are what is wanted of a robot; the fleet's controller drives them and calls back here with what was reported.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select, update

from edge.model.reasons import Refusal
from edge.model.states import (
    TASK_OPEN,
    BatchState,
    OrderState,
    TaskKind,
    TaskState,
    ToteState,
    TripState,
)
from edge.planning.batches import raise_wait_reason
from edge.processes.orders import all_lines, move_order, subject_of
from edge.processes.slots import bring_to_wall, close_slot, left_to_put
from edge.processes.totes import clear_tote, free_tote, free_totes
from edge.processes.trouble import ROBOT_TROUBLES, raise_trouble, solve_trouble, solve_troubles
from edge.store.queue import Claim, add_task, cancel_task, claim, finish, make_ready, release
from edge.store.statement import Query, param
from edge.store.tables import allocations, batches, meta, orders, robots, stops, tasks, totes, trips
from edge.store.tx import Reader, Tx

PROOF = "traffic.proof/"
"""With a robot behind it the key under which its moves in the last proof of safe passage are kept over restarts."""
ON_ROBOT = (BatchState.COLLECTING, BatchState.PICKING, BatchState.DELIVERING)
_BATCH_ON = Query(select(batches).where(batches.c.robot_id == param("robot"), batches.c.state.in_(ON_ROBOT)))
_PICKS_PLANNED = Query(
    select(tasks.c.id, tasks.c.detail)
    .where(tasks.c.subject == param("batch"), tasks.c.kind == TaskKind.PICK, tasks.c.state == TaskState.PLANNED)
    .order_by(tasks.c.id)
)
_PICKS_LEFT = Query(
    select(tasks.c.detail).where(
        tasks.c.subject == param("batch"), tasks.c.kind == TaskKind.PICK, tasks.c.state.in_(TASK_OPEN)
    )
)
_STOP_WORKED = Query(
    update(stops)
    .where(
        stops.c.batch_id == param("batch"),
        stops.c.seq == param("number"),
        stops.c.done.is_(False),
        stops.c.arrived_at.is_not(None),
    )
    .values(done=True)
)
_PROMISED = Query(
    select(allocations.c.id)
    .where(allocations.c.order_id == param("order"), allocations.c.state == param("state"))
    .limit(1)
)
_LAST_TRIP = Query(
    select(trips)
    .where(trips.c.robot_id == param("robot"))
    .order_by(trips.c.started_at.desc(), trips.c.id.desc())
    .limit(1)
)
_TOTES_OF = Query(select(totes).where(totes.c.batch_id == param("batch")).order_by(totes.c.slot, totes.c.id))


def assign_robot(tx: Tx, batch_id: str, robot_id: str, start: str | None = None) -> None:
    """Give a planned batch to a robot; raises Refusal when either is no longer free.

    `start` is the node where it takes its totes aboard, if not the planned one: empty ones lie at every tote station.
    """
    batch = batch_row(tx, batch_id)
    robot = tx.get(robots, id=robot_id)
    if robot.dead:
        raise Refusal("robot.dead")
    if not robot.serial:
        raise Refusal("robot.vacant", robot=robot_id)
    claim(tx, batch.task_id, f"robot:{robot_id}")
    tx.change(batches, {"id": batch_id}, robot_id=robot_id, state=BatchState.COLLECTING)
    stop = next_stop(tx, batch_id)
    if start is not None and stop is not None and stop.kind == "totes" and stop.node != start:
        tx.change(stops, {"batch_id": batch_id, "seq": stop.seq}, node=start)
    raise_wait_reason(tx, batch_id, "wait.robot_coming", robot=robot_id)
    tx.journal("batch.assigned", f"batch/{batch_id}", robot=robot_id)


def batch_of(reader: Reader, robot_id: str) -> Any:
    """Return the batch on a robot or None."""
    return reader.one(_BATCH_ON, robot=robot_id)


def batch_row(reader: Reader, batch_id: str) -> Any:
    """Return a batch that must exist."""
    row = reader.get(batches, id=batch_id)
    if row is None:
        raise ValueError(f"there is no batch {batch_id}")
    return row


def next_stop(reader: Reader, batch_id: str) -> Any:
    """Return the first stop that is not done, or None."""
    return reader.get(stops, batch_id=batch_id, done=False)


def actions_at(tx: Tx, robot_id: str, stop: Any) -> list[dict[str, Any]]:
    """Return the actions of a trip that ends at a stop: totes taken aboard or handed over."""
    if stop.kind == "pick":
        return []
    kind, place = ("pick", "buffer") if stop.kind == "totes" else ("drop", f"robot:{robot_id}")
    rows = sorted(tx.all(totes, batch_id=stop.batch_id, place=place), key=lambda row: (row.slot or 0, row.id))
    return [
        {
            "id": tx.new_id(),
            "at": "end",
            "type": kind,
            "loadId": row.id,
            "loadType": "tote",
            "lhd": str((row.slot or 0) + 1),
            "stationName": stop.node,
        }
        for row in rows
    ]


def begin_trip(
    tx: Tx,
    robot_id: str,
    *,
    purpose: str,
    route: Sequence[str],
    actions: Sequence[dict[str, Any]],
    batch_id: str | None,
    tour: Sequence[str] = (),
    deviation: int = 0,
) -> str:
    """Want a robot to drive a route and act at its end; returns the trip's id, which is its VDA 5050 order id."""
    trip_id = tx.new_id()
    tx.insert(
        trips,
        id=trip_id,
        robot_id=robot_id,
        batch_id=batch_id,
        purpose=purpose,
        state=TripState.RUNNING,
        route=list(route),
        tour=list(tour or route),
        deviation=deviation,
        actions=list(actions),
        started_at=tx.now,
    )
    tx.journal("trip.begun", f"robot/{robot_id}", trip=trip_id, purpose=purpose, target=route[-1], batch=batch_id)
    return trip_id


def release_way(tx: Tx, ways: Sequence[dict[str, Any]], proof: Mapping[str, Sequence[tuple[int, int]]]) -> None:
    """Note how far trips are released, and the proof that all get home, before the robots are told.

    Each way is `{id, released, update_id, passed}`, with `route` and `tour` where these are new. Of the proof only the
    moves of those robots whose moves have changed: to which position, and with which rank among the moves of all.
    """
    for way in ways:
        tx.change(trips, {"id": way["id"]}, **{name: value for name, value in way.items() if name != "id"})
    for robot, moves in proof.items():
        kept = msgspec.json.encode(moves).decode()
        if not tx.change(meta, {"key": PROOF + robot}, value=kept):
            tx.insert(meta, key=PROOF + robot, value=kept)


def kept_proof(reader: Reader) -> list[tuple[str, int]]:
    """Return the proof that was kept last: which robot drives next to which position, until all are home."""
    kept = reader.rows(select(meta).where(meta.c.key.startswith(PROOF, autoescape=True)).order_by(meta.c.key))
    moves = [(rank, row.key.removeprefix(PROOF), at) for row in kept for at, rank in msgspec.json.decode(row.value)]
    return [(robot, at) for _, robot, at in sorted(moves)]


def turn_home(tx: Tx, way: dict[str, Any]) -> None:
    """Have a trip end at the robot's home: its stop is left for later. The way is as for release_way."""
    trip = tx.get(trips, id=way["id"], state=TripState.RUNNING)
    if trip is None:
        return
    actions = [one for one in trip.actions if one["at"] == "start"]
    release_way(tx, [way | {"purpose": "clear", "batch_id": None, "actions": actions}], {})
    tx.journal("trip.turned", f"robot/{trip.robot_id}", trip=trip.id, target=way["route"][-1], batch=trip.batch_id)


def trip_accepted(tx: Tx, trip_id: str) -> None:
    """The robot has echoed the order of a trip."""
    tx.change(trips, {"id": trip_id}, accepted=True)


def running_trip(reader: Reader, robot_id: str) -> Any:
    """Return the trip a robot is on or None."""
    return reader.get(trips, robot_id=robot_id, state=TripState.RUNNING)


def last_trip(reader: Reader, robot_id: str) -> Any:
    """Return the trip that a robot began last or None."""
    return reader.one(_LAST_TRIP, robot=robot_id)


def last_node(reader: Reader, robot_id: str) -> str:
    """Return the node that a robot passed or reached last, its home when it never moved."""
    trip = running_trip(reader, robot_id)
    if trip is not None:
        return str(trip.route[trip.passed])
    robot = reader.get(robots, id=robot_id)
    return str(robot.node or reader.site.station[robot.home].node)


def trip_done(tx: Tx, trip_id: str) -> None:
    """The robot reported the end of its trip: what it was for has happened. Told twice, it happens once."""
    trip = _end(tx, trip_id, TripState.DONE, None)
    if trip is None:
        return
    tx.change(robots, {"id": trip.robot_id}, node=trip.route[-1])
    solve_troubles(tx, ROBOT_TROUBLES, f"robot/{trip.robot_id}")
    if trip.batch_id is not None:
        batch = batch_row(tx, trip.batch_id)
        stop = next_stop(tx, trip.batch_id)
        if stop is not None and batch.robot_id == trip.robot_id and batch.state in ON_ROBOT:
            _arrive(tx, batch, stop)


def trip_failed(tx: Tx, trip_id: str, reason: str, node: str | None = None, ahead: str | None = None) -> None:
    """The trip ended without reaching its end (cancelled, rejected, an action failed).

    It stands as `stands` takes it; without a node, where it was heard last.
    """
    trip = _end(tx, trip_id, TripState.FAILED, reason)
    if trip is not None:
        stands(tx, trip.robot_id, node or trip.route[trip.passed], ahead)


def stands(tx: Tx, robot_id: str, node: str, ahead: str | None) -> None:
    """A robot without a trip stands at a node, or between that and the one ahead; it holds nothing more of its way."""
    tx.change(robots, {"id": robot_id}, node=node)
    trip = last_trip(tx, robot_id)
    if trip is None or trip.state in (TripState.RUNNING, TripState.DONE):
        return
    held = trip.tour[: trip.released + 1]
    if node in held[trip.passed :]:
        at = held.index(node, trip.passed)
        between = ahead is not None and trip.tour[at + 1 : at + 2] == [ahead]
        tx.change(trips, {"id": trip.id}, passed=at, released=at + between)


def stop_worked(tx: Tx, batch_id: str, seq: int) -> None:
    """Let the robot go on when nothing is left to do at a pick stop."""
    if any(row.detail["seq"] == seq for row in tx.rows(_PICKS_LEFT, batch=f"batch/{batch_id}")):
        return
    if tx.run(_STOP_WORKED, batch=batch_id, number=seq):
        tx.journal("stop.done", f"batch/{batch_id}", seq=seq)


def loads_told(tx: Tx, robot_id: str, loads: Sequence[str]) -> None:
    """The robot says what is aboard: what is taken or handed over is never handled twice (R29)."""
    batch = batch_of(tx, robot_id)
    if batch is None and loads:
        raise_trouble(tx, "robot.strange_load", f"robot/{robot_id}", robot=robot_id, loads=list(loads))
    elif not loads:
        solve_trouble(tx, "robot.strange_load", f"robot/{robot_id}")
    stop = next_stop(tx, batch.id) if batch is not None else None
    if stop is None:
        return
    aboard = f"robot:{robot_id}"
    for tote in tx.all(totes, batch_id=batch.id):
        if stop.kind == "totes" and tote.place == "buffer" and tote.id in loads:
            tx.change(totes, {"id": tote.id}, place=aboard)
            tx.journal("tote.aboard", f"tote/{tote.id}", robot=robot_id)
        elif stop.kind == "station" and tote.place == aboard and tote.id not in loads:
            tx.change(totes, {"id": tote.id}, place=f"station:{batch.station}")
            tx.journal("tote.handed_over", f"tote/{tote.id}", robot=robot_id, station=batch.station)


def lose_robot(tx: Tx, robot_id: str) -> None:
    """A robot is out of work for good: its batch goes to another, or people fetch what is on it (R123).

    What it has handed over already stands at the station, and what it has not fetched yet is free again.
    """
    trip = running_trip(tx, robot_id)
    if trip is not None:
        _end(tx, trip.id, TripState.CANCELLED, "robot.dead")
    batch = batch_of(tx, robot_id)
    if batch is None:
        return
    aboard = tx.all(totes, place=f"robot:{robot_id}")
    handed_over = tx.all(totes, batch_id=batch.id, place=f"station:{batch.station}")
    if handed_over and not aboard:
        _arrive(tx, batch, next_stop(tx, batch.id))
        return
    if not aboard:
        release(tx, batch.task_id, "robot.dead")
        tx.change(batches, {"id": batch.id}, robot_id=None, state=BatchState.PLANNED)
        raise_wait_reason(tx, batch.id, "wait.robot")
        tx.journal("batch.returned", f"batch/{batch.id}", reason="robot.dead", robot=robot_id)
        return
    _break_up(tx, batch)
    for tote in handed_over:
        set_down(tx, tote, batch.station)
    for tote in tx.all(totes, batch_id=batch.id, place="buffer"):
        free_tote(tx, tote.id)
    add_task(
        tx,
        TaskKind.RESCUE,
        f"robot/{robot_id}",
        place=f"ZONE:{_nearest_zone(tx, robot_id)}",
        needs="picker",
        priority=9,
        due_at=batch.due_at,
        detail={"station": batch.station, "totes": [row.id for row in aboard], "robot": robot_id},
    )


def set_down(tx: Tx, tote: Any, station: str) -> None:
    """A tote stands at its station: the last one lets its order be packed, one of an ended order is cleared.

    At a put wall it is to be sorted, if anybody wants what is in it.
    """
    tx.change(totes, {"id": tote.id}, place=f"station:{station}", batch_id=None)
    if bring_to_wall(tx, tote, station):
        return
    if tote.order_id is None or tx.get(orders, id=tote.order_id).state in (OrderState.CANCELLED, OrderState.SHORT):
        clear_tote(tx, tote.id)
        return
    tx.change(totes, {"id": tote.id}, state=ToteState.WAITING)
    tx.journal("tote.arrived", f"tote/{tote.id}", station=station, order=tote.order_id)
    order_may_be_packed(tx, tote.order_id)


def order_may_be_packed(tx: Tx, order_id: str) -> None:
    """Start packing when all of an order is at the station and nothing is left to pick; clear empty totes.

    An order that comes together in a slot of a wall is whole when nothing of it is left in shared totes.
    """
    order = tx.get(orders, id=order_id)
    if order is None or order.state != OrderState.PICKING:
        return
    rows = tx.all(totes, order_id=order_id)
    at_wall = order.station in tx.site.wall
    unpicked = tx.value(_PROMISED, order=order_id, state="reserved")
    if unpicked or (left_to_put(tx, order_id) if at_wall else any(row.state != ToteState.WAITING for row in rows)):
        return
    if tx.value(_PROMISED, order=order_id, state="picked") is None:
        end_unpicked(tx, order_id)
        return
    station = close_slot(tx, order) if at_wall else order.station
    move_order(tx, order_id, OrderState.PACKING, station=station)
    add_task(
        tx,
        TaskKind.PACK,
        subject_of(order_id),
        place=station,
        needs="packer",
        priority=order.priority,
        due_at=order.cutoff_at,
        state=TaskState.PLANNED if order.hold else TaskState.READY,
        reason="wait.hold" if order.hold else None,
        detail={"totes": [row.id for row in rows]},
    )


def end_unpicked(tx: Tx, order_id: str) -> None:
    """End an order of which nothing could be picked, and free its empty totes."""
    free_totes(tx, order_id)
    move_order(tx, order_id, OrderState.SHORT, reason="order.no_stock")
    told = all_lines(tx, order_id)
    tx.journal("order.cancelled", subject_of(order_id), reason="order.no_stock", outward=True, lines=told)


def _arrive(tx: Tx, batch: Any, stop: Any) -> None:
    tx.change(stops, {"batch_id": batch.id, "seq": stop.seq}, arrived_at=tx.now)
    tx.change(batches, {"id": batch.id}, stop=stop.seq)
    tx.journal("batch.arrived", f"batch/{batch.id}", seq=stop.seq, node=stop.node, robot=batch.robot_id, stop=stop.kind)
    if stop.kind == "totes":
        tx.change(totes, {"batch_id": batch.id, "place": "buffer"}, place=f"robot:{batch.robot_id}")
        tx.change(batches, {"id": batch.id}, state=BatchState.PICKING)
        tx.change(stops, {"batch_id": batch.id, "seq": stop.seq}, done=True)
    elif stop.kind == "pick":
        picks = [row.id for row in tx.rows(_PICKS_PLANNED, batch=f"batch/{batch.id}") if row.detail["seq"] == stop.seq]
        for task_id in picks:
            make_ready(tx, task_id)
        if not picks:
            stop_worked(tx, batch.id, stop.seq)
    else:
        _deliver(tx, batch, stop)


def _deliver(tx: Tx, batch: Any, stop: Any) -> None:
    tx.change(stops, {"batch_id": batch.id, "seq": stop.seq}, done=True)
    tx.change(batches, {"id": batch.id}, state=BatchState.DONE)
    task = tx.get(tasks, id=batch.task_id)
    if task is not None:
        finish(tx, Claim(task.id, task.epoch))
    brought = tx.rows(_TOTES_OF, batch=batch.id)
    for tote in brought:
        set_down(tx, tote, batch.station)
    tx.journal("batch.done", f"batch/{batch.id}", robot=batch.robot_id, station=batch.station, totes=len(brought))


def _break_up(tx: Tx, batch: Any) -> None:
    for task in tx.rows(
        select(tasks.c.id)
        .where(tasks.c.subject == f"batch/{batch.id}", tasks.c.kind == TaskKind.PICK, tasks.c.state.in_(TASK_OPEN))
        .order_by(tasks.c.id)
    ):
        cancel_task(tx, task.id, "robot.dead")
    tx.change(allocations, {"batch_id": batch.id, "state": "reserved"}, batch_id=None, tote_id=None, task_id=None)
    tx.change(batches, {"id": batch.id}, state=BatchState.CANCELLED)
    cancel_task(tx, batch.task_id, "robot.dead")
    tx.journal("batch.broken_up", f"batch/{batch.id}", reason="robot.dead")


def _nearest_zone(tx: Tx, robot_id: str) -> str:
    node_id = tx.value(select(robots.c.node).where(robots.c.id == robot_id))
    node = next((node for node in tx.site.roadmap.nodes if node.id == node_id), tx.site.roadmap.nodes[0])
    nearest = min(tx.site.locations, key=lambda place: (abs(place.x - node.x) + abs(place.y - node.y), place.id))
    return nearest.zone


def _end(tx: Tx, trip_id: str, state: TripState, reason: str | None) -> Any:
    trip = tx.get(trips, id=trip_id, state=TripState.RUNNING)
    if trip is not None:
        tx.change(trips, {"id": trip_id}, state=state, reason=reason, ended_at=tx.now)
        tx.journal(f"trip.{state}", f"robot/{trip.robot_id}", reason=reason, trip=trip_id, purpose=trip.purpose)
    return trip

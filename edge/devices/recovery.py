"""What traffic held when the last run ended, from the rows of trips (R121)."""

from collections.abc import Sequence
from typing import Any

import structlog

from edge.devices.fleet import Fleet
from edge.devices.robot import Robot
from edge.fleet.places import Record, TrafficError
from edge.fleet.traffic import Traffic

log = structlog.get_logger(__name__)


def record_of(fleet: Fleet, robot: Robot, running: Any, last: Any) -> Record:
    """Return what a robot held, by its running and its last trip; one that stands somewhere is on its way home.

    What it held of a trip that was given up, and the rest of that, are kept as traffic kept them: the robot may not yet
    have cancelled it, and others may get home only because it drives on.
    """
    left = last is not None and last.state != "done" and robot.node in last.tour[last.passed : last.released + 1]
    trip = running or (last if left else None)
    if trip is not None:
        released = fleet.passages.beyond(trip.tour, trip.released)
        return Record(robot.id, tuple(trip.tour), passed=trip.passed, released=released, stopped=robot.dead)
    if last is not None and last.state == "done" and last.route[-1] == robot.node:
        end = len(last.route) - 1
        return Record(robot.id, tuple(last.tour), passed=end, released=end, stopped=robot.dead)
    home = fleet.tour(robot, robot.node, robot.home)
    return Record(robot.id, home.nodes if home is not None else (robot.node,), stopped=robot.dead)


def traffic_of(fleet: Fleet, records: Sequence[Record], proof: Sequence[tuple[str, int]]) -> Traffic:
    """Return the reservations of the last run; where those contradict each other, every robot holds its node."""
    bays, clearance = fleet.homes, fleet.site.clearance
    try:
        return Traffic.restore(fleet.roadmap, records, bays=bays, clearance=clearance, plan=proof)
    except TrafficError as error:
        log.warning("traffic.restore_failed", error=str(error))
    for robot in fleet.robots.values():
        fleet.passages.whereabouts(robot.id, sure=False)
    places = [Record(robot.id, (robot.node,)) for robot in fleet.robots.values()]
    return Traffic.restore(fleet.roadmap, places, bays=bays, clearance=clearance)

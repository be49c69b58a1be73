"""How trips end: done, failed, or given up; what the robot holds is held until it says so (R88)."""

import structlog

from drivers.vda5050 import events as told
from edge.devices.fleet import Fleet
from edge.devices.placing import find, place
from edge.devices.robot import Robot
from edge.fleet.places import TrafficError
from edge.processes import carry

log = structlog.get_logger(__name__)

AFTER_FAILURE = 5.0
"""Seconds before a robot whose trip failed is sent again: it may be blocked by something a person moves away."""
FOREIGN, CANCELLED, MISPLACED = "foreign order", "cancelled", "misplaced"
_FAILURES = {MISPLACED: "exception.robot_misplaced"} | dict.fromkeys(
    (FOREIGN, CANCELLED, *told.Loss), "exception.robot_lost_order"
)
"""What people are told when a trip ends by our own judgement; every other reason is the robot's own word."""


async def finished(fleet: Fleet, robot: Robot, event: told.OrderFinished) -> None:
    """End a trip whose order the robot has done."""
    way = fleet.ways.get(robot.id)
    if way is None or way.id != event.order_id:
        return
    if event.failed or event.missing:
        await failed(fleet, robot, event.order_id, "action failed")
        return
    del fleet.ways[robot.id]
    if way.batch_id is None:  # else its tour goes on, or news of its end comes by the journal
        fleet.rounds.think_soon()
    way.passed = way.released = way.granted = way.end
    robot.node = way.route[-1]
    try:
        fleet.traffic.passed(robot.id, way.end)
    except TrafficError as error:
        misplaced(fleet, robot, error)
    await fleet.store.run_as(f"robot:{robot.id}", carry.trip_done, way.id)


async def failed(fleet: Fleet, robot: Robot, order_id: str, why: str) -> None:
    """End a trip whose order the robot does not do; what it was for is begun anew."""
    way = fleet.ways.get(robot.id)
    if way is None or way.id != order_id:
        return
    del fleet.ways[robot.id]
    log.warning("trip.failed", robot=robot.id, trip=order_id, why=why)
    node, ahead = place(fleet, robot)
    robot.not_before = fleet.rounds.after(AFTER_FAILURE)
    await fleet.store.run_as(f"robot:{robot.id}", carry.trip_failed, way.id, why, node, ahead)
    code = _FAILURES.get(why)
    if code is None:
        fleet.trouble(robot, "exception.robot_error", error=why)
    else:
        fleet.trouble(robot, code, node=robot.node)


def end(fleet: Fleet, robot: Robot, order_id: str, why: str) -> None:
    """End a trip whose order cannot go on; if the robot may yet drive by it, not before that is cancelled (R88)."""
    if fleet.link.vehicle(robot.identity).has_order:
        give_up(fleet, robot, why)
    else:
        fleet.rounds.later(failed, fleet, robot, order_id, why)


def give_up(fleet: Fleet, robot: Robot, why: str) -> None:
    """Have whatever the robot still has of an order cancelled; what it holds is held until it says so (R88).

    One that forgot its order may yet take a late update of it for a new one, and drive.
    """
    robot.giving_up = why if robot.id in fleet.ways else ""
    fleet.link.cancel(robot.identity, fleet.source.new_id())


def give_up_half_way(fleet: Fleet, robot: Robot, why: str) -> None:
    """Give up an order with which the robot cannot go on, half way (R91)."""
    way, state = fleet.ways.get(robot.id), fleet.state(robot)
    if way is not None and state is not None and state.order_id == way.id and state.node_states:
        give_up(fleet, robot, why)


def given_up(fleet: Fleet, robot: Robot) -> None:
    """Begin a trip anew whose order was cancelled: only now is it sure that the robot does not drive it."""
    find(fleet, robot)
    way, why = fleet.ways.get(robot.id), robot.giving_up
    robot.giving_up = ""
    if why and way is not None and fleet.link.vehicle(robot.identity).cancelled == way.id:
        fleet.rounds.later(failed, fleet, robot, way.id, why)


def misplaced(fleet: Fleet, robot: Robot, error: TrafficError) -> None:
    """Traffic and robot disagree about where it is: the robot's own word counts, and somebody should know."""
    log.error("robot.misplaced", robot=robot.id, node=robot.node, error=str(error))
    way = fleet.ways.get(robot.id)
    if way is not None:
        end(fleet, robot, way.id, MISPLACED)
        return
    fleet.trouble(robot, _FAILURES[MISPLACED], node=robot.node)
    robot.not_before = fleet.rounds.after(AFTER_FAILURE)
    place(fleet, robot)

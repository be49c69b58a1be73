"""Puts robots into traffic where they stand: by their own word, stopped while they cannot be driven, on a way home."""

from math import isqrt

import structlog

from drivers.vda5050 import orders as vda
from edge.devices.fleet import Fleet
from edge.devices.robot import Robot
from edge.fleet.roadmap import NEAR

log = structlog.get_logger(__name__)


def place(fleet: Fleet, robot: Robot) -> None:
    """Put a robot where it says it is; between two nodes it holds both.

    Not while a trip runs: then it holds what was released to it, whatever it says (R88).
    """
    state = fleet.state(robot)
    robot.placed = True
    if state is None or robot.id in fleet.ways:
        return
    pose = state.agv_position
    node, ahead, off = robot.node, None, 0
    if pose is not None and pose.position_initialized:
        x, y = vda.millimetres(pose.x), vda.millimetres(pose.y)
        node, ahead, off = fleet.passages.doorstep(*fleet.roadmap.locate(x, y, pose.map_id))
    elif state.last_node_id in {one.id for one in fleet.roadmap.nodes}:
        node = state.last_node_id
    robot.node, robot.deviation = node, off + NEAR if ahead else 0
    fleet.passages.whereabouts(robot.id, sure=pose is not None and pose.position_initialized)
    clash = fleet.traffic.place(robot.id, node, [ahead] if ahead else [])
    if clash is not None:
        log.warning("robot.place_clash", robot=robot.id, node=node, by=clash.robot)
        return
    head_home(fleet, robot)


def head_home(fleet: Fleet, robot: Robot) -> None:
    """Give a robot without a route the way home, which can lead nobody into a jam that was not there before."""
    home = fleet.tour(robot, robot.node, robot.home)
    if home is not None and not robot.dead:
        fleet.traffic.route(robot.id, home.nodes)  # from where it was just placed: never misplaced


def turn_home(fleet: Fleet, robot: Robot) -> None:
    """Take a robot that stands between its home and the node before it for one that has yet to drive home.

    Where it stands it holds both, and is in everybody's way.
    """
    state = fleet.state(robot)
    pose = None if state is None else state.agv_position
    if pose is None or not pose.position_initialized:
        return
    x, y = vda.millimetres(pose.x), vda.millimetres(pose.y)
    node, ahead, _ = fleet.roadmap.locate(x, y, pose.map_id)
    if ahead is None or node != robot.home:
        return
    before = fleet.roadmap.index(ahead)
    joined = fleet.roadmap.joined(before, fleet.roadmap.index(node))
    if joined and fleet.traffic.place(robot.id, ahead, [node]) is None:
        there = fleet.roadmap.nodes[before]
        robot.node, robot.deviation = ahead, isqrt((there.x - x) ** 2 + (there.y - y) ** 2) + NEAR


def freeze_or_thaw(fleet: Fleet, robot: Robot) -> None:
    """Have traffic know whether a robot can be driven: what stands for long is led round."""
    if robot.alive and robot.automatic and not robot.dead:
        fleet.traffic.thaw(robot.id)
    else:
        fleet.traffic.freeze(robot.id)

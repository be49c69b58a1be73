"""Puts robots into traffic where they stand: by their own word, stopped while they cannot be driven, on a way home."""

from math import isqrt

import structlog

from drivers.vda5050 import orders as vda
from edge.devices.fleet import Fleet
from edge.devices.robot import Robot
from edge.fleet.roadmap import NEAR
from edge.processes import carry

log = structlog.get_logger(__name__)


def find(fleet: Fleet, robot: Robot) -> None:
    """Have a robot that was lost from sight driven again, where it says it is.

    Not before it is heard, and while it may yet drive by an old order not before that is cancelled: until then it holds
    what was released to it (R88). Whoever was declared dead is first called well (R123).
    """
    if robot.placed or robot.dead or not robot.alive:
        return
    runs = robot.id in fleet.ways
    if not runs and fleet.link.vehicle(robot.identity).has_order:
        return
    robot.placed = True
    freeze_or_thaw(fleet, robot)  # first, as a stopped robot is given no way home
    if not runs:
        node, ahead = place(fleet, robot)
        fleet.store.run(carry.stands, robot.id, node, ahead)


def place(fleet: Fleet, robot: Robot) -> tuple[str, str | None]:
    """Put a robot without a trip where it says it is; between two nodes it holds both. Returns those."""
    state = fleet.state(robot)
    if state is None:
        return robot.node, None
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
    else:
        head_home(fleet, robot)
    return node, ahead


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
    if robot.alive and robot.automatic and robot.placed and not robot.dead:
        fleet.traffic.thaw(robot.id)
    else:
        fleet.traffic.freeze(robot.id)

"""The legs of an order: where they lead and how fast they may be driven; lengths mm, speeds mm/s."""

from drivers.vda5050.messages import Edge, Node
from simulators.robots.body import Body, Leg
from simulators.robots.crew import WHILE_DRIVING
from simulators.robots.mind import Mind
from simulators.robots.motion import Pose, heading, turn

STRAIGHT = 0.05
"""Radians by which the way may bend without a stop to turn."""


def leg_of(body: Body, edge: Edge, node: Node) -> Leg:
    """Return the way from where it is to a node."""
    start = body.pose
    position = node.node_position
    end = start if position is None else Pose(position.x * 1000, position.y * 1000, 0.0)
    length = start.distance(end)
    if edge.length is not None and body.node:
        length = max(edge.length * 1000, length)
    map_id = body.map if position is None else position.map_id
    return Leg(edge.edge_id, body.node, node.node_id, start, end, length, map_id)


def limit(mind: Mind, edge: Edge, start: Pose, end: Pose) -> float:
    """Return how fast it may drive from one place to another, zones included (R42)."""
    config, atlas = mind.config, mind.atlas
    limits = [config.speed, *([edge.max_speed * 1000] if edge.max_speed else [])]
    zones = atlas.limit((start.x, start.y), (end.x, end.y), config.radius) if atlas.zone_sets else None
    return min([*limits, *([] if zones is None else [zones])])


def leave_speed(mind: Mind, edge: Edge, node: Node) -> float:
    """Return the speed at which to pass the next node: 0 at a decision point, an action or a bend."""
    book, theta = mind.book, mind.body.pose.theta
    if mind.cancelling is not None or stops_at(node) or len(book.edges) < 2:
        return 0.0
    after, beyond = book.edges[1], book.nodes[1]
    if not after.released or node.node_position is None or beyond.node_position is None:
        return 0.0
    here = Pose(node.node_position.x * 1000, node.node_position.y * 1000, theta)
    there = Pose(beyond.node_position.x * 1000, beyond.node_position.y * 1000, 0.0)
    if abs(turn(theta, heading(here, there))) > STRAIGHT or after.actions:
        return 0.0
    return min(limit(mind, edge, mind.body.pose, here), limit(mind, after, here, there))


def stops_at(node: Node) -> bool:
    """Tell whether a node wants it to stand there: to act, or to turn."""
    position = node.node_position
    return any(action.blocking_type not in WHILE_DRIVING for action in node.actions) or (
        position is not None and position.theta is not None
    )

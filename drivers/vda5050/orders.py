"""Building and changing orders: pure functions (VDA 5050 2.1 §6.6.1, §6.6.2; R01, R10-R16, R71, R72, R84-R88).

An `Order` here is the whole plan from sequence 0 on, as the master keeps it. Each change makes a new plan with the next
orderUpdateId; `message` cuts out what goes on the wire: everything for a new order, from the decision point on for an
update. As the plan only ever grows at its end, the base cannot change.
"""

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from msgspec.structs import replace

from drivers.vda5050.messages import (
    Action,
    ActionParameter,
    BlockingType,
    Edge,
    InstantActions,
    Node,
    NodePosition,
    Order,
)

CANCEL = "cancelOrder"
STATE_REQUEST = "stateRequest"
FACTSHEET_REQUEST = "factsheetRequest"
CLEAR_INSTANT_ACTIONS = "clearInstantActions"
DOWNLOAD_MAP, ENABLE_MAP, DELETE_MAP = "downloadMap", "enableMap", "deleteMap"
ENABLE_ZONES, DELETE_ZONES = "enableZoneSet", "deleteZoneSet"
STORING = frozenset({DOWNLOAD_MAP, ENABLE_MAP, DELETE_MAP, ENABLE_ZONES, DELETE_ZONES, "downloadZoneSet"})
"""Instant actions about what a robot has stored: they are no steps of an order, whoever asked for them."""
RETRY, SKIP_RETRY = "retry", "skipRetry"
POSITION = "order.nodes.nodePosition"
THETA = "order.nodes.nodePosition.theta"
DEVIATION = "order.nodes.nodePosition.allowedDeviationXY"
MAXIMUM_SPEED = "order.edges.maximumSpeed"
LENGTH = "order.edges.length"
OPTIONAL = (POSITION, THETA, DEVIATION, MAXIMUM_SPEED, LENGTH)
"""The optional fields of 3.0 that we send, as a factsheet names them (3.0 §7.10); parameters of actions aside."""
LENGTHS_KEPT = 4096
"""Lengths in metres kept ready: a site's coordinates, lanes and speeds come again with every order."""


class InvalidOrder(ValueError):
    """An order or change that breaks the standard; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A node on a route and the lane that leads to it (without meaning for the first); millimetres, mm/s, radians."""

    node: str
    x: int
    y: int
    map: str
    actions: tuple[Action, ...] = ()
    theta: float | None = None
    deviation: int | None = None
    lane: str | None = None
    speed: int | None = None
    length: int | None = None
    lane_actions: tuple[Action, ...] = ()


def build(order_id: str, route: Sequence[Waypoint], base: int) -> Order:
    """Return a new order over a route, released up to and including waypoint number `base`; raises InvalidOrder."""
    if not 0 <= base < len(route):
        raise InvalidOrder("base", f"a route of {len(route)} waypoints cannot be released up to number {base}")
    nodes = tuple(_node(point, 2 * place, released=place <= base) for place, point in enumerate(route))
    edges = tuple(
        _edge(route[place], nodes[place], nodes[place + 1], route[place + 1]) for place in range(len(route) - 1)
    )
    order = Order(order_id=order_id, order_update_id=0, nodes=nodes, edges=edges)
    validate(order)
    return order


def extend(order: Order, base: int) -> Order:
    """Return the next update, released up to and including node number `base`; raises InvalidOrder when it shrinks."""
    if not decision_index(order) <= base < len(order.nodes):
        raise InvalidOrder(
            "base", f"base may grow from node {decision_index(order)} to {len(order.nodes) - 1}, not {base}"
        )
    return _next(
        order,
        tuple(node if node.released else replace(node, released=True) for node in order.nodes[: base + 1])
        + order.nodes[base + 1 :],
        tuple(edge if edge.released else replace(edge, released=True) for edge in order.edges[:base])
        + order.edges[base:],
    )


def replace_horizon(order: Order, route: Sequence[Waypoint], base: int = 0) -> Order:
    """Return the next update with another way on from the decision point.

    `route[0]` is the decision point itself (its contents stay as they were sent, R14); waypoints up to number `base`
    are released with it. A route of one drops the horizon. Raises InvalidOrder.
    """
    stitch = decision_index(order)
    point = order.nodes[stitch]
    if not route or route[0].node != point.node_id:
        raise InvalidOrder("stitch", f"an update starts at the decision point {point.node_id}")
    if not 0 <= base < len(route):
        raise InvalidOrder("base", f"a route of {len(route)} waypoints cannot be released up to number {base}")
    nodes = [point]
    edges = []
    for place, waypoint in enumerate(route[1:], start=1):
        nodes.append(_node(waypoint, point.sequence_id + 2 * place, released=place <= base))
        edges.append(_edge(route[place - 1], nodes[-2], nodes[-1], waypoint))
    return _next(order, order.nodes[:stitch] + tuple(nodes), order.edges[:stitch] + tuple(edges))


def decision_index(order: Order) -> int:
    """Return the number of the last released node."""
    index = len(order.nodes) - 1
    while index >= 0 and not order.nodes[index].released:
        index -= 1
    return index


def decision_point(order: Order) -> Node:
    """Return the last released node, where the robot stops if nothing more comes."""
    return order.nodes[decision_index(order)]


def message(order: Order, start: int = 0) -> Order:
    """Return what goes on the wire, from the node with sequenceId `start` on; raises InvalidOrder."""
    first = order.nodes[0].sequence_id
    index, odd = divmod(start - first, 2)
    if odd or not 0 <= index < len(order.nodes):
        raise InvalidOrder("stitch", f"order {order.order_id} has no node with sequenceId {start}")
    return order if index == 0 else replace(order, nodes=order.nodes[index:], edges=order.edges[index:])


def without(order: Order, names: Container[str]) -> Order:
    """Return an order without the optional fields of these names, as a factsheet calls them (R60)."""
    return replace(
        order,
        nodes=tuple(replace(node, node_position=_position_without(node.node_position, names)) for node in order.nodes),
        edges=tuple(
            replace(
                edge,
                max_speed=None if MAXIMUM_SPEED in names else edge.max_speed,
                length=None if LENGTH in names else edge.length,
            )
            for edge in order.edges
        ),
    )


def _position_without(position: NodePosition | None, names: Container[str]) -> NodePosition | None:
    if position is None or POSITION in names:
        return None
    return replace(
        position,
        theta=None if THETA in names else position.theta,
        allowed_deviation_xy=None if DEVIATION in names else position.allowed_deviation_xy,
    )


def bare(update: Order) -> Order:
    """Return an update as it is for robots that would run the joining node's actions again: without them (R107)."""
    first = update.nodes[0]
    return replace(update, nodes=(replace(first, actions=()), *update.nodes[1:])) if first.actions else update


def in_words_of_2(order: Order) -> Order:
    """Return an order without SINGLE, which 2.x does not know: HARD lets nothing else be done either (R25).

    An order that has none comes back as it is.
    """
    if not any(one.blocking_type is BlockingType.SINGLE for one in actions_of(order)):
        return order
    return replace(
        order,
        nodes=tuple(replace(node, actions=_stopping(node.actions)) for node in order.nodes),
        edges=tuple(replace(edge, actions=_stopping(edge.actions)) for edge in order.edges),
    )


def _stopping(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    return tuple(
        replace(one, blocking_type=BlockingType.HARD) if one.blocking_type is BlockingType.SINGLE else one
        for one in actions
    )


def instant(actions: Sequence[Action]) -> InstantActions:
    """Return a message with actions to run at once."""
    return InstantActions(actions=tuple(actions))


def action(
    action_type: str, action_id: str, blocking: BlockingType = BlockingType.HARD, **parameters: str | float | bool
) -> Action:
    """Return an action; parameters are sent in the order given, names as in the standard (`loadId=...`)."""
    given = tuple(ActionParameter(key=key, value=value) for key, value in parameters.items())
    return Action(action_type=action_type, action_id=action_id, blocking_type=blocking, action_parameters=given or None)


def validate(order: Order) -> None:
    """Raise InvalidOrder unless the order, plan or message, keeps every rule the schema cannot say (R01, R10, R11)."""
    _check_route(order)
    _check_actions(order)


def validate_update(old: Order, new: Order) -> None:
    """Raise InvalidOrder unless the plan `new` may follow the valid plan `old` (R12, R13, R85, R88)."""
    if new.order_id != old.order_id:
        raise InvalidOrder("order_id", f"{new.order_id} is no update of {old.order_id}")
    if new.order_update_id <= old.order_update_id:
        raise InvalidOrder("update_id", f"orderUpdateId {new.order_update_id} must be above {old.order_update_id}")
    base = decision_index(old)
    if new.nodes[: base + 1] != old.nodes[: base + 1] or new.edges[:base] != old.edges[:base]:
        raise InvalidOrder("base_changed", f"the base of {old.order_id} up to {old.nodes[base].node_id} cannot change")
    _check_route(message(new, new.nodes[base].sequence_id))  # what lies before was found good with the old plan
    _check_actions(new)


def actions_of(order: Order) -> tuple[Action, ...]:
    """Return all actions of nodes and edges in the order of the route."""
    found: list[Action] = []
    for parts in zip_longest(order.nodes, order.edges):
        for part in parts:
            if part is not None and part.actions:
                found += part.actions
    return tuple(found)


@lru_cache(LENGTHS_KEPT)
def metres(millimetres: int) -> float:
    """Return metres with the millimetre as the last digit."""
    return round(millimetres / 1000, 3)


def millimetres(value: float) -> int:
    """Return whole millimetres of metres."""
    return round(value * 1000)


def _check_route(order: Order) -> None:
    if not order.order_id:
        raise InvalidOrder("order_id", "an order needs an orderId")
    if order.order_update_id < 0:
        raise InvalidOrder("update_id", "orderUpdateId cannot be negative")
    if not order.nodes:
        raise InvalidOrder("nodes", "an order needs at least one node")
    if len(order.edges) != len(order.nodes) - 1:
        raise InvalidOrder(
            "edges", f"{len(order.nodes)} nodes need {len(order.nodes) - 1} edges, not {len(order.edges)}"
        )
    _check_sequence(order)
    _check_release(order)
    _check_nodes(order)


def _check_sequence(order: Order) -> None:
    first = order.nodes[0].sequence_id
    if first < 0 or first % 2:
        raise InvalidOrder("sequence", f"the first node has sequenceId {first}, nodes have even ones from 0 on")
    if order.order_update_id == 0 and first != 0:
        raise InvalidOrder("sequence", "a new order starts at sequenceId 0")
    for place, node in enumerate(order.nodes):
        if node.sequence_id != first + 2 * place:
            raise InvalidOrder(
                "sequence", f"node {node.node_id} has sequenceId {node.sequence_id}, not {first + 2 * place}"
            )
    for place, edge in enumerate(order.edges):
        if edge.sequence_id != first + 2 * place + 1:
            raise InvalidOrder(
                "sequence", f"edge {edge.edge_id} has sequenceId {edge.sequence_id}, not {first + 2 * place + 1}"
            )
        ends = (order.nodes[place].node_id, order.nodes[place + 1].node_id)
        if (edge.start_node_id, edge.end_node_id) != ends:
            raise InvalidOrder("ends", f"edge {edge.edge_id} does not join {ends[0]} and {ends[1]}")


def _check_release(order: Order) -> None:
    if not order.nodes[0].released:
        raise InvalidOrder("released", "the first node must be released")
    base = decision_index(order)
    early = all(node.released for node in order.nodes[:base])
    if not early or any(edge.released for edge in order.edges[base:]):
        raise InvalidOrder("released", "nothing may be released after the horizon begins")
    if not all(edge.released for edge in order.edges[:base]):
        raise InvalidOrder("released", "every edge of the base must be released")


def _check_actions(order: Order) -> None:
    seen: dict[str, None] = {}
    for one in actions_of(order):
        if not one.action_id or one.action_id in seen:
            raise InvalidOrder("action_id", f"actionId {one.action_id!r} must be present once")
        seen[one.action_id] = None
        for parameter in one.action_parameters or ():
            if parameter.value is None:
                raise InvalidOrder("parameter", f"parameter {parameter.key} of action {one.action_id} has no value")


def _check_nodes(order: Order) -> None:
    for node in order.nodes:
        position = node.node_position
        if not node.node_id:
            raise InvalidOrder("node_id", f"the node at sequenceId {node.sequence_id} has no nodeId")
        if position is not None:
            _check_position(node.node_id, position)


def _check_position(node_id: str, position: NodePosition) -> None:
    if not (math.isfinite(position.x) and math.isfinite(position.y)):
        raise InvalidOrder("position", f"node {node_id} has no finite position")
    if position.theta is not None and not -math.pi <= position.theta <= math.pi:
        raise InvalidOrder("theta", f"theta of node {node_id} must lie within -pi and pi (R95)")
    if position.allowed_deviation_xy is not None and not 0 <= position.allowed_deviation_xy < math.inf:
        raise InvalidOrder("deviation", f"the deviation of node {node_id} must be finite and not negative")


def _node(point: Waypoint, sequence_id: int, *, released: bool) -> Node:
    position = NodePosition(
        x=metres(point.x),
        y=metres(point.y),
        map_id=point.map,
        theta=None if point.theta is None else normalised(point.theta),
        allowed_deviation_xy=None if point.deviation is None else metres(point.deviation),
    )
    return Node(
        node_id=point.node, sequence_id=sequence_id, released=released, actions=point.actions, node_position=position
    )


def _edge(before: Waypoint, start: Node, end: Node, point: Waypoint) -> Edge:
    length = round(math.hypot(point.x - before.x, point.y - before.y)) if point.length is None else point.length
    return Edge(
        edge_id=point.lane or f"{start.node_id}>{end.node_id}",
        sequence_id=start.sequence_id + 1,
        released=end.released,
        start_node_id=start.node_id,
        end_node_id=end.node_id,
        actions=point.lane_actions,
        max_speed=None if point.speed is None else metres(point.speed),
        length=metres(length),
    )


def _next(order: Order, nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> Order:
    """Return the next update: its base cannot be wrong, and its contents are checked when it is given to a robot."""
    return replace(order, order_update_id=order.order_update_id + 1, nodes=nodes, edges=edges)


def normalised(theta: float) -> float:
    """Return an angle within -pi and pi (R95)."""
    return math.remainder(theta, math.tau)

"""The wire format of VDA 5050 3.0 for a master: what it reads and sends (VDA 5050 3.0 §7; R02).

What a robot says is read straight into parts of the internal model whose fields have their names of 3.0. What we send
differs more, and is built part by part. We send no zone sets and no corridors, and so no fields for them.
"""

from typing import Any

from msgspec import field
from msgspec.structs import replace

from drivers.vda5050 import messages as m
from drivers.vda5050.codec_v2 import INSTEAD_OF_NULL as NULLS_OF_V2
from drivers.vda5050.topics import Topic
from drivers.vda5050.wire import Codec

VERSION = "3.0.0"
INSTEAD_OF_NULL = NULLS_OF_V2 | {"instantActionStates": [], "zoneRequests": [], "edgeRequests": []}
ACTION_NAMES = {"initPosition": "initializePosition"}
"""What 2.x calls otherwise."""
LIMIT_NAMES = {
    "maximumMessageLength": "msgLen",
    "maximumTopicSerialLength": "topicSerialLen",
    "maximumTopicElementLength": "topicElemLen",
    "maximumIdLength": "idLen",
    "idNumericalOnly": "idNumericalOnly",
    "maximumLoadIdLength": "loadIdLen",
}

# What is read


class _ActionState(m.ActionState, frozen=True):
    action_description: str | None = field(default=None, name="actionDescriptor")
    result_description: str | None = field(default=None, name="actionResult")


class _Position(m.AgvPosition, frozen=True):
    position_initialized: bool = field(name="localized")


class _PowerSupply(m.BatteryState, frozen=True):
    battery_charge: float = field(name="stateOfCharge")
    reach: float | None = field(default=None, name="range")


class _SafetyState(m.SafetyState, frozen=True):
    e_stop: m.EStop = field(name="activeEmergencyStop")


class _Info(m.Info, frozen=True):
    info_description: str | None = field(default=None, name="infoDescriptor")


class _State(m.State, frozen=True):
    action_states: tuple[_ActionState, ...]
    instant_action_states: tuple[_ActionState, ...] = ()
    battery_state: _PowerSupply = field(name="powerSupply")
    safety_state: _SafetyState
    agv_position: _Position | None = field(default=None, name="mobileRobotPosition")
    information: tuple[_Info, ...] | None = None


class _Visualization(m.Visualization, frozen=True):
    agv_position: _Position | None = field(default=None, name="mobileRobotPosition")


class _Timing(m.Timing, frozen=True):
    min_order_interval: float = field(default=0.0, name="minimumOrderInterval")
    min_state_interval: float = field(default=0.0, name="minimumStateInterval")


class _ProtocolLimits(m.ProtocolLimits, frozen=True):
    max_string_lens: dict[str, Any] | None = field(default=None, name="maximumStringLengths")
    max_array_lens: dict[str, Any] | None = field(default=None, name="maximumArrayLengths")
    timing: _Timing | None = None


class _Factsheet(m.Factsheet, frozen=True):
    protocol_limits: _ProtocolLimits | None = None
    agv_geometry: dict[str, Any] | None = field(default=None, name="mobileRobotGeometry")
    vehicle_config: dict[str, Any] | None = field(default=None, name="mobileRobotConfiguration")


BODIES: dict[Topic, type[m.Part]] = {
    Topic.STATE: _State,
    Topic.VISUALIZATION: _Visualization,
    Topic.CONNECTION: m.Connection,
    Topic.FACTSHEET: _Factsheet,
}


def _read(body: Any) -> m.Body:
    """Return a body in the words of the internal model; without a lastNodeId its sequenceId may be anything (§7.8)."""
    if isinstance(body, _State):
        return body if body.last_node_id else replace(body, last_node_sequence_id=0)
    if isinstance(body, _Factsheet) and body.protocol_limits is not None:
        limits = body.protocol_limits
        lengths = {LIMIT_NAMES.get(name, name): most for name, most in (limits.max_string_lens or {}).items()}
        return replace(body, protocol_limits=replace(limits, max_string_lens=lengths))
    read: m.Body = body
    return read


# What is sent


class _Action(m.Part, frozen=True):
    action_type: str
    action_id: str
    blocking_type: m.BlockingType
    action_parameters: tuple[m.ActionParameter, ...] | None = None
    action_descriptor: str | None = None
    retriable: bool = False


class _InstantActions(m.Part, frozen=True):
    actions: tuple[_Action, ...]


class _Ellipse(m.Part, frozen=True):
    a: float
    b: float
    theta: float


class _NodePosition(m.Part, frozen=True):
    x: float
    y: float
    map_id: str
    theta: float | None = None
    allowed_deviation_xy: _Ellipse | None = field(default=None, name="allowedDeviationXY")
    allowed_deviation_theta: float | None = None


class _Node(m.Part, frozen=True):
    node_id: str
    sequence_id: int
    released: bool
    actions: tuple[_Action, ...]
    node_position: _NodePosition | None = None
    node_descriptor: str | None = None


class _Edge(m.Part, frozen=True):
    edge_id: str
    sequence_id: int
    released: bool
    actions: tuple[_Action, ...]
    maximum_speed: float | None = None
    length: float | None = None
    orientation: float | None = None
    orientation_type: str | None = None
    trajectory: m.Trajectory | None = None
    edge_descriptor: str | None = None


class _Order(m.Part, frozen=True):
    order_id: str
    order_update_id: int
    nodes: tuple[_Node, ...]
    edges: tuple[_Edge, ...]


def _write(body: m.Body) -> m.Part:
    """Return what 3.0 calls it."""
    if isinstance(body, m.Order):
        nodes, edges = tuple(map(_node, body.nodes)), tuple(map(_edge, body.edges))
        return _Order(body.order_id, body.order_update_id, nodes, edges)
    if isinstance(body, m.InstantActions):
        return _InstantActions(tuple(_action(one, m.BlockingType.NONE, retriable=False) for one in body.actions))
    return body


def _action(given: m.Action, blocking: m.BlockingType, *, retriable: bool) -> _Action:
    name = ACTION_NAMES.get(given.action_type, given.action_type)
    return _Action(name, given.action_id, blocking, given.action_parameters, given.action_description, retriable)


def _actions(given: tuple[m.Action, ...]) -> tuple[_Action, ...]:
    """Return the actions of an order: one that fails may be tried again, see `Retries`."""
    return tuple(_action(one, one.blocking_type, retriable=True) for one in given)


def _node(node: m.Node) -> _Node:
    place = None if node.node_position is None else _position(node.node_position)
    return _Node(node.node_id, node.sequence_id, node.released, _actions(node.actions), place, node.node_description)


def _position(position: m.NodePosition) -> _NodePosition:
    """Return a position; a deviation is a circle, which is an ellipse with equal axes (§6.6.2.1)."""
    radius = position.allowed_deviation_xy
    circle = None if radius is None else _Ellipse(radius, radius, 0.0)
    return _NodePosition(
        position.x, position.y, position.map_id, position.theta, circle, position.allowed_deviation_theta
    )


def _edge(edge: m.Edge) -> _Edge:
    return _Edge(
        edge.edge_id,
        edge.sequence_id,
        edge.released,
        _actions(edge.actions),
        edge.max_speed,
        edge.length,
        edge.orientation,
        edge.orientation_type,
        edge.trajectory,
        edge.edge_description,
    )


CODEC = Codec(VERSION, BODIES, INSTEAD_OF_NULL, fractions=3, write=_write, read=_read)

encode = CODEC.encode
decode = CODEC.decode

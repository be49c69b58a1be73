"""VDA 5050 3.0 as a robot speaks it, written from the standard alone (3.0 §7) and stricter than a robot has to be.

It shares nothing with the driver's codec, so that each is judged by the other: a field that 3.0 does not have, a null
or a wrong type is no valid message here.
"""

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any, TypeVar

import msgspec

from drivers.vda5050 import messages as m
from drivers.vda5050.topics import Topic
from simulators.robots.config import RobotConfig
from simulators.robots.factsheet_v3 import factsheet
from simulators.robots.speech import Heard, Misheard, Said, Stamp
from simulators.robots.words import IN_V3, Words

VERSION = "3.0.0"
HEADER = ("timestamp", "version", "manufacturer", "serialNumber")
MODES = {m.OperatingMode.TEACHIN: "TEACH_IN"}
CONNECTIONS = {m.ConnectionState.CONNECTIONBROKEN: "CONNECTION_BROKEN"}
"""Words that are written otherwise in the model."""

ZONE_FIELDS = {"SPEED_LIMIT": "maximumSpeed", "RELEASE": "releaseLossBehavior"}
"""What a zone must have, by its type; of others it has nothing more (3.0 §7.6)."""

Json = dict[str, Any]
T = TypeVar("T")


class SpeechV3:
    """3.0."""

    major = "v3"
    third = True
    words: Words = IN_V3
    hears: tuple[Topic, ...] = (Topic.ORDER, Topic.INSTANT_ACTIONS, Topic.RESPONSES, Topic.ZONE_SET)

    def say(self, robot: m.RobotId, body: Said, stamp: Stamp) -> bytes:
        """Return the message."""
        at = stamp.at.astimezone(UTC)
        header = {
            "headerId": stamp.header_id % 2**32,
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
            "version": VERSION,
            "manufacturer": robot.manufacturer,
            "serialNumber": robot.serial,
        }
        return _encoder.encode(header | _said(body, stamp.state_id))

    def hear(self, topic: Topic, robot: m.RobotId, payload: bytes) -> tuple[int | None, Heard]:
        """Return headerId and body; raises Misheard."""
        try:
            raw = msgspec.json.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError) as exc:
            raise Misheard(str(exc)) from exc
        header_id = _must(raw, "headerId", int)
        at, version, manufacturer, serial = (_must(raw, name, str) for name in HEADER)
        if (manufacturer, serial) != robot:
            raise Misheard(f"this is {robot}, not {manufacturer}/{serial}")
        if not version.startswith("3.") or not at.endswith("Z"):
            raise Misheard("version must be 3.x.y and timestamp UTC")
        return header_id, _HEARD[topic]({name: raw[name] for name in raw if name not in (*HEADER, "headerId")})

    def factsheet(self, config: RobotConfig) -> Said:
        """Return what the robot can do."""
        return factsheet(config)


# Said


def _said(body: Said, state_id: int) -> Json:
    if isinstance(body, Mapping):
        return dict(body)
    if isinstance(body, m.State):
        return _state(body)
    if isinstance(body, m.Connection):
        state = body.connection_state
        return {"connectionState": CONNECTIONS.get(state, state.value)}
    if isinstance(body, m.Visualization):
        return {"referenceStateHeaderId": state_id} | _seen(body.agv_position, body.velocity)
    raise TypeError(f"a robot does not say {type(body).__name__}")


def _state(state: m.State) -> Json:
    said: Json = {
        "orderId": state.order_id,
        "orderUpdateId": state.order_update_id,
        "lastNodeId": state.last_node_id,
        "lastNodeSequenceId": state.last_node_sequence_id,
        "nodeStates": [_node_state(node) for node in state.node_states],
        "edgeStates": [
            {"edgeId": edge.edge_id, "sequenceId": edge.sequence_id, "released": edge.released}
            for edge in state.edge_states
        ],
        "driving": state.driving,
        "paused": bool(state.paused),
        "newBaseRequest": bool(state.new_base_request),
        "actionStates": [_action_state(one) for one in state.action_states],
        "instantActionStates": [_action_state(one) for one in state.instant_action_states],
        "powerSupply": {
            "stateOfCharge": state.battery_state.battery_charge,
            "charging": state.battery_state.charging,
        },
        "operatingMode": MODES.get(state.operating_mode, state.operating_mode.value),
        "errors": [_error(one) for one in state.errors],
        "safetyState": {
            "activeEmergencyStop": state.safety_state.e_stop.value,
            "fieldViolation": state.safety_state.field_violation,
        },
        "zoneRequests": [
            {
                "requestId": one.request_id,
                "requestType": one.request_type,
                "zoneId": one.zone_id,
                "zoneSetId": one.zone_set_id,
                "requestStatus": one.request_status.value,
            }
            for one in state.zone_requests
        ],
        "maps": [
            {"mapId": one.map_id, "mapVersion": one.map_version, "mapStatus": one.map_status}
            for one in state.maps or ()
        ],
        "zoneSets": [
            {"zoneSetId": one.zone_set_id, "mapId": one.map_id, "zoneSetStatus": one.zone_set_status}
            for one in state.zone_sets or ()
        ],
    }
    if state.loads is not None:
        said["loads"] = [
            _given(loadId=one.load_id, loadType=one.load_type, loadPosition=one.load_position) for one in state.loads
        ]
    return said | _seen(state.agv_position, state.velocity)


def _seen(position: m.AgvPosition | None, velocity: m.Velocity | None) -> Json:
    said: Json = {}
    if position is not None:
        said["mobileRobotPosition"] = {
            "x": position.x,
            "y": position.y,
            "theta": position.theta,
            "mapId": position.map_id,
            "localized": position.position_initialized,
        }
    if velocity is not None:
        said["velocity"] = _given(vx=velocity.vx, vy=velocity.vy, omega=velocity.omega)
    return said


def _node_state(node: m.NodeState) -> Json:
    said: Json = {"nodeId": node.node_id, "sequenceId": node.sequence_id, "released": node.released}
    place = node.node_position
    if place is not None:
        said["nodePosition"] = _given(x=place.x, y=place.y, theta=place.theta, mapId=place.map_id)
    return said


def _action_state(one: m.ActionState) -> Json:
    return _given(
        actionId=one.action_id,
        actionType=one.action_type,
        actionStatus=one.action_status.value,
        actionResult=one.result_description,
    )


def _error(one: m.Error) -> Json:
    return _given(
        errorType=one.error_type,
        errorLevel=one.error_level.value,
        errorDescription=one.error_description,
        errorReferences=[
            {"referenceKey": given.reference_key, "referenceValue": given.reference_value}
            for given in one.error_references or ()
        ],
    )


def _given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


# Heard


def _must(raw: Any, name: str, kind: type[T]) -> T:
    """Return a field that must be there; a whole number does for a fraction, a boolean for nothing else."""
    value = _may(raw, name, kind)
    if value is None:
        raise Misheard(f"{name} is missing")
    return value


def _may(raw: Any, name: str, kind: type[T]) -> T | None:
    if not isinstance(raw, dict):
        raise Misheard(f"an object should be where {name} is looked for")
    if name not in raw:
        return None
    value = raw[name]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Misheard(f"{name} should be of type {kind.__name__}")
    return value


def _only(raw: Json, *names: str) -> None:
    strange = sorted(set(raw) - set(names))
    if strange:
        raise Misheard(f"3.0 does not know {', '.join(strange)} here")


def _several(raw: Json, name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    return tuple(read(one) for one in _must(raw, name, list))


def _order(raw: Json) -> m.Order:
    _only(raw, "orderId", "orderUpdateId", "orderDescription", "nodes", "edges")
    nodes = _several(raw, "nodes", _node)
    names = {node.sequence_id: node.node_id for node in nodes}
    return m.Order(
        order_id=_must(raw, "orderId", str),
        order_update_id=_must(raw, "orderUpdateId", int),
        nodes=nodes,
        edges=_several(raw, "edges", lambda one: _edge(one, names)),
    )


def _node(raw: Any) -> m.Node:
    number = _must(raw, "sequenceId", int)
    _only(raw, "nodeId", "sequenceId", "nodeDescriptor", "released", "nodePosition", "actions")
    place = _may(raw, "nodePosition", dict)
    return m.Node(
        node_id=_must(raw, "nodeId", str),
        sequence_id=number,
        released=_must(raw, "released", bool),
        actions=_several(raw, "actions", _order_action),
        node_position=None if place is None else _place(place),
    )


def _place(raw: Json) -> m.NodePosition:
    _only(raw, "x", "y", "theta", "allowedDeviationXY", "allowedDeviationTheta", "mapId")
    ellipse = _may(raw, "allowedDeviationXY", dict)
    if ellipse is not None:
        _only(ellipse, "a", "b", "theta")
        _must(ellipse, "theta", float)
    return m.NodePosition(
        x=_must(raw, "x", float),
        y=_must(raw, "y", float),
        map_id=_must(raw, "mapId", str),
        theta=_may(raw, "theta", float),
        allowed_deviation_xy=None if ellipse is None else min(_must(ellipse, "a", float), _must(ellipse, "b", float)),
        allowed_deviation_theta=_may(raw, "allowedDeviationTheta", float),
    )


def _edge(raw: Any, names: Mapping[int, str]) -> m.Edge:
    number = _must(raw, "sequenceId", int)
    _only(raw, "edgeId", "sequenceId", "edgeDescriptor", "released", "maximumSpeed", "length", "actions", "trajectory")
    return m.Edge(
        edge_id=_must(raw, "edgeId", str),
        sequence_id=number,
        released=_must(raw, "released", bool),
        start_node_id=names.get(number - 1, ""),
        end_node_id=names.get(number + 1, ""),
        actions=_several(raw, "actions", _order_action),
        max_speed=_may(raw, "maximumSpeed", float),
        length=_may(raw, "length", float),
        trajectory=None if _may(raw, "trajectory", dict) is None else m.Trajectory(1, (), ()),
    )


def _order_action(raw: Any) -> m.Action:
    return _action(raw, ("NONE", "SOFT", "HARD", "SINGLE"))


def _instant_action(raw: Any) -> m.Action:
    return _action(raw, ("NONE",))


def _action(raw: Any, blocking_types: tuple[str, ...]) -> m.Action:
    blocking = _must(raw, "blockingType", str)
    _only(raw, "actionType", "actionId", "actionDescriptor", "blockingType", "actionParameters", "retriable")
    if blocking not in blocking_types:
        raise Misheard(f"blockingType {blocking} is not possible here")
    parameters = _several(raw, "actionParameters", _parameter) if "actionParameters" in raw else None
    return m.Action(
        action_type=_must(raw, "actionType", str),
        action_id=_must(raw, "actionId", str),
        blocking_type=m.BlockingType(blocking),
        action_parameters=parameters,
        retriable=_may(raw, "retriable", bool) or False,
    )


def _parameter(raw: Any) -> m.ActionParameter:
    key = _must(raw, "key", str)
    _only(raw, "key", "value")
    if raw.get("value") is None:
        raise Misheard(f"parameter {key} has no value")
    return m.ActionParameter(key, raw["value"])


def _instant_actions(raw: Json) -> m.InstantActions:
    _only(raw, "actions")
    return m.InstantActions(_several(raw, "actions", _instant_action))


def _responses(raw: Json) -> m.Responses:
    _only(raw, "responses")
    return m.Responses(_several(raw, "responses", _response))


def _response(raw: Any) -> m.Response:
    granted = _must(raw, "grantType", str)
    _only(raw, "requestId", "grantType", "leaseExpiry")
    if granted not in set(m.Grant):
        raise Misheard(f"grantType {granted} is unknown")
    return m.Response(_must(raw, "requestId", str), m.Grant(granted), _may(raw, "leaseExpiry", str))


def _zone_sets(raw: Json) -> m.ZoneSets:
    _only(raw, "zoneSet")
    given = _must(raw, "zoneSet", dict)
    _only(given, "mapId", "zoneSetId", "zoneSetDescriptor", "zones")
    zones = _several(given, "zones", _zone)
    return m.ZoneSets(m.ZoneSet(_must(given, "mapId", str), _must(given, "zoneSetId", str), zones))


def _zone(raw: Any) -> m.Zone:
    kind = _must(raw, "zoneType", str)
    field = ZONE_FIELDS.get(kind)
    _only(raw, "zoneId", "zoneType", "zoneDescriptor", "vertices", *([field] if field else []))
    vertices = _several(raw, "vertices", _vertex)
    if _turning(vertices) <= 0:
        raise Misheard("a zone has three corners or more, counter-clockwise")
    speed = _must(raw, "maximumSpeed", float) if field == "maximumSpeed" else None
    loss = _must(raw, "releaseLossBehavior", str) if field == "releaseLossBehavior" else None
    return m.Zone(_must(raw, "zoneId", str), kind, vertices, speed, loss)


def _vertex(raw: Any) -> m.Vertex:
    x, y = _must(raw, "x", float), _must(raw, "y", float)
    _only(raw, "x", "y")
    return m.Vertex(x, y)


def _turning(corners: tuple[m.Vertex, ...]) -> float:
    """Return twice the area, above 0 for corners that go counter-clockwise."""
    return sum(one.x * corners[at - 1].y * -1 + corners[at - 1].x * one.y for at, one in enumerate(corners))


_HEARD: dict[Topic, Callable[[Json], Heard]] = {
    Topic.ORDER: _order,
    Topic.INSTANT_ACTIONS: _instant_actions,
    Topic.RESPONSES: _responses,
    Topic.ZONE_SET: _zone_sets,
}
_encoder = msgspec.json.Encoder()

"""What a reported state means: pure functions (VDA 5050 2.1 §6.6.2, §6.6.4, §6.10; R17-R21, R82, R88, R98).

The words of all versions are known side by side, as no version uses another's for something else (R02).
"""

from collections.abc import Callable, Container, Iterable
from typing import Any

from drivers.vda5050.codec_v2 import OLD_CODEC, answering
from drivers.vda5050.messages import (
    ENABLED,
    ActionState,
    EdgeRequest,
    Error,
    Factsheet,
    Header,
    Order,
    RequestStatus,
    State,
    ZoneRequest,
)
from drivers.vda5050.orders import ENABLE_MAP, OPTIONAL, STORING, actions_of
from drivers.vda5050.wire import read_stamp

NO_ORDER_TO_CANCEL = frozenset({"noOrderToCancel", "NO_ORDER_TO_CANCEL"})
REJECTIONS_V2 = frozenset(
    {"validationError", "orderError", "orderUpdateError", "noRouteError", "orderRejected", "unsupportedParameter"}
)
"""Error types by which robots refuse an order; the standard names the first three."""
REJECTIONS_V3 = frozenset(
    {
        "VALIDATION_FAILURE",
        "UNSUPPORTED_PARAMETER",
        "INVALID_ORDER_ACTION",
        "OUTDATED_ORDER_UPDATE",
        "SAME_ORDER_UPDATE_ID",
        "ORDER_UPDATE_FOLLOWING_CANCEL",
        "OTHER_ORDER_ACTIVE",
        "START_NODE_OUT_OF_RANGE",
        "NO_ROUTE_TO_TARGET",
        "MOBILE_ROBOT_NOT_AVAILABLE",
        "UNKNOWN_MAP_ID",
        "INSUFFICIENT_MEMORY",
    }
)
"""The same of 3.0, all named by the standard (§6.6.5.4)."""
REJECTIONS = REJECTIONS_V2 | REJECTIONS_V3
OPEN = (RequestStatus.REQUESTED, RequestStatus.QUEUED, RequestStatus.GRANTED)
"""Requests that an answer may still change."""
HEADER_WINDOW = 10_000
"""A state whose headerId lies further back than this is no late message, whatever its time says."""


def idle(state: State, instant: Container[str]) -> bool:
    """Nothing is left to do (R19); our own instant actions are no part of an order (R27)."""
    return (
        not state.node_states
        and not state.edge_states
        and all(
            one.action_status.ended or one.action_id in instant or one.action_type in STORING
            for one in state.action_states
        )
    )


def alike(before: State, state: State) -> bool:
    """Tell whether nothing changed that an order, a cancel or an action hangs on."""
    return (
        before.last_node_sequence_id == state.last_node_sequence_id
        and before.order_update_id == state.order_update_id
        and before.order_id == state.order_id
        and before.last_node_id == state.last_node_id
        and before.operating_mode is state.operating_mode
        and before.node_states == state.node_states
        and before.edge_states == state.edge_states
        and before.action_states == state.action_states
        and before.errors == state.errors
        and before.instant_action_states == state.instant_action_states
        and before.maps == state.maps
        and before.zone_sets == state.zone_sets
    )


def passed(state: State) -> int:
    """Return the highest sequenceId that is behind the robot: reported as last AND gone from the states (R88)."""
    if not state.node_states:
        return state.last_node_sequence_id
    first = min([node.sequence_id for node in state.node_states])
    if first > state.last_node_sequence_id:
        return state.last_node_sequence_id
    return first - 2


def decision_point(state: State) -> tuple[str, int]:
    """Return nodeId and sequenceId of the last base node the robot knows: where an update has to start (R13, R16)."""
    base = [node for node in state.node_states if node.released]
    if not base:
        return state.last_node_id, state.last_node_sequence_id
    last = max(base, key=lambda node: node.sequence_id)
    return last.node_id, last.sequence_id


def repeats(header: Header | None) -> bool:
    """Tell whether the robot may run a joining node's actions again when it gets them again (R86, R107).

    Robots of 2.0 were seen to. Robots of any 2.x take that node's contents from the first order, so none misses them.
    """
    return header is not None and answering(header.version) is OLD_CODEC


def rejection(state: State, order_id: str, update_id: int, known: Container[Error]) -> Error | None:
    """Return the error by which the robot refuses this very update (R17).

    An error that names only the order counts when it was not `known` before the order was sent.
    """
    for error in state.errors:
        if error.reference("orderId") != order_id:
            continue
        named = error.reference("orderUpdateId")
        if named is not None:
            if named == str(update_id) and (error.error_type in REJECTIONS or error.reference("actionId") is None):
                return error
        elif error.error_type in REJECTIONS and error not in known:
            return error
    return None


def nothing_to_cancel(state: State, action_id: str) -> bool:
    """Tell whether the robot answered a cancelOrder with "no order" (R21, R109)."""
    return any(
        error.error_type in NO_ORDER_TO_CANCEL
        and any(one.reference_value == action_id for one in error.error_references or ())
        for error in state.errors
    )


def find_action(state: State, action_id: str) -> ActionState | None:
    """Return the state of an action."""
    for one in (*state.action_states, *state.instant_action_states):
        if one.action_id == action_id:
            return one
    return None


def running(state: State) -> list[ActionState]:
    """Return the actions that have not ended."""
    return [one for one in (*state.action_states, *state.instant_action_states) if not one.action_status.ended]


def able(factsheet: Factsheet | None, action_type: str) -> bool | None:
    """Tell whether a robot lists an instant action among what it can do; None where it lists nothing at all (R60)."""
    features = {} if factsheet is None else factsheet.protocol_features or {}
    listed = features.get("mobileRobotActions", features.get("agvActions"))
    known = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not known:
        return None
    return any(one.get("actionType") == action_type and "INSTANT" in _scopes(one) for one in known)


def _scopes(action: dict[str, Any]) -> list[Any]:
    scopes = action.get("actionScopes")
    return scopes if isinstance(scopes, list) else []


def missing_map(state: State, map_ids: Iterable[str], factsheet: Factsheet | None) -> str | None:
    """Return which of these maps is not enabled on the robot (R34), None where all are.

    None too where none at all is, unless it can be told to enable one: many list none though they have some.
    """
    enabled = [one.map_id for one in state.maps or () if one.map_status == ENABLED]
    if state.maps is None or not (enabled or able(factsheet, ENABLE_MAP)):
        return None
    return next((one for one in map_ids if one not in enabled), None)


def asked(state: State) -> tuple[ZoneRequest | EdgeRequest, ...]:
    """Return what the robot asks leave for, or has leave for as far as it knows (R43, R46)."""
    requests: tuple[ZoneRequest | EdgeRequest, ...] = (*state.zone_requests, *state.edge_requests)
    return tuple(one for one in requests if one.request_status in OPEN)


def is_late(header: Header, last: Header | None) -> bool:
    """Tell whether a message is older than the last one taken; a counter that began anew is not (R98)."""
    if last is None or header.header_id is None or last.header_id is None:
        return False
    behind = last.header_id - header.header_id
    if not 0 <= behind < HEADER_WINDOW:
        return False
    at, before = read_stamp(header.timestamp), read_stamp(last.timestamp)
    if at is None or before is None:
        return False
    return at <= before


def map_problem(order: Order, state: State, factsheet: Factsheet | None) -> str | None:
    """Return which map of an order is not enabled on the robot, see `missing_map`."""
    maps = dict.fromkeys(node.node_position.map_id for node in order.nodes if node.node_position is not None)
    missing = missing_map(state, maps, factsheet)
    return None if missing is None else f"map {missing} is not enabled on the robot"


def not_taken(factsheet: Factsheet) -> frozenset[str]:
    """Return the optional fields we would send that a robot of 3.0 does not take (R60).

    One that names none at all has an unfinished factsheet, and is sent what others take (R62).
    """
    listed = (factsheet.protocol_features or {}).get("optionalParameters")
    entries = listed if isinstance(listed, list) else []
    taken = [str(one["parameter"]) for one in entries if isinstance(one, dict) and "parameter" in one]
    if not taken:
        return frozenset()
    return frozenset(name for name in OPTIONAL if not any(f"{one}.".startswith(f"{name}.") for one in taken))


def limit_problem(order: Order, factsheet: Factsheet | None) -> str | None:
    """Return what of an order message the robot's factsheet does not allow (R61), None when all is well."""
    limits = None if factsheet is None else factsheet.protocol_limits
    if limits is None:
        return None
    most = limits.max_array_lens or {}
    for name, size in _SIZES.items():
        allowed = _number(most.get(name))
        if allowed and size(order) > allowed:
            return f"{name} has {size(order)} entries, the robot takes {allowed}"
    longest = _number((limits.max_string_lens or {}).get("idLen"))
    if longest:
        ids = [order.order_id, *[node.node_id for node in order.nodes], *[edge.edge_id for edge in order.edges]]
        for one in (*ids, *[action.action_id for action in actions_of(order)]):
            if len(one) > longest:
                return f"id {one} has {len(one)} characters, the robot takes {longest}"
    return None


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


_SIZES: dict[str, Callable[[Order], int]] = {
    "order.nodes": lambda order: len(order.nodes),
    "order.edges": lambda order: len(order.edges),
    "node.actions": lambda order: max([len(node.actions) for node in order.nodes], default=0),
    "edge.actions": lambda order: max([len(edge.actions) for edge in order.edges], default=0),
    "actions.actionsParameters": lambda order: max(
        [len(one.action_parameters or ()) for one in actions_of(order)], default=0
    ),
}
"""What of an order an array limit of the factsheet speaks of, by the limit's name."""

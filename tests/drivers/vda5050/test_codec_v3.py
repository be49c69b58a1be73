"""The 3.0 wire: what is sent has its words, what a robot says is read into the model."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.vda5050 import codec_v2, orders
from drivers.vda5050 import codec_v3 as codec
from drivers.vda5050.messages import (
    ActionStatus,
    BlockingType,
    ConnectionState,
    ErrorLevel,
    EStop,
    Grant,
    OperatingMode,
    RequestStatus,
    Response,
    Responses,
    RobotId,
    State,
)
from drivers.vda5050.topics import Topic
from drivers.vda5050.wire import Refused
from tests.drivers.vda5050.helpers import pick, way

ROBOT = RobotId("Acme", "R-1")
AT = datetime(2026, 11, 22, 0, 0, 0, 123456, tzinfo=UTC)
HEADER = {
    "headerId": 4,
    "timestamp": "2026-11-22T00:00:00.123Z",
    "version": "3.0.0",
    "manufacturer": "Acme",
    "serialNumber": "R-1",
}
STATE: dict[str, Any] = HEADER | {
    "orderId": "O1",
    "orderUpdateId": 2,
    "lastNodeId": "A",
    "lastNodeSequenceId": 6,
    "nodeStates": [{"nodeId": "B", "sequenceId": 8, "released": True, "nodeDescriptor": "by the door"}],
    "edgeStates": [{"edgeId": "A>B", "sequenceId": 7, "released": True}],
    "driving": True,
    "actionStates": [{"actionId": "p1", "actionStatus": "RETRIABLE", "actionResult": "empty"}],
    "instantActionStates": [{"actionId": "i1", "actionType": "startPause", "actionStatus": "FINISHED"}],
    "zoneActionStates": [],
    "powerSupply": {"stateOfCharge": 71.5, "charging": True, "range": 800, "batteryCurrent": 3.2},
    "operatingMode": "TEACH_IN",
    "errors": [{"errorType": "NODE_UNREACHABLE", "errorLevel": "CRITICAL"}],
    "safetyState": {"activeEmergencyStop": "REMOTE", "fieldViolation": False},
    "mobileRobotPosition": {"x": 1.0, "y": 2.0, "theta": 0.5, "mapId": "floor1", "localized": True},
    "maps": [{"mapId": "floor1", "mapVersion": "7", "mapStatus": "ENABLED", "mapDescriptor": "upstairs"}],
    "zoneSets": [{"zoneSetId": "Z", "mapId": "floor1", "zoneSetStatus": "ENABLED"}],
    "zoneRequests": [
        {"requestId": "r1", "requestType": "ACCESS", "zoneId": "Z1", "zoneSetId": "Z", "requestStatus": "REQUESTED"}
    ],
    "edgeRequests": [
        {"requestId": "r2", "requestType": "CORRIDOR", "edgeId": "A>B", "sequenceId": 7, "requestStatus": "QUEUED"}
    ],
}


def read(topic: Topic, message: dict[str, Any]) -> Any:
    return codec.decode(topic, ROBOT, json.dumps(message).encode()).body


def sent(body: Any) -> Any:
    return json.loads(codec.encode(ROBOT, body, 5, AT))


def test_R04_R74_the_header_has_thousandths_and_the_version() -> None:
    message = sent(Responses(()))
    assert (message["headerId"], message["timestamp"], message["version"]) == (5, HEADER["timestamp"], "3.0.0")


def test_R02_a_state_is_read_into_the_words_of_the_model() -> None:
    body = read(Topic.STATE, STATE)
    assert isinstance(body, State)
    assert (body.operating_mode, body.errors[0].error_level) == (OperatingMode.TEACHIN, ErrorLevel.CRITICAL)
    assert (body.battery_state.battery_charge, body.battery_state.charging, body.battery_state.reach) == (
        71.5,
        True,
        800,
    )
    assert (body.safety_state.e_stop, body.safety_state.field_violation) == (EStop.REMOTE, False)
    assert body.agv_position is not None
    assert (body.agv_position.x, body.agv_position.position_initialized) == (1.0, True)
    assert (body.action_states[0].action_status, body.action_states[0].result_description) == (
        ActionStatus.RETRIABLE,
        "empty",
    )
    assert [one.action_id for one in body.instant_action_states] == ["i1"]
    assert body.maps is not None
    assert (body.maps[0].map_id, body.maps[0].map_version, body.maps[0].map_status) == ("floor1", "7", "ENABLED")
    assert [one.request_status for one in body.zone_requests] == [RequestStatus.REQUESTED]
    assert [one.request_status for one in body.edge_requests] == [RequestStatus.QUEUED]


def test_R92_without_a_last_node_its_sequence_means_nothing() -> None:
    assert read(Topic.STATE, STATE).last_node_sequence_id == 6
    assert read(Topic.STATE, STATE | {"lastNodeId": ""}).last_node_sequence_id == 0


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("CONNECTION_BROKEN", ConnectionState.CONNECTIONBROKEN),
        ("CONNECTIONBROKEN", ConnectionState.CONNECTIONBROKEN),
        ("HIBERNATING", ConnectionState.HIBERNATING),
        ("ONLINE", ConnectionState.ONLINE),
    ],
)
def test_R06_the_connection_is_read_in_either_spelling(word: str, state: ConnectionState) -> None:
    assert read(Topic.CONNECTION, HEADER | {"connectionState": word}).connection_state is state


def test_R61_limits_of_a_factsheet_are_those_of_the_model() -> None:
    limits = {
        "maximumStringLengths": {"maximumIdLength": 8, "maximumMessageLength": 0},
        "maximumArrayLengths": {"order.nodes": 3},
        "timing": {"minimumOrderInterval": 1.5, "minimumStateInterval": 0.2},
    }
    read_limits = read(Topic.FACTSHEET, HEADER | {"protocolLimits": limits}).protocol_limits
    assert read_limits.max_string_lens == {"idLen": 8, "msgLen": 0}
    assert read_limits.max_array_lens == {"order.nodes": 3}
    assert (read_limits.timing.min_order_interval, read_limits.timing.min_state_interval) == (1.5, 0.2)


def test_R62_R110_an_empty_factsheet_is_read() -> None:
    assert read(Topic.FACTSHEET, HEADER).protocol_limits is None


def test_R97_nulls_and_unknown_fields_are_read_over() -> None:
    received = codec.decode(
        Topic.STATE, ROBOT, json.dumps(STATE | {"instantActionStates": None, "loads": None, "novelty": 1}).encode()
    )
    assert received.sloppy
    assert (received.body.instant_action_states, received.body.loads) == ((), None)


def test_R02_an_order_is_sent_in_the_words_of_3_0() -> None:
    first, *rest = way("A", "B", actions={"B": [pick("p1")]})
    order = orders.build("O1", [orders.Waypoint(first.node, first.x, first.y, first.map, deviation=250), *rest], 1)
    message = sent(order)
    assert message["nodes"][0]["nodePosition"]["allowedDeviationXY"] == {"a": 0.25, "b": 0.25, "theta": 0.0}
    assert message["nodes"][1]["actions"][0]["blockingType"] == "HARD"
    edge = message["edges"][0]
    assert edge == {"edgeId": "A>B", "sequenceId": 1, "released": True, "actions": [], "length": 2.0}


def test_a_speed_limit_is_sent_as_maximumSpeed() -> None:
    a, b = way("A", "B")
    order = orders.build("O1", [a, orders.Waypoint(b.node, b.x, b.y, b.map, speed=1200)], 1)
    assert sent(order)["edges"][0]["maximumSpeed"] == 1.2


def test_R27_an_instant_action_never_blocks() -> None:
    message = sent(orders.instant([orders.action("initPosition", "i1", BlockingType.HARD, x=1.0)]))
    assert message["actions"] == [
        {
            "actionType": "initializePosition",
            "actionId": "i1",
            "blockingType": "NONE",
            "actionParameters": [{"key": "x", "value": 1.0}],
        }
    ]


def test_R43_an_answer_to_a_request_names_it() -> None:
    message = sent(Responses((Response("r1", Grant.REJECTED),)))
    assert message["responses"] == [{"requestId": "r1", "grantType": "REJECTED"}]


@pytest.mark.parametrize("version", ["2.1.0", "30.0.0", "1.1"])
def test_R04_another_major_version_is_refused(version: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(Topic.STATE, STATE | {"version": version})
    assert refusal.value.code == "version"


def test_R96_another_identity_than_the_topics_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        read(Topic.STATE, STATE | {"serialNumber": "R-2"})
    assert refusal.value.code == "identity"


def test_R02_neither_version_takes_the_others_state_for_its_own() -> None:
    for other in (codec.CODEC, codec_v2.CODEC):
        message = STATE | {"version": other.version}
        if other is codec.CODEC:
            message = {"agvPosition" if key == "mobileRobotPosition" else key: one for key, one in message.items()}
            message = {"batteryState" if key == "powerSupply" else key: one for key, one in message.items()}
        with pytest.raises(Refused) as refusal:
            other.decode(Topic.STATE, ROBOT, json.dumps(message).encode())
        assert refusal.value.code == "malformed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(sorted(STATE)), value=JSON)
def test_a_wrong_value_anywhere_is_read_or_refused_never_worse(field: str, value: Any) -> None:
    with contextlib.suppress(Refused):
        assert isinstance(read(Topic.STATE, STATE | {field: value}), State)

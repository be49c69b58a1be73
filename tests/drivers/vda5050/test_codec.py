"""The 2.x wire: round trips, rubbish and sloppy robots."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from drivers.vda5050 import codec_v2 as codec
from drivers.vda5050 import orders
from drivers.vda5050.messages import (
    ActionStatus,
    Connection,
    ConnectionState,
    ErrorLevel,
    OperatingMode,
    RobotId,
    State,
    Visualization,
)
from drivers.vda5050.topics import Topic, check_identity, parse, topic_of
from drivers.vda5050.wire import Refused, read_stamp, stamp
from tests.drivers.vda5050.helpers import pick, state, way

ROBOT = RobotId("Acme", "R-1")
AT = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
ORDER = orders.build("O1", way("A", "B", "C", actions={"B": [pick("p1")]}), 1)


def wire(**changes: Any) -> bytes:
    """Return a good state with fields replaced; a value of Ellipsis removes the field."""
    fields = json.loads(codec.encode(ROBOT, state(ORDER), 4, AT)) | changes
    return json.dumps({key: value for key, value in fields.items() if value is not ...}).encode()


def test_R04_R74_the_header_is_utc_with_z_and_hundredths() -> None:
    message = json.loads(codec.encode(ROBOT, ORDER, 2**32 + 3, AT))
    assert message["timestamp"] == "2026-11-22T00:00:00.12Z"
    assert message["headerId"] == 3
    assert (message["manufacturer"], message["serialNumber"]) == ("Acme", "R-1")


@given(at=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))])), fractions=st.integers(2, 3))
@example(at=datetime(2026, 1, 1, tzinfo=UTC), fractions=3)
def test_R74_a_time_is_told_with_as_many_digits_as_the_version_wants(at: datetime, fractions: int) -> None:
    assume(datetime.min.replace(tzinfo=UTC) + timedelta(days=1) < at)
    unit = timedelta(seconds=10**-fractions)
    text = stamp(at, fractions)
    assert len(text) == len("2026-11-22T00:00:00.Z") + fractions
    told = read_stamp(text)
    assert told is not None
    assert timedelta(0) <= at - told < unit


def test_R75_the_version_has_no_v() -> None:
    assert json.loads(codec.encode(ROBOT, ORDER, 0, AT))["version"] == "2.1.0"


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0", "2.1.7", "v2.0.0"])
def test_R75_another_minor_version_is_accepted(version: str) -> None:
    assert codec.decode(Topic.STATE, ROBOT, wire(version=version)).body.order_id == "O1"


def test_R76_instant_actions_are_sent_under_actions() -> None:
    message = json.loads(codec.encode(ROBOT, orders.instant([orders.action("cancelOrder", "c1")]), 0, AT))
    assert [one["actionType"] for one in message["actions"]] == ["cancelOrder"]
    assert "instantActions" not in message


def test_R76_R111_a_robot_of_2_0_gets_its_version_and_both_keys() -> None:
    old = codec.answering("2.0.0")
    cancel = orders.instant([orders.action("cancelOrder", "c1")])
    message = json.loads(old.encode(ROBOT, cancel, 0, AT))
    assert message["version"] == "2.0.0"
    assert message["instantActions"] == message["actions"]
    assert [one["actionId"] for one in message["actions"]] == ["c1"]
    assert "actions" not in json.loads(old.encode(ROBOT, ORDER, 0, AT))


def test_R22_R111_a_robot_of_2_0_reads_the_deviation_under_either_name() -> None:
    route = way("A", "B")
    order = orders.build("O1", [replace(route[0], deviation=1500), route[1]], 1)
    first, second = json.loads(codec.OLD_CODEC.encode(ROBOT, order, 0, AT))["nodes"]
    assert first["nodePosition"]["allowedDeviationXY"] == first["nodePosition"]["allowedDeviationXy"] == 1.5
    assert second["nodePosition"] == json.loads(codec.encode(ROBOT, order, 0, AT))["nodes"][1]["nodePosition"]
    assert b"allowedDeviationXy" not in codec.encode(ROBOT, order, 0, AT)


@pytest.mark.parametrize(
    ("told", "spoken"),
    [("2.0.0", "2.0.0"), ("v2.0.1", "2.0.0"), ("2.1.0", "2.1.0"), ("2.2.0", "2.1.0"), (None, "2.1.0")],
)
def test_R111_a_robot_is_answered_in_a_version_it_knows(told: str | None, spoken: str) -> None:
    assert codec.answering(told).version == spoken


def test_R76_instant_actions_under_the_old_key_are_read() -> None:
    fields = json.loads(codec.encode(ROBOT, orders.instant([orders.action("cancelOrder", "c1")]), 0, AT))
    fields["instantActions"] = fields.pop("actions")
    received = codec.decode(Topic.INSTANT_ACTIONS, ROBOT, json.dumps(fields).encode())
    assert received.sloppy
    assert received.body == orders.instant([orders.action("cancelOrder", "c1")])


def test_schema_2_1_required_fields_of_an_order_are_sent() -> None:
    message = json.loads(codec.encode(ROBOT, ORDER, 0, AT))
    header = {"headerId", "timestamp", "version", "manufacturer", "serialNumber"}
    assert header | {"orderId", "orderUpdateId", "nodes", "edges"} <= message.keys()
    for node in message["nodes"]:
        assert {"nodeId", "sequenceId", "released", "actions"} <= node.keys()
        assert {"x", "y", "mapId"} <= node["nodePosition"].keys()
    for edge in message["edges"]:
        assert {"edgeId", "sequenceId", "released", "startNodeId", "endNodeId", "actions"} <= edge.keys()
    action = message["nodes"][1]["actions"][0]
    assert {"actionType", "actionId", "blockingType"} <= action.keys()
    assert action["actionParameters"] == [{"key": "loadId", "value": "T-0001"}]


def test_R97_null_is_never_sent() -> None:
    for body in (ORDER, state(ORDER), Connection(ConnectionState.ONLINE), Visualization()):
        assert b"null" not in codec.encode(ROBOT, body, 0, AT)


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        (Topic.ORDER, ORDER),
        (Topic.INSTANT_ACTIONS, orders.instant([orders.action("cancelOrder", "c1")])),
        (Topic.STATE, state(ORDER, 2, actions={"p1": ActionStatus.PAUSED})),
        (Topic.CONNECTION, Connection(ConnectionState.CONNECTIONBROKEN)),
        (Topic.VISUALIZATION, Visualization()),
    ],
)
def test_what_is_written_is_read_again(topic: Topic, body: Any) -> None:
    received = codec.decode(topic, ROBOT, codec.encode(ROBOT, body, 7, AT))
    assert received.body == body
    assert received.header.header_id == 7
    assert not received.sloppy


def test_a_kept_order_is_the_same_order() -> None:
    assert codec.unpack(codec.pack(ORDER)) == ORDER
    with pytest.raises(Refused):
        codec.unpack(b"{}")


def test_R97_R114_nulls_and_unknown_fields_are_tolerated() -> None:
    received = codec.decode(
        Topic.STATE,
        ROBOT,
        wire(orderId=None, actionStates=None, errors=None, loads=None, agvPosition=None, somethingNew={"a": 1}),
    )
    assert received.sloppy
    assert (received.body.order_id, received.body.action_states, received.body.loads) == ("", (), None)


def test_a_missing_field_is_no_null() -> None:
    with pytest.raises(Refused):
        codec.decode(Topic.STATE, ROBOT, wire(nodeStates=...))


def test_R74_a_time_without_z_is_tolerated_and_flagged() -> None:
    received = codec.decode(Topic.STATE, ROBOT, wire(timestamp="2026-11-22T09:00:00.12"))
    assert received.sloppy
    assert read_stamp(received.header.timestamp) == datetime(2026, 11, 22, 9, 0, 0, 120000, tzinfo=UTC)
    assert read_stamp("yesterday") is None


@pytest.mark.parametrize(
    ("manufacturer", "serial"), [("Acme", "R-2"), ("Other", "R-1"), (None, "R-1"), ("Acme", None), (..., ...)]
)
def test_R96_another_identity_than_the_topics_is_refused(manufacturer: Any, serial: Any) -> None:
    with pytest.raises(Refused) as refusal:
        codec.decode(Topic.STATE, ROBOT, wire(manufacturer=manufacturer, serialNumber=serial))
    assert refusal.value.code == "identity"


@pytest.mark.parametrize("version", ["1.1", "3.0.0", "20.1"])
def test_R04_another_major_version_is_refused(version: str) -> None:
    with pytest.raises(Refused) as refusal:
        codec.decode(Topic.STATE, ROBOT, wire(version=version))
    assert refusal.value.code == "version"


def test_words_outside_the_enums_are_read_as_unknown() -> None:
    errors = [{"errorType": "x", "errorLevel": "GRAVE"}]
    actions = [{"actionId": "a", "actionStatus": "HALFWAY"}]
    body = codec.decode(Topic.STATE, ROBOT, wire(operatingMode="ASLEEP", errors=errors, actionStates=actions)).body
    assert isinstance(body, State)
    assert body.operating_mode is OperatingMode.UNKNOWN
    assert body.errors[0].error_level is ErrorLevel.UNKNOWN
    assert body.action_states[0].action_status is ActionStatus.UNKNOWN
    assert not body.action_states[0].action_status.ended


@given(st.binary(max_size=200))
def test_rubbish_is_refused_with_a_reason(payload: bytes) -> None:
    for topic in (Topic.ORDER, Topic.INSTANT_ACTIONS, Topic.STATE, Topic.CONNECTION, Topic.FACTSHEET):
        with pytest.raises(Refused) as refusal:
            codec.decode(topic, ROBOT, payload)
        assert refusal.value.code in {"malformed", "identity"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(sorted(json.loads(wire()))), value=JSON)
def test_a_wrong_value_anywhere_is_read_or_refused_never_worse(field: str, value: Any) -> None:
    with contextlib.suppress(Refused):
        assert isinstance(codec.decode(Topic.STATE, ROBOT, wire(**{field: value})).body, State)


@pytest.mark.parametrize("payload", [b"[" * 100_000, b'{"a":' * 100_000, b"x" * 2_000_000])
def test_hostile_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(Refused):
        codec.decode(Topic.STATE, ROBOT, payload)


def test_R03_topics() -> None:
    full = topic_of("uagv/v2", ROBOT, Topic.INSTANT_ACTIONS)
    assert full == "uagv/v2/Acme/R-1/instantActions"
    assert parse("uagv/v2", full) == (ROBOT, Topic.INSTANT_ACTIONS)
    for other in ("uagv/v3/Acme/R-1/state", "uagv/v2/Acme/R-1/other", "uagv/v2/Acme/state", "uagv/v2/a/b/c/state"):
        assert parse("uagv/v2", other) is None
    for bad in (RobotId("A/b", "1"), RobotId("", "1"), RobotId("A", "1 2"), RobotId("A", ""), RobotId("A", "1\n")):
        with pytest.raises(ValueError, match=r"serial|manufacturer"):
            check_identity(bad)

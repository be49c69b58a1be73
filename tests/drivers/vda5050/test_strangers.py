"""Who announces itself: only what is sent now, in bounded memory whatever a broker is full of (R06, R78)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.mqtt.port import Message
from drivers.vda5050 import codec_v2, codec_v3
from drivers.vda5050.messages import (
    BatteryState,
    Connection,
    ConnectionState,
    EStop,
    Factsheet,
    OperatingMode,
    RobotId,
    SafetyState,
    State,
)
from drivers.vda5050.strangers import BYTES_KEPT, KEPT, LONGEST, SILENT, Strangers
from drivers.vda5050.topics import Topic
from tests.drivers.vda5050.helpers import START

X9 = RobotId("Acme", "X9")
STATE = State(
    order_id="",
    order_update_id=0,
    last_node_id="N1",
    last_node_sequence_id=0,
    driving=False,
    operating_mode=OperatingMode.AUTOMATIC,
    node_states=(),
    edge_states=(),
    action_states=(),
    battery_state=BatteryState(80.0, charging=False),
    errors=(),
    safety_state=SafetyState(EStop.NONE, field_violation=False),
)
BODIES: dict[Topic, Any] = {
    Topic.STATE: STATE,
    Topic.CONNECTION: Connection(ConnectionState.ONLINE),
    Topic.FACTSHEET: Factsheet(type_specification={"seriesName": "x"}),
}


class Ear:
    """Strangers, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.strangers = Strangers()
        self.now = START

    def hear(
        self,
        robot: RobotId,
        topic: Topic,
        *,
        retain: bool = False,
        body: Any = None,
        codec: Any = codec_v2.CODEC,
        pad: int = 0,
    ) -> bool:
        raw = codec.encode(robot, BODIES[topic] if body is None else body, 1, self.now)
        message = Message("", raw + b" " * pad, retain)
        return self.strangers.hear(robot, topic, (codec, codec.decode(topic, robot, raw)), message, self.now)

    @property
    def names(self) -> list[str]:
        return [one.robot.serial for one in self.strangers.heard(self.now)]


def test_R78_what_the_broker_kept_of_a_robot_long_gone_announces_nobody() -> None:
    ear = Ear()
    for topic in BODIES:
        assert not ear.hear(X9, topic, retain=True)
    assert ear.names == []
    assert ear.strangers.one(X9, ear.now) is None


def test_a_live_word_announces_once_and_what_was_kept_before_counts_then() -> None:
    ear = Ear()
    ear.hear(X9, Topic.FACTSHEET, retain=True)
    ear.hear(X9, Topic.STATE, retain=True)
    assert ear.hear(X9, Topic.CONNECTION)
    assert not ear.hear(X9, Topic.CONNECTION)
    found = ear.strangers.one(X9, ear.now)
    assert found is not None
    assert found.factsheet is not None
    assert found.state is None, "a state that the broker kept says nothing of where the robot is now"
    assert not ear.hear(X9, Topic.STATE)
    found = ear.strangers.one(X9, ear.now)
    assert found is not None
    assert found.state is not None
    assert found.since == START


def test_who_is_silent_or_says_good_bye_is_gone_and_announces_itself_anew() -> None:
    ear = Ear()
    assert ear.hear(X9, Topic.STATE)
    ear.now += SILENT
    assert ear.names == ["X9"]
    ear.now += timedelta(seconds=1)
    assert ear.names == []
    assert ear.hear(X9, Topic.STATE)
    assert not ear.hear(X9, Topic.CONNECTION, body=Connection(ConnectionState.OFFLINE))
    assert ear.names == []
    assert ear.hear(X9, Topic.CONNECTION)


def test_a_fleet_learns_what_a_robot_said_in_the_order_of_its_life_and_once() -> None:
    ear = Ear()
    for topic in (Topic.STATE, Topic.FACTSHEET, Topic.CONNECTION):
        ear.hear(X9, topic)
    said = [type(received.body) for _, received in ear.strangers.take(X9)]
    assert said == [Connection, Factsheet, State]
    assert ear.strangers.take(X9) == []
    assert ear.names == []


def test_R128_the_version_is_that_of_its_newest_word() -> None:
    ear = Ear()
    ear.hear(X9, Topic.CONNECTION)
    ear.hear(X9, Topic.FACTSHEET)
    ear.hear(X9, Topic.CONNECTION, codec=codec_v3.CODEC)
    found = ear.strangers.one(X9, ear.now)
    assert found is not None
    assert found.version == codec_v3.CODEC.version


def test_a_broker_full_of_made_up_names_fills_no_memory_and_hides_no_robot_that_goes_on_speaking() -> None:
    ear = Ear()
    for number in range(3 * KEPT):
        if number % (KEPT // 2) == 0:
            ear.hear(X9, Topic.STATE)
        ear.hear(RobotId("Fake", f"F{number}"), Topic.CONNECTION)
        assert len(ear.strangers._kept) <= KEPT
    assert "X9" in ear.names


@pytest.mark.parametrize("name", ["a b", "X" * 101, "\u0000", "＊"])
def test_R03_who_has_no_robots_name_is_nobody(name: str) -> None:
    ear = Ear()
    assert not ear.hear(RobotId("Acme", name), Topic.CONNECTION)
    assert ear.strangers.heard(ear.now) == []
    assert ear.strangers.take(RobotId("Acme", name)) == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 200), st.sampled_from(sorted(BODIES)), st.booleans(), st.sampled_from((0, 5000, LONGEST))
        ),
        max_size=150,
    )
)
def test_whatever_comes_what_is_kept_is_counted_and_bounded(words: list[tuple[int, Topic, bool, int]]) -> None:
    ear = Ear()
    live = set()
    for number, topic, retain, pad in words:
        robot = RobotId("Any", f"A{number}")
        ear.hear(robot, topic, retain=retain, pad=pad)
        live |= set() if retain else {robot.serial}
        strangers = ear.strangers
        sizes = [sum(kept.sizes.values()) for kept in strangers._kept.values()]
        assert sum(sizes) == strangers._size <= BYTES_KEPT
        assert all(size <= LONGEST for kept in strangers._kept.values() for size in kept.sizes.values())
    assert set(ear.names) == live
    for number in range(201):
        ear.strangers.take(RobotId("Any", f"A{number}"))
    assert ear.strangers._size == 0

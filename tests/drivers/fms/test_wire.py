"""What a manager may send: read strictly where it is believed, and no figure that cannot be."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.fms.messages import Kind, RobotReport, Task, TaskState
from drivers.fms.wire import Malformed, read_answers, read_error, read_robots, read_task, task_body


def test_a_task_says_only_what_it_has() -> None:
    assert task_body(Task("T1", Kind.MOVE, "B")) == {"key": "T1", "kind": "move", "to": "B", "priority": 5}


def test_a_word_nobody_knows_is_unknown_and_kept() -> None:
    for word in ("levitating", "unknown", "DONE"):
        told = read_task(json.dumps({"task": {"key": "T1", "state": word, "new": 1}}).encode())
        assert (told.state, told.word) == (TaskState.UNKNOWN, word)


def test_answers_say_what_is_known_and_what_is_not() -> None:
    answers = read_answers(b'{"tasks": [{"key": "a", "state": "queued"}], "unknown": ["b"]}')
    assert ([report.key for report in answers.reports], answers.unknown) == (["a"], ("b",))


def test_a_robot_says_what_it_knows() -> None:
    told = {"id": "F1", "online": True, "battery": 79.6, "x_mm": 1.4, "y_mm": -2, "odometer_mm": 3e9, "loads": ["T-1"]}
    assert list(read_robots(json.dumps({"robots": [told]}).encode())) == [
        RobotReport("F1", online=True, battery=80, x=1, y=-2, odometer=3_000_000_000, loads=("T-1",))
    ]


@pytest.mark.parametrize("figure", ["-1", "101", "1e300"])
def test_a_figure_that_cannot_be_is_left_out_not_the_robot(figure: str) -> None:
    raw = f'{{"robots": [{{"id": "F1", "online": true, "battery": {figure}}}]}}'.encode()
    (robot,) = read_robots(raw)
    assert robot.battery is None


@given(st.binary())
@example(b'{"task":' + b"[" * 200_000)
@example(b'{"error": {"code": "\xff"}}')
def test_rubbish_is_malformed_and_nothing_else(raw: bytes) -> None:
    for read in (read_task, read_answers, read_robots):
        with pytest.raises(Malformed):
            read(raw)
    assert isinstance(read_error(raw), tuple)

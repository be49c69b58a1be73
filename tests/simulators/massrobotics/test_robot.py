"""Simulated robots of other makers: they stay on their way, and every mood is taken as it should be."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from drivers.massrobotics.messages import Identity, State, Status
from drivers.massrobotics.reading import Misread, Problem, read
from edge.cli import app
from simulators.massrobotics import uplink
from simulators.massrobotics.robot import Course, Robot
from simulators.massrobotics.socket import WebSocketClient
from simulators.massrobotics.uplink import Mood, Uplink

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
COURSE = Course("4b8302da-21ad-401f-af45-1dfd956b80b5", x=2.0, y=1.0, length=8.0, width=5.0)


@given(st.integers(0, 1000), st.lists(st.floats(0.05, 2.0), max_size=300))
def test_a_robot_stays_on_its_way_and_all_it_says_can_be_read(seed: int, steps: list[float]) -> None:
    robot = Robot("E1", COURSE, random.Random(seed))
    identity = read(json.dumps(robot.identity(NOW)))
    assert isinstance(identity, Identity)
    for seconds in steps:
        robot.step(seconds)
        on_side = min(abs(robot.x - 2), abs(robot.x - 10), abs(robot.y - 1), abs(robot.y - 6)) < 1e-6
        assert on_side
        assert 2 <= robot.x <= 10
        assert 1 <= robot.y <= 6
    report = read(json.dumps(robot.status(NOW)))
    assert isinstance(report, Status)
    assert (report.uuid, report.at) == (identity.uuid, NOW)
    assert report.location.datum == COURSE.datum


def test_a_robot_charges_when_it_must_and_goes_on() -> None:
    robot = Robot("E1", COURSE, random.Random(1))
    states = []
    for _ in range(20_000):
        robot.step(1.0)
        states.append(robot.state)
        assert robot.battery > 10
    changes = [one for one, before in zip(states, [None, *states], strict=False) if one != before]
    assert {"navigating", "loadingUnloading", "charging"} == set(changes)
    assert changes[changes.index("charging") + 1] == "navigating"
    assert set(changes) <= {state.value for state in State}


@dataclass
class Sink:
    """A socket that keeps what is sent."""

    sent: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    async def send(self, text: str) -> None:
        self.sent.append(text)

    async def send_raw(self, data: bytes) -> None:
        self.raw.append(data)


async def said_in(mood: Mood) -> Sink:
    link = Uplink(Robot("E1", COURSE, random.Random(1)), "ws://x", "", random.Random(1), now=lambda: NOW)
    link.mood = mood
    sink = Sink()
    try:
        await link._tell(cast("WebSocketClient", sink))
    except ConnectionError:
        assert mood is Mood.CUT
    return sink


@pytest.mark.parametrize(
    ("mood", "state"), [(Mood.WELL, "navigating"), (Mood.NULLS, "navigating"), (Mood.STUCK, "disabled")]
)
async def test_moods_that_are_right(mood: Mood, state: str) -> None:
    (text,) = (await said_in(mood)).sent
    report = read(text)
    assert isinstance(report, Status)
    assert report.state == state
    assert bool(report.errors) == (mood is Mood.STUCK)


async def test_moods_that_are_wrong() -> None:
    (text,) = (await said_in(Mood.MALFORMED)).sent
    with pytest.raises(Misread) as caught:
        read(text)
    assert (caught.value.field, caught.value.problem) == ("location.x", Problem.NOT_NUMBER)
    cut = await said_in(Mood.CUT)
    assert (cut.sent, len(cut.raw[0])) == ([], 40)
    assert not (await said_in(Mood.SILENT)).sent
    assert len((await said_in(Mood.FLOOD)).sent) == uplink.FLOOD
    lost = json.loads((await said_in(Mood.LOST)).sent[0])
    assert lost["location"]["planarDatum"] == uplink.ELSEWHERE


async def test_a_robot_that_nobody_hears_tries_again_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "AGAIN", (0.0, 0.0))
    tries: list[Any] = []

    async def nobody(*args: Any, **_named: Any) -> WebSocketClient:
        tries.append(args)
        await asyncio.sleep(0)
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(WebSocketClient, "connect", nobody)
    link = Uplink(Robot("E1", COURSE, random.Random(1)), "ws://x", "key", random.Random(1), now=lambda: NOW)
    running = asyncio.create_task(link.run())
    async with asyncio.timeout(20):
        while len(tries) < 3:  # noqa: ASYNC110  a robot tells nobody that it tries
            await asyncio.sleep(0)
    running.cancel()
    assert (link.connected, link.refused) == (False, "not reached: nobody there")


@pytest.mark.parametrize("mood", ["E1", "E1=sleepy", "E9=well"])
def test_the_command_refuses_moods_and_robots_that_are_none(mood: str) -> None:
    found = CliRunner().invoke(app, ["sim", "massrobotics", "--datum", COURSE.datum, "--mood", mood])
    assert found.exit_code == 2

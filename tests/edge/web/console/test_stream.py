"""The stream from Live and the journal to a console."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from drivers.massrobotics.messages import State
from edge.live import DeviceView, DoorView, ForeignView, RobotView
from edge.processes.robots import pause_robot
from edge.processes.stays import sync_robots
from edge.processes.trouble import raise_trouble
from edge.web.console import router, stream
from edge.web.console.desk import Desk
from edge.web.console.stream import FOREIGN_STATES, Hub, foreign_state, robot_state
from edge.web.console.texts import texts
from tests.edge.web.console.conftest import Console
from tests.support.patience import PATIENCE
from tests.support.store import START


def hub_of(console: Console) -> Hub:
    services = console.web.services
    return Hub(services.store, services.site, services.live)


class Events:
    """The events of a stream, one at a time."""

    def __init__(self, console: Console) -> None:
        self.hub = hub_of(console)
        self.stream = self.hub.listen()
        self._waiting: list[tuple[str, dict[str, Any]]] = []

    async def until(self, wanted: str) -> dict[str, Any]:
        """Return the next event of this name or with this field."""
        async with asyncio.timeout(PATIENCE):
            while True:
                while self._waiting:
                    name, body = self._waiting.pop(0)
                    if name == wanted or wanted in body:
                        return body
                for part in (await anext(self.stream)).decode().strip().split("\n\n"):
                    name, data = part.split("\n")
                    self._waiting.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))

    async def close(self) -> None:
        """Leave."""
        await self.stream.aclose()


@pytest_asyncio.fixture
async def events(console: Console) -> AsyncIterator[Events]:
    """Give a listener of this test's console."""
    listening = Events(console)
    yield listening
    await listening.close()


async def test_the_first_frame_holds_everything(console: Console, events: Events) -> None:
    live = console.web.services.live
    live.robots["R1"] = RobotView(id="R1", x=1000, y=2000, online=True, battery=55, path=["N1", "nowhere", "N2"])
    live.devices["d"] = DeviceView("d", "scale", "tcp://x:1", up=True)
    first = await events.until("state")
    assert first["robots"]["R1"]["p"] == [2000, 0, 4000, 0]
    assert first["robots"]["R1"]["b"] == 55
    assert first["devices"]["d"]["up"] is True
    assert first["head"] == {"wms": False, "waiting": 0, "down": 0, "exceptions": 0}


async def test_robots_that_others_drive_are_told_when_their_place_is_known_and_when_they_fall_silent(
    console: Console, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEATS", 1)
    live, clock = console.web.services.live, console.web.clock
    placed = ForeignView("u1", "maker", 10, clock.time, name="E1", state="navigating", placed=True, x=9, battery=70)
    placed.path = [(9, 500)]
    live.foreign = {"u1": placed, "u2": ForeignView("u2", "maker", 10, clock.time, name="E2")}
    first = await events.until("state")
    assert first["foreign"] == {"u1": {"x": 9, "y": 0, "h": 0, "b": 70, "s": "driving", "n": "E1", "p": [9, 500]}}
    clock.pass_(seconds=10)
    assert (await events.until("foreign"))["foreign"] == {"u1": {"s": "silent", "p": []}}  # nobody touched anything
    placed.placed = False
    live.touch()
    assert (await events.until("foreign"))["foreign"] == {"u1": {"gone": True}}


@pytest.mark.parametrize("state", State)
def test_every_state_of_the_standard_has_a_word(state: State) -> None:
    view = ForeignView("u", "k", 10, START, name="E1", state=state.value)
    assert foreign_state(view, START) == FOREIGN_STATES[state]
    assert foreign_state(replace(view, state=""), START) == "unknown"
    assert foreign_state(replace(view, errors=("E",)), START) == "error"
    assert foreign_state(replace(view, errors=("E",)), START + timedelta(seconds=10)) == "silent"
    for language in ("ja", "en"):
        assert texts(language).has(f"state.foreign.{FOREIGN_STATES[state]}")


async def test_a_frame_says_what_doors_do(console: Console, events: Events) -> None:
    live = console.web.services.live
    live.doors["D1"] = DoorView("D1", "closed")
    assert (await events.until("state"))["doors"] == {"D1": {"s": "closed", "r": []}}
    live.doors["D1"].state = "opening"
    live.touch()
    assert (await events.until("doors"))["doors"] == {"D1": {"s": "opening"}}


async def test_later_frames_hold_only_what_changed(console: Console, events: Events) -> None:
    live = console.web.services.live
    live.views |= {"R1": RobotView(id="R1"), "R2": RobotView(id="R2")}
    await events.until("state")
    live.robots["R2"].x = 700
    live.touch()
    assert (await events.until("robots"))["robots"] == {"R2": {"x": 700}}


async def test_what_the_journal_says_reaches_pages_as_topics(console: Console, events: Events) -> None:
    await events.until("state")
    await console.web.store.run(sync_robots)
    await console.web.store.run(pause_robot, "R1", paused=True)
    assert (await events.until("topics"))["topics"] == ["robot"]


async def test_P47_an_exception_arrives_as_a_note_and_in_the_head(console: Console, events: Events) -> None:
    await events.until("state")
    await console.web.store.run(raise_trouble, "exception.gate_alarm", "gate/GATE-1", gate="GATE-1")
    note = await events.until("exception")
    assert (note["kind"], note["code"]) == ("exception.raised", "exception.gate_alarm")
    assert (await events.until("head"))["head"] == {"exceptions": 1}


async def test_nothing_runs_while_nobody_looks(console: Console, events: Events) -> None:
    hub = events.hub
    await events.until("state")
    assert hub.watched == 1
    await events.close()
    assert hub.watched == 0
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "console-stream" and not task.cancelling()]


async def test_closing_ends_every_stream(console: Console, events: Events) -> None:
    hub = events.hub
    await events.until("state")
    hub.close()
    assert [chunk async for chunk in events.stream] == []


def test_the_worst_of_a_robots_states_is_shown() -> None:
    def state(**fields: Any) -> str:
        known: dict[str, Any] = {"id": "R1", "online": True, "code": "robot.busy"} | fields
        return robot_state(RobotView(**known))

    assert state(code="robot.dead", online=False) == "dead"
    assert state(code="robot.dead_answers", online=True) == "dead"
    assert state(online=False, errors=["x"]) == "silent"
    assert state(errors=["x"], driving=True) == "error"
    assert state(code="robot.paused", driving=True) == "paused"
    assert state(code="robot.not_automatic", driving=True) == "paused"
    assert state(charging=True) == "charging"
    assert state(driving=True, totes=["T-1"]) == "driving"
    assert state(totes=["T-1"]) == "working"
    assert state(code="traffic.home") == state(code="assign.no_job") == state(code="charge.enough") == "idle"
    assert state(code="traffic.at_stop") == "working"
    assert state(code="traffic.going", driving=True) == "driving"
    assert state(code="traffic.jam", driving=True) == "blocked"
    assert state(code="robot.strange_load") == "error"


async def test_P49_a_stream_ends_with_its_session(console: Console) -> None:
    token = console.client.cookies["genba_session"]
    events = router._while_logged_in(Desk(console.web.services), token)
    assert await anext(events)
    await console.client.post("/logout", data={"csrf": await console.csrf()})
    async with asyncio.timeout(PATIENCE):
        assert [chunk async for chunk in events] == []

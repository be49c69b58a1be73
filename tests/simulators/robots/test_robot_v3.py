"""The simulated robot of 3.0 against the standard: fed and watched in JSON alone, in virtual time."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from drivers.vda5050.messages import Grant, OperatingMode
from simulators.robots.cargo import Partner, willing
from simulators.robots.config import RobotConfig
from simulators.robots.robot import Robot
from simulators.world.loop import clock, run
from tests.drivers.vda5050.memory import MemoryBroker
from tests.drivers.vda5050.site import Shy

START = datetime(2026, 11, 22, tzinfo=UTC)
CONFIG = RobotConfig("GenbaSim", "R1", "A", 0, 0, vda5050="3.0")
HEADER = {
    "headerId": 7,
    "timestamp": "2026-11-22T00:00:00.000Z",
    "version": "3.0.0",
    "manufacturer": "GenbaSim",
    "serialNumber": "R1",
}
Json = dict[str, Any]


class Master:
    """Sends and collects JSON."""

    def __init__(self, broker: MemoryBroker, robot: Robot) -> None:
        self.robot = robot
        self.said: dict[str, list[Json]] = {}
        self._broker = broker

    async def listen(self) -> None:
        async with self._broker.connect("master") as session:
            await session.subscribe("uagv/v3/GenbaSim/R1/#")
            async for message in session.messages():
                self.said.setdefault(message.topic.split("/")[-1], []).append(json.loads(message.payload))

    async def send(self, topic: str, **body: Any) -> None:
        self._broker.route(f"uagv/v3/GenbaSim/R1/{topic}", json.dumps(HEADER | body).encode(), retain=False)
        await asyncio.sleep(0.2)

    async def order(self, order_id: str = "O1", names: str = "ABC", **changes: Any) -> None:
        await self.send("order", **(order(order_id, names) | changes))

    async def act(self, action_type: str, action_id: str, blocking: str = "NONE", **parameters: Any) -> None:
        given = [{"key": key, "value": value} for key, value in parameters.items()]
        action = {"actionType": action_type, "actionId": action_id, "blockingType": blocking}
        await self.send("instantActions", actions=[action | ({"actionParameters": given} if given else {})])

    @property
    def last(self) -> Json:
        return self.said["state"][-1]

    def errors(self) -> list[tuple[str, str]]:
        return [(one["errorType"], one["errorLevel"]) for one in self.last["errors"]]

    def instant(self) -> Json:
        return {one["actionId"]: one["actionStatus"] for one in self.last["instantActionStates"]}


def order(order_id: str = "O1", names: str = "ABC", *, update: int = 0, first: int = 0) -> Json:
    """Return an order over nodes 2 m apart on a line, A at 0."""
    nodes: list[Json] = [
        {
            "nodeId": name,
            "sequenceId": first + 2 * place,
            "released": True,
            "actions": [],
            "nodePosition": {"x": 2.0 * (ord(name) - ord("A")), "y": 0, "mapId": "floor1"},
        }
        for place, name in enumerate(names)
    ]
    edges = [
        {"edgeId": f"{a}{b}", "sequenceId": first + 2 * place + 1, "released": True, "actions": []}
        for place, (a, b) in enumerate(pairwise(names))
    ]
    return {"orderId": order_id, "orderUpdateId": update, "nodes": nodes, "edges": edges}


def play(script: Callable[[Master], Awaitable[None]], partner: Partner = willing) -> None:
    async def main() -> None:
        broker = MemoryBroker()
        robot = Robot(CONFIG, broker.connect, now=clock(), dice=random.Random(1), partner=partner)
        master = Master(broker, robot)
        lives = [asyncio.ensure_future(master.listen()), asyncio.ensure_future(robot.run())]
        await asyncio.sleep(CONFIG.startup_time + 1)
        await script(master)
        for task in lives:
            task.cancel()
        await asyncio.gather(*lives, return_exceptions=True)

    run(main(), 1, START)


def test_R32_it_starts_up_without_a_place_and_takes_no_order_before_it_has() -> None:
    async def script(master: Master) -> None:
        master.robot.reboot()
        await asyncio.sleep(CONFIG.boot_time + 1)
        await master.order()
        starting = master.last
        assert (starting["operatingMode"], starting["lastNodeId"]) == ("STARTUP", "")
        assert starting["mobileRobotPosition"]["localized"] is False
        assert master.errors() == [("MOBILE_ROBOT_NOT_AVAILABLE", "WARNING")]
        await asyncio.sleep(CONFIG.startup_time)
        assert (master.last["operatingMode"], master.last["lastNodeId"]) == ("AUTOMATIC", "A")
        await master.order()
        assert (master.last["orderId"], master.errors()) == ("O1", [])

    play(script)


def test_R10_it_drives_an_order_and_reports_in_the_words_of_3_0() -> None:
    async def script(master: Master) -> None:
        await master.order()
        assert [node["nodeId"] for node in master.last["nodeStates"]] == ["B", "C"]
        assert "agvPosition" not in master.last
        await asyncio.sleep(60)
        assert (master.last["lastNodeId"], master.last["lastNodeSequenceId"], master.last["nodeStates"]) == ("C", 4, [])
        assert master.last["powerSupply"].keys() == {"stateOfCharge", "charging"}

    play(script)


def test_R25_R89_a_single_action_goes_on_while_it_drives_and_nothing_else_is_done() -> None:
    def wait(name: str, blocking: str, seconds: int) -> Json:
        given = [{"key": "duration", "value": seconds}]
        return {"actionType": "wait", "actionId": name, "blockingType": blocking, "actionParameters": given}

    def status(master: Master) -> Json:
        return {one["actionId"]: one["actionStatus"] for one in master.last["actionStates"]}

    async def script(master: Master) -> None:
        body = order()
        body["nodes"][0]["actions"] = [wait("alone", "SINGLE", 20), wait("after", "NONE", 30)]
        body["nodes"][2]["actions"] = [wait("last", "HARD", 1)]
        await master.send("order", **body)
        await asyncio.sleep(2)
        assert master.last["driving"]
        assert status(master) == {"alone": "RUNNING", "after": "WAITING", "last": "WAITING"}
        await asyncio.sleep(20)
        assert master.last["lastNodeId"] == "C"
        assert status(master) == {"alone": "FINISHED", "after": "RUNNING", "last": "WAITING"}
        await asyncio.sleep(40)
        assert set(status(master).values()) == {"FINISHED"}

    play(script)


def test_R20_R25_a_cancel_ends_what_waits_behind_a_single_action() -> None:
    async def script(master: Master) -> None:
        body = order(names="A")
        body["nodes"][0]["actions"] = [
            {"actionType": "waitForTrigger", "actionId": "w", "blockingType": "SINGLE"},
            {"actionType": "wait", "actionId": "n", "blockingType": "NONE"},
        ]
        await master.send("order", **body)
        await asyncio.sleep(5)
        await master.act("cancelOrder", "c1")
        await asyncio.sleep(5)
        assert [one["actionStatus"] for one in master.last["actionStates"]] == ["FAILED", "FAILED"]
        assert master.instant()["c1"] == "FINISHED"

    play(script)


def cut_off(body: Json) -> Json:
    return body | {"edges": []}


def strange(body: Json) -> Json:
    return body | {"edges": [edge | {"startNodeId": "A"} for edge in body["edges"]]}


def round_deviation(body: Json) -> Json:
    places = [node["nodePosition"] | {"allowedDeviationXY": 0.5} for node in body["nodes"]]
    return body | {"nodes": [node | {"nodePosition": place} for node, place in zip(body["nodes"], places, strict=True)]}


def elsewhere(body: Json) -> Json:
    moved = [node | {"nodePosition": node["nodePosition"] | {"mapId": "moon"}} for node in body["nodes"]]
    return body | {"nodes": moved}


def flying(body: Json) -> Json:
    fly = {"actionType": "fly", "actionId": "f1", "blockingType": "HARD"}
    return body | {"nodes": [node | {"actions": [fly]} for node in body["nodes"][:1]] + body["nodes"][1:]}


def curved(body: Json) -> Json:
    curve = {"degree": 1, "knotVector": [0, 0, 1, 1], "controlPoints": [{"x": 0, "y": 0}, {"x": 2, "y": 0}]}
    return body | {"edges": [edge | {"trajectory": curve} for edge in body["edges"]]}


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (cut_off, ("VALIDATION_FAILURE", "WARNING")),
        (strange, ("VALIDATION_FAILURE", "WARNING")),
        (round_deviation, ("VALIDATION_FAILURE", "WARNING")),
        (lambda body: body | {"orderUpdateId": 1}, ("VALIDATION_FAILURE", "WARNING")),
        (elsewhere, ("UNKNOWN_MAP_ID", "WARNING")),
        (flying, ("INVALID_ORDER_ACTION", "WARNING")),
        (curved, ("UNSUPPORTED_PARAMETER", "CRITICAL")),
        (lambda _body: order(names="CD"), ("START_NODE_OUT_OF_RANGE", "WARNING")),
    ],
)
def test_R17_R99_what_it_cannot_take_has_its_word_and_is_forgotten_with_the_next_order(
    spoil: Callable[[Json], Json], error: tuple[str, str]
) -> None:
    async def script(master: Master) -> None:
        await master.send("order", **spoil(order()))
        assert (master.errors(), master.last["orderId"]) == ([error], "")
        await master.order("O2")
        assert (master.errors(), master.last["orderId"]) == ([], "O2")

    play(script)


def test_R99_the_same_update_again_is_ignored_with_the_same_contents_alone() -> None:
    async def script(master: Master) -> None:
        await master.order()
        await master.order()
        assert master.errors() == []
        await master.order(names="AB")
        assert master.errors() == [("SAME_ORDER_UPDATE_ID", "WARNING")]
        await master.order("O2")
        assert ("OTHER_ORDER_ACTIVE", "WARNING") in master.errors()
        assert master.last["orderId"] == "O1"

    play(script)


def test_R23_R99_an_update_after_a_cancel_or_of_the_past_is_refused() -> None:
    async def script(master: Master) -> None:
        await master.order()
        await master.send("order", **order(names="CD", update=2, first=4))
        assert master.last["orderUpdateId"] == 2
        await master.send("order", **order(names="DE", update=1, first=6))
        assert master.errors() == [("OUTDATED_ORDER_UPDATE", "WARNING")]
        await master.act("cancelOrder", "c1")
        await asyncio.sleep(60)
        assert master.instant() == {"c1": "FINISHED"}
        here = master.last
        again = order(names=here["lastNodeId"] + "Z", update=3, first=here["lastNodeSequenceId"])
        await master.send("order", **again)
        assert ("ORDER_UPDATE_FOLLOWING_CANCEL", "WARNING") in master.errors()

    play(script)


def test_R21_R99_a_cancel_of_nothing_or_of_another_order_fails() -> None:
    async def script(master: Master) -> None:
        await master.act("cancelOrder", "c1")
        await master.order()
        await master.act("cancelOrder", "c2", orderId="O9")
        assert master.instant() == {"c1": "FAILED", "c2": "FAILED"}
        assert ("NO_ORDER_TO_CANCEL", "WARNING") in master.errors()
        await master.act("cancelOrder", "c3", orderId="O1")
        await asyncio.sleep(60)
        assert master.instant()["c3"] == "FINISHED"

    play(script)


def test_R27_instant_actions_are_listed_apart_until_they_are_cleared() -> None:
    async def script(master: Master) -> None:
        await master.act("startPause", "a1")
        await master.act("stopPause", "a2")
        await master.order()
        assert master.instant() == {"a1": "FINISHED", "a2": "FINISHED"}
        assert master.last["actionStates"] == []
        await master.act("clearInstantActions", "a3")
        assert master.instant().keys() <= {"a3"}

    play(script)


@pytest.mark.parametrize(
    ("name", "blocking", "error"),
    [("fly", "NONE", "INVALID_INSTANT_ACTION"), ("startPause", "HARD", "VALIDATION_FAILURE")],
)
def test_R27_a_bad_instant_action_is_refused(name: str, blocking: str, error: str) -> None:
    async def script(master: Master) -> None:
        await master.act(name, "a1", blocking)
        assert master.errors() == [(error, "WARNING")]
        assert master.last["paused"] is False

    play(script)


def test_R32_intervened_keeps_the_order_takes_a_cancel_and_drops_requests() -> None:
    async def script(master: Master) -> None:
        await master.order()
        master.robot.ask_zone("Z1", "r1")
        master.robot.set_mode(OperatingMode.INTERVENED)
        await asyncio.sleep(60)
        assert (master.last["operatingMode"], master.last["zoneRequests"]) == ("INTERVENED", [])
        assert master.last["nodeStates"]
        await master.act("startPause", "a1")
        assert ("INVALID_INSTANT_ACTION", "WARNING") in master.errors()
        master.robot.set_mode(OperatingMode.AUTOMATIC)
        await asyncio.sleep(60)
        assert master.last["lastNodeId"] == "C"
        await master.order("O2", "CBA")
        master.robot.set_mode(OperatingMode.INTERVENED)
        await master.act("cancelOrder", "c1")
        await asyncio.sleep(60)
        assert master.instant()["c1"] == "FINISHED"

    play(script)


@pytest.mark.parametrize(
    ("mode", "word", "node"),
    [
        (OperatingMode.MANUAL, "MANUAL", "A"),
        (OperatingMode.SERVICE, "SERVICE", ""),
        (OperatingMode.TEACHIN, "TEACH_IN", ""),
    ],
)
def test_R32_R33_foreign_modes_clear_the_order(mode: OperatingMode, word: str, node: str) -> None:
    async def script(master: Master) -> None:
        await master.order()
        master.robot.set_mode(mode)
        await asyncio.sleep(60)
        last = master.last
        assert (last["operatingMode"], last["lastNodeId"], last["nodeStates"]) == (word, node, [])
        assert last["orderId"] == "O1"

    play(script)


@pytest.mark.parametrize("grant", list(Grant))
def test_R43_a_request_stands_until_it_is_refused_or_revoked_before_it_is_used(grant: Grant) -> None:
    async def script(master: Master) -> None:
        master.robot.ask_zone("Z1", "r1")
        await asyncio.sleep(1)
        assert [one["requestStatus"] for one in master.last["zoneRequests"]] == ["REQUESTED"]
        await master.send("responses", responses=[{"requestId": "r1", "grantType": grant.value}])
        assert master.robot.answers == {"Z1": grant}
        assert bool(master.last["zoneRequests"]) is (grant not in {Grant.REJECTED, Grant.REVOKED})

    play(script)


def test_R05_R77_the_connection_has_the_words_of_3_0() -> None:
    async def script(master: Master) -> None:
        master.robot.cut(5)
        await asyncio.sleep(30)
        master.robot.leave()
        await asyncio.sleep(5)
        said = [one["connectionState"] for one in master.said["connection"]]
        assert said == ["ONLINE", "CONNECTION_BROKEN", "ONLINE", "OFFLINE"]

    play(script)


@pytest.mark.parametrize(
    "header",
    [
        {"version": "2.1.0"},
        {"serialNumber": "R2"},
        {"timestamp": "2026-11-22T00:00:00"},
        {"headerId": "7"},
        {"headerId": True},
        {"orderId": None},
    ],
)
def test_R96_R97_what_is_not_said_as_3_0_has_it_is_refused(header: Json) -> None:
    async def script(master: Master) -> None:
        await master.send("order", **(order() | header))
        assert master.errors() == [("VALIDATION_FAILURE", "WARNING")]
        assert master.robot.uplink.refused == 1

    play(script)


def picking(*, retriable: bool) -> Json:
    body = order(names="AB")
    pick = {"actionType": "pick", "actionId": "p1", "blockingType": "HARD", "retriable": retriable}
    return body | {"nodes": [body["nodes"][0], body["nodes"][1] | {"actions": [pick]}]}


def status(master: Master) -> str:
    return str(master.last["actionStates"][0]["actionStatus"])


def test_R24_an_action_that_fails_waits_for_a_word_and_is_tried_again() -> None:
    async def script(master: Master) -> None:
        await master.send("order", **picking(retriable=True))
        await asyncio.sleep(60)
        assert (status(master), master.errors()) == ("RETRIABLE", [])
        await master.act("retry", "r1", actionId="other")
        assert (status(master), master.instant()["r1"]) == ("RETRIABLE", "FAILED")
        await master.act("retry", "r2", actionId="p1")
        assert (status(master), master.instant()["r2"]) == ("RUNNING", "FINISHED")
        await asyncio.sleep(60)
        assert status(master) == "FINISHED"
        assert len(master.last["loads"]) == 1

    play(script, Shy(1))


def test_R24_an_action_that_is_given_up_fails_with_its_error() -> None:
    async def script(master: Master) -> None:
        await master.send("order", **picking(retriable=True))
        await asyncio.sleep(60)
        await master.act("skipRetry", "s1", actionId="p1")
        assert (status(master), master.instant()["s1"]) == ("FAILED", "FINISHED")
        assert len(master.errors()) == 1

    play(script, Shy(1))


def test_R24_a_cancel_ends_an_action_that_waits_for_a_word() -> None:
    async def script(master: Master) -> None:
        await master.send("order", **picking(retriable=True))
        await asyncio.sleep(60)
        await master.act("cancelOrder", "c1", orderId="O1")
        await asyncio.sleep(10)
        assert (status(master), master.instant()["c1"]) == ("FAILED", "FINISHED")

    play(script, Shy(1))


def test_R24_an_action_that_is_not_retriable_fails_at_once() -> None:
    async def script(master: Master) -> None:
        await master.send("order", **picking(retriable=False))
        await asyncio.sleep(60)
        assert status(master) == "FAILED"

    play(script, Shy(1))

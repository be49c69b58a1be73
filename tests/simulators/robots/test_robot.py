"""The simulated robot against the standard: fed and watched over MQTT in memory, in virtual time."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace as replace_struct

from drivers.mqtt.port import Session
from drivers.vda5050 import codec_v2 as codec
from drivers.vda5050.messages import (
    Action,
    ActionParameter,
    ActionStatus,
    BlockingType,
    Edge,
    InstantActions,
    Node,
    NodePosition,
    OperatingMode,
    Order,
    RobotId,
    State,
)
from drivers.vda5050.topics import Topic
from simulators.robots.body import Leg
from simulators.robots.config import Halt, RobotConfig
from simulators.robots.motion import Pose, plan
from simulators.robots.robot import Robot
from simulators.world.loop import clock, run
from tests.drivers.vda5050.memory import MemoryBroker
from tests.support.just_now import just_now

START = datetime(2026, 11, 22, tzinfo=UTC)
ME = RobotId("GenbaSim", "R1")
CONFIG = RobotConfig("GenbaSim", "R1", "A", 0, 0)
FINISHED, FAILED, RUNNING, WAITING = (
    ActionStatus.FINISHED,
    ActionStatus.FAILED,
    ActionStatus.RUNNING,
    ActionStatus.WAITING,
)


class Master:
    """A bare master: sends what it is told to and collects states."""

    def __init__(self, broker: MemoryBroker, robot: Robot) -> None:
        self.robot = robot
        self.states: list[State] = []
        self.connections: list[tuple[str, bool]] = []
        self.factsheets = 0
        self._broker = broker
        self._news = asyncio.Event()

    async def listen(self) -> None:
        async with self._broker.connect("master") as session:
            await session.subscribe("uagv/v2/+/+/#")
            await self._read(session)

    async def _read(self, session: Session) -> None:
        async for message in session.messages():
            topic = Topic(message.topic.split("/")[-1])
            if topic in (Topic.ORDER, Topic.INSTANT_ACTIONS):
                continue
            body = codec.decode(topic, ME, message.payload).body
            if topic is Topic.STATE:
                self.states.append(body)
            elif topic is Topic.CONNECTION:
                self.connections.append((body.connection_state.value, message.retain))
            elif topic is Topic.FACTSHEET:
                self.factsheets += 1
            self._news.set()

    async def send(self, body: Order | InstantActions) -> None:
        topic = Topic.ORDER if isinstance(body, Order) else Topic.INSTANT_ACTIONS
        self._broker.route(f"uagv/v2/GenbaSim/R1/{topic}", codec.encode(ME, body, 0, START), retain=False)
        await asyncio.sleep(0.2)

    async def instant(self, action_type: str, action_id: str = "i1", **parameters: Any) -> None:
        await self.send(InstantActions((act(action_type, action_id, BlockingType.NONE, **parameters),)))

    async def until(self, holds: Callable[[State], bool]) -> State:
        async with asyncio.timeout(3600):
            while not self.states or not holds(self.states[-1]):
                self._news.clear()
                await self._news.wait()
        return self.states[-1]

    @property
    def last(self) -> State:
        return self.states[-1]

    def status(self, action_id: str) -> ActionStatus | None:
        return next((one.action_status for one in self.last.action_states if one.action_id == action_id), None)

    def errors(self) -> list[str]:
        return [one.error_type for one in self.last.errors]


def act(action_type: str, action_id: str, blocking: BlockingType = BlockingType.HARD, **parameters: Any) -> Action:
    return Action(
        action_type, action_id, blocking, tuple(ActionParameter(*pair) for pair in parameters.items()) or None
    )


def order(
    order_id: str = "O1",
    names: str = "ABC",
    *,
    base: int | None = None,
    first: int = 0,
    update: int = 0,
    actions: dict[str, tuple[Action, ...]] | None = None,
    map_id: str = "floor1",
) -> Order:
    """Return an order over nodes 2 m apart on a line, A at 0."""
    last = len(names) - 1 if base is None else base
    nodes = tuple(
        Node(
            name,
            first + 2 * place,
            place <= last,
            (actions or {}).get(name, ()),
            NodePosition(x=2.0 * (ord(name) - ord("A")), y=0.0, map_id=map_id),
        )
        for place, name in enumerate(names)
    )
    edges = tuple(
        Edge(f"{a.node_id}{b.node_id}", a.sequence_id + 1, b.released, a.node_id, b.node_id, ())
        for a, b in pairwise(nodes)
    )
    return Order(order_id, update, nodes, edges)


def play(script: Callable[[Master], Awaitable[None]], config: RobotConfig = CONFIG) -> None:
    async def main() -> None:
        broker = MemoryBroker()
        robot = Robot(config, broker.connect, now=clock(), dice=random.Random(1))
        master = Master(broker, robot)
        tasks = [asyncio.ensure_future(one) for one in (master.listen(), robot.run())]
        try:
            await master.until(lambda _state: True)
            await script(master)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    run(main(), 1, START)


def test_R08_every_state_on_the_way_tells_something_new_also_round_a_corner() -> None:
    async def script(master: Master) -> None:
        a, b, c = (node for node in order().nodes)
        corner = replace_struct(c, node_position=NodePosition(x=2.0, y=2.0, map_id="floor1"))
        before = len(master.states)
        await master.send(replace_struct(order(), nodes=(a, b, corner)))
        await master.until(lambda state: state.last_node_id == "C" and not state.driving)
        told = [
            replace_struct(state, agv_position=None, velocity=None, battery_state=master.last.battery_state)
            for state in master.states[before:]
        ]
        assert all(one != after for one, after in pairwise(told))
        assert [state.driving for state in told] == [True, True, False]

    play(script)


def test_R10_R18_R83_it_drives_an_order_and_reports_what_is_left() -> None:
    async def script(master: Master) -> None:
        await master.send(order())
        assert master.last.last_node_id == "A"
        assert [node.node_id for node in master.last.node_states] == ["B", "C"]
        assert [edge.edge_id for edge in master.last.edge_states] == ["AB", "BC"]
        assert master.last.driving
        await master.until(lambda state: state.last_node_id == "B")
        assert [node.node_id for node in master.last.node_states] == ["C"]
        await master.until(lambda state: state.last_node_id == "C" and not state.driving)
        assert (master.last.node_states, master.last.edge_states, master.last.last_node_sequence_id) == ((), (), 4)
        assert master.last.agv_position is not None
        assert (master.last.agv_position.x, master.last.agv_position.y) == (4.0, 0.0)

    play(script)


def test_R11_it_stops_at_the_decision_point_and_asks_for_more() -> None:
    async def script(master: Master) -> None:
        await master.send(order(base=1))
        await master.until(lambda state: state.last_node_id == "B" and not state.driving)
        await asyncio.sleep(300)
        assert [(node.node_id, node.released) for node in master.last.node_states] == [("C", False)]
        assert master.last.new_base_request
        await master.send(order(names="BC", first=2, update=1))
        await master.until(lambda state: state.last_node_id == "C")

    play(script)


def test_R12_a_horizon_is_replaced_with_its_actions() -> None:
    async def script(master: Master) -> None:
        await master.send(order(base=1, actions={"C": (act("pick", "p1"),)}))
        assert master.status("p1") is WAITING
        await master.send(order(names="BD", first=2, update=1))
        assert master.status("p1") is None
        await master.until(lambda state: state.last_node_id == "D")

    play(script)


def test_R13_an_update_that_does_not_start_at_the_decision_point_is_rejected() -> None:
    async def script(master: Master) -> None:
        await master.send(order(base=1))
        await master.send(order(names="CD", first=4, update=1))
        assert "orderUpdateError" in master.errors()
        assert master.last.order_update_id == 0

    play(script)


def test_R14_R86_the_stitching_node_keeps_its_first_contents_and_runs_once() -> None:
    async def script(master: Master) -> None:
        await master.send(order(base=1, actions={"B": (act("pick", "p1", loadId="T1"),)}))
        await master.until(lambda state: bool(state.loads))
        again = order(names="BC", first=2, update=1, actions={"B": (act("pick", "p1", loadId="T1"),)})
        await master.send(again)
        await master.until(lambda state: state.last_node_id == "C")
        assert len(master.last.loads or ()) == 1
        assert "pickFailed" not in master.errors()

    play(script)


def test_R16_a_finished_order_is_updated_from_its_last_node() -> None:
    async def script(master: Master) -> None:
        await master.send(order(names="AB"))
        await master.until(lambda state: state.last_node_id == "B" and not state.driving)
        await master.send(order(names="BC", first=2, update=1))
        await master.until(lambda state: state.last_node_id == "C")
        assert master.last.last_node_sequence_id == 4

    play(script)


def test_R79_the_same_order_twice_runs_once() -> None:
    async def script(master: Master) -> None:
        one = order(actions={"B": (act("pick", "p1", loadId="T1"),)})
        await master.send(one)
        await master.send(one)
        await master.until(lambda state: state.last_node_id == "C" and not state.driving)
        await master.send(one)
        await asyncio.sleep(60)
        assert len(master.last.loads or ()) == 1
        assert master.errors() == []

    play(script)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (order(map_id="moon"), "orderError"),
        (order(actions={"B": (act("fly", "f1"),)}), "orderError"),
        (order(names="CD"), "noRouteError"),
        (Order("O1", 0, order().nodes, ()), "validationError"),
        (Order("O1", 0, (), ()), "validationError"),
    ],
)
def test_R17_what_it_cannot_do_is_rejected_with_references(bad: Order, error: str) -> None:
    async def script(master: Master) -> None:
        await master.send(bad)
        assert master.errors() == [error]
        assert master.last.errors[0].reference("orderId") == "O1"
        assert master.last.order_id == ""
        await asyncio.sleep(60)
        assert master.errors() == [error]
        await master.send(order("O2"))
        assert master.errors() == []

    play(script)


def test_R17_another_order_while_one_is_active_is_rejected_and_the_first_goes_on() -> None:
    async def script(master: Master) -> None:
        await master.send(order())
        await master.send(order("O2"))
        assert master.errors() == ["orderError"]
        assert master.last.order_id == "O1"
        await master.until(lambda state: state.last_node_id == "C")

    play(script)


def test_R17_rubbish_is_a_validation_error() -> None:
    async def script(master: Master) -> None:
        master._broker.route("uagv/v2/GenbaSim/R1/order", b"{nonsense", retain=False)
        await master.until(lambda state: bool(state.errors))
        assert master.errors() == ["validationError"]

    play(script)


@pytest.mark.parametrize(("halt", "node"), [(Halt.NODE, "B"), (Halt.AT_ONCE, "A")])
def test_R20_a_cancel_on_the_way_ends_in_rest(halt: Halt, node: str) -> None:
    async def script(master: Master) -> None:
        await master.send(order(actions={"C": (act("pick", "p1"),)}))
        await asyncio.sleep(1)
        await master.instant("cancelOrder", "c1")
        assert master.status("p1") is FAILED
        await master.until(lambda _state: master.status("c1") is FINISHED)
        assert (master.last.node_states, master.last.edge_states, master.last.driving) == ((), (), False)
        assert (master.last.order_id, master.last.last_node_id) == ("O1", node)
        before = master.robot.body.pose
        await asyncio.sleep(60)
        assert master.robot.body.pose == before

    play(script, replace(CONFIG, halt=halt))


def test_R20_an_action_that_cannot_be_interrupted_runs_to_its_end_first() -> None:
    async def script(master: Master) -> None:
        await master.send(order(actions={"A": (act("pick", "p1"), act("drop", "d1"))}))
        await master.instant("cancelOrder", "c1")
        assert (master.status("p1"), master.status("d1"), master.status("c1")) == (RUNNING, FAILED, RUNNING)
        await master.until(lambda _state: master.status("c1") is FINISHED)
        assert master.status("p1") is FINISHED
        assert len(master.last.loads or ()) == 1

    play(script)


def test_R20_an_action_that_can_be_interrupted_fails_at_once() -> None:
    async def script(master: Master) -> None:
        await master.send(order(actions={"A": (act("wait", "w1", duration=600),)}))
        await master.instant("cancelOrder", "c1")
        assert (master.status("w1"), master.status("c1")) == (FAILED, FINISHED)

    play(script)


def test_R21_nothing_to_cancel_is_failed_with_a_warning() -> None:
    async def script(master: Master) -> None:
        await master.instant("cancelOrder", "c1")
        assert master.status("c1") is FAILED
        assert [one.reference("actionId") for one in master.last.errors] == ["c1"]
        assert master.errors() == ["noOrderToCancel"]

    play(script)


@pytest.mark.parametrize("temporary", [True, False])
def test_R22_R93_after_a_cancel_between_nodes_both_starts_are_taken(temporary: bool) -> None:
    async def script(master: Master) -> None:
        await master.send(order())
        await asyncio.sleep(1)
        await master.instant("cancelOrder", "c1")
        await master.until(lambda _state: master.status("c1") is FINISHED)
        assert master.last.agv_position is not None
        x = master.last.agv_position.x
        assert 0 < x < 2
        position = NodePosition(x=x, y=0.0, map_id="floor1") if temporary else NodePosition(0.0, 0.0, "floor1")
        if not temporary:
            await master.send(order("O2"))
            assert "noRouteError" in master.errors()
            position = NodePosition(0.0, 0.0, "floor1", allowed_deviation_xy=2.0)
        new = order("O3", "AB")
        start = Node("here" if temporary else "A", 0, released=True, actions=(), node_position=position)
        edge = Edge("way", 1, released=True, start_node_id=start.node_id, end_node_id="B", actions=())
        await master.send(Order("O3", 0, (start, new.nodes[1]), (edge,)))
        await master.until(lambda state: state.order_id == "O3" and state.last_node_id == "B")
        assert master.robot.body.pose.x == 2000

    play(script, replace(CONFIG, halt=Halt.AT_ONCE))


def test_R23_an_update_of_a_cancelled_order_is_rejected() -> None:
    async def script(master: Master) -> None:
        await master.send(order(base=1))
        await master.instant("cancelOrder", "c1")
        await master.until(lambda _state: master.status("c1") is FINISHED)
        await master.send(order(names="BC", first=2, update=1))
        assert "orderUpdateError" in master.errors()

    play(script)


def test_R25_R89_blocking_types_order_the_actions() -> None:
    async def script(master: Master) -> None:
        acts = (
            act("wait", "none", BlockingType.NONE, duration=10),
            act("wait", "soft", BlockingType.SOFT, duration=5),
            act("wait", "hard", BlockingType.HARD, duration=3),
            act("wait", "late", BlockingType.NONE, duration=30),
        )
        await master.send(order(names="AB", actions={"A": acts}))
        assert [master.status(name) for name in ("none", "soft", "hard", "late")] == [
            RUNNING,
            RUNNING,
            WAITING,
            WAITING,
        ]
        assert not master.last.driving
        await master.until(lambda _state: master.status("hard") is RUNNING)
        assert (master.status("none"), master.status("soft")) == (FINISHED, FINISHED)
        await master.until(lambda state: state.driving)
        assert (master.status("hard"), master.status("late")) == (FINISHED, RUNNING)
        await master.until(lambda state: state.last_node_id == "B" and not state.driving)
        assert master.status("late") is RUNNING
        await master.until(lambda _state: master.status("late") is FINISHED)

    play(script)


def test_R26_an_edge_action_ends_with_its_edge() -> None:
    async def script(master: Master) -> None:
        one = order(names="AB")
        music = act("wait", "m1", BlockingType.NONE, duration=1000)
        edge = Edge("AB", 1, released=True, start_node_id="A", end_node_id="B", actions=(music,))
        await master.send(Order("O1", 0, one.nodes, (edge,)))
        assert master.status("m1") is RUNNING
        await master.until(lambda state: state.last_node_id == "B")
        assert master.status("m1") is FINISHED

    play(script)


def test_R28_pause_holds_the_movement_and_resumes() -> None:
    async def script(master: Master) -> None:
        await master.send(order())
        await asyncio.sleep(1)
        await master.instant("startPause", "i1")
        assert master.last.paused
        assert not just_now(master.last.driving)
        x = master.robot.body.pose.x
        await asyncio.sleep(60)
        assert master.robot.body.pose.x == x
        await master.instant("stopPause", "i2")
        assert master.last.driving
        await master.until(lambda state: state.last_node_id == "C")

    play(script)


def test_R80_the_same_instant_action_twice_runs_once() -> None:
    async def script(master: Master) -> None:
        await master.send(order(names="AB"))
        await master.instant("cancelOrder", "c1")
        await master.instant("cancelOrder", "c1")
        await master.until(lambda _state: master.status("c1") is FINISHED)
        assert "noOrderToCancel" not in master.errors()

    play(script)


def test_R32_R33_manual_mode_clears_the_order_and_takes_none() -> None:
    async def script(master: Master) -> None:
        await master.send(order())
        await asyncio.sleep(1)
        master.robot.set_mode(OperatingMode.MANUAL)
        await master.until(lambda state: state.operating_mode is OperatingMode.MANUAL)
        assert (master.last.node_states, master.last.order_id, master.last.driving) == ((), "O1", False)
        await master.send(order("O2"))
        assert "orderError" in master.errors()

    play(script)


def test_pick_and_drop_change_the_loads_and_fail_with_a_reason() -> None:
    async def script(master: Master) -> None:
        acts = (
            act("pick", "p1", loadId="T1", loadType="tote", stationName="S1"),
            act("pick", "p2", loadId="T1"),
            act("drop", "d1", loadId="T9"),
            act("drop", "d2", loadId="T1"),
        )
        await master.send(order(names="A", actions={"A": acts}))
        await master.until(lambda _state: master.status("p1") is FINISHED)
        assert [(load.load_id, load.load_position) for load in master.last.loads or ()] == [("T1", "1")]
        await master.until(lambda _state: master.status("d2") is FINISHED)
        assert master.last.loads == ()
        assert (master.status("p2"), master.status("d1")) == (FAILED, FAILED)
        assert master.errors() == ["pickFailed", "dropFailed"]

    play(script)


def test_it_charges_at_a_charger_only() -> None:
    async def script(master: Master) -> None:
        await master.send(
            order(names="AB", actions={"A": (act("startCharging", "s1"),), "B": (act("startCharging", "s2"),)})
        )
        await master.until(lambda _state: master.status("s2") is FINISHED)
        assert master.status("s1") is FAILED
        assert master.last.battery_state.charging
        low = master.last.battery_state.battery_charge
        await asyncio.sleep(600)
        assert master.last.battery_state.battery_charge > low + 10
        await master.instant("stopCharging", "i1")
        assert not master.last.battery_state.charging

    play(script, replace(CONFIG, charge=20.0, chargers=frozenset({"B"})))


def test_it_waits_for_the_trigger() -> None:
    async def script(master: Master) -> None:
        await master.send(order(names="AB", actions={"A": (act("waitForTrigger", "t1"),)}))
        await asyncio.sleep(600)
        assert (master.status("t1"), master.last.driving) == (RUNNING, False)
        master.robot.trigger()
        await master.until(lambda state: state.last_node_id == "B")

    play(script)


def test_R05_R77_connection_is_retained_with_will_and_told_after_each_connect() -> None:
    async def script(master: Master) -> None:
        master.robot.cut(5.0)
        await asyncio.sleep(10)
        master.robot.leave()
        await asyncio.sleep(1)
        assert [state for state, _ in master.connections] == ["ONLINE", "CONNECTIONBROKEN", "ONLINE", "OFFLINE"]
        kept = master._broker.retained("uagv/v2/+/+/connection")
        assert b"OFFLINE" in kept[0][1]
        assert len(master._broker.retained("uagv/v2/+/+/factsheet")) == 1

    play(script)


def test_R08_a_state_comes_at_least_every_interval() -> None:
    async def script(master: Master) -> None:
        count = len(master.states)
        await asyncio.sleep(100)
        assert 9 <= len(master.states) - count <= 11
        await master.instant("stateRequest", "i1")
        assert master.status("i1") is FINISHED
        await master.instant("factsheetRequest", "i2")
        assert master.factsheets == 2

    play(script)


def test_init_position_moves_an_idle_robot() -> None:
    async def script(master: Master) -> None:
        await master.instant("initPosition", "i1", x=6.0, y=1.0, theta=0.0, mapId="floor1", lastNodeId="D")
        assert master.status("i1") is FINISHED
        assert master.last.last_node_id == "D"
        await master.instant("initPosition", "i2", x="north", y=1.0)
        assert master.status("i2") is FAILED

    play(script)


def test_an_obstacle_is_reported_and_passes() -> None:
    async def script(master: Master) -> None:
        await master.send(order())
        await asyncio.sleep(1)
        master.robot.block_path(30.0)
        await asyncio.sleep(1)
        assert master.errors() == ["pathBlocked"]
        assert not master.last.driving
        await master.until(lambda state: state.last_node_id == "C")
        assert master.errors() == []

    play(script)


def test_a_dead_robot_stands_still_until_revived() -> None:
    async def script(master: Master) -> None:
        await master.send(order())
        await asyncio.sleep(1)
        master.robot.vanish()
        await asyncio.sleep(1)
        x, count = master.robot.body.pose.x, len(master.states)
        master.robot.cut(5.0)
        await asyncio.sleep(600)
        assert (master.robot.body.pose.x, len(master.states)) == (x, count)
        assert master.connections[-1][0] == "CONNECTIONBROKEN"
        master.robot.revive()
        await master.until(lambda _state: len(master.states) > count)
        assert (master.last.order_id, master.last.last_node_id) == ("", "")

    play(script)


def test_what_it_takes_up_while_moving() -> None:
    async def script(master: Master) -> None:
        robot = master.robot
        assert (robot.occupancy.nodes, robot.occupancy.lanes) == (("A",), ())
        await master.send(order(names="AB"))
        seen = []
        while robot.body.node != "B":
            seen.append((robot.occupancy.nodes, robot.occupancy.lanes))
            await asyncio.sleep(0.1)
        assert list(dict.fromkeys(seen)) == [(("A", "B"), ("AB",)), (("B",), ("AB",))]
        assert (robot.occupancy.nodes, robot.occupancy.lanes) == (("B",), ())

    play(script)


def test_one_that_lost_power_where_it_began_is_still_there() -> None:
    async def script(master: Master) -> None:
        robot, seen = master.robot, []
        near, long = robot.config.deviation, robot.config.length
        leg = Leg("AB", "A", "B", Pose(0, 0, 0), Pose(9000, 0, 0), 9000)
        for far in (0, near - 1, near + 1, long + 1):
            robot.body.enter(leg)
            robot.body.roll(plan(leg.length, 0, 9000, 0, 1000))
            await asyncio.sleep((2 * far / 1000) ** 0.5)
            robot.body.freeze()
            seen.append(robot.occupancy.nodes)
        assert seen == [("A",), ("A",), ("A", "B"), ("B",)]

    play(script)


def test_driving_takes_the_time_of_a_trapezoid_and_turning_its_own() -> None:
    async def script(master: Master) -> None:
        begin = asyncio.get_running_loop().time()
        back = order(names="CA")
        await master.send(
            Order("O1", 0, (order(names="A").nodes[0], *tuple(order(names="AC").nodes[1:])), order(names="AC").edges)
        )
        await master.until(lambda state: state.last_node_id == "C" and not state.driving)
        there = asyncio.get_running_loop().time() - begin
        assert there == pytest.approx(4.0 / 1.5 + 1.5 / 0.8, abs=0.5)
        begin = asyncio.get_running_loop().time()
        await master.send(Order("O2", 0, back.nodes, back.edges))
        await master.until(lambda state: state.last_node_id == "A" and not state.driving)
        turned = asyncio.get_running_loop().time() - begin
        assert turned - there == pytest.approx(math.pi / 1.5, abs=0.5)

    play(script)

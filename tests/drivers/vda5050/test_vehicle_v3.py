"""What 3.0 asks of a master beyond 2.x: modes, requests, instant actions, orders that begin at update 0 (R99)."""

import pytest
from msgspec.structs import replace

from drivers.vda5050 import orders
from drivers.vda5050.actions import TIDY_AT
from drivers.vda5050.events import (
    ActionChanged,
    ActionUnconfirmed,
    Alive,
    CancelDone,
    ModeChanged,
    OrderAccepted,
    OrderFinished,
    OrderLost,
    OrderRejected,
    Progress,
    RequestRefused,
    Stale,
)
from drivers.vda5050.leave import ANSWER_AGAIN, REFUSAL
from drivers.vda5050.messages import (
    ActionState,
    ActionStatus,
    BlockingType,
    ConnectionState,
    EdgeRequest,
    Factsheet,
    Grant,
    MapState,
    OperatingMode,
    RequestStatus,
    State,
    ZoneRequest,
)
from drivers.vda5050.retries import PATIENCE, PAUSE, RETRIES
from drivers.vda5050.topics import Major
from tests.drivers.vda5050.helpers import Master, error, pick, state, way

ROUTE = way("N1", "N2", "N3", "N4")
PLAN = orders.build("O1", ROUTE, 3)
AUTOMATIC, INTERVENED, STARTUP = OperatingMode.AUTOMATIC, OperatingMode.INTERVENED, OperatingMode.STARTUP


def master() -> Master:
    return Master(Major.V3)


def driving() -> Master:
    """Return a master whose robot has taken the order and is at its first node."""
    one = master()
    one.state(state())
    one.want(PLAN)
    one.state(state(PLAN))
    return one


def asking(*requests: ZoneRequest | EdgeRequest) -> State:
    return replace(
        state(PLAN),
        zone_requests=tuple(one for one in requests if isinstance(one, ZoneRequest)),
        edge_requests=tuple(one for one in requests if isinstance(one, EdgeRequest)),
    )


def access(request_id: str, status: RequestStatus = RequestStatus.REQUESTED) -> ZoneRequest:
    return ZoneRequest(request_id, "ACCESS", "Z1", "zones", status)


def test_R32_a_robot_that_starts_up_is_not_there_yet() -> None:
    one = master()
    one.want(PLAN)
    assert one.state(state(mode=STARTUP)) == []
    assert one.sent == []
    assert one.vehicle.state is None
    assert Alive() in one.state(state())
    assert one.orders_sent() == [PLAN]


def test_R32_R88_nothing_in_a_state_of_startup_is_believed() -> None:
    one = driving()
    garbage = replace(state(PLAN, 6, mode=STARTUP), last_node_id="", last_node_sequence_id=6)
    assert one.state(garbage) == [ModeChanged(STARTUP, AUTOMATIC)]
    assert one.wait(20, lambda: garbage) == []
    assert [event.sequence_id for event in one.told(Progress)] == [0]
    assert not one.told(OrderFinished)
    rebooted = state()
    one.state(rebooted)
    assert [event.order_id for event in one.told(OrderLost)] == ["O1"]


def test_R32_an_intervened_robot_keeps_its_order_and_gets_no_actions() -> None:
    one = driving()
    sent = len(one.sent)
    one.act(orders.action("startPause", "a1"))
    assert one.actions_sent("startPause"), "while it is automatic"
    one.state(state(PLAN, 2, mode=INTERVENED))
    one.act(orders.action("stopPause", "a2"))
    one.wait(60, lambda: state(PLAN, 2, mode=INTERVENED))
    assert not one.actions_sent("stopPause")
    assert not one.told(OrderLost)
    assert len(one.actions_sent("startPause")) == 1
    assert len(one.sent) == sent + 1
    one.state(state(PLAN, 2))
    assert one.actions_sent("stopPause")


def test_R32_R80_an_intervened_robot_may_be_cancelled_and_updated() -> None:
    one = master()
    one.state(state())
    start = orders.build("O1", ROUTE, 1)
    one.want(start)
    one.state(state(start, mode=INTERVENED))
    one.want(orders.extend(start, 3))
    assert [order.order_update_id for order in one.orders_sent()] == [0, 1]
    one.cancel("c1")
    assert [action.action_id for action in one.actions_sent("cancelOrder")] == ["c1"]


def test_R92_a_robot_that_was_served_has_lost_its_order_and_passed_nothing() -> None:
    one = driving()
    served = replace(state(PLAN, 0, mode=OperatingMode.SERVICE, cleared=True), last_node_id="", last_node_sequence_id=0)
    one.state(served)
    assert [event.sequence_id for event in one.told(Progress)] == [0]
    assert [(event.order_id, event.node_id) for event in one.told(OrderLost)] == [("O1", "")]


def test_R43_a_request_is_refused_with_a_reason_that_is_told_once() -> None:
    one = driving()
    told = one.state(asking(access("r1"), EdgeRequest("r2", "CORRIDOR", "N1>N2", 1, RequestStatus.REQUESTED)))
    assert told == [RequestRefused("r1", "Z1", REFUSAL), RequestRefused("r2", "N1>N2", REFUSAL)]
    assert one.answers() == [("r1", Grant.REJECTED), ("r2", Grant.REJECTED)]


def test_R43_an_answer_that_may_be_lost_is_given_again_while_the_robot_asks() -> None:
    one = driving()
    again = int(ANSWER_AGAIN.total_seconds())
    one.wait(2 * again, lambda: asking(access("r1")))
    assert one.answers() == [("r1", Grant.REJECTED)] * 2
    assert len(one.told(RequestRefused)) == 1
    one.wait(2 * again, lambda: state(PLAN))
    assert len(one.answers()) == 2


def test_R46_a_request_id_that_comes_again_later_is_another_request() -> None:
    one = driving()
    one.state(asking(access("r1")))
    one.state(state(PLAN))
    one.state(asking(access("r1")))
    assert len(one.answers()) == len(one.told(RequestRefused)) == 2


@pytest.mark.parametrize("status", [one for one in RequestStatus if one is not RequestStatus.REQUESTED])
def test_R44_R45_what_is_no_open_request_gets_no_answer(status: RequestStatus) -> None:
    one = driving()
    one.state(asking(access("r1", status)))
    assert one.answers() == []


def test_R16_an_order_that_is_begun_late_begins_at_update_0_and_is_then_updated() -> None:
    one = master()
    late = orders.extend(orders.extend(orders.build("O1", ROUTE, 1), 2), 3)
    one.want(late)
    one.state(state())
    begun = replace(late, order_update_id=0)
    assert one.orders_sent() == [begun]
    one.state(state(begun))
    assert one.told(OrderAccepted) == [OrderAccepted("O1", 0)]
    assert [(order.order_update_id, [node.node_id for node in order.nodes]) for order in one.orders_sent()[1:]] == [
        (2, ["N4"])
    ]
    one.state(state(late, 6))
    assert one.told(OrderFinished) == [OrderFinished("O1", 2, "N4")]


def test_R17_a_rejection_of_an_order_begun_late_ends_it() -> None:
    one = master()
    one.want(orders.extend(orders.build("O1", ROUTE, 1), 3))
    one.state(state())
    refusal = error("UNKNOWN_MAP_ID", orderId="O1", orderUpdateId="0")
    one.wait(30, lambda: state(errors=(refusal,)))
    assert [(event.order_id, event.code) for event in one.told(OrderRejected)] == [("O1", "UNKNOWN_MAP_ID")]
    assert len(one.orders_sent()) == 1


@pytest.mark.parametrize(
    "word",
    [
        "VALIDATION_FAILURE",
        "INVALID_ORDER_ACTION",
        "START_NODE_OUT_OF_RANGE",
        "NO_ROUTE_TO_TARGET",
        "OTHER_ORDER_ACTIVE",
        "MOBILE_ROBOT_NOT_AVAILABLE",
        "UNKNOWN_MAP_ID",
    ],
)
def test_R17_R99_an_error_of_3_0_that_names_the_order_alone_rejects_it(word: str) -> None:
    one = master()
    one.state(state())
    one.want(PLAN)
    one.state(state(errors=(error(word, orderId="O1"),)))
    assert [event.code for event in one.told(OrderRejected)] == [word]


@pytest.mark.parametrize("word", ["SAME_ORDER_UPDATE_ID", "OUTDATED_ORDER_UPDATE", "ORDER_UPDATE_FOLLOWING_CANCEL"])
def test_R99_a_rejected_update_of_3_0_is_told(word: str) -> None:
    start = orders.build("O1", ROUTE, 1)
    one = master()
    one.state(state())
    one.want(start)
    one.state(state(start))
    one.want(orders.extend(start, 3))
    one.state(state(start, errors=(error(word, orderId="O1", orderUpdateId="1"),)))
    assert [(event.update_id, event.code) for event in one.told(OrderRejected)] == [(1, word)]


def test_R21_nothing_to_cancel_in_the_words_of_3_0() -> None:
    one = master()
    one.state(state())
    one.cancel("c1")
    one.state(
        replace(
            state(errors=(error("NO_ORDER_TO_CANCEL", actionId="c1"),)),
            instant_action_states=(ActionState("c1", ActionStatus.FAILED),),
        )
    )
    assert one.told(CancelDone) == [CancelDone("c1", nothing=True)]


def test_R27_R99_instant_actions_have_a_list_of_their_own() -> None:
    one = driving()
    one.act(orders.action("startPause", "a1"))
    paused = (ActionState("a1", ActionStatus.RUNNING, "startPause"),)
    one.state(replace(state(PLAN, 6), instant_action_states=paused))
    assert one.told(ActionChanged) == [ActionChanged("a1", "startPause", ActionStatus.RUNNING, None, ours=False)]
    assert one.told(OrderFinished), "an action that runs there is no step of the order"
    one.wait(60)
    assert len(one.actions_sent("startPause")) == 1


def test_R20_R99_a_cancel_is_watched_in_the_list_of_instant_actions() -> None:
    one = driving()
    one.cancel("c1")
    running = (ActionState("c1", ActionStatus.RUNNING, "cancelOrder"),)
    one.state(replace(state(PLAN, 2), instant_action_states=running))
    assert not one.told(CancelDone)
    done = (ActionState("c1", ActionStatus.FINISHED, "cancelOrder"),)
    one.state(replace(state(PLAN, 2, cleared=True), instant_action_states=done))
    assert one.told(CancelDone) == [CancelDone("c1", nothing=False)]


def test_R28_a_long_list_of_ended_instant_actions_is_tidied_now_and_then() -> None:
    one = master()
    many = tuple(ActionState(f"x{number}", ActionStatus.FINISHED) for number in range(TIDY_AT))
    full = replace(state(), instant_action_states=many)
    one.state(replace(state(), instant_action_states=many[1:]))
    assert not one.actions_sent("clearInstantActions")
    one.state(full)
    (tidying,) = one.actions_sent("clearInstantActions")
    refused = replace(full, instant_action_states=(*many, ActionState(tidying.action_id, ActionStatus.FAILED)))
    one.wait(60, lambda: refused)
    assert len(one.actions_sent("clearInstantActions")) == 1, "one that cannot tidy is not asked again and again"
    one.wait(600, lambda: refused)
    assert len({action.action_id for action in one.actions_sent("clearInstantActions")}) == 2


@pytest.mark.parametrize(("major", "sent"), [(Major.V2, BlockingType.HARD), (Major.V3, BlockingType.SINGLE)])
def test_R25_an_action_that_is_done_alone_stops_robots_that_do_not_know_single(
    major: Major, sent: BlockingType
) -> None:
    one = Master(major)
    one.state(state())
    one.want(orders.build("O1", way("N1", "N2", actions={"N2": [pick("p1", BlockingType.SINGLE)]}), 1))
    (order,) = one.orders_sent()
    assert [action.blocking_type for action in orders.actions_of(order)] == [sent]
    one.state(state(order))
    assert len(one.told(OrderAccepted)) == 1


def test_R05_R78_a_robot_that_goes_to_sleep_is_silent_at_once_and_awake_with_its_first_state() -> None:
    one = driving()
    one.connection(ConnectionState.HIBERNATING)
    assert len(one.told(Stale)) == 1
    one.act(orders.action("startPause", "a1"))
    assert not one.actions_sent("startPause")
    one.connection(ConnectionState.ONLINE)
    assert one.actions_sent("stateRequest")
    one.state(state(PLAN))
    assert len(one.told(Alive)) == 2


@pytest.mark.parametrize(
    ("maps", "sent"),
    [
        (None, True),
        ((), True),
        ((MapState("floor1", "1", "ENABLED"),), True),
        ((MapState("floor2", "1", "ENABLED"), MapState("floor1", "1", "ENABLED")), True),
        ((MapState("floor2", "1", "ENABLED"),), False),
        ((MapState("floor2", "1", "ENABLED"), MapState("floor1", "1", "DISABLED")), False),
        ((MapState("floor1", "1", "DISABLED"),), True),
    ],
)
def test_R34_an_order_on_a_map_that_the_robot_has_not_enabled_is_not_sent(
    maps: tuple[MapState, ...] | None, *, sent: bool
) -> None:
    one = master()
    one.state(replace(state(), maps=maps))
    one.want(PLAN)
    assert bool(one.orders_sent()) is sent
    assert [event.code for event in one.told(OrderRejected)] == ([] if sent else ["map"])


def taking(*names: str) -> Factsheet:
    listed = [{"parameter": name, "support": "SUPPORTED"} for name in names]
    return Factsheet(protocol_features={"optionalParameters": listed})


FULL = orders.build(
    "O1",
    [
        orders.Waypoint("N1", 0, 0, "floor1", deviation=300),
        orders.Waypoint("N2", 2000, 0, "floor1", theta=1.0, speed=900),
    ],
    1,
)


@pytest.mark.parametrize(
    ("names", "position", "rest", "speed"),
    [
        ((), True, True, True),
        (("order.nodes.nodePosition", "order.edges.trajectory"), True, False, False),
        (("order.nodes.nodePosition.theta", "order.edges.maximumSpeed"), True, False, True),
        (("order.edges.maximumSpeed",), False, False, True),
    ],
)
def test_R60_only_optional_fields_that_the_factsheet_names_are_sent(
    names: tuple[str, ...], *, position: bool, rest: bool, speed: bool
) -> None:
    one = master()
    one.factsheet(taking(*names))
    one.state(state())
    one.want(FULL)
    (order,) = one.orders_sent()
    place = order.nodes[0].node_position
    assert (place is not None) is position
    assert (place is not None and place.allowed_deviation_xy is not None) is rest
    assert (order.edges[0].max_speed is not None) is speed
    assert (order.edges[0].length is not None) is rest


def test_R60_an_update_joins_with_the_fields_the_robot_knows() -> None:
    one = master()
    one.factsheet(taking("order.edges.maximumSpeed"))
    one.state(state())
    start = orders.build("O1", ROUTE, 1)
    one.want(orders.replace_horizon(start, ROUTE[1:], 2))
    assert all(node.node_position is None for order in one.orders_sent() for node in order.nodes)
    assert one.orders_sent()


PICKING = orders.build("O1", way("N1", "N2", actions={"N2": [pick("p1")]}), 1)


class Picker:
    """A robot at the end of its order, whose pick fails as often as a test says; it hears words a second later."""

    def __init__(self, failures: int, *, major: Major = Major.V3) -> None:
        self.master = Master(major)
        self.status = ActionStatus.RETRIABLE
        self.heard: list[str] = []
        self._left = failures
        self._ended: tuple[ActionState, ...] = ()
        self.master.state(state())
        self.master.want(PICKING)

    def report(self) -> State:
        words = [one for kind in ("retry", "skipRetry") for one in self.master.actions_sent(kind)]
        for word in (one for one in words if one.action_id not in self.heard):
            assert word.parameter("actionId") == "p1"
            self.heard.append(word.action_id)
            self._ended += (ActionState(word.action_id, ActionStatus.FINISHED),)
            self._left -= 1
            if word.action_type == "skipRetry":
                self.status = ActionStatus.FAILED
            elif self._left == 0:
                self.status = ActionStatus.FINISHED
        done = {"p1": self.status}
        return replace(state(PICKING, 2, actions=done), instant_action_states=self._ended)


@pytest.mark.parametrize("failures", range(1, RETRIES + 1))
def test_R24_an_action_that_failed_for_now_is_tried_again_after_a_pause(failures: int) -> None:
    robot = Picker(failures)
    robot.master.wait(PAUSE.total_seconds(), robot.report)
    assert not robot.heard
    robot.master.wait(3 + failures * PATIENCE.total_seconds(), robot.report)
    assert [event.failed for event in robot.master.told(OrderFinished)] == [()]
    assert len(robot.heard) == failures
    assert not robot.master.actions_sent("skipRetry")
    assert len(robot.master.orders_sent()) == 1


def test_R24_an_action_that_goes_on_failing_is_given_up_and_the_order_ends_failed() -> None:
    robot = Picker(RETRIES + 1)
    robot.master.wait(PAUSE.total_seconds() + 5 + RETRIES * PATIENCE.total_seconds(), robot.report)
    assert [event.failed for event in robot.master.told(OrderFinished)] == [("p1",)]
    assert len(robot.master.actions_sent("retry")) == RETRIES
    assert len(robot.master.actions_sent("skipRetry")) == 1


def test_R24_a_word_that_is_lost_is_sent_again_and_a_deaf_robot_is_told_of() -> None:
    one = master()
    one.state(state())
    one.want(PICKING)
    one.wait(5 * PATIENCE.total_seconds(), lambda: state(PICKING, 2, actions={"p1": ActionStatus.RETRIABLE}))
    first = one.actions_sent("retry")[0]
    assert [word.action_id for word in one.actions_sent("retry")].count(first.action_id) > 1
    assert {event.action_type for event in one.told(ActionUnconfirmed)} == {"retry", "skipRetry"}
    assert not one.told(OrderFinished)


def test_R24_what_is_being_cancelled_is_not_tried_again() -> None:
    one = master()
    one.state(state())
    one.want(PICKING)
    one.state(state(PICKING, 2, actions={"p1": ActionStatus.RETRIABLE}))
    one.cancel()
    one.wait(3 * PAUSE.total_seconds(), lambda: state(PICKING, 2, actions={"p1": ActionStatus.RETRIABLE}))
    assert not one.actions_sent("retry")


def test_R24_somebody_at_the_robot_may_end_it_first() -> None:
    one = master()
    one.state(state())
    one.want(PICKING)
    one.state(state(PICKING, 2, actions={"p1": ActionStatus.RETRIABLE}))
    one.wait(PATIENCE.total_seconds(), lambda: state(PICKING, 2, actions={"p1": ActionStatus.FINISHED}))
    assert not one.actions_sent("retry")
    assert [event.failed for event in one.told(OrderFinished)] == [()]

"""The state machine of one robot, without any network."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from drivers.vda5050 import orders
from drivers.vda5050.events import (
    ActionChanged,
    ActionUnconfirmed,
    Alive,
    CancelDone,
    CancelFailed,
    LoadsChanged,
    Loss,
    ModeChanged,
    OrderAccepted,
    OrderBlocked,
    OrderFinished,
    OrderForeign,
    OrderLost,
    OrderRejected,
    OrderUnconfirmed,
    Progress,
    Rebooted,
    Stale,
)
from drivers.vda5050.messages import (
    ActionStatus,
    BlockingType,
    Connection,
    ConnectionState,
    ErrorReference,
    Factsheet,
    Info,
    OperatingMode,
    ProtocolLimits,
    Timing,
)
from drivers.vda5050.orders import InvalidOrder
from tests.drivers.vda5050.helpers import Master, error, pick, state, way

FINISHED, FAILED, RUNNING, WAITING = (
    ActionStatus.FINISHED,
    ActionStatus.FAILED,
    ActionStatus.RUNNING,
    ActionStatus.WAITING,
)


def test_P26_nothing_is_sent_before_the_first_state() -> None:
    master = Master()
    master.want(orders.build("O1", way("N1", "N2"), 1))
    assert master.sent == []
    master.state(state())
    assert master.orders_sent() == [orders.build("O1", way("N1", "N2"), 1)]


def test_P26_a_restarted_master_does_not_resend_what_the_robot_runs() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.want(order, accepted=True)
    master.state(state(order))
    master.wait(60, lambda: state(order))
    assert master.sent == []
    master.state(state(order, 2))
    assert master.told(OrderFinished) == [OrderFinished("O1", 0, "N2")]


def test_P26_a_restarted_master_brings_the_robot_to_the_committed_update() -> None:
    first = orders.build("O1", way("N1", "N2", "N3", "N4"), 1)
    second = orders.extend(first, 2)
    master = Master()
    master.want(second, accepted=True)
    master.state(state(first, 2))
    assert master.orders_sent() == [orders.message(second, 2)]
    assert not master.told(OrderLost)


def test_R79_lost_order_is_resent_until_echoed() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.wait(1, state)
    assert len(master.sent) == 1
    master.wait(3, state)
    assert master.sent == [order, order]
    master.state(state(order))
    master.wait(60, lambda: state(order))
    assert len(master.sent) == 2
    assert master.told(OrderAccepted) == [OrderAccepted("O1", 0)]


def test_R79_somebody_is_told_once_and_the_order_is_sent_on_slowly() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.wait(300, state)
    assert len(master.told(OrderUnconfirmed)) == 1
    assert 10 < len(master.sent) < 16
    assert set(map(id, master.sent)) == {id(order)}


def test_R79_a_new_link_resends_at_once() -> None:
    master = Master()
    master.state(state())
    master.want(orders.build("O1", way("N1", "N2"), 1))
    master.link_up()
    assert len(master.sent) == 2


def test_R79_an_update_waits_until_the_one_before_is_echoed() -> None:
    first = orders.build("O1", way("N1", "N2", "N3"), 1)
    second = orders.extend(first, 2)
    master = Master()
    master.state(state())
    master.want(first)
    master.want(second)
    master.wait(10, state)
    assert all(one == first for one in master.sent)
    master.state(state(first))
    assert master.sent[-1] == orders.message(second, 2)


def test_R84_an_update_starts_at_the_decision_point() -> None:
    first = orders.build("O1", way("N1", "N2", "N3", "N4"), 1)
    master = Master()
    master.state(state())
    master.want(first)
    master.state(state(first))
    second = orders.extend(first, 2)
    master.want(second)
    sent = master.orders_sent()[-1]
    assert (sent.nodes[0].node_id, sent.nodes[0].sequence_id) == ("N2", 2)
    assert sent.order_update_id == 1
    assert sent.nodes[0] == first.nodes[1]


@pytest.mark.parametrize(("version", "again"), [("2.0.0", False), ("2.1.0", True)])
def test_R14_R107_only_robots_of_2_0_are_not_sent_the_joining_nodes_actions_again(version: str, again: bool) -> None:
    first = orders.build("O1", way("N1", "N2", "N3", actions={"N1": [pick("p1")], "N2": [pick("p2")]}), 1)
    master = Master(version=version)
    master.state(state())
    master.want(first)
    assert master.orders_sent() == [first]
    master.state(state(first))
    master.want(orders.extend(first, 2))
    sent = master.orders_sent()[-1]
    assert sent.nodes[0] == (first.nodes[1] if again else replace(first.nodes[1], actions=()))
    assert sent.nodes[1:] == orders.extend(first, 2).nodes[2:]
    master.state(state(orders.extend(first, 2), 4, actions={"p1": FINISHED, "p2": FINISHED}))
    assert master.told(OrderFinished) == [OrderFinished("O1", 1, "N3")]


def test_R16_an_update_of_a_driven_base_starts_at_the_last_node() -> None:
    first = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(first)
    master.state(state(first, 2))
    assert master.told(OrderFinished)
    second = orders.replace_horizon(first, way("N2", "N3"), 1)
    master.want(second)
    assert master.orders_sent()[-1] == orders.message(second, 2)
    master.state(state(second, 4))
    assert master.told(OrderFinished)[-1] == OrderFinished("O1", 1, "N3")


def test_R18_progress_is_told_once_for_each_node() -> None:
    order = orders.build("O1", way("N1", "N2", "N3"), 2)
    master = Master()
    master.state(state())
    master.want(order)
    for at in (0, 0, 2, 2, 4):
        master.state(state(order, at))
    assert [one.sequence_id for one in master.told(Progress)] == [0, 2, 4]


def test_R87_the_same_node_twice_is_told_apart_by_sequence() -> None:
    order = orders.build("O1", way("N1", "N2", "N1", "N2"), 3)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order, 2))
    master.state(state(order, 6))
    assert master.told(Progress)[-1] == Progress("O1", "N2", 6)
    assert master.told(OrderFinished)


def test_R88_a_node_that_is_still_listed_is_not_free() -> None:
    order = orders.build("O1", way("N1", "N2", "N3"), 2)
    master = Master()
    master.state(state())
    master.want(order)
    late = replace(state(order, 2), node_states=state(order, 0).node_states)
    master.state(late)
    assert [one.sequence_id for one in master.told(Progress)] == [0]


def test_R19_a_leftover_horizon_is_not_finished() -> None:
    order = orders.build("O1", way("N1", "N2", "N3"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order, 2))
    master.wait(10, lambda: state(order, 2))
    assert not master.told(OrderFinished)
    assert not master.told(OrderLost)


def test_R19_a_running_action_is_not_finished() -> None:
    order = orders.build("O1", way("N1", "N2", actions={"N2": [pick("p1")]}), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order, 2, actions={"p1": RUNNING}))
    assert not master.told(OrderFinished)
    master.state(state(order, 2, actions={"p1": FINISHED}))
    assert master.told(OrderFinished) == [OrderFinished("O1", 0, "N2")]


def test_R27_an_instant_action_is_no_step_of_the_order() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.act(orders.action("startPause", "i1", BlockingType.NONE))
    master.state(state(order, 2, actions={"i1": RUNNING}))
    assert master.told(OrderFinished)
    assert master.told(ActionChanged) == [ActionChanged("i1", None, RUNNING, None, ours=False)]


def test_R82_a_finished_state_of_another_order_is_not_ours() -> None:
    old, new = orders.build("O1", way("N1", "N2"), 1), orders.build("O2", way("N2", "N3"), 1)
    master = Master()
    master.state(state(old, 2))
    master.want(new)
    master.wait(3, lambda: state(old, 2))
    assert not master.told(OrderFinished)
    assert not master.told(OrderLost)


def test_R90_a_failed_action_is_a_failed_step_of_a_finished_order() -> None:
    order = orders.build("O1", way("N1", "N2", actions={"N2": [pick("p1")]}), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order, 2, actions={"p1": FAILED}))
    assert master.told(OrderFinished) == [OrderFinished("O1", 0, "N2", failed=("p1",))]


def test_R90_an_error_without_references_is_not_blamed_on_the_order() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.wait(3, lambda: state(errors=(error("orderError"),)))
    assert not master.told(OrderRejected)


def test_an_action_that_is_never_reported_is_missing_after_a_moment() -> None:
    order = orders.build("O1", way("N1", "N2", actions={"N2": [pick("p1")]}), 1)
    master = Master()
    master.state(state())
    master.want(order)
    silent = replace(state(order, 2), action_states=())
    master.state(silent)
    assert not master.told(OrderFinished)
    master.wait(3)
    assert master.told(OrderFinished) == [OrderFinished("O1", 0, "N2", missing=("p1",))]


def test_R17_a_rejection_is_matched_by_its_references() -> None:
    order = orders.build("O2", way("N1", "N2"), 1)
    master = Master()
    master.state(state(errors=(error("orderError", orderId="O1", orderUpdateId="0"),)))
    master.want(order)
    assert len(master.sent) == 1
    refused = state(errors=(error("noRouteError", orderId="O2", orderUpdateId="0"),))
    master.state(refused)
    assert [(one.order_id, one.code) for one in master.told(OrderRejected)] == [("O2", "noRouteError")]
    master.wait(60, lambda: refused)
    assert len(master.sent) == 1


def test_R17_an_old_error_that_names_only_the_order_is_not_blamed_on_its_update() -> None:
    first = orders.build("O1", way("N1", "N2", "N3"), 1)
    old = error("orderError", orderId="O1")
    master = Master()
    master.state(state())
    master.want(first)
    master.state(state(first, errors=(old,)))
    master.want(orders.extend(first, 2))
    master.state(state(first, errors=(old,)))
    assert not master.told(OrderRejected)


def test_R17_a_running_order_goes_on_after_a_rejected_update() -> None:
    first = orders.build("O1", way("N1", "N2", "N3"), 1)
    second = orders.extend(first, 2)
    refusal = error("orderUpdateError", orderId="O1", orderUpdateId="1")
    master = Master()
    master.state(state())
    master.want(first)
    master.state(state(first))
    master.want(second)
    master.state(state(first, errors=(refusal,)))
    assert master.told(OrderRejected)[0].update_id == 1
    master.state(state(first, 2, errors=(refusal,)))
    assert master.told(Progress)[-1].sequence_id == 2
    third = orders.extend(replace(second, nodes=first.nodes, edges=first.edges), 2)
    master.want(third)
    assert master.orders_sent()[-1].order_update_id == 2


def test_R80_lost_cancel_is_resent_with_the_same_id_and_somebody_is_told() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order))
    master.cancel("c1")
    master.wait(120, lambda: state(order))
    sent = master.actions_sent("cancelOrder")
    assert {one.action_id for one in sent} == {"c1"}
    assert 4 < len(sent) < 12
    assert len(master.told(CancelFailed)) == 1
    master.state(state(order, cleared=True, actions={"c1": FINISHED}))
    assert master.told(CancelDone) == [CancelDone("c1", nothing=False)]


def test_R81_no_new_order_before_the_cancel_is_finished() -> None:
    old, new = orders.build("O1", way("N1", "N2"), 1), orders.build("O2", way("N1", "N3"), 1)
    master = Master()
    master.state(state())
    master.want(old)
    master.state(state(old))
    master.cancel()
    master.want(new)
    master.state(state(old, actions={"c1": RUNNING}))
    assert master.orders_sent() == [old]
    master.state(state(old, cleared=True, actions={"c1": FINISHED}))
    assert master.orders_sent() == [old, new]
    assert not master.told(OrderLost)


def test_R88_an_order_is_there_until_its_cancel_is_done_even_where_its_way_is_shown_for_ever() -> None:
    order, other = orders.build("O1", way("N1", "N2"), 1), orders.build("O2", way("N1", "N3"), 1)
    master = Master()
    has: list[bool] = []
    for report in (
        state(),
        state(order),
        state(actions={"c1": RUNNING}),
        state(order, actions={"c1": FINISHED}),
        state(other),
    ):
        master.state(report)
        has.append(master.vehicle.has_order)
        if len(has) == 2:
            master.cancel()
    assert has == [False, True, True, False, True]


@pytest.mark.parametrize("shown", [True, False])
def test_R21_R109_no_order_to_cancel_means_nothing_is_left(shown: bool) -> None:
    master = Master()
    master.state(state())
    master.cancel()
    actions = {"c1": FAILED} if shown else {}
    master.state(state(actions=actions, errors=(error("noOrderToCancel", actionId="c1"),)))
    assert master.told(CancelDone) == [CancelDone("c1", nothing=True)]


def test_R21_an_order_that_was_finished_before_the_cancel_came_is_finished() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order))
    master.cancel()
    master.state(state(order, 2, actions={"c1": FAILED}, errors=(error("noOrderToCancel", actionId="c1"),)))
    kinds = [type(one) for one in master.events if isinstance(one, OrderFinished | CancelDone)]
    assert kinds == [OrderFinished, CancelDone]


def test_R23_a_cancelled_order_is_never_sent_again() -> None:
    order = orders.build("O1", way("N1", "N2", "N3"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order))
    master.cancel()
    master.state(state(order, cleared=True, actions={"c1": FINISHED}))
    master.want(orders.extend(order, 2))
    master.wait(20, lambda: state(order, cleared=True, actions={"c1": FINISHED}))
    assert master.orders_sent() == [order]
    assert master.told(OrderRejected)[0].code == "cancelled"


def test_R32_R92_nothing_is_sent_in_manual_mode_and_the_order_counts_as_lost() -> None:
    order = orders.build("O1", way("N1", "N2", "N3"), 2)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order))
    master.state(state(order, mode=OperatingMode.MANUAL, cleared=True))
    assert master.told(OrderLost) == [OrderLost("O1", Loss.CLEARED, "N1", 0)]
    sent = len(master.sent)
    master.want(orders.build("O2", way("N1", "N2"), 1))
    master.act(orders.action("startPause", "i1"))
    master.wait(30, lambda: state(order, mode=OperatingMode.MANUAL, cleared=True))
    assert len(master.sent) == sent
    master.state(state(order, cleared=True))
    assert master.orders_sent()[-1].order_id == "O2"
    assert [one.mode for one in master.told(ModeChanged)] == [
        OperatingMode.AUTOMATIC,
        OperatingMode.MANUAL,
        OperatingMode.AUTOMATIC,
    ]


def test_R29_an_accepted_order_the_robot_forgot_is_never_started_again() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order))
    master.state(state(), header=0, at=master.now + timedelta(seconds=30))
    assert master.told(Rebooted)
    assert master.told(OrderLost)[0].reason is Loss.REBOOTED
    master.wait(60, state)
    assert master.orders_sent() == [order]


def test_R98_a_late_state_changes_nothing_and_a_reboot_is_not_late() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state(), header=7)
    master.want(order)
    master.wait(1)
    master.state(state(order, 2), header=9)
    assert master.told(OrderFinished)
    assert master.state(state(order), header=8, at=master.now - timedelta(seconds=1)) == []
    assert master.vehicle.late == 1
    assert master.state(state(order, 2), header=9) == []
    master.wait(1)
    assert Rebooted() in master.state(state(order, 2), header=0)


def test_R98_a_robot_whose_clock_was_set_back_is_heard_again() -> None:
    master = Master()
    master.state(state(), header=50)
    master.wait(5)
    past = master.now - timedelta(days=365)
    for number in range(5):
        master.state(state(mode=OperatingMode.MANUAL), header=number, at=past + timedelta(seconds=number))
    assert [one.mode for one in master.told(ModeChanged)] == [OperatingMode.AUTOMATIC, OperatingMode.MANUAL]


def test_R06_R78_a_broken_connection_does_not_make_a_reporting_robot_dead() -> None:
    master = Master()
    master.state(state())
    master.vehicle.on_connection(Connection(ConnectionState.CONNECTIONBROKEN), master.now)
    master.wait(60, state)
    assert not master.told(Stale)


def test_R78_a_silent_robot_is_not_healthy_though_online() -> None:
    master = Master()
    master.vehicle.on_connection(Connection(ConnectionState.ONLINE), master.now)
    master.state(state())
    master.wait(60)
    assert len(master.told(Stale)) == 1
    master.state(state())
    assert len(master.told(Alive)) == 2


def test_R116_a_robot_that_the_broker_drops_between_two_states_is_not_given_up() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.want(order, accepted=True)
    master.state(state(order))
    for _ in range(10):
        master.wait(9)
        master.connection(ConnectionState.CONNECTIONBROKEN)
        master.wait(2)
        master.connection(ConnectionState.ONLINE)
        master.state(state(order))
    assert not master.told(Stale)
    assert not master.orders_sent()
    master.state(state(order, 2))
    assert master.told(OrderFinished)


def test_R113_gaps_in_the_header_ids_of_states_are_neither_late_nor_a_reboot() -> None:
    order = orders.build("O1", way("N1", "N2", "N3"), 2)
    master = Master()
    master.want(order, accepted=True)
    for header, at in ((3, 0), (9, 2), (14, 4)):  # one counter over all topics
        master.wait(1)
        master.state(state(order, at), header=header)
    assert master.told(OrderFinished)
    assert not master.told(Rebooted)
    assert master.vehicle.late == 0


@pytest.mark.parametrize("level", ["INFO", "DEBUG", "FATAL"])
def test_R31_information_moves_nothing(level: str) -> None:
    order = orders.build("O1", way("N1", "N2", "N3", actions={"N3": [pick("p1")]}), 2)
    lives = [
        state(),
        state(order),
        state(order, 2, errors=(error("orderError", orderId="O9"),)),
        state(order, 4, actions={"p1": RUNNING}),
        state(order, 4, actions={"p1": FINISHED}),
    ]
    told = (Info("orderError", level, (ErrorReference("orderId", "O1"),), "stop and cancel everything"),)
    plain, informed = Master(), Master()
    for master, information in ((plain, None), (informed, told)):
        master.want(order)
        for report in lives:
            master.state(replace(report, information=information))
            master.wait(2)
    assert plain.told(OrderFinished)
    assert informed.events == plain.events
    assert informed.sent == plain.sent


def test_R106_a_robot_that_takes_another_order_too_early_is_sent_none() -> None:
    first, second = orders.build("O1", way("N1", "N2"), 1), orders.build("O2", way("N2", "N3"), 1)
    master = Master()
    master.want(first, accepted=True)
    master.state(state(first))
    master.want(second)
    master.wait(30, lambda: state(first))
    assert master.orders_sent() == []
    master.state(state(first, 2))
    assert master.orders_sent() == [second]


def test_R117_a_robot_that_tells_no_loads_and_asks_for_no_base_is_driven_to_the_end() -> None:
    first = orders.build("O1", way("N1", "N2", "N3", "N4"), 1)
    second = orders.extend(first, 3)
    master = Master()
    master.want(first, accepted=True)
    master.state(state(first))
    master.want(second)
    assert master.orders_sent() == [orders.message(second, 2)]
    master.state(state(second, 6))
    assert master.told(OrderFinished)
    assert [event.loads for event in master.told(LoadsChanged)] == [None]


def test_a_robot_that_says_online_is_asked_for_its_state_once() -> None:
    master = Master()
    out = master.vehicle.on_connection(Connection(ConnectionState.ONLINE), master.now)
    again = master.vehicle.on_connection(Connection(ConnectionState.ONLINE), master.now)
    assert [len(out.sends), len(again.sends)] == [1, 0]


def test_R17_a_busy_robot_gets_no_order_and_the_reason_is_told() -> None:
    foreign, ours = orders.build("X", way("N1", "N9"), 1), orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state(foreign))
    master.want(ours)
    master.wait(30, lambda: state(foreign))
    assert master.sent == []
    assert len(master.told(OrderBlocked)) == 1
    master.state(state(foreign, 2))
    assert master.orders_sent() == [ours]


def test_a_robot_that_drives_what_nobody_wants_is_told_once() -> None:
    old = orders.build("O1", way("N1", "N2", "N3"), 2)
    master = Master()
    master.state(state())
    master.want(old)
    master.state(state(old, 4))
    master.want(orders.build("O2", way("N3", "N4"), 1))
    master.wait(5, lambda: state(orders.build("X", way("N3", "N9"), 1)))
    assert master.told(OrderForeign) == [OrderForeign("X")]
    master.cancel()
    master.wait(5, lambda: state(orders.build("X", way("N3", "N9"), 1)))
    assert len(master.told(OrderForeign)) == 1


def test_an_unanswered_order_that_is_not_wanted_any_more_delays_the_next() -> None:
    first, second = orders.build("O1", way("N1", "N2"), 1), orders.build("O2", way("N1", "N3"), 1)
    master = Master()
    master.state(state())
    master.want(first)
    master.want(second)
    master.wait(2, state)
    assert master.orders_sent() == [first]
    master.wait(5, state)
    assert master.orders_sent()[:2] == [first, second]


def test_an_instant_action_is_resent_and_given_up() -> None:
    master = Master()
    master.state(state())
    master.act(orders.action("startPause", "i1", BlockingType.NONE))
    master.act(orders.action("startPause", "i1", BlockingType.NONE))
    master.wait(120, state)
    assert len(master.actions_sent("startPause")) == 6
    assert master.told(ActionUnconfirmed) == [ActionUnconfirmed("i1", "startPause", 6)]


def test_an_instant_action_that_is_shown_is_not_resent() -> None:
    master = Master()
    master.state(state())
    master.act(orders.action("startPause", "i1", BlockingType.NONE))
    master.wait(60, lambda: state(actions={"i1": WAITING}))
    assert len(master.actions_sent("startPause")) == 1


def test_R61_an_order_beyond_the_factsheet_is_refused_on_our_side() -> None:
    master = Master()
    master.vehicle.on_factsheet(
        Factsheet(protocol_limits=ProtocolLimits(max_array_lens={"order.nodes": 2})), master.now
    )
    master.state(state())
    master.want(orders.build("O1", way("N1", "N2", "N3"), 2))
    assert master.sent == []
    assert master.told(OrderRejected)[0].code == "factsheet"


def test_R94_the_shortest_interval_between_orders_holds() -> None:
    first = orders.build("O1", way("N1", "N2", "N3"), 1)
    master = Master()
    limits = ProtocolLimits(timing=Timing(min_order_interval=5.0))
    master.vehicle.on_factsheet(Factsheet(protocol_limits=limits), master.now)
    master.state(state())
    master.want(first)
    master.state(state(first))
    master.want(orders.extend(first, 2))
    assert len(master.orders_sent()) == 1
    master.wait(6, lambda: state(first))
    assert len(master.orders_sent()) == 2


def test_R62_R110_an_empty_factsheet_is_no_hindrance() -> None:
    master = Master()
    master.vehicle.on_factsheet(Factsheet(), master.now)
    master.state(state())
    master.want(orders.build("O1", way("N1", "N2"), 1))
    assert len(master.orders_sent()) == 1


def test_R104_a_first_node_that_is_still_listed_does_no_harm() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    listed = replace(state(order), node_states=state(order, -2, last_node_id="N1").node_states)
    master.state(listed)
    master.state(state(order, 2))
    assert master.told(OrderFinished)


def test_R12_another_content_under_the_same_update_is_refused() -> None:
    master = Master()
    master.want(orders.build("O1", way("N1", "N2"), 1))
    with pytest.raises(InvalidOrder):
        master.want(orders.build("O1", way("N1", "N3"), 1))

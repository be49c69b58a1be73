"""Building and changing orders."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from drivers.vda5050 import orders
from drivers.vda5050.messages import Order
from drivers.vda5050.orders import InvalidOrder, Waypoint
from tests.drivers.vda5050.helpers import pick, way

NAMES = st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=1, max_size=6)


def test_R71_nodes_have_even_and_edges_odd_sequence_ids() -> None:
    order = orders.build("O1", way("A", "B", "C"), 1)
    assert [node.sequence_id for node in order.nodes] == [0, 2, 4]
    assert [edge.sequence_id for edge in order.edges] == [1, 3]
    assert [node.released for node in order.nodes] == [True, True, False]
    assert [edge.released for edge in order.edges] == [True, False]


def test_R35_R95_units_are_metres_on_the_wire() -> None:
    route = [Waypoint("A", 1234, 5, "m", deviation=250), Waypoint("B", 4234, 4005, "m", speed=1200, theta=4.0)]
    order = orders.build("O1", route, 1)
    first, second = (node.node_position for node in order.nodes)
    assert first is not None
    assert second is not None
    assert (first.x, first.y, first.allowed_deviation_xy) == (1.234, 0.005, 0.25)
    assert (order.edges[0].max_speed, order.edges[0].length) == (1.2, 5.0)
    assert second.theta == pytest.approx(4.0 - math.tau)


def broken(order: Order, name: str) -> Order:
    nodes, edges = order.nodes, order.edges
    return {
        "no nodes": replace(order, nodes=(), edges=()),
        "edge missing": replace(order, edges=edges[:1]),
        "sequence 0 1 2": replace(order, nodes=tuple(replace(n, sequence_id=i) for i, n in enumerate(nodes))),
        "first not released": replace(order, nodes=(replace(nodes[0], released=False), *nodes[1:])),
        "released after horizon": replace(order, nodes=(*nodes[:1], replace(nodes[1], released=False), nodes[2])),
        "edge to horizon": replace(order, edges=tuple(replace(edge, released=True) for edge in edges)),
        "wrong ends": replace(order, edges=(replace(edges[0], end_node_id="Z"), edges[1])),
        "same action twice": replace(order, nodes=tuple(replace(node, actions=(pick("p"),)) for node in nodes)),
        "starts at 2": orders.message(order, 2),
        "no id": replace(order, order_id=""),
        "negative update": replace(order, order_update_id=-1),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "no nodes",
        "edge missing",
        "sequence 0 1 2",
        "first not released",
        "released after horizon",
        "edge to horizon",
        "wrong ends",
        "same action twice",
        "starts at 2",
        "no id",
        "negative update",
    ],
)
def test_R01_R72_what_the_schema_lets_pass_is_refused(name: str) -> None:
    order = orders.build("O1", way("A", "B", "C"), 1)
    orders.validate(order)
    with pytest.raises(InvalidOrder):
        orders.validate(broken(order, name))


def test_R12_the_base_cannot_be_shortened() -> None:
    order = orders.build("O1", way("A", "B", "C"), 2)
    with pytest.raises(InvalidOrder):
        orders.extend(order, 1)
    with pytest.raises(InvalidOrder):
        orders.replace_horizon(order, way("B", "D"))


def test_R13_an_update_begins_with_the_stitching_node_unchanged() -> None:
    order = orders.build("O1", way("A", "B", "C", actions={"B": [pick("p1")]}), 1)
    message = orders.message(orders.extend(order, 2), orders.decision_point(order).sequence_id)
    assert message.nodes[0] == order.nodes[1]
    assert [node.node_id for node in message.nodes] == ["B", "C"]
    assert message.order_update_id == 1


def test_R15_actions_where_the_robot_stands_are_a_node_more_at_the_same_place() -> None:
    order = orders.build("O1", way("A"), 0)
    here = Waypoint("A", 0, 0, "floor1")
    again = Waypoint("A", 0, 0, "floor1", actions=(pick("p1"),))
    update = orders.replace_horizon(order, [here, again], 1)
    assert [(node.node_id, node.sequence_id) for node in update.nodes] == [("A", 0), ("A", 2)]


@given(start=NAMES, changes=st.lists(st.tuples(st.booleans(), NAMES, st.integers(0, 6), st.integers(0, 6)), max_size=8))
def test_R85_no_update_alters_or_shortens_the_base(
    start: list[str], changes: list[tuple[bool, list[str], int, int]]
) -> None:
    order = orders.build("O1", way(*start), len(start) // 2)
    for extends, names, base, _ in changes:
        before = order
        decision = orders.decision_index(order)
        if extends:
            order = orders.extend(order, min(decision + base, len(order.nodes) - 1))
        else:
            route = way(order.nodes[decision].node_id, *names)
            order = orders.replace_horizon(order, route, min(base, len(route) - 1))
        orders.validate(order)
        assert order.order_update_id == before.order_update_id + 1
        assert order.nodes[: decision + 1] == before.nodes[: decision + 1]
        assert order.edges[:decision] == before.edges[:decision]
        assert orders.decision_index(order) >= decision
        message = orders.message(order, before.nodes[decision].sequence_id)
        orders.validate(message)
        assert message.nodes[0] == before.nodes[decision]

"""From rows to VDA 5050 orders: the same rows give the same order, an extension keeps its base (R79, R84, R85)."""

from pathlib import Path
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from edge.app import roadmap_of
from edge.devices.orders import HORIZON, Way, order_of, way_of
from edge.sitefile import load_site
from tests.support.store import small_site

ROADMAP = roadmap_of(small_site())
ROUTE = [f"N{i}" for i in range(6)]
ACTIONS = (
    {"id": "A1", "at": "start", "type": "stopCharging"},
    {"id": "A2", "at": "end", "type": "drop", "loadId": "T-0001", "loadType": "tote", "lhd": "1"},
)


def way(released: int, update: int = 0) -> Way:
    return Way("T1", "R1", "batch", "B1", list(ROUTE), list(ROUTE), ACTIONS, update, released)


@given(st.integers(0, 5), st.integers(0, 3))
def test_R79_the_same_rows_give_the_same_order(released: int, update: int) -> None:
    told = way(released, update)
    row = SimpleNamespace(robot_id="R1", purpose="batch", batch_id="B1", actions=ACTIONS, accepted=False, deviation=0)
    for name, value in (told.row() | {"route": told.route, "tour": told.tour}).items():
        setattr(row, name, value)
    assert order_of(way_of(row), ROADMAP) == order_of(way(released, update), ROADMAP)


@given(st.integers(0, 5), st.integers(0, 5))
def test_R85_an_extension_keeps_the_base_as_it_was(one: int, other: int) -> None:
    less, more = sorted((one, other))
    before, after = (order_of(way(upto), ROADMAP) for upto in (less, more))
    assert [node for node in before.nodes if node.released] == list(after.nodes[: less + 1])
    assert [edge for edge in before.edges if edge.released] == list(after.edges[:less])
    assert [node.released for node in after.nodes] == [at <= more for at in range(min(more + HORIZON, 5) + 1)]


@given(st.integers(0, 5))
def test_R12_a_long_way_is_told_in_part_and_its_last_node_is_released_last(released: int) -> None:
    order = order_of(way(released), ROADMAP)
    assert len(order.nodes) <= released + HORIZON + 1
    assert order.nodes[-1].released == (released == 5)


def test_R10_actions_stand_at_the_first_and_last_node_only() -> None:
    order = order_of(way(5), ROADMAP)
    assert [[action.action_id for action in node.actions] for node in order.nodes] == [["A1"], [], [], [], [], ["A2"]]
    assert [node.sequence_id for node in order.nodes] == [0, 2, 4, 6, 8, 10]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4).map(sorted))
def test_R79_an_order_told_in_steps_is_the_order_of_its_rows(steps: list[int]) -> None:
    told = way(steps[0])
    for update, upto in enumerate(steps):
        told.released, told.update_id = upto, update
        assert order_of(told, ROADMAP) == order_of(way(upto, update), ROADMAP)


def test_in_a_lift_a_robot_is_told_the_map_of_the_other_floor_at_the_same_place() -> None:
    roadmap = roadmap_of(load_site(Path(__file__).parents[3] / "config" / "lifts.yaml"))
    route = ["F1WAIT", "F1LIFT", "F1CABIN", "F2CABIN", "F2LIFT", "F2N13"]
    order = order_of(Way("T1", "R1", "batch", "B1", route, route, released=5), roadmap)
    places = [node.node_position for node in order.nodes]
    assert [place.map_id for place in places if place is not None] == ["floor1"] * 3 + ["floor2"] * 3
    assert [(place.x, place.y) for place in places[2:4] if place is not None] == [(14.5, 3.0)] * 2
    assert [(edge.max_speed, edge.length) for edge in order.edges] == [
        (1.2, 3.0), (0.5, 2.5), (None, 0.0), (0.5, 2.5), (1.2, 4.242),
    ]  # fmt: skip

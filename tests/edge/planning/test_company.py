"""A tour grows where it costs the robot the least way (F89)."""

from hypothesis import given
from hypothesis import strategies as st

from edge.planning.company import STOP_MS, Company

NODES = st.lists(st.integers(-50, 50).map(str), max_size=8)


def along_a_line(one: str, other: str) -> int:
    """Return the way between nodes that are numbers on a line."""
    return abs(int(one) - int(other))


@given(NODES, st.integers(-50, 50).map(str))
def test_F89_who_lies_on_the_way_costs_a_stop_and_others_the_way_there_and_back_too(nodes: list[str], one: str) -> None:
    company = Company(along_a_line, "0", "0")
    company.join(nodes)
    reach = [0, *map(int, nodes)]
    beyond = max(min(reach) - int(one), int(one) - max(reach), 0)
    assert company.detour([one]) == (0 if one in ["0", *nodes] else STOP_MS + 2 * beyond)


@given(NODES)
def test_F89_a_node_that_is_passed_anyway_is_passed_once(nodes: list[str]) -> None:
    company = Company(along_a_line, "0", "0")
    company.join([*nodes, *nodes])
    assert company.detour(nodes) == 0


@given(st.lists(NODES, max_size=6), NODES)
def test_F89_what_was_asked_before_a_tour_grew_is_what_it_costs_after(
    joined: list[list[str]], asked: list[str]
) -> None:
    remembering, fresh = Company(along_a_line, "0", "7"), Company(along_a_line, "0", "7")
    for nodes in joined:
        remembering.detour(asked)
        remembering.join(nodes)
        fresh.join(nodes)
    assert remembering.detour(asked) == fresh.detour(asked)

"""The composition root: the roadmap of a site, and what a start brings in step with the site file."""

from edge.app import both, roadmap_of
from tests.support.store import small_site


def test_a_two_way_lane_can_be_driven_both_ways_and_a_one_way_lane_cannot() -> None:
    roadmap = roadmap_of(small_site())
    assert [node.id for node in roadmap.nodes] == [*(f"N{i}" for i in range(8)), "BAY1"]
    assert roadmap.travel_ms("N0", "BAY1") == roadmap.travel_ms("BAY1", "N0")
    there, back = roadmap.travel_ms("N0", "N1"), roadmap.travel_ms("N1", "N0")
    assert there is not None
    assert back is not None
    assert there < back


def test_a_signal_that_serves_a_gate_and_a_read_point_tells_both_in_their_order() -> None:
    told: list[str] = []
    both(lambda news: told.append(f"gate {news}"), lambda news: told.append(f"point {news}"))("on")
    assert told == ["gate on", "point on"]

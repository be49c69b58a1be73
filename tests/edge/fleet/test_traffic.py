"""Traffic in small situations that can be followed by hand."""

import pytest

from edge.fleet.lookahead import Lookahead
from edge.fleet.places import Record, TrafficError
from edge.fleet.reasons import Reason, Wait
from edge.fleet.roadmap import Lane, Node, Roadmap, RoadmapError
from edge.fleet.traffic import Traffic

BAYS = ["P1", "P2", "P3"]
FAR_AHEAD = Lookahead(nodes=9, length=0, most=9)


def corridor() -> Roadmap:
    """P1 - A - B - C - D - P2 in a row, all two-way; P3 and a passing place E hang on C and B."""
    nodes = [Node(name, x * 1000, 0) for x, name in enumerate(["P1", "A", "B", "C", "D", "P2"])]
    nodes += [Node("P3", 3000, 1000), Node("E", 2000, 1000)]
    lanes = []
    for a, b in (("P1", "A"), ("A", "B"), ("B", "C"), ("C", "D"), ("D", "P2"), ("C", "P3"), ("B", "E")):
        lanes += [Lane(a, b, 1000), Lane(b, a, 1000)]
    return Roadmap(nodes, lanes)


def traffic(lookahead: Lookahead = FAR_AHEAD) -> Traffic:
    return Traffic(corridor(), bays=BAYS, lookahead=lookahead)


def test_a_released_node_is_held_until_passed() -> None:
    t = traffic(Lookahead(nodes=2, length=0, spare=0, most=6))
    t.place("R1", "P1")
    assert t.route("R1", ["P1", "A", "B", "C", "P3"]) is None
    assert t.occupancy() == {"P1": "R1"}
    assert t.extend("R1") == 2
    assert t.occupancy() == {"P1": "R1", "A": "R1", "B": "R1"}
    assert t.extend("R1") == 0
    assert t.passed("R1", 1)
    assert t.occupancy() == {"A": "R1", "B": "R1"}
    assert t.extend("R1") == 1


def test_R11_lookahead_goes_as_far_as_the_length_needs_and_no_further() -> None:
    t = traffic(Lookahead(nodes=1, length=2500, spare=0, most=6))
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "D", "P2"])
    assert t.extend("R1") == 3


def test_nothing_is_released_beyond_a_stop() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "P3"], start=10)
    assert t.extend("R1", limit=12) == 2
    t.passed("R1", 12)
    assert t.why("R1") == Wait(Reason.AT_STOP, None, "B")
    assert t.extend("R1") == 2
    t.passed("R1", 14)
    assert t.why("R1").reason is Reason.HOME


def test_a_robot_at_its_stop_hinders_those_behind_until_it_goes_on_home() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "D", "P2"])
    t.extend("R1", limit=2)
    t.passed("R1", 2)
    t.place("R2", "P1")
    t.route("R2", ["P1", "A", "B", "C", "P3"])
    assert t.hinderers(["R1", "R2"]) == {}
    t.extend("R2")
    t.passed("R2", 1)
    t.extend("R2")
    assert t.hinderers(["R1", "R2"]) == {"R1": None}
    t.extend("R1", limit=3)
    with pytest.raises(TrafficError, match="still has way"):
        t.go_on("R1")
    t.passed("R1", 3)
    before = t.plan()
    assert t.go_on("R1") == ["C", "D", "P2"]
    assert t.state("R1").passed == 0
    assert t.plan() == [(name, position - 3 if name == "R1" else position) for name, position in before]
    assert t.extend("R1") == 2
    t.passed("R1", 2)
    assert t.extend("R2") == 3


def test_R87_a_node_visited_twice_is_told_apart_by_position() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "E", "B", "A", "P1"])
    t.extend("R1", limit=4)
    t.passed("R1", 3)
    assert t.occupancy() == {"B": "R1", "E": "R1"}
    t.passed("R1", 2)
    assert t.occupancy() == {"B": "R1", "E": "R1"}
    t.extend("R1")
    t.passed("R1", 5)
    assert t.occupancy() == {"P1": "R1", "A": "R1"}


def test_R88_freezing_frees_nothing() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "P3"])
    t.extend("R1", limit=2)
    before = t.occupancy()
    t.freeze("R1")
    assert t.occupancy() == before
    assert t.extend("R1") == 0
    assert t.why("R1").reason is Reason.STOPPED
    assert t.passed("R1", 1)
    t.thaw("R1")
    assert t.extend("R1") > 0


def test_R11_news_that_changes_nothing_proves_nothing_anew() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R2", "P2")
    t.route("R1", ["P1", "A", "B", "C", "P3"])
    assert t.changes() == {"R1": [(1, 1000), (2, 2000), (3, 3000), (4, 4000)], "R2": []}
    t.thaw("R1")
    assert t.place("R2", "P2") is None
    assert t.changes() == {}
    t.freeze("R2")
    t.freeze("R2")
    assert t.changes() == {}
    t.place("R1", "P1")
    assert t.changes()["R1"] == []
    assert t.plan() == []


def test_two_robots_do_not_enter_a_corridor_from_both_ends() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R3", "P3")
    assert t.route("R1", ["P1", "A", "B", "C", "D", "P2"]) is None
    assert t.route("R3", ["P3", "C", "B", "A", "P1"]) is None
    assert t.extend("R1", limit=1) == 1
    assert t.extend("R3") == 0
    assert t.why("R3") == Wait(Reason.JAM, "R1", "A")
    t.extend("R1")
    assert t.why("R3") == Wait(Reason.HELD, "R1", "C")
    t.passed("R1", 5)
    assert t.extend("R3") == 4


def test_a_robot_follows_another_closely() -> None:
    t = traffic(Lookahead(nodes=1, length=0, most=1))
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "D", "P2"])
    t.extend("R1")
    t.passed("R1", 1)
    t.place("R2", "P1")
    t.extend("R1")
    assert t.route("R2", ["P1", "A", "B", "C", "P3"]) is None
    assert t.extend("R2") == 0
    t.passed("R1", 2)
    assert t.extend("R2") == 1
    assert t.occupancy() == {"P1": "R2", "A": "R2", "B": "R1"}


def test_two_robots_that_want_each_others_bay_are_refused() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R2", "P2")
    assert t.route("R1", ["P1", "A", "B", "C", "D", "P2"]) == Wait(Reason.BAY_TAKEN, "R2", "P2")


def test_a_route_ends_in_a_bay_and_drives_through_none() -> None:
    roadmap = Roadmap(
        [Node("P1", 0, 0), Node("A", 1000, 0), Node("P2", 2000, 0), Node("B", 3000, 0), Node("P3", 4000, 0)],
        [Lane(a, b, 1000) for a, b in (("P1", "A"), ("A", "P2"), ("P2", "B"), ("B", "P3"))],
    )
    t = Traffic(roadmap, bays=BAYS)
    t.place("R1", "P1")
    assert t.route("R1", ["P1", "A"]) == Wait(Reason.NO_BAY, None, "A")
    assert t.route("R1", ["P1", "A", "P2", "B", "P3"]) == Wait(Reason.BAY_ON_WAY, None, "P2")
    assert t.bays() == {"R1": "P1"}


def test_nonsense_routes_raise() -> None:
    t = traffic()
    t.place("R1", "P1")
    with pytest.raises(RoadmapError):
        t.route("R1", ["P1", "C", "P3"])
    with pytest.raises(TrafficError):
        t.route("R1", ["A", "B", "C", "P3"])
    with pytest.raises(TrafficError):
        t.extend("R9")
    with pytest.raises(TrafficError):
        t.passed("R1", 1)


def test_R12_the_base_stays_when_the_horizon_is_replaced() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "P3"])
    t.extend("R1", limit=2)
    assert t.route("R1", ["P1", "A", "P1"]) == Wait(Reason.BASE_AHEAD, "R1", "B")
    assert t.replace("R1", ["B", "E", "B", "A", "P1"]) is None
    assert t.state("R1") == Record("R1", ("P1", "A", "B", "E", "B", "A", "P1"), 0, 0, 2)
    t.passed("R1", 2)
    assert t.extend("R1", limit=4) == 2
    t.passed("R1", 4)
    assert t.replace("R1", ["B", "C", "P3"]) is None
    assert t.state("R1") == Record("R1", ("B", "C", "P3"), 4, 4, 4)
    assert t.extend("R1") == 2
    assert t.passed("R1", 6)


def test_R123_a_dead_robot_cuts_the_way_and_the_reason_names_it() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R3", "P3")
    t.route("R3", ["P3", "C", "D", "P2"])
    t.extend("R3", limit=1)
    t.passed("R3", 1)
    t.route("R1", ["P1", "A", "B", "E", "B", "A", "P1"])
    t.freeze("R3")
    assert t.cut() == []
    assert t.replace("R1", ["P1", "A", "B", "C", "P3"]) == Wait(Reason.CUT, "R3", "C")
    assert t.roadmap.names(t.obstacles("R1")) == ["C"]
    t.extend("R1", limit=3)
    t.passed("R1", 3)
    t.remove("R3")
    assert t.replace("R1", ["E", "B", "C", "P3"]) is None


def test_a_robot_cut_off_waits_where_it_is_and_goes_on_when_the_other_does() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R3", "P3")
    t.route("R1", ["P1", "A", "B", "C", "D", "P2"])
    t.route("R3", ["P3", "C", "B", "E", "B", "C", "P3"])
    t.extend("R3", limit=1)
    t.freeze("R3")
    assert t.cut() == ["R1"]
    assert t.extend("R1") == 0
    assert t.why("R1") == Wait(Reason.CUT, "R3", "C")
    t.thaw("R3")
    assert t.cut() == []
    assert t.extend("R3") > 0


def test_R125_robots_that_were_only_placed_on_each_others_ways_home_all_get_home() -> None:
    ring = [f"N{number}" for number in range(8)]
    nodes = [Node(name, 2000 * place, 0) for place, name in enumerate(ring)]
    nodes += [Node("A", 0, 2000), Node("B", 8000, 2000)]
    lanes = [Lane(one, other, 1000) for one, other in zip(ring, [*ring[1:], ring[0]], strict=True)]
    lanes += [Lane("N0", "A", 1000), Lane("N4", "B", 1000)]
    floor = Traffic(Roadmap(nodes, lanes), bays=["A", "B"], lookahead=FAR_AHEAD)
    floor.place("R1", "N2")
    floor.place("R2", "N6")
    homes = {"R1": [*ring[2:], "N0", "A"], "R2": [*ring[6:], *ring[:5], "B"]}
    assert not floor.leads_on("R1")
    assert floor.route("R1", homes["R1"]) is None
    assert floor.leads_on("R1")
    assert (floor.cut(), floor.extend("R1")) == (["R1"], 0)
    assert floor.why("R1").robot == "R2"
    assert floor.route("R2", homes["R2"]) is None
    assert floor.cut() == []
    at = dict.fromkeys(homes, 0)
    for _ in range(40):
        for name in floor.wanting():
            at[name] += floor.extend(name)
            floor.passed(name, at[name])
    assert {name: homes[name][place] for name, place in at.items()} == {"R1": "A", "R2": "B"}


def test_closed_lanes_and_nodes_are_not_entered() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "P3"])
    t.close("B>C")
    assert t.extend("R1") == 0
    assert t.cut() == ["R1"]
    assert t.why("R1") == Wait(Reason.CLOSED, None, "C")
    t.open("B>C")
    t.close("C")
    assert t.why("R1") == Wait(Reason.CLOSED, None, "C")
    t.open("C")
    assert t.extend("R1") == 4


def test_what_is_released_stays_released_when_it_is_closed() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "P3"])
    t.extend("R1", limit=3)
    t.close("B")
    assert t.cut() == []
    assert t.extend("R1") == 1


def test_two_robots_reported_at_one_node_both_wait_for_a_person() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "P3"])
    t.extend("R1", limit=2)
    assert t.place("R2", "B") == Wait(Reason.CLASH, "R1", "B")
    assert t.extend("R1") == 0
    assert t.why("R1") == Wait(Reason.CLASH, "R2", "B")
    assert t.why("R2") == Wait(Reason.CLASH, "R1", "B")
    assert t.place("R2", "P2") is None
    assert t.extend("R1") == 2


def test_R22_a_robot_cancelled_between_nodes_covers_both_until_it_moves_on() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R1", "A", also=["B"])
    assert t.occupancy() == {"A": "R1", "B": "R1"}
    assert t.why("R1") == Wait(Reason.NO_ROUTE, None, "A")
    assert t.route("R1", ["A", "P1"]) is None
    assert t.extend("R1") == 1
    t.passed("R1", 1)
    assert t.occupancy() == {"P1": "R1"}


def contradicting() -> Traffic:
    """R2 is said to stand where R1 was let through."""
    records = [Record("R2", ("B",)), Record("R1", ("P1", "A", "B", "C", "P3"), passed=1, released=3)]
    t = Traffic.restore(corridor(), records, bays=BAYS, lookahead=FAR_AHEAD)
    assert t.extend("R1") == 0
    assert t.why("R1").reason is Reason.CLASH
    return t


def test_R121_a_clash_of_old_records_ends_when_the_other_says_where_it_stands() -> None:
    t = contradicting()
    assert t.place("R2", "D") is None
    assert t.occupancy() == {"A": "R1", "B": "R1", "C": "R1", "D": "R2"}
    assert t.extend("R1") == 1


def test_R121_a_clash_of_old_records_ends_when_the_robot_is_past_the_place() -> None:
    t = contradicting()
    assert t.passed("R1", 2)
    assert t.why("R1").reason is Reason.CLASH
    assert t.passed("R1", 3)
    assert t.occupancy() == {"C": "R1", "B": "R2"}
    assert t.extend("R1") == 1


def test_R123_a_robot_put_where_it_stands_keeps_its_route_and_its_part_of_the_plan() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R2", "P2")
    assert t.route("R1", ["P1", "A", "B", "E", "B", "C", "P3"], start=10) is None
    assert t.extend("R1", limit=13) == 3
    assert t.route("R2", ["P2", "D", "C", "B", "A", "P1"]) is None
    t.passed("R1", 11)
    t.freeze("R1")
    assert t.cut() == ["R2"]
    assert t.place("R1", "A", also=["B"]) is None
    assert t.occupancy() == {"A": "R1", "B": "R1", "P2": "R2"}
    assert t.state("R1") == Record("R1", ("A", "B", "E", "B", "C", "P3"), also=("B",), stopped=True)
    t.thaw("R1")
    assert t.cut() == []
    assert [place for name, place in t.plan() if name == "R1"][-1] == 5
    assert t.place("R1", "C") is None
    assert not t.leads_on("R1")


def test_nodes_too_near_are_never_held_by_two() -> None:
    nodes = [Node("P1", 0, 0), Node("A", 2000, 0), Node("B", 2000, 500), Node("P2", 0, 4000), Node("C", 0, 2000)]
    pairs = [("P1", "A"), ("A", "P1"), ("P2", "B"), ("B", "P2"), ("P1", "C"), ("C", "P1"), ("P2", "C"), ("C", "P2")]
    t = Traffic(Roadmap(nodes, [Lane(a, b, 1000) for a, b in pairs]), bays=["P1", "P2"], clearance=900)
    t.place("R1", "P1")
    t.place("R2", "P2")
    assert t.route("R1", ["P1", "A", "P1"]) is None
    assert t.route("R2", ["P2", "B", "P2"]) is None
    assert t.extend("R1", limit=1) == 1
    assert t.extend("R2") == 0
    assert t.why("R2") == Wait(Reason.HELD, "R1", "B")


def test_the_longest_waiting_is_asked_first() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R2", "P2")
    t.place("R3", "P3")
    t.route("R3", ["P3", "C", "B", "E", "B", "C", "P3"])
    t.extend("R3", limit=1)
    t.route("R2", ["P2", "D", "C", "D", "P2"])
    t.route("R1", ["P1", "A", "B", "C", "B", "A", "P1"])
    t.extend("R2", limit=1)
    assert t.extend("R2") == 0
    assert t.extend("R3", limit=2) == 1
    assert t.extend("R1") == 1
    assert t.extend("R1") == 0
    assert t.wanting()[:2] == ["R2", "R1"]


def test_R121_restore_gives_the_same_reservations_and_refuses_contradictions() -> None:
    t = traffic()
    t.place("R1", "P1")
    t.place("R2", "A", also=["B"])
    t.freeze("R2")
    t.place("R3", "P3")
    t.route("R3", ["P3", "C", "D", "P2"], start=5)
    t.extend("R3", limit=6)
    again = Traffic.restore(corridor(), t.snapshot(), bays=BAYS, lookahead=FAR_AHEAD, plan=t.plan())
    assert again.snapshot() == t.snapshot()
    assert again.occupancy() == t.occupancy()
    assert [again.why(name) for name in ("R1", "R2", "R3")] == [t.why(name) for name in ("R1", "R2", "R3")]
    with pytest.raises(TrafficError):
        Traffic.restore(corridor(), [Record("R1", ("P1", "A"), 0, 1, 0)], bays=BAYS)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("reason", list(Reason))
def test_R124_every_reason_has_words(reason: Reason, language: str) -> None:
    words = Wait(reason, "R7", "N1").words(language)
    assert words.text
    assert "{" not in str(words)


def lift_in_the_corridor() -> Traffic:
    """The corridor with a lift: C is its cabin, B and D its landings, so robots wait at A."""
    plain = corridor()
    return Traffic(Roadmap(plain.nodes, plain.lanes, [["C"]], ["B", "D"]), bays=BAYS, lookahead=Lookahead(nodes=1))


def test_a_lift_and_its_landings_are_released_in_one_go_or_not_at_all() -> None:
    t = lift_in_the_corridor()
    t.place("R1", "P1")
    assert t.route("R1", ["P1", "A", "B", "C", "D", "P2"]) is None
    assert t.extend("R1", 1) == 1
    t.place("R2", "D")
    assert t.extend("R1") == 0
    assert t.why("R1") == Wait(Reason.GOING, None, "A")
    t.remove("R2")
    assert t.extend("R1") == 4
    assert t.occupancy() == dict.fromkeys(["P1", "A", "B", "C", "D", "P2"], "R1")


def test_what_was_released_and_never_told_can_be_taken_back_and_given_again() -> None:
    t = lift_in_the_corridor()
    t.place("R1", "P1")
    t.route("R1", ["P1", "A", "B", "C", "D", "P2"])
    assert t.extend("R1") == 5
    t.give_back("R1", 1)
    assert t.occupancy() == {"P1": "R1", "A": "R1"}
    assert (t.cut(), t.plan()) == ([], [("R1", 5)])
    t.give_back("R1", 1)
    assert t.extend("R1") == 4
    t.give_back("R1", 0)
    t.close("B>C")
    assert t.cut() == ["R1"]
    assert t.extend("R1") == 0

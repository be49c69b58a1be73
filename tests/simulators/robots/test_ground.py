"""Two robots on one place are found, at the moment when the second takes it, and no others."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from simulators.robots.body import Body, Leg
from simulators.robots.config import RobotConfig
from simulators.robots.ground import Ground, places_shared
from simulators.robots.motion import Pose, plan


class Leaf:
    """A door on the lane B>C, open or not."""

    def __init__(self) -> None:
        self.id, self.harmless = "D", True
        self.lanes: tuple[tuple[str, str], ...] = (("C", "B"),)
        self.on_leaving: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Stop:
    id: str
    cabin: str
    landing: str


class Cabin:
    """A lift with nodes C and D in its cabin, behind the landings B and A; it stands open at a floor, or nowhere."""

    def __init__(self) -> None:
        self.id, self.stops = "U", (Stop("1", "C", "B"), Stop("2", "D", "A"))
        self.floor: str | None = "1"
        self.open = self.fell = False
        self.on_leaving: Callable[[], None] = lambda: None

    def harmless_at(self, floor: str) -> bool:
        return (self.open and self.floor == floor) or self.fell


NODES = {name: Pose(9000 * number, 0, 0) for number, name in enumerate("ABCD")}


@dataclass
class Thing:
    body: Body


class Floor:
    """Bodies R1, R2 … on a line of nodes, and a clock."""

    def __init__(self, *nodes: str, lifts: bool = False) -> None:
        self.time = 0.0
        self.door, self.lift = Leaf(), Cabin()
        self.bodies: dict[str, Body] = {}
        for number, node in enumerate(nodes, 1):
            config = RobotConfig("GenbaSim", f"R{number}", node, int(NODES[node].x), 0)
            self.bodies[config.serial] = Body(config, lambda: self.time)
        things = {serial: Thing(body) for serial, body in self.bodies.items()}
        self.ground = Ground(things, doors=[self.door], lifts=[self.lift] if lifts else [])

    def drive(self, serial: str, to: str) -> None:
        """Let a robot that stands on a node begin its way."""
        body = self.bodies[serial]
        leg = Leg(f"{body.node}>{to}", body.node, to, body.pose, NODES[to], 9000)
        body.enter(leg)
        body.roll(plan(leg.length, 0, 1500, 0, 800))

    @property
    def meetings(self) -> list[str]:
        return list(self.ground.meetings)


def test_two_that_start_on_one_node_meet_there() -> None:
    assert Floor("A", "B", "A").meetings == ["R1 and R3 on A"]


def test_who_takes_a_node_before_the_other_has_left_it_meets_it() -> None:
    floor = Floor("A", "B")
    floor.drive("R2", "C")
    floor.drive("R1", "B")
    assert floor.meetings == ["R1 and R2 on B"]


def test_who_takes_a_node_that_the_other_has_left_does_not() -> None:
    floor = Floor("A", "B")
    floor.drive("R2", "C")
    floor.time = 3.0
    floor.drive("R1", "B")
    assert floor.meetings == []


def test_two_on_one_lane_from_both_sides_meet_on_it() -> None:
    floor = Floor("A", "B")
    floor.drive("R1", "B")
    floor.drive("R2", "A")
    assert floor.meetings == ["R1 and R2 on B", "R1 and R2 on A", "R1 and R2 on A-B"]


def test_one_that_arrives_without_a_move_takes_where_it_arrives() -> None:
    floor = Floor("A", "B")
    floor.bodies["R1"].enter(Leg("A>B", "A", "B", NODES["B"], NODES["B"], 0))
    floor.bodies["R1"].arrive()
    assert floor.meetings == ["R1 and R2 on B"]


def test_one_that_is_put_or_said_to_be_where_another_stands_meets_it() -> None:
    floor = Floor("A", "B", "C")
    floor.bodies["R2"].place(NODES["A"], "A", "floor1")
    floor.bodies["R2"].stand_on("C")
    assert floor.meetings == ["R1 and R2 on A", "R2 and R3 on C"]


@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["R1", "R2", "R3"]), st.sampled_from(["next", "back", "stop"]), st.floats(0, 4)),
        max_size=15,
    )
)
def test_it_finds_all_that_somebody_who_always_looks_finds(moves: list[tuple[str, str, float]]) -> None:
    floor = Floor("A", "B", "D")
    seen: set[tuple[str, str, str]] = set()
    for serial, what, seconds in moves:
        body = floor.bodies[serial]
        order = list(NODES) if what == "next" else list(NODES)[::-1]
        if what == "stop":
            body.freeze()
        elif body.node and order.index(body.node) < len(order) - 1:
            floor.drive(serial, order[order.index(body.node) + 1])
        elif body.leg is not None and not body.moving:
            body.roll(plan(body.leg.length - body.travelled, 0, 1500, 0, 800))
        for _ in range(40):
            floor.time += seconds / 40
            for one in floor.bodies.values():
                if one.leg is not None and one.leg.length - one.travelled < 1:
                    one.arrive()
            for (first, one), (second, other) in itertools.combinations(floor.bodies.items(), 2):
                common = set(one.occupancy.nodes) & set(other.occupancy.nodes)
                seen |= {(first, second, node) for node in common}
    found = {(words[0], words[2], words[4]) for words in map(str.split, floor.meetings)}
    assert seen <= found


def test_nodes_nearer_than_the_largest_footprint_are_one_place() -> None:
    nodes = [{"id": name, "x": x, "y": 0} for name, x in (("A", 0), ("B", 999), ("C", 1999))]
    types = [{"footprint": {"length": 800, "width": 600}}, {"footprint": {"length": 300, "width": 300}}, {}]
    assert places_shared({"robot_types": types, "roadmap": {"nodes": nodes}}) == {"A": ("A~B",), "B": ("A~B",)}
    assert places_shared({"robot_types": [{}], "roadmap": {"nodes": nodes}}) == {}


def test_two_on_nodes_that_share_a_place_meet_there() -> None:
    floor = Floor("A", "C")
    floor.ground = Ground({name: Thing(body) for name, body in floor.bodies.items()}, {"A": ("A~B",), "B": ("A~B",)})
    floor.drive("R2", "B")
    assert floor.meetings == ["R1 and R2 on A~B"]


def test_who_drives_through_a_door_that_is_not_open_meets_it() -> None:
    floor = Floor("A", "B")
    floor.door.harmless = False
    floor.drive("R1", "B")
    floor.time = 9.0
    assert floor.meetings == ["R1 and R2 on B"]
    floor.drive("R2", "C")
    assert floor.meetings[1:] == ["R2 in door D"]


def test_a_door_that_leaves_open_meets_whom_it_finds_on_its_lane() -> None:
    floor = Floor("B")
    floor.drive("R1", "C")
    floor.time = 3.0
    floor.door.on_leaving()
    assert floor.meetings == []
    floor.door.harmless = False
    floor.door.on_leaving()
    assert floor.meetings == ["R1 in door D"]


def test_who_stands_at_the_end_of_the_lane_stands_beside_the_door() -> None:
    floor = Floor("B")
    floor.drive("R1", "C")
    floor.time = 1.0
    floor.bodies["R1"].freeze()
    assert floor.bodies["R1"].travelled <= 400
    floor.door.harmless = False
    floor.door.on_leaving()
    assert floor.meetings == []


def test_one_that_enters_a_lift_meets_it_where_it_does_not_stand_open() -> None:
    for at, is_open, meetings in (("1", True, []), ("1", False, ["1"]), ("2", True, ["1"]), (None, False, ["1"])):
        floor = Floor("B", lifts=True)
        floor.lift.floor, floor.lift.open = at, is_open
        floor.drive("R1", "C")
        floor.time = 2.0
        floor.lift.on_leaving()
        assert floor.meetings == [f"R1 in the door of lift U on floor {one}" for one in meetings]


def test_a_lift_that_is_called_away_meets_who_is_in_its_door_and_one_that_fell_shut_does_not() -> None:
    for fell in (True, False):
        floor = Floor("B", lifts=True)
        floor.lift.open = True
        floor.drive("R1", "C")
        floor.time = 2.0
        floor.lift.open, floor.lift.fell = False, fell
        floor.lift.on_leaving()
        assert bool(floor.meetings) is not fell


def test_two_in_one_cabin_meet_whatever_floor_they_think_they_are_on() -> None:
    assert Floor("C", "D", lifts=True).meetings == ["R1 and R2 on lift U"]


def test_one_that_takes_itself_for_being_on_another_floor_than_its_lift_is_found() -> None:
    for at, meetings in (("2", []), ("1", ["R1 out of lift U on floor 2"]), (None, ["R1 out of lift U on floor 2"])):
        floor = Floor("C", lifts=True)
        floor.lift.floor = at
        floor.bodies["R1"].place(NODES["D"], "D", "floor2")
        assert floor.meetings == meetings


def test_nodes_of_two_floors_are_no_one_place() -> None:
    nodes = [{"id": "A", "x": 0, "y": 0}, {"id": "B", "x": 0, "y": 0, "map": "floor2"}]
    types = [{"footprint": {"length": 800, "width": 600}}]
    assert places_shared({"robot_types": types, "roadmap": {"nodes": nodes}}) == {}

"""When a robot charges, and when it does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.fleet.charging import Battery, Charger, Decision, Do, decide
from edge.fleet.reasons import Power, words

C1, C2 = Charger("C1", "5"), Charger("C2", "9")


def line(start: str, end: str) -> int | None:
    return None if "nowhere" in (start, end) else abs(int(start) - int(end))


def robot(name: str, percent: int, *, idle: bool = True, charger: str | None = None, node: str = "0") -> Battery:
    return Battery(name, node, percent, idle, charger)


def test_a_low_robot_goes_to_the_nearest_free_charger_when_its_job_is_done() -> None:
    assert decide([robot("R1", 20)], [C2, C1], line) == [Decision("R1", Do.GO, Power.LOW, "C1")]
    assert decide([robot("R1", 20, idle=False)], [C1], line) == [Decision("R1", Do.NOTHING, Power.WORKING)]
    assert decide([robot("R1", 20)], [Charger("C1", "5", free=False), C2], line)[0].charger == "C2"


def test_a_nearly_empty_robot_charges_whatever_it_does_and_whatever_is_urgent() -> None:
    found = decide([robot("R1", 10, idle=False)], [C1], line, jobs_waiting=9, cutoff_minutes=5, robots_needed=5)
    assert found == [Decision("R1", Do.GO, Power.EMPTY, "C1")]


def test_the_emptiest_gets_the_last_charger_and_the_other_is_told() -> None:
    found = decide([robot("R1", 22), robot("R2", 12)], [C1], line)
    assert found == [Decision("R1", Do.NOTHING, Power.NO_CHARGER), Decision("R2", Do.GO, Power.LOW, "C1")]


def test_a_charger_out_of_reach_is_said_so() -> None:
    assert decide([robot("R1", 20)], [Charger("C1", "nowhere")], line) == [Decision("R1", Do.NOTHING, Power.NO_WAY)]


def test_an_idle_robot_uses_the_time_to_charge_unless_it_is_nearly_full() -> None:
    assert decide([robot("R1", 60)], [C1], line) == [Decision("R1", Do.GO, Power.IDLE, "C1")]
    assert decide([robot("R1", 75)], [C1], line) == [Decision("R1", Do.NOTHING, Power.ENOUGH)]
    assert decide([robot("R1", 60)], [C1], line, jobs_waiting=1) == [Decision("R1", Do.NOTHING, Power.ENOUGH)]


def test_charging_ends_when_full_or_when_work_waits_and_it_has_enough() -> None:
    at = robot("R1", 80, charger="C1")
    assert decide([at], [C1], line) == [Decision("R1", Do.LEAVE, Power.FULL)]
    assert decide([robot("R1", 40, charger="C1")], [C1], line) == [Decision("R1", Do.STAY, Power.GOES_ON, "C1")]
    found = decide([robot("R1", 40, charger="C1"), robot("R2", 50, charger="C2")], [C1, C2], line, jobs_waiting=1)
    assert [decision.do for decision in found] == [Do.STAY, Do.LEAVE]
    assert found[1].why is Power.WORK_WAITS
    assert decide([robot("R1", 30, charger="C1")], [C1], line, jobs_waiting=1)[0].do is Do.STAY


def test_a_charged_robot_leaves_its_charger_to_one_that_needs_it() -> None:
    found = decide([robot("R1", 60, charger="C1"), robot("R2", 15)], [C1], line)
    assert found[0] == Decision("R1", Do.LEAVE, Power.OTHERS_NEED_IT)


def test_before_a_cutoff_those_that_last_go_on_working() -> None:
    low = [robot(f"R{n}", 23) for n in range(4)]
    found = decide(low, [C1, C2], line, jobs_waiting=9, cutoff_minutes=45, robots_needed=1)
    assert {decision.why for decision in found} == {Power.CUTOFF_FIRST}


def test_before_a_cutoff_never_more_charge_than_can_be_spared() -> None:
    low = [robot(f"R{n}", 15) for n in range(4)]
    chargers = [Charger(f"C{n}", "5") for n in range(4)]
    found = decide(low, chargers, line, jobs_waiting=9, cutoff_minutes=50, robots_needed=3)
    assert [decision.do for decision in found].count(Do.GO) == 1


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 100), st.booleans(), st.booleans()), max_size=8),
    st.integers(0, 4),
    st.integers(0, 5),
    st.none() | st.integers(0, 120),
    st.integers(0, 8),
)
def test_one_robot_per_charger_and_one_decision_per_robot(
    fleet: list[tuple[int, bool, bool]], free: int, waiting: int, cutoff: int | None, needed: int
) -> None:
    robots = [
        robot(f"R{n}", percent, idle=idle, charger=f"OWN{n}" if charging else None)
        for n, (percent, idle, charging) in enumerate(fleet)
    ]
    chargers = [Charger(f"OWN{n}", "3") for n in range(len(fleet))] if not free else []
    chargers = [charger for charger in chargers if any(charger.id == body.charger for body in robots)]
    chargers += [Charger(f"C{n}", "5") for n in range(free)]
    found = decide(robots, chargers, line, jobs_waiting=waiting, cutoff_minutes=cutoff, robots_needed=needed)
    assert [decision.robot for decision in found] == sorted(body.id for body in robots)
    targets = [decision.charger for decision in found if decision.do in (Do.GO, Do.STAY)]
    assert len(targets) == len(set(targets))
    at_work = sum(1 for body in robots if body.charger is None and body.percent > 10)
    gone = sum(1 for decision in found if decision.do is Do.GO and decision.why is not Power.EMPTY)
    back = sum(1 for decision in found if decision.do is Do.LEAVE)
    if cutoff is not None and cutoff <= 60 and gone:
        assert at_work + back - gone >= needed


@pytest.mark.parametrize("reason", list(Power))
def test_R124_every_reason_has_words(reason: Power) -> None:
    assert words(reason, "ja").text
    assert words(reason, "en").text

"""One task under our care, without a manager: what is asked next after any answers (R29, R80)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.fms.events import Accepted, CancelUnconfirmed, Contradicted, Event, Unconfirmed
from drivers.fms.messages import Kind, Task, TaskReport, TaskState
from drivers.fms.port import Busy, Denied, FmsError, NotReached, Refused, TooLate, Unanswered
from drivers.fms.pursuit import ALARM_AFTER, SLOWLY, Pursuit, Step

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TASK = Task("T1", Kind.CARRY, "B", source="A", robot="F1")
ENDS = ("Done", "Failed", "Rejected", "Cancelled", "Lost")
ERRORS: list[FmsError] = [
    NotReached("x"),
    Unanswered("x"),
    Denied("x"),
    Busy("x", 3.0),
    Refused("c", "x"),
    TooLate("x"),
]


def report(state: str, revision: int = 0, **more: str | None) -> TaskReport:
    return TaskReport("T1", TaskState(state), revision, more.get("robot"), state, target=more.get("target"))


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_creation_that_surely_did_not_arrive_is_sent_again_at_once_another_only_after_asking() -> None:
    pursuit = Pursuit(TASK, NOW, fresh=True)
    assert pursuit.next(NOW) is Step.CREATE
    pursuit.on_error(Step.CREATE, NotReached("no route"), NOW)
    later = NOW + timedelta(seconds=2)
    assert pursuit.next(later) is Step.CREATE
    pursuit.on_error(Step.CREATE, Unanswered("500"), later)
    assert pursuit.next(later) is None
    assert pursuit.next(later + timedelta(seconds=3)) is Step.QUERY


def test_unknown_must_be_said_three_times_over_ten_seconds() -> None:
    pursuit = Pursuit(TASK, NOW, fresh=False)
    steps = []
    for second in range(0, 14, 2):
        moment = NOW + timedelta(seconds=second)
        step = pursuit.next(moment)
        steps.append(step)
        if step is Step.QUERY:
            pursuit.on_unknown(moment)
    assert steps == [Step.QUERY] * 6 + [Step.CREATE]


def test_somebody_is_told_once_when_nobody_answers_and_it_goes_on_slowly() -> None:
    pursuit, now = Pursuit(TASK, NOW, fresh=True), NOW
    told: list[Event] = []
    tries = []
    while now < NOW + timedelta(minutes=5):
        step = pursuit.next(now)
        if step is not None:
            tries.append(now)
            told += pursuit.on_error(step, Unanswered("500"), now)
        now += timedelta(seconds=1)
    assert told == [Unconfirmed("T1", ALARM_AFTER, "500")]
    assert {later - before for before, later in zip(tries[ALARM_AFTER:], tries[ALARM_AFTER + 1 :], strict=False)} == {
        SLOWLY
    }


def test_R80_a_cancel_that_is_taken_and_not_done_is_told() -> None:
    pursuit, now = Pursuit(TASK, NOW, fresh=True), NOW
    pursuit.on_report(report("assigned"), now, Step.CREATE)
    pursuit.cancel(now)
    told: list[Event] = []
    for _ in range(60):
        if pursuit.next(now) is Step.CANCEL:
            told += pursuit.on_report(report("assigned"), now, Step.CANCEL)
        now += timedelta(seconds=1)
    assert [event for event in told if isinstance(event, CancelUnconfirmed)]
    assert len(told) == 1


def test_late_words_change_nothing() -> None:
    pursuit = Pursuit(TASK, NOW, fresh=True)
    pursuit.on_report(report("queued", 1), NOW, Step.CREATE)
    pursuit.on_report(report("carrying", 5, robot="F1"), NOW)
    assert pursuit.on_report(report("assigned", 3, robot="F1"), NOW) == []
    assert pursuit.state is TaskState.CARRYING
    assert kinds(pursuit.on_report(report("done", 6), NOW)) == ["Done"]
    assert pursuit.on_report(report("carrying", 5), NOW) == []
    assert pursuit.on_report(report("done", 6), NOW) == []


@pytest.mark.parametrize(
    "wrong",
    [report("assigned", robot="F9"), report("queued", target="C"), report("unknown")],
)
def test_what_cannot_be_is_told_once(wrong: TaskReport) -> None:
    pursuit = Pursuit(TASK, NOW, fresh=True)
    assert kinds(pursuit.on_report(wrong, NOW))[-1] == "Contradicted"
    assert Contradicted not in map(type, pursuit.on_report(wrong, NOW))
    assert not pursuit.ended


@pytest.mark.parametrize("state", ["queued", "assigned"])
def test_R29_a_load_that_was_picked_is_not_unpicked_by_a_word(state: str) -> None:
    pursuit = Pursuit(TASK, NOW, fresh=True)
    pursuit.on_report(report("carrying"), NOW)
    assert kinds(pursuit.on_report(report(state), NOW)) == ["Contradicted"]
    assert pursuit.picked


def test_another_end_after_the_end_is_told_and_not_believed() -> None:
    pursuit = Pursuit(TASK, NOW, fresh=True)
    pursuit.on_report(report("done"), NOW)
    assert kinds(pursuit.on_report(report("failed"), NOW)) == ["Contradicted"]
    assert pursuit.next(NOW) is None


def test_a_task_that_is_done_at_its_creation_is_asked_for_once_more() -> None:
    pursuit = Pursuit(TASK, NOW, fresh=True)
    assert pursuit.on_report(report("done"), NOW, Step.CREATE) == [Accepted("T1")]
    assert pursuit.next(NOW) is Step.QUERY
    assert kinds(pursuit.on_report(report("done"), NOW, Step.QUERY)) == ["Done"]


def test_a_task_that_was_never_sent_is_cancelled_without_a_word_to_anybody() -> None:
    pursuit = Pursuit(TASK, NOW, fresh=True)
    assert kinds(pursuit.cancel(NOW)) == ["Cancelled"]
    assert pursuit.next(NOW) is None


STATES = st.sampled_from([state.value for state in TaskState])
WORDS = st.one_of(
    st.tuples(st.just("report"), STATES, st.integers(0, 6)),
    st.tuples(st.just("unknown"), st.just(""), st.just(0)),
    st.tuples(st.just("error"), st.just(""), st.integers(0, len(ERRORS) - 1)),
    st.tuples(st.just("cancel"), st.just(""), st.just(0)),
    st.tuples(st.just("interrupted"), st.just(""), st.just(0)),
)


@given(st.lists(st.tuples(WORDS, st.integers(0, 40)), max_size=40), st.booleans())
def test_R29_whatever_is_answered_nothing_is_made_twice_and_there_is_one_end(
    words: list[tuple[tuple[str, str, int], int]],
    fresh: bool,
) -> None:
    pursuit, now = Pursuit(TASK, NOW, fresh=fresh), NOW
    known, ends, revived = False, 0, 0
    for (what, state, number), seconds in words:
        now += timedelta(seconds=seconds)
        step = pursuit.next(now)
        assert not (known and step is Step.CREATE)
        assert not (pursuit.ended and step is not None)
        was_over = pursuit.ended
        events: list[Event] = []
        if what == "report":
            events = pursuit.on_report(report(state, number), now, step)
        elif what == "unknown" and step is not Step.CREATE:
            events = pursuit.on_unknown(now)
        elif what == "error" and step is not None:
            events = pursuit.on_error(step, ERRORS[number], now)
        elif what == "cancel":
            events = pursuit.cancel(now)
        elif what == "interrupted" and step is not None:
            pursuit.interrupted(step)
        known |= Accepted("T1") in events
        revived += was_over and not pursuit.ended
        ends += sum(kind in ENDS for kind in kinds(events))
        assert ends <= 1 + revived
        assert pursuit.ended == (ends == 1 + revived)

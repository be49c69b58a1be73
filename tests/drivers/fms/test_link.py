"""The link against the simulated manager: whatever is lost, late, doubled or untrue, a task is done once or told."""

from math import dist
from typing import Any

import pytest

from drivers.fms.events import Assigned, Cancelled, Contradicted, Done, Failed, Lost, Rejected, RobotSeen
from drivers.fms.messages import Kind, Task
from tests.drivers.fms.bench import ENDS, PLACES, Bench, carry, live


def test_a_task_is_made_assigned_picked_and_done() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry(), fresh=True)
        assert await bench.until("Done") == Done("T1", "F1")
        assert bench.kinds() == ["Accepted", "Assigned", "Picked", "Done"]
        assert bench.yard.robots["F1"].place == "B"
        assert bench.link.link.up

    live(story)


def test_robots_are_told_when_they_change_and_when_they_leave() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(Task("M1", Kind.MOVE, "B", robot="F1"), fresh=True)
        await bench.until("Done")
        seen = [event.report for event in bench.events if isinstance(event, RobotSeen)]
        assert len({(report.x, report.y) for report in seen}) > 3
        assert seen[-1].odometer == round(dist(PLACES["C"], PLACES["B"]))
        del bench.yard.robots["F1"]
        await bench.until("RobotGone")
        assert bench.link.robots == {}

    live(story)


@pytest.mark.parametrize("callbacks", [False, True])
@pytest.mark.parametrize(
    "trouble",
    [
        {"lost_before": 0.4},
        {"lost_after": 0.4},
        {"busy": 0.5},
        {"rubbish": 0.4},
        {"lost_before": 0.2, "lost_after": 0.2, "busy": 0.2, "rubbish": 0.2},
        {"silent_callbacks": 0.5, "double_callbacks": 0.5},
    ],
)
def test_whatever_answers_are_lost_each_task_is_made_and_done_once(trouble: dict[str, Any], *, callbacks: bool) -> None:
    async def story(bench: Bench) -> None:
        for name, value in trouble.items():
            setattr(bench.trouble, name, value)
        keys = [f"T{number}" for number in range(6)]
        for key in keys:
            bench.link.want(carry(key), fresh=True)
        for key in keys:
            await bench.until("Done", 1200, key)
        assert bench.yard.made == len(keys)
        for key in keys:
            assert [kind for kind in bench.kinds(key) if kind in ENDS] == ["Done"]

    for seed in (1, 2):
        live(story, seed, callbacks=callbacks, robots={"F1": "A", "F2": "C"})


def test_a_lost_answer_is_asked_for_by_our_key_so_that_a_heedless_manager_makes_no_second_task() -> None:
    async def story(bench: Bench) -> None:
        bench.yard.heedless = True
        bench.trouble.lost_after = 1.0
        bench.link.want(carry(), fresh=True)
        await bench.rest(1.5)
        bench.trouble.lost_after = 0.0
        await bench.until("Done")
        assert bench.yard.made == 1

    live(story)


def test_a_creation_that_comes_late_is_not_sent_twice() -> None:
    async def story(bench: Bench) -> None:
        bench.yard.heedless = True
        await bench.until("RobotSeen")
        bench.trouble.slow_s = 12.0  # the client gives up after ten
        bench.link.want(carry(), fresh=True)
        await bench.rest(5)
        bench.trouble.slow_s = 0.0
        await bench.until("Done")
        assert bench.yard.made == 1

    live(story)


def test_our_restart_takes_up_what_the_manager_has() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry(), fresh=True)
        await bench.until("Picked")
        await bench.boot()
        bench.link.want(carry(), fresh=False)
        await bench.until("Done")
        assert bench.yard.made == 1

    live(story)


def test_our_restart_makes_what_the_manager_never_had() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry(), fresh=False)
        await bench.until("Done")
        assert bench.yard.made == 1

    live(story)


def test_R29_a_manager_that_forgot_a_task_is_told_and_the_task_not_made_again() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry(), fresh=True)
        await bench.until("Picked")
        bench.yard.restart()
        assert await bench.until("Lost") == Lost("T1", picked=True)
        await bench.rest(60)
        assert bench.yard.made == 1

    live(story)


def test_a_manager_that_is_away_holds_tasks_up_and_the_link_says_so() -> None:
    async def story(bench: Bench) -> None:
        await bench.until("RobotSeen")
        bench.line.faults.down = True
        bench.link.want(carry(), fresh=True)
        await bench.rest(120)
        assert not bench.link.link.up
        assert bench.kinds() == []
        bench.line.faults.down = False
        await bench.until("Done")
        assert bench.yard.made == 1

    live(story)


def test_a_definite_no_ends_the_task_with_the_managers_code() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry(target="NOWHERE"), fresh=True)
        rejected = await bench.until("Rejected")
        assert isinstance(rejected, Rejected)
        assert (rejected.code, bench.yard.made) == ("unknown_place", 0)

    live(story)


def test_a_token_that_is_not_taken_is_the_links_trouble_not_the_tasks() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry(), fresh=True)
        await bench.rest(60)
        assert not bench.link.link.up
        assert "401" in (bench.link.link.error or "")
        assert bench.kinds() == []

    live(story, token="wrong")


def test_a_cancel_before_the_pick_ends_it_and_one_after_says_so() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry("T1"), fresh=True)
        await bench.until("Assigned")
        bench.link.cancel("T1")
        assert await bench.until("Cancelled") == Cancelled("T1", picked=False)
        bench.events.clear()
        bench.link.want(carry("T2"), fresh=True)
        await bench.until("Picked")
        bench.link.cancel("T2")
        assert await bench.until("Cancelled") == Cancelled("T2", picked=True)

    live(story)


def test_a_cancel_that_comes_too_late_waits_for_the_end() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(Task("T1", Kind.MOVE, "C"), fresh=True)  # it stands there
        await bench.until("Accepted")
        bench.link.cancel("T1")
        await bench.until("Done")
        assert bench.kinds()[-1] == "Done"

    live(story)


def test_R80_a_lost_cancel_is_repeated_until_it_shows() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(Task("T1", Kind.MOVE, "FAR"), fresh=True)
        await bench.until("Assigned")
        bench.trouble.lost_before = 0.7
        bench.link.cancel("T1")
        await bench.until("Cancelled")
        assert [kind for kind in bench.kinds() if kind in ENDS] == ["Cancelled"]
        assert bench.yard.robots["F1"].x < 200_000

    for seed in range(5):
        live(story, seed)


def test_a_robot_that_breaks_down_fails_the_task_and_says_whether_the_load_is_aboard() -> None:
    async def story(bench: Bench) -> None:
        bench.link.want(carry(), fresh=True)
        await bench.until("Picked")
        bench.yard.robots["F1"].errors = ["motor"]
        assert await bench.until("Failed") == Failed("T1", "motor", picked=True)

    live(story)


def test_a_state_nobody_knows_is_told_and_neither_begins_nor_ends_anything() -> None:
    async def story(bench: Bench) -> None:
        bench.trouble.words = {"carrying": "levitating"}
        bench.link.want(carry(), fresh=True)
        assert await bench.until("Contradicted") == Contradicted("T1", "state levitating")
        await bench.until("Done")
        assert bench.kinds() == ["Accepted", "Assigned", "Contradicted", "Done"]

    live(story)


def test_a_manager_that_thinks_of_another_target_is_not_believed() -> None:
    async def story(bench: Bench) -> None:
        bench.trouble.other_target = "CHARGER"
        bench.link.want(carry(), fresh=True)
        await bench.until("Unconfirmed")
        assert bench.kinds() == ["Contradicted", "Unconfirmed"]

    live(story)


def test_a_task_we_had_given_up_and_the_manager_does_after_all_is_cancelled() -> None:
    async def story(bench: Bench) -> None:
        await bench.until("RobotSeen")
        bench.trouble.slow_s = 40.0
        bench.link.want(carry(), fresh=True)
        await bench.rest(1)
        bench.trouble.slow_s = 0.0
        await bench.rest(10)
        bench.link.cancel("T1")
        await bench.until("Cancelled")
        await bench.until("Contradicted")
        await bench.rest(60)
        assert bench.kinds()[-1] == "Cancelled"
        assert bench.yard.jobs["T1"].state == "cancelled"
        assert bench.yard.robots["F1"].loads == []

    live(story)


def test_callbacks_bring_news_before_the_poll() -> None:
    async def story(bench: Bench) -> None:
        await bench.until("RobotSeen")
        bench.link.want(Task("T1", Kind.MOVE, "C"), fresh=True)
        await bench.until("Done", longest=1.5)
        assert Assigned("T1", "F1") in bench.events

    live(story, callbacks=True)

"""What any driver of a fleet management system owes (drivers/fms/port.py), to be run against it and its manager.

A driver for another maker subclasses `Conformance`, says in `stage` how its port is built and how its manager can be
made to fail, and gets all these tests. docs/fleets.md walks through it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar

import pytest

from drivers.fms.messages import Kind, Task, TaskState
from drivers.fms.port import FleetManager, FmsError, NotReached, Refused, TooLate, Unanswered

T = TypeVar("T")
Switch = Callable[[bool], None]


@dataclass(frozen=True)
class Stage:
    """A driver, its manager with one robot that stands at `near`, and switches for what can go wrong."""

    port: FleetManager
    near: str
    far: str
    robot: str
    made: Callable[[], int]
    """How many tasks the manager ever made."""
    away: Switch
    """Nobody listens any more."""
    deaf: Switch
    """Requests fail before anything is done."""
    mute: Switch
    """Requests fail after everything is done."""
    mad: Switch
    """Answers are rubbish."""


class Conformance:
    """The suite; `stage` is to be given."""

    def stage(self) -> AbstractAsyncContextManager[Stage]:
        """Return a stage for one test."""
        raise NotImplementedError

    def live(self, story: Callable[[Stage], Awaitable[None]]) -> None:
        """Run a story on a fresh stage; in virtual time where the driver allows it."""

        async def all_of_it() -> None:
            async with self.stage() as stage:
                await story(stage)

        asyncio.run(all_of_it())

    def test_a_task_is_made_found_and_ended(self) -> None:
        async def story(stage: Stage) -> None:
            made = await stage.port.create(Task("K1", Kind.MOVE, stage.far, robot=stage.robot))
            assert (made.key, made.target in (None, stage.far)) == ("K1", True)
            states = [made.state, *await seen(stage, "K1", TaskState.DONE)]
            assert TaskState.ASSIGNED in states
            assert TaskState.UNKNOWN not in states

        self.live(story)

    def test_the_same_key_is_the_same_task(self) -> None:
        async def story(stage: Stage) -> None:
            task = Task("K1", Kind.MOVE, stage.far)
            await asyncio.gather(*(stage.port.create(task) for _ in range(3)))
            assert stage.made() == 1

        self.live(story)

    def test_the_same_key_for_other_work_is_refused(self) -> None:
        async def story(stage: Stage) -> None:
            await stage.port.create(Task("K1", Kind.MOVE, stage.far))
            with pytest.raises(Refused):
                await stage.port.create(Task("K1", Kind.MOVE, stage.near))
            assert stage.made() == 1

        self.live(story)

    def test_what_cannot_be_done_is_refused_with_a_code(self) -> None:
        async def story(stage: Stage) -> None:
            with pytest.raises(Refused) as refused:
                await stage.port.create(Task("K1", Kind.MOVE, "no-such-place"))
            assert refused.value.code
            assert stage.made() == 0

        self.live(story)

    def test_every_key_is_answered_for(self) -> None:
        async def story(stage: Stage) -> None:
            keys = [f"K{number}" for number in range(5)]
            for key in keys[:3]:
                await stage.port.create(Task(key, Kind.MOVE, stage.far))
            answers = await stage.port.query(keys)
            assert sorted(report.key for report in answers.reports) == keys[:3]
            assert sorted(answers.unknown) == keys[3:]

        self.live(story)

    def test_a_cancelled_task_ends_and_an_unknown_one_is_unknown(self) -> None:
        async def story(stage: Stage) -> None:
            assert await stage.port.cancel("K9") is None
            await stage.port.create(Task("K1", Kind.MOVE, stage.far))
            for _ in range(2):
                assert await stage.port.cancel("K1") is not None
            await seen(stage, "K1", TaskState.CANCELLED)

        self.live(story)

    def test_what_is_done_cannot_be_cancelled(self) -> None:
        async def story(stage: Stage) -> None:
            await stage.port.create(Task("K1", Kind.MOVE, stage.near))
            await seen(stage, "K1", TaskState.DONE)
            with pytest.raises(TooLate):
                await stage.port.cancel("K1")

        self.live(story)

    def test_robots_are_told_with_what_is_known_of_them(self) -> None:
        async def story(stage: Stage) -> None:
            (robot,) = await stage.port.robots()
            assert (robot.robot, robot.online) == (stage.robot, True)
            assert robot.battery is None or 0 <= robot.battery <= 100

        self.live(story)

    def test_errors_say_what_is_known(self) -> None:
        async def story(stage: Stage) -> None:
            task = Task("K1", Kind.MOVE, stage.far)
            calls: list[Callable[[], Awaitable[object]]] = [
                lambda: stage.port.create(task),
                lambda: stage.port.cancel("K1"),
                lambda: stage.port.query(["K1"]),
                stage.port.robots,
            ]
            stage.away(True)
            assert [await failure(call) for call in calls] == [NotReached] * 4
            stage.away(False)
            stage.deaf(True)
            assert [await failure(call) for call in calls] == [Unanswered] * 4
            assert stage.made() == 0
            stage.deaf(False)
            stage.mute(True)
            assert await failure(calls[0]) is Unanswered
            stage.mute(False)
            assert [report.key for report in (await stage.port.query(["K1"])).reports] == ["K1"]
            stage.mad(True)
            assert [await failure(call) for call in calls] == [Unanswered] * 4

        self.live(story)


async def seen(stage: Stage, key: str, end: TaskState) -> list[TaskState]:
    """Ask for a task until it is at an end, and return the states on the way."""
    states: list[TaskState] = []
    async with asyncio.timeout(600):
        while True:
            answers = await stage.port.query([key])
            assert not answers.unknown
            states.append(answers.reports[0].state)
            if states[-1] is end:
                return states
            await asyncio.sleep(0.2)


async def failure(call: Callable[[], Awaitable[object]]) -> type[FmsError] | None:
    """Return which error a call raises, None when it raises none."""
    try:
        await call()
    except FmsError as error:
        return type(error)
    return None


Stages = AsyncIterator[Stage]

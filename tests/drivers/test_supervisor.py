"""The loop that keeps a link alive, in virtual time."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from drivers.supervisor import LONGEST_WAIT, Link, Supervisor
from simulators.world import loop as virtual

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)

Up = Callable[[], None]


def supervise(
    session: Callable[[Up], Awaitable[None]], seconds: float, changes: list[Link] | None = None
) -> tuple[Link, list[str]]:
    """Supervise a session for so long in virtual time; return the link at the end and the events logged."""

    async def main() -> Link:
        told = changes if changes is not None else []
        supervisor = Supervisor("x", session, now=virtual.clock(), dice=random.Random(1), on_change=told.append)
        task = asyncio.create_task(supervisor.run())
        await asyncio.sleep(seconds)
        assert not task.done(), task
        link = supervisor.link
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return link

    with capture_logs() as logs:
        link = virtual.run(main(), 1, START)
    return link, [str(entry["event"]) for entry in logs]


def test_I55_a_first_connect_that_fails_is_tried_again_and_said_once() -> None:
    tries = 0

    async def session(up: Up) -> None:
        nonlocal tries
        tries += 1
        if tries < 6:
            raise ConnectionRefusedError("nobody there")
        up()
        await asyncio.sleep(3600)

    changes: list[Link] = []
    link, events = supervise(session, 60, changes)
    assert link.up
    assert [change.up for change in changes] == [False, True]
    assert changes[0].error == "ConnectionRefusedError: nobody there"
    assert events == ["link.down", "link.up"]


def test_I15_tries_come_ever_later_up_to_a_cap_and_with_jitter() -> None:
    times: list[float] = []

    async def session(_up: Up) -> None:
        times.append(asyncio.get_running_loop().time())
        raise OSError

    supervise(session, 200)
    waits = [after - before for before, after in itertools.pairwise(times)]
    assert waits[0] < 0.25
    assert all(0.8 * LONGEST_WAIT <= wait <= 1.2 * LONGEST_WAIT for wait in waits[6:])
    assert len({round(wait, 6) for wait in waits}) == len(waits)


def test_P64_a_loss_and_a_return_are_each_said_once() -> None:
    async def session(up: Up) -> None:
        up()
        up()
        await asyncio.sleep(10)
        raise ConnectionResetError("cable")

    changes: list[Link] = []
    link, events = supervise(session, 35, changes)
    assert [change.up for change in changes] == [True, False, True, False, True, False, True]
    assert events == ["link.up", "link.down"] * 3 + ["link.up"]
    assert link.losses == 3
    assert changes[1].since == START + timedelta(seconds=10)


def test_P69_a_flapping_link_is_tried_ever_less_often() -> None:
    tries = 0

    async def session(up: Up) -> None:
        nonlocal tries
        tries += 1
        up()

    supervise(session, 600)
    assert tries < 140


def test_a_hiccup_of_a_steady_link_is_over_at_once() -> None:
    times: list[float] = []

    async def session(up: Up) -> None:
        times.append(asyncio.get_running_loop().time())
        up()
        await asyncio.sleep(60)

    supervise(session, 600)
    assert all(after - before < 60.25 for before, after in itertools.pairwise(times))


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        EOFError("end"),
        ValueError("bad frame"),
        asyncio.LimitOverrunError("line too long", 0),
        KeyError("key"),
        ExceptionGroup("tasks", [ExceptionGroup("inner", [ConnectionResetError("cable")])]),
        asyncio.CancelledError(),
    ],
    ids=repr,
)
def test_no_failure_of_a_session_ends_the_link(error: BaseException) -> None:
    tries = 0

    async def session(up: Up) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise error
        up()
        await asyncio.sleep(3600)

    changes: list[Link] = []
    link, events = supervise(session, 10, changes)
    assert link.up
    assert changes[0].error
    assert events.count("link.fault") == isinstance(error, KeyError)


def test_an_error_of_a_task_group_is_told_by_its_cause() -> None:
    async def fail() -> None:
        raise ConnectionResetError("cable")

    async def session(_up: Up) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
            tasks.create_task(asyncio.sleep(3600))

    link, _ = supervise(session, 1)
    assert link.error == "ConnectionResetError: cable"


def test_cancelling_ends_it_even_while_a_session_cleans_up() -> None:
    cleaned = False

    async def session(up: Up) -> None:
        nonlocal cleaned
        up()
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0.1)
            cleaned = True

    async def main() -> None:
        supervisor = Supervisor("x", session, now=virtual.clock(), dice=random.Random(1))
        task = asyncio.create_task(supervisor.run())
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    virtual.run(main(), 1, START)
    assert cleaned


def test_cancelling_ends_it_even_when_a_library_takes_the_cancellation_for_an_error_of_the_device() -> None:
    async def session(_up: Up) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise ConnectionRefusedError("nobody there") from None

    async def main() -> None:
        supervisor = Supervisor("x", session, now=virtual.clock(), dice=random.Random(1))
        task = asyncio.create_task(supervisor.run())
        await asyncio.sleep(1)
        task.cancel()
        async with asyncio.timeout(60):
            await asyncio.wait([task])
        assert task.cancelled()

    virtual.run(main(), 1, START)

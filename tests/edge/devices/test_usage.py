"""The meter in virtual time: whatever the driver, use is booked every five minutes and at the end, once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.app import roadmap_of
from edge.devices.usage import UsageMeter, length_on
from edge.live import Live, RobotView
from edge.processes.bill import bill_of
from edge.store.database import StoreError
from edge.store.store import Store
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor
from tests.support.store import small_site

LENGTH = length_on(roadmap_of(small_site()))


def meter_of(store: Store, view: RobotView) -> UsageMeter:
    return UsageMeter(store, Live(views={view.id: view}), store.source, LENGTH)


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def used(store: Store) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = (await store.read(bill_of, date(2026, 1, 1), date(2026, 12, 31)))["days"]
    return days


def test_hours_and_battery_are_booked_every_five_minutes_and_at_the_end(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        view = RobotView("R1", ("GenbaSim", "R1"), online=True, battery=80, working=True)
        meter = asyncio.ensure_future(meter_of(floor.store, view).run())
        await asyncio.sleep(301)
        (row,) = await used(floor.store)
        assert (row["powered_s"], row["worked_s"]) == (290, 290)
        view.working, view.battery = False, 79
        await asyncio.sleep(34)
        await end(meter)
        (row,) = await used(floor.store)
        assert (row["powered_s"], row["worked_s"], row["drained_percent"]) == (325, 290, 1)

    live(tmp_path, day)


def test_a_restart_counts_nothing_twice_and_the_battery_goes_on(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        view = RobotView("R1", ("GenbaSim", "R1"), online=True, battery=80, odometer=10_000)
        for _ in range(3):
            meter = asyncio.ensure_future(meter_of(floor.store, view).run())
            await asyncio.sleep(65)
            await end(meter)
        (row,) = await used(floor.store)
        assert (row["powered_s"], row["drained_percent"], row["drove_m"]) == (3 * 55, 0, 0)
        view.battery, view.odometer = 70, 25_000
        meter = asyncio.ensure_future(meter_of(floor.store, view).run())
        await asyncio.sleep(65)
        await end(meter)
        (row,) = await used(floor.store)
        assert (row["drained_percent"], row["drove_m"]) == (10, 15)

    live(tmp_path, day)


def test_a_booking_the_store_did_not_answer_is_repeated_and_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def day(floor: Floor) -> None:
        run = floor.store.run
        lost: list[str] = []

        def losing(decide: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
            answer = run(decide, *args)
            if decide.__name__ != "book_usage" or len(lost) == 2:
                return answer
            lost.append("the answer")
            failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(lambda _answer: failed.set_exception(StoreError("the line to the server is cut")))
            return failed

        monkeypatch.setattr(floor.store, "run", losing)
        meter = asyncio.ensure_future(meter_of(floor.store, RobotView("R1", ("GenbaSim", "R1"), online=True)).run())
        await asyncio.sleep(1505)
        await end(meter)
        assert len(lost) == 2
        (row,) = await used(floor.store)
        assert row["powered_s"] == 1495

    live(tmp_path, day)


def test_a_store_that_does_not_answer_holds_up_the_end_for_seconds_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def day(floor: Floor) -> None:
        meter = asyncio.ensure_future(meter_of(floor.store, RobotView("R1", ("GenbaSim", "R1"), online=True)).run())
        await asyncio.sleep(30)
        monkeypatch.setattr(floor.store, "run", lambda *_args: asyncio.get_running_loop().create_future())
        now = clock()
        before = now()
        await end(meter)
        assert now() - before < timedelta(seconds=5)
        monkeypatch.undo()

    live(tmp_path, day)


def test_a_lane_that_left_the_map_has_no_length() -> None:
    assert LENGTH("N0", "N1") == 2000
    assert LENGTH("N0", "N5") == 0
    assert LENGTH("N0", "GONE") == 0

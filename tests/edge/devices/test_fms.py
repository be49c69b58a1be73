"""Robots behind their maker's manager, in virtual time: whatever happens there, orders get done and people are told."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from drivers.fms.client import HttpFleetManager
from edge.app import roadmap_of
from edge.devices.fms import FleetKeeper
from edge.devices.usage import UsageMeter, length_on
from edge.live import Live
from edge.model.reasons import Refusal
from edge.model.words import WORDS
from edge.processes.everybody import call_home, work_again
from edge.processes.robots import close_place, declare_dead, open_place, pause_robot, return_to_service
from edge.site import FleetManager, Site, Station
from edge.steward import Steward
from edge.store.tables import batches, exceptions, orders, robots, stops, tasks, trips, usage
from edge.store.tx import Reader
from simulators.fms.app import Manager
from simulators.fms.yard import Yard
from simulators.world import http
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor, travel

URL = "http://fms.test"
SECRET = "shared"
LONG = 900
"""Virtual seconds in which a tour's next stop is surely reached."""


def managed(site: Site) -> Site:
    """Return a site whose robots are their maker's, with a charger."""
    kinds = [kind.model_copy(update={"driver": "fms"}) for kind in site.robot_types]
    stations = [*site.stations, Station(id="CHARGE-1", kind="charge", node="N4", x=8000, y=0)]
    return site.model_copy(update={"robot_types": kinds, "fms": FleetManager(url=URL), "stations": stations})


class Fleet:
    """One robot behind its manager, the keeper, and a site that plans."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.store = floor.store
        places = {node.id: (node.x, node.y) for node in self.store.site.roadmap.nodes}
        self.yard = Yard(places, {"R1": "BAY1"}, random.Random(2))
        self.manager = Manager(
            self.yard,
            "token",
            random.Random(3),
            post=self._called_back,
            secret=SECRET,
            now=lambda: clock()().timestamp(),
        )
        self.line = http.Line(lambda: self.manager.app, random.Random(1))
        self.port = HttpFleetManager(httpx.AsyncClient(transport=http.Transport({URL: self.line})), URL, "token")
        self._running = [
            asyncio.ensure_future(self.manager.run()),
            asyncio.ensure_future(Steward(self.store, travel).run()),
        ]
        self._keeper: asyncio.Task[Any] | None = None
        self.keeper: FleetKeeper | None = None

    async def boot(self) -> None:
        """Start the keeper and the meter, again if they ran."""
        await self.halt()
        self.live = Live()
        store, source, roadmap = self.store, self.store.source, roadmap_of(self.store.site)
        keeper = self.keeper = FleetKeeper(
            store.site, roadmap, self.port, store=store, live=self.live, source=source, callback_secret=SECRET
        )
        meter = UsageMeter(store, self.live, source, length_on(roadmap))
        self._keeper = asyncio.ensure_future(_together(keeper.run(), meter.run()))

    async def halt(self) -> None:
        """Stop them."""
        self.keeper = None
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])

    async def end(self) -> None:
        """Stop everything."""
        await self.halt()
        for task in self._running:
            task.cancel()
        await asyncio.wait(self._running)

    async def until(self, true: Callable[[Reader], object], longest: int = LONG) -> None:
        """Wait until a query is true."""
        for _ in range(longest):
            if await self.store.read(true):
                return
            await asyncio.sleep(1)
        rows = await self.store.read(lambda reader: reader.all(trips))
        raise AssertionError((self.live.robots, rows, self.yard.jobs))

    async def at_stop(self, seq: int) -> None:
        """Wait until the robot stands at a stop of the first batch."""
        await self.until(
            lambda reader: reader.one(select(stops).where(stops.c.seq == seq, stops.c.arrived_at.is_not(None)))
        )

    async def finish(self) -> None:
        """Pick at the stop and see the tote arrive."""
        await self.at_stop(1)
        await self.floor.work("sato", "ZONE:A")
        await self.until(lambda reader: reader.get(orders, state="packing"))

    async def count(self, table: Any, **key: Any) -> int:
        """Count rows."""
        return len(await self.store.read(lambda reader: reader.all(table, **key)))

    async def _called_back(self, body: bytes, signature: str) -> bool:
        if self.keeper is None:
            return False
        self.keeper.called_back(signature, body)
        return True


async def _together(*parts: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(part)


def with_fleet(folder: Path, story: Callable[[Fleet], Coroutine[Any, Any, None]], seed: int = 1) -> None:
    async def day(floor: Floor) -> None:
        fleet = Fleet(floor)
        await fleet.boot()
        await floor.stock("SKU1", "A-02-1", 5)
        await floor.order("1", ("SKU1", 1))
        await story(fleet)
        await fleet.end()

    live(folder, day, seed, managed)


def test_a_tour_is_driven_stop_by_stop_and_every_moment_has_its_reason(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        codes: dict[str, None] = {}

        async def look() -> None:
            while True:
                codes[fleet.live.robots["R1"].code] = None
                await asyncio.sleep(1)

        looking = asyncio.ensure_future(look())
        await fleet.finish()
        looking.cancel()
        assert {"traffic.going", "traffic.at_stop"} <= set(codes)
        assert set(codes) <= set(WORDS)
        assert await fleet.count(trips, purpose="batch", state="done") == 3
        assert fleet.yard.made == await fleet.count(trips)
        view = fleet.live.robots["R1"]
        assert (view.battery, view.odometer) != (None, None)
        assert view.online

    with_fleet(tmp_path, story)


def test_what_the_managers_robot_used_is_metered_by_its_odometer(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.finish()
        await asyncio.sleep(120)
        await fleet.halt()
        row = await fleet.store.read(lambda reader: reader.one(select(usage)))
        odometer = fleet.yard.robots["R1"].odometer
        assert (row.missions, row.loads) == (1, 1)
        assert 0 < row.drove_mm <= round(odometer)
        assert row.powered_ms > row.worked_ms > 0

    with_fleet(tmp_path, story)


def test_R121_a_restart_takes_up_the_trip_that_runs(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(0)
        await fleet.until(lambda reader: reader.get(trips, state="running", purpose="batch"))
        await fleet.halt()
        await asyncio.sleep(30)
        await fleet.boot()
        await fleet.finish()
        assert fleet.yard.made == await fleet.count(trips)
        assert await fleet.count(trips, state="failed") == 0

    with_fleet(tmp_path, story)


def test_a_manager_that_forgot_a_trip_is_told_and_the_tour_goes_on(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(0)
        await fleet.until(lambda reader: reader.get(trips, state="running", purpose="batch", accepted=True))
        fleet.yard.restart()
        await fleet.until(lambda reader: reader.get(trips, state="failed"))
        await fleet.finish()
        assert await fleet.count(batches, state="done") == 1

    with_fleet(tmp_path, story)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lost_answers_and_callbacks_make_no_trip_twice(tmp_path: Path, seed: int) -> None:
    async def story(fleet: Fleet) -> None:
        for name in ("lost_before", "lost_after", "busy", "rubbish", "silent_callbacks", "double_callbacks"):
            setattr(fleet.manager.trouble, name, 0.2)
        await fleet.finish()
        assert fleet.yard.made <= await fleet.count(trips)
        assert await fleet.count(batches, state="done") == 1

    with_fleet(tmp_path, story, seed)


def test_a_trip_that_the_manager_refuses_is_told_in_its_words_and_tried_again(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        hidden = dict(fleet.yard.places)
        del hidden["N0"]
        whole, fleet.yard.places = fleet.yard.places, hidden
        await fleet.until(lambda reader: reader.get(exceptions, code="exception.robot_error"))
        trouble = await fleet.store.read(lambda reader: reader.get(exceptions, code="exception.robot_error"))
        assert "unknown_place" in trouble.detail["error"]
        fleet.yard.places = whole
        await fleet.finish()

    with_fleet(tmp_path, story)


def test_R123_a_robot_that_is_gone_for_long_is_dead_and_its_tour_goes_to_others(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda reader: reader.get(trips, state="running", purpose="batch"))
        fleet.yard.robots["R1"].online = False
        await fleet.until(lambda reader: reader.get(robots, id="R1", dead=True))
        assert await fleet.count(batches, state="planned") == 1
        assert not fleet.live.robots["R1"].online
        fleet.yard.robots["R1"].online = True
        await fleet.store.run(return_to_service, "R1")
        await fleet.finish()

    with_fleet(tmp_path, story)


def test_a_robot_declared_dead_by_a_person_is_called_back(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(0)
        await fleet.until(lambda reader: reader.get(trips, state="running", purpose="batch", accepted=True))
        await fleet.store.run(declare_dead, "R1")
        await fleet.until(lambda _reader: [job.state for job in fleet.yard.jobs.values()][1:] == ["cancelled"])

    with_fleet(tmp_path, story)


def test_a_manager_that_is_away_is_waited_for(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(0)
        fleet.line.faults.down = True
        await asyncio.sleep(60)
        assert not fleet.live.robots["R1"].online
        fleet.line.faults.down = False
        await fleet.finish()
        assert not await fleet.count(robots, dead=True)

    with_fleet(tmp_path, story)


def test_a_paused_robot_gets_no_new_trip(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.store.run(pause_robot, "R1", True)
        await asyncio.sleep(60)
        assert await fleet.count(trips) == 0
        assert fleet.live.robots["R1"].code == "robot.paused"
        await fleet.store.run(pause_robot, "R1", False)
        await fleet.finish()

    with_fleet(tmp_path, story)


def test_robots_that_are_called_home_end_what_they_are_at_and_go(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(1)
        await fleet.store.run(call_home)
        await fleet.until(lambda reader: reader.get(trips, purpose="park", state="done"))
        await asyncio.sleep(60)
        assert fleet.live.robots["R1"].node == "BAY1"
        assert fleet.live.robots["R1"].code == "robot.called_home"
        await fleet.store.run(work_again)
        await fleet.until(lambda reader: reader.get(tasks, kind="pick").state == "ready")
        await fleet.finish()

    with_fleet(tmp_path, story)


def test_nobody_is_sent_to_a_stop_that_people_have_closed(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.store.run(close_place, "zone", "A")
        await fleet.until(lambda _: fleet.live.robots["R1"].code == "traffic.closed")
        assert fleet.live.robots["R1"].node == "BAY1"
        await asyncio.sleep(60)
        assert await fleet.count(trips, state="running") == 0
        await fleet.store.run(open_place, "zone", "A")
        await fleet.finish()

    with_fleet(tmp_path, story)


def test_a_low_robot_charges_and_comes_back(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.finish()
        fleet.yard.robots["R1"].battery = 15.0
        await fleet.until(lambda reader: reader.get(trips, purpose="charge", state="done"))
        parked = await fleet.count(trips, purpose="park", state="done")
        await fleet.until(
            lambda reader: len(reader.all(trips, purpose="park", state="done")) > parked,
            longest=4000,
        )
        assert fleet.yard.robots["R1"].battery >= 79

    with_fleet(tmp_path, story)


def test_a_callback_of_somebody_else_is_refused(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        assert fleet.keeper is not None
        for signature in ("", "t=1,v1=00", "t=x"):
            with pytest.raises(Refusal, match=r"fleet\.unsigned"):
                fleet.keeper.called_back(signature, b"{}")

    with_fleet(tmp_path, story)

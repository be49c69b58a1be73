"""Robots that others drive: where they are at the site, whose they are, and that each trouble is told once."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, isclose, radians, sin
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from drivers.massrobotics.messages import Place, Quaternion
from edge.devices import foreign
from edge.devices.foreign import ForeignKeeper, place_at_site
from edge.live import ForeignView, Live
from edge.site import Datum, ForeignRobots
from edge.store.store import Store
from edge.store.tables import exceptions
from tests.support.store import HandClock, make_store, small_site

DATUM = "4b8302da-21ad-401f-af45-1dfd956b80b5"
ROBOT = UUID("6948df80-14bd-4e04-8842-7668d9c001f5")
SEEN = ForeignRobots(silent_seconds=10, datums=[Datum(id=DATUM.upper(), x=10_000, y=2_000, rotation=90)])


@dataclass
class Stage:
    keeper: ForeignKeeper
    store: Store
    live: Live
    clock: HandClock

    def status(self, key: str = "maker", robot: UUID = ROBOT, **other: Any) -> None:
        said = {
            "uuid": str(robot),
            "timestamp": "2026-11-22T09:00:00Z",
            "operationalState": "navigating",
            "location": {"x": 3, "y": 1, "angle": {"x": 0, "y": 0, "z": 0, "w": 1}, "planarDatum": DATUM},
        }
        self.keeper.heard(key, json.dumps(said | other))

    def identity(self, key: str = "maker", robot: UUID = ROBOT) -> None:
        said = {
            "uuid": str(robot),
            "timestamp": "2026-11-22T09:00:00Z",
            "manufacturerName": "Elsewhere",
            "robotModel": "ER-7",
            "robotSerialNumber": "E1",
            "baseRobotEnvelope": {"x": 0.9, "y": 0.6},
        }
        self.keeper.heard(key, json.dumps(said))

    async def told(self) -> Sequence[Any]:
        """Return every exception that was ever raised."""
        await self.store.run(lambda _tx: None)  # after all that was queued
        return await self.store.read(lambda reader: reader.rows(select(exceptions).order_by(exceptions.c.id)))

    @property
    def view(self) -> ForeignView:
        (view,) = self.live.foreign.values()
        return view


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = HandClock()
    store = make_store(tmp_path, small_site(), clock)
    live = Live()
    yield Stage(ForeignKeeper(SEEN, store=store, live=live, source=store.source), store, live, clock)
    store.close()


def ahead(x: float, y: float, **other: Any) -> dict[str, Any]:
    """Return a place where a robot will be."""
    angle = {"x": 0, "y": 0, "z": 0, "w": 1}
    return {"timestamp": "2026-11-22T09:00:05Z", "x": x, "y": y, "angle": angle} | other


async def test_the_way_it_says_it_will_take_is_shown_as_far_as_its_coordinates_are_known(stage: Stage) -> None:
    stage.status(path=[ahead(5, 1), ahead(7, 1, planarDatumUUID="00000000-0000-4000-8000-000000000009"), ahead(8, 2)])
    assert stage.view.path == [(9_000, 7_000), (8_000, 10_000)]
    stage.status(destinations=[ahead(5, 1)])
    assert stage.view.path == [(9_000, 7_000)]
    stage.status()
    assert stage.view.path == []


async def test_a_robot_is_shown_with_its_name_and_where_it_is_at_the_site(stage: Stage) -> None:
    stage.identity()
    stage.status(batteryPercentage=71.6, errorCodes=["E-17"])
    view = stage.view
    assert (view.name, view.maker, view.model, view.length, view.width) == ("E1", "Elsewhere", "ER-7", 900, 600)
    assert (view.placed, view.x, view.y, view.heading) == (True, 9_000, 5_000, 90)
    assert (view.state, view.battery, view.errors) == ("navigating", 72, ("E-17",))
    assert stage.live.version == 2
    assert not await stage.told()


async def test_a_robot_that_did_not_say_who_it_is_is_seen_all_the_same(stage: Stage) -> None:
    stage.status()
    assert (stage.view.name, stage.view.maker) == ("6948df80", "")


async def test_one_that_says_nothing_is_silent_and_stays_where_it_was(stage: Stage) -> None:
    stage.status()
    assert not stage.view.silent(stage.clock.time)
    stage.clock.pass_(seconds=9)
    assert not stage.view.silent(stage.clock.time)
    stage.clock.pass_(seconds=1)
    assert stage.view.silent(stage.clock.time)
    assert (stage.view.x, stage.view.y) == (9_000, 5_000)
    stage.status()
    assert not stage.view.silent(stage.clock.time)


async def test_what_cannot_be_read_changes_nothing_and_is_told_once(stage: Stage) -> None:
    stage.status()
    before = stage.live.version
    for _ in range(50):
        stage.status(batteryPercentage="full")
        stage.keeper.heard("maker", b"\xff")
    (trouble,) = await stage.told()
    assert (trouble.code, trouble.subject) == ("exception.foreign_misread", "foreign/maker")
    assert trouble.detail == {
        "key": "maker", "field": "batteryPercentage", "value": "full", "problem": "not_number",
    }  # fmt: skip
    assert (stage.view.battery, stage.live.version) == (None, before)


async def test_coordinates_that_nobody_knows_are_told_and_the_robot_is_on_no_map(stage: Stage) -> None:
    elsewhere = str(UUID(int=0))
    for _ in range(3):
        stage.status(location={"x": 1, "y": 1, "angle": {"x": 0, "y": 0, "z": 0, "w": 1}, "planarDatum": elsewhere})
    (trouble,) = await stage.told()
    assert (trouble.code, trouble.detail["datum"]) == ("exception.foreign_unmapped", elsewhere)
    assert (stage.view.placed, stage.view.state) == (False, "navigating")
    stage.status()
    assert stage.view.placed


async def test_another_key_cannot_move_a_robot(stage: Stage) -> None:
    stage.identity("maker")
    stage.status("maker")
    stage.status("thief", operationalState="idle")
    (trouble,) = await stage.told()
    assert (trouble.code, trouble.detail["other"]) == ("exception.foreign_taken", "maker")
    assert (stage.view.state, stage.view.key) == ("navigating", "maker")
    stage.clock.pass_(seconds=foreign.FORGET)
    stage.status("thief", operationalState="idle")
    assert (stage.view.state, stage.view.key) == ("idle", "thief")


async def test_there_are_never_more_than_fit_and_those_that_left_make_room(stage: Stage) -> None:
    stage.status()
    stage.clock.pass_(seconds=foreign.FORGET - 1)
    for number in range(foreign.MOST_ROBOTS + 3):
        stage.status(robot=uuid5(ROBOT, str(number)))
    assert len(stage.live.foreign) == foreign.MOST_ROBOTS
    (trouble,) = await stage.told()
    assert trouble.code == "exception.foreign_crowd"
    stage.clock.pass_(seconds=1)
    late = uuid5(ROBOT, "late")
    stage.status(robot=late)
    assert len(stage.live.foreign) == foreign.MOST_ROBOTS
    assert str(late) in stage.live.foreign
    assert str(ROBOT) not in stage.live.foreign


async def test_robots_that_left_are_forgotten_by_themselves(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "AGAIN", 0.0)
    stage.status()
    stage.clock.pass_(seconds=foreign.FORGET)
    running = asyncio.create_task(stage.keeper.run())
    async with asyncio.timeout(20):
        while stage.live.foreign:  # noqa: ASYNC110  nobody waits for what is gone
            await asyncio.sleep(0)
    running.cancel()


async def test_a_trouble_that_was_settled_and_goes_on_is_told_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "AGAIN", 0.0)
    stage.keeper.flooded("maker")
    (trouble,) = await stage.told()
    await stage.store.run(lambda tx: tx.change(exceptions, {"id": trouble.id}, state="solved"))
    stage.keeper.flooded("maker")
    assert [row.code for row in await stage.told()] == ["exception.foreign_flood"] * 2


@given(
    st.floats(-500, 500),
    st.floats(-500, 500),
    st.floats(-180, 180),
    st.tuples(st.integers(-100_000, 100_000), st.integers(-100_000, 100_000)),
    st.floats(-360, 360),
)
def test_a_datum_moves_and_turns_places_and_keeps_their_distances(
    x: float, y: float, heading: float, origin_at: tuple[int, int], rotation: float
) -> None:
    at_x, at_y = origin_at
    datum = Datum(id=DATUM, x=at_x, y=at_y, rotation=rotation)
    half = radians(heading) / 2
    angle = Quaternion(0, 0, sin(half), cos(half))

    def spot_of(px: float, py: float) -> Any:
        return place_at_site(Place(px, py, 0, angle, DATUM), datum)

    origin, spot, along = spot_of(0, 0), spot_of(x, y), spot_of(1, 0)
    assert (origin.x, origin.y) == (at_x, at_y)
    assert isclose(hypot(spot.x - at_x, spot.y - at_y), hypot(x, y) * 1000, abs_tol=1.5)
    turn = radians(rotation)
    assert isclose(along.x - at_x, cos(turn) * 1000, abs_tol=0.6)
    assert isclose(along.y - at_y, sin(turn) * 1000, abs_tol=0.6)
    away = (spot.heading - heading - rotation) % 360
    assert min(away, 360 - away) <= 0.51
    assert 0 <= spot.heading < 360

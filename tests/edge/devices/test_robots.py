"""The fleet's keeper against simulated robots in virtual time: restarts, silence, death, pause (R79, R121-R125)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drivers.vda5050.messages import Grant, InstantActions, OperatingMode, Order
from edge.devices import endings
from edge.devices.recovery import record_of
from edge.devices.robots import CONCERNS, TOURS
from edge.devices.wanted import Wanted, last_trips, wanted, wanted_after
from edge.fleet.places import Record
from edge.fleet.reasons import Reason, Wait
from edge.model.words import WORDS
from edge.processes.robots import close_place, declare_dead, open_place, pause_robot, return_to_service
from edge.store.tables import batches, exceptions, orders, robots, stops, trips
from edge.store.tx import Entry
from simulators.robots.battery import Use
from simulators.robots.speech import Heard
from simulators.robots.words import Wrong
from simulators.world.loop import clock
from tests.edge.devices.fleet import LONG, Fleet, with_fleet


async def finish(fleet: Fleet) -> None:
    """Pick at the stop and see the tote arrive."""
    await fleet.at_stop(1)
    await fleet.floor.work("sato", "ZONE:A")
    await fleet.until(lambda reader: reader.get(orders, state="packing"))


async def trips_of_tour(fleet: Fleet) -> list[str]:
    return await fleet.floor.store.read(
        lambda reader: [row.state for row in reader.rows(select(trips).where(trips.c.purpose == "batch"))]
    )


def test_a_tour_is_driven_stop_by_stop_and_every_idle_moment_has_its_reason(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        codes: dict[str, None] = {}

        async def look() -> None:
            while True:
                codes[fleet.live.robots["R1"].code] = None
                await asyncio.sleep(1)

        looking = asyncio.ensure_future(look())
        await finish(fleet)
        looking.cancel()
        assert await trips_of_tour(fleet) == ["done"] * 3
        assert [code for code in codes if code not in WORDS] == []

    with_fleet(tmp_path, story)


def test_R124_reasons_are_found_when_somebody_looks(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        never_looked_at = fleet.live.views["R1"].code
        await fleet.at_stop(0)
        assert fleet.live.views["R1"].code == never_looked_at == "robot.silent"
        assert fleet.live.robots["R1"].code != "robot.silent"
        assert fleet.live.robots["R1"].node == fleet.robot.body.node

    with_fleet(tmp_path, story)


def test_what_is_read_of_a_tour_that_changed_is_all_that_changed(tmp_path: Path) -> None:
    kinds: list[str] = []

    def known(every: Wanted) -> list[Any]:
        unplaced = [row._replace(node=None) for row in every.rows.values()]
        next_stops = {batch: (row.seq, row.node, row.arrived_at) for batch, row in every.stops.items()}
        return [unplaced, every.batches, next_stops, every.waiting, every.aboard, every.closed]

    async def story(fleet: Fleet) -> None:
        store = fleet.floor.store
        fresh: list[Entry] = []
        store.watch(fresh.extend)

        async def compare() -> None:
            before = await store.read(wanted)
            while True:
                await asyncio.sleep(1)
                seen = [entry for entry in fresh if entry.kind.startswith((*CONCERNS, *TOURS))]
                fresh.clear()
                now = await store.read(wanted)
                if seen and all(entry.kind.startswith(TOURS) for entry in seen):
                    kinds.extend(entry.kind for entry in seen)
                    tours = [entry.subject.removeprefix("batch/") for entry in seen]
                    assert known(await store.read(wanted_after, before, tours)) == known(now)
                before = now

        comparing = asyncio.ensure_future(compare())
        await finish(fleet)
        comparing.cancel()
        await asyncio.wait([comparing])
        assert comparing.cancelled()

    with_fleet(tmp_path, story)
    assert sorted(dict.fromkeys(kinds)) == [
        "batch.arrived",
        "batch.assigned",
        "batch.done",
        "batch.planned",
        "stop.done",
    ]


def test_R121_restarts_in_full_drive_never_give_a_second_order_for_a_trip(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        async def unrest() -> None:
            while True:
                await asyncio.sleep(7)
                await fleet.boot()

        restless = asyncio.ensure_future(unrest())
        await finish(fleet)
        restless.cancel()
        await asyncio.wait([restless])
        assert await trips_of_tour(fleet) == ["done"] * 3

    with_fleet(tmp_path, story)


def test_R121_way_given_out_in_the_midst_of_every_round_drives_a_tour_to_its_end(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await finish(fleet)
        assert await trips_of_tour(fleet) == ["done"] * 3

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.devices.rounds.LASTS", -1.0)
        with_fleet(tmp_path, story)


def test_a_robot_that_takes_no_order_while_it_charges_is_told_to_stop_first(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        robot = fleet.robot
        take = robot.uplink._on_heard
        refused: list[str] = []

        def refuse(header_id: int | None, order: Heard) -> None:
            if not isinstance(order, Order) or robot.body.battery.use is not Use.CHARGING:
                take(header_id, order)
                return
            refused.append(order.order_id)
            named = {"orderId": order.order_id, "orderUpdateId": str(order.order_update_id)}
            robot.book.add_error(Wrong.UNUSABLE_FIELD, "not while charging", named)
            robot._changed()

        robot.uplink._on_heard = refuse
        robot.body.use(Use.CHARGING)
        await finish(fleet)
        assert len(refused) == 1
        assert await trips_of_tour(fleet) == ["failed", "done", "done", "done"]

    with_fleet(tmp_path, story)


def test_R79_R122_an_order_that_a_robot_never_takes_is_cancelled_and_then_given_anew(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        uplink = fleet.robot.uplink
        take = uplink._on_heard
        ignored: list[str] = []

        def ignore(header_id: int | None, message: Heard) -> None:
            if isinstance(message, Order):
                ignored.append(message.order_id)
                return
            if isinstance(message, InstantActions) and any(one.action_type == "cancelOrder" for one in message.actions):
                uplink._on_heard = take
            take(header_id, message)

        uplink._on_heard = ignore
        await finish(fleet)
        assert len(ignored) > 1
        assert len(dict.fromkeys(ignored)) == 1
        assert await trips_of_tour(fleet) == ["failed", "done", "done", "done"]

    with_fleet(tmp_path, story)


def test_R88_a_robot_that_forgot_its_order_keeps_its_way_until_nothing_is_left_of_it(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        uplink = fleet.robot.uplink
        take = uplink._on_heard
        kept: list[bool] = []

        def hear(header_id: int | None, message: Heard) -> None:
            if isinstance(message, InstantActions) and any(one.action_type == "cancelOrder" for one in message.actions):
                kept.append("R1" in fleet.keeper.fleet.ways)
            take(header_id, message)

        await fleet.until(lambda reader: reader.get(trips, purpose="batch"))
        await asyncio.sleep(2)
        uplink._on_heard = hear
        fleet.robot.reboot()
        await finish(fleet)
        assert kept == [True]
        assert await trips_of_tour(fleet) == ["failed", "done", "done", "done"]

    with_fleet(tmp_path, story)


def test_R123_a_silent_robot_is_declared_dead_and_works_again_once_returned(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda reader: reader.get(trips, purpose="batch"))
        await asyncio.sleep(2)
        fleet.robot.vanish()
        await fleet.until(lambda reader: reader.get(robots, dead=True))
        assert await fleet.floor.store.read(lambda reader: reader.get(exceptions, code="exception.robot_dead"))
        await asyncio.sleep(5)
        assert fleet.live.robots["R1"].code == "robot.dead"
        assert await fleet.floor.store.read(lambda reader: reader.get(trips, state="running")) is None
        fleet.robot.revive()
        await asyncio.sleep(60)
        assert fleet.live.robots["R1"].code == "robot.dead_answers"
        await fleet.floor.store.run(return_to_service, "R1")
        await finish(fleet)

    with_fleet(tmp_path, story)


def held_by(fleet: Fleet) -> list[str]:
    """Return the nodes that traffic holds for the robot."""
    return [node for node, name in fleet.keeper.fleet.traffic.occupancy().items() if name == "R1"]


async def stands_cut_off(fleet: Fleet) -> list[str]:
    """Have the robot stand half way and unheard, with way before it that it was told; return its base."""
    await fleet.until(lambda _reader: fleet.keeper.fleet.robots["R1"].node == "N1")
    fleet.robot.stop(100)
    fleet.robot.cut(80)
    way = fleet.keeper.fleet.ways["R1"]
    return way.route[way.passed : way.released + 1]


@pytest.mark.parametrize("restart", [False, True])
def test_R88_R123_one_called_well_keeps_its_base_until_its_order_is_gone(tmp_path: Path, *, restart: bool) -> None:
    async def story(fleet: Fleet) -> None:
        base = await stands_cut_off(fleet)
        assert len(base) > 1
        await fleet.floor.store.run(declare_dead, "R1")
        await fleet.floor.store.run(return_to_service, "R1")
        await asyncio.sleep(30)
        if restart:
            await fleet.boot()
            await asyncio.sleep(30)
        assert fleet.robot.book.nodes
        assert fleet.live.robots["R1"].code == ("robot.silent" if restart else "robot.drops_order")
        assert [node for node in base if node not in held_by(fleet)] == []
        await fleet.until(lambda _reader: fleet.robot.book.nodes == [])
        await fleet.until(lambda _reader: held_by(fleet) == [fleet.robot.body.node])
        assert fleet.live.robots["R1"].code == "robot.strange_load"

    with_fleet(tmp_path, story)


def test_R123_one_carried_away_while_unheard_is_held_where_it_says_it_stands(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await stands_cut_off(fleet)
        await fleet.floor.store.run(declare_dead, "R1")
        await fleet.floor.store.run(return_to_service, "R1")
        fleet.robot.vanish()
        fleet.robot.carry_by_hand("N5", 10_000, 0)
        fleet.robot.revive()
        await fleet.until(lambda _reader: held_by(fleet) == ["N5"])

    with_fleet(tmp_path, story)


def test_R88_a_trip_whose_update_is_refused_half_way_is_cancelled_before_its_base_is_free(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda _reader: fleet.keeper.fleet.robots["R1"].node == "N1")
        keeper = fleet.keeper.fleet
        way = keeper.ways["R1"]
        endings.end(keeper, keeper.robots["R1"], way.id, "orderUpdateError")
        assert keeper.ways["R1"] is way
        assert fleet.robot.book.nodes
        while fleet.robot.book.nodes:
            assert held_by(fleet) == ["N1", "N2"]
            await asyncio.sleep(0.001)
        await finish(fleet)
        assert await trips_of_tour(fleet) == ["done", "failed", "done", "done"]

    with_fleet(tmp_path, story)


def test_R05_a_robot_that_stands_was_heard_when_it_last_spoke(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(1)
        await asyncio.sleep(300)
        heard, now = fleet.live.robots["R1"].seen_at, clock()()
        assert heard is not None
        assert now - heard <= timedelta(seconds=35)
        await finish(fleet)

    with_fleet(tmp_path, story)


def test_a_paused_robot_stands_and_goes_on_when_let(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.floor.store.run(pause_robot, "R1", True)
        await asyncio.sleep(LONG)
        assert await trips_of_tour(fleet) == []
        assert fleet.live.robots["R1"].code == "robot.paused"
        await fleet.floor.store.run(pause_robot, "R1", False)
        await finish(fleet)

    with_fleet(tmp_path, story)


@pytest.mark.parametrize(
    ("version", "mode"),
    [("2.1", OperatingMode.MANUAL), ("3.0", OperatingMode.MANUAL), ("3.0", OperatingMode.INTERVENED)],
)
def test_R32_R124_a_robot_in_somebodys_hands_says_so_and_goes_on_after(
    tmp_path: Path, version: str, mode: OperatingMode
) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda reader: reader.one(select(trips).where(trips.c.accepted)))
        fleet.robot.set_mode(mode)
        await asyncio.sleep(LONG)
        assert fleet.live.robots["R1"].code == "robot.not_automatic"
        before = await trips_of_tour(fleet)
        assert before == (["running"] if mode is OperatingMode.INTERVENED else ["failed"])
        fleet.robot.set_mode(OperatingMode.AUTOMATIC)
        await finish(fleet)

    with_fleet(tmp_path, story, version)


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_R91_R126_an_order_the_robot_cannot_go_on_with_is_given_up_where_it_stands(
    tmp_path: Path, version: str
) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda reader: reader.one(select(trips).where(trips.c.accepted)))
        await fleet.until(lambda _reader: fleet.robot.body.moving)
        fleet.robot.strand()
        await fleet.until(lambda reader: reader.all(exceptions, code="exception.robot_error"))
        await asyncio.sleep(LONG)
        states = await trips_of_tour(fleet)
        if version == "2.1":  # its FATAL error is for a person
            assert states == ["running"]
            assert fleet.robot.book.nodes
            return
        assert "failed" in states
        assert fleet.robot.book.errors == []
        await finish(fleet)

    with_fleet(tmp_path, story, version)


def test_R43_a_robot_that_waits_for_leave_to_enter_a_zone_is_told_to_people(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(0)
        fleet.robot.ask_zone("DOOR", "r1")
        await fleet.until(
            lambda reader: [row for row in reader.all(exceptions, code="exception.robot_asks") if row.state == "open"]
        )
        assert fleet.robot.answers == {"DOOR": Grant.REJECTED}
        await finish(fleet)

    with_fleet(tmp_path, story, "3.0")


def test_R125_nobody_drives_into_a_closed_place_until_it_is_opened(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.floor.store.run(close_place, "node", "N2")
        await fleet.at_stop(0)
        await asyncio.sleep(LONG)
        assert "N2" not in (fleet.robot.occupancy.nodes or ())
        assert (
            await fleet.floor.store.read(
                lambda reader: reader.one(select(stops).where(stops.c.seq == 1, stops.c.arrived_at.is_not(None)))
            )
            is None
        )
        assert fleet.live.robots["R1"].code in WORDS
        await fleet.floor.store.run(open_place, "node", "N2")
        await finish(fleet)

    with_fleet(tmp_path, story)


@pytest.mark.parametrize("at_work", [False, True], ids=["gets no way to its stop", "stands at its stop"])
def test_R125_a_robot_in_others_way_makes_way_unless_it_is_at_work(tmp_path: Path, *, at_work: bool) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.at_stop(1)
        traffic = fleet.keeper.fleet.traffic
        traffic.route = lambda *_: Wait(Reason.HELD, "R2", "N1")  # type: ignore[method-assign]
        traffic.hinderers = lambda _among: {"R1": None}  # type: ignore[method-assign, assignment]
        if not at_work:
            await fleet.floor.work("sato", "ZONE:A")
        await asyncio.sleep(60)
        cleared = await fleet.floor.store.read(lambda reader: reader.all(trips, purpose="clear"))
        assert bool(cleared) is not at_work

    with_fleet(tmp_path, story)


@pytest.mark.parametrize("moment", ["batch.planned", "batch.assigned"])
def test_R123_a_robot_that_dies_while_it_is_given_work_gets_none(tmp_path: Path, moment: str) -> None:
    async def story(fleet: Fleet) -> None:
        def dies(entries: Sequence[Entry]) -> None:
            if any(entry.kind == moment for entry in entries):
                fleet.floor.store.run(declare_dead, "R1")

        stop = fleet.floor.store.watch(dies)
        await fleet.until(lambda reader: reader.get(robots, dead=True))
        stop()
        await asyncio.sleep(60)
        batch = await fleet.floor.store.read(lambda reader: reader.get(batches))
        assert (batch.state, batch.robot_id) == ("planned", None)
        assert await fleet.floor.store.read(lambda reader: reader.get(trips, state="running")) is None
        await fleet.floor.store.run(return_to_service, "R1")
        await finish(fleet)

    with_fleet(tmp_path, story)


def test_R125_a_robot_that_returns_has_the_way_home_before_it_gets_another(tmp_path: Path) -> None:
    """A robot without a way is given any, also one on which it meets others head on; only the one home does no harm."""

    async def story(fleet: Fleet) -> None:
        await fleet.floor.order("1", ("SKU1", 1))
        await fleet.until(lambda reader: reader.get(stops, done=False, seq=1))
        await fleet.until(lambda _reader: fleet.live.robots["R1"].node == "N2")
        await fleet.floor.store.run(declare_dead, "R1")
        await asyncio.sleep(60)
        given: list[tuple[str, ...]] = []
        traffic = fleet.keeper.fleet.traffic
        route = traffic.route

        def watched(name: str, nodes: Sequence[str], start: int = 0) -> Wait | None:
            refused = route(name, nodes, start)
            given.extend([tuple(nodes)] if refused is None else [])
            return refused

        traffic.route = watched  # type: ignore[method-assign]
        await fleet.floor.store.run(return_to_service, "R1")
        await asyncio.sleep(60)
        assert given[0] == ("N2", "N3", "N4", "N5", "N6", "N7", "N0", "BAY1")

    with_fleet(tmp_path, story)


def test_R121_a_robot_whose_trip_was_given_up_has_the_rest_of_its_way_after_a_restart(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.until(lambda _reader: fleet.live.robots["R1"].node == "N1")
        await fleet.floor.store.run(pause_robot, "R1", True)
        await fleet.floor.store.run(declare_dead, "R1")
        await asyncio.sleep(60)
        await fleet.floor.store.run(return_to_service, "R1")
        await asyncio.sleep(5)
        running, last = await fleet.floor.store.read(last_trips)
        keeper = fleet.keeper.fleet
        robot, trip = keeper.robots["R1"], last["R1"]
        assert (running, trip.state) == ({}, "cancelled")
        assert record_of(keeper, robot, None, trip) == Record("R1", tuple(trip.tour), passed=1, released=2)
        assert held_by(fleet) == ["N1", "N2"]
        robot.node = "N5"
        assert record_of(keeper, robot, None, trip).nodes == ("N5", "N6", "N7", "N0", "BAY1")

    with_fleet(tmp_path, story)


def test_P56_whoever_looks_while_the_keeper_starts_is_shown_what_is_known(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        await fleet.boot()
        assert list(fleet.live.robots) == ["R1"]

    with_fleet(tmp_path, story)

"""Cancels in flight, the edge restarted at any step: one honest answer, goods come back, nothing stays (H02, F21).

Real decisions on a real store that is closed and opened again: first every stage by itself, then any mixture.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from edge.clock import Source
from edge.model.states import LoadState, OrderState, ParcelState
from edge.processes.cancel import request_cancel
from edge.processes.stays import sync_robots
from edge.processes.totes import sync_totes
from edge.processes.work import unassign_task
from edge.store.queue import resume_leases
from edge.store.store import Store
from edge.store.tables import journal, loads, orders, parcels, stock, tasks
from edge.store.tx import Reader, Tx
from tests.edge.processes.invariants import broken, unfinished
from tests.edge.processes.walk import PEOPLE, PLACES, Walk, walk_site
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, database

T = TypeVar("T")
UNITS = 6
GONE = 1000
"""Seconds after which nobody's lease is left."""


class Site:
    """A floor whose edge can be restarted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = HandClock()
        self.lives = 0
        self.floor = Floor(self._start(), self.clock)
        self.walk = Walk(self.floor, Random(1))

    async def open(self) -> None:
        """Put goods on the shelves."""
        await self.floor.open()
        for sku, place in (("SKU1", "A-01-1"), ("SKU2", "A-03-1")):
            await self.floor.stock(sku, place, UNITS)
            self.walk.booked[sku] += UNITS

    async def restart(self) -> None:
        """End the edge and start it on what is durable."""
        self.floor.store.close()
        self.floor.store = self.walk.store = self._start()
        await self.floor.store.run(_settle_in)

    def _start(self) -> Store:
        self.lives += 1
        source = Source(now=self.clock, dice=Random(self.lives))
        return Store.open(database(self.folder), walk_site("ship_partial"), source, inline=True)

    async def read(self, query: Callable[[Reader], T]) -> T:
        """Read committed rows."""
        return await self.floor.store.read(query)

    async def cancel(self, order: str, key: str = "c1") -> str:
        """Ask as the WMS does and return the outcome."""
        answer = await self.floor.store.run_as("key:wms", request_cancel, order, key, "order.cancel_asked")
        return str(answer["outcome"])


def _settle_in(tx: Tx) -> None:
    resume_leases(tx)
    sync_robots(tx)
    sync_totes(tx)


def told(reader: Reader, order: str) -> list[str]:
    """Return what the WMS was told of an order's end."""
    ends = ("order.cancelled", "order.shipped", "order.cancel_refused")
    rows = reader.rows(select(journal).where(journal.c.subject == f"order/{order}").order_by(journal.c.seq))
    return [row.kind for row in rows if row.kind in ends and row.number is not None]


# --- every stage by itself


async def planned(floor: Floor) -> None:
    """The order shares a tour that no robot has."""
    await floor.order("1", ("SKU1", 2), ("SKU2", 1))
    floor.clock.pass_(minutes=1)
    await floor.plan()


async def ready(floor: Floor) -> None:
    """The robot stands at the shelf."""
    await planned(floor)
    await floor.robots()


async def assigned(floor: Floor) -> None:
    """Somebody has the pick on their screen."""
    await ready(floor)
    await floor.act("sato", "scan", "ZONE:A")


async def running(floor: Floor) -> None:
    """One unit is in the picker's hand."""
    await assigned(floor)
    await floor.act("sato", "scan", "A-01-1")
    await floor.act("sato", "scan", JAN["SKU1"])


async def picked(floor: Floor) -> None:
    """All is in the tote, on the robot."""
    await running(floor)
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "ZONE:A")


async def at_station(floor: Floor) -> None:
    """The tote waits at its pack station."""
    await picked(floor)
    await floor.robots()


async def labelled(floor: Floor) -> None:
    """The label is printed and not yet on the parcel."""
    await at_station(floor)
    await floor.act("sato", "leave")
    (station,) = await floor.store.read(lambda reader: reader.one(select(orders.c.station)))
    await floor.act("sato", "scan", station)
    while (screen := await floor.screen("sato"))["step"] != "label":
        await floor._answer("sato", screen)


async def packed(floor: Floor) -> None:
    """The parcel waits for a load."""
    await labelled(floor)
    await floor.act("sato", "scan", (await floor.screen("sato"))["target"])


async def loaded(floor: Floor) -> None:
    """The parcel is to be loaded and somebody is at it."""
    await packed(floor)
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "DOCK-1")


async def at_gate(floor: Floor) -> None:
    """The load stands at the gate."""
    await loaded(floor)
    await floor.act("sato", "scan", (await floor.screen("sato"))["target"])


STAGES = (planned, ready, assigned, running, picked, at_station, labelled, packed, loaded)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
@pytest.mark.parametrize("before", [False, True], ids=["", "restarted before"])
@pytest.mark.parametrize("after", [False, True], ids=["", "restarted after"])
async def test_H02_a_cancel_is_done_at_once_until_the_gate_and_the_goods_come_back(
    stage: Callable[[Floor], Awaitable[None]], *, before: bool, after: bool, tmp_path: Path
) -> None:
    site = Site(tmp_path)
    await site.open()
    await stage(site.floor)
    if before:
        await site.restart()
    assert await site.cancel("ACME/1") == "cancelled"
    if after:
        await site.restart()
    assert await site.cancel("ACME/1") == "cancelled"
    assert await site.read(lambda reader: broken(reader, site.walk.booked)) == []
    await site.walk.run_down()
    await _all_is_back(site)
    assert await site.read(lambda reader: told(reader, "ACME/1")) == ["order.cancelled"]
    site.floor.store.close()


async def _all_is_back(site: Site) -> None:
    assert await site.read(unfinished) == []
    rows = await site.read(lambda reader: reader.rows(select(stock).order_by(stock.c.place)))
    places = [(row.place, row.quantity, row.allocated) for row in rows]
    assert places == [("A-01-1", UNITS, 0), ("A-03-1", UNITS, 0)]


async def stopped(site: Site) -> None:
    """The gate does not see the parcel."""
    await site.floor.gate([(await site.floor.screen("sato"))["lines"][0]["sku"]])


async def taken_back(site: Site) -> None:
    """The shipper goes back from the gate."""
    await site.floor.act("sato", "back")


async def left_alone(site: Site) -> None:
    """The shipper walks off."""
    site.clock.pass_(seconds=GONE)
    await site.floor.plan()


async def unassigned(site: Site) -> None:
    """A supervisor takes the load from the shipper, who is told."""
    (task,) = await site.read(lambda reader: [row.id for row in reader.all(tasks, kind="load")])
    await site.floor.store.run(unassign_task, task, "supervisor")


@pytest.mark.parametrize("end", [stopped, taken_back, left_alone, unassigned], ids=lambda end: end.__name__)
@pytest.mark.parametrize("restart", [False, True], ids=["", "restarted"])
async def test_H02_a_cancel_at_the_gate_is_answered_as_soon_as_the_parcel_is_not_leaving(
    end: Callable[[Site], Awaitable[None]], *, restart: bool, tmp_path: Path
) -> None:
    site = Site(tmp_path)
    await site.open()
    await at_gate(site.floor)
    assert await site.cancel("ACME/1") == "pending"
    if restart:
        await site.restart()
    assert await site.cancel("ACME/1") == "pending"
    assert await site.read(lambda reader: told(reader, "ACME/1")) == []
    await end(site)
    assert await site.read(lambda reader: told(reader, "ACME/1")) == ["order.cancelled"]
    assert await site.cancel("ACME/1") == "cancelled"
    screen = await site.floor.screen("sato")
    assert (screen["process"], screen["last"]["kind"], screen["last"]["code"]) == ("idle", "wrong", "load.cancelled")
    await site.walk.run_down()
    await _all_is_back(site)
    site.floor.store.close()


@pytest.mark.parametrize("restart", [False, True], ids=["", "restarted"])
async def test_H02_a_cancel_at_the_gate_is_refused_when_the_parcel_left(*, restart: bool, tmp_path: Path) -> None:
    site = Site(tmp_path)
    await site.open()
    await at_gate(site.floor)
    assert await site.cancel("ACME/1") == "pending"
    if restart:
        await site.restart()
    await site.floor.gate([])
    assert await site.read(lambda reader: told(reader, "ACME/1")) == ["order.shipped", "order.cancel_refused"]
    assert await site.cancel("ACME/1") == "too_late"
    site.floor.store.close()


# --- any mixture

ORDERS = ("ACME/1", "ACME/2", "ACME/3")


class InFlight(RuleBasedStateMachine):
    """Three orders of two items go down the river while cancels and restarts come at any time."""

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="genba-cancel-"))
        self.answers: dict[str, list[str]] = {order: [] for order in ORDERS}
        self.site: Site = self.run(self._open())

    async def _open(self) -> Site:
        site = Site(self.folder)
        await site.open()
        for no, line in enumerate((("SKU1", 2), ("SKU2", 1), ("SKU1", 1)), start=1):
            await site.floor.order(str(no), line)
        site.clock.pass_(minutes=1)
        await site.floor.plan()
        return site

    def run(self, deed: Coroutine[Any, Any, T]) -> T:
        """Do something on the loop of this site."""
        return self.loop.run_until_complete(deed)

    @rule(times=st.integers(1, 3))
    def robots_drive(self, times: int) -> None:
        for _ in range(times):
            self.run(self.site.walk.some_robot())
            self.run(self.site.floor.plan())

    @rule(place=st.sampled_from(PLACES), person=st.sampled_from(PEOPLE))
    def somebody_goes_somewhere(self, place: str, person: str) -> None:
        if self.run(self.site.floor.screen(person))["process"] in ("idle", "start"):
            self.run(self.site.floor.act(person, "scan", place))

    @rule(times=st.integers(1, 6), person=st.sampled_from(PEOPLE))
    def somebody_works(self, times: int, person: str) -> None:
        for _ in range(times):
            screen = self.run(self.site.floor.screen(person))
            if screen["step"] != "gate":
                self.run(self.site.walk.answer(person, screen))

    @rule(places=st.integers(1, len(PLACES)))
    def work_flows_on(self, places: int) -> None:
        """Robots drive and kim does what is at the first places of the river; at the gate she stays."""
        for place in PLACES[:places]:
            self.site.clock.pass_(minutes=2)
            self.run(self.site.floor.robots())
            self.run(self._work_at(place))

    async def _work_at(self, place: str) -> None:
        while True:
            screen = await self.site.floor.screen("kim")
            if screen["step"] == "gate":
                return
            if screen["process"] in ("idle", "start") and screen["header"]["place"] == place:
                return
            if screen["process"] in ("idle", "start"):
                await self.site.floor.act("kim", "scan", place)
            else:
                await self.site.walk.answer("kim", screen)

    @rule(order=st.sampled_from(ORDERS))
    def the_wms_cancels(self, order: str) -> None:
        before = self.run(self.site.read(lambda reader: reader.get(orders, id=order)))
        outcome = self.run(self.site.cancel(order, f"c{len(self.answers[order])}"))
        stands = self.run(self.site.read(lambda reader: order in _at_gate(reader)))
        expected = {OrderState.SHIPPED: "too_late", OrderState.PACKED: "pending" if stands else "cancelled"}
        assert outcome == expected.get(OrderState(before.state), "cancelled")
        self.answers[order].append(outcome)

    @precondition(lambda self: self.run(self.site.read(_at_gate)))
    @rule()
    def the_wms_cancels_at_the_gate(self) -> None:
        self.the_wms_cancels(next(iter(self.run(self.site.read(_at_gate)))))

    @rule()
    def the_edge_restarts(self) -> None:
        self.run(self.site.restart())

    @rule(seconds=st.sampled_from([5, 120, GONE]))
    def time_passes(self, seconds: float) -> None:
        self.site.clock.pass_(seconds=seconds)
        self.run(self.site.floor.plan())

    @precondition(lambda self: self.run(self.site.read(_at_gate)))
    @rule(sees=st.booleans())
    def the_gate_decides(self, sees: bool) -> None:
        numbers = self.run(self.site.read(_numbers_at_gate))
        self.run(self.site.floor.gate([] if sees else numbers[:1]))

    @precondition(lambda self: self.run(self.site.read(_at_gate)))
    @rule()
    def somebody_goes_back_from_the_gate(self) -> None:
        for person in PEOPLE:
            if self.run(self.site.floor.screen(person))["step"] == "gate":
                self.run(self.site.floor.act(person, "back"))

    @invariant()
    def all_adds_up(self) -> None:
        assert self.run(self.site.read(lambda reader: broken(reader, self.site.walk.booked))) == []

    @invariant()
    def only_the_gate_keeps_an_answer_back(self) -> None:
        waiting: Mapping[str, None] = self.run(self.site.read(_unanswered))
        standing = self.run(self.site.read(_at_gate))
        assert [order for order in waiting if order not in standing] == []

    @invariant()
    def no_answer_is_taken_back(self) -> None:
        for order, answers in self.answers.items():
            ends = self.run(self.site.read(partial(told, order=order)))
            if "cancelled" in answers:
                assert ends == ["order.cancelled"]
            if "too_late" in answers:
                assert ends[0] == "order.shipped"

    def teardown(self) -> None:
        if not hasattr(self, "site"):
            return
        self.run(self.site.walk.run_down())
        assert self.run(self.site.read(unfinished)) == []
        assert self.run(self.site.read(_unanswered)) == {}
        for order, answers in self.answers.items():
            ends = self.run(self.site.read(partial(told, order=order)))
            refused = ["order.cancel_refused"] * (ends.count("order.cancel_refused"))
            assert ends in (["order.cancelled"], ["order.shipped", *refused])
            assert "pending" not in answers or refused or ends == ["order.cancelled"]
        self.site.floor.store.close()
        self.loop.close()
        shutil.rmtree(self.folder)


def _at_gate(reader: Reader) -> dict[str, None]:
    """Return the orders whose parcels stand at the gate."""
    rows = reader.rows(
        select(parcels.c.order_id)
        .join(loads, loads.c.id == parcels.c.load_id)
        .where(loads.c.state == LoadState.AT_GATE, parcels.c.state == ParcelState.PACKED)
        .order_by(parcels.c.order_id)
    )
    return {row.order_id: None for row in rows}


def _numbers_at_gate(reader: Reader) -> list[str]:
    standing = _at_gate(reader)
    return sorted(row.tracking for row in reader.all(parcels, state=ParcelState.PACKED) if row.order_id in standing)


def _unanswered(reader: Reader) -> dict[str, None]:
    rows = reader.all(orders, state=OrderState.PACKED)
    return {row.id: None for row in rows if row.cancel_key}


InFlight.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestInFlight = InFlight.TestCase

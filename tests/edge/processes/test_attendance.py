"""People who walk off: their work goes to others, they are told, late scans count nothing, waits are told (P37).

Signs of life are scans, buttons and looks at the screen; the clock that measures them cannot be set (P40).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.clock import Source, steady_clock
from edge.model.reasons import Refusal, say
from edge.processes import screens
from edge.processes.cancel import request_cancel
from edge.processes.people import log_out
from edge.processes.screens import screen_of
from edge.processes.work import send_on, unassign_task
from edge.steward import LOOK_AGAIN, Steward
from edge.store.queue import HEARING, resume_leases, why
from edge.store.store import Store
from edge.store.tables import exceptions, journal, logins, orders, tasks
from edge.store.tx import Reader
from simulators.world.loop import run, virtual_loop
from tests.edge.processes.invariants import broken, unfinished
from tests.support.floor import JAN, Floor, travel
from tests.support.store import START, HandClock, database, make_store, small_site

LEASE = small_site().rules.lease_seconds
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    clock = HandClock()
    floor = Floor(make_store(tmp_path, small_site(), clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 9)
    await floor.stock("SKU2", "A-02-1", 9)
    yield floor
    floor.store.close()


async def at_pick(floor: Floor) -> None:
    """Bring an order of two places to its first pick stop, with sato at the shelf and the location proved."""
    await floor.order("1", ("SKU1", 2), ("SKU2", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    await floor.act("sato", "scan", "A-01-1")
    await floor.act("sato", "scan", JAN["SKU1"])


async def walk_off(floor: Floor) -> None:
    """Let nobody give a sign of life for a lease."""
    floor.clock.pass_(seconds=LEASE + 1)
    await floor.plan()


async def one(floor: Floor, *columns: Any, **where: Any) -> Any:
    """Return columns of the only row that matches."""
    table = columns[0].table
    conditions = [table.c[name] == value for name, value in where.items()]
    return await floor.store.read(lambda reader: tuple(reader.one(select(*columns).where(*conditions))))


async def troubles(floor: Floor) -> list[tuple[str, str]]:
    """Return code and subject of what is open."""

    def query(reader: Reader) -> list[tuple[str, str]]:
        rows = reader.rows(select(exceptions).where(exceptions.c.state != "solved").order_by(exceptions.c.id))
        return [(row.code, row.subject) for row in rows]

    return await floor.store.read(query)


# --- work goes to others


async def test_P37_work_of_somebody_who_walked_off_goes_to_another_and_late_scans_are_refused(floor: Floor) -> None:
    await at_pick(floor)
    await walk_off(floor)
    await floor.act("kim", "scan", "ZONE:A")
    assert (await floor.screen("kim"))["target"] == "A-01-1"
    key = {"key": "late", "screen": "", "action": "scan", "value": JAN["SKU1"], "source": "scan"}
    late = await floor.store.run_as("person:sato", screens.act, "sato", key)
    assert late["result"] == {"kind": "wrong", "code": "work.passed_on", "text": late["result"]["text"]}
    assert "Kim" in late["result"]["text"]
    assert late["screen"]["process"] == "idle"
    reasons = await floor.store.read(lambda reader: [row.reason for row in reader.all(journal, kind="scan.refused")])
    assert reasons == ["work.passed_on"]
    assert await floor.work("kim", "ZONE:A") == 4
    assert (await one(floor, tasks.c.state, tasks.c.holder, kind="pick", state="done")) == ("done", "person:kim")


async def test_F62_work_that_nobody_began_meanwhile_goes_on_where_it_was(floor: Floor) -> None:
    await at_pick(floor)
    await walk_off(floor)
    assert (await one(floor, tasks.c.state, tasks.c.reason, kind="pick", state="ready"))[1] == "work.lease"
    shown = await floor.store.run(screen_of, "sato")
    assert (shown["process"], shown["step"], shown["target"]) == ("idle", "away", "ZONE:A")
    assert [button["id"] for button in shown["buttons"]] == ["here", "leave"]
    late = {"key": "late", "screen": "", "action": "scan", "value": JAN["SKU1"], "source": "scan"}
    answer = await floor.store.run_as("person:sato", screens.act, "sato", late)
    assert answer["result"]["kind"] == "right"
    assert (answer["screen"]["step"], answer["screen"]["quantity"]) == ("tote", {"want": 2, "done": 2})
    await floor.run_down()
    assert await one(floor, orders.c.state) == ("shipped",)


@pytest.mark.parametrize("back", ["look", "here"])
async def test_F62_a_look_or_the_button_brings_somebody_back(floor: Floor, back: str) -> None:
    await at_pick(floor)
    await walk_off(floor)
    if back == "here":
        shown = await floor.store.run(screen_of, "sato")
        press = {"key": "here", "screen": shown["id"], "action": "here", "source": "scan"}
        assert (await floor.store.run_as("person:sato", screens.act, "sato", press))["result"]["kind"] == "info"
    screen = await floor.screen("sato")
    assert (screen["step"], screen["last"]["code"]) == ("item", "work.resumed")


async def test_F62_somebody_may_leave_for_another_place_instead(floor: Floor) -> None:
    await at_pick(floor)
    await walk_off(floor)
    shown = await floor.store.run(screen_of, "sato")
    press = {"key": "leave", "screen": shown["id"], "action": "leave", "source": "scan"}
    answer = await floor.store.run_as("person:sato", screens.act, "sato", press)
    assert (answer["screen"]["process"], answer["screen"]["header"]["place"]) == ("start", "")
    await floor.act("sato", "scan", "PACK-1")
    assert (await floor.screen("sato"))["process"] == "idle"


async def test_P37_an_open_handheld_is_no_sign_of_life_and_gets_no_work(floor: Floor) -> None:
    await at_pick(floor)
    for _ in range(4):
        floor.clock.pass_(seconds=LEASE / 3)
        await floor.store.run(screen_of, "sato")
        await floor.plan()
    assert (await one(floor, tasks.c.state, kind="pick", place="ZONE:A", reason="work.lease")) == ("ready",)
    assert (await floor.store.run(screen_of, "sato"))["step"] == "away"


async def test_P40_whoever_looks_scans_or_errs_keeps_their_work(floor: Floor) -> None:
    await at_pick(floor)
    signs: tuple[Callable[[], Coroutine[Any, Any, Any]], ...] = (
        lambda: floor.screen("sato"),
        lambda: floor.act("sato", "scan", "T-9999"),
        lambda: floor.act("sato", "scan", "A-01-1", source="manual"),
    )
    for sign in signs:
        floor.clock.pass_(seconds=LEASE - 1)
        await floor.plan()
        await sign()
    assert (await floor.screen("sato"))["step"] == "item"
    assert await one(floor, tasks.c.epoch, kind="pick", state="running") == (1,)


async def test_P37_what_was_cancelled_meanwhile_is_told_as_that(floor: Floor) -> None:
    await at_pick(floor)
    await walk_off(floor)
    await floor.store.run(request_cancel, "ACME/1", "c1", "order.cancel_asked")
    assert (await floor.screen("sato"))["last"]["code"] == "work.cancelled"


async def test_P37_work_that_two_walked_off_from_begins_anew(floor: Floor) -> None:
    await at_pick(floor)
    await walk_off(floor)
    await floor.act("kim", "scan", "ZONE:A")
    await walk_off(floor)
    screen = await floor.screen("sato")
    assert (screen["last"]["code"], screen["step"], screen["target"]) == ("work.put_back", "location", "A-01-1")
    assert (await floor.screen("kim"))["last"]["code"] == "work.passed_on"


async def test_F47_whose_work_a_supervisor_took_is_not_given_back_in_silence(floor: Floor) -> None:
    await at_pick(floor)
    (task,) = await one(floor, tasks.c.id, kind="pick", state="running")
    await floor.store.run(unassign_task, task, "supervisor")
    screen = await floor.screen("sato")
    assert (screen["last"]["code"], screen["step"]) == ("work.not_yours", "location")


async def test_whoever_logs_out_gives_their_work_back_at_once(floor: Floor) -> None:
    await at_pick(floor)
    values = {"device": "d", "started_at": START, "expires_at": START + HOUR * 9}
    await floor.store.run(lambda tx: tx.insert(logins, token_hash="h", person_id="sato", kind="handheld", **values))
    await floor.store.run(log_out, "h")
    assert (await one(floor, tasks.c.reason, kind="pick", state="ready")) == ("work.lease",)
    assert (await floor.screen("sato"))["step"] == "item"


async def packing(floor: Floor) -> None:
    """Let Sato pick all and pack at PACK-1."""
    await at_pick(floor)
    for _ in range(2):
        await floor.work("sato", "ZONE:A")
        await floor.robots()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "PACK-1")
    assert (await floor.screen("sato"))["process"] == "pack"


async def test_P37_a_station_that_was_taken_over_leaves_the_work_of_others_alone(floor: Floor) -> None:
    await packing(floor)
    await walk_off(floor)
    await floor.act("kim", "scan", "PACK-1")
    assert (await floor.screen("kim"))["process"] == "pack"
    assert (await floor.screen("sato"))["last"]["code"] == "work.replaced"
    assert await floor.work("kim", "PACK-1") > 0
    assert await one(floor, orders.c.state) == ("packed",)


# --- a robot that waits for nobody


async def test_R124_a_robot_to_which_nobody_comes_is_told_until_somebody_does(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    assert await troubles(floor) == []
    await walk_off(floor)
    assert await troubles(floor) == [("exception.pick_waits", "robot/R1")]
    detail = await one(floor, exceptions.c.detail)
    assert detail[0] == {"robot": "R1", "node": "N1", "place": "ZONE:A"}
    await floor.act("sato", "scan", "ZONE:A")
    await floor.screen("sato")
    await floor.plan()
    assert await troubles(floor) == []


async def test_R124_a_pick_that_somebody_walked_off_from_is_told_with_what_to_do(floor: Floor) -> None:
    await at_pick(floor)
    await walk_off(floor)
    assert await troubles(floor) == [("exception.pick_waits", "robot/R1")]
    for language in ("ja", "en"):
        assert say("exception.pick_waits", language).next


async def test_R124_a_task_at_which_nobody_works_waits_for_a_person(floor: Floor) -> None:
    await at_pick(floor)
    await walk_off(floor)
    waits = await floor.store.read(lambda reader: why(reader, reader.get(tasks, kind="pick", state="ready")))
    assert waits == ("wait.person", {"place": "ZONE:A"})


async def test_a_robot_that_is_sent_on_delivers_the_rest_and_the_pick_comes_on_a_later_tour(floor: Floor) -> None:
    await at_pick(floor)
    with pytest.raises(Refusal) as refused:
        await floor.store.run(send_on, "R1")
    assert refused.value.code == "work.in_hand"
    await walk_off(floor)
    await floor.store.run(send_on, "R1")
    assert await floor.store.read(broken, {"SKU1": 9, "SKU2": 9}) == []
    await floor.plan()
    assert await troubles(floor) == []
    assert (await floor.screen("sato"))["last"]["code"] == "work.cancelled"
    await floor.run_down()
    assert await one(floor, orders.c.state) == ("shipped",)
    assert await floor.store.read(unfinished) == []
    with pytest.raises(Refusal):
        await floor.store.run(send_on, "R1")


async def test_an_empty_tote_of_a_robot_that_was_sent_on_is_free_again(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.store.run(send_on, "R1")
    await floor.robots()
    await floor.run_down()
    assert await one(floor, orders.c.state) == ("shipped",)
    assert await floor.store.read(unfinished) == []


# --- the clock


class Edge:
    """The part of an edge that watches leases, on a virtual clock that may be set; `boot` again after `kill`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loop = virtual_loop()
        self.floor: Floor

    async def boot(self) -> None:
        """Start, as the edge starts."""
        steady = steady_clock(self.loop.now, self.loop.time)
        source = Source(now=self.loop.now, dice=Random(1), unmoved=steady)
        store = Store.open(database(self.folder), small_site(), source, inline=True)
        self.floor = Floor(store, HandClock())
        await store.run(resume_leases)
        self.steward = self.loop.create_task(Steward(store, travel).run())

    async def kill(self) -> None:
        """Stop."""
        self.steward.cancel()
        await asyncio.wait([self.steward])
        self.floor.store.close()

    async def held(self) -> bool:
        """Tell whether sato still has the pick."""
        return bool(await self.floor.store.read(lambda reader: reader.get(tasks, kind="pick", holder="person:sato")))

    async def lose_within(self, least: float, most: float) -> None:
        """Check that the work is taken back after so many seconds without a sign of life."""
        await asyncio.sleep(least)
        assert await self.held()
        await asyncio.sleep(most - least + 1)
        assert not await self.held()


def in_virtual_time(folder: Path, day: Callable[[Edge], Coroutine[Any, Any, None]]) -> None:
    """Bring sato to a pick on an edge in virtual time, and live a day."""

    async def live() -> None:
        edge = Edge(folder)
        await edge.boot()
        floor = edge.floor
        await floor.open()
        await floor.stock("SKU1", "A-01-1", 9)
        await floor.order("1", ("SKU1", 2), priority=9)
        await asyncio.sleep(30)
        await floor.robots()
        await floor.act("sato", "scan", "ZONE:A")
        await floor.act("sato", "scan", "A-01-1")
        assert await edge.held()
        await day(edge)
        await edge.kill()

    run(live(), 1, START)


@pytest.mark.parametrize("jump", [-26 * HOUR, -HOUR, HOUR, 26 * HOUR], ids=str)
def test_P40_a_set_clock_neither_frees_nor_freezes_work(tmp_path: Path, jump: timedelta) -> None:
    async def day(edge: Edge) -> None:
        edge.loop.jump_clock(jump)
        await edge.lose_within(LEASE - 1, LEASE + LOOK_AGAIN)

    in_virtual_time(tmp_path, day)


@pytest.mark.parametrize("jump", [-26 * HOUR, timedelta(0), 26 * HOUR], ids=str)
def test_P40_a_lease_goes_on_after_a_restart_whatever_the_clock_says(tmp_path: Path, jump: timedelta) -> None:
    async def day(edge: Edge) -> None:
        await asyncio.sleep(LEASE - 30)
        await edge.kill()
        edge.loop.jump_clock(jump)
        await edge.boot()
        soonest = LEASE if jump < timedelta(0) else HEARING.total_seconds()
        await edge.lose_within(soonest - 1, soonest + LOOK_AGAIN)

    in_virtual_time(tmp_path, day)


def test_P40_a_clock_set_before_a_restart_frees_nothing_at_once(tmp_path: Path) -> None:
    async def day(edge: Edge) -> None:
        edge.loop.jump_clock(26 * HOUR)
        await edge.kill()
        await edge.boot()
        await edge.lose_within(HEARING.total_seconds() - 1, HEARING.total_seconds() + LOOK_AGAIN)

    in_virtual_time(tmp_path, day)


async def test_who_would_interrupt_work_at_a_table_is_asked_and_scans_twice(floor: Floor) -> None:
    await packing(floor)
    first = await floor.act("kim", "scan", "PACK-1")
    assert (first["result"]["kind"], first["result"]["code"]) == ("info", "work.at_work")
    assert "PACK-1" in first["result"]["text"]
    assert ((await floor.screen("kim"))["process"], (await floor.screen("sato"))["process"]) == ("start", "pack")
    floor.clock.pass_(seconds=3)
    await floor.act("kim", "scan", "PACK-1")
    assert (await floor.screen("kim"))["process"] == "pack"
    assert (await floor.screen("sato"))["last"]["code"] == "work.replaced"


@pytest.mark.parametrize("seconds", [0.2, 31])
async def test_F61_bounced_or_forgotten_second_scan_interrupts_nobody(floor: Floor, seconds: float) -> None:
    await packing(floor)
    await floor.act("kim", "scan", "PACK-1")
    floor.clock.pass_(seconds=seconds)
    again = await floor.act("kim", "scan", "PACK-1")
    assert again["result"]["code"] == "work.at_work"
    assert (await floor.screen("sato"))["process"] == "pack"

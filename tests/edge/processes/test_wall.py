"""A put wall by decisions (F08): picked in total, put order by order, packed from the slot; nothing is made or lost."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.model.states import OrderState, TaskKind
from edge.processes.buttons import slot_pressed
from edge.processes.cancel import request_cancel
from edge.processes.carry import set_down
from edge.processes.changes import change_order
from edge.processes.totes import free_tote, sync_totes
from edge.processes.waits import order_waits
from edge.processes.wall import lit
from edge.site import Site
from edge.store.tables import allocations, journal, orders, people, stock, tasks, totes
from edge.store.tx import Tx
from tests.edge.processes.invariants import broken, unfinished
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store
from tests.support.walls import SLOTS, wall_site

BOOKED = {"SKU1": 30, "SKU2": 20, "SKU3": 5}


@pytest.fixture
def site() -> Site:
    return wall_site("green", "blue")


@pytest_asyncio.fixture
async def floor(tmp_path: Path, site: Site) -> AsyncIterator[Floor]:
    clock = HandClock()
    store = make_store(tmp_path, site, clock)
    floor = Floor(store, clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 30)
    await floor.stock("SKU2", "A-02-1", 20)
    await floor.stock("SKU3", "A-03-1", 5)
    yield floor
    store.close()


async def brought(floor: Floor) -> None:
    """Bring what three orders want to the wall: K1 and K2 want SKU1 and SKU2, K3 wants SKU1 only."""
    await floor.order("K1", ("SKU1", 2), ("SKU2", 1))
    await floor.order("K2", ("SKU1", 3), ("SKU2", 1))
    await floor.order("K3", ("SKU1", 1))
    await to_wall(floor)


async def to_wall(floor: Floor) -> None:
    floor.clock.pass_(seconds=60)
    await floor.robots()
    while await floor.work("sato", "ZONE:A"):
        await floor.robots()


async def at_item(floor: Floor, person: str = "kim", tote: str = "") -> dict[str, Any]:
    """Let somebody go to the wall and scan the tote that is asked for, or another."""
    await floor.act(person, "scan", "WALL-1")
    screen = await floor.screen(person)
    assert (screen["process"], screen["step"]) == ("wall", "tote")
    answer = await floor.act(person, "scan", tote or screen["target"])
    shown: dict[str, Any] = answer["screen"]
    return shown


async def scan(floor: Floor, value: str, person: str = "kim") -> dict[str, Any]:
    return await floor.act(person, "scan", JAN.get(value, value))


async def lights(floor: Floor) -> dict[str, tuple[str, str, int]]:
    found = await floor.store.read(lit, "WALL-1")
    return {slot: (light.person, light.colour, light.units) for slot, light in found.items()}


async def state(floor: Floor, key: str) -> str:
    return str(await floor.store.read(lambda reader: reader.get(orders, id=f"ACME/{key}").state))


async def sound(floor: Floor) -> None:
    assert await floor.store.read(broken, BOOKED) == []


async def test_F08_the_same_goods_of_several_orders_are_picked_in_total(floor: Floor) -> None:
    await floor.stock("SKU3", "A-01-1", 4)
    await floor.order("K1", ("SKU1", 2), ("SKU3", 1))
    await floor.order("K2", ("SKU1", 3), ("SKU3", 3))
    floor.clock.pass_(seconds=60)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    screen = await floor.screen("sato")
    want, more = {"SKU1": (5, 4), "SKU3": (4, 5)}[screen["item"]["sku"]]
    assert (screen["target"], screen["quantity"]) == ("A-01-1", {"want": want, "done": 0})
    await floor.act("sato", "scan", "A-01-1")
    await scan(floor, screen["item"]["sku"], "sato")
    await floor.act("sato", "quantity", quantity=want)
    await floor.act("sato", "scan", screen["to"].split()[1])
    assert (await floor.screen("sato"))["quantity"]["want"] == more
    undone = await floor.act("sato", "undo")
    assert undone["screen"]["quantity"]["want"] == more
    undone = await floor.act("sato", "undo")
    assert undone["screen"]["quantity"]["want"] == want
    assert await floor.store.read(broken, BOOKED | {"SKU3": 9}) == []


async def test_F08_an_item_lights_every_slot_that_wants_it_with_its_units(floor: Floor) -> None:
    await brought(floor)
    screen = await at_item(floor)
    assert {line["sku"]: line["want"] for line in screen["lines"]} == {"SKU1": 6, "SKU2": 2}
    shown = (await scan(floor, "SKU1"))["screen"]
    assert await lights(floor) == {
        "W1-01": ("kim", "green", 2),
        "W1-02": ("kim", "green", 3),
        "W1-03": ("kim", "green", 1),
    }
    assert shown["target"] == "W1-01"
    assert shown["quantity"] == {"want": 2, "done": 0}
    await sound(floor)


async def test_F08_a_button_is_a_put_of_whom_its_slot_is_lit_for(floor: Floor) -> None:
    await brought(floor)
    await at_item(floor)
    await scan(floor, "SKU1")
    await floor.store.run_as("station:WALL-1", slot_pressed, "W1-02")
    assert await lights(floor) == {"W1-01": ("kim", "green", 2), "W1-03": ("kim", "green", 1)}
    put = await floor.store.read(lambda reader: reader.one(select(journal).where(journal.c.kind == "wall.put")))
    assert (put.subject, put.data["person"], put.data["quantity"]) == ("order/ACME/K2", "kim", 3)
    await sound(floor)


async def test_F08_a_whole_order_is_packed_from_its_slot(floor: Floor) -> None:
    await brought(floor)
    await at_item(floor)
    for value in ("SKU1", "W1-03"):
        await scan(floor, value)
    assert await state(floor, "K3") == OrderState.PACKING
    await floor.act("sato", "scan", "PACK-1") if (await floor.screen("sato"))["process"] == "start" else None
    await floor.run_down()
    assert await state(floor, "K3") == OrderState.SHIPPED
    await sound(floor)


async def test_F08_everything_is_sorted_packed_and_shipped(floor: Floor) -> None:
    await brought(floor)
    await floor.work("kim", "WALL-1")
    assert {await state(floor, key) for key in ("K1", "K2", "K3")} == {OrderState.PACKING}
    await floor.run_down()
    assert {await state(floor, key) for key in ("K1", "K2", "K3")} == {OrderState.SHIPPED}
    assert await floor.store.read(unfinished) == []
    await sound(floor)


async def test_R124_an_order_whose_tote_waits_at_the_wall_says_so(floor: Floor) -> None:
    await floor.order("K1", ("SKU1", 2))
    await to_wall(floor)
    waits = await floor.store.read(lambda reader: order_waits(reader, reader.all(orders)))
    assert waits == {"ACME/K1": ("wait.person", {"place": "WALL-1"})}


async def test_R124_free_slots_are_no_free_totes(floor: Floor) -> None:
    await floor.store.run(lambda tx: tx.change(totes, {"place": "buffer"}, state="bound"))
    await floor.order("K1", ("SKU1", 2))
    floor.clock.pass_(seconds=60)
    await floor.plan()
    waits = await floor.store.read(lambda reader: order_waits(reader, reader.all(orders)))
    assert waits == {"ACME/K1": ("wait.totes", {})}


async def test_H03_a_more_urgent_order_makes_its_shared_tote_more_urgent(floor: Floor) -> None:
    await brought(floor)
    await floor.store.run(change_order, "ACME/K2", {"priority": 9})
    sort = await floor.store.read(lambda reader: reader.get(tasks, kind=TaskKind.SORT))
    assert sort.priority == 9


async def test_a_button_that_is_dark_counts_nothing_and_is_told(floor: Floor) -> None:
    await brought(floor)
    await at_item(floor)
    await floor.store.run_as("station:WALL-1", slot_pressed, "W1-02")
    assert (await floor.screen("kim"))["last"]["code"] == "wall.not_lit"
    await sound(floor)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (("SKU3",), "wall.unwanted"),
        (("W1-01",), "scan.other_kind"),
        (("nonsense",), "scan.unknown"),
        (("SKU2", "W1-03"), "wall.wrong_slot"),
        (("SKU2", "W1-04"), "wall.wrong_slot"),
        (("SKU2", "SKU1"), "wall.put_first"),
        (("SKU2", "SKU2"), "wall.put_now"),
        (("SKU2", "W1-01", "W1-02", "SKU2"), "wall.unwanted"),
    ],
)
async def test_F57_a_wrong_scan_changes_nothing_and_says_what_is_asked(
    floor: Floor, steps: tuple[str, ...], code: str
) -> None:
    await brought(floor)
    await at_item(floor)
    for value in steps[:-1]:
        await scan(floor, value)
    before = await lights(floor)
    assert (await scan(floor, steps[-1]))["result"]["code"] == code
    assert await lights(floor) == before
    await sound(floor)


async def test_F38_a_put_is_taken_back_until_the_order_has_gone_on(floor: Floor) -> None:
    await brought(floor)
    await at_item(floor)
    for value in ("SKU1", "W1-01"):
        await scan(floor, value)
    assert (await floor.act("kim", "undo"))["result"]["code"] == "work.undone"
    assert (await lights(floor))["W1-01"] == ("kim", "green", 2)
    await sound(floor)
    await scan(floor, "W1-03")
    assert (await floor.act("kim", "undo"))["result"]["code"] == "work.nothing_to_undo"
    await sound(floor)


async def test_F36_what_is_missing_from_the_tote_goes_short_at_the_least_urgent(floor: Floor) -> None:
    await floor.order("K1", ("SKU1", 2), priority=5)
    await floor.order("K2", ("SKU1", 3), priority=7)
    await to_wall(floor)
    await at_item(floor)
    await scan(floor, "SKU1")
    told = await floor.act("kim", "missing", quantity=3, reason="absent")
    assert told["result"]["code"] == "work.short"
    assert [units for _, _, units in (await lights(floor)).values()] == [2]
    assert await state(floor, "K1") == OrderState.SHORT
    await sound(floor)
    await floor.run_down()
    await floor.work("kim", "WALL-1")
    await floor.run_down()
    assert await floor.store.read(unfinished) == []
    await sound(floor)


async def test_F36_a_tote_that_lacks_everything_ends_its_orders(floor: Floor) -> None:
    await floor.order("K1", ("SKU3", 2))
    await to_wall(floor)
    await at_item(floor)
    assert (await floor.act("kim", "missing", quantity=2, reason="damaged"))["result"]["kind"] == "done"
    assert await state(floor, "K1") == OrderState.SHORT
    assert await floor.store.read(unfinished) == []
    await sound(floor)


async def test_F21_a_cancelled_order_goes_dark_and_its_goods_go_back(floor: Floor) -> None:
    await brought(floor)
    await at_item(floor)
    for value in ("SKU2", "W1-01", "W1-02", "SKU1"):
        await scan(floor, value)
    await floor.store.run(request_cancel, "ACME/K2", "c", "order.cancel_asked")
    assert "W1-02" not in await lights(floor)
    assert (await floor.screen("kim"))["last"]["code"] == "wall.cancelled"
    await sound(floor)
    await floor.work("kim", "WALL-1")
    backs = await floor.store.read(
        lambda reader: [row.subject for row in reader.all(tasks, kind=TaskKind.PUTBACK, state="ready")]
    )
    assert sorted(backs) == ["tote/T-0001", "tote/W1-02"]
    await floor.run_down()
    assert await floor.store.read(unfinished) == []
    await sound(floor)
    at_shelf = await floor.store.read(lambda reader: reader.get(stock, place="A-01-1", sku="SKU1").quantity)
    assert at_shelf == 27


async def test_F21_goods_of_a_cancelled_order_stay_in_the_tote(floor: Floor) -> None:
    await brought(floor)
    await at_item(floor)
    for key in ("K1", "K2"):
        await floor.store.run(request_cancel, f"ACME/{key}", key, "order.cancel_asked")
    assert (await scan(floor, "SKU2"))["result"]["code"] == "wall.leave"
    await floor.store.run(request_cancel, "ACME/K3", "K3", "order.cancel_asked")
    assert (await floor.screen("kim"))["process"] == "idle"
    await floor.run_down()
    assert await floor.store.read(unfinished) == []
    await sound(floor)


async def test_F21_an_order_that_waits_whole_in_its_slot_is_put_back_from_there(floor: Floor) -> None:
    await brought(floor)
    await floor.work("kim", "WALL-1")
    await floor.store.run(request_cancel, "ACME/K1", "c", "order.cancel_asked")
    await sound(floor)
    await floor.run_down()
    assert await floor.store.read(unfinished) == []
    await sound(floor)


def _make_packer(tx: Tx, person: str) -> None:
    tx.change(people, {"id": person}, roles=["packer", "supervisor"])


def _second_tote(tx: Tx) -> None:
    """Let SKU2 have come in a tote of its own, as after a short that sent the robot out again."""
    part = tx.get(allocations, sku="SKU2", state="picked")
    tx.change(allocations, {"id": part.id}, tote_id="T-0002")
    tx.change(stock, {"place": f"tote:{part.tote_id}", "sku": "SKU2"}, place="tote:T-0002")
    tx.change(totes, {"id": "T-0002"}, state="bound", place="robot:R1")
    set_down(tx, tx.get(totes, id="T-0002"), "WALL-1")


@pytest.fixture
def two_totes() -> Site:
    return wall_site("green", "blue", orders_per_tote=1)


class TestTwoWorkers:
    """Two people at one wall, each with a tote and a colour."""

    @pytest.fixture
    def site(self, two_totes: Site) -> Site:
        return two_totes

    async def test_each_has_a_colour(self, floor: Floor) -> None:
        await brought(floor)
        for person in ("kim", "sato"):
            if person == "sato":
                await floor.act("sato", "leave")
            await at_item(floor, person)
            await scan(floor, "SKU1", person)
        assert await lights(floor) == {"W1-01": ("kim", "green", 2), "W1-02": ("sato", "blue", 3)}
        assert (await scan(floor, "W1-01", "sato"))["result"]["code"] == "wall.wrong_slot"
        await sound(floor)

    async def test_a_third_is_refused_with_a_reason(self, floor: Floor) -> None:
        await brought(floor)
        await floor.act("sato", "leave")
        for person in ("kim", "sato"):
            await floor.act(person, "scan", "WALL-1")
        await floor.store.run(_make_packer, "mori")
        assert (await floor.act("mori", "scan", "WALL-1"))["result"]["code"] == "wall.full"

    async def test_who_walks_away_leaves_no_light_and_comes_back_to_theirs(self, floor: Floor) -> None:
        await brought(floor)
        await at_item(floor)
        await scan(floor, "SKU1")
        floor.clock.pass_(seconds=200)
        await floor.plan()
        assert await lights(floor) == {}
        await floor.screen("kim")
        assert await lights(floor) == {"W1-01": ("kim", "green", 2)}


class TestOneSlotForTwo:
    """One order comes in two totes; two people want to put into its slot at once."""

    @pytest.fixture
    def site(self, two_totes: Site) -> Site:
        return two_totes

    async def test_a_slot_is_lit_for_who_scanned_first_then_for_the_other(self, floor: Floor) -> None:
        await floor.order("K1", ("SKU1", 1), ("SKU2", 1))
        await to_wall(floor)
        await floor.store.run(_second_tote)
        await at_item(floor, tote="T-0001")
        await scan(floor, "SKU1")
        await floor.act("sato", "leave")
        await at_item(floor, "sato")
        shown = (await scan(floor, "SKU2", "sato"))["screen"]
        assert shown["target"] == ""
        assert "W1-01" in shown["detail"]
        assert (await scan(floor, "W1-01", "sato"))["result"]["code"] == "wall.taken"
        assert (await lights(floor))["W1-01"] == ("kim", "green", 1)
        await scan(floor, "W1-01")
        assert (await lights(floor))["W1-01"] == ("sato", "blue", 1)
        await floor.store.run_as("station:WALL-1", slot_pressed, "W1-01")
        assert await state(floor, "K1") == OrderState.PACKING


class TestWithoutLights:
    """A wall that has neither lights nor buttons is worked by the labels of its slots."""

    @pytest.fixture
    def site(self) -> Site:
        return wall_site()

    async def test_F08_it_is_worked_by_scans_alone(self, floor: Floor) -> None:
        await brought(floor)
        await floor.work("kim", "WALL-1")
        await floor.run_down()
        assert await floor.store.read(unfinished) == []
        await sound(floor)


async def test_F08_large_orders_travel_in_totes_of_their_own(floor: Floor) -> None:
    await floor.order("K1", ("SKU2", 1))
    floor.clock.pass_(seconds=60)
    await floor.plan()
    await floor.order("BIG", ("SKU1", 7))
    floor.clock.pass_(seconds=60)
    await floor.plan()
    stations = await floor.store.read(lambda reader: {row.order_key: row.station for row in reader.all(orders)})
    assert stations == {"BIG": "PACK-1", "K1": "WALL-1"}


async def test_F08_a_full_wall_keeps_nobody_waiting(floor: Floor) -> None:
    for number in range(6):
        await floor.order(f"K{number}", ("SKU1", 1))
    floor.clock.pass_(seconds=60)
    await floor.robots()
    bound = await floor.store.read(lambda reader: [row.station for row in reader.all(orders)])
    assert sorted(bound) == ["PACK-1"] * 2 + ["WALL-1"] * len(SLOTS)
    await sound(floor)


async def test_a_slot_that_the_site_file_has_no_more_is_never_sent_out_as_a_tote(floor: Floor, tmp_path: Path) -> None:
    await brought(floor)
    await floor.work("kim", "WALL-1")
    await floor.run_down()
    floor.store.close()
    site = wall_site("green")
    (wall,) = site.put_walls
    other = wall.model_copy(update={"slots": wall.slots[1:]})
    floor.store = make_store(tmp_path, site.model_copy(update={"put_walls": [other]}), floor.clock)

    def free_all(tx: Tx) -> dict[str, str]:
        for slot in SLOTS:
            free_tote(tx, slot)
        sync_totes(tx)
        return {slot: tx.get(totes, id=slot).place for slot in SLOTS}

    assert await floor.store.run(free_all) == {"W1-01": "wall:", **dict.fromkeys(SLOTS[1:], "wall:WALL-1")}


@pytest.mark.parametrize("again", range(3))
async def test_P56_after_a_restart_the_same_slots_are_lit(tmp_path: Path, site: Site, again: int) -> None:
    clock = HandClock()
    floor = Floor(make_store(tmp_path, site, clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 30)
    await floor.stock("SKU2", "A-02-1", 20)
    await brought(floor)
    await at_item(floor)
    for value in ("SKU1", "W1-01", "W1-02")[: again + 1]:
        await scan(floor, value)
    before = await lights(floor)
    floor.store.close()
    floor.store = make_store(tmp_path, site, clock)
    assert before
    assert await lights(floor) == before
    floor.store.close()

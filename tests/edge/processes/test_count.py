"""Counting a location at the handheld: blind, tags once and codes each time, and what becomes of the count (F15)."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from drivers.codes.digits import mod10
from drivers.codes.epc import checked, encode, sgtin_96, sscc_96
from drivers.codes.epc.keys import SGTIN
from edge.model.reasons import Refusal
from edge.planning.allocate import allocate_waiting
from edge.processes import screens
from edge.processes.attendance import step_away
from edge.processes.difference import count_again, dismiss_difference, take_difference
from edge.processes.inventory import apply_stock, put_item, totals
from edge.processes.stocktake import ask_count
from edge.processes.withdraw import withdraw_count
from edge.processes.work import unassign_task
from edge.site import Owner
from edge.store.tables import allocations, count_scans, exceptions, journal, order_lines, orders, stock, tasks
from tests.edge.processes.invariants import broken
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store, name, small_site

PLACE = "A-01-1"
CASE = "14901234567891"
"""A bar code of SKU1 that stands for twelve."""


def tag(serial: int, code: str = JAN["SKU1"]) -> str:
    """Return what a tag on an item says, as a sweep types it."""
    return sgtin_96(code, str(serial), 7)


def plus_tag(serial: str, code: str, scheme: str, data: tuple[tuple[str, str], ...]) -> str:
    """Return what a tag of TDS 2 says that carries lot or date after its key."""
    return encode(checked(SGTIN, f"0{code}", serial), scheme, data=data)


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Give a floor of two owners who use the same code of SKU2, with some goods at the place."""
    clock = HandClock()
    other = Owner.model_validate({"id": "BETA", "name": name("Beta")})
    site = small_site()
    store = make_store(tmp_path, site.model_copy(update={"owners": [*site.owners, other]}), clock)
    floor = Floor(store, clock)
    await floor.open()
    thing = {"name": {"ja": "カップ", "en": "Mug"}, "codes": [JAN["SKU2"]]}
    await store.run(put_item, "BETA", "B-2", thing)
    cups = {"name": {"ja": "SKU1", "en": "SKU1"}, "codes": [JAN["SKU1"], {"code": CASE, "quantity": 12}]}
    await store.run(put_item, "ACME", "SKU1", cups)
    await floor.stock("SKU1", PLACE, 3)
    yield floor
    store.close()


async def rows(floor: Floor, table: Any, **key: Any) -> Any:
    return await floor.store.read(lambda reader: reader.all(table, **key))


async def ask(floor: Floor, place: str = PLACE) -> str:
    """Have a place counted and return the count's id."""
    return (await floor.store.run_as("person:mori", ask_count, place)).id


async def begin(floor: Floor, person: str = "sato", place: str = PLACE) -> dict[str, Any]:
    """Let somebody take the count and scan its place."""
    if (await floor.screen(person))["header"]["place"] != "ZONE:A":
        await floor.act(person, "scan", "ZONE:A")
    assert (await floor.screen(person))["target"] == place
    screen: dict[str, Any] = (await floor.act(person, "scan", place))["screen"]
    return screen


async def count(floor: Floor, *codes: str, person: str = "sato") -> dict[str, Any]:
    """Scan the place and codes, end the round, and return the answer."""
    await begin(floor, person)
    for code in codes:
        await floor.act(person, "scan", code)
    return await floor.act(person, "done" if codes else "empty")


async def told(floor: Floor, kind: str = "stock.counted") -> Any:
    return await floor.store.read(
        lambda reader: reader.rows(select(journal).where(journal.c.kind == kind).order_by(journal.c.seq))
    )


async def question(floor: Floor) -> Any:
    (row,) = [one for one in await rows(floor, exceptions) if one.code == "exception.count_differs"]
    return row


async def test_F15_a_count_that_agrees_is_over_and_told(floor: Floor) -> None:
    number = await ask(floor)
    answer = await count(floor, *[JAN["SKU1"]] * 3)
    assert (answer["result"]["kind"], answer["result"]["code"]) == ("done", "count.agreed")
    (entry,) = await told(floor)
    assert (entry.subject, entry.number, entry.actor) == (f"location/{PLACE}", 1, "person:sato")
    assert entry.data["outcome"] == "agreed"
    assert entry.data["count"] == number
    line = {"owner": "ACME", "sku": "SKU1", "lot": "", "expiry": "", "books": 3, "counted": 3}
    assert entry.data["lines"] == [line]
    assert [row.state for row in await rows(floor, tasks)] == ["done"]
    assert await rows(floor, count_scans) == []


async def test_F15_nothing_on_the_screen_tells_what_the_books_say(floor: Floor) -> None:
    await floor.stock("SKU1", "A-02-1", 7777)
    await ask(floor, "A-02-1")
    screen = await begin(floor, place="A-02-1")
    assert "7777" not in str(screen)
    screen = (await floor.act("sato", "scan", JAN["SKU1"]))["screen"]
    assert "7777" not in str(screen)
    assert screen["quantity"] == {"want": None, "done": 1}
    again = await floor.act("sato", "done")
    assert again["result"]["code"] == "count.again"
    assert "7777" not in str(again)
    assert "SKU1" not in str(again)


async def test_F61_F97_a_tag_counts_once_and_a_code_each_time(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    dice = Random(5)
    tags = [tag(serial) for serial in range(1, 41)]
    sweep = tags + dice.choices(tags, k=80)
    dice.shuffle(sweep)
    for one in sweep:
        shown = one.lower() if dice.random() < 0.5 else one
        assert (await floor.act("sato", "scan", shown))["result"]["kind"] == "right"
    assert (await floor.screen("sato"))["quantity"]["done"] == 40
    await floor.act("sato", "scan", JAN["SKU1"])
    screen = (await floor.act("sato", "scan", JAN["SKU1"]))["screen"]
    assert screen["quantity"]["done"] == 42
    assert (await floor.act("sato", "scan", CASE))["screen"]["quantity"]["done"] == 54
    screen = await floor.screen("sato")
    assert (screen["lines"][0]["name"], screen["lines"][0]["done"]) == ("計 1 品目 タグ 40 枚", 54)


async def test_F60_a_typed_number_is_the_total_of_the_item_scanned_last(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    assert (await floor.act("sato", "total", quantity=5))["result"]["code"] == "work.no_button"
    await floor.act("sato", "scan", tag(1))
    await floor.act("sato", "scan", CASE)
    answer = await floor.act("sato", "total", quantity=3)
    assert "合計 3 点" in answer["result"]["text"]
    assert answer["screen"]["quantity"]["done"] == 3
    assert (await floor.act("sato", "scan", tag(1)))["screen"]["quantity"]["done"] == 3
    assert (await floor.act("sato", "undo"))["screen"]["quantity"]["done"] == 13
    assert (await floor.act("sato", "undo"))["screen"]["quantity"]["done"] == 1
    assert (await floor.act("sato", "undo"))["screen"]["quantity"] is None
    assert (await floor.act("sato", "scan", tag(1)))["screen"]["quantity"]["done"] == 1, "its tag may be read again"
    assert (await floor.act("sato", "total", quantity=1_000_001))["result"]["code"] == "work.quantity"


async def test_what_is_no_item_is_listed_and_not_counted(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    stranger, parcel = "E280689400005003", sscc_96("04912345000000001" + mod10("04912345000000001"), 7)
    for scanned, kind, code in (
        (stranger, "info", "count.tag_other"),
        (parcel, "info", "count.tag_other"),
        (tag(7, "4900000000009"), "info", "count.tag_unknown"),
        ("4900000000016", "wrong", "count.unknown"),
        ("4900000000016", "wrong", "count.unknown"),
        ("T-0001", "wrong", "scan.other_kind"),
    ):
        result = (await floor.act("sato", "scan", scanned))["result"]
        assert (result["kind"], result["code"]) == (kind, code), scanned
    await floor.act("sato", "scan", JAN["SKU1"])
    screen = (await floor.act("sato", "total", quantity=3))["screen"]
    line = screen["lines"][1]
    assert (line["sku"], line["want"], line["done"]) == ("4900000000016", None, 4)
    await floor.act("sato", "done")
    (entry,) = await told(floor)
    assert (entry.data["outcome"], len(entry.data["others"])) == ("agreed", 4)


async def test_an_empty_place_is_counted_by_saying_so(floor: Floor) -> None:
    await ask(floor, "A-02-1")
    await begin(floor, place="A-02-1")
    assert (await floor.act("sato", "empty"))["result"]["code"] == "count.agreed"
    (entry,) = await told(floor)
    assert entry.data["lines"] == []


async def test_the_location_is_proved_first(floor: Floor) -> None:
    await ask(floor)
    await floor.act("sato", "scan", "ZONE:A")
    assert (await floor.act("sato", "scan", "A-02-1"))["result"]["code"] == "scan.wrong_location"
    assert (await floor.act("sato", "scan", JAN["SKU1"]))["result"]["code"] == "scan.other_kind"
    assert await rows(floor, count_scans) == []


async def test_one_place_has_one_count(floor: Floor) -> None:
    first = await floor.store.run(ask_count, PLACE)
    again = await floor.store.run(ask_count, PLACE)
    assert (first.state, again.state, first.id) == ("asked", "open", again.id)
    assert len(await rows(floor, tasks)) == 1
    for _ in range(2):
        await count(floor, JAN["SKU1"])
    assert (await floor.store.run(ask_count, PLACE)) == (first.id, "differs")
    with pytest.raises(Refusal) as refused:
        await floor.store.run(ask_count, "A-99-1")
    assert refused.value.code == "stock.unknown_location"


async def test_a_pick_goes_before_a_count(floor: Floor) -> None:
    await ask(floor, "A-02-1")
    await floor.order("1", ("SKU1", 1), priority=0)
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    assert (await floor.screen("sato"))["process"] == "pick"


async def test_F39_another_person_goes_on_where_the_first_left(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    await floor.act("sato", "scan", tag(1))
    await floor.act("sato", "scan", tag(2))
    (task,) = await rows(floor, tasks)
    await floor.store.run(unassign_task, task.id, "work.replaced")
    await floor.act("kim", "scan", "ZONE:A")
    screen = await floor.screen("kim")
    assert (screen["process"], screen["step"]) == ("count", "location")
    screen = await begin(floor, "kim")
    assert screen["quantity"]["done"] == 2
    late = await floor.act("sato", "scan", tag(3))
    assert late["result"]["kind"] == "wrong", "the first has it no more"
    await floor.act("kim", "scan", tag(2))
    await floor.act("kim", "scan", tag(3))
    assert (await floor.act("kim", "done"))["result"]["code"] == "count.agreed"


async def test_F62_a_dead_handheld_loses_nothing(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    await floor.act("sato", "scan", tag(1))
    await floor.store.run(step_away, "sato")
    assert (await floor.screen("sato"))["quantity"]["done"] == 1
    await floor.act("sato", "scan", tag(2))
    await floor.act("sato", "scan", tag(3))
    assert (await floor.act("sato", "done"))["result"]["code"] == "count.agreed"


async def test_F33_a_count_that_is_put_off_keeps_what_was_counted(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    await floor.act("sato", "scan", tag(1))
    assert (await floor.act("sato", "skip", reason="later"))["result"]["code"] == "count.put_off"
    assert (await floor.screen("sato"))["process"] == "idle"
    floor.clock.pass_(minutes=11)
    assert (await begin(floor))["quantity"]["done"] == 1


async def test_start_over_clears_the_round(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    for serial in range(1, 9):
        await floor.act("sato", "scan", tag(serial))
    screen = (await floor.act("sato", "restart"))["screen"]
    assert screen["quantity"] is None
    assert await rows(floor, count_scans) == []


# --- whose, and of which lot


async def test_a_code_of_two_owners_is_whose_goods_lie_there(floor: Floor) -> None:
    line = {"owner": "BETA", "sku": "B-2", "location": PLACE, "quantity": 1}
    await floor.store.run(apply_stock, [line])
    await ask(floor)
    await begin(floor)
    screen = (await floor.act("sato", "scan", JAN["SKU2"]))["screen"]
    assert (screen["step"], screen["item"]["sku"]) == ("count", "B-2")


async def test_a_code_of_two_owners_of_whom_neither_is_there_is_asked_once(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    screen = (await floor.act("sato", "scan", JAN["SKU2"]))["screen"]
    assert (screen["step"], screen["ask"]) == ("choose", "荷主を選ぶ")
    assert [one["id"] for one in screen["buttons"][0]["reasons"]] == ["ACME", "BETA"]
    await floor.act("sato", "scan", tag(1, JAN["SKU2"]))
    await floor.act("sato", "scan", tag(1))
    screen = await floor.screen("sato")
    assert screen["step"] == "choose", "a sweep does not wait, and nothing that asks is forgotten"
    assert (await floor.act("sato", "done"))["result"]["code"] == "work.no_button"
    assert (await floor.act("sato", "choose", reason="GAMMA"))["result"]["code"] == "work.no_button"
    screen = (await floor.act("sato", "choose", reason="BETA"))["screen"]
    assert screen["step"] == "count"
    screen = (await floor.act("sato", "scan", JAN["SKU2"]))["screen"]
    assert (screen["item"]["sku"], screen["quantity"]["done"]) == ("B-2", 3)


async def test_F18_of_several_lots_the_person_says_which_and_can_change(floor: Floor) -> None:
    for lot, units in (("L1", 2), ("L2", 1)):
        await floor.stock("SKU3", "A-03-1", units, "2027-01-01", lot)
    await ask(floor, "A-03-1")
    await begin(floor, place="A-03-1")
    code = JAN["SKU3"]
    screen = (await floor.act("sato", "scan", code))["screen"]
    assert (screen["step"], screen["ask"]) == ("choose", "ロットを選ぶ")
    first, second = (one["id"] for one in screen["buttons"][0]["reasons"])
    assert screen["buttons"][0]["reasons"][0]["label"] == "ロット L1 賞味期限 2027-01-01"
    screen = (await floor.act("sato", "choose", reason=first))["screen"]
    assert screen["quantity"]["done"] == 1
    screen = (await floor.act("sato", "scan", code))["screen"]
    assert screen["quantity"]["done"] == 2, "the same lot is not asked for again"
    await floor.act("sato", "scan", code)
    screen = (await floor.act("sato", "lot", reason=second))["screen"]
    assert (screen["quantity"]["done"], screen["lines"][1]["done"]) == (1, 2)
    assert (await floor.act("sato", "done"))["result"]["code"] == "count.agreed"


async def test_F18_a_lot_in_the_code_needs_no_question(floor: Floor) -> None:
    for lot in ("L1", "L2"):
        await floor.stock("SKU3", "A-03-1", 1, "2027-01-01", lot)
    await ask(floor, "A-03-1")
    await begin(floor, place="A-03-1")
    for lot in ("L2", "L1", "L9"):
        screen = (await floor.act("sato", "scan", f"(01)0{JAN['SKU3']}(10){lot}"))["screen"]
        assert screen["step"] == "count"
        assert f"ロット {lot}" in screen["detail"]
    assert (await floor.act("sato", "done"))["result"]["code"] == "count.again", "nobody knows of L9"


PLUS = [(("10", "L2"),), (("17", "270101"), ("10", "L2")), (("10", "L1"), ("15", "270100")), (("10", "L9"),)]


@pytest.mark.parametrize("scheme", ["sgtin+", "dsgtin+"])
async def test_F18_a_lot_in_a_plus_tag_needs_no_question(floor: Floor, scheme: str) -> None:
    for lot in ("L1", "L2"):
        await floor.stock("SKU3", "A-03-1", 3, "2027-01-01", lot)
    await ask(floor, "A-03-1")
    await begin(floor, place="A-03-1")
    for number, data in enumerate(PLUS):
        dated = (("17", "270101"),) if scheme == "dsgtin+" else ()
        more = tuple(one for one in data if one not in dated) if dated else data
        tagged = plus_tag(f"S{number}", JAN["SKU3"], scheme, (*dated, *more))
        answer = await floor.act("sato", "scan", tagged)
        assert (answer["result"]["kind"], answer["screen"]["step"]) == ("right", "count"), tagged
        assert f"ロット {dict(data)['10']}" in answer["screen"]["detail"]
        again = await floor.act("sato", "scan", tagged)
        assert again["result"]["code"] == "count.known_tag"
    rows_of = await rows(floor, count_scans)
    assert [(row.kind, row.lot) for row in rows_of] == [("tag", lot) for lot in ("L2", "L2", "L1", "L9")]
    assert [row.expiry for row in rows_of][:2] == ["2027-01-01"] * 2


async def test_F18_a_plus_tag_without_a_lot_asks_as_others_do(floor: Floor) -> None:
    for lot, expiry in (("L1", "2027-01-01"), ("L2", "2027-02-01"), ("L3", "2027-02-01")):
        await floor.stock("SKU3", "A-03-1", 1, expiry, lot)
    await ask(floor, "A-03-1")
    await begin(floor, place="A-03-1")
    screen = (await floor.act("sato", "scan", plus_tag("S1", JAN["SKU3"], "sgtin+", ())))["screen"]
    assert [one["label"][:6] for one in screen["buttons"][0]["reasons"]] == ["ロット L1", "ロット L2", "ロット L3"]
    await floor.act("sato", "undo")
    dated = plus_tag("S2", JAN["SKU3"], "sgtin+", (("17", "270201"),))
    screen = (await floor.act("sato", "scan", dated))["screen"]
    assert len(screen["buttons"][0]["reasons"]) == 2, "its date leaves two"


async def test_a_lot_in_the_code_of_goods_without_lots_is_looked_past(floor: Floor) -> None:
    await ask(floor)
    answer = await count(floor, *[f"(01)0{JAN['SKU1']}(10)X{n}" for n in range(3)])
    assert answer["result"]["code"] == "count.agreed"


# --- what moved meanwhile, and what differs


async def test_F15_what_moved_while_it_was_counted_is_counted_anew(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    for serial in (1, 2, 3):
        await floor.act("sato", "scan", tag(serial))
    await floor.stock("SKU1", PLACE, 1)
    answer = await floor.act("sato", "done")
    assert (answer["result"]["code"], answer["screen"]["step"]) == ("count.moved", "location")
    assert await rows(floor, count_scans) == []
    await floor.stock("SKU1", "A-02-1", 1)  # elsewhere: no matter
    answer = await count(floor, *(tag(serial) for serial in range(1, 5)))
    assert answer["result"]["code"] == "count.agreed"


async def test_F15_a_pick_during_a_count_is_of_another_moment(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await ask(floor)
    await begin(floor, "kim")
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    assert sum(row.quantity for row in await rows(floor, stock, place=PLACE)) == 2
    for serial in (1, 2):
        await floor.act("kim", "scan", tag(serial))
    assert (await floor.act("kim", "done"))["result"]["code"] == "count.moved"
    answer = await count(floor, tag(1), tag(2), person="kim")
    assert answer["result"]["code"] == "count.agreed"


async def test_F15_a_wrong_count_is_done_again_and_the_books_are_right_after_all(floor: Floor) -> None:
    await ask(floor)
    assert (await count(floor, tag(1)))["result"]["code"] == "count.again"
    assert (await count(floor, tag(1), tag(2), tag(3)))["result"]["code"] == "count.agreed"
    (entry,) = await told(floor)
    assert entry.data["rounds"] == 2


async def test_F15_two_counts_that_agree_are_a_difference_for_a_supervisor(floor: Floor) -> None:
    number = await ask(floor)
    await count(floor, tag(1), tag(2))
    await floor.store.run(step_away, "sato")
    answer = await count(floor, JAN["SKU1"], JAN["SKU1"], person="kim")
    assert (answer["result"]["kind"], answer["result"]["code"]) == ("done", "count.differs")
    asked = await question(floor)
    assert asked.detail["count"] == number
    assert [one["person"] for one in asked.detail["rounds"]] == ["sato", "kim"]
    (line,) = asked.detail["lines"]
    assert (line["books"], line["counted"], line["counts"]) == (3, 2, [2, 2])
    assert sum(row.quantity for row in await rows(floor, stock, place=PLACE)) == 3, "the books wait for a word"


async def test_F15_after_three_counts_a_supervisor_sees_them_all(floor: Floor) -> None:
    await ask(floor)
    for units in (1, 2):
        assert (await count(floor, *[JAN["SKU1"]] * units))["result"]["code"] == "count.again"
    assert (await count(floor, *[JAN["SKU1"]] * 5))["result"]["code"] == "count.differs"
    (line,) = (await question(floor)).detail["lines"]
    assert line["counts"] == [1, 2, 5]


# --- the supervisor's word


async def differing(floor: Floor, *codes: str) -> Any:
    """Let a place be counted twice alike and return the question about it."""
    await ask(floor)
    for _ in range(2):
        await count(floor, *codes)
    return await question(floor)


async def test_F15_what_is_missing_is_lost_and_told_with_its_actor(floor: Floor) -> None:
    asked = await differing(floor, JAN["SKU1"])
    await floor.store.run_as("person:mori", take_difference, asked.id, "mori")
    assert sum(row.quantity for row in await rows(floor, stock, place=PLACE)) == 1
    assert [row.quantity for row in await rows(floor, stock, place=f"lost:{PLACE}")] == [2]
    (adjusted,) = await told(floor, "stock.adjusted")
    assert (adjusted.reason, adjusted.data["quantity"], adjusted.actor) == ("count.missing", -2, "person:mori")
    (entry,) = await told(floor)
    assert (entry.data["outcome"], entry.data["lines"][0]["adjusted"]) == ("taken", -2)
    assert (await question(floor)).state == "solved"
    with pytest.raises(Refusal):
        await floor.store.run_as("person:mori", take_difference, asked.id, "mori")


async def test_F15_what_is_found_again_is_lost_no_more(floor: Floor) -> None:
    asked = await differing(floor, JAN["SKU1"])
    await floor.store.run(take_difference, asked.id, "mori")
    asked = await differing_again(floor, *[JAN["SKU1"]] * 5)
    await floor.store.run(take_difference, asked.id, "mori")
    assert await rows(floor, stock, place=f"lost:{PLACE}") == []
    assert (await floor.store.read(totals))["ACME", "SKU1"] == 5
    assert [row.data["quantity"] for row in await told(floor, "stock.adjusted")] == [-2, 4]


async def differing_again(floor: Floor, *codes: str) -> Any:
    await ask(floor)
    for _ in range(2):
        await count(floor, *codes)
    (row,) = [one for one in await rows(floor, exceptions) if one.state == "open"]
    return row


async def test_F15_goods_that_nobody_knew_of_are_added(floor: Floor) -> None:
    asked = await differing(floor, *[JAN["SKU1"]] * 3, JAN["SKU3"])
    await floor.store.run(take_difference, asked.id, "mori")
    assert (await floor.store.read(totals))["ACME", "SKU3"] == 1


async def test_F15_a_dismissed_count_changes_nothing_and_has_a_reason(floor: Floor) -> None:
    asked = await differing(floor, JAN["SKU1"])
    for reason in ("", "whim"):
        with pytest.raises(Refusal) as refused:
            await floor.store.run(dismiss_difference, asked.id, reason, "mori")
        assert refused.value.code == "count.no_reason"
    await floor.store.run_as("person:mori", dismiss_difference, asked.id, "miscounted", "mori")
    assert sum(row.quantity for row in await rows(floor, stock, place=PLACE)) == 3
    (entry,) = await told(floor)
    assert (entry.data["outcome"], entry.reason, entry.actor) == ("dismissed", "miscounted", "person:mori")
    assert (await floor.store.run(ask_count, PLACE)).state == "asked"


async def test_F15_what_moved_after_the_count_is_not_taken_but_counted_again(floor: Floor) -> None:
    asked = await differing(floor, JAN["SKU1"])
    await floor.stock("SKU1", PLACE, 1)
    with pytest.raises(Refusal) as refused:
        await floor.store.run(take_difference, asked.id, "mori")
    assert refused.value.code == "count.moved_since"
    assert sum(row.quantity for row in await rows(floor, stock, place=PLACE)) == 4
    await floor.store.run(count_again, asked.id, "mori")
    answer = await count(floor, *[JAN["SKU1"]] * 4)
    assert answer["result"]["code"] == "count.agreed"
    (entry,) = await told(floor)
    assert entry.data["count"] == asked.detail["count"], "it is the same count to whoever asked"


async def test_F36_promises_on_no_tour_are_planned_anew(floor: Floor) -> None:
    await floor.stock("SKU1", "A-02-1", 2)
    await floor.order("1", ("SKU1", 3), cutoff_at=None)
    await floor.order("2", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.store.run(allocate_waiting)
    asked = await differing(floor)
    await floor.store.run(take_difference, asked.id, "mori")
    assert {row.reason for row in await told(floor, "order.replanned")} == {"count.missing"}
    await floor.store.run(allocate_waiting)
    places = {row.place for row in await rows(floor, allocations, state="reserved")}
    assert places == {"A-02-1"}
    assert await floor.store.read(lambda reader: broken(reader, {})) == []
    await floor.run_down()
    lines = [(row.requested, row.shipped, row.short) for row in await rows(floor, order_lines)]
    assert sum(shipped for _, shipped, _ in lines) == 2
    assert {row.state for row in await rows(floor, orders)} <= {"shipped", "short"}


async def test_F36_what_is_on_a_tour_stays_promised_and_the_picker_meets_the_shortage(floor: Floor) -> None:
    await floor.order("1", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.plan()  # the tour is planned, its robot has not come
    asked = await differing(floor)
    await floor.store.run(take_difference, asked.id, "mori")
    (row,) = await rows(floor, stock, place=PLACE)
    assert (row.quantity, row.allocated) == (2, 2)
    (entry,) = await told(floor)
    assert entry.data["lines"][0] | {"adjusted": -1} == entry.data["lines"][0]
    await floor.robots()
    await floor.act("sato", "scan", PLACE)
    await floor.act("sato", "short", quantity=0, reason="empty")
    assert await rows(floor, stock, place=PLACE) == []
    assert await floor.store.read(lambda reader: broken(reader, {"SKU1": 3})) == []


# --- withdrawn


async def test_F15_a_count_that_waits_is_withdrawn_and_told(floor: Floor) -> None:
    number = await ask(floor)
    await floor.store.run_as("person:mori", withdraw_count, PLACE, "not_needed")
    assert [row.state for row in await rows(floor, tasks)] == ["cancelled"]
    (entry,) = await told(floor)
    assert (entry.data["count"], entry.data["outcome"], entry.reason) == (number, "withdrawn", "not_needed")
    assert (entry.actor, entry.data["lines"]) == ("person:mori", [])
    assert (await floor.store.run(ask_count, PLACE)).state == "asked", "it may be asked for anew"


async def test_F15_whoever_counts_is_told_that_it_is_withdrawn(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    await floor.act("sato", "scan", tag(1))
    await floor.store.run_as("person:mori", withdraw_count, PLACE, "mistake")
    screen = await floor.screen("sato")
    assert (screen["process"], screen["last"]["code"]) == ("idle", "count.withdrawn")
    assert PLACE in screen["last"]["text"]
    assert await rows(floor, count_scans) == []
    assert sum(row.quantity for row in await rows(floor, stock, place=PLACE)) == 3


async def test_F15_a_scan_on_its_way_when_the_count_was_withdrawn_counts_nothing(floor: Floor) -> None:
    await ask(floor)
    await begin(floor)
    await floor.store.run(withdraw_count, PLACE, "busy")
    late = {"action": "scan", "value": tag(1), "screen": "", "source": "scan", "device": "HH-1"}
    assert (await floor.store.run(screens.act, "sato", late))["result"]["code"] == "count.withdrawn"
    assert await rows(floor, count_scans) == []


async def test_F15_only_what_is_under_way_is_withdrawn_and_with_a_reason(floor: Floor) -> None:
    for reason, code in (("", "count.why_withdrawn"), ("whim", "count.why_withdrawn"), ("busy", "count.none_open")):
        with pytest.raises(Refusal) as refused:
            await floor.store.run(withdraw_count, PLACE, reason)
        assert refused.value.code == code
    await differing(floor, JAN["SKU1"])
    with pytest.raises(Refusal) as refused:
        await floor.store.run(withdraw_count, PLACE, "busy")
    assert refused.value.code == "count.none_open", "what differs is a supervisor's: it is dismissed"


# --- asked for by a short


async def short_at(floor: Floor, *orders: str) -> None:
    """Let a picker come to the place for orders of one unit each and find it empty."""
    for key in orders:
        await floor.order(key, ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    if (await floor.screen("sato"))["header"]["place"] != "ZONE:A":
        await floor.act("sato", "scan", "ZONE:A")
    while (screen := await floor.screen("sato"))["process"] == "pick":
        if screen["step"] == "location":
            await floor.act("sato", "scan", screen["target"])
        await floor.act("sato", "short", quantity=0, reason="empty")
        await floor.robots()


async def counts(floor: Floor) -> Any:
    return await rows(floor, tasks, kind="count")


async def test_F36_a_short_has_its_place_counted_and_says_so(floor: Floor) -> None:
    await short_at(floor, "1")
    (task,) = await counts(floor)
    assert (task.subject, task.state, task.needs) == (f"location/{PLACE}", "assigned", "picker")
    assert task.detail["short"] == {"person": "sato", "orders": "1", "sku": "SKU1"}
    (entry,) = await told(floor, "count.asked")
    assert (entry.reason, entry.actor, entry.data["orders"]) == ("count.after_short", "person:sato", "1")
    answer = await count(floor, tag(1), tag(2))
    assert answer["result"]["code"] == "count.agreed", "the short took one off the books"
    (entry,) = await told(floor)
    assert entry.data["request_key"] is None


async def test_F36_a_place_that_is_counted_or_was_lately_is_not_counted_for_another_short(floor: Floor) -> None:
    await short_at(floor, "1", "2")
    assert len(await counts(floor)) == 1
    await count(floor, tag(1))
    await short_at(floor, "3")
    assert [row.state for row in await counts(floor)] == ["done"], "its count has ended within the shift"
    await floor.stock("SKU1", PLACE, 2)
    floor.clock.pass_(days=1)
    await short_at(floor, "4")
    assert len(await counts(floor)) == 2


async def test_F36_a_short_of_a_place_whose_count_differs_waits_for_the_supervisor(floor: Floor) -> None:
    asked = await differing(floor, JAN["SKU1"])
    await short_at(floor, "1")
    assert [row.state for row in await counts(floor)] == ["done"]
    await floor.store.run(count_again, asked.id, "mori")
    assert (await count(floor))["result"]["code"] == "count.agreed", "the picker found none of it"
    assert [row.state for row in await counts(floor)] == ["done", "done"]


async def test_F36_a_site_may_do_without(tmp_path: Path) -> None:
    site = small_site()
    rules = site.rules.model_copy(update={"short_count_hours": 0})
    store = make_store(tmp_path, site.model_copy(update={"rules": rules}), clock := HandClock())
    floor = Floor(store, clock)
    await floor.open()
    await floor.stock("SKU1", PLACE, 3)
    await short_at(floor, "1")
    assert await counts(floor) == []
    store.close()

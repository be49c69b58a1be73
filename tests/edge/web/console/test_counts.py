"""Counts at the console: asked for where a location is looked at, and decided where exceptions are (F15, P49)."""

from typing import Any

import pytest
from sqlalchemy import select

from edge.processes import tally
from edge.processes.after_short import count_after_short
from edge.processes.inventory import Goods, add
from edge.processes.stocktake import ask_count, begin, conclude
from edge.processes.trouble import raise_trouble
from edge.store.queue import claim
from edge.store.tables import exceptions, items, journal, stock, tasks
from edge.store.tx import Tx
from tests.edge.web.console.conftest import Console

PLACE = "A-01-1"
CUP = Goods("ACME", "CUP", "L1", "2027-01-31")


def differ(tx: Tx, units: int = 3, counted: int = 1) -> str:
    """Book some cups, count them twice alike and otherwise, and return the exception's id."""
    tx.insert(items, owner="ACME", sku="CUP", name_ja="カップ", name_en="Cup")
    add(tx, PLACE, CUP, units)
    ask_count(tx, PLACE)
    for person in ("sato", "kim"):
        task = tx.get(tasks, kind="count")
        begin(tx, task)
        tally.note(tx, task.id, person, CUP, kind="number", what=str(counted), quantity=counted)
        conclude(tx, tx.get(tasks, kind="count"), person)
    tx.change(tasks, {"kind": "count"}, state="done")
    found: str = tx.get(exceptions, code="exception.count_differs").id
    return found


async def rows(console: Console, table: Any, **key: Any) -> Any:
    return await console.web.store.read(lambda reader: reader.all(table, **key))


async def told(console: Console, kind: str) -> Any:
    (row,) = await console.web.store.read(lambda reader: reader.rows(select(journal).where(journal.c.kind == kind)))
    return row


async def test_F15_a_count_is_asked_for_at_the_panel_of_a_location(console: Console) -> None:
    panel = await console.get(f"/console/floor/panel/location/{PLACE}")
    assert "棚卸を頼む" in panel.text
    answer = await console.do("count-begin", id=PLACE)
    assert answer.json() == {"text": "棚 1 か所の棚卸を頼みました。"}
    (task,) = await rows(console, tasks)
    assert (task.kind, task.subject, task.place) == ("count", f"location/{PLACE}", "ZONE:A")
    assert (await told(console, "count.asked")).actor == "person:mori"
    again = await console.do("count-begin", id=PLACE)
    assert again.json() == {"text": "棚 1 か所はすでに棚卸の対象です。"}
    assert "棚卸を頼みました" in (await console.get(f"/console/floor/panel/location/{PLACE}")).text
    assert (await console.do("count-begin", id="A-99-1")).json()["error"]["code"] == "stock.unknown_location"


async def test_F45_a_short_offers_to_have_its_location_counted(console: Console) -> None:
    short = {"location": PLACE, "sku": "カップ", "missing": 1}
    await console.web.store.run(raise_trouble, "exception.short", f"location/{PLACE}", **short)
    page = await console.get("/console/exceptions")
    assert "/console/do/count-begin" in page.text
    await console.web.store.run(raise_trouble, "exception.short", "tote/T-0001", **{**short, "location": "T-0001"})
    assert (await console.get("/console/exceptions")).text.count("/console/do/count-begin") == 1


@pytest.mark.parametrize(
    ("language", "words"), [("mori", ("帳簿", "カップ", "1 回目")), ("brown", ("Books", "Cup", "Count 1"))]
)
async def test_F15_books_and_counts_stand_side_by_side(console: Console, language: str, words: tuple[str, ...]) -> None:
    await console.web.store.run(differ)
    await console.login(language)
    page = (await console.get("/console/exceptions")).text
    assert all(word in page for word in (*words, "L1", "2027-01-31"))
    assert 'name="id"' in page
    assert "trouble-settle" not in page


async def test_F15_a_count_is_taken_after_a_question_with_its_actor(console: Console) -> None:
    trouble = await console.web.store.run(differ)
    asked = (await console.do("count-take", id=trouble)).json()["ask"]
    assert asked["title"] == f"{PLACE} の棚卸を帳簿に入れますか"
    assert asked["lines"][0] == "ACME CUP L1 2027-01-31: 帳簿 3 点 → 1 点"
    assert [row.quantity for row in await rows(console, stock, place=PLACE)] == [3]
    done = await console.do("count-take", id=trouble, confirmed="1")
    assert done.json() == {"text": "帳簿に入れました。"}
    assert [row.quantity for row in await rows(console, stock, place=PLACE)] == [1]
    entry = await told(console, "stock.adjusted")
    assert (entry.actor, entry.data["quantity"], entry.reason) == ("person:mori", -2, "count.missing")
    story = (await console.get(f"/console/journal?subject=location/{PLACE}")).text
    assert "帳簿に反映" in story
    assert "Sato" in story


async def test_F15_what_moved_meanwhile_is_refused_and_counted_again(console: Console) -> None:
    trouble = await console.web.store.run(differ)
    await console.web.store.run(lambda tx: tx.journal("stock.booked", "stock/ACME/CUP", quantity=1, location=PLACE))
    refused = (await console.do("count-take", id=trouble, confirmed="1")).json()["error"]
    assert refused["code"] == "count.moved_since"
    assert "数え直す" in refused["next"]
    assert (await console.do("count-again", id=trouble)).json() == {"text": "もう一度数えるように頼みました。"}
    assert [row.state for row in await rows(console, tasks, kind="count")] == ["done", "ready"]


async def test_F15_a_count_is_dismissed_with_a_reason_and_not_just_settled(console: Console) -> None:
    trouble = await console.web.store.run(differ)
    assert (await console.do("trouble-settle", id=trouble)).json()["error"]["code"] == "count.decide"
    assert (await console.do("count-dismiss", id=trouble, reason="")).json()["error"]["code"] == "count.no_reason"
    assert (await console.do("count-dismiss", id=trouble, reason="elsewhere")).status_code == 200
    assert (await told(console, "stock.counted")).data["outcome"] == "dismissed"
    assert [row.quantity for row in await rows(console, stock, place=PLACE)] == [3]


async def test_F15_a_count_under_way_is_withdrawn_at_the_panel_with_a_reason(console: Console) -> None:
    await console.do("count-begin", id=PLACE)
    panel = (await console.get(f"/console/floor/panel/location/{PLACE}")).text
    assert "/console/do/count-withdraw" in panel
    assert "/console/do/count-begin" not in panel.partition(PLACE + "</h3>")[2].partition("<h3>")[0]
    assert (await console.do("count-withdraw", id=PLACE)).json()["error"]["code"] == "count.why_withdrawn"
    done = await console.do("count-withdraw", id=PLACE, reason="not_needed")
    assert done.json() == {"text": "棚卸を取りやめました。"}
    entry = await told(console, "stock.counted")
    assert (entry.actor, entry.data["outcome"], entry.reason) == ("person:mori", "withdrawn", "not_needed")
    panel = (await console.get(f"/console/floor/panel/location/{PLACE}")).text
    assert "取りやめ 不要になった" in panel
    assert "/console/do/count-begin" in panel


async def test_F15_withdrawing_from_under_somebody_who_counts_is_asked_first(console: Console) -> None:
    await console.do("count-begin", id=PLACE)
    (task,) = await rows(console, tasks)
    await console.web.store.run(claim, task.id, "person:sato")
    assert "Sato が数えています" in (await console.get(f"/console/floor/panel/location/{PLACE}")).text
    asked = (await console.do("count-withdraw", id=PLACE, reason="busy")).json()["ask"]
    assert asked["title"] == f"{PLACE} の棚卸を取りやめますか"
    assert [row.state for row in await rows(console, tasks)] == ["assigned"]
    await console.do("count-withdraw", id=PLACE, reason="busy", confirmed="1")
    assert [row.state for row in await rows(console, tasks)] == ["cancelled"]


@pytest.mark.parametrize(("person", "said"), [("mori", "注文 10001 の欠品（"), ("brown", "a short of order 10001 (")])
async def test_F36_a_count_asked_for_by_a_short_says_so(console: Console, person: str, said: str) -> None:
    await console.web.store.run_as("person:sato", count_after_short, PLACE, "sato", ["10001"], "CUP")
    await console.login(person)
    panel = (await console.get(f"/console/floor/panel/location/{PLACE}")).text
    assert said in panel
    journal_words = (await console.get(f"/console/journal?subject=location/{PLACE}")).text
    assert {"mori": "注文 10001 の欠品のため", "brown": "after a short of order 10001"}[person] in journal_words


@pytest.mark.parametrize("deed", ["count-begin", "count-take", "count-dismiss", "count-again", "count-withdraw"])
@pytest.mark.parametrize("person", ["aoki", "sato"])
async def test_P49_only_supervisors_decide_about_counts(console: Console, deed: str, person: str) -> None:
    trouble = await console.web.store.run(differ)
    csrf = await console.csrf()
    console.client.cookies.clear()
    assert (await console.do(deed, csrf, id=trouble, confirmed="1")).status_code == 401
    await console.login(person)
    token = await console.csrf() if person == "aoki" else csrf
    answer = await console.do(deed, token, id=trouble, reason="miscounted", confirmed="1")
    assert answer.status_code in (401, 403)
    assert [row.quantity for row in await rows(console, stock, place=PLACE)] == [3]
    assert (await rows(console, exceptions, id=trouble))[0].state == "open"

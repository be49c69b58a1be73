"""A count in a real Chromium: hundreds of tags typed by the wedge as a sweep sends them (F15, F53, F65)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio
from playwright.async_api import Route
from sqlalchemy import func, select

from drivers.codes.epc import sgtin_96
from edge.processes import screens
from edge.processes.inventory import apply_stock, put_item
from edge.processes.stocktake import ask_count
from edge.store.tables import answers, count_scans, journal
from edge.store.tx import Tx
from tests.edge.web.browser import Handheld, Server, handheld
from tests.edge.web.conftest import Web

CUP, SHIRT = "4901234567894", "4912345678904"
PLACE = "A-01-1"
TAGS, TWICE = 300, 40
READS = TAGS + TWICE


def set_up(tx: Tx) -> None:
    """Put two kinds of goods at a place and have it counted."""
    lines = []
    for sku, code, ja in (("CUP", CUP, "カップ"), ("SHIRT", SHIRT, "シャツ")):
        put_item(tx, "ACME", sku, {"name": {"ja": ja, "en": sku}, "codes": [code]})
        lines.append({"owner": "ACME", "sku": sku, "location": PLACE, "quantity": TAGS // 2})
    apply_stock(tx, lines)
    ask_count(tx, PLACE)


@pytest_asyncio.fixture
async def hand(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Handheld]:
    """Give a handheld whose screens are the site's own, with Sato standing before the place."""
    await web.store.run(set_up)
    for name in ("act", "take", "screen_of"):
        monkeypatch.setattr(web.screens, name, getattr(screens, name))
    async with Server(web.app).run() as server, handheld(server.base, tmp_path) as opened:
        await opened.open()
        await opened.login()
        await opened.scan("ZONE:A")
        await opened.page.locator(".target", has_text=PLACE).wait_for()
        await opened.scan(PLACE)
        await opened.page.locator(".ask", has_text="商品・タグをスキャン").wait_for()
        yield opened
        assert opened.complaints == []


def sweep() -> list[str]:
    """Return what a sweep over 300 tags types, each tag read once and some of them again, in any order."""
    tags = [sgtin_96(code, str(serial), 7) for code in (CUP, SHIRT) for serial in range(1, TAGS // 2 + 1)]
    dice = Random(3)
    read = tags + dice.sample(tags, TWICE)
    dice.shuffle(read)
    return read


SWEEP = """async (tags) => {
  const field = document.getElementById("wedge");
  for (const tag of tags) {
    for (const key of [...tag, "Enter"]) field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await new Promise((done) => setTimeout(done));
  }
}"""
"""Types tag after tag as fast as a page takes them; Playwright's keyboard takes ten times as long."""


async def all_counted(web: Web, hand: Handheld) -> None:
    """Wait until the screen says that all tags are counted, and look whether they are, each once."""
    sum_of_all = hand.page.locator(".lines li", has_text="計 2 品目 タグ 300 枚").locator(".count", has_text="300")
    async with asyncio.timeout(60):
        await sum_of_all.wait_for(timeout=60_000)
    assert len(await web.store.read(lambda reader: reader.all(count_scans, kind="tag"))) == TAGS


async def test_F15_F53_a_sweep_of_300_tags_counts_each_once_and_is_sent_in_few_requests(
    web: Web, hand: Handheld
) -> None:
    sent: list[str] = []
    hand.page.on("request", lambda request: sent.append(request.url))
    await hand.page.evaluate(SWEEP, sweep())
    await all_counted(web, hand)
    assert len([url for url in sent if "/api/handheld/" in url]) < READS / 3
    kept = await web.store.read(lambda reader: reader.value(select(func.count()).select_from(answers)))
    assert kept >= READS, "each read has a key and an answer of its own"
    assert await hand.page.locator(".count b").inner_text() == str(TAGS // 2)
    await hand.page.locator(".key-done").tap()
    await hand.page.locator(".result.done", has_text="棚卸が終わりました").wait_for()
    (told,) = await web.store.read(lambda reader: reader.all(journal, kind="stock.counted"))
    assert [line["counted"] for line in told.data["lines"]] == [150, 150]


async def test_F64_a_sweep_whose_answers_are_lost_counts_each_tag_once(web: Web, hand: Handheld) -> None:
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        await route.fetch()  # the edge has it
        lost += 1
        await route.abort("connectionreset")

    await hand.page.route("**/api/handheld/scans", lose, times=3)
    await hand.page.evaluate(SWEEP, sweep())
    await all_counted(web, hand)
    assert lost == 3
    hand.complaints.clear()  # the browser itself notes the network's failures


async def test_F64_a_sweep_without_network_is_kept_and_counted_later(web: Web, hand: Handheld) -> None:
    await hand.context.set_offline(True)
    await hand.page.wait_for_selector(".link.offline")
    await hand.page.evaluate(SWEEP, sweep())
    await hand.page.locator(".link.offline small", has_text=str(READS)).wait_for()
    assert await web.store.read(lambda reader: reader.all(count_scans)) == []
    await hand.context.set_offline(False)
    await all_counted(web, hand)
    await hand.page.locator(".result.right", has_text=f"保管した {READS} 件はすべて有効です").wait_for()
    hand.complaints.clear()


async def test_F53_a_read_that_is_not_taken_holds_up_no_other(web: Web, hand: Handheld) -> None:
    tags = sweep()
    await hand.page.evaluate(SWEEP, [*tags[:100], "9" * 4001, *tags[100:]])
    await all_counted(web, hand)
    hand.complaints.clear()  # the browser itself notes the 422


async def test_F57_a_strange_code_in_a_sweep_is_told(web: Web, hand: Handheld) -> None:
    tags = sweep()
    await hand.page.evaluate(SWEEP, [*tags, "4900000000016"])
    await all_counted(web, hand)
    await hand.page.locator(".lines li", has_text="数えていないコード").wait_for()
    assert "wrong" in await hand.tones()


LOTS = "A-02-1"


async def choose(web: Web, hand: Handheld, lots: int) -> None:
    """Let the handheld ask of which of some lots a cup is."""

    def lie(tx: Tx) -> None:
        lines = [{"owner": "ACME", "sku": "CUP", "location": LOTS, "quantity": 1, "lot": f"L{n}"} for n in range(lots)]
        apply_stock(tx, lines)
        ask_count(tx, LOTS)

    await hand.page.locator(".key-skip").tap()
    await hand.page.locator(".choice").first.tap()
    await web.store.run(lie)
    await hand.page.locator(".target", has_text=LOTS).wait_for()
    await hand.scan(LOTS)
    await hand.page.locator(".key-empty").wait_for()
    await hand.scan(CUP)
    await hand.page.locator(".ask", has_text="ロットを選ぶ").wait_for()


@pytest.mark.parametrize("lots", [2, 4])
async def test_F18_few_choices_stand_on_the_screen_as_buttons_for_gloves(web: Web, hand: Handheld, lots: int) -> None:
    await choose(web, hand, lots)
    buttons = hand.page.locator(".key-choice")
    assert await buttons.count() == lots
    for number in range(lots):
        box = await buttons.nth(number).bounding_box()
        assert box is not None
        assert box["height"] >= 72
        assert box["width"] >= 160
    name = await hand.page.locator(".item .name").bounding_box()
    keys = await hand.page.locator(".keys").bounding_box()
    assert name is not None
    assert keys is not None
    assert name["y"] + name["height"] <= keys["y"], "what it is about stays in sight"
    await buttons.nth(1).tap()
    await hand.page.locator(".detail", has_text="L1").wait_for()
    rows = await web.store.read(lambda reader: reader.all(count_scans))
    assert [(row.lot, row.quantity) for row in rows] == [("L1", 1)]


async def test_F18_many_choices_are_behind_one_button(web: Web, hand: Handheld) -> None:
    await choose(web, hand, 5)
    assert await hand.page.locator(".key-choice").count() == 0
    await hand.page.locator(".key-choose").tap()
    await hand.page.locator(".choice", has_text="L4").tap()
    await hand.page.locator(".detail", has_text="L4").wait_for()

"""A count in a real Chromium: hundreds of tags typed by the wedge as a sweep sends them (F15, F53, F65)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from drivers.codes.epc import sgtin_96
from edge.processes import screens
from edge.processes.inventory import apply_stock, put_item
from edge.processes.stocktake import ask_count
from edge.store.tables import count_scans, journal
from edge.store.tx import Tx
from tests.edge.web.browser import Handheld, Server, handheld
from tests.edge.web.conftest import Web

CUP, SHIRT = "4901234567894", "4912345678904"
PLACE = "A-01-1"
TAGS = 300


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
    for name in ("act", "screen_of"):
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
    read = tags + dice.sample(tags, 40)
    dice.shuffle(read)
    return read


async def test_F15_F53_a_sweep_of_300_tags_counts_each_once(web: Web, hand: Handheld) -> None:
    for tag in sweep():
        await hand.scan(tag, delay=0)
    async with asyncio.timeout(60):
        await (
            hand.page.locator(".lines li", has_text="計 2 品目 タグ 300 枚")
            .locator(".count", has_text="300")
            .wait_for()
        )
    rows = await web.store.read(lambda reader: reader.all(count_scans))
    assert (len(rows), {row.kind for row in rows}) == (TAGS, {"tag"})
    assert await hand.page.locator(".count b").inner_text() == str(TAGS // 2)
    await hand.page.locator(".key-done").tap()
    await hand.page.locator(".result.done", has_text="棚卸が終わりました").wait_for()
    (told,) = await web.store.read(lambda reader: reader.all(journal, kind="stock.counted"))
    assert [line["counted"] for line in told.data["lines"]] == [150, 150]

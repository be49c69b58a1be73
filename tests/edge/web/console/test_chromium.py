"""The console in a real Chromium: no view complains, and what people do with it works (P46-P48)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import select

from edge.processes.orders import accept_order
from edge.processes.trouble import raise_trouble
from edge.store.tables import closures, items, orders, people, seats, tasks
from edge.store.tx import Reader, Tx
from tests.edge.web.console.browse import MORE, TABLET, VIEWS, WALL, Browser, Served, browser, served
from tests.edge.web.console.seed import lively
from tests.edge.web.console.test_pages import ORDER
from tests.support.patience import PATIENCE

MOST_BYTES = 200_000
BROKEN_LINES = (
    "[...document.querySelectorAll('.legend li')].filter((li) => li.offsetHeight > 40).map((li) => li.innerText)"
)
"""What of a legend does not stand in one line."""
GOOD = tuple(path for path in VIEWS + MORE if not path.startswith("/orders/"))


@pytest_asyncio.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Served]:
    """Give a busy site."""
    async with served(tmp_path, "busy") as site:
        yield site


@pytest_asyncio.fixture
async def seen(busy: Served, tmp_path: Path) -> AsyncIterator[Browser]:
    """Give a browser at a busy site; at the end nothing may stand in its console."""
    async with browser(busy.base, tmp_path) as opened:
        yield opened
        assert opened.complaints == []


@pytest.mark.parametrize("mood", ["empty", "busy", "broken"])
@pytest.mark.parametrize(("language", "dark", "size"), [("ja", False, WALL), ("en", True, TABLET)])
async def test_P48_no_view_complains_or_overflows(
    tmp_path: Path, mood: str, language: str, dark: bool, size: dict[str, int]
) -> None:
    async with (
        served(tmp_path, mood) as site,
        browser(site.base, tmp_path, language=language, dark=dark, size=size) as b,
    ):
        for path in GOOD:
            await b.open(path)
            assert await b.page.evaluate("document.documentElement.lang") == language
            assert await b.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert await b.weight() < MOST_BYTES, path
            assert await b.page.evaluate(BROKEN_LINES) == [], path
        assert b.complaints == []


async def test_P46_robots_move_on_the_map_as_they_report(busy: Served, seen: Browser) -> None:
    await seen.open("/floor")
    await expect(seen.page.locator("[data-robot]")).to_have_count(200)
    await seen.page.wait_for_selector("[data-robot=R1][transform]", state="attached")
    before = await seen.page.get_attribute("[data-robot=R1]", "transform")
    busy.live.robots["R1"].x += 2500
    busy.live.robots["R1"].code = "robot.dead"
    busy.live.touch()
    await expect(seen.page.locator("[data-robot=R1]")).not_to_have_attribute("transform", before or "")
    await seen.page.wait_for_selector("[data-robot=R1].dead")
    del busy.live.robots["R2"]
    busy.live.touch()
    await expect(seen.page.locator("[data-robot]")).to_have_count(199)


async def test_robots_that_others_drive_move_on_the_map_and_tell_what_they_say(busy: Served, seen: Browser) -> None:
    await seen.open("/floor")
    await expect(seen.page.locator("[data-foreign]")).to_have_count(3)
    first, second, third = (view for view in busy.live.foreign.values() if view.placed)
    shown = seen.page.locator(f"[data-foreign='{first.id}']")
    await expect(shown).to_have_attribute("aria-label", first.name)
    await expect(shown).to_have_class("robot foreign driving")
    before = await shown.get_attribute("transform")
    first.x += 2500
    third.placed = False
    busy.live.touch()
    await expect(shown).not_to_have_attribute("transform", before or "")
    await expect(seen.page.locator("[data-foreign]")).to_have_count(2)
    busy.clock.pass_(seconds=20)
    await expect(seen.page.locator(f"[data-foreign='{second.id}']")).to_have_class("robot foreign silent")
    await shown.press("Enter")
    await seen.page.wait_for_selector(f"#panel h2:text('{first.name}')")
    assert seen.page.url.endswith(f"?open=foreign:{first.id}")
    await expect(shown).to_have_class("robot foreign driving chosen")


async def test_anything_on_the_map_tells_its_story_at_an_address_of_its_own(seen: Browser) -> None:
    await seen.open("/floor")
    await seen.page.click("[data-open='station:PACK-2']")
    await seen.page.wait_for_selector("#panel h2:text('PACK-2')")
    assert seen.page.url.endswith("?open=station:PACK-2")
    await seen.page.keyboard.press("Escape")
    await seen.page.wait_for_selector("#panel .empty")
    await seen.page.reload()
    assert "open" not in seen.page.url


async def test_a_zone_is_closed_from_the_map_after_one_question(busy: Served, seen: Browser) -> None:
    def is_closed(reader: Reader) -> bool:
        return bool(reader.value(select(closures.c.id)) == "zone:B")

    await seen.open("/floor?open=zone:B")
    await seen.page.click("#panel .danger")
    await expect(seen.page.locator("dialog[open] h2")).to_contain_text("閉鎖しますか")
    await seen.page.click("dialog.ask [value=no]")
    assert not await busy.store.read(is_closed)
    await seen.page.click("#panel .danger")
    await seen.page.click("dialog.ask [value=yes]")
    await seen.page.wait_for_selector(".zone.closed")
    await seen.page.wait_for_selector("#panel .primary")
    assert await busy.store.read(is_closed)


async def test_many_orders_are_chosen_and_held_by_keyboard(busy: Served, seen: Browser) -> None:
    await seen.open("/orders?state=packed")
    await seen.page.focus("tbody tr:first-child")
    await seen.page.keyboard.press("Space")
    await seen.page.keyboard.press("ArrowDown")
    await seen.page.keyboard.press("Space")
    assert await seen.page.inner_text("[data-selected]") == "2 件を選択中"
    first = await seen.page.get_attribute("tbody tr:first-child", "data-key")
    await seen.page.click("[formaction='/console/do/order-hold']")
    await seen.page.wait_for_selector(".toast:has-text('2 件を保留しました。')")

    def on_hold(reader: Reader) -> bool:
        return bool(reader.value(select(orders.c.hold).where(orders.c.id == first)))

    assert await busy.store.read(on_hold)
    await seen.page.keyboard.press("/")
    assert await seen.page.evaluate("document.activeElement.name") == "q"


async def test_an_order_is_opened_and_left_by_keyboard_and_the_list_is_as_it_was(seen: Browser) -> None:
    await seen.open("/orders?state=packed&sort=-due")
    await seen.page.focus("tbody tr:first-child")
    await seen.page.keyboard.press("ArrowDown")
    key = await seen.page.evaluate("document.activeElement.dataset.key")
    await seen.page.keyboard.press("Enter")
    await seen.page.wait_for_url(f"**/console/orders/{key}")
    await seen.page.wait_for_selector("#where .sentence")
    await seen.page.keyboard.press("Escape")
    await seen.page.wait_for_url("**/orders?state=packed&sort=-due")


async def test_work_is_given_from_the_list_to_somebody_with_the_role(busy: Served, seen: Browser) -> None:
    def begin(tx: Tx) -> str:
        for person in ("p0", "p1"):
            tx.update(seats, seats.c.person_id == person, task_id=None)
        tx.update(people, people.c.id == "p1", roles=["packer"])
        return str(tx.value(select(tasks.c.id).where(tasks.c.kind == "pick", tasks.c.state == "ready").limit(1)))

    task_id = await busy.store.run(begin)
    await seen.open(f"/work?q={task_id}")
    give = seen.page.locator("[formaction='/console/do/task-assign']")
    await expect(give).to_be_disabled()
    await seen.page.click("tbody tr .tick input")
    assert await seen.page.locator("select[name=person] option:not([disabled])").all_inner_texts() == [
        "佐藤 · A ゾーン"
    ]
    await give.click()
    await expect(seen.page.locator("dialog[open] h2")).to_have_text("この作業を 佐藤 さんに割り当てますか")
    await seen.page.click("dialog.ask [value=yes]")
    await seen.page.wait_for_selector(".toast:has-text('割り当てました')")
    assert await busy.store.read(lambda reader: reader.get(tasks, id=task_id).holder) == "person:p0"


async def test_a_refusal_stays_until_it_is_read(busy: Served, seen: Browser) -> None:
    await seen.open("/orders?state=all&sort=-state")

    def end(tx: Tx) -> None:
        tx.update(orders, orders.c.id != "", state="shipped")

    await busy.store.run(end)
    await seen.page.click("tbody tr:first-child .tick input")
    await seen.page.click("[formaction='/console/do/order-hold']")
    await seen.page.wait_for_selector(".toast.red")
    await seen.page.click(".toast.red button")
    assert await seen.page.locator(".toast.red").count() == 0
    seen.complaints.clear()  # the browser itself writes down the 409


async def test_lists_do_not_move_under_a_finger(busy: Served, seen: Browser) -> None:
    await seen.open("/orders?sort=-received")
    keys = "[...document.querySelectorAll('tbody tr')].map((row) => row.dataset.key)"
    before = await seen.page.evaluate(keys)

    def write(tx: Tx) -> None:
        tx.insert(items, owner="ACME", sku="SKU1", name_ja="Tシャツ", name_en="T-shirt")
        tx.update(orders, orders.c.id == before[0], priority=1)
        accept_order(tx, ORDER | {"order_key": "NEW-1"})

    await busy.store.run(write)
    await seen.page.wait_for_selector(".news")
    assert await seen.page.evaluate(keys) == before
    await expect(seen.page.locator("tbody tr:first-child td:nth-child(5)")).to_have_text("1")
    await seen.page.click(".news a")
    await seen.page.wait_for_selector("tr[data-key='ACME/NEW-1']")


async def test_an_exception_is_announced_and_counted_everywhere(busy: Served, seen: Browser) -> None:
    await seen.open("/stock")
    await seen.page.wait_for_selector("[data-head=exceptions]", state="hidden")
    await busy.store.run(raise_trouble, "exception.gate_alarm", "gate/GATE-1", gate="GATE-1")
    await seen.page.wait_for_selector(".toast.amber")
    await seen.page.wait_for_selector("[data-head=exceptions]:text('1')")


async def test_a_lost_stream_is_said_with_since_when_and_comes_back(busy: Served, seen: Browser) -> None:
    await seen.page.clock.install()
    await seen.open("/floor")
    await expect(seen.page.locator("[data-robot]")).to_have_count(200)
    await seen.context.set_offline(True)
    await seen.page.clock.run_for(12_000)
    await seen.page.wait_for_selector("#offline:visible")
    assert "最後の更新は" in await seen.page.inner_text("#offline")
    await seen.context.set_offline(False)
    lively(busy.live, busy.site, busy.clock.time, 3)
    async with asyncio.timeout(PATIENCE):
        while await seen.page.is_visible("#offline"):
            await seen.page.clock.run_for(1000)
            await asyncio.sleep(0)
    seen.complaints.clear()  # the browser itself writes down that it was offline


async def test_the_language_changes_with_one_press(seen: Browser) -> None:
    await seen.open("/settings")
    await seen.page.click(".side button[lang=en]")
    await seen.page.wait_for_selector("html[lang=en]")
    assert await seen.page.inner_text("h1") == "Settings"

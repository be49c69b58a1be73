"""The handheld in bad Wi-Fi: nothing scanned is lost, sent twice or guessed; the page itself stays (F53, F64, F69)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from edge.store.tables import seats
from tests.edge.web.browser import Handheld, Server, handheld
from tests.edge.web.conftest import Web
from tests.edge.web.test_handheld_page import ITEM, landed, scanned, wait_text

PACE = 160
"""Milliseconds between two scans of a person; faster repetitions are a bounce (F61)."""


@pytest_asyncio.fixture
async def server(web: Web) -> AsyncIterator[Server]:
    """Give a running server."""
    async with Server(web.app).run() as server:
        yield server


@pytest_asyncio.fixture
async def hand(server: Server, tmp_path: Path) -> AsyncIterator[Handheld]:
    """Give a handheld whose page is kept on the device; only the browser may complain, about the network."""
    async with handheld(server.base, tmp_path) as opened:
        await opened.open()
        await opened.kept()
        yield opened
        assert [line for line in opened.complaints if "net::ERR_" not in line] == []


async def scan_all(hand: Handheld, *codes: str) -> None:
    for code in codes:
        await hand.scan(code)
        scanned_at = await hand.page.evaluate("performance.now()")
        await hand.page.wait_for_function("([at, pace]) => performance.now() - at > pace", arg=[scanned_at, PACE])


async def test_F64_five_scans_without_network_are_kept_and_counted_once_in_order(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.set_offline(True)
    await hand.page.wait_for_selector(".link.offline")
    await wait_text(hand, ".result.held", "圏外です。読み取りは保管し")
    await scan_all(hand, "A-01-1", ITEM, ITEM, ITEM, "T-0007")
    await wait_text(hand, ".link.offline small", "5")
    await wait_text(hand, ".result.held", "保管: T-0007")
    await hand.context.set_offline(False)
    codes = ["A-01-1", ITEM, ITEM, ITEM, "T-0007"]
    assert [value for value, _, _ in await landed(web, 5)] == codes
    await wait_text(hand, ".result.done", "保管した 5 件はすべて有効です")
    await hand.page.wait_for_selector(".link.online")
    assert len(await web.store.read(scanned)) == 5


async def test_F64_what_does_not_count_is_named_when_the_network_is_back(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.set_offline(True)
    await scan_all(hand, "A-01-1", ITEM, "A-99-9", ITEM)
    await hand.context.set_offline(False)
    await wait_text(hand, ".result.wrong", "保管した 4 件のうち 1 件は無効です。A-99-9")
    assert (await hand.tones())[-1] == "wrong"
    assert [result for _, _, result in await landed(web, 4)] == ["right", "right", "wrong", "right"]


async def test_F63_work_that_went_on_meanwhile_is_said_and_drawn(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.set_offline(True)
    await scan_all(hand, "A-01-1", ITEM)
    await web.store.run(lambda tx: tx.update(seats, seats.c.person_id == "sato", step="2", screen=40))
    await hand.page.wait_for_selector(".link.offline")
    await hand.context.set_offline(False)
    await wait_text(hand, ".result.wrong", "無効です")
    await wait_text(hand, ".ask", "トートに入れてスキャン")
    hand.complaints.clear()  # the browser itself notes the 409


async def test_F63_button_is_not_judged_on_a_screen_nobody_has_seen(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.set_offline(True)
    await scan_all(hand, "A-01-1")
    await hand.page.locator(".key-undo").tap()
    for _ in range(2):  # a try that fails again does not wipe away why the button did nothing
        await hand.page.wait_for_event("requestfailed", lambda request: request.url.endswith("/act"))
        await wait_text(hand, ".result.info", "先に 1 件を送ります")
    await hand.context.set_offline(False)
    await wait_text(hand, ".ask", "商品をスキャン")
    assert [act["action"] for act in web.screens.acts] == ["scan"]


async def test_F69_page_reloaded_without_network_shows_the_question_and_keeps_on(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.set_offline(True)
    await scan_all(hand, "A-01-1")
    await hand.page.reload()
    await hand.page.wait_for_selector("html[data-ready]", state="attached")
    assert await hand.page.locator(".target").inner_text() == "A-01-1"
    await scan_all(hand, ITEM)
    await wait_text(hand, ".link.offline small", "2")
    await hand.context.set_offline(False)
    assert [value for value, _, _ in await landed(web, 2)] == ["A-01-1", ITEM]
    await wait_text(hand, ".result.right", "保管した 2 件はすべて有効です")


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "圏外です。電波の届く所で"), ("en", "No network. You can log in")]
)
async def test_F69_login_without_network_says_where_to_go(hand: Handheld, language: str, said: str) -> None:
    await hand.page.locator(f".tongues [lang={language}]").tap()
    await hand.context.set_offline(True)
    await hand.page.reload()
    await wait_text(hand, ".login .result.held", said)
    await hand.context.set_offline(False)
    await expect(hand.page.locator(".login .result.held")).to_have_count(0)


async def test_F64_edge_that_was_killed_and_started_again_gets_everything_once(web: Web, tmp_path: Path) -> None:
    first = Server(web.app)
    async with handheld(first.base, tmp_path) as hand:
        async with first.run():
            await hand.open()
            await hand.kept()
            await hand.login()
            await scan_all(hand, "A-01-1")
            await wait_text(hand, ".ask", "商品をスキャン")
        await hand.page.wait_for_selector(".link.offline")
        await scan_all(hand, ITEM, ITEM)
        await hand.page.reload()  # comes from the device
        await wait_text(hand, ".ask", "商品をスキャン")
        await scan_all(hand, ITEM)
        await wait_text(hand, ".link.offline small", "3")
        async with Server(web.app, first.port).run():
            assert [value for value, _, _ in await landed(web, 4)] == ["A-01-1", ITEM, ITEM, ITEM]
            await wait_text(hand, ".ask", "トートに入れてスキャン")
            await wait_text(hand, ".result.right", "保管した 3 件はすべて有効です")


async def test_F72_new_build_is_kept_instead_of_the_old_one(web: Web, hand: Handheld) -> None:
    script = await web.client.get("/h/worker.js")
    assert script.headers["service-worker-allowed"] == "/h"
    build = web.services.assets.build
    assert f'const BUILD = "{build}";' in script.text
    assert await hand.page.evaluate("caches.keys()") == [f"genba-{build}"]
    await hand.page.evaluate("caches.open('genba-older')")
    await hand.page.evaluate("navigator.serviceWorker.getRegistration('/h').then((one) => one.unregister())")
    await hand.open()
    await hand.page.wait_for_function(f"() => caches.keys().then((names) => names.join() === 'genba-{build}')")

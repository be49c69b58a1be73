"""The handheld's page in a real Chromium: scanning, results, the queue, looks. Rules F51-F77."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.processes import people
from edge.store.tables import journal, seats
from edge.store.tx import Reader
from tests.edge.web.browser import Handheld, Server, handheld, refuse
from tests.edge.web.conftest import Web
from tests.support.patience import PATIENCE

ITEM = "4901234567894"
NETWORK = "**/api/handheld/**"


@pytest_asyncio.fixture
async def hand(web: Web, tmp_path: Path) -> AsyncIterator[Handheld]:
    """Give a logged-out handheld at a running server; at the end nothing may stand in its console."""
    async with Server(web.app).run() as server, handheld(server.base, tmp_path) as opened:
        await opened.open()
        yield opened
        assert [line for line in opened.complaints if "ERR_INTERNET_DISCONNECTED" not in line] == []


def scanned(reader: Reader) -> list[tuple[str, str, str]]:
    rows = reader.rows(select(journal.c.data).where(journal.c.kind == "scan").order_by(journal.c.seq))
    return [(row.data["value"], row.data["source"], row.data["result"]) for row in rows]


async def landed(web: Web, count: int) -> list[tuple[str, str, str]]:
    """Wait until so many actions were decided, and return them."""
    news = asyncio.Event()
    stop = web.store.watch(lambda _entries: news.set())
    try:
        async with asyncio.timeout(PATIENCE):
            while len(found := await web.store.read(scanned)) < count:
                news.clear()
                await news.wait()
    finally:
        stop()
    return found


async def wait_text(hand: Handheld, selector: str, text: str) -> None:
    await hand.page.locator(selector, has_text=text).first.wait_for(state="attached")


async def test_P57_badge_and_pin_lead_to_the_one_question(hand: Handheld) -> None:
    await hand.login()
    assert await hand.page.locator(".ask").inner_text() == "棚をスキャン"
    assert await hand.page.locator(".target").inner_text() == "A-01-1"


async def test_P57_wrong_pin_is_said_and_asked_again(hand: Handheld) -> None:
    await hand.scan("B-sato")
    for digit in "1111":
        await hand.page.locator(".pad .digit", has_text=digit).first.tap()
    await hand.page.locator(".pad .digit.primary").tap()
    await wait_text(hand, ".result.wrong", "暗証番号が違います")
    hand.complaints.clear()  # the browser itself notes the 401


async def test_F53_two_scans_30_ms_apart_both_land_in_order(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.page.route(NETWORK, slow)  # the first is still on its way when the second is read
    await hand.scan("A-01-1", delay=0)
    await asyncio.sleep(0.03)
    await hand.scan(ITEM, delay=0)
    assert await landed(web, 2) == [("A-01-1", "scan", "right"), (ITEM, "scan", "right")]
    await wait_text(hand, ".count b", "1")


async def test_F61_second_unit_of_an_item_counts_but_a_trigger_bounce_does_not(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.scan("A-01-1")
    await hand.scan(ITEM, delay=0)
    await hand.scan(ITEM, delay=0)  # within the bounce
    await asyncio.sleep(0.2)
    await hand.scan(ITEM, delay=0)
    assert [value for value, _, _ in await landed(web, 3)] == ["A-01-1", ITEM, ITEM]


async def test_F65_jittered_keys_are_one_scan(web: Web, hand: Handheld) -> None:
    await hand.login()
    for number, letter in enumerate("A-01-1"):
        await hand.page.keyboard.press(letter)
        await asyncio.sleep(0.1 if number % 2 else 0.002)
    await hand.page.keyboard.press("Enter")
    assert await landed(web, 1) == [("A-01-1", "scan", "right")]


async def test_F52_scanner_without_end_key_is_read_by_its_silence(web: Web, hand: Handheld) -> None:
    await hand.page.evaluate("location.reload()")
    await hand.page.wait_for_selector("html[data-ready]", state="attached")
    await hand.scan("B-sato", end="")
    await hand.page.wait_for_selector(".pad")


async def test_F52_tab_ends_a_scan_too(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.scan("A-01-1", end="Tab")
    assert await landed(web, 1) == [("A-01-1", "scan", "right")]


async def test_F68_scan_that_lost_its_end_is_refused_not_guessed(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.scan("A-0", end="")
    await wait_text(hand, ".result.wrong", "途中で切れました")
    assert await web.store.read(scanned) == []


@pytest.mark.parametrize("pasted", [True, False])
async def test_F67_full_width_from_an_ime_is_read(web: Web, hand: Handheld, pasted: bool) -> None:
    await hand.login()
    if pasted:
        await hand.page.keyboard.insert_text("Ａ－０１－１")
    else:
        for letter in "Ａ－０１－１":
            await hand.page.keyboard.insert_text(letter)
    await hand.page.keyboard.press("Enter")
    assert await landed(web, 1) == [("A-01-1", "scan", "right")]


async def test_F67_composition_of_an_ime_is_read(web: Web, hand: Handheld) -> None:
    await hand.login()
    session = await hand.context.new_cdp_session(hand.page)
    composing = {"selectionStart": 6, "selectionEnd": 6}
    await session.send("Input.imeSetComposition", {"text": "Ａ－０１－１", **composing})
    await session.send("Input.insertText", {"text": "Ａ－０１－１"})
    await hand.page.keyboard.press("Enter")
    assert await landed(web, 1) == [("A-01-1", "scan", "right")]


async def test_F56_F57_wrong_stays_until_the_next_scan_then_right(hand: Handheld) -> None:
    await hand.login()
    await hand.scan("A-99-9")
    await wait_text(hand, ".result.wrong", "A-99-9")
    await hand.page.wait_for_selector("#flash", state="hidden")
    assert await hand.page.locator(".result.wrong").is_visible()
    assert await hand.page.locator(".target").inner_text() == "A-01-1"
    await hand.scan("A-01-1")
    await wait_text(hand, ".result.right", "OK")
    assert await hand.page.locator(".result.wrong").count() == 0
    assert (await hand.tones())[-4:] == ["key", "wrong", "key", "right"]


async def test_F56_done_has_a_tone_of_its_own(hand: Handheld) -> None:
    await hand.login()
    for code in ("A-01-1", ITEM, ITEM, ITEM, "T-0007"):
        await hand.scan(code)
        await asyncio.sleep(0.16)  # a person's pace: faster repetitions are a bounce (F61)
    await wait_text(hand, ".result.done", "OK")
    assert (await hand.tones())[-1] == "done"


async def test_F51_scan_goes_through_an_open_sheet(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.page.locator(".key-skip").tap()
    await hand.page.wait_for_selector(".sheet")
    await hand.scan("A-01-1")
    assert await landed(web, 1) == [("A-01-1", "scan", "right")]
    assert await hand.page.locator(".sheet").count() == 0


async def test_F60_quantity_comes_from_fingers_never_from_a_scan(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.scan("A-01-1")
    await wait_text(hand, ".result.right", "OK")
    await hand.page.locator(".key-quantity").tap()
    await hand.page.wait_for_selector(".sheet .pad")
    await hand.page.keyboard.type("99", delay=1)
    assert await hand.page.locator(".sheet .digits").inner_text() == "0"
    await hand.page.locator(".sheet .digit", has_text="2").first.tap()
    await hand.page.locator(".sheet .digit.primary").tap()
    await wait_text(hand, ".count b", "2")
    assert web.screens.acts[-1]["quantity"] == 2


async def test_F59_short_asks_for_reason_and_quantity(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.scan("A-01-1")
    await wait_text(hand, ".result.right", "OK")
    await hand.page.locator(".key-short").tap()
    await hand.page.locator(".choice", has_text="破損").tap()
    await hand.page.locator(".sheet .digit", has_text="1").first.tap()
    await hand.page.locator(".sheet .digit.primary").tap()
    await landed(web, 2)
    done = web.screens.acts[-1]
    assert (done["action"], done["reason"], done["quantity"]) == ("short", "damaged", 1)


async def test_F55_typing_is_refused_without_the_role(web: Web, hand: Handheld) -> None:
    await hand.login()
    assert await hand.page.locator(".key-type").count() == 0
    await hand.scan("A-01-1", delay=220)
    await wait_text(hand, ".result.wrong", "手入力は責任者")
    assert await web.store.read(scanned) == []


async def test_F55_supervisor_types_and_it_is_tagged(web: Web, hand: Handheld) -> None:
    await hand.login("B-mori")
    await hand.page.locator(".key-type").tap()
    await hand.page.locator(".field").press_sequentially("A-01-1", delay=200)
    await hand.page.keyboard.press("Enter")
    assert await landed(web, 1) == [("A-01-1", "manual", "right")]


async def test_F55_typing_is_in_the_menu_when_the_row_of_buttons_is_full(web: Web, hand: Handheld) -> None:
    await hand.login("B-mori")
    await hand.scan("A-01-1")
    await wait_text(hand, ".ask", "商品をスキャン")
    assert await hand.page.locator(".key").count() == 4
    await hand.page.locator(".who").tap()
    await hand.page.locator(".choice", has_text="コードを入力").tap()
    await hand.page.locator(".field").press_sequentially(ITEM, delay=200)
    await hand.page.keyboard.press("Enter")
    assert (await landed(web, 2))[1] == (ITEM, "manual", "right")


async def test_F52_scan_never_lands_in_a_form_field(web: Web, hand: Handheld) -> None:
    await hand.login("B-mori")
    await hand.page.locator(".key-type").tap()
    await hand.page.locator(".field").focus()
    await hand.scan("A-01-1", delay=0)
    assert await landed(web, 1) == [("A-01-1", "scan", "right")]
    assert await hand.page.locator(".field").count() == 0


async def test_F64_offline_scans_are_kept_then_sent_once_in_order(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.route(NETWORK, refuse)
    await hand.scan("A-01-1")
    await wait_text(hand, ".link.offline small", "1")
    await asyncio.sleep(0.16)
    for _ in range(2):
        await hand.scan(ITEM)
        await asyncio.sleep(0.16)
    await wait_text(hand, ".link.offline small", "3")
    assert (await hand.tones())[-1] == "held"
    await hand.context.unroute(NETWORK)
    assert [value for value, _, _ in await landed(web, 3)] == ["A-01-1", ITEM, ITEM]
    await hand.page.wait_for_selector(".link.online")
    await wait_text(hand, ".count b", "2")


async def test_F64_lost_answer_is_repeated_with_the_same_key_and_counts_once(web: Web, hand: Handheld) -> None:
    await hand.login()
    lost = 0

    async def lose_answer(route: object) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()  # type: ignore[attr-defined]
        await route.abort("connectionreset")  # type: ignore[attr-defined]

    await hand.page.route("**/api/handheld/act", lose_answer, times=2)
    await hand.scan("A-01-1")
    await wait_text(hand, ".ask", "商品をスキャン")
    assert lost == 2
    assert await web.store.read(scanned) == [("A-01-1", "scan", "right")]
    hand.complaints.clear()  # the two lost answers


async def test_F62_F64_queue_and_screen_survive_a_reload(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.route(NETWORK, refuse)
    await hand.scan("A-01-1")
    await wait_text(hand, ".link.offline small", "1")
    await hand.page.reload()
    await hand.page.wait_for_selector("html[data-ready]", state="attached")
    assert await hand.page.locator(".target").inner_text() == "A-01-1"
    await hand.context.unroute(NETWORK)
    await wait_text(hand, ".ask", "商品をスキャン")
    assert await web.store.read(scanned) == [("A-01-1", "scan", "right")]


async def test_F64_ended_session_keeps_the_queue_for_its_person(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.context.route(NETWORK, refuse)
    await hand.scan("A-01-1")
    await wait_text(hand, ".link.offline small", "1")
    await web.store.run(people.set_pin, "sato", await web.services.hasher.hash("1357"))
    await hand.context.unroute(NETWORK)
    await wait_text(hand, ".login .result.held", "Sato さんの未送信が 1 件")
    await hand.login("B-kim")
    assert await web.store.read(scanned) == []
    await hand.page.locator(".who").tap()
    await hand.page.locator(".choice", has_text="Log out").tap()
    await hand.login("B-sato", "1357")
    assert await landed(web, 1) == [("A-01-1", "scan", "right")]
    hand.complaints.clear()  # the browser itself notes the 401


async def test_F63_stale_button_redraws_and_says_so(web: Web, hand: Handheld) -> None:
    await hand.context.route("**/api/handheld/stream", refuse)  # else the stream would be first
    await hand.login()
    await hand.page.locator(".key-skip").tap()
    await hand.page.wait_for_selector(".sheet")
    await web.store.run(lambda tx: tx.update(seats, seats.c.person_id == "sato", step="1", screen=40))
    await hand.page.locator(".sheet .choice").tap()
    await wait_text(hand, ".result.wrong", "画面が古くなっています")
    await wait_text(hand, ".ask", "商品をスキャン")
    hand.complaints.clear()  # the browser itself notes the 409


async def test_F72_new_contract_reloads_the_page_and_says_so(web: Web, hand: Handheld) -> None:
    await hand.login()
    await hand.page.evaluate("sessionStorage.setItem('old', '1')")
    answer = {"error": {"code": "work.update", "text": "", "next": ""}}
    await hand.page.route("**/api/handheld/act", lambda route: route.fulfill(status=409, json=answer), times=1)
    async with hand.page.expect_navigation():
        await hand.scan("A-01-1")
    await wait_text(hand, ".result.info", "新しい版に更新しました")
    hand.complaints.clear()  # the browser itself notes the 409


async def test_F71_second_tab_takes_over(hand: Handheld) -> None:
    await hand.login()
    other = await hand.context.new_page()
    await other.goto(hand.base + "/h")
    await other.wait_for_selector("html[data-ready] .who")
    await wait_text(hand, ".result.info", "別のタブ")


async def test_screen_changed_elsewhere_is_drawn_at_once(web: Web, hand: Handheld) -> None:
    await hand.login()
    said = {"kind": "wrong", "text": "ゲートで不一致", "code": "gate.stop"}
    changed = {"step": "2", "screen": 9, "last": said}
    await web.store.run(
        lambda tx: (tx.update(seats, seats.c.person_id == "sato", **changed), tx.journal("seat.told", "person/sato"))
    )
    await wait_text(hand, ".ask", "トートに入れてスキャン")
    await wait_text(hand, ".result.wrong", "ゲートで不一致")
    assert (await hand.tones())[-1] == "wrong"


async def test_F77_language_changes_at_once_without_restart(hand: Handheld) -> None:
    await hand.login()
    await hand.scan("nothing")
    await hand.page.wait_for_selector(".result.wrong")
    await hand.page.locator(".who").tap()
    await hand.page.locator(".choice", has_text="English").tap()
    await wait_text(hand, ".sheet h2", "Menu")
    assert await hand.page.evaluate("document.documentElement.lang") == "en"
    assert await hand.page.locator(".result.wrong").count() == 0


async def test_F56_volume_is_kept(hand: Handheld) -> None:
    await hand.login()
    await hand.page.locator(".who").tap()
    await hand.page.locator(".choice", has_text="小").first.tap()
    assert await hand.page.evaluate("localStorage.getItem('genba.volume')") == "1"
    await wait_text(hand, ".choice.chosen", "小")


async def test_F51_input_is_armed_again_after_every_tap_and_draw(hand: Handheld) -> None:
    await hand.login()
    await hand.page.locator(".question").tap()
    await hand.page.wait_for_function("() => document.activeElement.id === 'wedge'")
    assert await hand.page.locator("#wedge").get_attribute("inputmode") == "none"


async def test_P72_local_answer_to_a_scan_within_100_ms(hand: Handheld) -> None:
    await hand.login()
    await hand.page.evaluate(
        """() => { window.heard = [];
        addEventListener('keydown', (event) => { if (event.key === 'Enter') window.at = performance.now(); }, true);
        document.addEventListener('genba:tone', () => window.heard.push(performance.now() - window.at)); }"""
    )
    await hand.scan("A-99-9")
    await wait_text(hand, ".result.wrong", "A-99-9")
    assert (await hand.page.evaluate("() => window.heard"))[0] < 100


async def slow(route: object) -> None:
    await asyncio.sleep(0.12)
    await route.continue_()  # type: ignore[attr-defined]

"""The scanner check in a real Chromium: what a scanner sends is judged, in both languages (I44, F52, F65, F67)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.edge.web.browser import Handheld, Server, handheld
from tests.edge.web.conftest import Web

GS1_CODE = "]C10104901234567894|10A1"


@pytest_asyncio.fixture
async def hand(web: Web, tmp_path: Path) -> AsyncIterator[Handheld]:
    """Give the page, opened by somebody who is not logged in; nothing may stand in its console at the end."""
    async with Server(web.app).run() as server, handheld(server.base, tmp_path) as opened:
        await opened.open("/h/scanner")
        yield opened
        assert opened.complaints == []


async def findings(hand: Handheld) -> dict[str, str]:
    """Wait for what is said, and return it: right or attention, by finding."""
    await hand.page.wait_for_selector("#findings li")
    rows = await hand.page.locator("#findings li").all()
    return {str(await row.get_attribute("data-finding")): str(await row.get_attribute("class")) for row in rows}


async def test_I44_a_scanner_that_is_set_up_well_gets_nothing_but_ticks(hand: Handheld) -> None:
    await hand.scan(GS1_CODE, delay=0)
    assert await findings(hand) == {"end": "right", "pace": "right", "aim": "right", "separator": "right"}
    assert await hand.page.locator("#shown").inner_text() == GS1_CODE


@pytest.mark.parametrize(
    ("code", "end", "delay", "finding"),
    [
        ("4901234567894", "", 0, "no_end"),
        ("49012345", "Enter", 80, "slow"),
        ("4901", "Enter", 250, "typed"),
        ("4901234567894", "Enter", 0, "no_aim"),
        (" 4901234567894", "Enter", 0, "blanks"),
    ],
)
async def test_F52_F65_what_is_set_badly_is_said(
    hand: Handheld, code: str, end: str, delay: float, finding: str
) -> None:
    await hand.scan(code, end=end, delay=delay)
    assert (await findings(hand))[finding] == "attention"


async def test_I36_a_gs1_code_without_separator_may_be_right(hand: Handheld) -> None:
    await hand.scan("]C10104901234567894", end="Tab", delay=0)
    assert await findings(hand) == {"end": "right", "pace": "right", "aim": "right", "no_separator": "note"}


async def test_F65_a_pause_within_a_code_is_told_from_slow_keys(hand: Handheld) -> None:
    await hand.scan("]C10104901234567", end="", delay=0)
    await hand.scan("89", delay=500)
    assert (await findings(hand))["gap"] == "attention"


async def test_F67_an_input_method_is_noticed(hand: Handheld) -> None:
    session = await hand.context.new_cdp_session(hand.page)
    await session.send("Input.imeSetComposition", {"text": "４９０１", "selectionStart": 4, "selectionEnd": 4})
    await session.send("Input.insertText", {"text": "４９０１"})
    await hand.page.keyboard.press("Enter")
    assert {"ime", "full_width"} & (await findings(hand)).keys()


async def test_the_page_speaks_both_languages_and_is_reached_from_the_login(hand: Handheld) -> None:
    assert await hand.page.locator("h1").inner_text() == "スキャナーの確認"
    await hand.page.locator("nav a", has_text="English").click()
    await hand.page.wait_for_selector("html[lang=en][data-ready]", state="attached")
    await hand.scan("4901234567894", end="", delay=0)
    await findings(hand)
    assert "Send ENTER key" in await hand.page.locator("[data-finding=no_end]").inner_text()
    await hand.open("/h")
    await hand.page.locator(".site a").click()
    await hand.page.wait_for_url("**/h/scanner")

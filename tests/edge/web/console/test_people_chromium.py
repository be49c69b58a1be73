"""People and API keys in a real Chromium, in both languages: by keyboard, asked once, shown once, nothing complains."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from edge.processes import people
from edge.store.tables import api_keys
from edge.store.tables import people as people_table
from edge.web.pins import digest
from tests.edge.web.console.browse import ENGINEER_OF, TABLET, Browser, Served, browser, served
from tests.edge.web.console.test_console_looks import DESK, FINE, LEAST_CONTRAST, LEAST_TARGET_PX, LOOK, UPRIGHT

PAGES = ("/settings", "/settings/people", "/settings/people/p1", "/settings/people/p4", "/settings/line?of=p1")
ENGINEERS = (*PAGES, "/settings/people/endo", "/settings/keys")


@pytest_asyncio.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Served]:
    """Give a busy site."""
    async with served(tmp_path, "busy") as site:
        yield site


@pytest_asyncio.fixture(params=["ja", "en"])
async def seen(busy: Served, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """Give an engineer's browser in each language, on a tablet; at the end nothing may stand in its console."""
    who = ENGINEER_OF[request.param]
    async with browser(busy.base, tmp_path, language=request.param, size=TABLET, person=who) as opened:
        yield opened
        assert opened.complaints == []


async def language(seen: Browser) -> str:
    found: str = await seen.page.evaluate("document.documentElement.lang")
    return found


@pytest.mark.parametrize(("language", "dark", "size"), [("ja", False, DESK), ("en", True, UPRIGHT)])
@pytest.mark.parametrize("mood", ["empty", "busy"])
async def test_an_engineers_pages_can_be_read_and_touched(
    tmp_path: Path, mood: str, language: str, dark: bool, size: dict[str, int]
) -> None:
    who = ENGINEER_OF[language]
    async with (
        served(tmp_path, mood) as site,
        browser(site.base, tmp_path, language=language, dark=dark, size=size, person=who) as seen,
    ):
        for path in ENGINEERS:
            await seen.open(path)
            assert await seen.page.evaluate(LOOK, [LEAST_CONTRAST, LEAST_TARGET_PX]) == FINE, path
        assert seen.complaints == []


async def test_every_field_and_button_has_a_name(seen: Browser) -> None:
    nameless = """[...document.querySelectorAll("input:not([type=hidden]), select, textarea, button")].filter((one) =>
        !one.closest("dialog:not([open])") && !(one.labels?.length || one.ariaLabel || one.textContent.trim()))
        .map((one) => one.outerHTML)"""
    for path in ENGINEERS:
        await seen.open(path)
        assert await seen.page.evaluate(nameless) == [], path


async def test_somebody_is_blocked_and_let_in_again_by_keyboard_alone(busy: Served, seen: Browser) -> None:
    await seen.open("/settings/people?state=in")
    await seen.page.focus("tbody tr[data-key=p1]")
    await seen.page.keyboard.press("Enter")
    await seen.page.wait_for_url("**/people/p1")
    await expect(seen.page.locator("#sessions")).to_contain_text("HH-1")
    await seen.page.focus("#login .danger")
    await seen.page.keyboard.press("Enter")
    await expect(seen.page.locator("dialog.ask")).to_be_visible()
    await seen.page.keyboard.press("Escape")
    await seen.page.wait_for_selector("#login form:not([data-busy]) .danger:focus")
    await seen.page.keyboard.press("Enter")
    await expect(seen.page.locator("dialog.ask")).to_be_visible()
    await seen.page.keyboard.press("Tab")
    await seen.page.keyboard.press("Enter")
    await expect(seen.page.locator("#login form[action$=person-unblock]")).to_be_visible()
    await expect(seen.page.locator("#sessions .line")).to_have_count(0)
    assert await busy.store.read(people.session, "p1") is None
    await seen.page.wait_for_selector("#login:focus")
    await seen.page.keyboard.press("Tab")
    await seen.page.keyboard.press("Enter")
    await expect(seen.page.locator("#login form[action$=person-block]")).to_be_visible()
    await seen.page.keyboard.press("Escape")
    await seen.page.wait_for_url("**/people?state=in")


async def test_a_taken_badge_is_said_below_its_field_and_a_good_one_is_set(busy: Served, seen: Browser) -> None:
    await seen.open("/settings/people/p3")
    await seen.page.fill("input[name=badge]", "B-mori")
    await seen.page.keyboard.press("Enter")
    said = {"ja": "バッジ B-mori は他の人が使っています。", "en": "Badge B-mori belongs to somebody else."}
    await expect(seen.page.locator("#badge-wrong")).to_contain_text(said[await language(seen)])
    assert await seen.page.get_attribute("input[name=badge]", "aria-invalid") == "true"
    seen.complaints.clear()  # the browser itself writes down the 409
    await seen.page.fill("input[name=badge]", "B-p3")
    await seen.page.keyboard.press("Enter")
    set_now = {"ja": "バッジは設定済みです。", "en": "A badge is set."}
    await expect(seen.page.locator("#badge-now")).to_contain_text(set_now[await language(seen)])
    await expect(seen.page.locator("#badge-wrong")).to_be_hidden()
    assert await seen.page.input_value("input[name=badge]") == ""
    assert await busy.store.read(lambda reader: reader.get(people_table, id="p3").badge) == "B-p3"


async def test_a_weak_pin_is_refused_and_a_made_one_is_shown_once(seen: Browser) -> None:
    await seen.open("/settings/people/p3")
    for field in ("pin", "again"):
        await seen.page.fill(f"input[name={field}]", "1234")
    await seen.page.keyboard.press("Enter")
    said = {"ja": "暗証番号は 4〜8 桁の数字で", "en": "A PIN has 4 to 8 digits"}
    await expect(seen.page.locator("#pin-wrong")).to_contain_text(said[await language(seen)])
    seen.complaints.clear()  # the browser itself writes down the 409
    await seen.page.click("form[action$=person-pin] [name=make]")
    await expect(seen.page.locator("dialog.once")).to_be_visible()
    pin = await seen.page.input_value("dialog.once textarea")
    assert len(pin) == 6
    await seen.page.keyboard.press("Escape")
    await expect(seen.page.locator("dialog.once")).to_be_visible()
    await seen.page.click("dialog.once [value=done]")
    await expect(seen.page.locator("dialog.once")).to_be_hidden()
    assert pin not in await seen.page.content()
    assert await seen.page.input_value("dialog.once textarea") == ""


async def test_a_key_is_made_copied_and_revoked(busy: Served, seen: Browser) -> None:
    await seen.open("/settings/keys")
    await seen.page.fill("input[name=name]", "wms-new")
    await seen.page.keyboard.press("Enter")
    await expect(seen.page.locator("dialog.once")).to_be_visible()
    key = await seen.page.input_value("dialog.once textarea")
    await seen.page.click("dialog.once [data-copy]")
    copied = {"ja": "コピーしました。", "en": "Copied."}
    await expect(seen.page.locator("dialog.once [role=status]")).to_have_text(copied[await language(seen)])
    await seen.page.click("dialog.once [value=done]")
    row = seen.page.locator("tr[data-key=wms-new]")
    await expect(row).to_be_visible()
    assert key not in await seen.page.content()
    await seen.page.focus("input[name=name]")
    await seen.page.keyboard.press("Control+V")
    assert await seen.page.input_value("input[name=name]") == key[:40]
    assert await busy.store.read(people.machine, digest(key)) is not None
    await row.locator(".danger").click()
    await seen.page.click("dialog.ask [value=yes]")
    await expect(row.locator(".danger")).to_have_count(0)
    assert not await busy.store.read(lambda reader: reader.get(api_keys, id="wms-new").active)


async def test_whoever_is_sent_out_is_at_the_login_at_once(busy: Served, seen: Browser) -> None:
    await seen.open("/settings/people")
    who = ENGINEER_OF[await language(seen)]
    await busy.store.run(people.set_pin, who, "another hash")
    await seen.page.wait_for_url("**/login?**")
    seen.complaints.clear()  # the browser itself writes down the 401


async def test_a_line_is_drawn_up_and_copied(seen: Browser) -> None:
    await seen.open("/settings/people")
    await seen.page.click("a[href='/console/settings/line']")
    await seen.page.fill("input[name=ja]", "東")
    await seen.page.fill("input[name=en]", "Azuma")
    await seen.page.fill("input[name=id]", "azuma")
    await seen.page.check("input[value=picker]")
    await seen.page.keyboard.press("Enter")
    await seen.page.wait_for_selector("#line")
    assert "azuma" in await seen.page.input_value("#line")
    await seen.page.click("[data-copy]")
    copied = {"ja": "コピーしました。", "en": "Copied."}
    await expect(seen.page.locator("[data-copy] + [role=status]")).to_have_text(copied[await language(seen)])

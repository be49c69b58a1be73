"""How the handheld looks: every step, both languages, light and dark, at 360 × 640 (F56, F76, F77)."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.edge.web.browser import Handheld, Server, handheld, refuse
from tests.edge.web.conftest import Web
from tests.edge.web.gallery import screens
from tests.edge.web.looks import CONTRAST
from tests.edge.web.scripted import Step

LOOK = (
    "() => {"
    + CONTRAST
    + """
  const texts = [...document.querySelectorAll("#app *")].filter((one) =>
    shown(one) && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const buttons = [...document.querySelectorAll("#app button")].filter(shown);
  const box = (one) => one.getBoundingClientRect();
  const question = document.querySelector(".main .question");
  const keys = document.querySelector(".keys");
  return {
    pale: texts.filter((one) => contrast(one) < 7).map((one) => `${one.textContent}: ${contrast(one).toFixed(2)}`),
    tiny: texts.filter((one) => parseFloat(getComputedStyle(one).fontSize) < 15).map((one) => one.textContent),
    small: buttons.filter((one) => box(one).width < 64 || box(one).height < 64).map((one) => one.textContent),
    outside: buttons.filter((one) => box(one).right > 360 || box(one).bottom > 640 || box(one).left < 0)
      .map((one) => one.textContent),
    wide: document.documentElement.scrollWidth > 360,
    hidden: question && keys && box(question).bottom > (box(keys).top || 640) + 1,
    target: Math.min(...[...document.querySelectorAll(".target")]
      .map((one) => parseFloat(getComputedStyle(one).fontSize))),
  };
}"""
)
FINE = {"pale": [], "tiny": [], "small": [], "outside": [], "wide": False}


async def show(hand: Handheld, screen: dict[str, Any], language: str) -> dict[str, Any]:
    """Let the page draw a screen and return what is wrong with its looks."""
    session = json.dumps(
        {"token": "none", "person": {"id": "sato", "name": "", "language": language}, "screen": screen}
    )
    await hand.page.evaluate(
        "([session, language]) => { localStorage.setItem('genba.session', session);"
        " localStorage.setItem('genba.language', language); }",
        [session, language],
    )
    await hand.open()
    found: dict[str, Any] = await hand.page.evaluate(LOOK)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_F76_every_step_is_readable_and_in_reach(web: Web, tmp_path: Path, language: str, dark: bool) -> None:
    async with Server(web.app).run() as server, handheld(server.base, tmp_path, dark=dark) as hand:
        await hand.page.route("**/api/handheld/**", refuse)
        await hand.page.add_init_script("window.BarcodeDetector ??= class {};")  # so that its button takes room
        await hand.open()
        assert FINE.items() <= (await hand.page.evaluate(LOOK)).items(), "login"
        for name, screen in screens(language):
            found = await show(hand, screen, language)
            assert FINE.items() <= found.items(), (name, found)
            assert not found["hidden"], f"{name}: the question does not fit"
            assert found["target"] is None or found["target"] >= 28, name


CODES = ("A03-11-2", "ZONE:A", "T-0007", "CHARGE-12", "A-03-11-2-B", "480000001234")


async def test_F76_codes_stay_in_one_line_as_large_as_it_allows(web: Web, tmp_path: Path) -> None:
    async with Server(web.app).run() as server, handheld(server.base, tmp_path) as hand:
        await hand.page.route("**/api/handheld/**", refuse)
        await hand.open()
        location = dict(screens("ja"))["pick/location"]
        for code in CODES:
            await show(hand, location | {"target": code}, "ja")
            size, lines, right = await hand.page.evaluate(
                """() => { const one = document.querySelector(".target"); const style = getComputedStyle(one);
                const size = parseFloat(style.fontSize);
                const high = one.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
                const drawn = document.createRange(); drawn.selectNodeContents(one);
                const { right } = drawn.getBoundingClientRect();
                return [size, Math.round(high / parseFloat(style.lineHeight)), right]; }"""
            )
            assert (lines, right <= 346) == (1, True), (code, size, right)
            assert size >= (48 if len(code) <= 9 else 36), (code, size)


async def test_F76_what_differs_from_the_last_location_is_bold(web: Web, tmp_path: Path) -> None:
    codes = ("A03-11-2", "T-0007", "A03-12-1")
    steps = ("pick/location", "pick/tote", "pick/location")
    web.screens.script = [
        Step(step, code, parts={"ask": code, "target": code}) for step, code in zip(steps, codes, strict=True)
    ]
    async with Server(web.app).run() as server, handheld(server.base, tmp_path) as hand:
        await hand.open()
        await hand.login()
        assert await hand.page.locator(".target b").inner_text() == "A03-11-2"
        for code, following in pairwise(codes):
            await hand.scan(code)
            await hand.page.wait_for_selector(f".ask:has-text('{following}')")
        assert await hand.page.locator(".target").inner_text() == "A03-12-1"
        assert await hand.page.locator(".target b").inner_text() == "12-1"


@pytest.mark.parametrize("sheet", ["menu", "reasons", "pad", "typing"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_F76_sheets_are_readable_and_in_reach(web: Web, tmp_path: Path, sheet: str, dark: bool) -> None:
    async with Server(web.app).run() as server, handheld(server.base, tmp_path, dark=dark) as hand:
        await hand.page.route("**/api/handheld/**", refuse)
        await hand.open()
        await show(hand, dict(screens("en"))["pick/item"] | {"manual": True}, "en")
        opener = {"menu": ".who", "reasons": ".key-short", "pad": ".key-quantity", "typing": ".key-type"}[sheet]
        await hand.page.locator(opener).tap()
        await hand.page.wait_for_selector(".sheet")
        found = await hand.page.evaluate(LOOK)
        assert FINE.items() <= found.items(), found


async def test_page_weighs_less_than_200_kb(web: Web, tmp_path: Path) -> None:
    async with Server(web.app).run() as server, handheld(server.base, tmp_path) as hand:
        hosts: list[str] = []
        hand.page.on("response", lambda response: hosts.append(response.url))
        await hand.open()
        assert all(url.startswith(server.base) for url in hosts)
        size = 0
        for url in hosts:
            size += len((await web.client.get(url.removeprefix(server.base))).content)
        assert size < 200_000

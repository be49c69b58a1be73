"""How the console looks: contrast, targets and lines of every view, light and dark, at desk, wall and tablet."""

from pathlib import Path
from typing import Any

import pytest

from tests.edge.web.console.browse import browser, served
from tests.edge.web.console.test_chromium import GOOD
from tests.edge.web.looks import CONTRAST

LEAST_CONTRAST = 4.5
LEAST_TARGET_PX = 40
DESK, SCREEN, UPRIGHT = {"width": 1280, "height": 800}, {"width": 1920, "height": 1080}, {"width": 820, "height": 1180}
LOOK = (
    "([least, target]) => {"
    + CONTRAST
    + """
  const texts = [...document.querySelectorAll("body *")].filter((one) =>
    shown(one) && !one.closest("svg, :disabled") &&
    [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const touched = "button, .button, select, input:not([type=hidden], [type=checkbox], [type=radio]), .side a, " +
    ".tabs a, th a, summary, .cutoff .when, .stuck, .pager a, td.tick, label.check";
  const targets = [...document.querySelectorAll(touched)].filter(shown);
  const box = (one) => one.getBoundingClientRect();
  const name = (one) => `${one.className || one.tagName} ${one.textContent.trim().slice(0, 30)}`;
  const frame = (one) => one.closest(".card, td, .tabs, .banner");
  return {
    pale: texts.filter((one) => contrast(one) < least).map((one) => `${name(one)}: ${contrast(one).toFixed(2)}`),
    small: targets.filter((one) => box(one).height < target || box(one).width < target).map(name),
    wide: document.documentElement.scrollWidth > innerWidth,
    spilt: texts.filter((one) => frame(one) && !one.closest(".name, .word"))
      .filter((one) => box(one).right > box(frame(one)).right + 1).map(name),
  };
}"""
)
FINE: dict[str, Any] = {"pale": [], "small": [], "wide": False, "spilt": []}


LOOKS = {
    "desk": ("ja", False, DESK),
    "tablet": ("en", False, UPRIGHT),
    "desk-dark": ("en", True, DESK),
    "wall-dark": ("ja", True, SCREEN),
}
SEEN = [(mood, look) for mood in ("empty", "busy", "broken") for look in LOOKS if mood != "empty" or not LOOKS[look][1]]
"""An empty site shows nothing dark that a busy one does not."""


@pytest.mark.parametrize(("mood", "look"), SEEN)
async def test_every_view_can_be_read_and_touched(tmp_path: Path, mood: str, look: str) -> None:
    language, dark, size = LOOKS[look]
    async with (
        served(tmp_path, mood) as site,
        browser(site.base, tmp_path, language=language, dark=dark, size=size) as seen,
    ):
        for path in (*GOOD, "/orders/HANA/100000"):
            if mood == "empty" and path.startswith("/orders/HANA"):
                continue
            await seen.open(path)
            found = await seen.page.evaluate(LOOK, [LEAST_CONTRAST, LEAST_TARGET_PX])
            assert found == FINE, (path, found)

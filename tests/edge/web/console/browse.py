"""The console in a real Chromium: a running server on a busy, an empty or a broken site.

Run as a program it takes pictures of every view: `python -m tests.edge.web.console.browse FOLDER`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Page, async_playwright

from edge.live import Live
from edge.processes import people
from edge.site import Site
from edge.store.store import Store
from edge.web.app import create_app
from edge.web.pins import CHEAP_COST, ArgonHasher
from edge.web.services import Services
from tests.edge.web.browser import FLAGS, Server
from tests.edge.web.conftest import PIN
from tests.edge.web.console.seed import big_site, crew, fill, lively, trouble, wreck
from tests.edge.web.scripted import ScriptedScreens
from tests.support.need import require
from tests.support.patience import PATIENCE
from tests.support.store import HandClock, make_store

WALL = {"width": 1280, "height": 800}
TABLET = {"width": 1024, "height": 768}
LANGUAGE_OF = {"ja": "mori", "en": "brown"}
ENGINEER_OF = {"ja": "endo", "en": "evans"}
VIEWS = ("", "/orders", "/work", "/floor", "/stock", "/devices", "/exceptions", "/journal", "/settings")
MORE = (
    "/orders/HANA/100000",
    "/floor?open=robot:R7",
    "/floor?open=zone:A",
    "/stock?by=item",
    "/stock/weights",
    "/find?q=SKU00",
    "/settings/people",
    "/settings/people?state=in",
    "/settings/people?q=nobody-like-this",
    "/settings/people/p1",
    "/settings/people/p4",
    "/settings/people/endo",
    "/settings/line",
    "/settings/line?of=p1",
    "/settings/line?of=&ja=%E6%9D%B1&en=Azuma&id=azuma&role=picker&role=packer&language=ja",
    "/settings/line?of=&ja=&en=&id=azuma",
    "/orders?q=nothing-like-this",
    "/orders/ACME/0",
)


@dataclass
class Served:
    """A running console."""

    base: str
    site: Site
    store: Store
    live: Live
    clock: HandClock


@asynccontextmanager
async def served(folder: Path, mood: str) -> AsyncIterator[Served]:
    """Serve a site that is `empty`, `busy` or `broken`."""
    clock = HandClock()
    clock.pass_(hours=4)
    site, live = big_site(), Live()
    store = make_store(folder, site, clock)
    hasher = ArgonHasher(CHEAP_COST, off_loop=False)
    await store.run(people.sync_people)
    for person in (*LANGUAGE_OF.values(), *ENGINEER_OF.values()):
        await store.run(people.set_badge, person, f"B-{person}")
        await store.run(people.set_pin, person, await hasher.hash(PIN))
    if mood != "empty":
        await store.run(fill)
        await store.run(crew)
        lively(live, site, clock.time)
    if mood == "broken":
        await store.run(trouble)
        wreck(live, site, clock.time)
    services = Services(
        store=store,
        site=site,
        source=store.source,
        live=live,
        weigh=_weigh,
        zero=_weigh,
        hasher=hasher,
        screens=ScriptedScreens(),
    )
    async with Server(create_app(services)).run() as server:
        try:
            yield Served(server.base, site, store, live, clock)
        finally:
            services.close()
    store.close()


@dataclass
class Browser:
    """One browser with a person logged in, and what its console said."""

    page: Page
    context: BrowserContext
    base: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Load a view and wait for its first frame."""
        await self.page.goto(f"{self.base}/console{path}", wait_until="load")

    async def weight(self) -> int:
        """Return the bytes that a view needs with an empty cache."""
        sizes: list[Any] = await self.page.evaluate(
            "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
            ".filter((e) => !e.name.includes('/stream')).map((e) => e.decodedBodySize)"
        )
        return sum(int(size) for size in sizes)


@asynccontextmanager
async def browser(
    base: str,
    folder: Path,
    *,
    language: str = "ja",
    dark: bool = False,
    size: dict[str, int] | None = None,
    person: str = "",
) -> AsyncIterator[Browser]:
    """Open a browser and log somebody in who reads the language: a supervisor, unless somebody else is named."""
    chromium = require("chromium")
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(folder / f"chromium-{language}-{dark}"),
            executable_path=chromium,
            args=FLAGS,
            viewport=size or WALL,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            locale="ja-JP" if language == "ja" else "en-GB",
        )
        context.set_default_timeout(PATIENCE * 1000)
        shown = Browser(context.pages[0], context, base)

        def listen(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                shown.complaints.append(f"{shown.page.url}: {message.text}")

        shown.page.on("console", listen)
        shown.page.on("pageerror", lambda error: shown.complaints.append(f"{shown.page.url}: {error}"))
        form: dict[str, Any] = {"badge": f"B-{person or LANGUAGE_OF[language]}", "pin": PIN, "to": "/console"}
        await context.request.post(f"{base}/login", form=form, max_redirects=0)
        try:
            yield shown
        finally:
            await context.close()


async def _weigh(_station: str) -> int:
    return 735


def _file(path: str) -> str:
    return path.strip("/").replace("/", "-").replace("?", "_").replace(":", "_").replace("=", "") or "now"


async def _take_pictures(folder: Path, moods: list[str]) -> None:
    for mood in moods:
        home = folder / mood
        home.mkdir(parents=True, exist_ok=True)
        (home / "genba.db").unlink(missing_ok=True)
        async with served(home, mood) as site:
            for language, dark, size in (("ja", False, WALL), ("en", True, WALL), ("en", False, TABLET)):
                async with browser(
                    site.base, home / f"b{size['width']}", language=language, dark=dark, size=size
                ) as seen:
                    for path in VIEWS + MORE:
                        await seen.open(path)
                        await seen.page.wait_for_timeout(700 if "floor" in path else 150)
                        name = f"{_file(path)}-{language}-{'dark' if dark else 'light'}-{size['width']}.png"
                        await seen.page.screenshot(path=str(home / name))
                        print(mood, name, await seen.weight(), "bytes")  # noqa: T201
                    print("\n".join(seen.complaints))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(_take_pictures(Path(sys.argv[1]), sys.argv[2:] or ["empty", "busy", "broken"]))

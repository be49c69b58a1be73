"""A real Chromium at a real server, for tests of pages."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Route, async_playwright

from tests.support.broker import free_port
from tests.support.need import require
from tests.support.patience import PATIENCE

FLAGS = ["--no-sandbox", "--headless", "--disable-background-networking", "--disable-gpu"]
HANDHELD = {"width": 360, "height": 640}


@dataclass
class Handheld:
    """The handheld's page in a browser, and all it complained about."""

    page: Page
    context: BrowserContext
    base: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str = "/h") -> None:
        """Load the page and wait until it takes scans."""
        await self.page.goto(self.base + path)
        await self.page.wait_for_selector("html[data-ready]", state="attached")

    async def scan(self, text: str, end: str = "Enter", delay: float = 2) -> None:
        """Send keys as a scanner does: fast, then the end key; `delay` in ms between keys."""
        await self.page.keyboard.type(text, delay=delay)
        if end:
            await self.page.keyboard.press(end)

    async def login(self, badge: str = "B-sato", pin: str = "2580") -> None:
        """Scan a badge and press the PIN."""
        await self.scan(badge)
        for digit in pin:
            await self.page.locator(".pad .digit", has_text=digit).first.tap()
        await self.page.locator(".pad .digit.primary").tap()
        await self.page.wait_for_selector(".who")

    async def kept(self) -> None:
        """Wait until the page is kept on the device."""
        await self.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")

    async def tones(self) -> list[str]:
        """Return the tones that were played since the page was loaded."""
        return list(await self.page.evaluate("window.tones"))


LISTEN_TO_TONES = (
    "window.tones = []; document.addEventListener('genba:tone', (event) => window.tones.push(event.detail));"
)


class _Announced(uvicorn.Server):
    """Uvicorn that tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen and tell so."""
        await super().startup(sockets)
        self.up.set()


class Server:
    """Uvicorn in this loop on a free port, or on the port of one that has gone; `base` is its address."""

    def __init__(self, app: FastAPI, port: int | None = None) -> None:
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="error", timeout_graceful_shutdown=1, lifespan="off"
        )
        self._server = _Announced(config)

    @asynccontextmanager
    async def run(self) -> AsyncIterator["Server"]:
        """Serve until the block ends."""
        task = asyncio.create_task(self._server.serve())
        await self._server.up.wait()
        try:
            yield self
        finally:
            self._server.should_exit = True
            await task


@asynccontextmanager
async def handheld(
    base: str, folder: Path, *, dark: bool = False, language: str = "ja-JP", flags: Sequence[str] = ()
) -> AsyncIterator[Handheld]:
    """Open a browser of its own, the size of a handheld."""
    chromium = require("chromium")
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(folder / "chromium"),
            executable_path=chromium,
            args=[*FLAGS, *flags],
            viewport=HANDHELD,  # type: ignore[arg-type]
            has_touch=True,
            is_mobile=True,
            color_scheme="dark" if dark else "light",
            locale=language,
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = context.pages[0]
        shown = Handheld(page, context, base)

        def listen(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                shown.complaints.append(message.text)

        page.on("console", listen)
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        await page.add_init_script(LISTEN_TO_TONES)
        try:
            yield shown
        finally:
            await context.close()


async def refuse(route: Route) -> None:
    """Answer nothing, as a dead network does."""
    await route.abort("internetdisconnected")

"""A browser, which others wrote by the same standard, speaks with our side of a WebSocket."""

from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from tests.edge.web.browser import FLAGS
from tests.edge.web.websocket.conftest import Stage
from tests.support.need import require

TALK = """
async (url) => {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const answers = [];
  const closed = new Promise((done) => (socket.onclose = (event) => done([event.code, event.reason, event.wasClean])));
  let next;
  socket.onmessage = (event) => next(event.data);
  await new Promise((done) => (socket.onopen = done));
  for (const said of ["one", "現場", "", "x".repeat(125), "x".repeat(126), "é".repeat(30000), new Uint8Array(65535)]) {
    const answer = new Promise((done) => (next = done));
    socket.send(said);
    answers.push([said.length, (await answer).length]);
  }
  socket.close(3001, "enough");
  return { answers, closed: await closed, extensions: socket.extensions };
}
"""
CLOSED = """
(url) => new Promise((done) => {
  const socket = new WebSocket(url);
  socket.onclose = (event) => done([event.code, event.reason, event.wasClean]);
})
"""


async def in_browser(folder: Path, script: str, url: str) -> Any:
    """Run a script in a page of nobody."""
    chromium = require("chromium")
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(str(folder), executable_path=chromium, args=FLAGS)
        try:
            return await context.pages[0].evaluate(script, url)
        finally:
            await context.close()


async def test_a_browser_is_understood_and_understands(stage: Stage, tmp_path: Path) -> None:
    said = await in_browser(tmp_path, TALK, f"ws://127.0.0.1:{stage.server.port}/")
    sizes = [3, 2, 0, 125, 126, 30_000]
    assert said["answers"] == [*([size, size] for size in sizes), [65_535, len("bytes")]]
    assert said["closed"][0::2] == [3001, True]
    assert said["extensions"] == ""
    assert await stage.left() == 3001


async def test_a_browser_hears_why_it_is_left(stage: Stage, tmp_path: Path) -> None:
    assert await in_browser(tmp_path, CLOSED, f"ws://127.0.0.1:{stage.server.port}/leaves") == [4000, "enough", True]

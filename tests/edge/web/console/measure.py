"""How long a robot's move takes to reach the screen: 200 robots at 5 Hz in a real Chromium (compare P46).

Run as a program: `python -m tests.edge.web.console.measure [seconds]`. Prints figures, judges nothing.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import expect

from tests.edge.web.console.browse import browser, served
from tests.edge.web.console.seed import lively

WATCH = """() => {
  window.seen = []; window.script = []; window.gaps = []; let last = performance.now();
  document.addEventListener("genba:frame", (event) => {
    window.script.push(event.detail.ms);
    requestAnimationFrame(() => window.seen.push([event.detail.at, Date.now()]));
  });
  const tick = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}"""


def share(values: list[float], percent: int) -> float:
    """Return a percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else float("nan")


async def measure(seconds: float) -> None:
    """Move 200 robots five times a second and print what the browser saw."""
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder), "busy") as site, browser(site.base, Path(folder)) as seen:
            began = time.monotonic()
            await seen.page.goto(f"{site.base}/console/floor")
            await expect(seen.page.locator(".robot[transform]")).to_have_count(200)
            print(f"first live frame after {time.monotonic() - began:.2f} s")  # noqa: T201
            await seen.page.evaluate(WATCH)
            sent: list[float] = []
            step = 0
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                step += 1
                lively(site.live, site.site, site.clock.time, step)
                sent.append(time.time() * 1000)
                await asyncio.sleep(0.2)
            arrived: list[list[float]] = await seen.page.evaluate("window.seen")
            script: list[float] = await seen.page.evaluate("window.script")
            gaps: list[float] = await seen.page.evaluate("window.gaps")
    delays = [at - max((one for one in sent if one <= at), default=at) for _, at in arrived]
    print(f"{len(arrived)} frames with up to 200 robots in {seconds:.0f} s")  # noqa: T201
    for name, values in (("change to painted frame", delays), ("script per frame", script), ("between paints", gaps)):
        print(f"{name}: p50 {share(values, 50):.1f} ms, p99 {share(values, 99):.1f} ms")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 20))

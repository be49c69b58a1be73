"""`genba demo` as people start it: real processes, sockets, broker and database, until every order ended.

The second test is the proof of the crash-only design (P56, P69): edge, broker and WMS are killed without warning, again
and again, and the books agree all the same. GENBA_KILLS says how often; `make proof` asks for more than CI does.
"""

import asyncio
import contextlib
import os
import random
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

import httpx
import pytest

from edge.sketch import Plan, sketch

ROOT = Path(__file__).parents[2]
PLAN = Plan(zones=1, aisles=2, bays=3, robots=4, packs=2, chargers=1, tote_stations=1, totes=24, pickers=3)
"""A site with short ways: the demo site's own take minutes to drive."""
PACE = 20
VICTIMS = ("edge", "broker", "wms")
KILLS = int(os.environ.get("GENBA_KILLS", "6"))
WITHIN = 100 + 10 * KILLS
"""Seconds for a run: a machine that also runs other tests is slow."""
BETWEEN_S = (1.0, 4.0)
"""Between two kills; long enough now and then for a part to come up and do something."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "site.yaml"
    file.write_text(sketch(PLAN).replace("rules: {", "rules: {load_parcels: 4, "), encoding="utf-8")
    return file


async def start(folder: Path, site: Path, orders: int, rate: int, *more: str, **environment: str) -> Process:
    """Start a demo as a user would."""
    words = ["demo", "--orders", str(orders), "--until-done", "--no-browser", "--pace", str(PACE), "--rate", str(rate)]
    words += ["--site", str(site), "--keep", str(folder), "--within", str(WITHIN), *more]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "edge.cli",
        *words,
        cwd=ROOT,
        stdout=PIPE,
        stderr=STDOUT,
        env={**os.environ, **environment},
    )


async def said(process: Process) -> str:
    """Return everything a process says until it ends."""
    output, _ = await process.communicate()
    return output.decode()


def alive(folder: Path) -> list[str]:
    """Return which processes of a demo are still there."""
    left = []
    for file in sorted(folder.glob("*.pid")):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(file.read_text(encoding="ascii")), 0)
            left.append(file.stem)
    return left


@pytest.mark.timeout(WITHIN + 60)
async def test_twelve_orders_are_shipped_and_the_books_agree(tmp_path: Path, site: Path) -> None:
    folder = tmp_path / "demo"
    output = await said(demo := await start(folder, site, 12, 6000))
    assert demo.returncode == 0, output
    assert "12 orders: " in output
    assert "things wrong: 0" in output
    assert "The WMS's books agree." in output
    assert alive(folder) == []


@pytest.mark.timeout(WITHIN + 60)
async def test_P56_edge_broker_and_wms_are_killed_and_the_books_agree(tmp_path: Path, site: Path) -> None:
    folder, dice = tmp_path / "demo", random.Random(56)
    demo = await start(folder, site, 10 + KILLS, 1500)
    talk = asyncio.create_task(said(demo))
    killed = dict.fromkeys(VICTIMS, 0)
    while sum(killed.values()) < KILLS and not talk.done():
        await asyncio.wait({talk}, timeout=dice.uniform(*BETWEEN_S))
        victim = VICTIMS[sum(killed.values()) % len(VICTIMS)]
        file = folder / f"{victim}.pid"
        if file.exists() and (folder / "wms.pid").exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(file.read_text(encoding="ascii")), signal.SIGKILL)
                killed[victim] += 1
    output = await talk
    assert sum(killed.values()) == KILLS
    assert demo.returncode == 0, output
    assert "The WMS's books agree." in output
    assert alive(folder) == []


@pytest.mark.timeout(WITHIN)
async def test_ctrl_c_ends_everything(tmp_path: Path, site: Path) -> None:
    folder = tmp_path / "demo"
    demo = await start(folder, site, 1000, 60)
    assert demo.stdout is not None
    addresses, page = [], {"Accept": "text/html"}
    async for line in demo.stdout:
        addresses += re.findall(rb"http://\S+", line)
        if b"Ctrl-C" in line:
            break
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True, headers=page) as client:
        answers = [(await client.get(address.decode())).status_code for address in addresses]
    assert answers == [200, 200, 200], addresses
    assert alive(folder) == ["broker", "edge", "floor", "wms"]
    demo.send_signal(signal.SIGINT)
    assert "Stopped." in await said(demo)
    assert demo.returncode == 0
    assert alive(folder) == []


async def test_a_folder_that_is_in_use_is_refused(tmp_path: Path, site: Path) -> None:
    output = await said(demo := await start(tmp_path, site, 1, 60))
    assert demo.returncode == 1
    assert "is not empty" in output

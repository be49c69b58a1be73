"""Robots that others drive at a real edge, a process of its own: who may report, and what becomes of it."""

import asyncio
import random
import sqlite3
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace

import pytest

from simulators.massrobotics.socket import NotUpgraded, WebSocketClient
from tests.edge.commands.conftest import ROOT, SITE, Box, end

DATUM = "4b8302da-21ad-401f-af45-1dfd956b80b5"


async def genba(*words: str) -> str:
    """Run a command and return what it says."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "edge.cli", *words, cwd=ROOT, stdout=PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def test_a_report_reaches_a_running_site_and_what_is_wrong_with_it_its_people(box: Box) -> None:
    site = box.folder / "site.yaml"
    site.write_text(
        f"{SITE.read_text(encoding='utf-8')}\nmassrobotics: {{datums: [{{id: {DATUM}}}]}}\n", encoding="utf-8"
    )
    box = replace(box, site=site)
    data = ("--site", str(site), "--data", str(box.folder / "data"))
    key = (await genba("key", "new", "maker", "--role", "robots", *data)).split()[-1]
    edge = await box.start()
    await box.told("READY=1")
    url = f"ws://127.0.0.1:{box.port}/api/massrobotics"
    with pytest.raises(NotUpgraded) as refused:
        await WebSocketClient.connect(url, "nobody", random.Random(1))
    assert refused.value.status == 401
    client = await WebSocketClient.connect(url, key, random.Random(1))
    await client.send('{"uuid": "x", "operationalState": "idle"}')
    await client.close()  # answered after all before it was heard
    assert client.code == 1000
    log = await end(edge)
    assert edge.returncode == 0, log
    with sqlite3.connect(box.folder / "data" / "genba.db") as database:
        told = database.execute("select subject, detail from exception where code like 'exception.foreign%'").fetchall()
    ((subject, detail),) = told
    assert subject == "foreign/maker"
    assert '"uuid"' in detail

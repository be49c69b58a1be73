"""`genba bench restart`: how soon the edge serves again after a kill, with a full day's tasks in its database (P73)."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer

from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.bench.site import sketched, written
from edge.commands.bench.store import fill
from edge.commands.demo.grounds import free_ports
from edge.commands.failed import Failed
from edge.commands.run import DATABASE_FILE
from edge.sitefile import load_site
from edge.sketch import Plan

LOOK_EVERY = 0.01
"""Seconds between questions to an edge that does not listen yet."""
PATIENCE = 60
"""Seconds after which an edge that does not serve is given up."""


def restart(
    *,
    times: Annotated[int, typer.Option(help="How often it is killed.", min=1)] = 5,
    open_tasks: Annotated[int, typer.Option("--tasks", help="Open tasks in its database.", min=256)] = 100_000,
    folder: Annotated[Path | None, typer.Option(help="Where the SQLite file goes: the disk to measure.")] = None,
    json_to: JsonTo = None,
) -> None:
    """Kill an edge in a process of its own and measure the time from its new start to its first answer over HTTP."""
    with TemporaryDirectory(prefix="genba-bench-", dir=folder) as place:
        seconds = asyncio.run(_measure(Path(place), times, open_tasks))
    row = {"open tasks": open_tasks, "kills": times} | spread(seconds)
    tell("start of a killed edge to its first answer", [row], json_to)


async def _measure(place: Path, times: int, open_tasks: int) -> list[float]:
    file = written(sketched(Plan()), place / "site.yaml")
    secrets = place / "secrets.yaml"
    secrets.touch(mode=0o600)
    secrets.write_text("wms_token: bench\nbroker_password: bench\n", encoding="utf-8")
    await fill(f"sqlite:///{place / DATABASE_FILE}", load_site(file), open_tasks)
    loop = asyncio.get_running_loop()
    seconds, ports = [], free_ports()
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(times):
            port = next(ports)
            began = loop.time()
            process = await _start(file, place, secrets, port)
            try:
                await _served(client, process, port)
                seconds.append(loop.time() - began)
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()
    return seconds


async def _start(file: Path, place: Path, secrets: Path, port: int) -> Process:
    words = ["run", str(file), "--data", str(place), "--secrets", str(secrets), "--listen", f"127.0.0.1:{port}"]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", *words, stdout=DEVNULL, stderr=DEVNULL
    )


async def _served(client: httpx.AsyncClient, process: Process, port: int) -> None:
    """Wait for the first answer."""
    try:
        async with asyncio.timeout(PATIENCE):
            while process.returncode is None:
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/health")).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise Failed(f"the edge did not serve within {PATIENCE} s") from None
    raise Failed(f"the edge ended with {process.returncode} at its start: run it by hand to see why")

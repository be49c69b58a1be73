"""Programs of other makes, each in a process of its own that can be frozen."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.need import NODE_MODULES, require, require_module, require_npm

HERE = Path(__file__).parent
KEEPALIVE = 1
"""Seconds: the broker soon notices that a frozen robot is gone."""
LAPSE = 8
"""How many times faster than life vda-5050-lib's robots drive (2 m/s) and act."""
SPEED = 16.0
"""The same of vda5050-sdk's, in m/s."""


class Program:
    """A running program; it said that it is ready."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        assert process.stdout is not None
        self.said = process.stdout

    def freeze(self) -> None:
        """Let it hang, as a computer does that swaps."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def agvs(
    folder: Path, port: int, robots: Sequence[dict[str, Any]], *, totes: bool = False
) -> AsyncIterator[Program]:
    """Run robots of npm's vda-5050-lib."""
    given = {"broker": f"mqtt://127.0.0.1:{port}", "robots": robots, "totes": totes, "lapse": LAPSE}
    async with node(folder, "agvs.js", given | {"keepalive": KEEPALIVE}) as program:
        yield program


@asynccontextmanager
async def vehicles(
    folder: Path, port: int, robots: Sequence[dict[str, Any]], *, forgetful: bool = False
) -> AsyncIterator[Program]:
    """Run robots of PyPI's vda5050-sdk; every second one forgets its order with the broker if they are `forgetful`."""
    require_module("vda5050")
    given: dict[str, Any] = {
        "broker": f"mqtt://127.0.0.1:{port}",
        "robots": robots,
        "speed": SPEED,
        "keepalive": KEEPALIVE,
    }
    given["forgetful"] = forgetful
    async with _started(
        folder / "vehicles.log", [sys.executable, str(HERE / "vehicles.py"), json.dumps(given)]
    ) as program:
        yield program


@asynccontextmanager
async def node(
    folder: Path, script: str, given: dict[str, Any], *, package: str = "vda-5050-lib"
) -> AsyncIterator[Program]:
    """Run a script of this folder with a package of npm."""
    require_npm(package)
    command = [require("node"), str(HERE / script), json.dumps(given)]
    async with _started(folder / f"{script}.log", command) as program:
        yield program


@asynccontextmanager
async def _started(log: Path, command: Sequence[str]) -> AsyncIterator[Program]:
    with log.open("wb") as complaints:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "NODE_PATH": str(NODE_MODULES)},
        )
    program = Program(process)
    try:
        said = await program.said.readline()
        assert said == b"ready\n", f"{command[:2]} did not start, see {log}"
        yield program
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()

"""Simulators run alone, as a person starts them."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


async def start(name: str, *options: str, stdin: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"simulators.{name}.cli",
        *options,
        cwd=ROOT,
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def stop(process: asyncio.subprocess.Process) -> str:
    """Press Ctrl-C; return what was said since."""
    process.send_signal(2)
    assert process.stdout is not None
    rest = (await process.stdout.read()).decode()
    assert await process.wait() == 0, rest
    assert "Traceback" not in rest
    return rest


@pytest.mark.parametrize(
    ("name", "says", "typed", "answer"),
    [
        ("plc", r"PLC at tcp://127\.0\.0\.1:\d+", "gate1_inner=1", "gate1_inner = 1"),
        ("printer", r"printer at tcp://127\.0\.0\.1:\d+", "paper out", "paper out: done"),
        ("scale", r"scale at tcp://127\.0\.0\.1:\d+", "heavy", "not understood: invalid literal"),
        ("scanner", r"scanner at tcp://127\.0\.0\.1:\d+", "T-0001", "T-0001: sent"),
    ],
)
async def test_a_simulator_runs_alone_and_takes_commands(name: str, says: str, typed: str, answer: str) -> None:
    process = await start(name, "--address", "tcp://127.0.0.1:0", stdin=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    assert re.match(says, (await process.stdout.readline()).decode())
    process.stdin.write(f"\n{typed}\n".encode())
    assert (await process.stdout.readline()).decode().startswith(answer)
    await stop(process)


async def test_without_anybody_typing_it_runs_on() -> None:
    process = await start("scale", "--address", "tcp://127.0.0.1:0", stdin=asyncio.subprocess.DEVNULL)
    assert process.stdout is not None
    assert (await process.stdout.readline()).startswith(b"scale at")
    assert await stop(process) == "scale switched off\n"

"""A machine that runs a site as `genba run` does, with systemd listening."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.broker import free_port

ROOT = Path(__file__).parents[3]
SITE = ROOT / "config" / "demo.yaml"


@dataclass(frozen=True)
class Box:
    """The machine a site runs on: a folder, secrets, a port, systemd's socket."""

    folder: Path
    port: int
    systemd: socket.socket
    site: Path = SITE

    async def start(self, *more: str) -> Process:
        """Start the edge."""
        words = [
            "run",
            str(self.site),
            "--data",
            str(self.folder / "data"),
            "--secrets",
            str(self.folder / "secrets.yaml"),
        ]
        words += ["--listen", f"127.0.0.1:{self.port}", "--logs", "json", *more]
        environment = {**os.environ, "NOTIFY_SOCKET": self.systemd.getsockname(), "WATCHDOG_USEC": "300000"}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge.cli", *words, cwd=ROOT, stderr=PIPE, env=environment
        )

    async def told(self, wanted: str) -> None:
        """Wait until systemd is told something."""
        async with asyncio.timeout(60):
            while not (await asyncio.get_running_loop().sock_recv(self.systemd, 1000)).decode().startswith(wanted):
                pass

    async def health(self) -> int:
        """Ask how the edge is."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"http://127.0.0.1:{self.port}/health")).status_code


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak English, whatever the language of whoever runs the tests."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(autouse=True)
def _logs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a `genba watch` that runs inside the tests not silence the logs of the tests after it."""
    monkeypatch.setattr("edge.commands.watch.set_up_logs", lambda **_settings: None)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    secrets = tmp_path / "secrets.yaml"
    secrets.touch(mode=0o600)
    secrets.write_text("wms_token: some-token\nbroker_password: some-password\n", encoding="utf-8")
    systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.bind(str(tmp_path / "notify"))
    systemd.setblocking(False)
    return Box(tmp_path, free_port(), systemd)


async def end(process: Process) -> str:
    """Stop a process and return its log."""
    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()
    return log.decode()

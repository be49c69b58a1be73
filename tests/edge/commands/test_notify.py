"""Signs of life for systemd (P56)."""

import asyncio
import socket
from pathlib import Path

import pytest

from edge.commands.notify import Notifier
from tests.support.patience import PATIENCE


@pytest.fixture
def systemd(tmp_path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(tmp_path / "notify"))
    line.setblocking(False)
    return line


def environment(systemd: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(systemd.getsockname()), **more}


async def heard(systemd: socket.socket) -> str:
    async with asyncio.timeout(PATIENCE):
        return (await asyncio.get_running_loop().sock_recv(systemd, 1000)).decode()


async def test_ready_and_stopping_are_told(systemd: socket.socket) -> None:
    notifier = Notifier(environment(systemd))
    notifier.ready("site OS1")
    assert await heard(systemd) == "READY=1\nSTATUS=site OS1"
    notifier.stopping()
    assert await heard(systemd) == "STOPPING=1"


async def test_P56_the_watchdog_is_fed_by_progress_and_by_nothing_else(systemd: socket.socket) -> None:
    notifier = Notifier(environment(systemd, WATCHDOG_USEC="30000"))
    turns: asyncio.Queue[None] = asyncio.Queue()
    asked: asyncio.Queue[None] = asyncio.Queue()

    async def writer() -> None:
        asked.put_nowait(None)
        await turns.get()

    for _ in range(3):
        turns.put_nowait(None)
    watch = asyncio.create_task(notifier.watch(writer))
    assert [await heard(systemd) for _ in range(3)] == ["WATCHDOG=1"] * 3
    async with asyncio.timeout(PATIENCE):
        for _ in range(4):
            await asked.get()
    with pytest.raises(BlockingIOError):
        systemd.recv(1000)
    turns.put_nowait(None)
    assert await heard(systemd) == "WATCHDOG=1"
    watch.cancel()


async def test_without_systemd_nothing_is_sent() -> None:
    notifier = Notifier({})
    notifier.ready("x")
    await notifier.watch(lambda: asyncio.sleep(0))


async def test_a_watchdog_meant_for_another_process_is_not_fed(systemd: socket.socket) -> None:
    notifier = Notifier(environment(systemd, WATCHDOG_USEC="30000", WATCHDOG_PID="1"))
    await notifier.watch(lambda: asyncio.sleep(0))
    with pytest.raises(BlockingIOError):
        systemd.recv(1000)


async def test_a_socket_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("x")


async def test_a_systemd_that_does_not_listen_holds_nobody_up(systemd: socket.socket) -> None:
    notifier = Notifier(environment(systemd))
    for _ in range(1000):
        notifier.ready("still here")
    assert await heard(systemd) == "READY=1\nSTATUS=still here"

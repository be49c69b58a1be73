"""Keeps the processes of a demo alive: each is started again when it ends, whoever ended it, and ends with us."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from drivers.mqtt.serve import serve
from edge.commands.demo.grounds import Grounds
from edge.commands.failed import Failed
from edge.commands.language import told

STOP_WITHIN = 10.0
"""Seconds a process may take to end in good order."""
AGAIN_AFTER = 0.3
"""Seconds before a process that was killed is started again."""
SHORT_LIFE = 3.0
TRIES = 5
"""A process that lives shorter than this so many times in a row will not come up by trying."""
READY_WITHIN = 60.0
"""Seconds until a process must answer: on a slow machine Python alone takes ten."""
LAST_LINES = 15
ASK_EVERY = 0.1
PR_SET_PDEATHSIG = 1
"""prctl(2): send this process a signal when its parent dies, so that kill -9 of the demo leaves nothing behind."""

GONE = (
    "{name} が終わり、中にあったものが失われました。ログの終わり:\n{end}",
    "the {name} ended, and what was in it is gone. The end of its log:\n{end}",
)
FALLS = (
    "{name} が何度も終わってしまいます。{log} の終わり:\n{end}",
    "the {name} does not stay up. The end of {log}:\n{end}",
)
SILENT = (
    "{name} が {seconds:.0f} 秒以内に {url} で応答しませんでした。ログを見てください。",
    "the {name} did not answer at {url} within {seconds:.0f} s. Look at its log.",
)

_libc = ctypes.CDLL(None)


@dataclass(slots=True)
class Child:
    """One process; its number is in `NAME.pid`, what it says in `NAME.log`."""

    name: str
    folder: Path
    arguments: Sequence[str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    lives: int = 0
    immortal: bool = True
    """Started again when it ends; one that cannot be ends the demo."""

    @property
    def log(self) -> Path:
        """The file of what it says."""
        return self.folder / f"{self.name}.log"

    async def run(self) -> None:
        """Keep it alive until cancelled; Failed when that does not help."""
        short = 0
        loop = asyncio.get_running_loop()
        while short < TRIES:
            began = loop.time()
            await self._live()
            if not self.immortal:
                raise Failed(told(*GONE).format(name=self.name, end=self._end()))
            short = short + 1 if loop.time() - began < SHORT_LIFE else 0
            await asyncio.sleep(AGAIN_AFTER)
        raise Failed(told(*FALLS).format(name=self.name, log=self.log, end=self._end()))

    async def _live(self) -> None:
        with self.log.open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "edge.cli",
                *self.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={**os.environ, "NO_PROXY": "127.0.0.1", **self.secrets},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.lives += 1
        (self.folder / f"{self.name}.pid").write_text(str(process.pid), encoding="ascii")
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                await _end(process)

    def _end(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])


async def keep_broker(grounds: Grounds, up: asyncio.Event) -> None:
    """Keep a private broker alive until cancelled; Failed when none starts."""
    failures = 0
    while True:
        try:
            async with serve(
                grounds.folder / "broker",
                port=grounds.broker_port,
                users=grounds.passwords,
                edge_user=grounds.site.broker.user,
                interface=grounds.site.broker.interface,
            ) as server:
                (grounds.folder / "broker.pid").write_text(str(server.pid), encoding="ascii")
                failures = 0
                up.set()
                await server.ended()
        except RuntimeError as error:
            failures += 1
            if failures == TRIES:
                raise Failed(str(error)) from None
        await asyncio.sleep(AGAIN_AFTER)


async def answers(client: httpx.AsyncClient, url: str, what: str) -> None:
    """Wait until a process answers 200; Failed when it takes too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(url)).is_success:
                        return
                await asyncio.sleep(ASK_EVERY)
    raise Failed(told(*SILENT).format(name=what, url=url, seconds=READY_WITHIN))


async def first_failure(work: Sequence[Awaitable[None]], until: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run `until` to its end beside all `work`, which ends with it; raises what fails first."""
    tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(part) for part in work]
    goal: asyncio.Future[Any] = asyncio.ensure_future(until())
    try:
        await asyncio.wait([goal, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in (part for part in tasks if part.done()):
            task.result()
        code: int = await goal
        return code
    finally:
        for task in (goal, *tasks):
            task.cancel()
        await asyncio.gather(goal, *tasks, return_exceptions=True)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

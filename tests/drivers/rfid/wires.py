"""Real sockets for the tests of readers, and conditions to wait for instead of sleeping."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from drivers.rfid.llrp.link import LlrpLink, Settings
from drivers.rfid.port import Alarm, Read
from drivers.streams import dial, listen
from simulators.reader import Field, Reader


def now() -> datetime:
    return datetime.now(UTC)


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds; the loop turns in between."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is another program's state, it has no event
            await asyncio.sleep(0.002)


class Pair:
    """A simulated reader and a link to it over real sockets."""

    def __init__(self, settings: Settings | None = None, *, chance: float = 1.0, utc: bool = True) -> None:
        self.field = Field(random.Random(1), chance=chance)
        self.reader = Reader(
            "tcp://127.0.0.1:0", field=self.field, listen=listen, now=now, dice=random.Random(2), utc=utc
        )
        self.reads: list[Read] = []
        self.alarms: list[Alarm] = []
        self._settings = settings or Settings(keepalive_ms=200, occupied_wait_s=0.05, session=0)
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self) -> LlrpLink:
        link = LlrpLink(
            "reader-1",
            self.reader.address,
            dial=dial,
            now=now,
            dice=random.Random(3),
            on_reads=self.reads.extend,
            on_alarm=self.alarms.append,
            settings=self._settings,
        )
        self._tasks.append(asyncio.ensure_future(link.run()))
        return link

    async def disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def __aenter__(self) -> Self:
        await self.reader.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()
        await self.reader.stop()

    def epcs(self) -> set[str]:
        return {read.epc for read in self.reads}

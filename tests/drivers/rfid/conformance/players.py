"""A link and the simulated reader it speaks to, for each kind: on sockets, by a broker, over a pseudo-terminal."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from drivers.mqtt.aio import connector
from drivers.mqtt.serve import serve
from drivers.rfid.chafon.link import ChafonLink
from drivers.rfid.chafon.link import Settings as ChafonSettings
from drivers.rfid.impinj.link import ImpinjLink
from drivers.rfid.impinj.link import Settings as ImpinjSettings
from drivers.rfid.llrp.link import LlrpLink
from drivers.rfid.llrp.link import Settings as LlrpSettings
from drivers.rfid.port import Alarm, Read
from drivers.rfid.reader import ReaderLink, Surroundings
from drivers.rfid.zebra.link import Settings as ZebraSettings
from drivers.rfid.zebra.link import ZebraLink
from drivers.streams import dial, listen
from drivers.supervisor import Link
from simulators.reader import Field, Reader
from simulators.reader.chafon import ChafonReader
from simulators.reader.impinj import ImpinjReader
from simulators.reader.zebra import ZebraReader
from tests.drivers.rfid.wires import now, until
from tests.support.need import require

ANYWHERE = "127.0.0.1:0"
LOOK_S = 0.3
"""Links look at their reader that often here, so that a test need not wait."""
PATIENT_S, IMPATIENT_S = 10.0, 1.0
"""How long links wait for an answer: on a busy machine long enough, and where they shall lose their reader."""


class Player(ABC):
    """One reader and whoever is connected to it; what each kind can do is said in its class."""

    own_time: ClassVar[bool] = True
    """Its reads have the reader's own time."""
    keeps: ClassVar[bool] = False
    """It keeps what it reads while nobody is there."""
    secret: ClassVar[bool] = False
    """It lets nobody in without a password."""
    strength: ClassVar[bool] = True
    """It tells the strength in dBm."""
    garbage: ClassVar[Sequence[bytes]]
    """Things that are no message of its protocol."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.field = Field(random.Random(1), chance=1.0)
        self.reads: list[Read] = []
        self.alarms: list[Alarm] = []
        self.links: list[Link] = []
        self.stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self, *, backlog: int = 20_000, password: str = "right", answer_s: float = PATIENT_S) -> ReaderLink:  # noqa: S107
        """Let a new link run."""
        around = Surroundings(
            now=now,
            dice=random.Random(3),
            on_reads=self.reads.extend,
            on_alarm=self.alarms.append,
            on_link=self.links.append,
        )
        link = self.link(around, backlog, password, answer_s)
        self._tasks.append(asyncio.ensure_future(link.run()))
        return link

    async def disconnect(self) -> None:
        """End all links."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def __aenter__(self) -> Self:
        await self.begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()
        await self.device.stop()
        await self.stack.aclose()

    def epcs(self) -> set[str]:
        """Return the tags read."""
        return {read.epc for read in self.reads}

    def told(self) -> set[str]:
        """Return the troubles told."""
        return {str(alarm.trouble) for alarm in self.alarms}

    def silence(self, *, on: bool) -> None:
        """Let the reader say nothing more while its line stays."""
        self.device.silent = on

    async def away(self, meanwhile: Callable[[], None], done: Callable[[], bool]) -> None:
        """Take the network between reader and link away, and give it back when `done` holds after `meanwhile`."""
        await self.disconnect()
        await until(lambda: not self.device.connected)
        meanwhile()
        await until(done)
        self.connect()

    @property
    @abstractmethod
    def device(self) -> Any:
        """Return the simulated reader."""

    @property
    @abstractmethod
    def reading(self) -> bool:
        """The reader's radio is on."""

    @abstractmethod
    async def begin(self) -> None:
        """Switch the reader on."""

    @abstractmethod
    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:
        """Return a link to it."""

    async def rubbish(self, data: bytes) -> None:
        """Let the reader send bytes that are no message."""
        self.device.rubbish(data)

    def skew(self, by: timedelta) -> None:
        """Set the reader's clock."""
        self.device.skew = by


class Llrp(Player):
    """LLRP over TCP."""

    keeps = True
    garbage = (b"\xff" * 50, bytes.fromhex("043D0000000E00000002AAAAAAAA"))

    async def begin(self) -> None:
        self._reader = Reader(f"tcp://{ANYWHERE}", field=self.field, listen=listen, now=now, dice=random.Random(2))
        await self._reader.start()

    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:  # noqa: ARG002
        settings = LlrpSettings(keepalive_ms=500, session=0, backlog=backlog, answer_s=answer_s)
        return LlrpLink("reader-1", self._reader.address, dial=dial, settings=settings, **around)

    @property
    def device(self) -> Reader:
        return self._reader

    @property
    def reading(self) -> bool:
        return any(operation.enabled for operation in self._reader.operations.values())

    def silence(self, *, on: bool) -> None:
        self._reader.faults.silent = on


class Impinj(Player):
    """HTTP and a stream of JSON lines."""

    secret = True
    garbage = (b"\xff" * 50 + b"\r\n", b'{"tagInventoryEvent":{"antennaPort":1}}\r\n', b"{\r\n", b"[]\r\n")

    async def begin(self) -> None:
        self._reader = ImpinjReader(
            f"http://{ANYWHERE}", field=self.field, listen=listen, now=now, password="right", keep_alive_s=0.05
        )
        await self._reader.start()

    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:
        settings = ImpinjSettings(
            password=password, session=0, backlog=backlog, answer_s=answer_s, look_s=LOOK_S, silence_s=answer_s
        )
        return ImpinjLink("reader-1", self._reader.address, settings=settings, **around)

    async def away(self, meanwhile: Callable[[], None], done: Callable[[], bool]) -> None:
        await self._reader.cut_off()
        meanwhile()
        await until(done)
        assert self._reader.lost
        await self._reader.mend()

    @property
    def device(self) -> ImpinjReader:
        return self._reader

    @property
    def reading(self) -> bool:
        return self._reader.inventory is not None


class Zebra(Player):
    """JSON over a broker that asks for passwords."""

    keeps = True
    secret = True
    garbage = (b"\xff" * 50, b'{"data":{"eventNum":1}}', b"{", b"[1]", b'"tag"')

    async def begin(self) -> None:
        require("mosquitto")
        folder = self.folder / "broker"
        users = {"edge": "right"}
        self._broker = await self.stack.enter_async_context(serve(folder, users=users))
        self._reader = ZebraReader("readers/reader-1", field=self.field, connect=self._way("right"), now=now)
        await self._reader.start()
        await until(lambda: self._reader.connected)

    def _way(self, password: str) -> Any:
        return connector("127.0.0.1", self._broker.port, "edge", password)

    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:
        settings = ZebraSettings(session=0, backlog=backlog, answer_s=answer_s, look_s=LOOK_S)
        return ZebraLink("reader-1", "readers/reader-1", connect=self._way(password), settings=settings, **around)

    async def away(self, meanwhile: Callable[[], None], done: Callable[[], bool]) -> None:
        self._reader.cut()
        await until(lambda: not self._reader.connected)
        meanwhile()
        await until(done)
        self._reader.mend()

    async def rubbish(self, data: bytes) -> None:
        await self._reader.rubbish(data)

    @property
    def device(self) -> ZebraReader:
        return self._reader

    @property
    def reading(self) -> bool:
        return self._reader.running


class Chafon(Player):
    """Frames on a serial line."""

    own_time = False
    strength = False
    garbage = (b"\xff" * 50, b"\x05", bytes.fromhex("0700010103000000 0000"), bytes.fromhex("0500ee00ffff"))

    async def begin(self) -> None:
        self._reader = ChafonReader(f"pty:{self.folder / 'reader'}", field=self.field, listen=listen)
        await self._reader.start()

    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:  # noqa: ARG002
        settings = ChafonSettings(antennas=(1, 2), session=0, backlog=backlog, answer_s=answer_s, look_s=LOOK_S)
        return ChafonLink("reader-1", self._reader.address, dial=dial, settings=settings, **around)

    async def away(self, meanwhile: Callable[[], None], done: Callable[[], bool]) -> None:
        await self._reader.stop()
        meanwhile()
        await until(done)
        await self._reader.start()

    @property
    def device(self) -> ChafonReader:
        return self._reader

    @property
    def reading(self) -> bool:
        before, self._before = getattr(self, "_before", -1), self._reader.inventories
        return self._reader.inventories != before


KINDS: Sequence[type[Player]] = (Llrp, Impinj, Zebra, Chafon)

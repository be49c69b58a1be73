"""A supervised link to one scale; `weigh` gives the weight of what lies on it now, settled, or says why not."""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from drivers.ports import Dial, Now, Writer
from drivers.scale.protocol import Reading, State, read_line
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

REQUEST = b"Q\r\n"
"""A&D: send the reading at once; MT-SICS scales take b"SI\\r\\n"."""
ANSWER_TIME = 1.0
"""Seconds for an answer or, in continuous mode, for the next line; scales send 5 to 20 a second."""
ASK_AGAIN = 0.1
"""Seconds between requests while the load moves: faster than a person notices, slower than any scale's rate."""
ALIKE = 3
"""Readings in a row within a gram that count as settled where the protocol does not say so."""
LONGEST_LINE = 256
"""Bytes without a line ending after which the line is noise."""


class ScaleError(Exception):
    """No weight could be taken."""


class ScaleLost(ScaleError):
    """The scale is not connected or does not answer."""


class Unsettled(ScaleError):
    """The load did not come to rest in time; `grams` was the last reading."""

    def __init__(self, grams: int | None) -> None:
        super().__init__("the load did not come to rest" + (f" (last {grams} g)" if grams is not None else ""))
        self.grams = grams


class Overload(ScaleError):
    """The load is outside the scale's range."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight in whole grams."""

    grams: int
    stable: bool


class Scale:
    """One scale; asked by request, or listened to when `request` is None (continuous output)."""

    def __init__(
        self,
        name: str,
        address: str,
        dial: Dial,
        *,
        now: Now,
        dice: random.Random,
        on_link: Callable[[Link], None] = lambda _link: None,
        request: bytes | None = REQUEST,
    ) -> None:
        """Take a `Dial` address."""
        self.garbage = 0
        self.last_garbage = b""
        """The last line that was none of the known forms; `garbage` counts them."""
        self._name, self._address, self._dial = name, address, dial
        self._request = request
        self._turn = asyncio.Lock()
        self._writer: Writer | None = None
        self._answer: asyncio.Future[Reading] | None = None
        self._supervisor = Supervisor(name, self._session, now=now, dice=dice, on_change=on_link)

    @property
    def link(self) -> Link:
        """Return whether the scale is reached."""
        return self._supervisor.link

    async def run(self) -> None:
        """Keep the scale until cancelled."""
        await self._supervisor.run()

    async def weigh(self, within: float = 5.0) -> Weight:
        """Return the settled weight within so many seconds; raises ScaleLost, Overload or Unsettled."""
        last: Reading | None = None
        alike = 0
        try:
            async with asyncio.timeout(within), self._turn:
                if self._request is None:
                    await self._read()  # in continuous output the first line may have been under way before the load
                while True:
                    reading = await self._read()
                    alike = alike + 1 if _same(reading, last) else 1
                    last = reading
                    settled = reading.state is State.STABLE or (reading.state is State.UNSAID and alike >= ALIKE)
                    if settled and reading.grams is not None:
                        return Weight(reading.grams, stable=True)
                    if self._request is not None:
                        await asyncio.sleep(ASK_AGAIN)
        except TimeoutError:
            if last is not None and last.state is State.OVERLOAD:
                raise Overload(f"scale {self._name}: the load is outside its range") from None
            raise Unsettled(last.grams if last is not None else None) from None

    async def look(self) -> Reading:
        """Return what the scale says now, moving or not; raises ScaleLost."""
        async with self._turn:
            return await self._read()

    async def _read(self) -> Reading:
        """Return a reading made after now."""
        writer = self._writer
        if writer is None:
            raise ScaleLost(f"scale {self._name} is not connected")
        self._answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_TIME):
                if self._request is not None:
                    writer.write(self._request)
                return await self._answer
        except TimeoutError:
            # A late answer would be the next parcel's weight: only a fresh connection is sure to hold none.
            self._writer = None
            writer.close()
            raise ScaleLost(f"scale {self._name} does not answer") from None
        finally:
            self._answer = None

    async def _session(self, up: Callable[[], None]) -> None:
        reader, writer = await self._dial(self._address)
        try:
            self._writer = writer
            up()
            rest = b""
            while data := await reader.read(1024):
                *lines, rest = re.split(rb"[\r\n]+", rest + data)
                if len(rest) > LONGEST_LINE:
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    self._take(line)
            if self._writer is not writer:
                raise TimeoutError("no answer to a request")
        finally:
            writer.close()
            self._writer = None
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(ScaleLost(f"scale {self._name} was lost"))

    def _take(self, line: bytes) -> None:
        if not line.strip(b"\0 "):
            return
        try:
            reading = read_line(line.decode("ascii"))
        except ValueError as exc:
            self.garbage += 1
            self.last_garbage = line[:LONGEST_LINE]
            if self.garbage == 1:
                log.warning("scale.garbage", link=self._name, raw=line[:64].hex(), error=str(exc))
            return
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(reading)


def _same(reading: Reading, last: Reading | None) -> bool:
    if last is None or reading.grams is None or last.grams is None:
        return False
    return abs(reading.grams - last.grams) <= 1

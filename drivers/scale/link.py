"""A supervised link to one scale; `weigh` gives the weight of what lies on it now, settled, or says why not."""

import asyncio
import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from drivers.ports import Dial, Now, Writer
from drivers.scale.protocol import COMMANDS, DONE, Commands, Reading, State, read_line
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

ANSWER_TIME = 1.0
"""Seconds for an answer or, in continuous mode, for the next line; scales send 5 to 20 a second."""
ALIKE = 3
"""Readings in a row within a gram that count as settled where the protocol does not say so."""
ZERO = 1
"""Grams that a scale may show after it was set to zero: it rounds, and air moves."""
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


class NoCommand(ScaleError):
    """The scale is not told anything: it has to be set to zero at its own key."""


class NotZero(ScaleError):
    """The scale did not go to zero; it shows `grams`."""

    def __init__(self, grams: int) -> None:
        super().__init__(f"it shows {grams} g after it was set to zero")
        self.grams = grams


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight in whole grams."""

    grams: int
    stable: bool


class Scale:
    """One scale; asked by a command, or listened to where it sends by itself (continuous output)."""

    def __init__(
        self,
        name: str,
        address: str,
        dial: Dial,
        *,
        now: Now,
        dice: random.Random,
        on_link: Callable[[Link], None] = lambda _link: None,
        commands: Commands = COMMANDS["and"],
    ) -> None:
        """Take a `Dial` address."""
        self.garbage = 0
        self.last_garbage = b""
        """The last line that was none of the known forms; `garbage` counts them."""
        self._name, self._address, self._dial = name, address, dial
        self._commands = commands
        self._said_at = -math.inf
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
                if self._commands.ask is None:
                    await self._read()  # in continuous output the first line may have been under way before the load
                while True:
                    reading = await self._read()
                    alike = alike + 1 if _same(reading, last) else 1
                    last = reading
                    settled = reading.state is State.STABLE or (reading.state is State.UNSAID and alike >= ALIKE)
                    if settled and reading.grams is not None:
                        return Weight(reading.grams, stable=True)
        except TimeoutError:
            if last is not None and last.state is State.OVERLOAD:
                raise Overload(f"scale {self._name}: the load is outside its range") from None
            raise Unsettled(last.grams if last is not None else None) from None

    async def zero(self) -> int:
        """Set it to zero with nothing on it; return what it showed before, in grams.

        A scale refuses that beyond some hundredths of its range, so that no parcel is taken for nothing. What it shows
        below zero may be a tare that was left of something taken off: that is let go. Raises NoCommand, NotZero and
        what `weigh` raises.
        """
        if self._commands.zero is None:
            raise NoCommand(f"scale {self._name} takes no commands")
        before = await self.weigh()
        async with self._turn:
            if before.grams < 0 and self._commands.gross is not None:
                await self._say(self._commands.gross)
            await self._say(self._commands.zero)
        after = await self.weigh()
        if abs(after.grams) > ZERO:
            raise NotZero(after.grams)
        return before.grams

    async def look(self) -> Reading:
        """Return what the scale says now, moving or not; raises ScaleLost."""
        async with self._turn:
            return await self._read()

    async def _read(self) -> Reading:
        """Return a reading made after now."""
        if self._commands.ask is not None:
            await self._say(self._commands.ask)
        writer = self._connected()
        self._answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_TIME):
                return await self._answer
        except TimeoutError:
            # A late answer would be the next parcel's weight: only a fresh connection is sure to hold none.
            self._writer = None
            writer.close()
            raise ScaleLost(f"scale {self._name} does not answer") from None
        finally:
            self._answer = None

    async def _say(self, command: bytes) -> None:
        """Tell the scale something, not too soon after the last."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._said_at + self._commands.pause - loop.time()))
        self._connected().write(command)
        self._said_at = loop.time()

    def _connected(self) -> Writer:
        if self._writer is None:
            raise ScaleLost(f"scale {self._name} is not connected")
        return self._writer

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
            text = line.decode("ascii")
            if DONE.fullmatch(text.strip()):
                return
            reading = read_line(text)
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

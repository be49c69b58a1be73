"""A scale that wobbles before it settles, and speaks A&D's or Mettler Toledo's language when it is spoken to."""

import asyncio
import math
import random
from dataclasses import dataclass
from enum import Enum

from drivers.ports import Listen, Server, Writer

RATE = 0.1
"""Seconds between lines of continuous output."""
INSTANT = 1e-6
"""Seconds: a timer may fire this much early by rounding."""


class Dialect(Enum):
    """The makers' ways to write a weight."""

    AND = "and"
    SICS = "sics"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Build:
    """How it is built: range and resolution in grams, seconds until a load settles, wobble in grams."""

    dialect: Dialect = Dialect.AND
    capacity: int = 30_000
    resolution: int = 1
    settling: float = 0.8
    wobble: float = 40.0
    kilograms: bool = False


class ScaleDevice:
    """One scale; `place` and `take` are the hands of the packer."""

    def __init__(self, dice: random.Random, build: Build | None = None) -> None:
        self._dice = dice
        self._build = build or Build()
        self._before = self._load = 0
        self._rests_at = -math.inf
        self._server: Server | None = None
        self._mute = False

    async def start(self, listen: Listen, address: str) -> str:
        """Serve at the address; return the address to dial."""
        self._server = await listen(address, self._serve)
        return self._server.address

    async def close(self) -> None:
        """Switch it off."""
        if self._server is not None:
            await self._server.close()
            self._server = None

    def place(self, grams: int) -> None:
        """Put a load on it, beside what is there."""
        self._set(self._load + grams)

    def take(self) -> None:
        """Take everything off."""
        self._set(0)

    def mute(self, *, on: bool) -> None:
        """Stop answering, or answer again."""
        self._mute = on

    def _set(self, grams: int) -> None:
        self._before, self._load = self._load, grams
        self._rests_at = asyncio.get_running_loop().time() + self._build.settling

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        stream: asyncio.Task[None] | None = None
        try:
            while True:
                command = (await reader.readuntil(b"\n")).strip().decode("ascii", "replace")
                if stream is not None:
                    stream.cancel()
                    stream = None
                if command in ("Q", "SI"):
                    self._say(writer)
                elif command == "S":
                    await self._until_settled()
                    self._say(writer)
                elif command == "SIR":
                    stream = asyncio.create_task(self._pour(writer))
                elif command not in ("C", ""):
                    writer.write(b"EC,E01\r\n" if self._build.dialect is Dialect.AND else b"ES\r\n")
        finally:
            if stream is not None:
                stream.cancel()

    async def _pour(self, writer: Writer) -> None:
        while not writer.is_closing():
            self._say(writer)
            await asyncio.sleep(RATE)

    async def _until_settled(self) -> None:
        if (wait := self._restless()) > 0:
            await asyncio.sleep(wait)
            await self._until_settled()

    def _restless(self) -> float:
        """Return for how many seconds the load will go on moving, 0 when it rests."""
        left = self._rests_at - asyncio.get_running_loop().time()
        return left if left > INSTANT else 0.0

    def _say(self, writer: Writer) -> None:
        if not self._mute:
            writer.write(self._line().encode() + b"\r\n")

    def _line(self) -> str:
        grams, settled = self._shown()
        if abs(grams) > self._build.capacity:
            return {Dialect.AND: "OL,+99999999  g", Dialect.SICS: "S +", Dialect.BARE: "-- OL --"}[self._build.dialect]
        weight = f"{grams / 1000:.3f}" if self._build.kilograms else f"{grams:.2f}"
        unit = "kg" if self._build.kilograms else "g"
        if self._build.dialect is Dialect.AND:
            return f"{'ST' if settled else 'US'},{'-' if grams < 0 else '+'}{weight.lstrip('-'):0>8}{unit:>3}"
        if self._build.dialect is Dialect.SICS:
            return f"S {'S' if settled else 'D'} {weight:>10} {unit}"
        return f"{weight:>9} {unit}"

    def _shown(self) -> tuple[int, bool]:
        """Return the grams on the display and whether they rest."""
        build = self._build
        restless = self._restless()
        grams: float = self._load
        if restless:
            fading = math.exp(-5 * (1 - restless / build.settling))
            grams += ((self._before - self._load) + self._dice.gauss(0, build.wobble)) * fading
        return round(grams / build.resolution) * build.resolution, not restless

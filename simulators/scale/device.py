"""A scale that wobbles before it settles, and speaks A&D's or Mettler Toledo's language when it is spoken to."""

import asyncio
import math
import random
from dataclasses import dataclass
from enum import Enum

from drivers.ports import Listen, Server, Writer

ZERO_RANGE = 0.02
"""Share of its range within which a scale lets itself be set to zero (OIML R 76)."""
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
    continuous: bool = False
    """It sends lines by itself and obeys nothing."""


class ScaleDevice:
    """One scale; `place` and `take` are the hands of the packer."""

    def __init__(self, dice: random.Random, build: Build | None = None) -> None:
        self._dice = dice
        self._build = build or Build()
        self._before = self._load = self._zero = self._tare = 0
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

    def press_zero(self) -> bool:
        """Press its zero key; tell whether it does it: not beyond a small share of its range, nor while it moves."""
        if abs(self._load) > self._build.capacity * ZERO_RANGE or self._restless():
            return False
        self._zero, self._tare = self._load, 0
        return True

    def press_tare(self) -> None:
        """Press its tare key: it shows the net weight from now on, until the tare is let go."""
        self._tare = self._load - self._zero

    def clear_tare(self) -> None:
        """Let go of the tare."""
        self._tare = 0

    def mute(self, *, on: bool) -> None:
        """Stop answering, or answer again."""
        self._mute = on

    def _set(self, grams: int) -> None:
        self._before, self._load = self._load, grams
        self._rests_at = asyncio.get_running_loop().time() + self._build.settling

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        stream = asyncio.create_task(self._pour(writer)) if self._build.continuous else None
        try:
            while True:
                command = (await reader.readuntil(b"\n")).strip().decode("ascii", "replace")
                if self._build.continuous:
                    continue
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
                elif command in ("Z", "T", "CT" if self._build.dialect is Dialect.AND else "TAC"):
                    self._tell(writer, self._obey(command))
                elif command not in ("C", ""):
                    self._tell(writer, "EC,E01" if self._build.dialect is Dialect.AND else "ES")
        finally:
            if stream is not None:
                stream.cancel()

    def _obey(self, command: str) -> str:
        """Carry out a command of the zero and tare keys; return the answer."""
        done = True
        if command == "Z":
            done = self.press_zero()
        elif command == "T":
            self.press_tare()
        else:
            self.clear_tare()
        if self._build.dialect is Dialect.AND:
            return command if done else "EC,E01"
        if command == "T":
            return f"T S {self._tare:>10.2f} g"
        return f"{command} {'A' if done else 'I' if self._restless() else '+' if self._load > 0 else '-'}"

    def _tell(self, writer: Writer, text: str) -> None:
        if not self._mute:
            writer.write(text.encode() + b"\r\n")

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
        self._tell(writer, self._line())

    def _line(self) -> str:
        grams, settled = self._shown()
        if abs(grams) > self._build.capacity:
            return {Dialect.AND: "OL,+99999999  g", Dialect.SICS: "S +", Dialect.BARE: "-- OL --"}[self._build.dialect]
        weight = f"{grams / 1000:.3f}" if self._build.kilograms else f"{grams:.2f}"
        unit = "kg" if self._build.kilograms else "g"
        if self._build.dialect is Dialect.AND:
            head = f"{'ST' if settled else 'US'}{',NT' if self._tare else ''}"
            return f"{head},{'-' if grams < 0 else '+'}{weight.lstrip('-'):0>8}{unit:>3}"
        if self._build.dialect is Dialect.SICS:
            return f"S {'S' if settled else 'D'} {weight:>10} {unit}"
        return f"{weight:>9} {unit}"

    def _shown(self) -> tuple[int, bool]:
        """Return the grams on the display and whether they rest."""
        build = self._build
        restless = self._restless()
        grams: float = self._load - self._zero - self._tare
        if restless:
            fading = math.exp(-5 * (1 - restless / build.settling))
            grams += ((self._before - self._load) + self._dice.gauss(0, build.wobble)) * fading
        return round(grams / build.resolution) * build.resolution, not restless

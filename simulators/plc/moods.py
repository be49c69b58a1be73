"""How a peer misbehaves (I57, I63): late, silent, busy, in pieces, with a wrong number or unit, or with rubbish.

A mood is called for each request instead of the plain answer; it may obey the request, and write what it likes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from drivers.ports import Writer
from simulators.plc.framing import Framing, Request

BUSY = 6
"""Exception code of a unit that cannot answer now (Application Protocol 1.1b3 §7)."""
LATE = 0.6
"""Seconds: later than a host waits for a healthy unit, earlier than one that is gone."""
RUBBISH = bytes.fromhex("ff00ff8001030300ffee55aa")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, and the way to answer it; `obey` does what it wants and returns the good answer."""

    writer: Writer
    framing: Framing
    request: Request
    obey: Callable[[], Awaitable[bytes]]

    def write(self, answer: bytes, *, unit: int = 0, transaction: int = 0) -> None:
        """Send an answer, its unit id and number off by so much."""
        asked = self.request
        seen = replace(asked, unit=asked.unit + unit, transaction=(asked.transaction + transaction) % 0x10000)
        self.writer.write(self.framing.wrap(seen, answer))


Mood = Callable[[Exchange], Awaitable[None]]


async def honest(exchange: Exchange) -> None:
    """Answer as is due."""
    exchange.write(await exchange.obey())


async def silent(_exchange: Exchange) -> None:
    """Neither obey nor answer."""


async def mute(exchange: Exchange) -> None:
    """Obey, but do not answer."""
    await exchange.obey()


async def late(exchange: Exchange) -> None:
    """Answer when nobody waits for it any more."""
    answer = await exchange.obey()
    await asyncio.sleep(LATE)
    exchange.write(answer)


async def busy(exchange: Exchange) -> None:
    """Do nothing and say so."""
    exchange.write(bytes([exchange.request.pdu[0] | 0x80, BUSY]))


async def split(exchange: Exchange) -> None:
    """Answer in single bytes."""
    asked = exchange.request
    for byte in exchange.framing.wrap(asked, await exchange.obey()):
        exchange.writer.write(bytes([byte]))
        await exchange.writer.drain()
        await asyncio.sleep(0)


async def wrong_unit(exchange: Exchange) -> None:
    """Answer in the name of another unit."""
    exchange.write(await exchange.obey(), unit=1)


async def wrong_number(exchange: Exchange) -> None:
    """Answer with the number of the next transaction; on a serial line, where there is none, as is due."""
    exchange.write(await exchange.obey(), transaction=1)


async def lying(exchange: Exchange) -> None:
    """Claim more bytes than are sent; of an answer without a length, leave the end away."""
    answer = bytearray(await exchange.obey())
    if exchange.request.pdu[0] <= 4:
        answer[1] += 2
    else:
        answer = answer[:-1]
    exchange.write(bytes(answer))


async def rubbish(exchange: Exchange) -> None:
    """Send what is no Modbus."""
    exchange.writer.write(RUBBISH)


async def noisy(exchange: Exchange) -> None:
    """Answer as is due, after rubbish; on a stream of numbered frames nobody can find the answer then."""
    exchange.writer.write(RUBBISH)
    await honest(exchange)


async def dropping(exchange: Exchange) -> None:
    """Hang up instead of an answer."""
    exchange.writer.close()


def mood_of(name: str) -> Mood:
    """Return a mood by name; ValueError with the names there are."""
    if name not in MOODS:
        raise ValueError(f"there is no mood {name!r}; moods: {', '.join(MOODS)}")
    return MOODS[name]


MOODS: Mapping[str, Mood] = {
    mood.__name__: mood
    for mood in (
        honest, silent, mute, late, busy, split, wrong_unit, wrong_number, lying, rubbish, noisy, dropping,
    )
}  # fmt: skip

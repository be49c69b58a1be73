"""`genba sim reader`: one LLRP reader on a real port, with pallets passing by themselves."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Annotated

import typer

from drivers.codes import epc, sscc
from drivers.streams import listen
from simulators.reader.field import READ_CHANCE, Field
from simulators.reader.llrp.reader import Reader

COMPANY_PREFIX = "4912345"
"""Of the goods this simulator invents."""


def reader(
    *,
    address: Annotated[str, typer.Option(help="Where to listen.")] = "tcp://127.0.0.1:5084",
    every: Annotated[float, typer.Option(help="Seconds between pallets; 0 is none.")] = 20.0,
    tags: Annotated[int, typer.Option(help="Tags on a pallet.")] = 12,
    stay: Annotated[float, typer.Option(help="Seconds a pallet is in the field.")] = 4.0,
    chance: Annotated[float, typer.Option(help="Chance that a round reads a tag.")] = READ_CHANCE,
    antennas: Annotated[int, typer.Option(help="Antennas; a pallet is seen by all of them.")] = 2,
    strays: Annotated[int, typer.Option(help="Tags that stand nearby for ever.")] = 2,
    uptime: Annotated[bool, typer.Option(help="Report uptime instead of UTC.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
) -> None:
    """Play an LLRP reader."""
    dice = random.Random(seed)
    try:
        asyncio.run(
            _play(
                address,
                dice=dice,
                chance=chance,
                antennas=antennas,
                utc=not uptime,
                pallets=_Pallets(every, tags, stay, strays),
            )
        )
    except KeyboardInterrupt:
        typer.echo("reader switched off")


class _Pallets:
    """The traffic: pallets with tags of their own, and strays."""

    def __init__(self, every: float, tags: int, stay: float, strays: int) -> None:
        self._every = every
        self._tags = tags
        self._stay = stay
        self._strays = strays
        self._serial = 0

    async def run(self, field: Field, antennas: tuple[int, ...]) -> None:
        """Let one pallet after the other pass."""
        for _ in range(self._strays):
            field.stray(self._next())
        while self._every:
            field.enter([self._next() for _ in range(self._tags)], self._stay, antennas)
            typer.echo(f"pallet with {self._tags} tags")
            await asyncio.sleep(self._every)
        await asyncio.Event().wait()

    def _next(self) -> str:
        self._serial += 1
        return epc.sscc_96(sscc.make(0, COMPANY_PREFIX, self._serial), len(COMPANY_PREFIX))


async def _play(
    address: str, *, dice: random.Random, chance: float, antennas: int, utc: bool, pallets: _Pallets
) -> None:
    field = Field(dice, chance=chance)
    device = Reader(address, field=field, listen=listen, now=_now, dice=dice, antennas=antennas, utc=utc)
    await device.start()
    typer.echo(f"reader at {device.address}")
    try:
        await pallets.run(field, tuple(range(1, antennas + 1)))
    finally:
        await device.stop()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    typer.run(reader)

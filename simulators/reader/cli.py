"""`genba sim reader`: one RFID reader on a real port, line or broker, with pallets passing by themselves."""

import asyncio
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from typing import Protocol as TypingProtocol

import typer

from drivers.codes import epc, sscc
from drivers.mqtt.aio import connector
from drivers.streams import listen
from simulators.reader.chafon import ChafonReader
from simulators.reader.field import READ_CHANCE, Field
from simulators.reader.impinj import ImpinjReader
from simulators.reader.llrp.reader import Reader
from simulators.reader.zebra import ZebraReader

COMPANY_PREFIX = "4912345"
"""Of the goods this simulator invents."""


class Protocol(StrEnum):
    """What a reader can speak."""

    LLRP = "llrp"
    IMPINJ = "impinj"
    ZEBRA = "zebra"
    CHAFON = "chafon"


ADDRESSES: Mapping[Protocol, str] = {
    Protocol.LLRP: "tcp://127.0.0.1:5084",
    Protocol.IMPINJ: "http://127.0.0.1:8700",
    Protocol.ZEBRA: "mqtt:readers/reader-1",
    Protocol.CHAFON: "pty:/tmp/genba-reader",
}


class Played(TypingProtocol):
    """Any of the simulated readers."""

    async def start(self) -> None:
        """Switch it on."""
        ...

    async def stop(self) -> None:
        """Switch it off."""
        ...


def reader(
    *,
    protocol: Annotated[Protocol, typer.Option(help="What it speaks.")] = Protocol.LLRP,
    address: Annotated[
        str | None, typer.Option(help="Where it listens, or its topic at the broker; by default one of its protocol.")
    ] = None,
    broker: Annotated[str, typer.Option(help="host:port of the broker, for zebra.")] = "127.0.0.1:1883",
    user: Annotated[str, typer.Option(help="Its user at the broker, or whom it lets in.")] = "root",
    password: Annotated[str, typer.Option(help="The password of that user.")] = "impinj",  # noqa: S107 - what the maker ships
    every: Annotated[float, typer.Option(help="Seconds between pallets; 0 is none.")] = 20.0,
    tags: Annotated[int, typer.Option(help="Tags on a pallet.")] = 12,
    stay: Annotated[float, typer.Option(help="Seconds a pallet is in the field.")] = 4.0,
    chance: Annotated[float, typer.Option(help="Chance that a round reads a tag.")] = READ_CHANCE,
    antennas: Annotated[int, typer.Option(help="Antennas; a pallet is seen by all of them.")] = 2,
    strays: Annotated[int, typer.Option(help="Tags that stand nearby for ever.")] = 2,
    uptime: Annotated[bool, typer.Option(help="Report uptime instead of UTC, for llrp.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
) -> None:
    """Play an RFID reader."""
    dice = random.Random(seed)
    field = Field(dice, chance=chance, clock=time.monotonic)
    where = address or ADDRESSES[protocol]
    device: Played
    match protocol:
        case Protocol.LLRP:
            device = Reader(where, field=field, listen=listen, now=_now, dice=dice, antennas=antennas, utc=not uptime)
        case Protocol.IMPINJ:
            device = ImpinjReader(where, field=field, listen=listen, now=_now, user=user, password=password)
        case Protocol.ZEBRA:
            host, _, port = broker.rpartition(":")
            connect = connector(host, int(port), user, password)
            topic = where.removeprefix("mqtt:")
            device = ZebraReader(topic, field=field, connect=connect, now=_now, antennas=antennas)
        case Protocol.CHAFON:
            device = ChafonReader(where, field=field, listen=listen, antennas=antennas)
    try:
        asyncio.run(_play(device, field, antennas, _Pallets(every, tags, stay, strays)))
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


async def _play(device: Played, field: Field, antennas: int, pallets: _Pallets) -> None:
    await device.start()
    typer.echo(f"reader at {getattr(device, 'address', 'the broker')}")
    try:
        await pallets.run(field, tuple(range(1, antennas + 1)))
    finally:
        await device.stop()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    typer.run(reader)

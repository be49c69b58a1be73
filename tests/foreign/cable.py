"""A cable between two serial devices of this machine, for programs that each want to open one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from drivers.ports import Stream, Writer
from drivers.streams import listen


@contextlib.asynccontextmanager
async def cable() -> AsyncIterator[tuple[str, str]]:
    """Give the paths of two serial devices; what is written to one is read from the other."""
    ends: asyncio.Queue[Stream] = asyncio.Queue()

    async def plug(reader: asyncio.StreamReader, writer: Writer) -> None:
        ends.put_nowait((reader, writer))
        await asyncio.Event().wait()

    devices = [await listen("pty:", plug) for _ in range(2)]
    (one, to_one), (other, to_other) = [await ends.get() for _ in devices]
    carriers = [asyncio.create_task(carry(one, to_other)), asyncio.create_task(carry(other, to_one))]
    try:
        yield devices[0].address.removeprefix("serial:"), devices[1].address.removeprefix("serial:")
    finally:
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)
        for device in devices:
            await device.close()


async def carry(reader: asyncio.StreamReader, writer: Writer) -> None:
    """Carry bytes one way until the end."""
    while data := await reader.read(256):
        writer.write(data)
        await writer.drain()

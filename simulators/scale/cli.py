"""`genba sim scale`: one scale on a real port; loads are put on it by typing grams."""

import asyncio
import random
from typing import Annotated

import typer

from drivers.streams import listen
from simulators.prompt import obey
from simulators.scale.device import Build, Dialect, ScaleDevice


def scale(
    *,
    address: Annotated[str, typer.Option(help="Where to listen; pty:/tmp/scale plays a serial device.")] = (
        "tcp://127.0.0.1:4001"
    ),
    dialect: Annotated[Dialect, typer.Option(help="Whose language it speaks.")] = Dialect.AND,
    settling: Annotated[float, typer.Option(help="Seconds until a load rests.")] = 0.8,
    capacity: Annotated[int, typer.Option(help="Grams at most.")] = 30_000,
    continuous: Annotated[bool, typer.Option(help="Send lines by itself and obey nothing.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
) -> None:
    """Play a scale: type grams to put them on it, `take` to take all off, `zero`, `tare`, `mute` or `unmute`."""
    build = Build(dialect=dialect, settling=settling, capacity=capacity, continuous=continuous)
    device = ScaleDevice(random.Random(seed), build)
    try:
        asyncio.run(_play(device, address))
    except KeyboardInterrupt:
        typer.echo("scale switched off")


async def _play(device: ScaleDevice, address: str) -> None:
    where = await device.start(listen, address)
    try:
        await obey(lambda line: command(device, line), f"scale at {where}")
    finally:
        await device.close()


async def command(device: ScaleDevice, line: str) -> str:
    """Obey one typed line; return what to answer. ValueError for anything else."""
    match line:
        case "take":
            device.take()
        case "zero":
            if not device.press_zero():
                return "zero: it shows too much for that, or still moves"
        case "tare":
            device.press_tare()
        case "mute" | "unmute":
            device.mute(on=line == "mute")
        case _:
            device.place(int(line))
    return f"{line}: done"


if __name__ == "__main__":
    typer.run(scale)

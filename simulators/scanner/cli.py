"""`genba sim scanner`: one barcode scanner on a real port or pseudo-terminal; each typed line is a scan."""

import asyncio
import random
from typing import Annotated

import typer

from drivers.streams import listen
from simulators.prompt import obey
from simulators.scanner.device import Habits, ScannerDevice

ENDINGS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "none": b""}


def scanner(
    *,
    address: Annotated[str, typer.Option(help="Where to listen; pty:/tmp/scanner plays a serial device.")] = (
        "pty:/tmp/genba-scanner"
    ),
    ending: Annotated[str, typer.Option(help="cr, lf, crlf, tab or none.")] = "cr",
    jitter: Annotated[float, typer.Option(help="Seconds at most between the pieces of a code.")] = 0.0,
    split: Annotated[float, typer.Option(help="Chance that a code comes in pieces.")] = 0.0,
    double: Annotated[float, typer.Option(help="Chance that a code is sent twice.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
) -> None:
    """Play a scanner: each typed line is scanned; `!noise` sends garbage, `!none` a no-read."""
    if ending not in ENDINGS:
        raise typer.BadParameter(f"ending {ending}: one of {', '.join(ENDINGS)}")
    habits = Habits(ending=ENDINGS[ending], jitter=jitter, split=split, double=double)
    try:
        asyncio.run(_play(ScannerDevice(random.Random(seed), habits), address))
    except KeyboardInterrupt:
        typer.echo("scanner unplugged")


async def _play(device: ScannerDevice, address: str) -> None:
    where = await device.start(listen, address)
    try:
        await obey(lambda line: command(device, line), f"scanner at {where}")
    finally:
        await device.close()


async def command(device: ScannerDevice, line: str) -> str:
    """Obey one typed line; return what to answer."""
    match line:
        case "!noise":
            await device.send(b"\x00\xff\xfe\x80")
        case "!none":
            await device.scan("ERROR")
        case _:
            await device.scan(line)
    return f"{line}: sent"


if __name__ == "__main__":
    typer.run(scanner)

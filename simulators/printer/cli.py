"""`genba sim printer`: one label printer on a real port; what comes out of it is told, and kept as files if wanted."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from drivers.streams import listen
from simulators.printer.device import PRINT_TIME, PrinterDevice
from simulators.printer.labels import Label
from simulators.prompt import obey


def printer(
    *,
    address: Annotated[str, typer.Option(help="Where to listen.")] = "tcp://127.0.0.1:9100",
    keep: Annotated[Path | None, typer.Option(help="Folder to write each label's ZPL to.")] = None,
    seconds: Annotated[float, typer.Option(help="Seconds to print a label.")] = PRINT_TIME,
) -> None:
    """Play a label printer: type `paper out`, `paper in`, `off` or `on`."""
    try:
        asyncio.run(_play(address, keep, seconds))
    except KeyboardInterrupt:
        typer.echo("printer switched off")


async def _play(address: str, keep: Path | None, seconds: float) -> None:
    number = 0

    def show(label: Label) -> None:
        nonlocal number
        number += 1
        typer.echo(f"label {number}: tracking {label.tracking}, order {label.qr}, tag {label.epc}")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{number:04}-{label.tracking}.zpl").write_bytes(label.zpl)

    device = PrinterDevice(on_label=show, print_time=seconds)
    where = await device.start(listen, address)
    try:
        await obey(lambda line: command(device, line), f"printer at {where}")
    finally:
        await device.go_offline()


async def command(device: PrinterDevice, line: str) -> str:
    """Obey one typed line; return what to answer. ValueError for anything else."""
    match line:
        case "paper out":
            device.take_paper_out()
        case "paper in":
            device.load_paper()
        case "off":
            await device.go_offline()
        case "on":
            await device.go_online()
        case _:
            raise ValueError("type: paper out, paper in, off, on")
    return f"{line}: done"


if __name__ == "__main__":
    typer.run(printer)

"""`genba bench all`: every bench that needs no file, at its own default size."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from edge.commands.bench.assign import assign
from edge.commands.bench.decode import decode
from edge.commands.bench.fleet import fleet
from edge.commands.bench.gate import gate
from edge.commands.bench.modbus import modbus
from edge.commands.bench.points import points
from edge.commands.bench.restart import restart
from edge.commands.bench.robots import robots
from edge.commands.bench.scan import scan
from edge.commands.bench.shift import shift
from edge.commands.bench.store import store

BENCHES: dict[str, Callable[..., None]] = {
    "store": store,
    "restart": restart,
    "scan": scan,
    "robots": robots,
    "fleet": fleet,
    "decode": decode,
    "modbus": modbus,
    "gate": gate,
    "points": points,
    "assign": assign,
    "shift": shift,
}


def every(
    folder: Annotated[Path | None, typer.Option("--json", help="Folder for one JSON file a bench.")] = None,
) -> None:
    """Run all benches one after the other; the shift takes by far the longest."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    for name, bench in BENCHES.items():
        bench(json_to=folder / f"{name}.json" if folder is not None else None)

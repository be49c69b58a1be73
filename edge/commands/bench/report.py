"""What a bench found: a table for people, JSON for machines."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

JsonTo = Annotated[Path | None, typer.Option("--json", help="Write JSON to this file; `-` is the screen.")]
TO_SCREEN = Path("-")
WIDE = 8
"""Columns that a terminal has room for."""


Rows = Sequence[Mapping[str, Any]]


def tell(title: str, rows: Rows, json_to: Path | None, *, also: tuple[str, Rows] | None = None) -> None:
    """Print rows of figures that share their columns, a single row as a list; write them as JSON where asked.

    `also` is a second table with a title of its own.
    """
    screen = Console(stderr=json_to == TO_SCREEN)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    told: dict[str, Any] = {"bench": title, "machine": machine, "rows": list(rows)}
    screen.print(_table(title, rows))
    if also is not None:
        screen.print(_table(*also))
        told["also"] = {"bench": also[0], "rows": list(also[1])}
    if json_to is None:
        return
    text = json.dumps(told, ensure_ascii=False, indent=1)
    if json_to == TO_SCREEN:
        typer.echo(text)
    else:
        json_to.write_text(text + "\n", encoding="utf-8")


def _table(title: str, rows: Rows) -> Table:
    """Draw rows below each other; a single row, or rows too wide for a terminal, beside each other."""
    lines = [list(row.values()) for row in rows]
    head = list(rows[0])
    if len(rows) == 1:
        lines = [list(line) for line in rows[0].items()]
        head = ["figure", "value"]
    elif len(head) > WIDE:
        head, *lines = map(list, zip(head, *lines, strict=True))
    table = Table(*(_text(name) for name in head), title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for line in lines:
        table.add_row(*(_text(figure) for figure in line))
    return table


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, 99th percentile and maximum in milliseconds; nothing was measured is zero."""
    ordered = sorted(seconds) or [0.0]
    ranks = {"p50 ms": len(ordered) // 2, "p99 ms": len(ordered) * 99 // 100, "max ms": len(ordered) - 1}
    return {name: round(ordered[min(rank, len(ordered) - 1)] * 1000, 2) for name, rank in ranks.items()}


def _text(figure: object) -> str:
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)

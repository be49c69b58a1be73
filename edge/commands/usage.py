"""`genba usage`: what each robot used by day, as a table or as files for the lessor's bill.

While the edge runs it is asked, in the name of a supervisor or engineer who logs in for that.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.box import SIMPLE
from rich.table import Table

from edge.commands.failed import not_written
from edge.commands.language import spoken
from edge.commands.running import LOCAL, EdgeAddress, Running
from edge.commands.where import DATA, DatabaseUrl, DataFolder, SiteFile, Where, out
from edge.model.usage_words import HEADINGS, headings, total
from edge.processes.bill import COLUMNS, MACHINE_COLUMNS, bill_of, by_machine, flat
from edge.store.store import Store

DAY = ["%Y-%m-%d"]


def usage(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day, in the site's time zone.")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="The last day, itself included.")],
    *,
    robot: Annotated[str | None, typer.Option(help="Only this robot.")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write the days to this file as CSV.")] = None,
    machines_file: Annotated[
        Path | None, typer.Option("--machines", help="Write a line for each machine to this file as CSV.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write days and totals to this file as JSON.")
    ] = None,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Show or export what each robot used by day: hours, missions, metres, energy."""

    def tell(bill: Mapping[str, Any]) -> None:
        if csv_file is not None:
            _write(csv_file, _csv(COLUMNS, flat(bill)))
        if machines_file is not None:
            _write(machines_file, _csv(MACHINE_COLUMNS, by_machine(bill)))
        if json_file is not None:
            _write(json_file, json.dumps(bill, ensure_ascii=False, indent=1) + "\n")
        if csv_file is None and json_file is None and machines_file is None:
            _show(bill)

    async def read(store: Store) -> None:
        tell(await store.read(bill_of, first.date(), last.date(), robot))

    def ask(running: Running) -> None:
        asked = {"from": first.date().isoformat(), "to": last.date().isoformat()}
        asked |= {} if robot is None else {"robot": robot}
        tell(running.ask("GET", f"/api/usage?{urlencode(asked)}"))

    Where(site, data, database, edge).do(read, ask)


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, columns)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _show(bill: Mapping[str, Any]) -> None:
    language = spoken()
    table = Table(*headings(language), box=SIMPLE, padding=0)
    moved = ({"robot": "", **row} for row in bill["machines"] if row["places"] > 1)
    for row in (*bill["days"], *({"day": total(language), **row} for row in (*bill["totals"], *moved))):
        table.add_row(*(_cell(column, row[column]) for column in HEADINGS))
    out.print(table)


def _cell(column: str, value: str | int | None) -> str:
    """Return a value as people read it: hours and minutes, and a dash for what nobody knows."""
    if isinstance(value, int) and column.endswith("_s"):
        return f"{value // 3600}:{value // 60 % 60:02d}"
    return "–" if value is None else str(value)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise not_written(file, error) from error

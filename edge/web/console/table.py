"""Tables that leave the console as CSV: UTF-8 with a mark so that spreadsheets read Japanese, sent piece by piece."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import StreamingResponse

CHUNK = 1000
"""Rows read at a time."""
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

Rows = Callable[[int, int], Awaitable[Sequence[Any]]]
"""limit, offset → rows."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and how its value is read from a row."""

    heading: str
    value: Callable[[Any], str | int | None]


def export(name: str, columns: Sequence[Column], rows: Rows) -> StreamingResponse:
    """Answer with a whole table, however long."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(_lines(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(columns: Sequence[Column], rows: Rows) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + _line([column.heading for column in columns])
    offset = 0
    while True:
        chunk = await rows(CHUNK, offset)
        if chunk:
            yield "".join(_line([_harmless(column.value(row)) for column in columns]) for row in chunk)
        if len(chunk) < CHUNK:
            return
        offset += CHUNK


def _harmless(value: str | int | None) -> str | int:
    """Keep a spreadsheet from taking somebody's text for a formula."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def _line(values: Sequence[str | int]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()

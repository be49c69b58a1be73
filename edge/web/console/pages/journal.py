"""Journal: everything that happened, newest first, in words and as it was written."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.journal import JournalFilter, journal_page
from edge.web.console.table import Column, export


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list and its CSV."""

    @router.get("/console/journal")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)
        found = await desk.read(journal_page, wanted)
        return view.page("journal", "journal", names=found.names, found=found, wanted=wanted, raw=raw)

    @router.get("/console/journal.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            nonlocal wanted
            found = await desk.read(journal_page, wanted, limit) if offset == 0 or wanted.before else None
            if found is None:
                return ()
            wanted = replace(wanted, before=found.older)
            return found.rows

        return export("journal", _columns(view), rows)


def raw(data: dict[str, Any]) -> str:
    """Return the data of a row as it was written."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)


def _wanted(view: View) -> JournalFilter:
    asked = view.asked
    since = _day(view, asked("day"))
    before = asked("before")
    return JournalFilter(
        subject=asked("subject").strip(),
        kind=asked("kind").strip(),
        actor=asked("actor").strip(),
        text=asked("q").strip(),
        since=since,
        until=since + timedelta(days=1) if since else None,
        before=int(before) if before.isdecimal() and len(before) < 18 else None,
    )


def _day(view: View, text: str) -> datetime | None:
    """Read a day of the site's calendar; None when it is no day."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), view.f.zone).astimezone(UTC) if text else None
    except ValueError:
        return None


def _columns(view: View) -> list[Column]:
    t, words = view.t, view.words()
    return [
        Column(t("column.seq"), lambda row: row.seq),
        Column(t("column.at"), lambda row: view.f.iso(row.at)),
        Column(t("column.kind"), lambda row: row.kind),
        Column(t("column.about"), lambda row: row.subject),
        Column(t("column.actor"), lambda row: row.actor),
        Column(t("column.reason"), lambda row: row.reason),
        Column(t("column.what"), words.happened),
        Column(t("column.data"), lambda row: json.dumps(row.data, ensure_ascii=False, sort_keys=True)),
    ]

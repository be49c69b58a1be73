"""Exceptions: few and actionable; what, since when, whose, and the buttons that end it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.processes.difference import REASONS
from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.common import PAGE
from edge.web.console.queries.journal import TroubleFilter, troubles_page
from edge.web.console.table import CHUNK, Column, export

STATES = ("open", "solved", "all")


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list and its CSV."""

    @router.get("/console/exceptions")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)
        found = await desk.read(troubles_page, wanted, view.asked.page)
        return view.page(
            "exceptions",
            "exceptions",
            names=found.names,
            found=found,
            wanted=wanted,
            states=STATES,
            dismiss_reasons=REASONS,
        )

    @router.get("/console/exceptions.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)

        async def rows(_limit: int, offset: int) -> Sequence[Any]:
            found: list[Any] = []
            for page in range(offset // PAGE + 1, (offset + CHUNK) // PAGE + 1):
                part = (await desk.read(troubles_page, wanted, page)).page
                found += part.rows if part.page == page else ()
            return found

        return export("exceptions", _columns(view), rows)


def _wanted(view: View) -> TroubleFilter:
    state = view.asked("state", "open")
    return TroubleFilter(state=state if state in STATES else "open", text=view.asked("q").strip())


def _columns(view: View) -> list[Column]:
    t, words = view.t, view.words()
    return [
        Column(t("column.since"), lambda row: view.f.iso(row.since)),
        Column(t("column.code"), lambda row: row.code),
        Column(t("column.what"), lambda row: words.trouble(row).text),
        Column(t("column.about"), lambda row: row.subject),
        Column(t("column.state"), lambda row: words.state("exception", row.state)),
        Column(t("column.owner_of"), lambda row: words.person(row.owner) if row.owner else ""),
        Column(t("column.solved"), lambda row: view.f.iso(row.solved_at)),
    ]

"""Settings, API keys: which machines may come in, as what, and when each last did; for engineers alone."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from edge.processes.people import KeyRole, Session
from edge.web.console.desk import Desk, View
from edge.web.console.people_deeds import ENGINEERS
from edge.web.console.queries.people import all_keys
from edge.web.console.table import Column, export
from edge.web.security import person

Engineer = Annotated[Session, Depends(person(*ENGINEERS))]


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list and its CSV."""

    @router.get("/console/settings/keys")
    async def show(request: Request, session: Engineer) -> Response:
        view = await desk.view(request, session)
        return view.page("keys", "settings", keys=await desk.read(all_keys), roles=list(KeyRole))

    @router.get("/console/settings/keys.csv")
    async def table(request: Request, session: Engineer) -> Response:
        view = await desk.view(request, session)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return (await desk.read(all_keys))[offset : offset + limit]

        return export("keys", _columns(view), rows)


def _columns(view: View) -> list[Column]:
    t = view.t
    return [
        Column(t("column.name"), lambda row: row.id),
        Column(t("keys.role"), lambda row: row.role),
        Column(t("keys.made"), lambda row: view.f.iso(row.created_at)),
        Column(t("keys.last_used"), lambda row: view.f.iso(row.last_used_at)),
        Column(t("column.active"), lambda row: t("common.yes" if row.active else "common.no")),
    ]

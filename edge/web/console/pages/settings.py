"""Settings: what the site file says, who works here, in which language, and which version this is."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from edge.store.tables import people
from edge.store.tx import Reader
from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.table import Column, export


def add(router: APIRouter, desk: Desk) -> None:
    """Add the page and the CSV of people."""

    @router.get("/console/settings")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        return view.page(
            "settings",
            "settings",
            everybody=await desk.read(_everybody),
            facts=_facts(desk, view),
            incarnation=desk.services.store.incarnation,
        )

    @router.get("/console/settings.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return (await desk.read(_everybody))[offset : offset + limit]

        return export("people", _columns(view), rows)


def _everybody(reader: Reader) -> Sequence[Any]:
    columns = (people.c.id, people.c.name_ja, people.c.name_en, people.c.language, people.c.roles, people.c.active)
    secret = (people.c.badge.is_not(None).label("badge"), people.c.pin_hash.is_not(None).label("pin"))
    return reader.rows(select(*columns, *secret, people.c.locked_until).order_by(people.c.active.desc(), people.c.id))


def _facts(desk: Desk, view: View) -> list[tuple[str, int]]:
    """Return how many of each thing the site has."""
    site = desk.services.site
    names = ("zones", "locations", "stations", "docks", "gates", "robots", "devices", "owners", "carriers", "cartons")
    counts = [(view.t(f"count.{name}"), len(getattr(site, name))) for name in names]
    return [*counts, (view.t("count.totes"), site.rules.totes)]


def _columns(view: View) -> list[Column]:
    t = view.t
    return [
        Column(t("column.person"), lambda row: row.id),
        Column(t("column.name"), lambda row: row.name_ja if view.f.ja else row.name_en),
        Column(t("column.roles"), lambda row: " ".join(row.roles)),
        Column(t("column.language"), lambda row: row.language),
        Column(t("column.active"), lambda row: t("common.yes" if row.active else "common.no")),
    ]

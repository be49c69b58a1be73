"""Settings, people: who works here, whether they can log in, where they are logged in, and one person's page."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes import staff
from edge.store.tx import Reader
from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.people import (
    GROUPS,
    PeopleFilter,
    can_log_in,
    one_person,
    people_chunk,
    people_page,
)
from edge.web.console.siteline import Draft, draft_of, line_of
from edge.web.console.table import Column, export


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list, its CSV, a person's page, and the page that draws up a line of the site file."""

    @router.get("/console/settings/people")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)
        found = await desk.read(people_page, wanted, view.asked.page)
        return view.page("people", "settings", found=found, wanted=wanted, groups=GROUPS, can_log_in=can_log_in)

    @router.get("/console/settings/people.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return await desk.read(people_chunk, wanted, limit, offset)

        return export("people", _columns(view), rows)

    @router.get("/console/settings/people/{person_id}")
    async def one(request: Request, person_id: str, session: Who) -> Response:
        view = await desk.view(request, session)
        found = await desk.read(one_person, person_id)
        return view.page(
            "person",
            "settings",
            found=found,
            row=found.row,
            state=can_log_in(found.row, view.f.now),
            may_change=found.row.active
            and view.may(*staff.MANAGERS)
            and (view.may(Role.ENGINEER) or Role.ENGINEER not in found.row.roles),
            myself=person_id == session.person_id,
        )

    @router.get("/console/settings/line")
    async def line(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        of = view.asked("of")
        if "id" not in view.asked.params:
            draft = await desk.read(draft_of, of) if of else Draft("", "", "", "", (), view.t.language)
            return view.page("line", "settings", draft=draft, line="", wrong=None, roles=list(Role))
        draft = _draft(request)
        drawn, refusal = await desk.read(_drawn, draft)
        wrong = view.words().say(refusal.code, refusal.details) if refusal else None
        return view.page("line", "settings", draft=draft, line=drawn, wrong=wrong, roles=list(Role))


def _wanted(view: View) -> PeopleFilter:
    group = view.asked("state", "active")
    return PeopleFilter(group if group in GROUPS else "active", view.asked("q").strip())


def _draft(request: Request) -> Draft:
    asked = request.query_params
    of, new_id, ja, en = (asked.get(name, "").strip() for name in ("of", "id", "ja", "en"))
    return Draft(of, new_id, ja, en, asked.getlist("role"), asked.get("language", "ja"))


def _drawn(reader: Reader, draft: Draft) -> tuple[str, Refusal | None]:
    try:
        return line_of(reader, draft), None
    except Refusal as refusal:
        return "", refusal


def _columns(view: View) -> list[Column]:
    t = view.t
    return [
        Column(t("column.person"), lambda row: row.id),
        Column(t("column.name"), lambda row: row.name_ja if view.f.ja else row.name_en),
        Column(t("column.roles"), lambda row: " ".join(row.roles)),
        Column(t("column.language"), lambda row: row.language),
        Column(t("column.active"), lambda row: t("common.yes" if row.active else "common.no")),
        Column(t("settings.login"), lambda row: t(f"people.state.{can_log_in(row, view.f.now)}")),
    ]

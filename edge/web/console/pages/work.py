"""Work: the task queue, why each task waits, who has it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.model.states import TASK_HELD, TASK_OPEN, TaskKind
from edge.store.queue import SKILL
from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.work import (
    GROUPS,
    TaskFilter,
    TaskPage,
    hands,
    open_counts,
    task_places,
    tasks_chunk,
    tasks_page,
)
from edge.web.console.table import Column, export


def add(router: APIRouter, desk: Desk) -> None:
    """Add the list and its CSV."""

    @router.get("/console/work")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)
        found = await desk.read(tasks_page, wanted, view.asked.page)
        return view.page(
            "work",
            "work",
            names=found.names,
            found=found,
            wanted=wanted,
            groups=list(GROUPS),
            kinds=list(TaskKind),
            places=await desk.read(task_places),
            counts=await desk.read(open_counts),
            task_open=TASK_OPEN,
            task_held=TASK_HELD,
            hands=[hand for hand in await desk.read(hands) if set(hand.roles) & set(SKILL.values())],
            skill=SKILL,
        )

    @router.get("/console/work.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        wanted = _wanted(view)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            found = await desk.read(tasks_chunk, wanted, limit, offset)
            return [(row, found) for row in found.page.rows]

        return export("work", _columns(view), rows)


def _wanted(view: View) -> TaskFilter:
    asked = view.asked
    text = asked("q").strip()
    return TaskFilter(
        state=asked("state", "all" if text else "open"),
        kind=asked("kind"),
        place=asked("place"),
        text=text,
        sort=asked("sort", "due"),
    )


def _columns(view: View) -> list[Column]:
    t = view.t

    def task(row: tuple[Any, TaskPage]) -> Any:
        return row[0]

    def why(row: tuple[Any, TaskPage]) -> str:
        code, details = row[1].waits[row[0].id]
        return view.words(row[1].names).say(code, details).text if code else ""

    return [
        Column(t("column.task"), lambda row: task(row).id),
        Column(t("column.kind"), lambda row: t.either(f"kind.{task(row).kind}", task(row).kind)),
        Column(t("column.about"), lambda row: task(row).subject),
        Column(t("column.place"), lambda row: task(row).place),
        Column(t("column.state"), lambda row: view.words().state("task", task(row).state)),
        Column(t("column.why"), why),
        Column(t("column.holder"), lambda row: task(row).holder),
        Column(t("column.priority"), lambda row: task(row).priority),
        Column(t("column.due"), lambda row: view.f.iso(task(row).due_at)),
        Column(t("column.created"), lambda row: view.f.iso(task(row).created_at)),
        Column(t("column.started"), lambda row: view.f.iso(task(row).started_at)),
        Column(t("column.ended"), lambda row: view.f.iso(task(row).ended_at)),
    ]

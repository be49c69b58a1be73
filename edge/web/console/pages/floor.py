"""Floor: a true map of the site with everything that moves, and the story of whatever somebody points at."""

from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from edge.model.reasons import Refusal
from edge.processes.bill import COLUMNS, MACHINE_COLUMNS, bill_of, by_machine, flat
from edge.processes.people import Session
from edge.processes.staff import MANAGERS
from edge.web.console.desk import Desk, View
from edge.web.console.floormap import draw, lane_path, nearest
from edge.web.console.pages import Who
from edge.web.console.queries.floor import Story, closed_places, story_of
from edge.web.console.storeys import floor_of, floors_of, on_floor
from edge.web.console.stream import foreign_state, robot_state
from edge.web.console.table import Column, export
from edge.web.security import person


def add(router: APIRouter, desk: Desk) -> None:
    """Add the map, the side panel, the search by point, and the robots as CSV."""
    site = desk.services.site
    storeys = {name: on_floor(site, name) for name in floors_of(site)}
    maps = {name: draw(storey) for name, storey in storeys.items()}
    main = site.roadmap.map
    sizes = {kind.id: kind.totes for kind in site.robot_types}
    slots = {robot.id: sizes.get(robot.type, 0) for robot in site.robots}

    @router.get("/console/floor")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        kind, _, name = view.asked("open").partition(":")
        story = await _story(desk, kind, name) if name else None
        closed = await desk.read(closed_places)
        wanted = view.asked("floor") or floor_of(site, desk.services.live, kind, name) or main
        shown = wanted if wanted in maps else main
        storey, floor = storeys[shown], maps[shown]
        return view.page(
            "floor",
            "floor",
            names=story.names if story else None,
            floor=floor,
            floors=list(maps),
            shown=shown,
            slots=slots,
            closed={row.id for row in closed},
            closed_lanes=[
                (row.id, lane_path(storey, _name(row.id), floor.top)) for row in closed if row.kind == "lane"
            ],
            closed_nodes=[node for node in storey.roadmap.nodes if f"node:{node.id}" in {row.id for row in closed}],
            opened=_opened(desk, story),
        )

    @router.get("/console/floor/panel/{kind}/{name:path}")
    async def panel(kind: str, name: str, request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        story = await _story(desk, kind, name)
        if story is None:
            raise Refusal("request.not_found")
        return view.page("panel", "floor", names=story.names, opened=_opened(desk, story))

    @router.get("/console/floor/at")
    async def at(x: int, y: int, _session: Who, floor: str = main) -> Response:
        return JSONResponse({"open": nearest(storeys.get(floor, site), x, y)})

    @router.get("/console/floor/closed")
    async def closed(_session: Who, floor: str = main) -> Response:
        rows = await desk.read(closed_places)
        storey, top = (storeys[floor], maps[floor].top) if floor in maps else (storeys[main], maps[main].top)
        nodes = {node.id: node for node in storey.roadmap.nodes}
        return JSONResponse(
            {
                "zones": [_name(row.id) for row in rows if row.kind == "zone"],
                "lanes": {_name(row.id): lane_path(storey, _name(row.id), top) for row in rows if row.kind == "lane"},
                "nodes": {
                    row.id: [nodes[_name(row.id)].x, top - nodes[_name(row.id)].y]
                    for row in rows
                    if row.kind == "node" and _name(row.id) in nodes
                },
            }
        )

    @router.get("/console/floor.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        robots = sorted(desk.services.live.robots.values(), key=lambda robot: robot.id)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return robots[offset : offset + limit]

        return export("robots", _columns(view), rows)

    _bills(router, desk)


def _bills(router: APIRouter, desk: Desk) -> None:
    """Add what robots used, by day and by machine."""

    @router.get("/console/usage.csv")
    async def usage(
        _session: Annotated[Session, Depends(person(*MANAGERS))],
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
        robot: str | None = None,
    ) -> Response:
        days = flat(await desk.read(bill_of, first, last, robot))

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return days[offset : offset + limit]

        return export("usage", [Column(name, itemgetter(name)) for name in COLUMNS], rows)

    @router.get("/console/machines.csv")
    async def machines(
        _session: Annotated[Session, Depends(person(*MANAGERS))],
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
    ) -> Response:
        found = by_machine(await desk.read(bill_of, first, last))

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return found[offset : offset + limit]

        return export("machines", [Column(name, itemgetter(name)) for name in MACHINE_COLUMNS], rows)


async def _story(desk: Desk, kind: str, name: str) -> Story | None:
    """Return the story of a thing; robots that others drive have no rows, only what they say."""
    if kind == "foreign":
        return Story(kind, name, {}) if name in desk.services.live.foreign else None
    return await desk.read(story_of, kind, name)


def _opened(desk: Desk, story: Story | None) -> dict[str, Any] | None:
    """Return what the side panel shows: rows, and for what moves or blinks also what Live says."""
    if story is None:
        return None
    live = desk.services.live
    robot = live.robots.get(story.id) if story.kind == "robot" else None
    gate = live.gates.get(story.id) if story.kind == "gate" else None
    foreign = live.foreign.get(story.id) if story.kind == "foreign" else None
    now = desk.services.source.now()
    return {
        "story": story,
        "robot": robot,
        "state": robot_state(robot) if robot else "silent",
        "gate": gate,
        "foreign": (foreign, foreign_state(foreign, now)) if foreign else None,
        "door": live.doors.get(story.id) if story.kind == "door" else None,
        "lift": live.lifts.get(story.id) if story.kind == "lift" else None,
        **{name: story.rows.get(name) for name in ("place", "levels", "goods")},
    }


def _name(closure_id: str) -> str:
    return closure_id.partition(":")[2]


def _columns(view: View) -> list[Column]:
    t, words = view.t, view.words()
    return [
        Column(t("column.robot"), lambda robot: robot.id),
        Column(t("column.state"), lambda robot: words.state("robot", robot_state(robot))),
        Column(t("column.why"), lambda robot: words.say(robot.code, robot.details).text),
        Column(t("column.battery"), lambda robot: robot.battery),
        Column(t("column.node"), lambda robot: robot.node),
        Column("x", lambda robot: robot.x),
        Column("y", lambda robot: robot.y),
        Column(t("column.totes"), lambda robot: " ".join(robot.totes)),
        Column(t("column.last_at"), lambda robot: view.f.iso(robot.seen_at)),
    ]

"""The search box in the head of every page: straight to the one thing of that name, or a short choice."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from edge.web.console.desk import Desk
from edge.web.console.pages import Who
from edge.web.console.queries.find import find


def add(router: APIRouter, desk: Desk) -> None:
    """Add the search."""

    @router.get("/console/find")
    async def show(request: Request, session: Who, q: str = "") -> Response:
        text = q.strip()[:100]
        found = await desk.read(find, text) if text else None
        if found is not None and found.only is not None:
            return RedirectResponse(found.only, status_code=303)
        return (await desk.view(request, session)).page("find", "", found=found, text=text)

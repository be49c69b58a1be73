"""Settings: your language, what the site file says, and which version this is."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who


def add(router: APIRouter, desk: Desk) -> None:
    """Add the page."""

    @router.get("/console/settings")
    async def show(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        incarnation = desk.services.store.incarnation
        return view.page("settings", "settings", facts=_facts(desk, view), incarnation=incarnation)


def _facts(desk: Desk, view: View) -> list[tuple[str, int]]:
    """Return how many of each thing the site has."""
    site = desk.services.site
    names = ("zones", "locations", "stations", "docks", "gates", "robots", "devices", "owners", "carriers", "cartons")
    counts = [(view.t(f"count.{name}"), len(getattr(site, name))) for name in names]
    return [*counts, (view.t("count.totes"), site.rules.totes)]

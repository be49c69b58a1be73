"""Events for whoever fetches them: `GET /host/v1/epcis/events`, a page at a time."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from edge.host.epcis.documents import query_document, read_events
from edge.host.errors import ErrorBody
from edge.processes.people import Machine
from edge.store.store import Store

USUAL, MOST = 100, 1000
"""Events on a page."""
NOT_SET_UP: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorBody, "description": "No valid API key"},
    404: {"model": ErrorBody, "description": "The site file has no `epcis`"},
    422: {"model": ErrorBody, "description": "Fields are wrong"},
    503: {"model": ErrorBody, "description": "It could not be read; ask again"},
}


def serve_events(router: APIRouter, store: Store, reads: Any) -> None:
    """Serve the events; `reads` is the door for keys that may read."""

    @router.get("/epcis/events", responses=NOT_SET_UP, summary="What happened, as EPCIS 2.0 events")
    async def events(
        request: Request,
        _who: Annotated[Machine, reads],
        since: Annotated[AwareDatetime | None, Query(alias="from", description="Written down then or later")] = None,
        until: Annotated[AwareDatetime | None, Query(alias="to", description="Written down before")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
        after: Annotated[int, Query(ge=0, description="As in the link to the next page")] = 0,
    ) -> Response:
        """Tell a page of events in the order in which they were written down; `Link` with rel="next" leads on."""
        found, more = await store.read(read_events, after=after, since=since, until=until, most=limit)
        headers = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
        if more is not None:
            query = urlencode({**request.query_params, "after": more})
            headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
        return JSONResponse(query_document(store.site, store.source.now(), found), headers=headers)

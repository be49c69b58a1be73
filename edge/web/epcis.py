"""What happened as EPCIS events, for whoever exports them: what `genba epcis export` writes."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from edge.host.epcis.documents import read_events
from edge.host.epcis.pull import MOST, USUAL
from edge.processes import staff
from edge.processes.people import Session
from edge.web.security import person
from edge.web.services import Services


def epcis_router(services: Services) -> APIRouter:
    """Serve /api/epcis?from=TIME&to=TIME&after=ROW&limit=N: events, and the row after which to go on."""
    router = APIRouter()

    @router.get("/api/epcis")
    async def events(
        _who: Annotated[Session, Depends(person(*staff.MANAGERS))],
        since: Annotated[AwareDatetime, Query(alias="from")],
        until: Annotated[AwareDatetime, Query(alias="to")],
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    ) -> dict[str, Any]:
        found, more = await services.store.read(read_events, after=after, since=since, until=until, most=limit)
        return {"events": found, "after": more}

    return router

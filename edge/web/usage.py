"""What robots used, for whoever checks the lessor's bill: what `genba usage` exports."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from edge.processes import staff
from edge.processes.bill import bill_of
from edge.processes.people import Session
from edge.web.security import person
from edge.web.services import Services


def usage_router(services: Services) -> APIRouter:
    """Serve /api/usage?from=DAY&to=DAY, days of the site in ISO 8601, with &robot= for one of them."""
    router = APIRouter()

    @router.get("/api/usage")
    async def usage(
        _who: Annotated[Session, Depends(person(*staff.MANAGERS))],
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
        robot: str | None = None,
    ) -> dict[str, Any]:
        return await services.store.read(bill_of, first, last, robot)

    return router

"""Where a fleet manager calls back: let in by its signature alone (docs/fleets.md)."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.model.reasons import Refusal
from edge.web.services import Services

SIGNATURE = "x-signature"


def fleet_router(services: Services) -> APIRouter:
    """Serve POST /fleet/callback; nobody is let in where no manager is connected."""
    router = APIRouter()

    @router.post("/fleet/callback", status_code=204)
    async def called_back(request: Request) -> Response:
        if services.called_back is None:
            raise Refusal("request.not_found")
        services.called_back(request.headers.get(SIGNATURE, ""), await request.body())
        return Response(status_code=204)

    return router

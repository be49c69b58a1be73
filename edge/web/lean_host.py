"""The host API's busiest call by the quick way: a WMS sends its orders one by one all day."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.host.api import order_taker
from edge.host.errors import HostRoute, said_no
from edge.model.reasons import Refusal
from edge.store.database import StoreError
from edge.store.store import Store
from edge.web.lean import LeanRoute
from edge.web.security import machine


class LeanHostRoute(LeanRoute, HostRoute):
    """A lean route that says no as the host API does."""

    async def answer(self, request: Request) -> Response | None:
        """Serve a request; see `LeanRoute`."""
        try:
            return await super().answer(request)
        except (Refusal, StoreError) as error:
            return said_no(request, error)


def serve_orders(router: APIRouter, store: Store, prefix: str) -> None:
    """Serve orders by the app's own router, where `LeanApp` finds it; the host API's document has them from its own."""
    router.add_api_route(
        f"{prefix}/orders",
        order_taker(store, machine),
        methods=["POST"],
        route_class_override=LeanHostRoute,
        include_in_schema=False,
    )

"""A quick way through FastAPI for the routes that the whole floor calls all day.

FastAPI's general handling of dependencies and bodies costs more than what it is for: a scan's decision. A lean route is
declared like any other, and is one for whoever looks at it, but calls its door and reads its body by itself. What it
cannot read goes the general way, which knows what to say about it.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec
from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

Endpoint = Callable[..., Awaitable[Response]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Json(Response):
    """An answer in JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return it as UTF-8 without spaces, as Starlette's own does."""
        return msgspec.json.encode(content)


class LeanRoute(APIRoute):
    """A route whose endpoint wants a door (`Depends` on what takes the request) and perhaps a pydantic body."""

    def get_route_handler(self) -> Handler:
        """Return what serves a request; raises TypeError when the endpoint wants anything else."""
        general, wanted = super().get_route_handler(), self.dependant
        doors, bodies = wanted.dependencies, wanted.body_params
        others = (wanted.path_params, wanted.query_params, wanted.header_params, wanted.cookie_params)
        if len(doors) != 1 or len(bodies) > 1 or any(others) or wanted.request_param_name:
            raise TypeError(f"{self.path} wants more than a door and a body")
        if not bodies:
            return _without_body(self.endpoint, doors[0])
        name, model = bodies[0].name, bodies[0].field_info.annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise TypeError(f"{self.path} wants a body that is no model")
        return _with_body(self.endpoint, doors[0], name, model, general)


def _without_body(endpoint: Endpoint, door: Any) -> Handler:
    async def handle(request: Request) -> Response:
        return await endpoint(**{door.name: await door.call(request)})

    return handle


def _with_body(endpoint: Endpoint, door: Any, name: str, model: type[BaseModel], general: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        if request.headers.get("content-type") != "application/json":
            return await general(request)
        try:
            body = model.model_validate_json(await request.body())
        except ValidationError:
            return await general(request)
        return await endpoint(**{door.name: await door.call(request), name: body})

    return handle

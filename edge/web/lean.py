"""A quick way past FastAPI for the routes that the whole floor calls all day.

FastAPI's way to an endpoint (its routers, dependencies and bodies) costs more than what it is for: a scan's decision. A
lean route is declared like any other, and is one for whoever looks at it, but `LeanApp` finds it first, calls its door
and reads its body. What it cannot read goes the general way, which knows what to say about it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Endpoint = Callable[..., Awaitable[Response]]


class Json(Response):
    """An answer in JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return it as UTF-8 without spaces, as Starlette's own does."""
        return msgspec.json.encode(content)


class LeanRoute(APIRoute):
    """A route whose endpoint wants a door (`Depends` on what takes the request), and perhaps a body or the request."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        """Raises TypeError when the endpoint wants anything else."""
        super().__init__(path, endpoint, **options)
        wanted = self.dependant
        doors, bodies = wanted.dependencies, wanted.body_params
        others = (wanted.path_params, wanted.query_params, wanted.header_params, wanted.cookie_params)
        if len(doors) != 1 or len(bodies) > 1 or any(others):
            raise TypeError(f"{path} wants more than a door, a body and the request")
        self._door: Any = doors[0]
        self._request_name = wanted.request_param_name
        self._name = bodies[0].name if bodies else ""
        self._model: type[BaseModel] | None = None
        if bodies:
            model = bodies[0].field_info.annotation
            if not (isinstance(model, type) and issubclass(model, BaseModel)):
                raise TypeError(f"{path} wants a body that is no model")
            self._model = model

    async def answer(self, request: Request) -> Response | None:
        """Serve a request; None when its body cannot be read here. Raises what door and endpoint raise."""
        given: dict[str, Any] = {}
        if self._model is not None:
            if request.headers.get("content-type") != "application/json":
                return None
            try:
                given[self._name] = self._model.model_validate_json(await request.body())
            except ValidationError:
                return None
        if self._request_name is not None:
            given[self._request_name] = request
        given[self._door.name] = await self._door.call(request)
        response: Response = await self.endpoint(**given)
        return response


class LeanApp(FastAPI):
    """An app that serves its lean routes before its own layers, in `envelope` instead; the rest is FastAPI's."""

    def __init__(self, envelope: Callable[[ASGIApp], ASGIApp], **options: Any) -> None:
        super().__init__(**options)
        self._lean = envelope(self._serve)
        self._routes: Mapping[tuple[str, str], LeanRoute] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        route = self._lean_route(scope) if scope["type"] == "http" else None
        if route is None:
            await super().__call__(scope, receive, send)
            return
        scope["app"], scope["route"] = self, route
        await self._lean(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await scope["route"].answer(request)
        except Exception as error:
            explain = _handler_of(self, error)
            if explain is None:
                raise
            response = await explain(request, error)
        if response is None:
            await super().__call__(scope, _again(await request.body(), receive), send)
        else:
            await response(scope, receive, send)

    def _lean_route(self, scope: Scope) -> LeanRoute | None:
        if self._routes is None:
            lean = [route for route in self.routes if isinstance(route, LeanRoute)]
            self._routes = {(method, route.path): route for route in lean for method in route.methods or ()}
        return self._routes.get((scope["method"], scope["path"]))


def _handler_of(app: FastAPI, error: Exception) -> Callable[[Request, Exception], Awaitable[Response]] | None:
    """Return what the app has to say about an error."""
    handlers: Mapping[Any, Any] = app.exception_handlers
    return next((handlers[kind] for kind in type(error).__mro__ if kind in handlers), None)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already once more."""
    told = False

    async def receive_again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again

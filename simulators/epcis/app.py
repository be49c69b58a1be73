"""The repository's web side: the capture interface of EPCIS 2.0 (§12), all events, and troubles to be switched on."""

import asyncio
import hmac
import random
from dataclasses import asdict, dataclass, fields
from typing import Any

import msgspec
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from simulators.epcis.repository import Repository, all_of


@dataclass(slots=True)
class Trouble:
    """How a repository can fail: shares from 0 to 1, seconds. `error_after` has captured; a `slow` job runs on."""

    down: bool = False
    error_500: float = 0.0
    error_after: float = 0.0
    slow: float = 0.0
    slow_s: float = 5.0


def create_app(
    repository: Repository,
    token: str,
    dice: random.Random,
    *,
    admin_token: str | None = None,
    trouble: Trouble | None = None,
    prefix: str = "",
) -> FastAPI:
    """Make the application, its interfaces at paths under `prefix`.

    `trouble` may be changed by its owner at any time, or over `POST /admin/trouble`.
    """
    web = _Web(repository, token, admin_token, dice, trouble if trouble is not None else Trouble())
    app = FastAPI(title="Genba test EPCIS repository", openapi_url=None)
    app.options(f"{prefix}/capture")(web.there)
    app.post(f"{prefix}/capture")(web.capture)
    app.get(f"{prefix}/capture/{{job}}")(web.job)
    app.get(f"{prefix}/events")(web.events)
    app.get("/report")(web.report)
    app.post("/admin/trouble")(web.change_trouble)
    return app


class _Web:
    """The endpoints."""

    def __init__(
        self, repository: Repository, token: str, admin_token: str | None, dice: random.Random, trouble: Trouble
    ) -> None:
        self._repository = repository
        self._token = token
        self._admin_token = admin_token
        self._dice = dice
        self._trouble = trouble

    async def there(self, request: Request) -> Response:
        """Say that it is there."""
        self._let_in(request)
        return Response(status_code=204, headers={"GS1-EPCIS-Version": "2.0.0", "Allow": "GET, POST, OPTIONS"})

    async def capture(self, request: Request) -> Response:
        """Take a document and say where its job is."""
        self._let_in(request)
        if self._strikes(self._trouble.error_500):
            raise HTTPException(500, "internal error before the events were captured")
        try:
            document = msgspec.json.decode(await request.body())
        except ValueError as error:
            raise HTTPException(400, f"no JSON: {error}") from error
        runs = self._trouble.slow_s if self._strikes(self._trouble.slow) else 0.0
        job = self._repository.capture(document, asyncio.get_running_loop().time() + runs)
        if self._strikes(self._trouble.error_after):
            raise HTTPException(500, "internal error after the events were captured")
        return Response(status_code=202, headers={"Location": f"{request.url.path}/{job.id}"})

    async def job(self, job: str, request: Request) -> Response:
        """Say how a job stands."""
        self._let_in(request)
        found = self._repository.jobs.get(job)
        if found is None:
            raise HTTPException(404, "there is no such job")
        return JSONResponse(found.told(asyncio.get_running_loop().time()))

    async def events(self) -> dict[str, Any]:
        """Give all events."""
        return all_of(list(self._repository.events.values()))

    async def report(self) -> dict[str, Any]:
        """Give the figures."""
        return self._repository.report()

    async def change_trouble(self, request: Request) -> dict[str, Any]:
        """Switch troubles on or off."""
        _check(request, self._admin_token)
        wanted = msgspec.json.decode(await request.body())
        kinds = {one.name: type(getattr(self._trouble, one.name)) for one in fields(self._trouble)}
        for name, value in wanted.items() if isinstance(wanted, dict) else ():
            if name not in kinds:
                raise HTTPException(400, f"no trouble called {name}; there are {', '.join(kinds)}")
            setattr(self._trouble, name, kinds[name](value))
        return asdict(self._trouble)

    def _let_in(self, request: Request) -> None:
        if self._trouble.down:
            raise HTTPException(503, "the repository is down")
        _check(request, self._token)

    def _strikes(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share


def _check(request: Request, token: str | None) -> None:
    told = request.headers.get("authorization", "")
    if token is None or not hmac.compare_digest(told.encode(), f"Bearer {token}".encode()):
        raise HTTPException(401, "a valid bearer token is needed")

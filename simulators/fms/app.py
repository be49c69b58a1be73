"""The manager's web side, written from docs/fleets.md: tasks, robots, callbacks; and all the ways it can go wrong."""

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from simulators.fms.yard import Job, Refusal, Yard

Post = Callable[[bytes, str], Awaitable[bool]]
"""body, signature → whether it was taken."""
CALLBACK_TRIES = 3
CALLBACK_PAUSE = 1.0


@dataclass(slots=True)
class Trouble:
    """How a manager can fail: shares from 0 to 1 unless said."""

    down: bool = False
    lost_before: float = 0.0
    """Error 500 before it did anything."""
    lost_after: float = 0.0
    """Error 500 after it did everything."""
    slow_s: float = 0.0
    """Seconds before each answer; what was asked is done at the end of them."""
    busy: float = 0.0
    rubbish: float = 0.0
    """Something that is no JSON, after it did everything."""
    silent_callbacks: float = 0.0
    double_callbacks: float = 0.0
    words: dict[str, str] = field(default_factory=dict)
    """Words of its own instead of a state."""
    other_target: str | None = None
    """It thinks that every task goes there."""


class Manager:
    """The manager: books, robots and web of one maker."""

    def __init__(
        self,
        yard: Yard,
        token: str,
        dice: random.Random,
        *,
        post: Post | None = None,
        secret: str = "",
        now: Callable[[], float],
    ) -> None:
        self.yard = yard
        self.trouble = Trouble()
        self.app = FastAPI(title="Genba test FMS", openapi_url=None)
        self._token = token
        self._dice = dice
        self._post = post
        self._secret = secret
        self._now = now
        self._calls: asyncio.Queue[bytes] = asyncio.Queue()
        yard.changed = self._changed
        self.app.add_api_route("/tasks", self._create, methods=["POST"])
        self.app.add_api_route("/tasks/query", self._query, methods=["POST"])
        self.app.add_api_route("/tasks/{key}/cancel", self._cancel, methods=["POST"])
        self.app.add_api_route("/robots", self._robots, methods=["GET"])

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.yard.run())
            group.create_task(self._call_back())

    async def _create(self, request: Request) -> Response:
        return await self._answer(request, self._do_create)

    async def _query(self, request: Request) -> Response:
        return await self._answer(request, self._do_query)

    async def _cancel(self, request: Request) -> Response:
        key = request.path_params["key"]
        return await self._answer(request, lambda _body: (202, {"task": self._told(self.yard.cancel(key))}))

    async def _robots(self, request: Request) -> Response:
        robots = self.yard.robots.values()
        return await self._answer(request, lambda _body: (200, {"robots": [robot.told() for robot in robots]}))

    def _do_create(self, body: Any) -> tuple[int, dict[str, Any]]:
        status, job = self.yard.create(body)
        return status, {"task": self._told(job)}

    def _do_query(self, body: Any) -> tuple[int, dict[str, Any]]:
        jobs = self.yard.jobs
        return 200, {
            "tasks": [self._told(jobs[key]) for key in body["keys"] if key in jobs],
            "unknown": [key for key in body["keys"] if key not in jobs],
        }

    async def _answer(self, request: Request, do: Callable[[Any], tuple[int, dict[str, Any]]]) -> Response:
        trouble = self.trouble
        if not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._token}"):
            return _error(401, "denied", "show the token")
        if trouble.down:
            return _error(502, "down", "nobody is there")
        if self._strikes(trouble.lost_before):
            return _error(500, "internal", "before anything was done")
        if self._strikes(trouble.busy):
            return JSONResponse({"error": {"code": "busy", "text": "later"}}, 429, headers={"Retry-After": "3"})
        raw = await request.body()
        if trouble.slow_s:
            await asyncio.sleep(trouble.slow_s)
        try:
            status, answer = do(json.loads(raw) if raw else {})
        except Refusal as refusal:
            return _error(refusal.status, refusal.code, refusal.text)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _error(400, "bad_request", repr(error))
        if self._strikes(trouble.lost_after):
            return _error(500, "internal", "after everything was done")
        if self._strikes(trouble.rubbish):
            return Response(b"<html>login</html>", media_type="text/html")
        return JSONResponse(answer, status)

    def _told(self, job: Job) -> dict[str, Any]:
        told = job.told()
        told["state"] = self.trouble.words.get(job.state, job.state)
        if self.trouble.other_target is not None:
            told["to"] = self.trouble.other_target
        return told

    def _strikes(self, share: float) -> bool:
        return share > 0 and self._dice.random() < share

    def _changed(self, job: Job) -> None:
        if self._post is None or self._strikes(self.trouble.silent_callbacks):
            return
        body = json.dumps({"task": self._told(job)}).encode()
        for _ in range(2 if self._strikes(self.trouble.double_callbacks) else 1):
            self._calls.put_nowait(body)

    async def _call_back(self) -> None:
        while True:
            body = await self._calls.get()
            for _ in range(CALLBACK_TRIES):
                if self._post is None or await self._post(body, self._signed(body)):
                    break
                await asyncio.sleep(CALLBACK_PAUSE)

    def _signed(self, body: bytes) -> str:
        stamp = str(int(self._now()))
        digest = hmac.new(self._secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return f"t={stamp},v1={digest}"


def _error(status: int, code: str, text: str) -> Response:
    return JSONResponse({"error": {"code": code, "text": text}}, status)

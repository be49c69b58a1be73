"""A handheld as a person uses it: one action at a time, each with one key until it is answered (F53, F63, F64)."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from simulators.world.http import Call

log = structlog.get_logger(__name__)

CONTRACT = 1
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds between tries on a bad radio link: short, for somebody stands there waiting."""
LOGIN_WAIT = 30.0
"""Seconds before a refused log-in is tried again: a person asks the supervisor first."""
UNAUTHORISED, CONFLICT = 401, 409


@dataclass(frozen=True, slots=True)
class Screen:
    """What the handheld shows."""

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return the screen's id, which every action cites."""
        return str(self.raw.get("id", ""))

    @property
    def place(self) -> tuple[str, str]:
        """Return process and step."""
        return str(self.raw.get("process", "")), str(self.raw.get("step", ""))

    @property
    def target(self) -> str | None:
        """Return the code to scan or go to."""
        return self.raw.get("target") or None

    @property
    def to(self) -> str | None:
        """Return where things should go."""
        return self.raw.get("to") or None

    @property
    def robot(self) -> str | None:
        """Return the robot that waits."""
        return self.raw.get("robot") or None

    @property
    def sku(self) -> str | None:
        """Return the SKU of the item in question."""
        return (self.raw.get("item") or {}).get("sku")

    @property
    def want(self) -> int:
        """Return how many are asked for, 1 if it is not said."""
        return int((self.raw.get("quantity") or {}).get("want") or 1)

    @property
    def done(self) -> int:
        """Return how many the server has counted."""
        return int((self.raw.get("quantity") or {}).get("done") or 0)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Return the lines shown."""
        return list(self.raw.get("lines") or [])

    @property
    def undone(self) -> dict[str, int]:
        """Return what the lines still want, by SKU."""
        left: dict[str, int] = {}
        for line in self.lines:
            missing = int(line.get("want") or 0) - int(line.get("done") or 0)
            if missing > 0:
                left[str(line["sku"])] = left.get(str(line["sku"]), 0) + missing
        return left

    @property
    def detail(self) -> str:
        """Return the small print, for people."""
        return str(self.raw.get("detail") or "")

    @property
    def last(self) -> str | None:
        """Return the kind of the last result shown."""
        return (self.raw.get("last") or {}).get("kind")

    def button(self, name: str) -> Mapping[str, Any] | None:
        """Return a button if it is there."""
        return next((button for button in self.raw.get("buttons") or [] if button.get("id") == name), None)

    def reason(self, name: str, preferred: str) -> str | None:
        """Return a button's reason: the preferred one if offered, else the first, none if it asks for none."""
        reasons = [str(reason["id"]) for reason in (self.button(name) or {}).get("reasons") or []]
        return preferred if preferred in reasons else next(iter(reasons), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action came to: right | wrong | done | info, or stale when the screen had changed meanwhile."""

    kind: str
    screen: Screen

    @property
    def good(self) -> bool:
        """Tell whether the server has taken it."""
        return self.kind in {"right", "done"}


class Handheld:
    """The client of the handheld API; `counts` tells how the link and the session behaved."""

    def __init__(
        self, call: Call, *, badge: str, pin: str, device: str, dice: random.Random, new_key: Callable[[], str]
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._call = call
        self._badge = badge
        self._pin = pin
        self._device = device
        self._dice = dice
        self._new_key = new_key
        self._token = ""

    async def login(self) -> Screen:
        """Log in, however long it takes."""
        body = {"badge": self._badge, "pin": self._pin, "device": self._device}
        while True:
            status, answer = await self._until_answered("POST", "/api/handheld/login", body)
            if status == 200:
                self._token = answer["token"]
                return Screen(answer["screen"])
            self.counts["login_refused"] += 1
            log.warning("operator.login_refused", badge=self._badge, status=status)
            await asyncio.sleep(LOGIN_WAIT)

    async def look(self) -> Screen:
        """Read the screen again; this also asks for the next work."""
        status, answer = await self._until_answered("GET", "/api/handheld/screen", None)
        if status == 200:
            return Screen(answer["screen"])
        return await self._again()

    async def act(
        self,
        screen: Screen,
        action: str,
        value: str | None = None,
        *,
        quantity: int | None = None,
        reason: str | None = None,
    ) -> Outcome:
        """Do one thing on a screen and return what came of it."""
        body: dict[str, Any] = {
            "contract": CONTRACT,
            "key": self._new_key(),
            "screen": screen.id,
            "action": action,
            "source": "scan",
        }
        if value is not None:
            body["value"] = value
        if quantity is not None:
            body["quantity"] = quantity
        if reason is not None:
            body["reason"] = reason
        self.counts[f"act.{action}"] += 1
        while True:
            status, answer = await self._until_answered("POST", "/api/handheld/act", body)
            if status != UNAUTHORISED:
                break
            await self._again()
        if status == 200:
            kind = str(answer["result"]["kind"])
            self.counts[f"result.{kind}"] += 1
            return Outcome(kind, Screen(answer["screen"]))
        self.counts["stale" if status == CONFLICT else "refused"] += 1
        if status == CONFLICT and isinstance(answer, dict) and answer.get("screen"):
            return Outcome("stale", Screen(answer["screen"]))
        log.warning("operator.refused", badge=self._badge, action=action, status=status, answer=str(answer)[:300])
        return Outcome("wrong", await self.look())

    async def _again(self) -> Screen:
        self.counts["relogin"] += 1
        return await self.login()

    async def _until_answered(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Send the very same request until the server answers with anything but 5xx."""
        wait = FIRST_WAIT
        while True:
            headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            try:
                status, answer = await self._call(method, path, headers, body)
            except OSError:
                status, answer = 0, None
            if status and status < 500:
                return status, answer
            self.counts["retry"] += 1
            await asyncio.sleep(wait * self._dice.uniform(0.8, 1.2))
            wait = min(wait * 2, LONGEST_WAIT)

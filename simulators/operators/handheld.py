"""A handheld as a person uses it: one action at a time, each with one key until it is answered (F53, F63, F64).

Like the real page it asks for nothing by itself: screens that somebody else changed come by its event stream.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog

from simulators.world.http import Way

log = structlog.get_logger(__name__)

CONTRACT = 1
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds between tries on a bad radio link: short, for somebody stands there waiting."""
LOGIN_WAIT = 30.0
"""Seconds before a refused log-in is tried again: a person asks the supervisor first."""
RECONNECT_S = (0.3, 1.0, 2.0, 4.0, 8.0)
"""Seconds before a stream that broke is opened again, by how often that failed: those of the page."""
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
    """The client of the handheld API; `counts` tells how the link and the session behaved.

    `screen` is what it shows, `answered_at` when (monotonic seconds) the edge last answered something that was asked.
    """

    def __init__(
        self, call: Way, *, badge: str, pin: str, device: str, dice: random.Random, new_key: Callable[[], str]
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.screen = Screen({})
        self.answered_at = 0.0
        self._call = call
        self._badge = badge
        self._pin = pin
        self._device = device
        self._dice = dice
        self._new_key = new_key
        self._token = ""
        self._asking = False
        self._meanwhile: Screen | None = None
        self._ended = False
        self._news = asyncio.Event()

    async def login(self) -> Screen:
        """Log in, however long it takes."""
        body = {"badge": self._badge, "pin": self._pin, "device": self._device}
        while True:
            status, answer = await self._until_answered("POST", "/api/handheld/login", body)
            if status == 200:
                self._token = answer["token"]
                return self._show(answer["screen"])
            self.counts["login_refused"] += 1
            log.warning("operator.login_refused", badge=self._badge, status=status)
            await asyncio.sleep(LOGIN_WAIT)

    async def look(self) -> Screen:
        """Read the screen again; this also asks for the next work."""
        self.counts["look"] += 1
        status, answer = await self._until_answered("GET", "/api/handheld/screen", None)
        if status == 200:
            return self._show(answer["screen"])
        return await self._again()

    async def newer(self, within: float) -> Screen | None:
        """Return the screen that came by itself, as soon as one did; None when so many seconds passed without any."""
        try:
            async with asyncio.timeout(within):
                await self._news.wait()
        except TimeoutError:
            return None
        return await self.news()

    async def news(self) -> Screen | None:
        """Return the screen that came by itself and was not seen yet, if one did."""
        if not self._news.is_set():
            return None
        self._news.clear()
        return await self.look() if self._ended else self.screen

    async def follow(self) -> None:
        """Keep the event stream open until cancelled; whoever is logged out finds that out by the next `newer`."""
        tries = 0
        while True:
            try:
                async with aclosing(self._call.stream("/api/handheld/stream", self._headers())) as parts:
                    rest = b""
                    async for part in parts:
                        tries = 0
                        *events, rest = (rest + part).split(b"\n\n")
                        for event in events:
                            self._told(event.decode())
            except PermissionError:
                self._end()
            except OSError:
                self.counts["stream_lost"] += 1
            await asyncio.sleep(RECONNECT_S[min(tries, len(RECONNECT_S) - 1)] * self._dice.uniform(0.8, 1.2))
            tries += 1

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
            return Outcome(kind, await self._newest(answer["screen"]))
        self.counts["stale" if status == CONFLICT else "refused"] += 1
        if status == CONFLICT and isinstance(answer, dict) and answer.get("screen"):
            return Outcome("stale", await self._newest(answer["screen"]))
        log.warning("operator.refused", badge=self._badge, action=action, status=status, answer=str(answer)[:300])
        return Outcome("wrong", await self.look())

    def _told(self, event: str) -> None:
        """Take an event of the stream as the page does: a screen that came while an action was under way is no news."""
        name, _, data = event.partition("\ndata: ")
        if name == "event: ended":
            self._end()
        if name != "event: screen":
            return
        screen = Screen(json.loads(data))
        if self._asking:
            self._meanwhile = screen
        elif screen.id != self.screen.id:
            self.screen = screen
            self.counts["news"] += 1
            self._news.set()

    def _end(self) -> None:
        self._ended = True
        self._news.set()

    def _show(self, raw: Mapping[str, Any]) -> Screen:
        """Show what was asked for."""
        self.screen = Screen(raw)
        self.answered_at = asyncio.get_running_loop().time()
        self._ended = False
        self._news.clear()
        return self.screen

    async def _newest(self, raw: Mapping[str, Any]) -> Screen:
        """Show the answer to an action; look again when another screen came meanwhile: nobody knows which is older."""
        screen, came = self._show(raw), self._meanwhile
        return screen if came is None or came.id == screen.id else await self.look()

    async def _again(self) -> Screen:
        self.counts["relogin"] += 1
        return await self.login()

    async def _until_answered(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Send the very same request until the server answers with anything but 5xx."""
        wait = FIRST_WAIT
        self._asking, self._meanwhile = True, None
        try:
            while True:
                try:
                    status, answer = await self._call(method, path, self._headers(), body)
                except OSError:
                    status, answer = 0, None
                if status and status < 500:
                    return status, answer
                self.counts["retry"] += 1
                await asyncio.sleep(wait * self._dice.uniform(0.8, 1.2))
                wait = min(wait * 2, LONGEST_WAIT)
        finally:
            self._asking = False

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

"""The WMS's calls to the site: every request has one key and is repeated until it is answered (rules H02, H10, H13)."""

import asyncio
import random
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from simulators.wms.books import Books
from simulators.wms.contract import Request
from simulators.wms.demand import Item, StockLine, Wish
from simulators.world.http import Call

log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between tries: doubled from the first to the longest, with jitter."""
CONFLICT = 409
STOCK_LINES = 200
"""Stock lines in one posting."""
OTHERWISE = {"cancel": "too_late", "change": "refused"}
"""What a refusal without an outcome means."""
TRY_AGAIN = {408: None, 425: None, 429: None}
"""Refusals that mean later, beside all 5xx."""


class Host:
    """The site's host API, spoken by the WMS; outcomes go to the books."""

    def __init__(self, call: Call, api_key: str, books: Books, dice: random.Random) -> None:
        self._call = call
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._books = books
        self._dice = dice

    async def ask(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Send a request until it is answered with anything but 5xx or a wish to wait; return status and body."""
        wait, told = FIRST_WAIT, False
        while True:
            try:
                status, answer = await self._call(method, path, self._headers, body)
            except OSError as exc:
                status, answer = 0, f"{type(exc).__name__}: {exc}"
            if status and status < 500 and status not in TRY_AGAIN:
                return status, answer
            if not told:
                told = True
                log.warning("wms.unanswered", path=path, status=status, answer=str(answer)[:200])
            await asyncio.sleep(wait * self._dice.uniform(0.8, 1.2))
            wait = min(wait * 2, LONGEST_WAIT)

    async def send_items(self, items: Iterable[Item]) -> None:
        """Tell the range; RuntimeError when an item is refused."""
        for item in items:
            status, answer = await self.ask("PUT", f"/host/v1/items/{item.owner}/{item.sku}", item.as_json())
            if status >= 300:
                raise RuntimeError(f"item {item.owner}/{item.sku} was refused with {status}: {answer}")

    async def send_stock(self, lines: list[StockLine], key: str = "opening") -> None:
        """Tell the opening stock and book it; RuntimeError when it is refused."""
        for part, start in enumerate(range(0, len(lines), STOCK_LINES)):
            request_key = f"{key}-{part}"
            body = {"request_key": request_key, "lines": [x.as_json() for x in lines[start : start + STOCK_LINES]]}
            self._books.requested(request_key, "stock", "", body=body)
            await self._post_stock(body)

    async def ask_count(self, location: str, key: str) -> str:
        """Have a location counted; return what the site says of it, or refused."""
        body = {"request_key": key, "locations": [location]}
        status, answer = await self.ask("POST", "/host/v1/counts", body)
        return str(answer["counts"][0]["state"]) if status < 300 else "refused"

    async def withdraw_counts(self, key: str) -> list[str]:
        """Withdraw the counts of an earlier request; return what the site says of each, nothing when it refuses."""
        status, answer = await self.ask("POST", f"/host/v1/counts/{key}/withdraw", {"request_key": f"withdraw-{key}"})
        return [str(one["state"]) for one in answer["counts"]] if status < 300 else []

    async def resume(self) -> None:
        """Send again what an earlier life sent and saw no answer to: same keys, same content (H02)."""
        orders, requests = self._books.unanswered()
        for request in requests:
            if request.kind == "stock":
                await self._post_stock(request.body)
        for order in orders:
            await self.send_order(order["owner"], order)
        for request in requests:
            if request.kind != "stock":
                await self._request(request)

    async def send_order(self, owner: str, order: Mapping[str, Any]) -> str:
        """Send an order; return accepted or rejected. A refused form or key counts as rejected, with the reason."""
        self._books.order_sent(owner, order)
        status, answer = await self.ask("POST", "/host/v1/orders", dict(order))
        body = answer if isinstance(answer, dict) else {}
        state = str(body.get("state", "rejected")) if status < 300 else "rejected"
        reason = body.get("reason") or (None if status < 300 else f"{status}: {answer}")
        self._books.order_answered(owner, order["order_key"], state, None if reason is None else str(reason))
        return state

    async def cancel(self, owner: str, order_key: str, reason: str = "customer") -> str:
        """Ask for a cancel; return cancelled, pending (the outcome comes as an event) or too_late."""
        key = f"cancel-{owner}-{order_key}"
        return await self._request(Request(key, "cancel", owner, order_key, {"request_key": key, "reason": reason}))

    async def change(self, owner: str, order_key: str, change: Mapping[str, Any]) -> str:
        """Ask for a change; return its outcome."""
        key = f"change-{owner}-{order_key}"
        return await self._request(Request(key, "change", owner, order_key, {"request_key": key, **change}))

    async def fulfil(self, wish: Wish) -> None:
        """Send an order and whatever the customer does later."""
        state = await self.send_order(wish.owner, wish.order)
        if wish.then is None or state != "accepted":
            return
        await asyncio.sleep(wish.then_after)
        if wish.then == "cancel":
            await self.cancel(wish.owner, wish.order["order_key"])
        else:
            await self.change(wish.owner, wish.order["order_key"], wish.change)

    async def trade(self, wishes: Iterable[Wish]) -> None:
        """Send orders as they come until there are no more, then wait for the last afterthought."""
        async with asyncio.TaskGroup() as group:
            for wish in wishes:
                await asyncio.sleep(wish.after)
                group.create_task(self.fulfil(wish))

    async def _post_stock(self, body: Mapping[str, Any]) -> None:
        status, answer = await self.ask("POST", "/host/v1/stock", body)
        if status >= 300:
            raise RuntimeError(f"stock posting {body['request_key']} was refused with {status}: {answer}")
        self._books.stock_told(body["lines"], body["request_key"])

    async def _request(self, request: Request) -> str:
        self._books.requested(request.key, request.kind, request.owner, request.order_key, request.body)
        path = f"/host/v1/orders/{request.owner}/{request.order_key}/{request.kind}"
        status, answer = await self.ask("POST", path, request.body)
        told = answer.get("outcome") if isinstance(answer, dict) else None
        if status >= 300 and status != CONFLICT:
            log.warning("wms.request_refused", path=path, status=status, answer=str(answer)[:200])
        outcome = str(told or OTHERWISE[request.kind])
        self._books.request_answered(request.key, outcome)
        return outcome

"""Keeps planning going: a round after everything that may set work free, and one now and then for the clock's sake."""

import asyncio
from collections.abc import Sequence

from edge.planning.plan import plan, stock_came
from edge.planning.stops import Travel
from edge.store.store import Store
from edge.store.tx import Entry

LOOK_AGAIN = 10.0
"""Seconds between rounds when nothing happens: cut-offs come near and patience runs out by the clock."""
CONCERNS = ("order.", "tote.", "batch.", "robot.", "putback.", "load.", "place.")
IGNORED = ("order.picked", "order.batched", "order.released")
"""Of these kinds, what planning itself or a picker does; it sets nothing free."""

CONTAINERS = ("tote:", "parcel:")
"""Goods that leave these for a shelf were put back."""


class Steward:
    """Runs `plan` for a site."""

    def __init__(self, store: Store, travel: Travel) -> None:
        self._store = store
        self._travel = travel
        self._wake = asyncio.Event()
        self._came: dict[tuple[str, str], None] = {}

    async def run(self) -> None:
        """Plan until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            while True:
                self._wake.clear()
                came, self._came = self._came, {}
                for owner, sku in came:
                    await self._store.run(stock_came, owner, sku)
                if await self._store.run(plan, self._travel):
                    continue
                try:
                    async with asyncio.timeout(LOOK_AGAIN):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        finally:
            stop()

    def _committed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            came = _came(entry)
            if came:
                self._came |= dict.fromkeys(came)
                self._wake.set()
            elif entry.kind.startswith(CONCERNS) and entry.kind not in IGNORED:
                self._wake.set()


def _came(entry: Entry) -> list[tuple[str, str]]:
    """Return the (owner, sku) that an entry makes free for others: booked in, put back, or given back by an order."""
    if entry.kind == "order.cancelled":
        owner = entry.subject.split("/", 2)[1]
        return [(owner, line["sku"]) for line in entry.data["lines"]]
    if entry.kind == "stock.booked" or (entry.kind == "stock.moved" and entry.data["source"].startswith(CONTAINERS)):
        _, owner, sku = entry.subject.split("/", 2)
        return [(owner, sku)]
    return []

"""Keeps planning going: a round after everything that may set work free, and one now and then for the clock's sake."""

import asyncio
from collections.abc import Sequence

from edge.planning.plan import plan
from edge.planning.stops import Travel
from edge.store.store import Store
from edge.store.tx import Entry

LOOK_AGAIN = 10.0
"""Seconds between rounds when nothing happens: cut-offs come near and patience runs out by the clock."""
GATHER_SECONDS = 0.2
"""Commits within this time share a round: goods, orders and totes come in bursts; a fifth of a second delays nobody."""
ROUND_SECONDS = 5.0
"""From one round to the next at least: a busy site has news all the time, and nobody's work takes so little."""
CONCERNS = ("order.", "tote.", "batch.", "robot.", "putback.", "load.", "place.")
IGNORED = dict.fromkeys(
    (
        "order.rejected",
        "order.waits",
        "order.allocated",
        "order.released",
        "order.batched",
        "order.picked",
        "order.shipped",
        "tote.aboard",
        "tote.arrived",
        "tote.handed_over",
        "batch.planned",
        "batch.assigned",
        "batch.arrived",
        "load.planned",
        "load.at_gate",
    )
)
"""Of these kinds, what planning itself does, and steps of work under way: they set nothing free."""

CONTAINERS = ("tote:", "parcel:")
"""Goods that leave these for a shelf were put back."""


class Steward:
    """Runs `plan` for a site."""

    def __init__(self, store: Store, travel: Travel) -> None:
        self._store = store
        self._travel = travel
        self._wake = asyncio.Event()
        self._began = 0.0
        self._came: dict[tuple[str, str], None] = {}

    async def run(self) -> None:
        """Plan until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            while True:
                self._wake.clear()
                self._began = asyncio.get_running_loop().time()
                came, self._came = self._came, {}
                if not await self._store.run(plan, self._travel, came):
                    await self._rest()
        finally:
            stop()

    async def _rest(self) -> None:
        """Wait until a round is worth while."""
        try:
            async with asyncio.timeout(LOOK_AGAIN):
                await self._wake.wait()
            soonest = self._began + ROUND_SECONDS - asyncio.get_running_loop().time()
            await asyncio.sleep(max(GATHER_SECONDS, soonest))
        except TimeoutError:
            return

    def _committed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            came = self._came_by(entry)
            if came:
                self._came |= dict.fromkeys(came)
                self._wake.set()
            elif entry.kind.startswith(CONCERNS) and entry.kind not in IGNORED:
                self._wake.set()

    def _came_by(self, entry: Entry) -> list[tuple[str, str]]:
        """Return the (owner, sku) that an entry makes free for others: booked in, found, put back, or given back."""
        if entry.kind == "order.cancelled":
            owner = entry.subject.split("/", 2)[1]
            return [(owner, line["sku"]) for line in entry.data["lines"]]
        found = entry.kind == "stock.adjusted" and entry.data["quantity"] > 0
        if found or entry.kind == "stock.booked" or (entry.kind == "stock.moved" and self._is_put_back(entry)):
            _, owner, sku = entry.subject.split("/", 2)
            return [(owner, sku)]
        return []

    def _is_put_back(self, entry: Entry) -> bool:
        return entry.data["source"].startswith(CONTAINERS) and entry.data["target"] in self._store.site.location

"""A put wall: its lights follow the rows, its buttons become puts of whom they are lit for (F08).

What is lit is read again after every commit that may have changed it, and held at the units: after a restart, or when a
unit comes back, the right slots are lit by themselves. With no lights at all the wall is worked by the slots' labels.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from drivers.modbus.points import Value
from drivers.modbus.unit import Change, Unit
from edge.live import Live, SlotView, WallView
from edge.processes.slot_button import slot_pressed
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.processes.wall import Lit, lit
from edge.site import PutWall, Slot
from edge.store.store import Store
from edge.store.tables import totes
from edge.store.tx import Entry, Reader

STUCK = 30.0
"""Seconds after which a button that is still closed is no press: it sticks, or its wire is broken."""
BOUNCE = 0.3
"""Seconds within which a button that closes again was pressed once (I45)."""
CONCERNS = (
    "wall.",
    "slot.",
    "task.",
    "tote.freed",
    "order.cancelled",
    "order.short",
    "order.batched",
    "person.",
    "seat.",
)
"""Kinds of entries after which other slots may be lit."""

Taker = Callable[[Change], None]


class WallKeeper:
    """Runs one wall. `units` are those of its slots, by device id."""

    def __init__(self, site: PutWall, units: Mapping[str, Unit], *, store: Store, live: Live) -> None:
        self.site = site
        self._units = units
        self._store = store
        self._live = live
        self._now = asyncio.get_running_loop().time
        self._news = asyncio.Event()
        self._pressed: dict[str, float] = {}
        self._closed: dict[str, asyncio.TimerHandle] = {}
        self.view = live.walls[site.id] = WallView(site.id, {slot.id: SlotView(slot.id) for slot in site.slots})

    def takers(self) -> dict[tuple[str, str], Taker]:
        """Return what takes the changes of the buttons, by device and point."""
        return {
            (slot.io, slot.button): self._taker(slot.id)
            for slot in self.site.slots
            if slot.io is not None and slot.button is not None
        }

    async def run(self) -> None:
        """Keep the lights right until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            while True:
                self._news.clear()
                self._show(*await self._store.read(_shown, self.site.id))
                await self._news.wait()
        finally:
            stop()
            for timer in self._closed.values():
                timer.cancel()

    def _committed(self, entries: Sequence[Entry]) -> None:
        if any(entry.kind.startswith(CONCERNS) for entry in entries):
            self._news.set()

    def _taker(self, slot: str) -> Taker:
        def changed(change: Change) -> None:
            """A button counts when it closes, a counter when it counts on; of the first look nothing is known."""
            if isinstance(change.value, bool):
                self._watch(slot, closed=change.value)
            pressed = change.value if isinstance(change.value, bool) else change.steps
            if change.before is None or not pressed:
                return
            last = self._pressed.get(slot)
            self._pressed[slot] = self._now()
            if last is None or self._pressed[slot] - last >= BOUNCE:
                self._store.run_as(f"station:{self.site.id}", slot_pressed, slot)

        return changed

    def _watch(self, slot: str, *, closed: bool) -> None:
        """Tell a person of a button that does not open again; one that opens has solved that, of an earlier run too."""
        timer = self._closed.pop(slot, None)
        if timer is not None:
            timer.cancel()
        if closed:
            self._closed[slot] = asyncio.get_running_loop().call_later(STUCK, self._stuck, slot)
        elif timer is None or timer.when() <= self._now():
            self._store.run(solve_trouble, "exception.slot_button", f"tote/{slot}")

    def _stuck(self, slot: str) -> None:
        self._store.run(raise_trouble, "exception.slot_button", f"tote/{slot}", slot=slot, wall=self.site.id)

    def _show(self, bright: Mapping[str, Lit], orders: Mapping[str, tuple[str, bool]]) -> None:
        """Tell the units what shall be lit, and the console what is."""
        for slot in self.site.slots:
            light = bright.get(slot.id)
            order, whole = orders.get(slot.id, ("", False))
            signal = light.colour if light is not None else "done" if whole else ""
            seen = self.view.slots[slot.id]
            seen.order, seen.whole = order, whole
            seen.person, seen.colour = (light.person, light.colour) if light is not None else ("", "")
            seen.units = light.units if light is not None else 0
            unit = self._units.get(slot.io or "")
            if unit is not None:
                for point, value in self._wanted(slot, signal, seen.units).items():
                    unit.want(point, value)
        self._live.touch()

    def _wanted(self, slot: Slot, signal: str, units: int) -> dict[str, Value]:
        """Return what each output of a slot shall be: lights that share a point differ by their values."""
        lights = slot.lights.model_dump(exclude_none=True)
        wanted: dict[str, Value] = dict.fromkeys(lights.values(), 0)
        shown = signal if signal in lights or signal in ("", "done") else next(iter(slot.lights.colours), "")
        if shown in lights:
            wanted[lights[shown]] = self.site.values.of(shown)
        if slot.display is not None:
            wanted[slot.display] = units
        return wanted


def _shown(reader: Reader, wall: str) -> tuple[dict[str, Lit], dict[str, tuple[str, bool]]]:
    """Return which slots are lit, and of each that has one its order and whether that is whole."""
    orders: dict[str, tuple[str, bool]] = {}
    for slot in reader.site.wall[wall].slots:
        row = reader.get(totes, id=slot.id)
        if row is not None and row.order_id is not None:
            orders[slot.id] = (row.order_id, row.state == "waiting")
    return lit(reader, wall), orders

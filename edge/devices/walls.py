"""A put wall: its lights follow the rows, its buttons become puts of whom they are lit for (F08).

What is lit is read again after every commit that may have changed it, and held at the units: after a restart, or when a
unit comes back, the right slots are lit by themselves. With no lights at all the wall is worked by the slots' labels.
"""

from collections.abc import Mapping
from functools import partial

from drivers.modbus.points import Value
from drivers.modbus.unit import Unit
from edge.devices.lights import Button, Taker, keep_shown, outputs
from edge.live import Live, SlotView, WallView
from edge.processes.buttons import slot_pressed
from edge.processes.lights import Lit
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.processes.wall import lit
from edge.site import PutWall, Slot
from edge.store.store import Store
from edge.store.tables import totes
from edge.store.tx import Reader

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


class WallKeeper:
    """Runs one wall. `units` are those of its slots, by device id."""

    def __init__(self, site: PutWall, units: Mapping[str, Unit], *, store: Store, live: Live) -> None:
        self.site = site
        self._units = units
        self._store = store
        self._live = live
        self._buttons = {slot.id: self._button(slot.id) for slot in site.slots if slot.button is not None}
        self.view = live.walls[site.id] = WallView(site.id, {slot.id: SlotView(slot.id) for slot in site.slots})

    def takers(self) -> dict[tuple[str, str], Taker]:
        """Return what takes the changes of the buttons, by device and point."""
        return {
            (slot.io, slot.button): self._buttons[slot.id].changed
            for slot in self.site.slots
            if slot.io is not None and slot.button is not None
        }

    async def run(self) -> None:
        """Keep the lights right until cancelled."""
        try:
            await keep_shown(self._store, CONCERNS, partial(_shown, wall=self.site.id), self._show)
        finally:
            for button in self._buttons.values():
                button.close()

    def _button(self, slot: str) -> Button:
        run, actor, about = self._store.run, f"station:{self.site.id}", ("exception.slot_button", f"tote/{slot}")
        return Button(
            press=lambda: self._store.run_as(actor, slot_pressed, slot),
            stuck=lambda: run(raise_trouble, *about, slot=slot, wall=self.site.id),
            free=lambda: run(solve_trouble, *about),
        )

    def _show(self, shown: tuple[Mapping[str, Lit], Mapping[str, tuple[str, bool]]]) -> None:
        """Tell the units what shall be lit, and the console what is."""
        bright, orders = shown
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
        """Return what each output of a slot shall be; one that lacks a worker's colour lights up in its first."""
        lights = slot.lights.model_dump(exclude_none=True)
        shown = signal if signal in lights or signal in ("", "done") else next(iter(slot.lights.colours), "")
        return outputs(lights, self.site.values, shown, slot.display, units)


def _shown(reader: Reader, wall: str) -> tuple[dict[str, Lit], dict[str, tuple[str, bool]]]:
    """Return which slots are lit, and of each that has one its order and whether that is whole."""
    orders: dict[str, tuple[str, bool]] = {}
    for slot in reader.site.wall[wall].slots:
        row = reader.get(totes, id=slot.id)
        if row is not None and row.order_id is not None:
            orders[slot.id] = (row.order_id, row.state == "waiting")
    return lit(reader, wall), orders

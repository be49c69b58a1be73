"""What lights and buttons at put walls and shelves have in common: read from the rows, held, pressed once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from drivers.modbus.points import Value
from drivers.modbus.unit import Change
from edge.site import LampValues
from edge.store.store import Store
from edge.store.tx import Entry, Reader

T = TypeVar("T")

STUCK = 30.0
"""Seconds after which a button that is still closed is no press: it sticks, or its wire is broken."""
BOUNCE = 0.3
"""Seconds within which a button that closes again was pressed once (I45)."""

Taker = Callable[[Change], None]


async def keep_shown(
    store: Store, concerns: tuple[str, ...], read: Callable[[Reader], T], show: Callable[[T], None]
) -> None:
    """Show what the rows say, now and after each commit of a kind that begins like a concern, until cancelled."""
    news = asyncio.Event()

    def committed(entries: Sequence[Entry]) -> None:
        if any(entry.kind.startswith(concerns) for entry in entries):
            news.set()

    stop = store.watch(committed)
    try:
        while True:
            news.clear()
            show(await store.read(read))
            await news.wait()
    finally:
        stop()


def outputs(
    lights: Mapping[str, str], values: LampValues, signal: str, display: str | None, units: int
) -> dict[str, Value]:
    """Return what the outputs of a slot or location shall be; `signal` is the colour that is lit, or "".

    Lights that share a point differ by their values.
    """
    wanted: dict[str, Value] = dict.fromkeys(lights.values(), 0)
    if signal in lights:
        wanted[lights[signal]] = values.of(signal)
    if display is not None:
        wanted[display] = units
    return wanted


class Button:
    """A button or a counter of presses: `press` is called once for each; `stuck` and `free` tell of one that sticks."""

    def __init__(self, press: Callable[[], object], stuck: Callable[[], object], free: Callable[[], object]) -> None:
        self._press, self._stuck, self._free = press, stuck, free
        self._now = asyncio.get_running_loop().time
        self._pressed: float | None = None
        self._closed: asyncio.TimerHandle | None = None

    def changed(self, change: Change) -> None:
        """Count a button when it closes, a counter when it counts on; of the first look nothing is known."""
        if isinstance(change.value, bool):
            self._watch(closed=change.value)
        pressed = change.value if isinstance(change.value, bool) else change.steps
        if change.before is None or not pressed:
            return
        last, self._pressed = self._pressed, self._now()
        if last is None or self._pressed - last >= BOUNCE:
            self._press()

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._closed is not None:
            self._closed.cancel()

    def _watch(self, *, closed: bool) -> None:
        """Tell a person of a button that does not open again; one that opens has solved that, of an earlier run too."""
        timer, self._closed = self._closed, None
        if timer is not None:
            timer.cancel()
        if closed:
            self._closed = asyncio.get_running_loop().call_later(STUCK, self._stuck)
        elif timer is None or timer.when() <= self._now():
            self._free()

"""Pick-to-light: lights at locations follow the seats of pickers, their buttons prove locations (F04).

What is lit is read again after every commit that may have changed it, and held at the units: after a restart, or when a
unit comes back, the right locations are lit by themselves. Nothing waits for a light: the handheld works as ever.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from drivers.modbus.points import Value
from drivers.modbus.unit import Unit
from edge.devices.lights import Button, Taker, keep_shown, outputs
from edge.live import FaceView, Live
from edge.processes.buttons import face_pressed, face_short
from edge.processes.faces import lit_faces
from edge.processes.lights import Lit
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.site import Face
from edge.store.store import Store
from edge.store.tx import Tx

CONCERNS = ("pick.", "task.", "stock.", "order.cancelled", "order.short", "order.batched", "person.", "seat.")
"""Kinds of entries after which other locations may be lit."""


class FaceKeeper:
    """Runs the lights of all locations. `units` are those at which they hang, by device id."""

    def __init__(self, faces: Mapping[str, Face], units: Mapping[str, Unit], *, store: Store, live: Live) -> None:
        self._faces = faces
        self._units = units
        self._store = store
        self._live = live
        self._buttons: dict[tuple[str, str], Button] = {}
        for face in faces.values():
            self._hang(face, face.button, face_pressed)
            self._hang(face, face.short, face_short)

    def takers(self) -> dict[tuple[str, str], Taker]:
        """Return what takes the changes of the buttons, by device and point."""
        return {place: button.changed for place, button in self._buttons.items()}

    async def run(self) -> None:
        """Keep the lights right until cancelled."""
        try:
            await keep_shown(self._store, CONCERNS, lit_faces, self._show)
        finally:
            for button in self._buttons.values():
                button.close()

    def _hang(self, face: Face, point: str | None, pressed: Callable[[Tx, str], Any]) -> None:
        if point is None:
            return
        run, location = self._store.run, face.location
        about = ("exception.face_button", f"location/{location}")
        self._buttons[face.io, point] = Button(
            press=partial(self._store.run_as, f"location:{location}", pressed, location),
            stuck=lambda: run(raise_trouble, *about, location=location),
            free=lambda: run(solve_trouble, *about),
        )

    def _want(self, io: str, point: str, value: Value) -> None:
        """Hold an output; a display that cannot show so many units shows none, rather than those of before."""
        try:
            self._units[io].want(point, value)
        except ValueError:
            self._units[io].want(point, 0)

    def _show(self, bright: Mapping[str, Lit]) -> None:
        """Tell the units what shall be lit, and the console what is."""
        for face in self._faces.values():
            light = bright.get(face.location)
            colour, units = (light.colour, light.units) if light is not None else ("", 0)
            shown = colour if colour in face.lights or not colour else next(iter(face.lights), "")
            for point, value in outputs(face.lights, face.values, shown, face.display, units).items():
                self._want(face.io, point, value)
        self._live.faces = {one: FaceView(light.person, light.colour, light.units) for one, light in bright.items()}
        self._live.touch()

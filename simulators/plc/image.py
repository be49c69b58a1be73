"""The register image of a simulated PLC: bits and words by name, its counters, and its host watchdog.

Reads a site file's `points` by its own rules, so that an error in the driver's reading of them shows.
"""

import asyncio
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SPACES = ("coil", "discrete", "holding", "input")
WRITABLE = ("coil", "holding")


class BadRequest(Exception):
    """A request the PLC answers with an exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception code {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Tag:
    """Where a named value lies and how it is laid out."""

    space: str
    start: int
    width: int = 1
    low_first: bool = False
    negated: bool = False
    bit: int | None = None
    real: bool = False
    marks: int = 0

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "Tag":
        """Read one entry of a site file's `points`."""
        if "reference" in settings:
            digits = str(settings["reference"]).zfill(5)
            space = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}[digits[0]]
            start = int(digits[1:]) - 1
        else:
            space, start = str(settings["table"]), int(settings["address"]) - int(settings.get("base", 0))
        return cls(
            space,
            start,
            width=2 if str(settings.get("type", "")).endswith("32") else 1,
            low_first=settings.get("words") == "low_first",
            negated=bool(settings.get("invert", False)),
            bit=settings.get("bit"),
            real=settings.get("type") == "float32",
            marks=int(settings.get("write_bits", 0)),
        )


class Image:
    """Four tables of cells; whoever writes them is heard."""

    def __init__(self, points: Mapping[str, Mapping[str, Any]]) -> None:
        self.tags = {name: Tag.read(settings) for name, settings in points.items()}
        self._cells: dict[str, list[int]] = {space: [0] * self._size(space) for space in SPACES}
        self._marks = {(tag.space, tag.start): tag.marks for tag in self.tags.values() if tag.marks}
        self._listeners: dict[Callable[[str], None], None] = {}
        for tag in self.tags.values():
            if tag.negated and tag.space in ("discrete", "input"):
                self._store(tag, 1)

    def get(self, name: str) -> float:
        """Return a value as the floor means it: 1 for on, counts unsigned, floats as they are."""
        tag = self.tags[name]
        cells = self._cells[tag.space][tag.start : tag.start + tag.width]
        if tag.low_first:
            cells.reverse()
        if tag.real:
            return float(struct.unpack(">f", struct.pack(">HH", *cells))[0])
        number = 0
        for cell in cells:
            number = number * 0x10000 + cell
        if tag.bit is not None:
            number = number >> tag.bit & 1
        return int(not number) if tag.negated else number

    def put(self, name: str, value: float) -> None:
        """Set a value as the floor means it; counters wrap, negative numbers become two's complement."""
        tag = self.tags[name]
        before = list(self._cells[tag.space])
        self._store(tag, int(not value) if tag.negated else value)
        if before != self._cells[tag.space]:
            self._tell(tag.space)

    def fetch(self, space: str, start: int, count: int) -> list[int]:
        """Answer a read; BadRequest 2 outside the table, 3 for a silly count."""
        self._check(space, start, count)
        return self._cells[space][start : start + count]

    def write(self, space: str, start: int, cells: Sequence[int]) -> None:
        """Obey a write; BadRequest as for `fetch`. A cell with marks takes only what bears them, and drops them."""
        self._check(space, start, len(cells))
        cells = [self._taken(space, start + i, cell) for i, cell in enumerate(cells)]
        if self._cells[space][start : start + len(cells)] != list(cells):
            self._cells[space][start : start + len(cells)] = cells
            self._tell(space)

    def clear_outputs(self) -> None:
        """Switch every coil off."""
        if any(self._cells["coil"]):
            self._cells["coil"] = [0] * len(self._cells["coil"])
            self._tell("coil")

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call the listener with the table's name after every change."""
        self._listeners[listener] = None

    def forget(self, listener: Callable[[str], None]) -> None:
        """Call it no more."""
        self._listeners.pop(listener, None)

    def _taken(self, space: str, place: int, cell: int) -> int:
        marks = self._marks.get((space, place), 0)
        return cell & ~marks if cell & marks == marks else self._cells[space][place]

    def _size(self, space: str) -> int:
        """Return how many cells a table has: whole groups of 16, as modules are built."""
        ends = [tag.start + tag.width for tag in self.tags.values() if tag.space == space]
        return -(-max(ends, default=1) // 16) * 16

    def _store(self, tag: Tag, value: float) -> None:
        cells = self._cells[tag.space]
        whole = 0 if tag.real else int(value)
        if tag.bit is not None:
            cells[tag.start] = cells[tag.start] & ~(1 << tag.bit) | (whole & 1) << tag.bit
            return
        if tag.real:
            new = list(struct.unpack(">HH", struct.pack(">f", value)))
        else:
            new = [whole >> 16 & 0xFFFF, whole & 0xFFFF] if tag.width == 2 else [whole & 0xFFFF]
        cells[tag.start : tag.start + tag.width] = reversed(new) if tag.low_first else new

    def _check(self, space: str, start: int, count: int) -> None:
        if not 1 <= count <= (2000 if space in ("coil", "discrete") else 125):
            raise BadRequest(3)
        if start + count > len(self._cells[space]):
            raise BadRequest(2)

    def _tell(self, space: str) -> None:
        for listener in list(self._listeners):
            listener(space)


class HostWatchdog:
    """Switches the outputs off when the host has been silent for too long; asleep while nothing is on."""

    def __init__(self, image: Image, seconds: float | None) -> None:
        self._image = image
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self.fired = 0

    def feed(self) -> None:
        """Note that the host spoke."""
        self.stop()
        if self._seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._fire)

    def stop(self) -> None:
        """Watch no more until fed again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        self.fired += 1
        self._image.clear_outputs()

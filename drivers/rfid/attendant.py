"""Keeps a gate's time: feeds it beams and reads, wakes it when something is due, hands on what it says."""

from collections.abc import Callable
from datetime import datetime

from drivers.ports import Now
from drivers.rfid.beams import Eye
from drivers.rfid.gate import Gate, Output
from drivers.rfid.passage import Direction
from drivers.rfid.port import Read
from drivers.rfid.waker import Waker


class Attendant:
    """One gate with a clock. `reads` fits a reader link's `on_reads`."""

    def __init__(self, gate: Gate, *, now: Now, on_output: Callable[[Output], None]) -> None:
        self.gate = gate
        self._now = now
        self._on_output = on_output
        self._waker = Waker(now, gate.next_due, lambda: self._give(gate.tick(now())))

    def beam(self, eye: Eye, *, blocked: bool, at: datetime | None = None) -> None:
        """Take a change of a photo-eye; `at` is its own time, now by default."""
        self._give(self.gate.beam(eye, at or self._now(), blocked=blocked))

    def eyes(self, *, seen: bool) -> None:
        """Say whether the photo-eyes are seen."""
        if seen:
            self.gate.sighted(self._now())
        else:
            self.gate.blind()

    def reads(self, reads: list[Read]) -> None:
        """Take reads."""
        self._give(self.gate.reads(reads, self._now()))

    def open_by_hand(self, direction: Direction) -> None:
        """Open a window for a load that the beams cannot see."""
        self._give(self.gate.open_by_hand(direction, self._now()))

    def close_by_hand(self) -> None:
        """Close it."""
        self._give(self.gate.close_by_hand(self._now()))

    async def run(self) -> None:
        """Wake the gate whenever something is due, until cancelled; an idle gate costs nothing."""
        await self._waker.run()

    def _give(self, outputs: list[Output]) -> None:
        self._waker.look()
        for output in outputs:
            self._on_output(output)

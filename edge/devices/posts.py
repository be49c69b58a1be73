"""What the keepers of doors and lifts have in common: telling people what is wrong once, and looking again in time."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from edge.processes.trouble import raise_trouble, solve_troubles
from edge.store.store import Store


@dataclass(slots=True)
class Notice:
    """What people were told last of one thing, as a code of `codes`; empty while nothing is wrong."""

    about: str
    codes: Sequence[str]
    told: str = ""
    settled: bool = False
    """What an earlier run told is over or told again."""

    def tell(self, store: Store, code: str, *, heard: bool, **facts: object) -> None:
        """Tell what is wrong now, once; that it is over only of a thing that is heard."""
        if (self.settled and code == self.told) or (not code and not heard):
            return
        self.told, self.settled = code, True
        store.run(solve_troubles, [other for other in self.codes if other != code], self.about)
        if code:
            store.run(raise_trouble, code, self.about, **facts)


class Alarm:
    """Calls at the next moment at which something is due, in seconds of the event loop."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._timer: asyncio.TimerHandle | None = None

    def set(self, now: float, dues: Iterable[float | None]) -> None:
        """Ring at the first of these moments, and at none that was set before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        first = min((due for due in dues if due is not None), default=None)
        if first is not None:
            self._timer = asyncio.get_running_loop().call_later(first - now, self._ring)

"""What the keepers of doors and lifts have in common: their units, telling what is wrong once, looking in time."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from drivers.modbus.points import Value
from drivers.modbus.unit import Unit
from edge.live import Live
from edge.processes.trouble import raise_trouble, solve_troubles
from edge.store.store import Store


class Post(Protocol):
    """A door or a lift in hand."""

    unit: Unit | None

    @property
    def io(self) -> str:
        """The device that it hangs at."""

    def hear(self, now: float) -> bool:
        """Take what its unit reads now (None: it is not reached); True when that is news."""


P = TypeVar("P", bound=Post)


class PostKeeper(Generic[P]):
    """Keeps the doors or the lifts of a site; `on_change` is called when it should be asked again."""

    def __init__(self, posts: Sequence[P], store: Store, live: Live) -> None:
        self.on_change: Callable[[], None] = _nobody
        self._posts = posts
        self._store = store
        self._live = live
        self._now = asyncio.get_running_loop().time
        self._unsure: dict[str, None] = {}
        """The robots of which only the last node is known."""
        self._alarm = Alarm(lambda: self.on_change())  # noqa: PLW0108  it is another one later

    def attach(self, device: str, unit: Unit) -> None:
        """Take the unit of what hangs at a device; what is wanted before that is told to it then."""
        for post in self._at_device(device):
            post.unit = unit

    def heard(self, device: str) -> None:
        """Take what a unit reads now: at every change of a point or of the link."""
        for post in self._at_device(device):
            if post.hear(self._now()):
                self.on_change()

    def whereabouts(self, robot: str, *, sure: bool) -> None:
        """Note whether it is known where between two nodes a robot is; else nothing near its node may move."""
        if sure:
            self._unsure.pop(robot, None)
        else:
            self._unsure[robot] = None

    def _at_device(self, device: str) -> list[P]:
        return [post for post in self._posts if post.io == device]


def _nobody() -> None:
    """Tell nobody, until somebody asks."""


def readings(unit: Unit | None, *points: str | None) -> Mapping[str, Value] | None:
    """Return what a unit reads; None while it is not reached or lacks one of these points (None: there is no such)."""
    if unit is None or not unit.link.up or any(name is not None and name not in unit.values for name in points):
        return None
    return unit.values


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

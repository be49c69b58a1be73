"""What is true this second and need not survive: positions, links, rates. The console looks here, decisions do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class RobotView:
    """A robot as it last reported itself; lengths mm, angle degrees counter-clockwise."""

    id: str
    x: int = 0
    y: int = 0
    heading: int = 0
    battery: int | None = None
    driving: bool = False
    working: bool = False
    """It has a tour."""
    charging: bool = False
    odometer: int | None = None
    """What it has driven in all, mm, if it tells that."""
    mode: str = ""
    node: str | None = None
    path: Sequence[str] = ()
    """Reserved nodes ahead, nearest first."""
    totes: Sequence[str] = ()
    errors: Sequence[str] = ()
    seen_at: datetime | None = None
    online: bool = False
    code: str = "robot.silent"
    """Why it does what it does: a reason code."""
    details: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class DeviceView:
    """A device link and what it last said."""

    id: str
    kind: str
    address: str
    up: bool = False
    since: datetime | None = None
    error: str | None = None
    losses: int = 0
    last_word: str = ""
    last_at: datetime | None = None
    words: int = 0
    """How much it has said since start: messages, reads, scans."""
    waiting: int = 0
    """Of a printer: labels that wait for it."""
    trouble: str = ""
    """Of a printer: what is in its way, as drivers/printer/status.py names it."""


@dataclass(slots=True)
class GateView:
    """A gate's beams, light and last verdict."""

    id: str
    inner: bool = False
    outer: bool = False
    light: str = "off"
    verdict: str = ""
    at: datetime | None = None
    reads: int = 0


def _nothing() -> None:
    """Explain nothing, where there is no fleet."""


@dataclass(slots=True)
class Live:
    """All of it; whoever changes something calls `touch`, whoever shows it sees by `version` that there is news."""

    views: dict[str, RobotView] = field(default_factory=dict)
    """The robots as last explained, for whoever drives them."""
    explain: Callable[[], None] = _nothing
    """Says anew of each robot why it does what it does."""
    devices: dict[str, DeviceView] = field(default_factory=dict)
    gates: dict[str, GateView] = field(default_factory=dict)
    wms_up: bool = False
    wms_since: datetime | None = None
    wms_waiting: int = 0
    version: int = 0

    @property
    def robots(self) -> dict[str, RobotView]:
        """The robots, each with its reason: that is found only when somebody looks."""
        self.explain()
        return self.views

    def touch(self) -> None:
        """Tell that something changed."""
        self.version += 1

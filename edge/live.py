"""What is true this second and need not survive: positions, links, rates. The console looks here, decisions do not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LATELY = timedelta(minutes=10)
"""What a reader read so long ago is still shown."""


@dataclass(slots=True)
class RobotView:
    """A robot as it last reported itself; lengths mm, angle degrees counter-clockwise."""

    id: str
    machine: tuple[str, str] | None = None
    """Manufacturer and serial of what has this place in the fleet."""
    x: int = 0
    y: int = 0
    map: str = ""
    """The map of the floor where it is."""
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


Said = tuple[str, Mapping[str, object]]
"""A reason code and its details."""


@dataclass(frozen=True, slots=True)
class NewcomerView:
    """A machine on the broker that has no place in the fleet; lengths mm, speed mm/s, load kg, battery percent."""

    manufacturer: str
    serial: str
    version: str
    """Of the protocol, as it says it."""
    since: datetime
    heard_at: datetime
    model: str
    load: int | None
    speed: int | None
    battery: int | None
    mode: str
    position: tuple[int, int] | None
    node: str | None
    """The node on which it stands."""
    hindrance: Said | None
    """Why it can be given no place now."""
    fits: Sequence[str]
    """Vacant places that it may be given."""
    misfits: Mapping[str, Said]
    """Why not the other vacant ones."""


@dataclass(slots=True)
class ForeignView:
    """A robot that others drive, as it last reported itself; lengths mm, angle degrees counter-clockwise."""

    id: str
    """The UUID under which it reports."""
    key: str
    """The API key that reports it."""
    silent_after: int
    """Seconds."""
    seen_at: datetime
    name: str
    maker: str = ""
    model: str = ""
    length: int = 0
    width: int = 0
    state: str = ""
    """The standard's operationalState, empty until it was told."""
    placed: bool = False
    """Its coordinates are known to the site, so `x`, `y` and `heading` are true."""
    x: int = 0
    y: int = 0
    heading: int = 0
    path: Sequence[tuple[int, int]] = ()
    """Where it says that it will drive, or else where to, as far as the site knows the coordinates."""
    battery: int | None = None
    errors: Sequence[str] = ()

    def silent(self, now: datetime) -> bool:
        """Return whether it has said nothing for too long."""
        return (now - self.seen_at).total_seconds() >= self.silent_after


@dataclass(slots=True)
class DeviceView:
    """The link to a device of the site file, to the broker or to a fleet manager, and what it last said."""

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
    inner: bool | None = False
    """None where it has no inner eye."""
    outer: bool = False
    light: str = "off"
    verdict: str = ""
    at: datetime | None = None
    reads: int = 0


@dataclass(slots=True)
class PointView:
    """A reader at no gate and no read point: the tags it read, each with when it last did; the latest stand last."""

    id: str
    tags: dict[str, datetime] = field(default_factory=dict)

    def lately(self, now: datetime) -> dict[str, datetime]:
        """Return the tags read within `LATELY`, the latest first: silence of seconds is no departure (I12)."""
        return {epc: at for epc, at in reversed(self.tags.items()) if now - at <= LATELY}


def _no_tags() -> Mapping[str, datetime]:
    """Nothing was read yet."""
    return {}


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a read point told last: when its cycle was, how it began and ended in ALE's words, how many tags moved."""

    began: datetime
    ended: datetime
    initiation: str
    termination: str
    came: int
    went: int
    present: int


@dataclass(slots=True)
class ReadPointView:
    """A read point: the tags that stand there, each with its last read, the latest first, and its last report."""

    id: str
    there: Callable[[], Mapping[str, datetime]] = _no_tags
    active: bool = False
    """A cycle is under way."""
    away: Sequence[str] = ()
    """Its readers that are away: what stands before them is not known, and nobody counts as gone."""
    told: ReportView | None = None


@dataclass(slots=True)
class DoorView:
    """A door that robots drive through: its state in one word, and what is wrong with it, as a reason code."""

    id: str
    state: str = "fault"
    trouble: str = ""
    robots: Sequence[str] = ()
    """Those it is open for, or opens for."""


@dataclass(slots=True)
class SlotView:
    """A slot of a put wall: its order, and for whom it is lit with how many units."""

    id: str
    order: str = ""
    whole: bool = False
    person: str = ""
    colour: str = ""
    units: int = 0


@dataclass(slots=True)
class WallView:
    """A put wall, slot by slot."""

    id: str
    slots: dict[str, SlotView]


@dataclass(frozen=True, slots=True)
class FaceView:
    """A location that is lit: for whom, in which colour, and how many units it shows."""

    person: str
    colour: str
    units: int


@dataclass(slots=True)
class LiftView:
    """A lift: its state in one word, the floor where it is and to which it is called, and its trouble, as a code."""

    id: str
    state: str = "fault"
    floor: str = ""
    call: str = ""
    trouble: str = ""
    robots: Sequence[str] = ()
    """The one that has it, and those it is called for."""


@dataclass(frozen=True, slots=True)
class ReceiverView:
    """How it stands with somebody who is told: whether they answer, since when, and how much they are still to hear."""

    up: bool = False
    since: datetime | None = None
    waiting: int = 0


def _nothing() -> None:
    """Explain nothing, where there is no fleet."""


def _nobody() -> tuple[int, Sequence[NewcomerView]]:
    """Nobody can announce itself, where there is no fleet or somebody else's."""
    return 0, ()


@dataclass(slots=True)
class Live:
    """All of it; whoever changes something calls `touch`, whoever shows it sees by `version` that there is news."""

    views: dict[str, RobotView] = field(default_factory=dict)
    """The robots as last explained, for whoever drives them."""
    explain: Callable[[], None] = _nothing
    """Says anew of each robot why it does what it does."""
    foreign: dict[str, ForeignView] = field(default_factory=dict)
    """Robots that others drive: to be looked at, no decision reads them."""
    newcomers: Callable[[], tuple[int, Sequence[NewcomerView]]] = _nobody
    """How many machines want a place in the fleet, and those that want it longest."""
    devices: dict[str, DeviceView] = field(default_factory=dict)
    gates: dict[str, GateView] = field(default_factory=dict)
    points: dict[str, PointView] = field(default_factory=dict)
    """By reader: those that stand at no gate and no read point."""
    read_points: dict[str, ReadPointView] = field(default_factory=dict)
    doors: dict[str, DoorView] = field(default_factory=dict)
    walls: dict[str, WallView] = field(default_factory=dict)
    faces: Mapping[str, FaceView] = field(default_factory=dict)
    """The locations that are lit, by id."""
    lifts: dict[str, LiftView] = field(default_factory=dict)
    wms_up: bool = False
    wms_since: datetime | None = None
    wms_waiting: int = 0
    epcis: ReceiverView | None = None
    """The EPCIS repository, where the site tells one."""
    version: int = 0

    @property
    def robots(self) -> dict[str, RobotView]:
        """The robots, each with its reason: that is found only when somebody looks."""
        self.explain()
        return self.views

    def touch(self) -> None:
        """Tell that something changed."""
        self.version += 1

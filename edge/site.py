"""The site: what stands where, who works here, what is connected. Frozen once read (edge/sitefile.py reads it).

Lengths are millimetres, weights grams. Secrets are never in it, only their names (edge/secret.py finds the values).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from math import ceil, hypot
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from drivers.modbus.profiles import PROFILES, with_profile
from edge.labels.reading import built_in
from edge.labels.template import LabelFile, LabelTemplate
from edge.model.faults import Fault
from edge.model.states import Role

ID = r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
SERIAL = r"(baud=[1-9]\d*|bits=[5-8]|parity=[NEOneo]|stop=[12]|(rtscts|xonxoff)=[01]|turnaround=\d+)"
ADDRESS = (
    r"^(tcp://([^:/\[\]]+|\[[^\]/]+\]):\d+(\?framing=rtu)?|serial:/.+"
    r"|https?://([^:/\[\]]+|\[[^\]/]+\])(:\d+)?|mqtt:[^/+#\s][^+#\s]*)$"
)
COMPANY_PREFIX = r"^([0-9]{7}|[0-9]{9,10}|[0-35-9][0-9]{7}|4[0-46-8][0-9]{6})$"
UUID_FORM = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
"""What texts of a site file look like; edge/siteshape.py knows what to say of one that does not."""

COLOURS = ("green", "blue", "yellow", "white", "red")
"""The colours of workers at a put wall, in the order in which they are given out."""

Id = Annotated[str, Field(pattern=ID, max_length=40)]
Millimetres = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Point = tuple[Millimetres, Millimetres]


def _clock_time(value: object) -> object:
    """YAML 1.1 reads 14:30 as the number 870 (base 60); take both."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value // 60:02d}:{value % 60:02d}"
    return value


def _version(value: object) -> object:
    """YAML reads 3.0 as a number; take both."""
    return str(value) if isinstance(value, float) else value


ProtocolVersion = Annotated[Literal["2.0", "2.1", "3.0"], BeforeValidator(_version)]


ClockTime = Annotated[str, BeforeValidator(_clock_time), Field(pattern=CLOCK)]


def _wrong(fault: Fault, **details: Any) -> PydanticCustomError:
    """Return a fault that the types cannot tell, for edge/siteshape.py."""
    return PydanticCustomError(fault.value, fault.value, details)


def _either(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Tell one fault of what is neither a bit nor a number, where pydantic would tell two."""
    try:
        return handler(value)
    except ValidationError:
        raise _wrong(Fault.NOT_SIGNAL) from None


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address, None for what is no IPv6 address or no port."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  raises ValueError
    except ValueError:
        return None
    return parts


def _dials(address: str, *schemes: str) -> bool:
    """Say whether an address names a host and how to speak to it."""
    parts = _split(address)
    return parts is not None and parts.scheme in schemes and bool(parts.hostname)


Signal = Annotated[bool | int | float, WrapValidator(_either)]


class Part(BaseModel):
    """Something in the site file; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """A name in both languages."""

    ja: str
    en: str

    def of(self, language: str) -> str:
        """Return the name in `ja` or `en`."""
        return self.ja if language == "ja" else self.en


class Head(Part):
    """Who this site is."""

    id: Id
    name: Text
    timezone: str = "Asia/Tokyo"

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise _wrong(Fault.NO_TIME_ZONE, zone=value) from None
        return value


class Wms(Part):
    """The central WMS; `secret` names the token it accepts from us, `ca_file` holds who vouches for an https one."""

    url: str
    secret: str = "wms_token"  # noqa: S105  a name
    ca_file: str = ""

    @field_validator("url")
    @classmethod
    def _called(cls, value: str) -> str:
        if not _dials(value, "http", "https"):
            raise _wrong(Fault.BAD_WMS)
        return value


class Broker(Part):
    """The MQTT broker; `secret` names our password there, `ca_file` holds who vouches for an mqtts one."""

    url: str = "mqtt://127.0.0.1:1883"
    user: str = "edge"
    secret: str = "broker_password"  # noqa: S105  a name
    interface: str = "uagv"
    ca_file: str = ""

    @field_validator("url")
    @classmethod
    def _dialled(cls, value: str) -> str:
        if not _dials(value, "mqtt", "mqtts"):
            raise _wrong(Fault.BAD_BROKER)
        return value


class FleetManager(Part):
    """The fleet management system of the robots' maker; `secret` and `callback_secret` name our token and its key."""

    url: str
    secret: str = "fms_token"  # noqa: S105  a name
    callback_secret: str = "fms_callback"  # noqa: S105  a name

    @field_validator("url")
    @classmethod
    def _called(cls, value: str) -> str:
        if not _dials(value, "http", "https"):
            raise _wrong(Fault.BAD_FMS)
        return value


class Datum(Part):
    """Coordinates in which robots of other drivers report (planarDatum), as they lie in the site's.

    `x` and `y` are where its origin is, `rotation` is the angle from the site's x axis to its own, in degrees
    counter-clockwise.
    """

    id: Annotated[str, Field(pattern=UUID_FORM)]
    x: Millimetres = 0
    y: Millimetres = 0
    rotation: float = Field(default=0, ge=-360, le=360)


class ForeignRobots(Part):
    """Robots that others drive and that report themselves here (MassRobotics AMR Interoperability Standard)."""

    silent_seconds: int = Field(default=30, ge=2, le=3600)
    """A robot that says nothing for this long is shown as silent; the standard's own sender reports every second."""
    datums: list[Datum] = []


class Owner(Part):
    """A client whose goods are kept here (荷主)."""

    id: Id
    name: Text
    on_short: Literal["ship_partial", "cancel", "hold"] = "ship_partial"


class Carrier(Part):
    """Who takes parcels away."""

    id: Id
    name: Text
    reprint: Literal["same_number", "new_number"] = "same_number"
    """Whether a parcel whose label is printed anew keeps the carrier's number."""


class CutOff(Part):
    """The local time by which a carrier's parcels must be through the gate."""

    id: Id
    carrier: Id
    at: ClockTime


class Shift(Part):
    """When people work, local time."""

    id: Id
    start: ClockTime
    end: ClockTime


class Zone(Part):
    """An area where people pick."""

    id: Id
    name: Text
    area: list[Point] = Field(min_length=3)
    speed: int | None = Field(default=None, ge=50, le=5000)
    """What robots may drive there at most, mm/s."""
    ask_leave: bool = False
    """Robots that know zones (VDA 5050 3.0) ask before they enter; a closed zone they then do not enter at all."""


class Location(Part):
    """A pick face; `node` is where a robot stands in front of it."""

    id: Id
    zone: Id
    node: Id
    x: Millimetres
    y: Millimetres
    level: int = 1


class Node(Part):
    """A place of the roadmap where a robot may stand; `map` where it is another floor's than the roadmap's own."""

    id: Id
    x: Millimetres
    y: Millimetres
    map: str | None = None


class Lane(BaseModel):
    """A drive from node to node; `speed` in mm/s."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: Id = Field(alias="from")
    end: Id = Field(alias="to")
    both: bool = False
    speed: int = Field(default=1200, ge=50, le=5000)
    length: int | None = Field(default=None, ge=1)


class Roads(Part):
    """The roadmap: nodes and lanes, on one map or, where lifts join them, on several."""

    map: str
    nodes: list[Node]
    lanes: list[Lane]


class Footprint(Part):
    """The ground a robot covers, in mm, with its load and all that stands out."""

    length: int = Field(ge=100, le=10_000)
    width: int = Field(ge=100, le=10_000)

    @property
    def across(self) -> int:
        """The circle in which it turns on the spot, in mm."""
        return ceil(hypot(self.length, self.width))


class RobotMap(Part):
    """A map that robots of a type should have enabled; they fetch it from `link` themselves."""

    id: str
    version: str = Field(min_length=1)
    link: str
    hash: str = ""
    """What the robot checks the file by; how, its maker says."""

    @field_validator("link")
    @classmethod
    def _leads(cls, value: str) -> str:
        if not _dials(value, "http", "https", "ftp", "ftps", "sftp"):
            raise _wrong(Fault.BAD_LINK)
        return value


class RobotType(Part):
    """What all robots of a type can do; speed mm/s, battery in percent.

    With `vda5050` they are heard in that version only, without it in the one they speak.
    """

    id: Id
    driver: Literal["vda5050", "fms"] = "vda5050"
    totes: int = Field(ge=0, le=50)
    footprint: Footprint | None = None
    speed: int = Field(default=1500, ge=50, le=5000)
    battery_hours: float = Field(default=8, gt=0, le=1000)
    battery_wh: int | None = Field(default=None, ge=1, le=1_000_000)
    charge_below: int = Field(default=25, ge=5, le=90)
    charge_to: int = Field(default=80, ge=20, le=100)
    vda5050: ProtocolVersion | None = None
    maps: list[RobotMap] = []


class RobotUnit(Part):
    """A place in the fleet: the machine that has it is named here, or taken into service by a supervisor."""

    id: Id
    type: Id
    manufacturer: Id | None = None
    serial: Id | None = None
    home: Id

    @property
    def machine(self) -> tuple[str, str] | None:
        """The machine that is named here, by manufacturer and serial; None when the place is given by supervisors."""
        return None if self.manufacturer is None or self.serial is None else (self.manufacturer, self.serial)


class Station(Part):
    """Where robots stop for a reason: pack, wall, tote, charge or park."""

    id: Id
    kind: Literal["pack", "wall", "tote", "charge", "park"]
    node: Id
    x: Millimetres
    y: Millimetres
    zone: Id | None = None
    scale: Id | None = None
    printer: Id | None = None
    also: list[Id] = []
    """Nodes where other robots stop for it, each in a part of the roadmap that no lane joins to the others."""


class Lights(Part):
    """The lights of a slot, points of its I/O unit: one for each colour of workers, `done` for a slot that is whole."""

    green: str | None = None
    blue: str | None = None
    yellow: str | None = None
    white: str | None = None
    red: str | None = None
    done: str | None = None

    @property
    def colours(self) -> Mapping[str, str]:
        """The points by the colours that workers may have."""
        found = {colour: getattr(self, colour) for colour in COLOURS}
        return {colour: point for colour, point in found.items() if point is not None}


class LightValues(Part):
    """What is written to a light that is no bit but a number, by colour; 0 is off."""

    green: int = Field(default=1, ge=1, le=0xFFFF)
    blue: int = Field(default=1, ge=1, le=0xFFFF)
    yellow: int = Field(default=1, ge=1, le=0xFFFF)
    white: int = Field(default=1, ge=1, le=0xFFFF)
    red: int = Field(default=1, ge=1, le=0xFFFF)
    done: int = Field(default=1, ge=1, le=0xFFFF)

    def of(self, colour: str) -> int:
        """Return the value of a colour or of `done`."""
        value: int = getattr(self, colour)
        return value


class Slot(Part):
    """An opening of a put wall, in which one order comes together; lights, display and button are points of `io`."""

    id: Id
    io: Id | None = None
    lights: Lights = Lights()
    display: str | None = None
    """Shows how many units the slot wants."""
    button: str | None = None


class PutWall(Part):
    """The slots of a station of kind wall, where what was picked in total is put order by order (F08)."""

    id: Id
    """The id of its station."""
    packs: list[Id] = Field(min_length=1)
    """Pack stations that take orders out of its slots."""
    most_units: int = Field(default=6, ge=1, le=10_000)
    """Orders of more units travel in totes of their own to a pack station."""
    orders_per_tote: int = Field(default=6, ge=1, le=100)
    values: LightValues = LightValues()
    slots: list[Slot] = Field(min_length=1)

    @cached_property
    def colours(self) -> Sequence[str]:
        """The colours that its workers may have: those that any slot has. None where there are no lights."""
        return [colour for colour in COLOURS if any(colour in slot.lights.colours for slot in self.slots)]


class Dock(Part):
    """Where parcels leave."""

    id: Id
    gate: Id
    x: Millimetres
    y: Millimetres
    carriers: list[Id]


class Gate(Part):
    """An RFID gate: its reader and its points on an I/O unit."""

    id: Id
    reader: Id
    io: Id
    inner: str
    outer: str
    green: str
    red: str


class Door(Part):
    """A door that robots drive through, which Genba opens: its lanes, its points on an I/O unit, its times."""

    id: Id
    name: Text
    lanes: list[str] = Field(min_length=1)
    """Lanes it stands on, "FROM>TO"; each means both ways, as far as the map has them."""
    io: Id
    open: str = "open"
    """The output that opens it, and keeps it open while it is on."""
    opened: str = "opened"
    """On while it is fully open."""
    closed: str = "closed"
    """On while it is fully closed."""
    fault: str | None = None
    """On while its drive reports a fault."""
    ahead: int = Field(default=8000, ge=0, le=100_000)
    """It is asked to open when a robot's way leads through it within so many mm."""
    opens_within: int = Field(default=15, ge=1, le=300)
    """Seconds it may take to open."""
    stays_open: int = Field(default=3, ge=0, le=600)
    """Seconds it stays open after the last robot."""
    closes_within: int = Field(default=60, ge=1, le=86_400)
    """Seconds it may take to close, with people who pass meanwhile; later they are told that it does not."""


class LiftFloor(Part):
    """Where a lift stops: the node in its cabin and the one before its door there, and its points on the I/O unit."""

    id: Id
    cabin: Id
    """On the map of this floor, at the same x and y on each."""
    landing: Id
    """Where robots wait for it, and where they come out."""
    call: str = ""
    """The output that calls it here, and keeps it here with its doors open while it is on; `call_<id>`."""
    at: str = ""
    """On while it stands at this floor; `at_<id>`."""

    @property
    def call_point(self) -> str:
        """The name of the output that calls it."""
        return self.call or f"call_{self.id}"

    @property
    def at_point(self) -> str:
        """The name of the point that is on while it is here."""
        return self.at or f"at_{self.id}"


class Lift(Part):
    """A lift that takes one robot at a time from floor to floor: its floors, its points on an I/O unit, its times."""

    id: Id
    name: Text
    io: Id
    floors: list[LiftFloor] = Field(min_length=2)
    opened: str = "opened"
    """On while its doors are fully open, wherever it is."""
    closed: str = "closed"
    """On while they are fully closed."""
    fault: str | None = None
    """On while it reports a fault."""
    manual: str | None = None
    """On while somebody has taken it, so that it obeys no call."""
    ahead: int = Field(default=8000, ge=0, le=100_000)
    """It is called for a robot that comes to it within so many mm, if it is free."""
    moves_within: int = Field(default=90, ge=5, le=900)
    """Seconds it may take to any floor, doors included."""
    opens_within: int = Field(default=15, ge=1, le=300)
    """Seconds its doors may take to open."""
    stays_open: int = Field(default=5, ge=0, le=600)
    """Seconds it stays called after the last robot."""


class Carton(Part):
    """A carton type; inner size in mm, its own weight in g."""

    id: Id
    name: Text
    length: int = Field(ge=1)
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    weight: int = Field(ge=0)

    @property
    def volume(self) -> int:
        """Inner volume in mm³."""
        return self.length * self.width * self.height


class Worker(Part):
    """Somebody who works here; badge and PIN are set with `genba user`, never here."""

    id: Id
    name: Text
    roles: list[Role]
    language: Literal["ja", "en"] = "ja"


class IoPoint(Part):
    """One signal of a Modbus unit; where it lies may stand in the device's profile."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=lambda schema: schema.pop("required"))

    table: Literal["coil", "discrete", "holding", "input"]
    address: int = Field(ge=0, le=65535)
    type: Literal["bool", "uint16", "int16", "uint32", "int32", "float32"] = "bool"
    base: Literal[0, 1] = 0
    invert: bool = False
    words: Literal["high_first", "low_first"] = "high_first"
    bit: int | None = Field(default=None, ge=0, le=15)
    scale: float = 1
    counter: bool = False
    heartbeat: float | None = Field(default=None, gt=0)
    safe: Signal | None = None
    valid: float | None = Field(default=None, gt=0)
    write_bits: int = Field(default=0, ge=0, le=0xFFFF)


class Device(Part):
    """Something connected; `address` is tcp://host:port, tcp://[IPv6]:port or serial:/dev/…?baud=9600.

    `tcp://host:port?framing=rtu` is a serial line of Modbus units behind a converter. Readers may also be at
    http://host or https://host, or below a topic of the site's broker, mqtt:readers/name.
    https://host, or below a topic of the site's broker, mqtt:readers/name.
    """

    id: Id
    kind: Literal["rfid", "modbus", "zpl", "scale", "scanner"]
    address: str = Field(pattern=ADDRESS)
    protocol: Literal["llrp", "impinj", "zebra", "chafon"] = "llrp"
    """What a reader speaks."""
    antennas: list[int] = [1]
    session: int = Field(default=1, ge=0, le=3)
    """Gen2 inventory session of a reader."""
    user: str = "root"
    secret: str = "reader_password"  # noqa: S105  a name
    """Who reads at an Impinj reader, and the name of the password."""
    ca_file: str = ""
    """Who vouches for a reader at an https:// address."""
    unit: int = Field(default=1, ge=0, le=255)
    poll: int = Field(default=50, ge=10, le=60_000)
    profile: str | None = None
    points: dict[str, IoPoint] = {}
    watchdog: str | None = None
    station: Id | None = None
    """The station or dock where a scanner stands: what it reads counts for whoever works there."""
    separator: str = Field(default="", max_length=4)
    """What stands between the codes of a scanner that sees several at once."""
    no_read: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(default=[], max_length=8)
    """A scanner's own words for having seen nothing, beside the usual ones."""
    dpi: Literal[203, 300, 600] = 203
    """Print head of a label printer."""

    @field_validator("profile")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in PROFILES:
            raise _wrong(Fault.NO_PROFILE, profile=value, known=", ".join(PROFILES))
        return value

    @model_validator(mode="before")
    @classmethod
    def _joined(cls, data: Any) -> Any:
        """Join the points of the profile with those that stand here; what is no such thing is told by the types."""
        points = data.get("points", {}) if isinstance(data, dict) else None
        if not isinstance(points, dict) or not all(isinstance(point, dict) for point in points.values()):
            return data
        profile = data.get("profile")
        return {**data, "points": with_profile(profile, points)} if profile in list(PROFILES) else data

    @field_validator("address")
    @classmethod
    def _dialled(cls, value: str, device: ValidationInfo) -> str:
        framed = "?" in value and device.data.get("kind") != "modbus"
        if value.startswith(("tcp:", "http")) and (framed or _split(value) is None):
            raise _wrong(Fault.BAD_ADDRESS)
        options = value.partition("?")[2].split("&") if value.startswith("serial:") and "?" in value else []
        for option in options:
            if not re.fullmatch(SERIAL, option):
                raise _wrong(Fault.BAD_SERIAL, option=option)
        return value


class Rules(Part):
    """Choices of the site's own; the defaults suit a small e-commerce site."""

    totes: int = Field(default=60, ge=1, le=9999)
    """How many totes there are, T-0001 and on."""
    wave_minutes: int = Field(default=240, ge=1)
    """Orders are released this long before their cut-off."""
    batch_wait_seconds: int = Field(default=20, ge=0)
    """How long an order may wait for companions before a robot starts, part-filled or not."""
    batch_choice: int = Field(default=1, ge=1, le=10)
    """Full tours' worth of orders that must wait before a full tour goes at once: the more, the shorter the ways."""
    weight_tolerance_g: int = Field(default=15, ge=0)
    weight_tolerance_percent: int = Field(default=3, ge=0, le=50)
    load_parcels: int = Field(default=8, ge=1, le=100)
    load_wait_seconds: int = Field(default=120, ge=0)
    lease_seconds: int = Field(default=180, ge=30)
    """Without a sign of life for this long a person's work goes to others, and a robot that waits for nobody is told.
    The longest honest pause between two scans is a walk for a ladder or for labels, about two minutes; each minute more
    is one in which a robot may stand in a one-way aisle with others behind it."""
    session_hours: int = Field(default=12, ge=1, le=24)
    robot_silent_seconds: int = Field(default=35, ge=5)
    """A robot that says nothing for this long is called silent (VDA 5050: at the latest every 30 s)."""
    robot_dead_seconds: int = Field(default=120, ge=10)
    company_prefix: str = Field(default="4912345", pattern=COMPANY_PREFIX)
    """GS1 company prefix for the SSCC of parcels: 7 to 10 digits, one of Japan (45, 49) not 8."""


class Site(Part):
    """The whole site file."""

    site: Head
    wms: Wms
    broker: Broker = Broker()
    fms: FleetManager | None = None
    massrobotics: ForeignRobots | None = None
    owners: list[Owner] = Field(min_length=1)
    carriers: list[Carrier] = Field(min_length=1)
    cutoffs: list[CutOff] = Field(min_length=1)
    shifts: list[Shift] = Field(min_length=1)
    zones: list[Zone] = Field(min_length=1)
    locations: list[Location] = Field(min_length=1)
    roadmap: Roads
    robot_types: list[RobotType] = []
    robots: list[RobotUnit] = []
    stations: list[Station] = Field(min_length=1)
    put_walls: list[PutWall] = []
    docks: list[Dock] = Field(min_length=1)
    gates: list[Gate] = []
    doors: list[Door] = []
    lifts: list[Lift] = []
    cartons: list[Carton] = Field(min_length=1)
    people: list[Worker] = []
    devices: list[Device] = []
    labels: str = ""
    """File of the site's own label templates, beside the site file; without it there is a built-in one."""
    rules: Rules = Rules()
    _labels: LabelFile | None = PrivateAttr(default=None)

    def with_labels(self, templates: LabelFile) -> "Site":
        """Return the site with label templates of its own."""
        site = self.model_copy()
        site._labels = templates  # noqa: SLF001  a copy of our own
        return site

    def label_of(self, carrier: str, owner: str) -> LabelTemplate:
        """Return the template for the label of a carrier's and owner's parcel."""
        own = self._labels.of(carrier, owner) if self._labels else None
        return own or built_in().labels[0]

    @property
    def templates(self) -> list[LabelTemplate]:
        """The label templates: the site's own, and the built-in one where parcels are left to it."""
        return [*(self._labels.labels if self._labels else []), *built_in().labels]

    def dpi_of(self, printer: str | None) -> int:
        """Return the dots per inch of a label printer; of an unknown one the usual."""
        found = self.device.get(printer or "")
        return found.dpi if found else 203

    @property
    def id(self) -> str:
        """The site's id."""
        return self.site.id

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.timezone)

    def local(self, at: datetime) -> datetime:
        """Return a time on the site's clock."""
        return at.astimezone(self.zone_info)

    def next_cutoff(self, carrier: str, after: datetime) -> datetime:
        """Return the next cut-off of a carrier as UTC; days are the site's days, not UTC's (H17)."""
        local = self.local(after)
        times = sorted(cutoff.at for cutoff in self.cutoffs if cutoff.carrier == carrier) or ["23:59"]
        for day in (0, 1):
            date = (local + timedelta(days=day)).date()
            for at in times:
                moment = datetime.combine(date, time.fromisoformat(at), self.zone_info).astimezone(UTC)
                if moment > after:  # compared in UTC: an hour that comes twice is not one hour
                    return moment.astimezone(after.tzinfo)
        raise AssertionError("a day later every time of day comes again")

    @cached_property
    def clearance(self) -> int:
        """How far apart two robots' middles must be, in mm, that both may turn; 0 where no type has a footprint."""
        return max((kind.footprint.across for kind in self.robot_types if kind.footprint), default=0)

    @cached_property
    def location(self) -> Mapping[str, Location]:
        """Locations by id."""
        return {location.id: location for location in self.locations}

    @cached_property
    def station(self) -> Mapping[str, Station]:
        """Stations by id."""
        return {station.id: station for station in self.stations}

    @cached_property
    def wall(self) -> Mapping[str, PutWall]:
        """Put walls by id."""
        return {wall.id: wall for wall in self.put_walls}

    @cached_property
    def slot(self) -> Mapping[str, PutWall]:
        """The wall of each slot, by the slot's id."""
        return {slot.id: wall for wall in self.put_walls for slot in wall.slots}

    @cached_property
    def dock(self) -> Mapping[str, Dock]:
        """Docks by id."""
        return {dock.id: dock for dock in self.docks}

    @cached_property
    def gate(self) -> Mapping[str, Gate]:
        """Gates by id."""
        return {gate.id: gate for gate in self.gates}

    @cached_property
    def door(self) -> Mapping[str, Door]:
        """Doors by id."""
        return {door.id: door for door in self.doors}

    @cached_property
    def lift(self) -> Mapping[str, Lift]:
        """Lifts by id."""
        return {lift.id: lift for lift in self.lifts}

    @cached_property
    def maps(self) -> Mapping[str, str]:
        """The map of each node."""
        return {node.id: node.map or self.roadmap.map for node in self.roadmap.nodes}

    @cached_property
    def zone_map(self) -> Mapping[str, str]:
        """The map of each zone: that of its locations; of one without any that of the roadmap."""
        known = {one.zone: self.maps[one.node] for one in self.locations if one.node in self.maps}
        return {zone.id: known.get(zone.id, self.roadmap.map) for zone in self.zones}

    def ways_through(self, door: Door) -> list[tuple[str, str]]:
        """Return the lanes on which a door stands as pairs of nodes, those the other way too."""
        found: dict[tuple[str, str], None] = {}
        for lane in door.lanes:
            start, _, end = lane.partition(">")
            found |= dict.fromkeys(way for way in ((start, end), (end, start)) if way in self.ways)
        return list(found)

    @cached_property
    def ways(self) -> Mapping[tuple[str, str], None]:
        """All drives from node to node."""
        lanes = self.roadmap.lanes
        there = {(lane.start, lane.end): None for lane in lanes}
        return there | {(lane.end, lane.start): None for lane in lanes if lane.both}

    @cached_property
    def owner(self) -> Mapping[str, Owner]:
        """Owners by id."""
        return {owner.id: owner for owner in self.owners}

    @cached_property
    def carrier(self) -> Mapping[str, Carrier]:
        """Carriers by id."""
        return {carrier.id: carrier for carrier in self.carriers}

    @cached_property
    def carton(self) -> Mapping[str, Carton]:
        """Carton types by id."""
        return {carton.id: carton for carton in self.cartons}

    @cached_property
    def robot_type(self) -> Mapping[str, RobotType]:
        """Robot types by id."""
        return {robot_type.id: robot_type for robot_type in self.robot_types}

    def units_of(self, driver: str) -> list[RobotUnit]:
        """Return the places of robots that a driver drives."""
        return [robot for robot in self.robots if self.robot_type[robot.type].driver == driver]

    @cached_property
    def part(self) -> Mapping[str, str]:
        """By node the part of the roadmap that lanes, either way, and lifts join it to; it has the name of one node."""
        joined = {node.id: node.id for node in self.roadmap.nodes}

        def root(node: str) -> str:
            while joined[node] != node:
                node = joined[node]
            return node

        ends = [(lane.start, lane.end) for lane in self.roadmap.lanes]
        for lift in self.lifts:
            ends += pairwise([floor.cabin for floor in lift.floors])
        for start, end in ends:
            if start in joined and end in joined:
                first, other = sorted((root(start), root(end)))
                joined[other] = first
        return {node: root(node) for node in joined}

    @cached_property
    def worked_parts(self) -> Sequence[str]:
        """The parts of the roadmap that have robots, in the order of the file."""
        homes = [self.station[robot.home].node for robot in self.robots]
        return list(dict.fromkeys(self.part[node] for node in homes))

    def stop_for(self, station: Station, part: str) -> str | None:
        """Return the node where robots of a part of the roadmap stop for a station, None where they cannot."""
        return next((node for node in (station.node, *station.also) if self.part[node] == part), None)

    @cached_property
    def managed(self) -> bool:
        """Whether the robots are driven by their maker's manager."""
        return any(self.robot_type[robot.type].driver == "fms" for robot in self.robots)

    @cached_property
    def zone(self) -> Mapping[str, Zone]:
        """Zones by id."""
        return {zone.id: zone for zone in self.zones}

    @cached_property
    def device(self) -> Mapping[str, Device]:
        """Devices by id."""
        return {device.id: device for device in self.devices}

    def stations_of(self, kind: str) -> list[Station]:
        """Return the stations of one kind, in the order of the file."""
        return [station for station in self.stations if station.kind == kind]

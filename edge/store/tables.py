"""Every table of the site, and nothing else.

SQLModel classes give the shape; the lower-case names below them are the same tables for Core statements on hot paths.
Quantities are integers in the item's base unit, weights integer grams, lengths millimetres, times UTC (kept as
microseconds).
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Dialect, Index, Integer, Table, TypeDecorator, text
from sqlmodel import Field, SQLModel

_OUTWARD = text("number IS NOT NULL")
"""Few rows of the journal are for the WMS: followers find them without reading the others. PostgreSQL's indexes are
made with it too, by the migrations; naming its dialect here would load that at every start."""
_ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A key in whose order SQLite keeps the table; a BIGINT would be an index beside it, and INTEGER has 64 bits there."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOMENTS_KEPT = 8192
"""Times whose conversion is remembered: the same rows are read and the same now is written again and again."""


@lru_cache(MOMENTS_KEPT)
def microseconds(value: datetime | None) -> int | None:
    """Turn an aware datetime into microseconds."""
    return None if value is None else (value - EPOCH) // MICROSECOND


@lru_cache(MOMENTS_KEPT)
def moment(value: int | None) -> datetime | None:
    """Turn microseconds into an aware datetime."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime kept as integer microseconds: the same order and precision in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware datetime into microseconds."""
        return microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn microseconds into an aware datetime."""
        return moment(value)


def _time(*, index: bool = False) -> Any:
    return Field(sa_column=Column(UtcTime, nullable=False, index=index))


def _time_or_none(*, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcTime, nullable=True, index=index))


def _json() -> Any:
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Row(SQLModel):
    """The base of all tables. Nothing is validated by them, and what would do it is not built at every start."""

    model_config = SQLModel.model_config | {"defer_build": True}


class Meta(Row, table=True):
    """Facts about this database: site id, incarnation."""

    key: str = Field(primary_key=True)
    value: str


class Counter(Row, table=True):
    """A number that only grows: tracking numbers, SSCC serials, totes."""

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(BigInteger, nullable=False))


class Item(Row, table=True):
    """Master data of one thing of one owner."""

    owner: str = Field(primary_key=True)
    sku: str = Field(primary_key=True)
    name_ja: str
    name_en: str
    weight_g: int = 0
    length: int = 0
    width: int = 0
    height: int = 0
    expiry_tracked: bool = False
    discontinued: bool = False


class ItemCode(Row, table=True):
    """A bar code of an item and how many units one scan of it means."""

    __tablename__ = "item_code"
    code: str = Field(primary_key=True)
    owner: str = Field(primary_key=True)
    sku: str
    quantity: int = 1


class ItemWeight(Row, table=True):
    """What weighed parcels taught of one unit of an item: mg, and variances in mg²."""

    __tablename__ = "item_weight"
    owner: str = Field(primary_key=True)
    sku: str = Field(primary_key=True)
    told_g: int
    """What the WMS told when it was learnt: another weight from there ends it."""
    weight: int = Field(sa_column=Column(BigInteger, nullable=False))
    unsure: int = Field(sa_column=Column(BigInteger, nullable=False))
    spread: int = Field(sa_column=Column(BigInteger, nullable=False))
    parcels: int
    odd: int = Field(sa_column=Column(BigInteger, nullable=False))
    odd_parcels: int


class Order(Row, table=True):
    """An order of the WMS; id = owner/order_key."""

    __tablename__ = "orders"
    id: str = Field(primary_key=True)
    owner: str
    order_key: str
    state: str = Field(index=True)
    priority: int = 5
    carrier: str
    cutoff_at: datetime = _time(index=True)
    ship_to: dict[str, Any] = _json()
    hold: bool = False
    payload_hash: str
    received_at: datetime = _time()
    wave_id: str | None = Field(default=None, index=True)
    station: str | None = None
    cancel_key: str | None = None
    reason: str | None = None
    closed_at: datetime | None = _time_or_none(index=True)


class OrderLine(Row, table=True):
    """One line: requested = allocated + short + still to allocate."""

    __tablename__ = "order_line"
    order_id: str = Field(primary_key=True)
    line: int = Field(primary_key=True)
    owner: str
    sku: str
    requested: int
    allocated: int = 0
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    short: int = 0
    reason: str | None = None


class Stock(Row, table=True):
    """Units at a place: a location id, `tote:ID`, `parcel:ID` or `lost:LOCATION`."""

    __table_args__ = (
        Index("stock_place", "place", "owner", "sku", "lot", "expiry", unique=True),
        Index("stock_sku", "owner", "sku"),
    )
    id: str = Field(primary_key=True)
    place: str
    owner: str
    sku: str
    lot: str = ""
    expiry: str = ""
    quantity: int
    allocated: int = 0


class Allocation(Row, table=True):
    """Units of one stock row promised to one order line, later in its tote."""

    __table_args__ = (Index("allocation_order", "order_id", "state"),)
    id: str = Field(primary_key=True)
    order_id: str
    line: int
    owner: str
    sku: str
    place: str
    lot: str = ""
    expiry: str = ""
    quantity: int
    picked: int = 0
    put: int = 0
    """Of the picked units, those that are out of the shared tote and in the order's slot of a put wall."""
    state: str = Field(index=True)
    batch_id: str | None = Field(default=None, index=True)
    tote_id: str | None = Field(default=None, index=True)
    task_id: str | None = Field(default=None, index=True)


class Wave(Row, table=True):
    """Orders of one carrier and cut-off, released together."""

    id: str = Field(primary_key=True)
    carrier: str
    cutoff_at: datetime = _time(index=True)
    state: str


class Batch(Row, table=True):
    """One robot tour: totes of several orders past their pick locations to one pack station."""

    id: str = Field(primary_key=True)
    wave_id: str
    state: str = Field(index=True)
    robot_id: str | None = Field(default=None, index=True)
    station: str
    priority: int
    due_at: datetime = _time()
    task_id: str
    stop: int = 0
    """Index of the stop the robot is at or drives to."""


class Stop(Row, table=True):
    """A place where a batch stands still: tote station, pick location node, pack station."""

    batch_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    node: str
    kind: str
    """totes, pick or station."""
    done: bool = False
    arrived_at: datetime | None = _time_or_none()


class Tote(Row, table=True):
    """A tote and the order it is bound to; a slot of a put wall is one that never travels.

    A tote of no order whose goods are for several orders goes to a put wall.
    """

    __table_args__ = (Index("tote_state", "state", "id"),)
    id: str = Field(primary_key=True)
    state: str
    place: str
    """`buffer`, `robot:ID`, `station:ID` or `person:ID`; of a slot `wall:ID`, and its pack station once it is whole."""
    order_id: str | None = Field(default=None, index=True)
    batch_id: str | None = Field(default=None, index=True)
    slot: int | None = None


class Task(Row, table=True):
    """One piece of work for one person or robot, with its claim."""

    __table_args__ = (
        Index("task_claim", "state", "kind", "place"),
        Index("task_subject", "subject", "kind", "state"),
    )
    id: str = Field(primary_key=True)
    kind: str
    state: str
    subject: str
    place: str
    """Where it is done: `ZONE:A`, a station or a dock."""
    needs: str
    """Skill of a person or capability of a robot."""
    priority: int
    due_at: datetime = _time()
    holder: str | None = Field(default=None, index=True)
    epoch: int = 0
    lease_until: datetime | None = _time_or_none()
    not_before: datetime | None = _time_or_none()
    reason: str | None = None
    attempts: int = 0
    detail: dict[str, Any] = _json()
    created_at: datetime = _time()
    started_at: datetime | None = _time_or_none()
    ended_at: datetime | None = _time_or_none()


class Seat(Row, table=True):
    """Where a person is in their work; the handheld's screen is made from it and nothing else."""

    person_id: str = Field(primary_key=True)
    device: str
    place: str | None = None
    task_id: str | None = None
    epoch: int = 0
    step: str
    counted: int = 0
    detail: dict[str, Any] = _json()
    screen: int = 0
    last: dict[str, Any] = _json()


class CountScan(Row, table=True):
    """What a count has found by one scan or number, until the round of the count is over."""

    __tablename__ = "count_scan"
    __table_args__ = (Index("count_scan_what", "task_id", "what"),)
    task_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    """1, 2, 3 … in the order of scanning."""
    kind: str
    """tag, code, number or other: one that is no item and counts nothing."""
    what: str
    """The EPC of a tag, the text of a code, the number that was typed."""
    code: str = ""
    """The bar code by which the item is known; of a tag the GTIN in it."""
    owner: str = ""
    sku: str = ""
    lot: str = ""
    expiry: str = ""
    quantity: int = 0
    """Units it adds; negative when a typed number is less than what was counted."""
    asks: str = ""
    """owner or lot while the person has still to say whose or which it is."""
    person_id: str
    at: datetime = _time()


class Parcel(Row, table=True):
    """A carton of one order."""

    __table_args__ = (Index("parcel_load", "load_id", "state"),)
    id: str = Field(primary_key=True)
    order_id: str = Field(index=True)
    state: str = Field(index=True)
    station: str
    carton: str
    expected_g: int
    weight_g: int | None = None
    tracking: str | None = Field(default=None, index=True)
    epc: str | None = Field(default=None, index=True)
    load_id: str | None = None
    carrier: str
    issue: int = 1
    """Which print of its label is valid; those before are in `void_label`."""
    printed: int = 0
    """The last print that a printer was sent."""
    packed_by: str | None = None
    packed_at: datetime | None = _time_or_none()
    shipped_at: datetime | None = _time_or_none()


class VoidLabel(Row, table=True):
    """A label that another print has made void: refused wherever it is scanned, unexpected at every gate (H65)."""

    __tablename__ = "void_label"

    epc: str = Field(primary_key=True)
    parcel_id: str = Field(index=True)
    tracking: str = Field(index=True)
    issue: int
    reason: str
    person: str
    at: datetime = _time()


class Load(Row, table=True):
    """Parcels that a person pushes through a gate together."""

    id: str = Field(primary_key=True)
    dock: str
    gate: str
    carrier: str
    state: str = Field(index=True)
    task_id: str


class Passage(Row, table=True):
    """What a gate saw and decided."""

    id: str = Field(primary_key=True)
    gate: str
    load_id: str | None = Field(default=None, index=True)
    direction: str
    opened_at: datetime = _time()
    closed_at: datetime = _time()
    verdict: str
    detail: dict[str, Any] = _json()


class Robot(Row, table=True):
    """What is known and wanted of a robot."""

    id: str = Field(primary_key=True)
    type: str
    manufacturer: str
    serial: str
    """Of the machine that has this place in the fleet; both are empty where none has it."""
    home: str | None = None
    in_service: bool = True
    paused: bool = False
    """A person's wish."""
    dead: bool = False
    """Declared dead: its place stays held until a person says otherwise."""
    node: str | None = None
    battery: int | None = None
    charging: bool = False
    reason: str | None = None


class Stay(Row, table=True):
    """The time that a machine had a place in the fleet; the one without end has it now."""

    robot_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    """The first machine of a place has 1."""
    manufacturer: str
    serial: str
    since: datetime = _time()
    until: datetime | None = _time_or_none()
    by: str
    """Who gave it the place."""


class Trip(Row, table=True):
    """One drive of a robot along a route: the VDA 5050 order that is wanted of it."""

    id: str = Field(primary_key=True)
    robot_id: str = Field(index=True)
    batch_id: str | None = None
    purpose: str
    """batch, charge or park."""
    state: str = Field(index=True)
    route: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Node ids from where it stood to where it goes."""
    tour: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """The route and how the robot gets home from its end: what traffic's proof rests on."""
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Actions at the first or the last node."""
    deviation: int = 0
    """How far from the first node the robot may stand when it starts, mm: it was stopped between two nodes (R22)."""
    accepted: bool = False
    """The robot has echoed the order: it is never started a second time."""
    update_id: int = 0
    released: int = 0
    """Index in the route of the last released node (the decision point)."""
    passed: int = 0
    """Index in the route of the last node the robot reported."""
    cancel_id: str | None = None
    reason: str | None = None
    started_at: datetime = _time()
    ended_at: datetime | None = _time_or_none()


class Usage(Row, table=True):
    """What one robot, by its maker's serial, used on one day of the site: what its lessor is paid for (RaaS)."""

    day: str = Field(primary_key=True)
    robot_id: str = Field(primary_key=True)
    manufacturer: str = Field(primary_key=True)
    serial: str = Field(primary_key=True)
    powered_ms: int = 0
    worked_ms: int = 0
    missions: int = 0
    trips: int = 0
    loads: int = 0
    drove_mm: int = 0
    drained: int = 0
    """Percentage points."""
    charged: int = 0
    charges: int = 0
    battery_wh: int | None = None
    """What the battery holds, by the site file of that day."""


class UsageMark(Row, table=True):
    """Up to where a robot's battery and odometer are counted; another serial begins anew."""

    __tablename__ = "usage_mark"
    robot_id: str = Field(primary_key=True)
    manufacturer: str
    serial: str
    percent: int | None = None
    charging: bool = False
    odometer_mm: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class Exceptional(Row, table=True):
    """Something a person must look at."""

    __tablename__ = "exception"
    id: str = Field(primary_key=True)
    code: str
    subject: str = Field(index=True)
    state: str = Field(index=True)
    """open, taken or solved."""
    owner: str | None = None
    since: datetime = _time()
    solved_at: datetime | None = _time_or_none()
    detail: dict[str, Any] = _json()


class Closure(Row, table=True):
    """A zone or lane that a person closed or paused."""

    id: str = Field(primary_key=True)
    kind: str
    since: datetime = _time()
    by: str


class Person(Row, table=True):
    """Somebody who works here."""

    id: str = Field(primary_key=True)
    name_ja: str
    name_en: str
    language: str
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    badge: str | None = Field(default=None, unique=True)
    pin_hash: str | None = None
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = _time_or_none()
    blocked_at: datetime | None = _time_or_none()
    """Since when a supervisor or engineer keeps them out; None: they may come in."""


class Login(Row, table=True):
    """A session of a person on a device; the token itself is never stored."""

    token_hash: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    device: str
    kind: str
    """handheld or console."""
    started_at: datetime = _time()
    expires_at: datetime = _time()


class ApiKey(Row, table=True):
    """A machine that may call an API."""

    __tablename__ = "api_key"
    id: str = Field(primary_key=True)
    role: str
    """wms, support or metrics."""
    key_hash: str = Field(unique=True)
    active: bool = True
    created_at: datetime = _time()
    last_used_at: datetime | None = _time_or_none()
    """To the minute: written at most once in one, for all keys together."""


class Answer(Row, table=True):
    """The first answer to a keyed request, given again to every repetition."""

    key: str = Field(primary_key=True)
    request_hash: str
    status: int
    body: dict[str, Any] = _json()
    at: datetime = _time()
    until: datetime | None = _time_or_none(index=True)
    """When it may be forgotten, unless its order still lives; None: never."""
    order_id: str | None = None
    """The order it is about."""


class Notice(Row, table=True):
    """An inbound notice of the WMS."""

    id: str = Field(primary_key=True)
    owner: str
    notice_key: str
    expected_at: datetime | None = _time_or_none()
    state: str
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Journal(Row, table=True):
    """One row for each thing that happened; the outbox of every follower and the audit log."""

    __table_args__ = (
        Index("journal_kind", "kind", "seq"),
        Index("journal_subject", "subject", "seq"),
        Index("journal_number", "subject", "number", sqlite_where=_OUTWARD),
        Index("journal_outward", "seq", sqlite_where=_OUTWARD),
    )
    seq: int = Field(sa_column=Column(_ROW_NUMBER, primary_key=True, autoincrement=False))
    at: datetime = _time(index=True)
    kind: str
    subject: str
    actor: str
    reason: str | None = None
    number: int | None = None
    """1, 2, 3 … per subject over what the WMS is told; the rest has none."""
    data: dict[str, Any] = _json()


class Cursor(Row, table=True):
    """How far a follower has read the journal."""

    follower: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))


class Held(Row, table=True):
    """A subject that a follower could not deliver yet: retried with back-off, or parked for a person."""

    follower: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The first journal row of the subject that is still to be delivered."""
    attempts: int = 0
    next_at: datetime | None = _time_or_none()
    parked: bool = False
    error: str = ""


def _table(model: type[Row]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


meta = _table(Meta)
counters = _table(Counter)
items = _table(Item)
item_codes = _table(ItemCode)
item_weights = _table(ItemWeight)
orders = _table(Order)
order_lines = _table(OrderLine)
stock = _table(Stock)
allocations = _table(Allocation)
waves = _table(Wave)
batches = _table(Batch)
stops = _table(Stop)
totes = _table(Tote)
tasks = _table(Task)
seats = _table(Seat)
count_scans = _table(CountScan)
parcels = _table(Parcel)
void_labels = _table(VoidLabel)
loads = _table(Load)
passages = _table(Passage)
robots = _table(Robot)
trips = _table(Trip)
stays = _table(Stay)
usage = _table(Usage)
usage_marks = _table(UsageMark)
exceptions = _table(Exceptional)
closures = _table(Closure)
people = _table(Person)
logins = _table(Login)
api_keys = _table(ApiKey)
answers = _table(Answer)
notices = _table(Notice)
journal = _table(Journal)
cursors = _table(Cursor)
held = _table(Held)

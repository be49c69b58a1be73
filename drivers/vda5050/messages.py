"""The internal model of VDA 5050: what the wire carries (VDA 5050 2.1 §6.4, §6.6, §6.9, §6.10, §6.13-§6.15).

Names follow 2.1; codecs of other versions map theirs onto it (R02). What only 3.0 has stands here under its name there
and stays at its default with 2.x. Metres, radians and m/s as on the wire. A field without default is required by the
standard and always sent; one with default None is optional and never sent as null.
"""

from enum import StrEnum
from typing import Any, NamedTuple, Self

import msgspec
from msgspec import field


class RobotId(NamedTuple):
    """Who a robot is: manufacturer and serial number together."""

    manufacturer: str
    serial: str

    def __str__(self) -> str:
        return f"{self.manufacturer}/{self.serial}"


class _Tolerant(StrEnum):
    """An enum whose UNKNOWN member takes every word the standard does not list, so that a message is still read."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls.__members__.get(str(value).strip().upper().replace("_", "")) or cls.__members__["UNKNOWN"]


class BlockingType(StrEnum):
    """Whether driving and other actions go on during an action (§6.12)."""

    NONE = "NONE"
    SOFT = "SOFT"
    SINGLE = "SINGLE"
    """3.0 only: it may drive meanwhile, but nothing else is done."""
    HARD = "HARD"


class ActionStatus(_Tolerant):
    """Stage of an action (§6.11); RETRIABLE is of 3.0."""

    WAITING = "WAITING"
    INITIALIZING = "INITIALIZING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    RETRIABLE = "RETRIABLE"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"

    @property
    def ended(self) -> bool:
        """Nothing more happens to the action."""
        return self is ActionStatus.FINISHED or self is ActionStatus.FAILED


class OperatingMode(_Tolerant):
    """Who controls the robot (§6.10.6); STARTUP and INTERVENED are of 3.0."""

    STARTUP = "STARTUP"
    AUTOMATIC = "AUTOMATIC"
    SEMIAUTOMATIC = "SEMIAUTOMATIC"
    INTERVENED = "INTERVENED"
    MANUAL = "MANUAL"
    SERVICE = "SERVICE"
    TEACHIN = "TEACHIN"
    UNKNOWN = "UNKNOWN"

    @property
    def ours(self) -> bool:
        """Orders and actions may be sent (R32)."""
        return self is OperatingMode.AUTOMATIC or self is OperatingMode.SEMIAUTOMATIC

    @property
    def keeps_orders(self) -> bool:
        """Orders and their cancel may be sent: somebody helps by hand, and the robot goes on by itself then (R32)."""
        return self.ours or self is OperatingMode.INTERVENED


class ErrorLevel(_Tolerant):
    """How bad an error is (R30); a level we do not know counts as needing a person. 3.0 has all four, 2.x two."""

    WARNING = "WARNING"
    URGENT = "URGENT"
    CRITICAL = "CRITICAL"
    FATAL = "FATAL"
    UNKNOWN = "UNKNOWN"

    @property
    def stops(self) -> bool:
        """The robot does not go on with its order (R91)."""
        return self is not ErrorLevel.WARNING and self is not ErrorLevel.URGENT


class EStop(_Tolerant):
    """Kind of active emergency stop (§6.10.6)."""

    AUTOACK = "AUTOACK"
    MANUAL = "MANUAL"
    REMOTE = "REMOTE"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


class ConnectionState(_Tolerant):
    """What the broker knows of the robot's session (§6.14); it says nothing about health (R06)."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    HIBERNATING = "HIBERNATING"
    """3.0 only: it sleeps, sends no state, and takes nothing but the order to wake."""
    CONNECTIONBROKEN = "CONNECTIONBROKEN"
    UNKNOWN = "UNKNOWN"


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """Base of all parts of messages."""


class Header(Part, frozen=True):
    """What every message begins with (§6.4); all optional here because `visualization` may come without."""

    header_id: int | None = None
    timestamp: str | None = None
    version: str | None = None
    manufacturer: str | None = None
    serial_number: str | None = None


class ActionParameter(Part, frozen=True):
    """A key and a value of any JSON type."""

    key: str
    value: Any


class Action(Part, frozen=True):
    """Something to do on a node, on an edge or at once (§6.8)."""

    action_type: str
    action_id: str
    blocking_type: BlockingType
    action_parameters: tuple[ActionParameter, ...] | None = None
    action_description: str | None = None
    retriable: bool = False
    """Of 3.0, read from its orders: when it fails it waits in RETRIABLE for a word."""

    def parameter(self, key: str, default: Any = None) -> Any:
        """Return a parameter's value."""
        for one in self.action_parameters or ():
            if one.key == key:
                return one.value
        return default


class NodePosition(Part, frozen=True):
    """Where a node lies, in metres and radians."""

    x: float
    y: float
    map_id: str
    theta: float | None = None
    allowed_deviation_xy: float | None = field(default=None, name="allowedDeviationXY")
    allowed_deviation_theta: float | None = None


class Node(Part, frozen=True):
    """A node of an order (§6.6.6)."""

    node_id: str
    sequence_id: int
    released: bool
    actions: tuple[Action, ...]
    node_position: NodePosition | None = None
    node_description: str | None = None


class ControlPoint(Part, frozen=True):
    """A control point of a curve."""

    x: float
    y: float
    weight: float | None = None


class Trajectory(Part, frozen=True):
    """A curve as NURBS."""

    degree: float
    knot_vector: tuple[float, ...]
    control_points: tuple[ControlPoint, ...]


class Edge(Part, frozen=True):
    """An edge of an order; joins the nodes before and after it (§6.6.6)."""

    edge_id: str
    sequence_id: int
    released: bool
    start_node_id: str
    end_node_id: str
    actions: tuple[Action, ...]
    max_speed: float | None = None
    length: float | None = None
    orientation: float | None = None
    orientation_type: str | None = None
    rotation_allowed: bool | None = None
    trajectory: Trajectory | None = None
    edge_description: str | None = None


class Order(Part, frozen=True):
    """An order or an update of one; inside the master it holds every node from sequence 0 on (see orders.py)."""

    order_id: str
    order_update_id: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    zone_set_id: str | None = None


class InstantActions(Part, frozen=True):
    """Actions to run at once (§6.9)."""

    actions: tuple[Action, ...]


class NodeState(Part, frozen=True):
    """A node that is still to be traversed."""

    node_id: str
    sequence_id: int
    released: bool
    node_position: NodePosition | None = None


class EdgeState(Part, frozen=True):
    """An edge that is still to be traversed."""

    edge_id: str
    sequence_id: int
    released: bool


class ActionState(Part, frozen=True):
    """How far an action is."""

    action_id: str
    action_status: ActionStatus
    action_type: str | None = None
    action_description: str | None = None
    result_description: str | None = None


class ErrorReference(Part, frozen=True):
    """What an error speaks of: orderId, orderUpdateId, actionId, nodeId ... and its value."""

    reference_key: str
    reference_value: str


class Error(Part, frozen=True):
    """Something wrong with the robot or with what it was told."""

    error_type: str
    error_level: ErrorLevel
    error_references: tuple[ErrorReference, ...] | None = None
    error_description: str | None = None
    error_hint: str | None = None

    def reference(self, key: str) -> str | None:
        """Return the value of a reference."""
        for one in self.error_references or ():
            if one.reference_key == key:
                return one.reference_value
        return None


class Load(Part, frozen=True):
    """Something the robot carries."""

    load_id: str | None = None
    load_type: str | None = None
    load_position: str | None = None
    weight: float | None = None


class AgvPosition(Part, frozen=True):
    """Where the robot believes it is."""

    x: float
    y: float
    theta: float
    map_id: str
    position_initialized: bool
    localization_score: float | None = None
    deviation_range: float | None = None


class Velocity(Part, frozen=True):
    """Speed in vehicle coordinates."""

    vx: float | None = None
    vy: float | None = None
    omega: float | None = None


class BatteryState(Part, frozen=True):
    """Charge in percent."""

    battery_charge: float
    charging: bool
    battery_voltage: float | None = None
    battery_health: float | None = None
    reach: float | None = None


class SafetyState(Part, frozen=True):
    """Emergency stop and protective field."""

    e_stop: EStop
    field_violation: bool


class MapState(Part, frozen=True):
    """A map on the robot."""

    map_id: str
    map_version: str
    map_status: str


ENABLED, DISABLED = "ENABLED", "DISABLED"
"""Whether a robot uses a map or zone set that it has stored."""


class Vertex(Part, frozen=True):
    """A corner of a zone."""

    x: float
    y: float


class Zone(Part, frozen=True):
    """An area with a rule (3.0 §7.6); corners counter-clockwise, speed in m/s."""

    zone_id: str
    zone_type: str
    vertices: tuple[Vertex, ...]
    maximum_speed: float | None = None
    release_loss_behavior: str | None = None


class ZoneSet(Part, frozen=True):
    """All zones of a map; what an id stands for never changes (3.0 §6.4.2, R41)."""

    map_id: str
    zone_set_id: str
    zones: tuple[Zone, ...]


class ZoneSets(Part, frozen=True):
    """A zone set on its way to a robot."""

    zone_set: ZoneSet


class ZoneSetState(Part, frozen=True):
    """A zone set on the robot (3.0 §7.8)."""

    zone_set_id: str = ""
    map_id: str = ""
    zone_set_status: str = ""


class Grant(StrEnum):
    """What the master says to a request (3.0 §6.9)."""

    GRANTED = "GRANTED"
    QUEUED = "QUEUED"
    REVOKED = "REVOKED"
    REJECTED = "REJECTED"


class RequestStatus(_Tolerant):
    """How a request of a robot stands, in the robot's eyes (3.0 §6.9)."""

    REQUESTED = "REQUESTED"
    QUEUED = "QUEUED"
    GRANTED = "GRANTED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


class ZoneRequest(Part, frozen=True):
    """A robot asks to enter a zone, or to plan anew in it (3.0 §6.4.3)."""

    request_id: str
    request_type: str
    zone_id: str
    zone_set_id: str
    request_status: RequestStatus

    @property
    def place(self) -> str:
        """What it asks to enter."""
        return self.zone_id


class EdgeRequest(Part, frozen=True):
    """A robot asks to leave the line of an edge within its corridor (3.0 §6.6.10)."""

    request_id: str
    request_type: str
    edge_id: str
    sequence_id: int
    request_status: RequestStatus

    @property
    def place(self) -> str:
        """What it asks to leave the line of."""
        return self.edge_id


class Response(Part, frozen=True):
    """The answer to one request; `lease_expiry` is a timestamp and goes with a grant only (3.0 §7.5)."""

    request_id: str
    grant_type: Grant
    lease_expiry: str | None = None


class Responses(Part, frozen=True):
    """Answers to requests of a robot."""

    responses: tuple[Response, ...]


class Info(Part, frozen=True):
    """Free information for people; never drives logic (R31)."""

    info_type: str
    info_level: str
    info_references: tuple[ErrorReference, ...] | None = None
    info_description: str | None = None


class State(Part, frozen=True):
    """All a robot reports (§6.10)."""

    order_id: str
    order_update_id: int
    last_node_id: str
    last_node_sequence_id: int
    driving: bool
    operating_mode: OperatingMode
    node_states: tuple[NodeState, ...]
    edge_states: tuple[EdgeState, ...]
    action_states: tuple[ActionState, ...]
    battery_state: BatteryState
    errors: tuple[Error, ...]
    safety_state: SafetyState
    paused: bool | None = None
    new_base_request: bool | None = None
    distance_since_last_node: float | None = None
    agv_position: AgvPosition | None = None
    velocity: Velocity | None = None
    loads: tuple[Load, ...] | None = None
    information: tuple[Info, ...] | None = None
    maps: tuple[MapState, ...] | None = None
    zone_set_id: str | None = None
    zone_sets: tuple[ZoneSetState, ...] | None = None
    instant_action_states: tuple[ActionState, ...] = ()
    zone_requests: tuple[ZoneRequest, ...] = ()
    edge_requests: tuple[EdgeRequest, ...] = ()


class Visualization(Part, frozen=True):
    """Position and speed, sent often."""

    agv_position: AgvPosition | None = None
    velocity: Velocity | None = None


class Connection(Part, frozen=True):
    """Whether the robot's session with the broker lives."""

    connection_state: ConnectionState


class Timing(Part, frozen=True):
    """Shortest and usual intervals in seconds."""

    min_order_interval: float = 0.0
    min_state_interval: float = 0.0
    default_state_interval: float | None = None
    visualization_interval: float | None = None


class ProtocolLimits(Part, frozen=True):
    """What the robot can take: longest strings and arrays, intervals (R61); 0 or absent means no limit."""

    max_string_lens: dict[str, Any] | None = None
    max_array_lens: dict[str, Any] | None = None
    timing: Timing | None = None


class Factsheet(Part, frozen=True):
    """What a robot can do (§6.15); every part may be missing (R62). Parts we only pass on stay as they came."""

    type_specification: dict[str, Any] | None = None
    physical_parameters: dict[str, Any] | None = None
    protocol_limits: ProtocolLimits | None = None
    protocol_features: dict[str, Any] | None = None
    agv_geometry: dict[str, Any] | None = None
    load_specification: dict[str, Any] | None = None
    vehicle_config: dict[str, Any] | None = None


Body = Order | InstantActions | Responses | ZoneSets | State | Visualization | Connection | Factsheet

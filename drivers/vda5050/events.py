"""What a vehicle tells its caller; each event may come again after a restart, so the caller books it by its ids."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drivers.vda5050.messages import ActionStatus, ConnectionState, Error, Load, OperatingMode


@dataclass(frozen=True, slots=True)
class Announced:
    """A robot nobody added speaks on our broker; told again when it was silent long enough to be forgotten."""


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The robot's state carries our order and update."""

    order_id: str
    update_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything up to and including this node is traversed; what lies before it is free (R18, R88)."""

    order_id: str
    node_id: str
    sequence_id: int


@dataclass(frozen=True, slots=True)
class OrderFinished:
    """The whole order is done (R19, R82); a failed or never reported action is a failed step (R90)."""

    order_id: str
    update_id: int
    node_id: str
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """The robot (or we, by its factsheet) will not take this order or update; a running one goes on (R17)."""

    order_id: str
    update_id: int
    code: str
    text: str


class Loss(StrEnum):
    """How a robot came to have lost an accepted order."""

    CLEARED = "cleared"
    REPLACED = "replaced"
    REBOOTED = "rebooted"


@dataclass(frozen=True, slots=True)
class OrderLost:
    """The robot dropped an accepted order before its end; it is not sent again: plan anew from the node ("" = ?)."""

    order_id: str
    reason: Loss
    node_id: str
    sequence_id: int


@dataclass(frozen=True, slots=True)
class OrderUnconfirmed:
    """Alarm: several sendings of this order were not echoed; it is sent on, slowly (R79)."""

    order_id: str
    update_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class OrderBlocked:
    """Alarm: our order cannot be sent as the robot holds something else; cancel it or look at the robot."""

    order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderForeign:
    """Alarm: the robot drives an order nobody wants from it, as after a message that came very late; cancel it."""

    order_id: str


@dataclass(frozen=True, slots=True)
class ActionChanged:
    """An action reached another status; `ours` when it is a step of the wanted order (R27)."""

    action_id: str
    action_type: str | None
    status: ActionStatus
    result: str | None
    ours: bool


@dataclass(frozen=True, slots=True)
class ActionUnconfirmed:
    """Alarm: an instant action was sent several times and never reported; given up."""

    action_id: str
    action_type: str
    attempts: int


@dataclass(frozen=True, slots=True)
class CancelDone:
    """Nothing of the order is left on the robot; `nothing` when there was none to cancel (R21)."""

    action_id: str
    nothing: bool


@dataclass(frozen=True, slots=True)
class CancelFailed:
    """Alarm: the robot does not cancel (R80); we go on trying, slowly."""

    action_id: str
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class ErrorsChanged:
    """The list of errors is another one."""

    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class ModeChanged:
    """Somebody else took or gave back control (R32, R92)."""

    mode: OperatingMode
    previous: OperatingMode | None


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """The robot is paused, or no longer (R28)."""

    paused: bool


@dataclass(frozen=True, slots=True)
class LoadsChanged:
    """The robot carries something else; None when it cannot tell."""

    loads: tuple[Load, ...] | None


@dataclass(frozen=True, slots=True)
class BatteryChanged:
    """Whole percent or charging changed."""

    percent: int
    charging: bool


@dataclass(frozen=True, slots=True)
class BaseRequested:
    """The robot asks for a longer base; a hint only (R11)."""


@dataclass(frozen=True, slots=True)
class RequestRefused:
    """Alarm: the robot asked leave for a place and was refused; it may wait there for somebody (R43, R46)."""

    request_id: str
    place: str
    reason: str


class Hitch(StrEnum):
    """Why a map or a zone set is not on a robot."""

    CANNOT = "cannot"
    """It takes none from a master; a person has to load it there."""
    FAILED = "failed"
    SILENT = "silent"
    NOT_LISTED = "not_listed"
    """It says that it is done, and does not list it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A map (with a version) or a zone set that it should have is aboard and enabled."""

    kind: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class NotStored:
    """Alarm: it could not be brought aboard, `text` is the robot's word on it; tried again after a while (R34, R41)."""

    kind: str
    name: str
    version: str
    hitch: Hitch
    text: str


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """What the broker says of the robot's session; no statement about its health (R06, R78)."""

    state: ConnectionState


@dataclass(frozen=True, slots=True)
class FactsheetReceived:
    """The robot told what it can do."""


@dataclass(frozen=True, slots=True)
class Alive:
    """States come (again)."""


@dataclass(frozen=True, slots=True)
class Stale:
    """No state for too long; the path stays taken, as the robot may drive on to its last released node (R07)."""

    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Rebooted:
    """The robot began to count its messages anew (R98)."""


Event = (
    Announced
    | OrderAccepted
    | Progress
    | OrderFinished
    | OrderRejected
    | OrderLost
    | OrderUnconfirmed
    | OrderBlocked
    | OrderForeign
    | ActionChanged
    | ActionUnconfirmed
    | CancelDone
    | CancelFailed
    | ErrorsChanged
    | ModeChanged
    | PauseChanged
    | LoadsChanged
    | BatteryChanged
    | BaseRequested
    | RequestRefused
    | Stored
    | NotStored
    | ConnectionChanged
    | FactsheetReceived
    | Alive
    | Stale
    | Rebooted
)

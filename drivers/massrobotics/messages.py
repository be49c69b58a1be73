"""The two reports of the standard, with its units: metres, m/s, hours, percent; angles as quaternions.

Optional fields are None, or empty, where they were not sent. UUIDs are texts in small letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import atan2, degrees


class State(StrEnum):
    """What a robot does (operationalState); the last one is spelled as in the standard."""

    NAVIGATING = "navigating"
    IDLE = "idle"
    DISABLED = "disabled"
    OFFLINE = "offline"
    CHARGING = "charging"
    WAITING = "waiting"
    LOADING_UNLOADING = "loadingUnloading"
    MANUAL_OVERRIDE = "manualOveride"


@dataclass(frozen=True, slots=True)
class Quaternion:
    """A rotation, of any length but 0."""

    x: float
    y: float
    z: float
    w: float

    @property
    def yaw(self) -> float:
        """Rotation about the vertical axis, degrees counter-clockwise, -180 to 180."""
        return degrees(
            atan2(
                2 * (self.w * self.z + self.x * self.y),
                self.w**2 + self.x**2 - self.y**2 - self.z**2,
            )
        )


@dataclass(frozen=True, slots=True)
class Size:
    """A box; z is 0 where it was not told."""

    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a robot is, in the coordinates that `datum` names."""

    x: float
    y: float
    z: float
    angle: Quaternion
    datum: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where a robot will be at a time; without a datum in that of its location."""

    at: datetime
    x: float
    y: float
    z: float
    angle: Quaternion
    datum: str | None


@dataclass(frozen=True, slots=True)
class Velocity:
    """Forward speed, and the rotation of a second."""

    linear: float
    angular: Quaternion | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a robot is (identityReport); every other report names it by `uuid`."""

    uuid: str
    at: datetime
    manufacturer: str
    model: str
    serial: str
    envelope: Size
    max_speed: float | None = None
    max_run_time: float | None = None
    emergency_contact: str | None = None
    charger_type: str | None = None
    support_vendor: str | None = None
    support_contact: str | None = None
    documentation: str | None = None
    thumbnail: str | None = None
    cargo_type: str | None = None
    cargo_volume: Size | None = None
    cargo_weight: str | None = None
    """kg, a text in the standard."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a robot does, and where (statusReport)."""

    uuid: str
    at: datetime
    state: State
    location: Place
    velocity: Velocity | None = None
    battery: float | None = None
    run_time: float | None = None
    load_left: float | None = None
    """Percent of its capacity that is free."""
    errors: Sequence[str] = ()
    destinations: Sequence[Ahead] = ()
    path: Sequence[Ahead] = ()


Report = Identity | Status

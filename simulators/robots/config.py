"""What kind of robot to simulate and how fast it is: millimetres, seconds, percent."""

from dataclasses import dataclass
from enum import StrEnum


class Halt(StrEnum):
    """Where a robot comes to rest when its order is cancelled (VDA 5050 2.1 §6.6.3 leaves it to the robot)."""

    NODE = "node"
    AT_ONCE = "at_once"


VERSIONS = ("2.0", "2.1", "3.0")
"""What a robot can be told to speak."""


@dataclass(frozen=True, slots=True)
class RobotConfig:
    """One robot; the defaults are those of a small tote carrier. `vda5050` is the version it speaks."""

    manufacturer: str
    serial: str
    node: str
    x: int
    y: int
    theta: float = 0.0
    map: str = "floor1"
    map_version: str = "1"
    map_room: int = 4
    download_time: float = 10.0
    maps: tuple[str, ...] = ()
    """The maps it knows; none: only the one on which it stands."""
    interface: str = "uagv"
    vda5050: str = "2.1"
    speed: int = 1500
    acceleration: int = 800
    turn_rate: float = 1.5
    length: int = 900
    width: int = 600
    slots: tuple[str, ...] = ("1", "2", "3", "4")
    handling_time: float = 6.0
    charge_time: float = 3600.0
    driving_hours: float = 8.0
    idle_hours: float = 40.0
    charge: float = 90.0
    chargers: frozenset[str] | None = None
    state_interval: float = 10.0
    min_state_interval: float = 0.05
    visualization_interval: float | None = None
    deviation: int = 300
    boot_time: float = 20.0
    startup_time: float = 3.0
    halt: Halt = Halt.NODE

    def __post_init__(self) -> None:
        """Refuse figures a robot cannot live with."""
        if self.speed <= 0 or self.acceleration <= 0 or self.turn_rate <= 0:
            raise ValueError(f"robot {self.serial}: speed, acceleration and turn rate must be above 0")
        if self.vda5050 not in VERSIONS:
            raise ValueError(f"robot {self.serial}: {self.vda5050} is none of {', '.join(VERSIONS)}")
        if self.state_interval <= 0 or self.state_interval > 30:
            raise ValueError(f"robot {self.serial}: a state must be sent at least every 30 s (VDA 5050 2.1 §6.10)")

    @property
    def radius(self) -> float:
        """How far it reaches around its middle, with which it is judged against zones."""
        return max(self.length, self.width) / 2

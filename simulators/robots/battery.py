"""A battery that is computed when somebody looks: percent over loop time."""

from dataclasses import dataclass, field
from enum import Enum, auto

EMPTY = 1.0
"""Percent at which a robot does not drive any more."""
FULL = 100.0


class Use(Enum):
    """What drains or fills it."""

    IDLE = auto()
    DRIVING = auto()
    CHARGING = auto()


@dataclass(slots=True)
class Battery:
    """Charge in percent; rates in hours to empty and seconds to fill."""

    charge: float
    idle_hours: float
    driving_hours: float
    charge_time: float
    use: Use = Use.IDLE
    since: float = 0.0
    _rate: float = field(init=False, default=0.0)
    """Percent a second."""

    def __post_init__(self) -> None:
        """Begin in the given use."""
        self.switch(self.use, self.since)

    def at(self, moment: float) -> float:
        """Return the charge at a moment of loop time."""
        return min(max(self.charge + self._rate * (moment - self.since), 0.0), FULL)

    def switch(self, use: Use, moment: float) -> None:
        """Use it in another way from this moment on."""
        self.charge, self.since, self.use = self.at(moment), moment, use
        hours = self.driving_hours if use is Use.DRIVING else self.idle_hours
        self._rate = FULL / self.charge_time if use is Use.CHARGING else -FULL / (3600 * hours)

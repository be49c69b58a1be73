"""Kinematics without ticks: how long a lane takes and where the robot is at any moment. Pure functions of time."""

import math
from dataclasses import dataclass, field

from msgspec import Struct


class Pose(Struct, frozen=True, gc=False):
    """Millimetres and radians."""

    x: float
    y: float
    theta: float

    def distance(self, other: "Pose") -> float:
        """Return the distance in millimetres."""
        return math.hypot(other.x - self.x, other.y - self.y)


@dataclass(slots=True)
class Profile:
    """Speed over one stretch, never changed: speed up, cruise, slow down. Millimetres, mm/s, seconds."""

    length: float
    entry: float
    cruise: float
    leave: float
    acceleration: float
    speeding: float = field(init=False)
    cruising: float = field(init=False)
    duration: float = field(init=False)
    """Seconds of speeding up, of cruising and of the whole."""

    def __post_init__(self) -> None:
        """Work out the times once: the robot is asked where it is many times on the way."""
        slow_ends = self._way(self.entry) + self._way(self.leave)
        self.speeding = (self.cruise - self.entry) / self.acceleration
        self.cruising = max(self.length - slow_ends, 0.0) / self.cruise if self.cruise > 0 else 0.0
        self.duration = self.speeding + self.cruising + (self.cruise - self.leave) / self.acceleration

    def travelled(self, seconds: float) -> float:
        """Return how far the robot is after so many seconds."""
        if seconds >= self.duration:
            return self.length
        if seconds <= 0:
            return 0.0
        if seconds < self.speeding:
            return self.entry * seconds + self.acceleration * seconds**2 / 2
        if seconds < self.speeding + self.cruising:
            return self._way(self.entry) + self.cruise * (seconds - self.speeding)
        left = self.duration - seconds
        return self.length - (self.leave * left + self.acceleration * left**2 / 2)

    def speed(self, seconds: float) -> float:
        """Return the speed after so many seconds."""
        if seconds >= self.duration:
            return self.leave
        if seconds < self.speeding:
            return self.entry + self.acceleration * max(seconds, 0.0)
        if seconds < self.speeding + self.cruising:
            return self.cruise
        return self.leave + self.acceleration * (self.duration - seconds)

    def _way(self, slow: float) -> float:
        return (self.cruise**2 - slow**2) / (2 * self.acceleration)


def plan(length: float, entry: float, limit: float, leave: float, acceleration: float) -> Profile:
    """Return the quickest profile within a limit; entry and leave speed give way where the stretch is too short."""
    reach = 2 * acceleration * length
    entry = min(entry, limit)
    leave = min(leave, limit, math.sqrt(entry**2 + reach))
    entry = min(entry, math.sqrt(leave**2 + reach))
    peak = math.sqrt((reach + entry**2 + leave**2) / 2)
    return Profile(length, entry, max(min(limit, peak), entry, leave), leave, acceleration)


def heading(start: Pose, end: Pose) -> float:
    """Return the direction from one pose to another; where they coincide, the direction of the first."""
    if start.distance(end) < 1:
        return start.theta
    return math.atan2(end.y - start.y, end.x - start.x)


def turn(start: float, end: float) -> float:
    """Return the angle to turn by, between -pi and pi."""
    return math.remainder(end - start, math.tau)


def between(start: Pose, end: Pose, share: float, theta: float) -> Pose:
    """Return the pose at a share of the straight line between two poses, from 0 to 1."""
    return Pose(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share, theta)

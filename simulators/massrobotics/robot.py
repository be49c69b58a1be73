"""One robot: it drives round a rectangle, loads at its corners, charges when it must, and says so."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import atan2, cos, hypot, sin
from typing import Any

SPEED = 1.0
"""m/s"""
LOADING = 6.0
"""Seconds at a corner."""
DRAIN, CHARGE = 0.02, 0.5
"""Percent of the battery a second."""
LOW, FULL = 20.0, 95.0
AHEAD = 10.0
"""Seconds of the path that is told."""
SPACE = uuid.UUID("6f0e1a52-8f0e-4f3b-9a4e-0d5d0a5e2c11")
"""Under which a robot's UUID is made of its name: the same in every run."""


@dataclass(frozen=True, slots=True)
class Course:
    """A rectangle of the datum's coordinates, metres."""

    datum: str
    x: float = 0.0
    y: float = 0.0
    length: float = 10.0
    width: float = 6.0

    @property
    def corners(self) -> list[tuple[float, float]]:
        """The corners, counter-clockwise."""
        right, top = self.x + self.length, self.y + self.width
        return [(self.x, self.y), (right, self.y), (right, top), (self.x, top)]


class Robot:
    """What it is and does; time is told to it."""

    def __init__(self, name: str, course: Course, dice: random.Random) -> None:
        self.name = name
        self.uuid = str(uuid.uuid5(SPACE, name))
        self._course = course
        self._goal = dice.randrange(4)
        self.x, self.y = course.corners[self._goal - 1]
        self.battery = dice.uniform(40.0, 95.0)
        self.state = "navigating"
        self._left = 0.0
        self._heading = 0.0

    def step(self, seconds: float) -> None:
        """Live on for a short time."""
        if self.state == "charging":
            self.battery = min(100.0, self.battery + CHARGE * seconds)
            if self.battery >= FULL:
                self.state = "navigating"
            return
        self.battery = max(0.0, self.battery - DRAIN * seconds)
        if self.state == "loadingUnloading":
            self._left -= seconds
            if self._left <= 0:
                self.state = "charging" if self.battery <= LOW else "navigating"
            return
        self._drive(SPEED * seconds)

    def identity(self, now: datetime) -> dict[str, Any]:
        """Return its identityReport."""
        return {
            "uuid": self.uuid,
            "timestamp": _time(now),
            "manufacturerName": "Elsewhere Robotics",
            "robotModel": "ER-7",
            "robotSerialNumber": self.name,
            "baseRobotEnvelope": {"x": 0.9, "y": 0.6, "z": 0.4},
            "maxSpeed": SPEED,
            "maxRunTime": (100 - LOW) / DRAIN / 3600,
            "cargoType": "totes",
            "cargoMaxWeight": "30",
        }

    def status(self, now: datetime) -> dict[str, Any]:
        """Return its statusReport."""
        moving = self.state == "navigating"
        corner = self._course.corners[self._goal]
        to_go = hypot(corner[0] - self.x, corner[1] - self.y) / SPEED
        report: dict[str, Any] = {
            "uuid": self.uuid,
            "timestamp": _time(now),
            "operationalState": self.state,
            "location": self._place() | {"planarDatum": self._course.datum},
            "velocity": {"linear": SPEED if moving else 0.0, "angular": {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}},
            "batteryPercentage": round(self.battery, 1),
            "remainingRunTime": round(max(0.0, self.battery - LOW) / DRAIN / 3600, 3),
            "loadPercentageStillAvailable": 50,
        }
        if moving:
            goal = self._ahead(now, to_go, *corner)
            seconds = min(AHEAD, to_go)
            x, y = self.x + cos(self._heading) * SPEED * seconds, self.y + sin(self._heading) * SPEED * seconds
            report |= {"destinations": [goal], "path": [self._ahead(now, seconds, x, y)]}
        return report

    def _drive(self, way: float) -> None:
        x, y = self._course.corners[self._goal]
        left = hypot(x - self.x, y - self.y)
        if left <= way:
            self.x, self.y = x, y
            self._goal = (self._goal + 1) % 4
            self.state, self._left = "loadingUnloading", LOADING
            return
        self._heading = atan2(y - self.y, x - self.x)
        self.x += cos(self._heading) * way
        self.y += sin(self._heading) * way

    def _place(self) -> dict[str, Any]:
        half = self._heading / 2
        return {"x": self.x, "y": self.y, "z": 0.0, "angle": {"x": 0.0, "y": 0.0, "z": sin(half), "w": cos(half)}}

    def _ahead(self, now: datetime, seconds: float, x: float, y: float) -> Mapping[str, Any]:
        return self._place() | {
            "timestamp": _time(now + timedelta(seconds=seconds)),
            "x": x,
            "y": y,
            "planarDatumUUID": self._course.datum,
        }


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The robots of one maker and what they are told to do; time is the event loop's, so a virtual day costs nothing."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import hypot
from typing import Any

SPEED = 1200.0
"""Millimetres a second."""
HANDLING = 4.0
"""Seconds to take or set down a load."""
DRAIN_MM = 60_000.0
"""Millimetres for one percent of the battery."""
CHARGE_SECONDS = 30.0
"""For one percent."""
STEP = 1.0
"""Seconds between changes of a position that is told."""
KINDS = ("move", "carry", "charge")
ENDED = ("done", "failed", "cancelled")


@dataclass(slots=True)
class Robot:
    """A robot."""

    id: str
    place: str
    x: float
    y: float
    battery: float = 90.0
    odometer: float = 0.0
    heading: float = 0.0
    charging: bool = False
    online: bool = True
    loads: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    job: "Job | None" = None

    def told(self) -> dict[str, Any]:
        """Return what the API says of it."""
        return {
            "id": self.id,
            "online": self.online,
            "battery": round(self.battery, 1),
            "charging": self.charging,
            "x_mm": round(self.x),
            "y_mm": round(self.y),
            "heading_deg": self.heading,
            "place": self.place,
            "odometer_mm": round(self.odometer),
            "task": self.job.key if self.job is not None else None,
            "loads": self.loads,
            "errors": self.errors,
        }


@dataclass(slots=True)
class Job:
    """A task in the maker's books."""

    key: str
    body: Mapping[str, Any]
    state: str = "queued"
    revision: int = 1
    robot: str | None = None
    reason: str | None = None
    to_cancel: bool = False

    def told(self) -> dict[str, Any]:
        """Return what the API says of it."""
        return {
            "key": self.key,
            "state": self.state,
            "revision": self.revision,
            "robot": self.robot,
            "reason": self.reason,
            "to": self.body["to"],
        }


def managed(site: Mapping[str, Any]) -> dict[str, str]:
    """Return the robots of a site file that a manager drives, by its names for them, and the nodes of their homes."""
    kinds = {kind["id"] for kind in site.get("robot_types", []) if kind.get("driver") == "fms"}
    stations = {station["id"]: station["node"] for station in site.get("stations", [])}
    return {one["serial"]: stations[one["home"]] for one in site.get("robots", []) if one["type"] in kinds}


class Refusal(Exception):
    """A no, with the status that says it."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


class Yard:
    """Takes tasks and has robots do them; `changed` is called with each job whose state changed."""

    def __init__(
        self,
        places: Mapping[str, tuple[int, int]],
        robots: Mapping[str, str],
        dice: random.Random,
        changed: Callable[[Job], None] = lambda _job: None,
    ) -> None:
        self.places = places
        self.robots = {name: Robot(name, at, float(places[at][0]), float(places[at][1])) for name, at in robots.items()}
        self.jobs: dict[str, Job] = {}
        self.changed = changed
        self.made = 0
        """How many tasks were ever made: a second one for the same work is a mistake of somebody's."""
        self.heedless = False
        """It makes a task for every request, whatever the key: only by its key is it found."""
        self._dice = dice
        self._wake = asyncio.Event()

    def create(self, body: Mapping[str, Any]) -> tuple[int, Job]:
        """Take a task; the same key and content again is the same task. Raises Refusal."""
        key = body.get("key")
        if not isinstance(key, str) or not key:
            raise Refusal(422, "bad_key", "key must be a text")
        known = self.jobs.get(key)
        if known is not None and not self.heedless:
            if known.body != body:
                raise Refusal(409, "key_conflict", f"{key} was used for another task")
            return 200, known
        if body.get("kind") not in KINDS:
            raise Refusal(422, "bad_kind", f"kind is one of {', '.join(KINDS)}")
        ends = ["to"] + (["from"] if body["kind"] == "carry" else [])
        for end in ends:
            if body.get(end) not in self.places:
                raise Refusal(422, "unknown_place", f"{end}: there is no place {body.get(end)}")
        if body.get("robot") is not None and body["robot"] not in self.robots:
            raise Refusal(422, "unknown_robot", f"there is no robot {body['robot']}")
        job = self.jobs[key] = Job(key, dict(body))
        self.made += 1
        self._wake.set()
        self.changed(job)
        return 201, job

    def cancel(self, key: str) -> Job:
        """Stop a task; one whose load is aboard is brought back first. Raises Refusal."""
        job = self.jobs.get(key)
        if job is None:
            raise Refusal(404, "task_unknown", f"there is no task {key}")
        if job.state in ENDED and job.state != "cancelled":
            raise Refusal(409, "too_late", f"it is {job.state}")
        if job.state == "queued":
            self._move(job, "cancelled")
        job.to_cancel = True
        return job

    def restart(self) -> None:
        """Lose all tasks, as a manager that keeps them in memory does; robots stop where they are."""
        for robot in self.robots.values():
            if robot.job is not None:
                robot.job.to_cancel = True
            robot.job = None
        self.jobs = {}

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for robot in self.robots.values():
                group.create_task(self._serve(robot))

    async def _serve(self, robot: Robot) -> None:
        while True:
            job = self._next(robot)
            if job is None:
                self._wake.clear()
                await self._wait(robot)
                continue
            robot.job, robot.charging = job, False
            job.robot = robot.id
            self._move(job, "assigned")
            try:
                await self._do(robot, job)
            finally:
                if robot.job is job:
                    robot.job = None

    async def _wait(self, robot: Robot) -> None:
        """Wait for work; at a charger the battery fills meanwhile."""
        try:
            async with asyncio.timeout(CHARGE_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            if robot.charging:
                robot.battery = min(100.0, robot.battery + 1)

    def _next(self, robot: Robot) -> Job | None:
        waiting = [
            job
            for job in self.jobs.values()
            if job.state == "queued" and not job.to_cancel and job.body.get("robot") in (None, robot.id)
        ]
        return max(waiting, key=lambda job: job.body.get("priority", 5), default=None) if robot.online else None

    async def _do(self, robot: Robot, job: Job) -> None:
        if job.body["kind"] == "carry":
            if not await self._drive(robot, job, job.body["from"]):
                return
            await asyncio.sleep(HANDLING)
            robot.loads = [job.body.get("load") or job.key]
            self._move(job, "carrying")
        if not await self._drive(robot, job, job.body["to"]):
            return
        if job.body["kind"] == "carry":
            await asyncio.sleep(HANDLING)
            robot.loads = []
        robot.charging = job.body["kind"] == "charge"
        self._move(job, "done")

    async def _drive(self, robot: Robot, job: Job, place: str) -> bool:
        """Drive to a place; False when the task ended on the way."""
        x, y = self.places[place]
        robot.place = ""
        while (left := hypot(x - robot.x, y - robot.y)) > 0:
            if job.to_cancel:
                robot.loads = []  # set down where it stands
                self._move(job, "cancelled")
                return False
            if robot.errors or not robot.online:
                self._move(job, "failed", ", ".join(robot.errors) or "robot offline")
                return False
            reach = min(left, SPEED * STEP)
            await asyncio.sleep(reach / SPEED)
            robot.x += (x - robot.x) * reach / left
            robot.y += (y - robot.y) * reach / left
            robot.odometer += reach
            robot.battery = max(0.0, robot.battery - reach / DRAIN_MM)
        robot.place = place
        return True

    def _move(self, job: Job, state: str, reason: str | None = None) -> None:
        if job.state in ENDED or self.jobs.get(job.key) is not job:
            return
        job.state, job.reason = state, reason
        job.revision += 1
        self.changed(job)

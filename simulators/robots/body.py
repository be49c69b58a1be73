"""The physical robot: pose, movement, battery and load; what survives a loss of power."""

from collections.abc import Callable
from typing import NamedTuple

from drivers.vda5050.messages import AgvPosition, BatteryState, Velocity
from simulators.robots.battery import Battery, Use
from simulators.robots.cargo import Cargo
from simulators.robots.config import RobotConfig
from simulators.robots.motion import Pose, Profile, between


class Occupancy(NamedTuple):
    """What a robot physically takes up: nodes and lanes by their ids."""

    nodes: tuple[str, ...]
    lanes: tuple[str, ...]


class Leg(NamedTuple):
    """A way from node to node; lengths in millimetres."""

    lane: str
    start_node: str
    end_node: str
    start: Pose
    end: Pose
    length: float
    map: str = ""
    """The map on which it ends, if that is another one: in a lift."""


def _nobody_looks() -> None:
    """Be told of places that are taken, where there is no judge."""


class Body:
    """Where the robot is at any moment of loop time, without ticking; `on_taking` is called when it may take places."""

    def __init__(self, config: RobotConfig, time: Callable[[], float]) -> None:
        self.config = config
        self.cargo = Cargo(config.slots)
        self.battery = Battery(config.charge, config.idle_hours, config.driving_hours, config.charge_time)
        self.node = config.node
        self.map = config.map
        self.leg: Leg | None = None
        self._time = time
        self._pose = Pose(config.x, config.y, config.theta)
        self._done = 0.0
        self._profile: Profile | None = None
        self._began = 0.0
        self._taken: Occupancy | None = None
        self.on_taking: Callable[[], None] = _nobody_looks
        self.battery.since = time()

    @property
    def moving(self) -> bool:
        """It rolls."""
        return self._profile is not None

    @property
    def travelled(self) -> float:
        """Millimetres of the present leg that lie behind."""
        if self._profile is None:
            return self._done
        return self._done + self._profile.travelled(self._time() - self._began)

    @property
    def speed(self) -> float:
        """Speed now, in mm/s."""
        return 0.0 if self._profile is None else self._profile.speed(self._time() - self._began)

    @property
    def pose(self) -> Pose:
        """Where it is now."""
        leg = self.leg
        if leg is None:
            return self._pose
        return between(leg.start, leg.end, min(self.travelled / max(leg.length, 1.0), 1.0), self._pose.theta)

    @property
    def occupancy(self) -> Occupancy:
        """What it takes up: on a leg the lane, the node ahead, and the node behind until it has left it.

        One that stands as near to where the leg begins as its orders may deviate is still there, and nowhere else.
        """
        if self._taken is not None:
            return self._taken
        leg = self.leg
        if leg is not None and leg.start_node and not self.moving and self.travelled <= self.config.deviation:
            return Occupancy((leg.start_node,), ())
        if leg is not None and leg.start_node and self.travelled < self.config.length:
            return Occupancy((leg.start_node, leg.end_node), (leg.lane,))
        if leg is not None:
            taken = Occupancy((leg.end_node,), (leg.lane,))
        else:
            taken = Occupancy((self.node,) if self.node else (), ())
        self._taken = taken  # until it enters a leg or is placed
        return taken

    def place(self, pose: Pose, node: str, map_id: str) -> None:
        """Put it somewhere."""
        self._stand(pose, node, map_id)
        self.on_taking()

    def stand_on(self, node: str) -> None:
        """Take the place where it stands for this node."""
        self.node, self._taken = node, None
        self.on_taking()

    def face(self, theta: float) -> None:
        """Turn on the spot."""
        self._pose = Pose(self._pose.x, self._pose.y, theta)

    def enter(self, leg: Leg) -> None:
        """Stand at the start of a leg."""
        self.leg, self._done, self.node, self._taken = leg, 0.0, "", None
        if not leg.start_node:  # else it is where it was until it rolls
            self.on_taking()

    def roll(self, profile: Profile) -> None:
        """Move along the leg from where it is."""
        self._done = self.travelled
        self._profile, self._began = profile, self._time()
        self.on_taking()

    def freeze(self) -> float:
        """Stand still at once; return the speed it had."""
        speed, self._done = self.speed, self.travelled
        self._profile = None
        return speed

    def arrive(self) -> None:
        """Stand on the node at the end of the leg; one that rolled there took it when it began to."""
        if self.leg is not None:
            stand = self._stand if self.moving else self.place
            stand(Pose(self.leg.end.x, self.leg.end.y, self._pose.theta), self.leg.end_node, self.leg.map or self.map)

    def _stand(self, pose: Pose, node: str, map_id: str) -> None:
        self.freeze()
        self.leg, self._done, self._taken = None, 0.0, None
        self._pose, self.node, self.map = pose, node, map_id

    def use(self, use: Use) -> None:
        """Drain or fill the battery in another way."""
        if use is not self.battery.use:
            self.battery.switch(use, self._time())

    @property
    def charge(self) -> float:
        """Percent of the battery now."""
        return self.battery.at(self._time())

    def agv_position(self) -> AgvPosition:
        """Return the position as the standard has it."""
        pose = self.pose
        return AgvPosition(
            x=round(pose.x) / 1000,
            y=round(pose.y) / 1000,
            theta=int(pose.theta * 10_000) / 10_000,  # rounded, half a turn would be more than pi
            map_id=self.map,
            position_initialized=True,
        )

    def velocity(self) -> Velocity:
        """Return the speed as the standard has it."""
        return Velocity(vx=round(self.speed) / 1000, vy=0.0, omega=0.0)

    def battery_state(self) -> BatteryState:
        """Return the battery as the standard has it."""
        return BatteryState(battery_charge=round(self.charge * 100) / 100, charging=self.battery.use is Use.CHARGING)

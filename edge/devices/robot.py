"""What the controller knows of one robot beyond its rows: the protocol's word, and when to try again."""

from dataclasses import dataclass, field

from drivers.vda5050.messages import RobotId
from drivers.vda5050.topics import Major
from edge.fleet.reasons import Wait
from edge.site import RobotUnit, Site


@dataclass(slots=True)
class Robot:
    """A robot in hand; times are those of the event loop."""

    id: str
    identity: RobotId
    home: str
    totes: int
    speed: int
    node: str
    major: Major | None = None
    """The version of the protocol it must speak, if the site file names one."""
    in_service: bool = True
    paused: bool = False
    dead: bool = False
    alive: bool = False
    automatic: bool = True
    placed: bool = False
    """Traffic has it where it says it is, or on its way; not so before it is heard, and after it was declared dead."""
    percent: int = 100
    charging: bool = False
    worked_ms: int = 0
    not_before: float = 0.0
    """When it may be given a trip again after one failed."""
    ask_at: float = 0.0
    """When to ask again for a way that was refused."""
    deviation: int = 0
    """How far from its node (mm) its next trip may begin."""
    giving_up: str = ""
    """Why its trip ends once nothing is left of its order; until then it keeps its way and gets no more."""
    loads: tuple[str, ...] = ()
    reason: str = "robot.silent"
    details: dict[str, object] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """It can be driven now."""
        return self.alive and self.automatic and self.placed and not (self.dead or self.paused or self.giving_up)

    def say(self, code: str, details: dict[str, object] | None = None) -> None:
        """Give the reason why it does what it does."""
        self.reason, self.details = code, details or {}

    def wait(self, wait: Wait) -> None:
        """Give traffic's reason."""
        self.say(wait.reason, {"robot": wait.robot or "-", "node": wait.node or "-"})


def robot_of(site: Site, unit: RobotUnit, identity: RobotId, node: str | None = None) -> Robot:
    """Return the machine that has a place in the fleet; at the place's home, if nothing else is known."""
    kind, home = site.robot_type[unit.type], site.station[unit.home].node
    major = Major(f"v{kind.vda5050[0]}") if kind.vda5050 else None
    return Robot(unit.id, identity, home, kind.totes, kind.speed, node or home, major)

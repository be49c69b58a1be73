"""The fleet in hand: the robots that we drive ourselves, their ways, and what is wanted and held for them.

One object, shared by all that work on it: `Roster` says who is in it, `Reports` takes in what robots say, `Driving`
begins trips, `Releasing` gives out way, and `RobotKeeper` has them do so round by round.
"""

from drivers.vda5050.fleet import FleetLink
from drivers.vda5050.messages import RobotId, State
from edge.clock import Source
from edge.devices.orders import Way
from edge.devices.passages import Passages
from edge.devices.retreat import Retreat
from edge.devices.robot import Robot
from edge.devices.rounds import Rounds
from edge.devices.silence import Silence
from edge.devices.stores import Areas
from edge.devices.wanted import Wanted
from edge.fleet.roadmap import Roadmap
from edge.fleet.routes import Tour, plan_tour
from edge.fleet.traffic import Traffic
from edge.live import Live, RobotView
from edge.processes.trouble import raise_trouble
from edge.site import Site
from edge.store.store import Store


class Fleet:
    """What is known of the fleet at this moment; everything public here is there to be changed by those above."""

    def __init__(
        self,
        site: Site,
        roadmap: Roadmap,
        *,
        store: Store,
        live: Live,
        source: Source,
        link: FleetLink,
        rounds: Rounds,
        passages: Passages,
    ) -> None:
        self.site = site
        self.roadmap = roadmap
        self.store = store
        self.live = live
        self.source = source
        self.link = link
        self.rounds = rounds
        self.passages = passages
        self.areas = Areas(site, roadmap)
        self.retreat = Retreat(site, roadmap)
        self.units = {unit.id: unit for unit in site.units_of("vda5050")}
        self.homes = [site.station[unit.home].node for unit in self.units.values()]
        """Also those of vacant places: nobody is led through them, and who comes finds his free."""
        self.robots: dict[str, Robot] = {}
        self.by_identity: dict[RobotId, str] = {}
        self.ways: dict[str, Way] = {}
        """The running trips, by robot."""
        self.wanted = Wanted()
        self.traffic = Traffic(roadmap, bays=[], clearance=site.clearance)
        self.silence = Silence(store, self.robots)
        self._bays = roadmap.mask(self.homes)

    def find(self, identity: RobotId) -> Robot | None:
        """Return the robot that a machine is; None for one that has no place in the fleet."""
        robot_id = self.by_identity.get(identity)
        return None if robot_id is None else self.robots[robot_id]

    def view(self, robot: Robot) -> RobotView:
        """Return what is shown of a robot."""
        return self.live.views[robot.id]

    def state(self, robot: Robot) -> State | None:
        """Return what a robot reported last."""
        return self.link.vehicle(robot.identity).state

    def stands_still(self, name: str) -> bool:
        """Say whether a robot reports that it does not drive."""
        state = self.state(self.robots[name])
        return state is not None and not state.driving

    def tour(self, robot: Robot, start: str, goal: str, avoid: int = 0) -> Tour | None:
        """Plan a way from a node to a goal and home from there, through nobody's bay; None when there is none."""
        ahead = [[goal]] if goal != robot.home else []
        tour = plan_tour(self.roadmap, start, ahead, [robot.home], bays=self._bays, avoid=avoid, speed=robot.speed)
        return tour if isinstance(tour, Tour) else None

    def trouble(self, robot: Robot, code: str, **details: object) -> None:
        """Tell people what is wrong with a robot."""
        self.store.run(raise_trouble, code, f"robot/{robot.id}", robot=robot.id, **details)

    def reconsider(self) -> None:
        """Answer anew those that ask leave to enter a zone."""
        if self.areas.plans:
            self.link.reconsider()

"""The doors and lifts on the robots' ways, asked as one; where a site has none, nothing is in anybody's way."""

from collections.abc import Callable, Mapping, Sequence

from drivers.modbus.unit import Unit
from edge.devices.doors import DoorKeeper
from edge.devices.lifts import LiftKeeper
from edge.devices.orders import Way
from edge.devices.robot import Robot
from edge.fleet.roadmap import Roadmap
from edge.fleet.traffic import Traffic
from edge.live import Live
from edge.site import Site
from edge.store.store import Store


class Passages:
    """Keeps the doors and the lifts of a site, where it has some."""

    def __init__(self, site: Site, roadmap: Roadmap, *, store: Store, live: Live) -> None:
        self._doors = DoorKeeper(site, roadmap, store=store, live=live) if site.doors else None
        self._lifts = LiftKeeper(site, roadmap, store=store, live=live) if site.lifts else None
        self._keepers = [keeper for keeper in (self._doors, self._lifts) if keeper is not None]

    def on_change(self, call: Callable[[], None]) -> None:
        """Have this called when they should be asked again."""
        for keeper in self._keepers:
            keeper.on_change = call

    def attach(self, device: str, unit: Unit) -> None:
        """Take the unit of what hangs at a device."""
        for keeper in self._keepers:
            keeper.attach(device, unit)

    def heard(self, device: str) -> None:
        """Take what a unit reads now: at every change of a point or of the link."""
        for keeper in self._keepers:
            keeper.heard(device)

    @property
    def held_back(self) -> list[str]:
        """Return the robots to be asked for again every round."""
        return [name for keeper in self._keepers for name in keeper.held_back]

    def whereabouts(self, robot: str, *, sure: bool) -> None:
        """Note whether it is known where between two nodes a robot is."""
        for keeper in self._keepers:
            keeper.whereabouts(robot, sure=sure)

    def look(
        self, traffic: Traffic, ways: Mapping[str, Way], robots: Mapping[str, Robot], still: Callable[[str], bool]
    ) -> bool:
        """Decide what every door and lift does now; True when other lanes are barred than before."""
        barred = self._doors is not None and self._doors.look(traffic, ways, robots)
        if self._lifts is not None:
            barred |= self._lifts.look(traffic, ways, robots, still)
        return barred

    def concern(self, way: Way) -> bool:
        """Say whether a door or lift should be looked at when this robot has moved on."""
        return any(keeper.concerns(way) for keeper in self._keepers)

    def barred(self) -> list[str]:
        """Return the lanes through what does not work."""
        return [lane for keeper in self._keepers for lane in keeper.barred()]

    def limit(self, way: Way) -> int:
        """Return the index up to which traffic may release a way: its stop, or before a door or lift."""
        end = way.end if self._doors is None else self._doors.limit(way)
        return end if self._lifts is None else self._lifts.limit(way, end)

    def told(self, way: Way, still: Callable[[str], bool]) -> int:
        """Return the index up to which a robot may be told to drive, of what traffic has released to it."""
        return way.granted if self._lifts is None else self._lifts.told(way, still)

    def beyond(self, route: Sequence[str], released: int) -> int:
        """Return how far traffic has released a way of which so much was told."""
        return released if self._lifts is None else self._lifts.beyond(route, released)

    def doorstep(self, node: str, ahead: str | None, off: int) -> tuple[str, str | None, int]:
        """Take a robot that stands in the door of a lift for one that comes from the landing."""
        return (node, ahead, off) if self._lifts is None else self._lifts.doorstep(node, ahead, off)

    def explain(self, robot: Robot, way: Way | None) -> None:
        """Say of a robot at or in one of them what it waits for."""
        for keeper in self._keepers:
            keeper.explain(robot, way)

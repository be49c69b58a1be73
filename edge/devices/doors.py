"""Opens the doors on the robots' ways: their signals in, commands out, and for traffic how far a robot may go.

The keeper of the robots asks once a round: `look` before anything is released, `limit` for each robot it would release
way to, `barred` for the lanes that are as good as closed. What a door does is decided in edge/fleet/doors.py.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from drivers.modbus.unit import Unit
from edge.devices.orders import Way
from edge.devices.posts import Alarm, Notice
from edge.devices.robot import Robot
from edge.fleet.doors import Door, Signals, Trouble
from edge.fleet.reasons import Reason
from edge.fleet.roadmap import Roadmap
from edge.fleet.traffic import Traffic
from edge.live import DoorView, Live
from edge.processes.trouble import DOOR_TROUBLES
from edge.site import Door as DoorSite
from edge.site import Site
from edge.store.store import Store


@dataclass(slots=True)
class _Post:
    """A door in hand."""

    site: DoorSite
    door: Door
    ways: list[tuple[str, str]]
    view: DoorView
    notice: Notice
    unit: Unit | None = None
    asking: dict[str, None] = field(default_factory=dict)
    """The robots whose way leads through it within `ahead`."""


def _nobody() -> None:
    """Tell nobody, until somebody asks."""


class DoorKeeper:
    """Keeps all doors of a site; `on_change` is called when it should be asked again."""

    def __init__(self, site: Site, roadmap: Roadmap, *, store: Store, live: Live) -> None:
        self.on_change: Callable[[], None] = _nobody
        self._roadmap = roadmap
        self._store = store
        self._live = live
        self._now = asyncio.get_running_loop().time
        self._posts: dict[str, _Post] = {}
        self._at: dict[tuple[str, str], _Post] = {}
        self._before: dict[str, _Post] = {}
        self._unsure: dict[str, None] = {}
        self._alarm = Alarm(lambda: self.on_change())  # noqa: PLW0108  it is another one later
        for one in site.doors:
            view = live.doors[one.id] = DoorView(one.id)
            door = Door(one.opens_within, one.stays_open, began=self._now())
            notice = Notice(f"door/{one.id}", DOOR_TROUBLES)
            post = self._posts[one.id] = _Post(one, door, site.ways_through(one), view, notice)
            self._at |= dict.fromkeys(post.ways, post)
        self._farthest = max((post.site.ahead for post in self._posts.values()), default=0)

    # --- the I/O side -----------------------------------------------------------------------------------------------

    def attach(self, device: str, unit: Unit) -> None:
        """Take the unit of the doors on a device; what is wanted before that is told to it then."""
        for post in self._on(device):
            post.unit = unit

    def heard(self, device: str) -> None:
        """Take what a unit reads now: at every change of a point or of the link."""
        for post in self._on(device):
            signals = _signals(post)
            if signals != post.door.signals:
                post.door.hear(self._now(), signals)
                self.on_change()

    def _on(self, device: str) -> list[_Post]:
        return [post for post in self._posts.values() if post.site.io == device]

    # --- the side of traffic ----------------------------------------------------------------------------------------

    @property
    def held_back(self) -> list[str]:
        """Return the robots whose `limit` was a door when it was last asked for: to be asked for again every round."""
        return list(self._before)

    def whereabouts(self, robot: str, *, sure: bool) -> None:
        """Note whether it is known on which lane a robot is; else only its last node is, and no door there closes."""
        if sure:
            self._unsure.pop(robot, None)
        else:
            self._unsure[robot] = None

    def look(self, traffic: Traffic, ways: Mapping[str, Way], robots: Mapping[str, Robot]) -> bool:
        """Decide what every door does now; True when other lanes are barred than before.

        Nothing may happen between this and what is released on it.
        """
        now = self._now()
        barred = self.barred()
        for post in self._posts.values():
            post.asking = {}
        for name, way in ways.items():
            if robots[name].usable:
                for post in self._ahead(way):
                    post.asking[name] = None
        for post in self._posts.values():
            inside = dict.fromkeys(name for way in post.ways for name in traffic.between(*way))
            ends = dict.fromkeys(node for way in post.ways for node in way)
            inside |= dict.fromkeys(name for name in self._unsure if name in robots and robots[name].node in ends)
            post.door.look(now, needed=bool(post.asking), inside=bool(inside))
            if post.unit is not None:
                post.unit.want(post.site.open, post.door.wanted)
            self._tell(post)
            self._show(post, {**post.asking, **inside})
        self._before = {name: post for name, post in self._before.items() if name in ways}
        self._alarm.set(now, [post.door.due(now) for post in self._posts.values()])
        return barred != self.barred()

    def concerns(self, way: Way) -> bool:
        """Say whether a door should be looked at when this robot has moved on: it nears one, or was let through one."""
        known = any(way.robot in post.view.robots for post in self._posts.values())
        return known or next(self._ahead(way), None) is not None

    def limit(self, way: Way) -> int:
        """Return the index of the node up to which a robot may be released: its stop, or before a door not open."""
        now = self._now()
        for at in range(way.granted, way.end):
            post = self._at.get((way.route[at], way.route[at + 1]))
            if post is not None and not (way.robot in post.asking and post.door.passable(now)):
                self._before[way.robot] = post
                return at
        self._before.pop(way.robot, None)
        return way.end

    def barred(self) -> list[str]:
        """Return the lanes through doors that do not work: nobody is to be led there."""
        return [f"{one}>{other}" for (one, other), post in self._at.items() if post.door.trouble is not None]

    def explain(self, robot: Robot, way: Way | None) -> None:
        """Say of a robot at a door, which traffic takes for its stop, what it waits for."""
        post = self._before.get(robot.id)
        if way is not None and post is not None and robot.reason == Reason.AT_STOP and way.passed < way.end:
            robot.say(Reason.DOOR, {"door": post.site.id, "node": way.route[way.passed]})

    def _ahead(self, way: Way) -> Iterator[_Post]:
        """Give the doors on a robot's way that are near enough to be opened for it."""
        length = 0
        for at in range(way.passed, way.end):
            pair = way.route[at], way.route[at + 1]
            post = self._at.get(pair)
            if post is not None and length <= post.site.ahead:
                yield post
            length += self._roadmap.length(*map(self._roadmap.index, pair))
            if length > self._farthest:
                return

    # --- for people -------------------------------------------------------------------------------------------------

    def _tell(self, post: _Post) -> None:
        code = _code(post.door.trouble)
        facts = {"door": post.site.id, "device": post.site.io, "seconds": post.site.opens_within}
        post.notice.tell(self._store, code, heard=post.door.signals is not None, **facts)

    def _show(self, post: _Post, robots: Mapping[str, None]) -> None:
        seen = str(post.door.state), _code(post.door.trouble), tuple(robots)
        view = post.view
        if seen != (view.state, view.trouble, view.robots):
            view.state, view.trouble, view.robots = seen
            self._live.touch()


def _code(trouble: Trouble | None) -> str:
    return f"exception.door_{trouble}" if trouble is not None else ""


def _signals(post: _Post) -> Signals | None:
    """Return what the door's unit reads; None while it is not reached or does not read all of it."""
    unit, site = post.unit, post.site
    if unit is None or not unit.link.up:
        return None
    names = [site.open, site.opened, site.closed, *([site.fault] if site.fault is not None else [])]
    if any(name not in unit.values for name in names):
        return None
    return Signals(*(bool(unit.values[name]) for name in names))

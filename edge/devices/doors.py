"""Opens the doors on the robots' ways: their signals in, commands out, and for traffic how far a robot may go.

The keeper of the robots asks once a round: `look` before anything is released, `limit` for each robot it would release
way to, `barred` for the lanes that are as good as closed. What a door does is decided in edge/fleet/doors.py.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drivers.modbus.unit import Unit
from edge.devices.orders import Way
from edge.devices.posts import Notice, PostKeeper, readings
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

    @property
    def io(self) -> str:
        """The device that it hangs at."""
        return self.site.io

    def hear(self, now: float) -> bool:
        """Take what its unit reads; True when that is news."""
        signals = _signals(self.site, self.unit)
        if signals == self.door.signals:
            return False
        self.door.hear(now, signals)
        return True


class DoorKeeper(PostKeeper[_Post]):
    """Keeps all doors of a site."""

    def __init__(self, site: Site, roadmap: Roadmap, *, store: Store, live: Live) -> None:
        began = asyncio.get_running_loop().time()
        super().__init__([_post(site, one, live, began) for one in site.doors], store, live)
        self._roadmap = roadmap
        self._at = {way: post for post in self._posts for way in post.ways}
        self._before: dict[str, _Post] = {}
        self._farthest = max((post.site.ahead for post in self._posts), default=0)

    @property
    def held_back(self) -> list[str]:
        """Return the robots whose `limit` was a door when it was last asked for: to be asked for again every round."""
        return list(self._before)

    def look(self, traffic: Traffic, ways: Mapping[str, Way], robots: Mapping[str, Robot]) -> bool:
        """Decide what every door does now; True when other lanes are barred than before.

        Nothing may happen between this and what is released on it.
        """
        now = self._now()
        barred = self.barred()
        for post in self._posts:
            post.asking = {}
        for name, way in ways.items():
            if robots[name].usable:
                for post in self._ahead(way):
                    post.asking[name] = None
        for post in self._posts:
            inside = dict.fromkeys(name for way in post.ways for name in traffic.between(*way))
            ends = dict.fromkeys(node for way in post.ways for node in way)
            inside |= dict.fromkeys(name for name in self._unsure if name in robots and robots[name].node in ends)
            post.door.look(now, needed=bool(post.asking), inside=bool(inside))
            if post.unit is not None:
                post.unit.want(post.site.open, post.door.wanted)
            self._tell(post)
            self._show(post, {**post.asking, **inside})
        self._before = {name: post for name, post in self._before.items() if name in ways}
        self._alarm.set(now, [post.door.due(now) for post in self._posts])
        return barred != self.barred()

    def concerns(self, way: Way) -> bool:
        """Say whether a door should be looked at when this robot has moved on: it nears one, or was let through one."""
        known = any(way.robot in post.view.robots for post in self._posts)
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
        return [f"{one}>{other}" for (one, other), post in self._at.items() if not post.door.works]

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
        site, trouble = post.site, post.door.trouble
        seconds = site.closes_within if trouble is Trouble.AJAR else site.opens_within
        facts = {"door": site.id, "device": site.io, "seconds": seconds}
        post.notice.tell(self._store, _code(trouble), heard=post.door.signals is not None, **facts)

    def _show(self, post: _Post, robots: Mapping[str, None]) -> None:
        seen = str(post.door.state), _code(post.door.trouble), tuple(robots)
        view = post.view
        if seen != (view.state, view.trouble, view.robots):
            view.state, view.trouble, view.robots = seen
            self._live.touch()


def _post(site: Site, one: DoorSite, live: Live, began: float) -> _Post:
    view = live.doors[one.id] = DoorView(one.id)
    door = Door(one.opens_within, one.stays_open, one.closes_within, began=began)
    return _Post(one, door, site.ways_through(one), view, Notice(f"door/{one.id}", DOOR_TROUBLES))


def _code(trouble: Trouble | None) -> str:
    return f"exception.door_{trouble}" if trouble is not None else ""


def _signals(site: DoorSite, unit: Unit | None) -> Signals | None:
    """Return what the door's unit reads; None while it is not reached or does not read all of it."""
    values = readings(unit, site.open, site.opened, site.closed, site.fault)
    if values is None:
        return None
    return Signals(
        told=bool(values[site.open]),
        opened=bool(values[site.opened]),
        closed=bool(values[site.closed]),
        fault=site.fault is not None and bool(values[site.fault]),
    )

"""Calls the lifts on the robots' ways: their signals in, calls out, and how far a robot may be told to go.

A lift serves the robot that holds its cabin in traffic, and no other. The keeper of the robots asks once a round:
`look` before anything is released, `limit` for how far traffic may release, `told` for how much of that the robot is
told. What a lift does is decided in edge/fleet/lifts.py.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from drivers.modbus.unit import Unit
from edge.devices.orders import Way
from edge.devices.posts import Notice, PostKeeper, readings
from edge.devices.robot import Robot
from edge.fleet.lifts import NOBODY, Lift, Need, Signals, Trouble
from edge.fleet.reasons import Reason
from edge.fleet.roadmap import Roadmap
from edge.fleet.traffic import Traffic
from edge.live import LiftView, Live
from edge.processes.trouble import LIFT_TROUBLES
from edge.site import Lift as LiftSite
from edge.site import Site
from edge.store.store import Store

STILL_AGAIN = 0.5
"""Seconds after which a robot that reached the cabin and still drives is looked at again: no report says it stands."""
EXPLAINED = (Reason.AT_STOP, Reason.GOING, Reason.CLOSED)
"""What traffic says of a robot that waits for a lift: it knows of none."""

Still = Callable[[str], bool]
"""Says whether a robot stands still."""


@dataclass(slots=True)
class _Post:
    """A lift in hand."""

    site: LiftSite
    lift: Lift
    view: LiftView
    notice: Notice
    cabin: dict[str, str]
    """Its floors by the node in the cabin."""
    landing: dict[str, str]
    """And by the node before the door."""
    unit: Unit | None = None
    asking: dict[str, str] = field(default_factory=dict)
    """The robots that come to it within `ahead`, longest first, and the floor where each of them will wait."""

    @property
    def io(self) -> str:
        """The device that it hangs at."""
        return self.site.io

    def hear(self, now: float) -> bool:
        """Take what its unit reads; True when that is news."""
        signals = _signals(self.site, self.unit)
        if signals == self.lift.signals:
            return False
        self.lift.hear(now, signals)
        return True


@dataclass(frozen=True, slots=True)
class _Ride:
    """A robot's way through a lift: the indices of the first and the last node in the cabin, and the floors there."""

    post: _Post
    first: int
    last: int
    into: str
    out: str

    @property
    def wait(self) -> int:
        """The index of the node before the landing, where robots wait; of a way that begins later, its beginning."""
        return max(self.first - 2, 0)

    @property
    def out_at(self) -> int:
        """The index of the landing beyond it."""
        return self.last + 1


class LiftKeeper(PostKeeper[_Post]):
    """Keeps all lifts of a site."""

    def __init__(self, site: Site, roadmap: Roadmap, *, store: Store, live: Live) -> None:
        began = asyncio.get_running_loop().time()
        super().__init__([_post(one, live, began) for one in site.lifts], store, live)
        self._roadmap = roadmap
        self._at = {cabin: post for post in self._posts for cabin in post.cabin}
        """The lifts by the nodes in their cabins."""
        self._at_lifts: list[str] = []

    @property
    def held_back(self) -> list[str]:
        """Return the robots at and in lifts: to be asked for again every round."""
        return self._at_lifts

    def beyond(self, route: Sequence[str], released: int) -> int:
        """Return how far traffic has released a way of which so much was told: who is let in has the way out."""
        while released < len(route) - 1 and self._roadmap.through >> self._roadmap.index(route[released]) & 1:
            released += 1
        return released

    def doorstep(self, node: str, ahead: str | None, off: int) -> tuple[str, str | None, int]:
        """Take a robot that stands in the door of a lift, `off` mm from a node, for one that comes from the landing."""
        post = self._at.get(node)
        if post is None or ahead not in post.landing:
            return node, ahead, off
        length = self._roadmap.length(*map(self._roadmap.index, (node, ahead)))
        return ahead, node, max(length - off, 0)

    def look(self, traffic: Traffic, ways: Mapping[str, Way], robots: Mapping[str, Robot], still: Still) -> bool:
        """Decide what every lift does now; True when other lanes are barred than before.

        Nothing may happen between this and what is told on it.
        """
        now = self._now()
        barred = self.barred()
        self._note_asking(ways, robots)
        dues: list[float | None] = []
        for post in self._posts:
            self._take_back(post, traffic, ways)
            need, has = self._need(post, traffic, ways, robots, still)
            post.lift.look(now, need)
            self._call(post, need)
            dues.append(post.lift.due(now))
            if has is not None and not still(has):
                dues.append(now + STILL_AGAIN)
            self._tell(post, has)
            self._show(post, [*([has] if has is not None else []), *(name for name in post.asking if name != has)])
        self._at_lifts = [
            name
            for name, way in ways.items()
            if any(ride.wait <= way.passed and way.released < ride.out_at for ride in self._rides(way))
        ]
        self._alarm.set(now, dues)
        return barred != self.barred()

    def concerns(self, way: Way) -> bool:
        """Say whether a lift should be looked at when this robot has moved on: it nears one, or is let through one."""
        return any(self._near(way, ride) or ride.wait <= way.passed for ride in self._rides(way))

    def limit(self, way: Way, end: int) -> int:
        """Return the index up to which traffic may release, at most `end`.

        That is the node before a landing, and for a robot that stands there all the way to beyond the other landing.
        """
        for ride in self._rides(way):
            if way.released >= ride.out_at:
                continue
            outside = way.released < ride.first
            waits = outside and (way.passed < ride.wait or ride.post.lift.trouble is not None)
            return min(end, max(ride.wait if waits else ride.out_at + 1, way.granted))
        return end

    def told(self, way: Way, still: Still) -> int:
        """Return the index up to which a robot may be told to drive, of what traffic has released to it."""
        now = self._now()
        rides = list(self._rides(way))
        for number, ride in enumerate(rides):
            lift = ride.post.lift
            if way.released >= ride.out_at:
                continue
            if way.granted < ride.out_at:
                return way.granted
            if way.released < ride.first:
                enters = way.passed >= ride.wait and lift.passable(now, ride.into)
                return ride.first if enters else max(way.released, ride.wait)
            leaves = way.passed >= ride.first and still(way.robot) and lift.passable(now, ride.out)
            most = max(rides[number + 1].wait, ride.out_at) if number + 1 < len(rides) else way.granted
            return min(way.granted, most) if leaves else way.released
        return way.granted

    def barred(self) -> list[str]:
        """Return the lanes into lifts that do not work: nobody is to be led there."""
        return [
            f"{floor.landing}>{floor.cabin}"
            for post in self._posts
            if post.lift.trouble is not None
            for floor in post.site.floors
            if self._roadmap.joined(self._roadmap.index(floor.landing), self._roadmap.index(floor.cabin))
        ]

    def explain(self, robot: Robot, way: Way | None) -> None:
        """Say of a robot at or in a lift, of which traffic says that it goes or stops, what it waits for."""
        if way is None or robot.reason not in EXPLAINED or way.passed != way.released:
            return
        for ride in self._rides(way):
            if ride.wait <= way.passed < ride.out_at:
                robot.say(Reason.LIFT, {"lift": ride.post.site.id, "node": way.route[way.passed]})

    def _rides(self, way: Way) -> Iterator[_Ride]:
        """Give the lifts on a robot's way that it has not come out of."""
        at = way.passed
        while at > 0 and self._same_cabin(way.route[at], way.route[at - 1]):
            at -= 1
        while at < way.end:
            post = self._at.get(way.route[at])
            if post is None:
                at += 1
                continue
            first = at
            while at < way.end and self._same_cabin(way.route[first], way.route[at + 1]):
                at += 1
            yield _Ride(post, first, at, post.cabin[way.route[first]], post.cabin[way.route[at]])
            at += 1

    def _same_cabin(self, one: str, other: str) -> bool:
        post = self._at.get(one)
        return post is not None and other in post.cabin

    def _near(self, way: Way, ride: _Ride) -> bool:
        """Say whether a robot that was not let into a lift comes to it within `ahead`."""
        if way.released >= ride.first:
            return False
        length = 0
        for at in range(way.passed, ride.wait):
            length += self._roadmap.length(*map(self._roadmap.index, way.route[at : at + 2]))
        return length <= ride.post.site.ahead

    def _note_asking(self, ways: Mapping[str, Way], robots: Mapping[str, Robot]) -> None:
        asking: dict[str, dict[str, str]] = {post.site.id: {} for post in self._posts}
        for name, way in ways.items():
            if robots[name].usable:
                for ride in self._rides(way):
                    if self._near(way, ride):
                        asking[ride.post.site.id][name] = ride.into
        for post in self._posts:
            now = asking[post.site.id]
            post.asking = {name: now[name] for name in post.asking if name in now} | now

    def _take_back(self, post: _Post, traffic: Traffic, ways: Mapping[str, Way]) -> None:
        """Take a lift that does not work from a robot that was not let in yet: it may have another way."""
        if post.lift.trouble is None:
            return
        for name in _holders(post, traffic):
            way = ways.get(name)
            ride = _of(post, self._rides(way)) if way is not None else None
            if way is not None and ride is not None and way.released < ride.first <= way.granted:
                way.granted = max(way.released, ride.wait)
                traffic.give_back(name, way.granted)

    def _need(
        self, post: _Post, traffic: Traffic, ways: Mapping[str, Way], robots: Mapping[str, Robot], still: Still
    ) -> tuple[Need, str | None]:
        """Return what is needed of a lift, and the robot that has it."""
        holders = _holders(post, traffic)
        if len(holders) > 1:
            return Need(stay=True, stopped=True), holders[0]
        if not holders:
            near = {**post.cabin, **post.landing}
            if any(name in robots and robots[name].node in near for name in self._unsure):
                return Need(stay=True), None
            floor = next(iter(post.asking.values()), None)
            return (Need(floor) if floor is not None else NOBODY), None
        name = holders[0]
        way, stopped = ways.get(name), name not in robots or not robots[name].usable
        ride = _of(post, self._rides(way)) if way is not None else None
        if way is None or ride is None:
            return _left_alone(post, traffic, name, stopped=stopped), name
        if way.passed == 0 and way.deviation and (door := _door_of(post, traffic, name)) is not None:
            return Need(door, fixed=True, stopped=stopped), name
        if way.released < ride.first:
            return Need(ride.into, stopped=stopped), name
        if way.released >= ride.out_at:
            return Need(ride.out, fixed=True, stopped=stopped), name
        if way.passed < ride.first or (ride.first and not stopped and not still(name)):
            return Need(ride.into, fixed=True, stopped=stopped), name
        if stopped or not still(name) or name in self._unsure:
            return Need(stay=True, stopped=stopped), name
        return Need(ride.out), name

    # --- for the lift and for people --------------------------------------------------------------------------------

    def _call(self, post: _Post, need: Need) -> None:
        """Have the unit call the lift where it is wanted, and nowhere else."""
        call = post.lift.call
        if post.unit is None or (call is None and need.stay):  # not heard yet: what stands in the unit stays
            return
        for floor in sorted(post.site.floors, key=lambda floor: floor.id == call):
            post.unit.want(floor.call_point, floor.id == call)

    def _tell(self, post: _Post, has: str | None) -> None:
        site = post.site
        facts = {"lift": site.id, "device": site.io, "robot": has or "-", "floor": post.lift.call or "-"}
        seconds = site.opens_within if post.lift.trouble is Trouble.DOOR else site.moves_within
        code = _code(post.lift.trouble)
        post.notice.tell(self._store, code, heard=post.lift.signals is not None, seconds=seconds, **facts)

    def _show(self, post: _Post, robots: Sequence[str]) -> None:
        lift, view = post.lift, post.view
        seen = str(lift.state), lift.floor or "", lift.call or "", _code(lift.trouble), tuple(robots)
        if seen != (view.state, view.floor, view.call, view.trouble, view.robots):
            view.state, view.floor, view.call, view.trouble, view.robots = seen
            self._live.touch()


def _post(one: LiftSite, live: Live, began: float) -> _Post:
    view = live.lifts[one.id] = LiftView(one.id)
    lift = Lift(one.moves_within, one.opens_within, one.stays_open, began=began)
    cabin = {floor.cabin: floor.id for floor in one.floors}
    landing = {floor.landing: floor.id for floor in one.floors}
    return _Post(one, lift, view, Notice(f"lift/{one.id}", LIFT_TROUBLES), cabin, landing)


def _holders(post: _Post, traffic: Traffic) -> list[str]:
    """Return the robots that hold the cabin: one at most, unless two were put there."""
    return list(dict.fromkeys(name for node in post.cabin for name in traffic.between(node, node)))


def _of(post: _Post, rides: Iterator[_Ride]) -> _Ride | None:
    return next((ride for ride in rides if ride.post is post), None)


def _left_alone(post: _Post, traffic: Traffic, name: str, *, stopped: bool) -> Need:
    """Return what is needed for a robot that has the lift and no way: it stands in the cabin, or in the door."""
    door = _door_of(post, traffic, name)
    return Need(door, fixed=True, stopped=stopped) if door is not None else Need(stay=True, stopped=stopped)


def _door_of(post: _Post, traffic: Traffic, name: str) -> str | None:
    """Return the floor in whose door a robot may be, of which only that is known: where it holds both sides of it."""
    doors = [floor.id for floor in post.site.floors if name in traffic.between(floor.landing, floor.cabin)]
    return doors[0] if len(doors) == 1 else None


def _code(trouble: Trouble | None) -> str:
    return f"exception.lift_{trouble}" if trouble is not None else ""


def _signals(site: LiftSite, unit: Unit | None) -> Signals | None:
    """Return what the lift's unit reads; None while it is not reached or does not read all of it."""
    floors = [name for floor in site.floors for name in (floor.call_point, floor.at_point)]
    values = readings(unit, site.opened, site.closed, site.fault, site.manual, *floors)
    if values is None:
        return None
    return Signals(
        told=tuple(floor.id for floor in site.floors if values[floor.call_point]),
        at=tuple(floor.id for floor in site.floors if values[floor.at_point]),
        opened=bool(values[site.opened]),
        closed=bool(values[site.closed]),
        fault=site.fault is not None and bool(values[site.fault]),
        manual=site.manual is not None and bool(values[site.manual]),
    )

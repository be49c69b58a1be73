"""Robots that others drive and that report themselves (MassRobotics): shown with name, state and place, never driven.

A report changes only what is true this second, edge/live.py. What is wrong with reports is told to people once, by the
key that sends them. Two keys never speak of the same robot: the first has it until it is forgotten.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians, sin

from drivers.massrobotics.messages import Ahead, Identity, Place, Status
from drivers.massrobotics.reading import Misread, read
from edge.clock import Source
from edge.live import ForeignView, Live
from edge.processes.trouble import raise_trouble
from edge.site import Datum, ForeignRobots
from edge.store.store import Store

MOST_ROBOTS = 500
"""Of all keys together: more than any site has, and what a console can still draw."""
AGAIN = 60.0
"""Seconds in which the same complaint about a key is one: its robots repeat it with every report."""
FORGET = 24 * 3600.0
"""Seconds of silence after which a robot has left: one that is off over night is still where it was."""
NAME_CHARS = 40
ERRORS_SHOWN = 5
POINTS_SHOWN = 10
"""Of the way it says it will take: all that the standard lets it say."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place at the site: mm, and degrees counter-clockwise."""

    x: int
    y: int
    heading: int


def place_at_site(place: Place | Ahead, datum: Datum) -> Spot:
    """Turn a robot's place, metres from its datum, into the site's coordinates."""
    turn = radians(datum.rotation)
    x, y = place.x * 1000, place.y * 1000
    return Spot(
        x=round(datum.x + x * cos(turn) - y * sin(turn)),
        y=round(datum.y + x * sin(turn) + y * cos(turn)),
        heading=round(place.angle.yaw + datum.rotation) % 360,
    )


class ForeignKeeper:
    """Takes reports in; there is no way back to these robots."""

    def __init__(self, rules: ForeignRobots, *, store: Store, live: Live, source: Source) -> None:
        self._silent_after = rules.silent_seconds
        self._datums: Mapping[str, Datum] = {datum.id.lower(): datum for datum in rules.datums}
        self._store = store
        self._live = live
        self._source = source
        self._told: dict[tuple[str, str], float] = {}

    def heard(self, key: str, raw: str | bytes) -> None:
        """Take in a report that a key sent; whatever is wrong with it is told to people, and it changes nothing."""
        try:
            report = read(raw)
        except Misread as error:
            facts = {"field": error.field, "value": error.value, "problem": error.problem.value}
            self._tell("exception.foreign_misread", key, **facts)
            return
        view = self._view(key, report.uuid)
        if view is None:
            return
        view.seen_at = self._source.now()
        if isinstance(report, Identity):
            _introduce(view, report)
        else:
            self._show(view, report)
        self._live.touch()

    def flooded(self, key: str) -> None:
        """Tell that a key's reports come faster than they are read."""
        self._tell("exception.foreign_flood", key)

    def _view(self, key: str, robot: str) -> ForeignView | None:
        """Return the view of a robot, a new one for a new robot; None when the key may not speak of it."""
        foreign = self._live.foreign
        view = foreign.get(robot)
        if view is not None and (view.key == key or self._gone(view)):
            view.key = key
            return view
        if view is not None:
            self._tell("exception.foreign_taken", key, robot=view.name, other=view.key)
            return None
        if len(foreign) >= MOST_ROBOTS:
            self._forget()
        if len(foreign) >= MOST_ROBOTS:
            self._tell("exception.foreign_crowd", key, most=MOST_ROBOTS)
            return None
        view = ForeignView(robot, key, self._silent_after, self._source.now(), name=robot[:8])
        foreign[robot] = view
        return view

    def _show(self, view: ForeignView, report: Status) -> None:
        view.state = report.state.value
        view.battery = None if report.battery is None else round(report.battery)
        view.errors = report.errors[:ERRORS_SHOWN]
        datum = self._datums.get(report.location.datum)
        view.placed, view.path = datum is not None, ()
        if datum is None:
            self._tell("exception.foreign_unmapped", view.key, robot=view.name, datum=report.location.datum)
            return
        spot = place_at_site(report.location, datum)
        view.x, view.y, view.heading = spot.x, spot.y, spot.heading
        ahead = report.path or report.destinations
        known = ((point, self._datums.get(point.datum or report.location.datum)) for point in ahead[:POINTS_SHOWN])
        spots = [place_at_site(point, here) for point, here in known if here is not None]
        view.path = [(spot.x, spot.y) for spot in spots]

    def _gone(self, view: ForeignView) -> bool:
        return (self._source.now() - view.seen_at).total_seconds() >= FORGET

    def _forget(self) -> None:
        for robot in [robot for robot, view in self._live.foreign.items() if self._gone(view)]:
            del self._live.foreign[robot]

    async def run(self) -> None:
        """Forget robots that have left, once a minute, until cancelled."""
        while True:
            await asyncio.sleep(AGAIN)
            self._forget()

    def _tell(self, code: str, key: str, /, **facts: object) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._told.get((code, key), now):
            return
        self._told[code, key] = now + AGAIN
        self._store.run(raise_trouble, code, f"foreign/{key}", key=key, **facts)


def _introduce(view: ForeignView, report: Identity) -> None:
    view.name = report.serial[:NAME_CHARS]
    view.maker = report.manufacturer[:NAME_CHARS]
    view.model = report.model[:NAME_CHARS]
    view.length, view.width = round(report.envelope.x * 1000), round(report.envelope.y * 1000)

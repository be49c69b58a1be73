"""Where robots meet: finds every two on one node or lane, at the moment when the second one takes it."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Protocol

from simulators.robots.body import Body


class Bodily(Protocol):
    """A robot as the ground feels it."""

    @property
    def body(self) -> Body:
        """What stands there."""
        ...


class Ground:
    """The places of a floor; `meetings` names each place that two robots took up at one time, in words."""

    def __init__(self, robots: Mapping[str, Bodily]) -> None:
        self.meetings: dict[str, None] = {}
        self._bodies = {serial: robot.body for serial, robot in robots.items()}
        self._on: dict[str, list[str]] = {}
        """By place: who took it and, when somebody last looked, still was there."""
        for serial, body in self._bodies.items():
            body.on_taking = partial(self._taken_by, serial)
            self._taken_by(serial)

    def _taken_by(self, serial: str) -> None:
        """See who else is where this robot is now."""
        for place in _places(self._bodies[serial]):
            known = self._on.get(place)
            if known is None or known == [serial]:
                self._on[place] = [serial]
                continue
            others = [one for one in known if one != serial and place in _places(self._bodies[one])]
            self._on[place] = [*others, serial]
            for other in others:
                self.meetings[f"{' and '.join(sorted((other, serial)))} on {place}"] = None


def _places(body: Body) -> tuple[str, ...]:
    taken = body.occupancy
    return (*taken.nodes, *map(_either_way, taken.lanes))


@cache
def _either_way(lane: str) -> str:
    """Return one name for a lane from either side."""
    return "-".join(sorted(lane.split(">")))

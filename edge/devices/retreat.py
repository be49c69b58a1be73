"""Where no robot is to go now by the word of people: places they closed, or anywhere when all are called home."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from edge.devices.orders import Way
from edge.devices.wanted import Wanted
from edge.fleet.roadmap import Roadmap
from edge.site import Site


class Retreat:
    """What is closed by people, and who has to turn home because of it.

    Who cannot reach its stop would stand before what is closed, in the way of all that have nothing to do there.
    """

    def __init__(self, site: Site, roadmap: Roadmap) -> None:
        self._roadmap = roadmap
        self._nodes: Mapping[str, dict[str, None]] = {
            zone: dict.fromkeys(place.node for place in site.locations if place.zone == zone) for zone in site.zone
        }
        self._goals: dict[str, None] = {}
        self._parts: dict[str, None] = {}
        self._called_home = False

    def look(self, wanted: Wanted) -> Iterable[str]:
        """Take in what is wanted; return the nodes and lanes to close.

        Of a zone these are the lanes that lead into it: who is inside drives on until it is out.
        """
        self._called_home = wanted.called_home
        self._goals, self._parts = {}, {}
        for kind, place in wanted.closed.values():
            nodes = self._nodes[place] if kind == "zone" else {place: None} if kind == "node" else {}
            self._goals |= nodes
            self._parts |= dict.fromkeys(self._entries(nodes) if kind == "zone" else [place])
        return self._parts

    def keeps_from(self, goal: str) -> bool:
        """Say whether nobody is to be sent to a stop at this node."""
        return self._called_home or goal in self._goals

    def recalls(self, way: Way) -> bool:
        """Say whether a trip should end at home; who drives to a charger may do so when all are called home."""
        if way.purpose == "charge":
            return way.route[-1] in self._goals
        return way.purpose == "batch" and self.keeps_from(way.route[-1])

    def shuts(self, way: Way) -> bool:
        """Say whether what people closed lies before a robot on its way to a stop or charger, or home from there."""
        if not self._parts or way.purpose not in ("batch", "charge"):
            return False
        ahead = pairwise(way.tour[way.granted :])
        return any(end in self._parts or f"{start}>{end}" in self._parts for start, end in ahead)

    def _entries(self, nodes: Mapping[str, None]) -> list[str]:
        return [lane.id for lane in self._roadmap.lanes if lane.end in nodes and lane.start not in nodes]

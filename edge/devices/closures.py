"""Closes to traffic what nobody is to be led through, and opens it again."""

from edge.devices.fleet import Fleet
from edge.devices.newcomers import Newcomers


class Closures:
    """What people, doors, lifts and machines that stand about want closed."""

    def __init__(self, fleet: Fleet, newcomers: Newcomers) -> None:
        self._fleet = fleet
        self._newcomers = newcomers
        self._closed: dict[str, None] = {}

    def update(self) -> None:
        """Close what any of them wants closed now; open what none does any more."""
        traffic = self._fleet.traffic
        wanted = dict.fromkeys(self._fleet.retreat.look(self._fleet.wanted))
        wanted |= dict.fromkeys(self._newcomers.barred)
        wanted |= dict.fromkeys(self._fleet.passages.barred())
        for part in self._closed:
            if part not in wanted:
                traffic.open(part)
        for part in wanted:
            if part not in self._closed:
                traffic.close(part)
        self._closed = wanted

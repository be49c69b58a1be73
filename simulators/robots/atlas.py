"""The maps and zone sets a robot has stored (VDA 5050 2.1 §6.7; 3.0 §6.3, §6.4; R34, R40-R42); kept without power.

Written from the standard, sharing nothing with the master. Each word that cannot be followed returns why not.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator

from drivers.vda5050.messages import MapState, Zone, ZoneSet, ZoneSetState
from simulators.robots.contour import Spot, touches

ENABLED, DISABLED = "ENABLED", "DISABLED"
RELEASE, SPEED_LIMIT = "RELEASE", "SPEED_LIMIT"
KNOWN_ZONES = (RELEASE, SPEED_LIMIT)
"""What this robot understands."""
CORNERS = 3
"""A zone with fewer is none."""

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets what a link leads to; raises OSError."""


async def anything(_link: str) -> bytes:
    """Get something from every link, where there is no server to ask."""
    return b""


class Atlas:
    """What one robot has."""

    def __init__(self, maps: Iterable[str], version: str, room: int) -> None:
        self._maps = {(map_id, version): ENABLED for map_id in maps}
        self._room = room
        self._zone_sets: dict[str, tuple[ZoneSet, str]] = {}

    @property
    def maps(self) -> tuple[MapState, ...]:
        """All maps."""
        return tuple(MapState(map_id, version, status) for (map_id, version), status in self._maps.items())

    @property
    def map_ids(self) -> tuple[str, ...]:
        """The maps that it may drive on."""
        return tuple(map_id for (map_id, _), status in self._maps.items() if status == ENABLED)

    @property
    def zone_sets(self) -> tuple[ZoneSetState, ...]:
        """All zone sets."""
        return tuple(ZoneSetState(name, one.map_id, status) for name, (one, status) in self._zone_sets.items())

    def has(self, map_id: str, version: str) -> bool:
        """Say whether a map is there."""
        return (map_id, version) in self._maps

    @property
    def full(self) -> bool:
        """No further map finds room."""
        return len(self._maps) >= self._room

    def add_map(self, map_id: str, version: str) -> None:
        """Keep a map that was downloaded; others stay as they are."""
        self._maps[map_id, version] = DISABLED

    def enable_map(self, map_id: str, version: str) -> str | None:
        """Use a map, and no other version of it."""
        if not self.has(map_id, version):
            return f"there is no map {map_id} {version}"
        for one in self._maps:
            if one[0] == map_id:
                self._maps[one] = ENABLED if one[1] == version else DISABLED
        return None

    def delete_map(self, map_id: str, version: str) -> str | None:
        """Forget a map that is not in use."""
        if self._maps.get((map_id, version)) != DISABLED:
            return f"map {map_id} {version} is in use, or not there"
        del self._maps[map_id, version]
        return None

    def add_zones(self, given: ZoneSet) -> str | None:
        """Keep a zone set; one of this name that is there stays as it is."""
        for zone in given.zones:
            if zone.zone_type not in KNOWN_ZONES or len(zone.vertices) < CORNERS:
                return f"zone {zone.zone_id} cannot be used"
        self._zone_sets[given.zone_set_id] = (given, DISABLED)
        return None

    def has_zones(self, name: str) -> bool:
        """Say whether a zone set is there."""
        return name in self._zone_sets

    def enable_zones(self, name: str) -> str | None:
        """Use a zone set, and no other of its map."""
        if name not in self._zone_sets:
            return f"there is no zone set {name}"
        map_id = self._zone_sets[name][0].map_id
        for other, (one, _) in list(self._zone_sets.items()):
            if one.map_id == map_id:
                self._zone_sets[other] = (one, ENABLED if other == name else DISABLED)
        return None

    def delete_zones(self, name: str) -> str | None:
        """Forget a zone set that is not in use."""
        if name not in self._zone_sets or self._zone_sets[name][1] == ENABLED:
            return f"zone set {name} is in use, or not there"
        del self._zone_sets[name]
        return None

    def limit(self, start: Spot, end: Spot, radius: float) -> float | None:
        """Return the lowest speed limit on a way, in mm/s; lengths in millimetres (R42)."""
        limits = [zone.maximum_speed for _, zone in self._on(SPEED_LIMIT, start, end, radius)]
        return min([1000 * limit for limit in limits if limit is not None], default=None)

    def releases(self, start: Spot, end: Spot, radius: float) -> dict[tuple[str, str], str]:
        """Return what must not be entered without leave on a way: by zone set and zone, what its loss means."""
        return {
            (name, zone.zone_id): zone.release_loss_behavior or "STOP"
            for name, zone in self._on(RELEASE, start, end, radius)
        }

    def _on(self, kind: str, start: Spot, end: Spot, radius: float) -> Iterator[tuple[str, Zone]]:
        for name, (zone_set, status) in self._zone_sets.items():
            for zone in zone_set.zones if status == ENABLED else ():
                corners = [(1000 * one.x, 1000 * one.y) for one in zone.vertices]
                if zone.zone_type == kind and touches(corners, start, end, radius):
                    yield name, zone

"""Zone sets for robots of 3.0 (VDA 5050 3.0 §6.4, §7.6): of what a site draws, what a robot understands (R40, R41)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from drivers.vda5050.messages import Factsheet, Vertex, Zone, ZoneSet
from drivers.vda5050.orders import metres

RELEASE, SPEED_LIMIT = "RELEASE", "SPEED_LIMIT"
CONTINUE = "CONTINUE"
"""What a robot does that loses its leave inside: it leaves the zone, as people would have it."""
DIGITS = 12
"""Of the digest in a zone set's name: another content never gets the same name on one site."""
LONGEST_NAME = 20
"""Characters of the site's name in that of a zone set."""

PLANS_KEPT = 64
"""Zone sets kept ready: one for each plan and kind of robot, asked for with every state."""


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """All zones of one map as a site wants them; `name` begins the names of its zone sets."""

    name: str
    map_id: str
    zones: tuple[Zone, ...]


def zone(zone_id: str, zone_type: str, area: Sequence[tuple[int, int]], speed: int | None = None) -> Zone:
    """Return a zone; `area` has its corners in mm, either way round, `speed` is in mm/s."""
    corners = list(area) if _doubled_area(area) > 0 else list(area)[::-1]
    vertices = tuple(Vertex(metres(x), metres(y)) for x, y in corners)
    most = None if speed is None else metres(speed)
    return Zone(zone_id, zone_type, vertices, most, CONTINUE if zone_type == RELEASE else None)


def understood(factsheet: Factsheet | None) -> frozenset[str]:
    """Return the types of zones that a robot knows; without a word of it none."""
    listed = None if factsheet is None else (factsheet.type_specification or {}).get("supportedZones")
    return frozenset(str(one) for one in listed) if isinstance(listed, list) else frozenset()


@lru_cache(PLANS_KEPT)
def zone_set(plan: ZonePlan, types: frozenset[str]) -> ZoneSet | None:
    """Return the zone set with what a robot understands of a plan, None where that is nothing.

    Its id is made of its content: the same zones are always the same set, and others another (R41).
    """
    zones = tuple(one for one in plan.zones if one.zone_type in types)
    if not zones:
        return None
    digest = hashlib.sha256(_encoder.encode((plan.map_id, zones))).hexdigest()[:DIGITS]
    return ZoneSet(plan.map_id, f"{plan.name[:LONGEST_NAME]}-{digest}", zones)


def _doubled_area(area: Sequence[tuple[int, int]]) -> int:
    """Return twice the area of a polygon, above 0 where its corners go counter-clockwise."""
    following = [*area[1:], area[0]]
    return sum(x * after_y - after_x * y for (x, y), (after_x, after_y) in zip(area, following, strict=True))


_encoder = msgspec.json.Encoder()

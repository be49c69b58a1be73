"""Brings what a robot should have stored aboard: maps (2.1, 3.0) and zone sets (3.0). Pure, no I/O.

VDA 5050 2.1 §6.7, 3.0 §6.3 and §6.4.2 (R34, R41). Level-triggered as everything here: what the robot's state does not
list is loaded, what is listed as disabled is enabled once it rests, and only what is listed as enabled counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.vda5050 import orders, reading
from drivers.vda5050.events import Event, Hitch, NotStored, Stored
from drivers.vda5050.messages import (
    DISABLED,
    ENABLED,
    Action,
    ActionStatus,
    BlockingType,
    Factsheet,
    State,
    ZoneSet,
    ZoneSets,
)
from drivers.vda5050.zones import ZonePlan, understood, zone_set

FACTSHEET_GRACE = timedelta(seconds=30)
"""Time a robot has to say what it can do, before it counts as one that cannot load anything."""
SHOWN_WITHIN = timedelta(seconds=10)
"""Time a robot may take to list what it says it has loaded or enabled."""
TRY_AGAIN = timedelta(minutes=10)
"""Time after a failure before it is tried again: the server may be back, a person may have made room."""
SENDINGS = 6
"""Sendings of a zone set that nothing comes of before that is a failure; SEND_AGAIN lies between them."""
SEND_AGAIN = timedelta(seconds=5)
NO_ROOM = "MEMORY"
"""In the name of an error: the robot has no room (3.0 §6.3.5); 2.1 has no word for it, robots use their own."""


@dataclass(frozen=True, slots=True)
class MapFile:
    """A map that a robot should have enabled; it fetches it from `link` itself. `digest` is sent as mapHash, if any."""

    map_id: str
    version: str
    link: str
    digest: str = ""


Goods = MapFile | ZoneSet


@dataclass(slots=True)
class _Errand:
    """Something asked of the robot: the instant action, or a zone set that has none."""

    action: Action | None
    sent_at: datetime
    sendings: int = 1
    ended_at: datetime | None = None
    seen: bool = False
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a robot at one moment: `rests` when it stands without an order, `third` when it speaks 3.0."""

    state: State
    factsheet: Factsheet | None
    now: datetime
    ids: Callable[[], str]
    tell: Callable[[Event], None]
    rests: bool
    third: bool


class Storage:
    """What one robot should have, and how far it is."""

    def __init__(self) -> None:
        self.due: datetime | None = None
        """When `look` has something to do though nothing is reported."""
        self.changing = False
        """Something is to be enabled or is being enabled: no new order now, so that the robot comes to rest."""
        self.over: list[str] = []
        """Actions of the last look that need not be told again: what they were to bring about is there, or given up."""
        self._maps: tuple[MapFile, ...] = ()
        self._zones: tuple[ZonePlan, ...] = ()
        self._since: datetime | None = None
        self._errands: dict[str, _Errand] = {}
        self._not_before: dict[str, datetime] = {}
        self._told: dict[str, bool] = {}
        """By the name of goods whether they are there, as it was told last."""

    @property
    def wanted(self) -> bool:
        """Something should be stored."""
        return bool(self._maps or self._zones)

    @property
    def map_ids(self) -> tuple[str, ...]:
        """The maps that it should have."""
        return tuple(one.map_id for one in self._maps)

    @property
    def enabling(self) -> bool:
        """The robot was told to enable something, and has not said yet that it is done."""
        acts = [one.action.action_type for one in self._errands.values() if one.action is not None]
        return orders.ENABLE_MAP in acts or orders.ENABLE_ZONES in acts

    def want(self, maps: Sequence[MapFile], zones: Sequence[ZonePlan], now: datetime) -> None:
        """Have these maps and zones, and forget what was wanted before."""
        self._maps, self._zones = tuple(maps), tuple(zones)
        self._since = now
        self._not_before, self._told = {}, {}

    def hopeful(self) -> None:
        """Try again at once what failed: the robot said anew what it can do."""
        self._not_before = {}

    def zone_sets(self, factsheet: Factsheet | None) -> list[ZoneSet]:
        """Return the zone sets that a robot should have, one for each map of which it knows any zone."""
        found = [zone_set(plan, understood(factsheet)) for plan in self._zones]
        return [one for one in found if one is not None]

    def unheard(self, action_id: str, now: datetime) -> bool:
        """Take in that an action was sent in vain; False when it is none of ours."""
        for errand in self._errands.values():
            if errand.action is not None and errand.action.action_id == action_id:
                errand.unheard = True
                self._wake(now)
                return True
        return False

    def look(self, seen: Seen) -> list[Action | ZoneSets]:
        """Compare what is listed with what should be; return what to have done, and tell what came of it."""
        self.due, self.changing, self.over = None, False, []
        if self._since is None or not self.wanted:
            return []
        goods: list[Goods] = [*self._maps, *(self.zone_sets(seen.factsheet) if seen.third else [])]
        words = [self._one(one, seen) for one in goods]
        return [word for word in words if word is not None]

    def _one(self, goods: Goods, seen: Seen) -> Action | ZoneSets | None:
        name, status = _name(goods), _status(goods, seen.state)
        if status == ENABLED:
            self._drop(name)
            self._not_before.pop(name, None)
            if not self._told.get(name, False):
                self._told[name] = True
                seen.tell(Stored(*_titles(goods)))
            return None
        if self._told.get(name):
            del self._told[name]
        errand = self._errands.get(name)
        if errand is not None:
            again = self._watch(goods, errand, seen)
            if name in self._errands:
                self.changing |= errand.action is not None and errand.action.action_type == _enabling(goods)
                return again
        if seen.now < self._not_before.get(name, seen.now):
            self._wake(self._not_before[name])
            return None
        return self._enable(goods, seen) if status == DISABLED else self._load(goods, seen)

    def _enable(self, goods: Goods, seen: Seen) -> Action | None:
        if reading.able(seen.factsheet, _enabling(goods)) is False:
            self._fail(_name(goods), Hitch.CANNOT, "", seen)
            return None
        self.changing = True
        return self._ask(goods, _enabling(goods), seen, _named(goods)) if seen.rests else None

    def _load(self, goods: Goods, seen: Seen) -> Action | ZoneSets | None:
        if isinstance(goods, ZoneSet):
            self._errands[_name(goods)] = _Errand(None, seen.now)
            self._wake(seen.now + SEND_AGAIN)
            return ZoneSets(goods)
        if not reading.able(seen.factsheet, orders.DOWNLOAD_MAP):
            known_by = (self._since or seen.now) + FACTSHEET_GRACE
            if seen.factsheet is None and seen.now < known_by:
                self._wake(known_by)
            elif seen.state.maps:  # one that lists none may have no maps at all
                self._fail(_name(goods), Hitch.CANNOT, "", seen)
            return None
        if any(one.action_type == orders.DOWNLOAD_MAP for one in reading.running(seen.state)):
            return None  # asked for before a restart of ours, or by somebody else: what comes of it is seen first
        old = _in_the_way(goods, seen.state) if reading.able(seen.factsheet, orders.DELETE_MAP) else None
        if old is not None:
            return self._ask(goods, orders.DELETE_MAP, seen, {"mapId": goods.map_id, "mapVersion": old})
        given = _named(goods) | {"mapDownloadLink": goods.link} | ({"mapHash": goods.digest} if goods.digest else {})
        return self._ask(goods, orders.DOWNLOAD_MAP, seen, given)

    def _ask(self, goods: Goods, action_type: str, seen: Seen, given: Mapping[str, str]) -> Action:
        action = orders.action(action_type, seen.ids(), BlockingType.NONE, **given)
        self._errands[_name(goods)] = _Errand(action, seen.now)
        return action

    def _watch(self, goods: Goods, errand: _Errand, seen: Seen) -> ZoneSets | None:
        """See what comes of what was asked; an errand that is over is dropped, and the look goes on from there."""
        if isinstance(goods, ZoneSet) and errand.action is None:
            return self._watch_zones(goods, errand, seen)
        assert errand.action is not None  # noqa: S101  for the types: maps are loaded by actions
        name, shown = _name(goods), reading.find_action(seen.state, errand.action.action_id)
        errand.seen |= shown is not None
        if _reached(goods, errand.action, seen.state):
            self._drop(name)
        elif shown is None and errand.seen and errand.ended_at is None:
            self._drop(name)  # it forgot what it was told, as after a loss of power
        elif errand.unheard:
            self._fail(name, Hitch.SILENT, "", seen)
        elif shown is not None and shown.action_status is ActionStatus.FAILED:
            self._fail(name, Hitch.FAILED, _why(seen.state, errand.action, shown.result_description), seen)
        elif shown is not None and shown.action_status is ActionStatus.FINISHED:
            errand.ended_at = errand.ended_at or seen.now
            if seen.now - errand.ended_at >= SHOWN_WITHIN:
                self._fail(name, Hitch.NOT_LISTED, "", seen)
            else:
                self._wake(errand.ended_at + SHOWN_WITHIN)
        return None

    def _watch_zones(self, goods: ZoneSet, errand: _Errand, seen: Seen) -> ZoneSets | None:
        name = _name(goods)
        refused = next((one for one in seen.state.errors if one.reference("zoneSetId") == goods.zone_set_id), None)
        if _status(goods, seen.state) is not None:
            self._drop(name)
        elif refused is not None:
            self._fail(name, Hitch.FAILED, refused.error_description or refused.error_type, seen)
        elif seen.now < errand.sent_at + SEND_AGAIN:
            self._wake(errand.sent_at + SEND_AGAIN)
        elif errand.sendings >= SENDINGS:
            self._fail(name, Hitch.SILENT, "", seen)
        else:
            errand.sent_at, errand.sendings = seen.now, errand.sendings + 1
            self._wake(seen.now + SEND_AGAIN)
            return ZoneSets(goods)
        return None

    def _fail(self, name: str, hitch: Hitch, text: str, seen: Seen) -> None:
        self._drop(name)
        self._not_before[name] = seen.now + TRY_AGAIN
        self._wake(seen.now + TRY_AGAIN)
        if self._told.get(name) is not False:
            self._told[name] = False
            seen.tell(NotStored(*_untitled(name), hitch, text))

    def _drop(self, name: str) -> None:
        errand = self._errands.pop(name, None)
        if errand is not None and errand.action is not None:
            self.over.append(errand.action.action_id)

    def _wake(self, at: datetime) -> None:
        self.due = at if self.due is None else min(self.due, at)


MAP, ZONES = "map", "zones"
_APART = "\x1f"


def _titles(goods: Goods) -> tuple[str, str, str]:
    """Return kind, id and version of goods; a zone set has none, as it never changes."""
    if isinstance(goods, ZoneSet):
        return ZONES, goods.zone_set_id, ""
    return MAP, goods.map_id, goods.version


def _name(goods: Goods) -> str:
    return _APART.join(_titles(goods))


def _untitled(name: str) -> tuple[str, str, str]:
    kind, named, version = name.split(_APART)
    return kind, named, version


def _status(goods: Goods, state: State) -> str | None:
    """Return how the robot lists goods, None where it does not."""
    if isinstance(goods, ZoneSet):
        listed = [one.zone_set_status for one in state.zone_sets or () if one.zone_set_id == goods.zone_set_id]
    else:
        wanted = (goods.map_id, goods.version)
        listed = [one.map_status for one in state.maps or () if (one.map_id, one.map_version) == wanted]
    return listed[0] if listed else None


def _enabling(goods: Goods) -> str:
    return orders.ENABLE_ZONES if isinstance(goods, ZoneSet) else orders.ENABLE_MAP


def _named(goods: Goods) -> dict[str, str]:
    if isinstance(goods, ZoneSet):
        return {"zoneSetId": goods.zone_set_id}
    return {"mapId": goods.map_id, "mapVersion": goods.version}


def _reached(goods: Goods, action: Action, state: State) -> bool:
    """Tell whether the robot lists what an action was to bring about; that something is enabled is seen before."""
    if action.action_type == orders.DELETE_MAP:
        gone = (action.parameter("mapId"), action.parameter("mapVersion"))
        return all((one.map_id, one.map_version) != gone for one in state.maps or ())
    return action.action_type == orders.DOWNLOAD_MAP and _status(goods, state) is not None


def _in_the_way(goods: MapFile, state: State) -> str | None:
    """Return a version of the same map that may go, where the robot says that it has no room (3.0 §6.3.5).

    Old versions else stay, so that going back to one takes no download.
    """
    if not any(NO_ROOM in error.error_type.upper() for error in state.errors):
        return None
    old = [one.map_version for one in state.maps or () if one.map_id == goods.map_id and one.map_status == DISABLED]
    return old[0] if old else None


def _why(state: State, action: Action, result: str | None) -> str:
    """Return the robot's own words on why an action failed."""
    for error in state.errors:
        if error.reference("actionId") == action.action_id:
            return error.error_description or error.error_type
    return result or ""

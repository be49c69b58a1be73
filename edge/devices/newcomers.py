"""Machines that announced themselves on the broker and have no place in the fleet: what they are, and where they fit.

A machine is taken in only where it surely can be driven from: heard now, automatic, localised on a node that nobody
holds, empty, and able to take the orders of the place's type (R34, R61). Else the reason says what to do first.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import structlog

from drivers.vda5050 import orders
from drivers.vda5050.fleet import FleetLink
from drivers.vda5050.messages import Factsheet, Order, RobotId, State
from drivers.vda5050.reading import limit_problem
from drivers.vda5050.strangers import Stranger
from edge.clock import Source
from edge.devices.orders import HORIZON
from edge.devices.robot import Robot
from edge.fleet.lookahead import Lookahead
from edge.fleet.reasons import Reason
from edge.fleet.roadmap import Roadmap
from edge.live import NewcomerView, Said
from edge.model.reasons import Refusal
from edge.site import RobotType, RobotUnit, Site

log = structlog.get_logger(__name__)

SHOWN = 20
"""Machines shown at most, those that want in longest: more than come in a day, and quickly drawn."""
SPOTS = 256
"""Where machines stand, looked up once: to find the nearest of thousands of nodes takes milliseconds."""
LOOK_AGAIN = 1.0
"""Seconds for which a look at them is good, whoever asks."""
BODY = 500
"""Millimetres round its middle that a standing machine takes: that of a tote robot is some 800 mm long."""
LOGGED = 100
"""Announcements that are logged in one run: a broker full of made-up names fills no disk."""
Look = tuple[Mapping[str, Any], Mapping[str, str]]
"""The rows of robots by place, and by node which robot holds it."""
AN_ID = "0" * 26
"""An id as we make them."""


class Newcomers:
    """All machines without a place, as the fleet's link hears them."""

    def __init__(
        self,
        site: Site,
        roadmap: Roadmap,
        link: FleetLink,
        source: Source,
        *,
        look: Callable[[], Look],
    ) -> None:
        self._site = site
        self._link = link
        self._source = source
        self._look = look
        self._locate = lru_cache(SPOTS)(roadmap.locate)
        self._cover = lru_cache(SPOTS)(partial(roadmap.covered, radius=BODY))
        self._names = {node.id for node in roadmap.nodes}
        self._orders: dict[str, Order] = {}
        """The largest order of each type of robot, made when it is first asked for."""
        self._logged = 0
        self._looked: tuple[float, list[Stranger], Sequence[NewcomerView]] | None = None
        self.barred: dict[str, str] = {}
        """The nodes and lanes on which one stands, and which: nobody is to be led there."""

    def announced(self, identity: RobotId) -> None:
        """Log that somebody new speaks on the broker."""
        if self._logged < LOGGED:
            self._logged += 1
            log.info("robot.announced", robot=str(identity))

    def look_again(self) -> None:
        """Forget what was seen last: somebody entered or left the fleet."""
        self._looked = None

    def views(self) -> tuple[int, Sequence[NewcomerView]]:
        """Return how many there are, and those that are heard longest with all that decides about them."""
        _, found, shown = self._seen()
        return len(found), shown

    def _seen(self) -> tuple[float, list[Stranger], Sequence[NewcomerView]]:
        moment = self._source.steady().timestamp()
        if self._looked is None or not 0 <= moment - self._looked[0] < LOOK_AGAIN:
            found = self._link.strangers()
            found.sort(key=lambda one: (one.state is None, one.since, one.robot))
            rows, held = self._look()
            vacant = [unit for unit in self._site.robots if unit.id in rows and not rows[unit.id].serial]
            self._looked = moment, found, [self._view(one, held, vacant) for one in found[:SHOWN]]
        return self._looked

    def entry(self, place: str, identity: RobotId) -> str:
        """Return the node where a machine stands that may be given a vacant place; raises Refusal."""
        unit = next((unit for unit in self._site.robots if unit.id == place), None)
        if unit is None:
            raise Refusal("robot.unknown", robot=place)
        rows, held = self._look()
        if place in rows and rows[place].serial:
            raise Refusal("robot.not_vacant", robot=place, machine=f"{rows[place].manufacturer}/{rows[place].serial}")
        stranger = self._link.stranger(identity)
        if stranger is None:
            raise Refusal("newcomer.not_heard", machine=str(identity))
        node, hindrance = self._where(stranger, held)
        kind = self._site.robot_type[unit.type]
        home = self._site.station[unit.home].node
        why = hindrance or self._misfit(kind, stranger) or _home_taken(unit, home, node, held)
        if why is not None or node is None:
            code, details = why or ("newcomer.no_state", {})
            raise Refusal(code, **{"machine": str(identity), **details})
        return node

    def look(self) -> bool:
        """Find out where machines stand in others' way; True when they stand elsewhere than before."""
        before = self.barred
        self.barred = {
            part: str(one.robot) for one in self._seen()[1] if one.state is not None for part in self._on(one.state)
        }
        return self.barred != before

    def explain(self, robot: Robot) -> None:
        """Name the machine to a robot whose way it closes."""
        if robot.reason == Reason.CLOSED:
            node = robot.details["node"]
            machine = next((one for part, one in self.barred.items() if part.rpartition(">")[2] == node), None)
            if machine is not None:
                robot.say(Reason.STRANGER, {"node": node, "machine": machine})

    def _on(self, state: State) -> Sequence[str]:
        """Return what a machine covers that stands still, and is not just lost."""
        node, lost = self._node_of(state)
        pose = state.agv_position
        if state.driving or (lost is not None and lost[0] != "newcomer.off_node"):
            return ()
        if pose is None or not pose.position_initialized:
            return () if node is None else (node,)
        return self._cover(orders.millimetres(pose.x), orders.millimetres(pose.y), pose.map_id)

    def _view(self, one: Stranger, held: Mapping[str, str], vacant: Sequence[RobotUnit]) -> NewcomerView:
        by_type: dict[str, Said | None] = {}
        misfits: dict[str, Said] = {}
        node, hindrance = self._where(one, held)
        for unit in vacant if hindrance is None else ():
            if unit.type not in by_type:
                by_type[unit.type] = self._misfit(self._site.robot_type[unit.type], one)
            why = by_type[unit.type] or _home_taken(unit, self._site.station[unit.home].node, node, held)
            if why is not None:
                misfits[unit.id] = why
        state, pose = one.state, None if one.state is None else one.state.agv_position
        placed = pose if pose is not None and pose.position_initialized else None
        return NewcomerView(
            manufacturer=one.robot.manufacturer,
            serial=one.robot.serial,
            version=one.version,
            since=self._source.now() - (self._source.steady() - one.since),
            heard_at=self._source.now() - (self._source.steady() - one.heard_at),
            **_described(one.factsheet),
            battery=None if state is None else round(state.battery_state.battery_charge),
            mode="" if state is None else state.operating_mode.value,
            position=None if placed is None else (orders.millimetres(placed.x), orders.millimetres(placed.y)),
            node=node,
            hindrance=hindrance,
            fits=() if hindrance is not None else [unit.id for unit in vacant if unit.id not in misfits],
            misfits=misfits,
        )

    def _where(self, one: Stranger, held: Mapping[str, str]) -> tuple[str | None, Said | None]:
        """Return the node on which a machine stands, and what keeps it from being driven on from there."""
        state = one.state
        if state is None:
            return None, ("newcomer.no_state", {})
        node, lost = self._node_of(state)
        if not state.operating_mode.ours:
            return node, ("newcomer.not_automatic", {"mode": state.operating_mode.value})
        if lost is not None:
            return node, lost
        if node is not None and node in held:
            return node, ("newcomer.node_held", {"node": node, "robot": held[node]})
        if state.driving or state.node_states:
            return node, ("newcomer.busy", {})
        if state.loads:
            return node, ("newcomer.loaded", {})
        return node, None

    def _node_of(self, state: State) -> tuple[str | None, Said | None]:
        pose, maps = state.agv_position, [one.map_id for one in state.maps or () if one.map_status == "ENABLED"]
        ours = dict.fromkeys(self._site.maps.values())
        if maps and any(our not in maps for our in ours):
            return None, ("newcomer.other_map", {"map": ", ".join(maps), "ours": ", ".join(ours)})
        if pose is None and state.last_node_id in self._names:
            return state.last_node_id, None
        if pose is None or not pose.position_initialized:
            return None, ("newcomer.not_placed", {})
        if pose.map_id and pose.map_id not in ours:
            return None, ("newcomer.other_map", {"map": pose.map_id, "ours": ", ".join(ours)})
        node, ahead, off = self._locate(orders.millimetres(pose.x), orders.millimetres(pose.y), pose.map_id)
        return (node, None) if ahead is None else (None, ("newcomer.off_node", {"node": node, "distance": off}))

    def _misfit(self, kind: RobotType, one: Stranger) -> Said | None:
        """Say why a machine cannot do the work of a type; None when nothing speaks against it."""
        if kind.driver != "vda5050" or (kind.vda5050 and one.version.lstrip("vV")[:1] != kind.vda5050[0]):
            return "newcomer.version", {"version": one.version, "wanted": kind.vda5050 or kind.driver, "type": kind.id}
        room = _part(one.factsheet, "load_specification").get("loadPositions")
        if isinstance(room, list) and room and len(room) < kind.totes:
            return "newcomer.totes", {"has": len(room), "needs": kind.totes, "type": kind.id}
        if kind.id not in self._orders:
            self._orders[kind.id] = self._longest(kind)
        problem = limit_problem(self._orders[kind.id], one.factsheet)
        return None if problem is None else ("newcomer.limits", {"problem": problem, "type": kind.id})

    def _longest(self, kind: RobotType) -> Order:
        """Return as large an order as a robot of a type is ever sent here: its limits must take it (R61)."""
        node = max(self._names, key=lambda name: (len(name), name))
        acts = [
            orders.action("pick", f"{number:026}", loadId="", loadType="", lhd="", stationName="")
            for number in range(kind.totes + 1)
        ]
        points = [orders.Waypoint(node=node, x=0, y=0, map=self._site.roadmap.map, lane=f"{node}>{node}")]
        points *= Lookahead().most + HORIZON + 1
        points[-1] = orders.Waypoint(node=node, x=0, y=0, map=self._site.roadmap.map, actions=tuple(acts))
        return orders.build(AN_ID, points, 0)


def _home_taken(unit: RobotUnit, home: str, node: str | None, held: Mapping[str, str]) -> Said | None:
    if home == node or home not in held:
        return None
    return "newcomer.home_held", {"robot": held[home], "home": home, "place": unit.id}


def _described(factsheet: Factsheet | None) -> dict[str, Any]:
    """Return what a factsheet says of a machine that people know it by (2.x and 3.0 name the same differently)."""
    kind, body = _part(factsheet, "type_specification"), _part(factsheet, "physical_parameters")
    speed = _number(body.get("speedMax", body.get("maximumSpeed")))
    load = _number(kind.get("maxLoadMass", kind.get("maximumLoadMass")))
    return {
        "model": str(kind.get("seriesName") or "")[:60],
        "load": None if load is None else round(load),
        "speed": None if speed is None else round(speed * 1000),
    }


def _part(factsheet: Factsheet | None, name: str) -> Mapping[str, Any]:
    part = None if factsheet is None else getattr(factsheet, name)
    return part if isinstance(part, dict) else {}


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST
    return float(value) if good and isinstance(value, int | float) else None


MOST = 1_000_000
"""No robot carries a thousand tonnes; what says so says nothing."""

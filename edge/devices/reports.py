"""Takes in what robots report: what is known of them, how far they are, what goes wrong with them."""

from collections.abc import Callable
from typing import Any

import structlog

from drivers.vda5050 import events as told
from drivers.vda5050 import orders as vda
from drivers.vda5050.messages import AgvPosition
from edge.devices import endings, placing
from edge.devices.fleet import Fleet
from edge.devices.robot import Robot
from edge.devices.stores import trouble_of
from edge.fleet.places import TrafficError
from edge.processes import carry
from edge.processes.trouble import MAP_TROUBLES, ZONE_TROUBLES, solve_troubles

log = structlog.get_logger(__name__)

QUIET = (told.OrderAccepted, told.BatteryChanged, told.LoadsChanged, told.ActionChanged)
"""Events after which no robot is freer for work than before; what follows from them comes by the journal."""


class Reports:
    """What follows from each event of a robot of the fleet."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._handlers: dict[type, Callable[[Robot, Any], None]] = {
            told.Progress: self._progress,
            told.OrderAccepted: self._accepted,
            told.OrderFinished: lambda robot, event: fleet.rounds.later(endings.finished, fleet, robot, event),
            told.OrderRejected: self._rejected,
            told.OrderLost: lambda robot, event: endings.give_up(fleet, robot, event.reason.value),
            told.OrderUnconfirmed: self._unconfirmed,
            told.OrderForeign: self._foreign,
            told.OrderBlocked: self._foreign,
            told.CancelDone: lambda robot, _event: endings.given_up(fleet, robot),
            told.CancelFailed: lambda robot, _event: fleet.trouble(robot, "exception.robot_keeps_order"),
            told.Alive: self._alive,
            told.Stale: self._stale,
            told.ModeChanged: self._mode,
            told.BatteryChanged: self._battery,
            told.LoadsChanged: self._loads,
            told.ErrorsChanged: self._errors,
            told.ActionUnconfirmed: lambda robot, event: fleet.trouble(
                robot, "exception.robot_ignores", action=event.action_type
            ),
            told.RequestRefused: lambda robot, event: fleet.trouble(robot, "exception.robot_asks", place=event.place),
            told.Stored: self._stored,
            told.NotStored: self._not_stored,
        }

    def moved(self, robot: Robot, position: AgvPosition) -> None:
        """Take in where a robot is, for whoever looks."""
        view = self._fleet.view(robot)
        view.x, view.y, view.map = vda.millimetres(position.x), vda.millimetres(position.y), position.map_id
        view.heading = round(position.theta * 57.29578)
        self._fleet.live.touch()

    def take(self, robot: Robot, event: told.Event) -> None:
        """Take in an event, and have a round when it may change what any robot does."""
        fleet = self._fleet
        handle = self._handlers.get(type(event))
        if handle is None:
            return
        handle(robot, event)
        fleet.live.touch()
        if isinstance(event, told.Progress):
            way = fleet.ways.get(robot.id)
            passed = way is not None and fleet.passages.concern(way)
            if passed or fleet.traffic.stirred(robot.id):
                fleet.rounds.stir()
        elif not isinstance(event, QUIET):
            if not isinstance(event, told.OrderFinished):
                fleet.rounds.think_soon()
            fleet.rounds.stir()

    # --- of its order -----------------------------------------------------------------------------------------------

    def _progress(self, robot: Robot, event: told.Progress) -> None:
        way = self._fleet.ways.get(robot.id)
        if way is None or way.id != event.order_id:
            return
        at = event.sequence_id // 2
        if at > way.released:
            log.warning("robot.beyond_base", robot=robot.id, at=at, released=way.released)
            return
        way.passed = max(way.passed, at)
        robot.node = way.route[way.passed]
        try:
            self._fleet.traffic.passed(robot.id, at)
        except TrafficError as error:
            endings.misplaced(self._fleet, robot, error)

    def _accepted(self, robot: Robot, event: told.OrderAccepted) -> None:
        way = self._fleet.ways.get(robot.id)
        if way is not None and way.id == event.order_id and not way.accepted:
            way.accepted = True
            self._fleet.store.run(carry.trip_accepted, way.id)

    def _rejected(self, robot: Robot, event: told.OrderRejected) -> None:
        """Give up a trip; some take no order while they charge, not even one that begins with the end of it."""
        fleet = self._fleet
        if robot.charging:
            fleet.link.act(robot.identity, vda.action("stopCharging", fleet.source.new_id()))
        endings.end(fleet, robot, event.order_id, event.code)

    def _unconfirmed(self, robot: Robot, event: told.OrderUnconfirmed) -> None:
        """Cancel an order that the robot never took: one took it unseen, forgot it, and held every copy for known."""
        self._fleet.trouble(robot, "exception.robot_deaf")
        state = self._fleet.state(robot)
        if state is not None and state.order_id != event.order_id:
            endings.give_up(self._fleet, robot, endings.CANCELLED)

    def _foreign(self, robot: Robot, _event: told.OrderForeign | told.OrderBlocked) -> None:
        """Cancel what nobody wants: the robot took a late copy of an old order, or still holds one."""
        endings.give_up(self._fleet, robot, endings.FOREIGN)

    # --- of itself --------------------------------------------------------------------------------------------------

    def _alive(self, robot: Robot, _event: told.Alive) -> None:
        robot.alive = True
        self._fleet.view(robot).online = True
        self._fleet.silence.end(robot)
        placing.find(self._fleet, robot)
        placing.freeze_or_thaw(self._fleet, robot)

    def _stale(self, robot: Robot, _event: told.Stale) -> None:
        robot.alive = False
        self._fleet.view(robot).online = False
        placing.freeze_or_thaw(self._fleet, robot)
        self._fleet.silence.begin(robot)

    def _mode(self, robot: Robot, event: told.ModeChanged) -> None:
        robot.automatic = event.mode.ours
        self._fleet.view(robot).mode = event.mode.value
        placing.freeze_or_thaw(self._fleet, robot)

    def _battery(self, robot: Robot, event: told.BatteryChanged) -> None:
        robot.percent, robot.charging = event.percent, event.charging
        view = self._fleet.view(robot)
        view.battery, view.charging = event.percent, event.charging

    def _loads(self, robot: Robot, event: told.LoadsChanged) -> None:
        if event.loads is None:
            return
        robot.loads = tuple(load.load_id for load in event.loads if load.load_id)
        self._fleet.store.run_as(f"robot:{robot.id}", carry.loads_told, robot.id, robot.loads)

    def _errors(self, robot: Robot, event: told.ErrorsChanged) -> None:
        view = self._fleet.view(robot)
        new = [
            error.error_type
            for error in event.errors
            if error.error_type not in view.errors and error.error_level == "CRITICAL"
        ]
        if new:
            endings.give_up_half_way(self._fleet, robot, ", ".join(new))
        view.errors = [error.error_type for error in event.errors]
        grave = [error.error_type for error in event.errors if error.error_level.stops]
        if grave:
            self._fleet.trouble(robot, "exception.robot_error", error=", ".join(grave))

    # --- of what it has stored --------------------------------------------------------------------------------------

    def _stored(self, robot: Robot, event: told.Stored) -> None:
        codes = ZONE_TROUBLES if event.kind == "zones" else MAP_TROUBLES
        self._fleet.store.run(solve_troubles, codes, f"robot/{robot.id}")
        log.info("robot.stored", robot=robot.id, kind=event.kind, name=event.name, version=event.version)

    def _not_stored(self, robot: Robot, event: told.NotStored) -> None:
        code, details = trouble_of(event)
        self._fleet.trouble(robot, code, **details)

"""The instant actions that a robot knows, and what it does on each (VDA 5050 2.1 §6.9; 3.0 §6.6.9; R24, R27, R32)."""

import math
from collections.abc import Callable

from drivers.vda5050.messages import Action, ActionStatus, InstantActions, OperatingMode
from simulators.robots.charts import Charts, Spawn
from simulators.robots.crew import Crew
from simulators.robots.driving import Driving
from simulators.robots.mind import FOREIGN_MODES, Mind
from simulators.robots.motion import Pose
from simulators.robots.words import Wrong

OLDEST = "2.0"
"""The version that knows no maps."""
MAP_ACTIONS = ("downloadMap", "enableMap", "deleteMap", "enableZoneSet", "deleteZoneSet")
SELF_BOOKED = (*MAP_ACTIONS, "cancelOrder", "startCharging", "stopCharging", "retry", "skipRetry")
"""Instant actions that say themselves how they ended."""
PASSIVE = ("stateRequest", "factsheetRequest")
"""Instant actions answered in every mode."""


class Instants:
    """Those of one robot."""

    def __init__(
        self,
        mind: Mind,
        driving: Driving,
        crew: Crew,
        charts: Charts,
        *,
        spawn: Spawn,
        tell_factsheet: Callable[[], None],
    ) -> None:
        self._mind = mind
        self._crew = crew
        self._spawn = spawn
        third = mind.third
        self._does: dict[str, Callable[[Action], None]] = {
            "cancelOrder": driving.cancel,
            "startPause": lambda _action: self._pause(on=True),
            "stopPause": lambda _action: self._pause(on=False),
            "stateRequest": lambda _action: None,
            "factsheetRequest": lambda _action: tell_factsheet(),
            "initializePosition" if third else "initPosition": self._on_init_position,
            "startCharging": self._on_charging,
            "stopCharging": self._on_charging,
        }
        if mind.config.vda5050 != OLDEST:
            self._does |= dict.fromkeys(("downloadMap", "enableMap", "deleteMap"), charts.on_map)
        if third:
            self._does |= dict.fromkeys(("enableZoneSet", "deleteZoneSet"), charts.on_zone_set)
            self._does |= {"clearInstantActions": self._on_clear, "retry": self._on_retry, "skipRetry": self._on_retry}

    def hear(self, header_id: int | None, message: InstantActions) -> None:
        """Do what is not known yet of a message."""
        for action in message.actions:
            if self._mind.book.add_instant(action):
                self._do(action, header_id)
        self._mind.changed()

    def _do(self, action: Action, header_id: int | None) -> None:
        mind = self._mind
        done = self._does.get(action.action_type)
        allowed = (*PASSIVE, "cancelOrder") if mind.mode is OperatingMode.INTERVENED else PASSIVE
        if done is None or (mind.mode in FOREIGN_MODES and action.action_type not in allowed):
            why = "unknown instant action" if done is None else f"the robot is in mode {mind.mode}"
            mind.book.set_action(action.action_id, ActionStatus.FAILED, why)
            references = {"topic": "instantActions", "actionId": action.action_id, "headerId": str(header_id)}
            mind.book.add_error(Wrong.BAD_INSTANT_ACTION, why, references)
            return
        done(action)
        if action.action_type not in SELF_BOOKED:
            mind.book.set_action(action.action_id, ActionStatus.FINISHED)

    def _pause(self, *, on: bool) -> None:
        self._mind.paused = on

    def _on_retry(self, action: Action) -> None:
        meant, again = str(action.parameter("actionId", "")), action.action_type == "retry"
        if self._crew.hear(meant, again=again):
            self._mind.book.set_action(action.action_id, ActionStatus.FINISHED)
        else:
            self._mind.book.set_action(action.action_id, ActionStatus.FAILED, f"action {meant} waits for no word")

    def _on_clear(self, _action: Action) -> None:
        self._mind.book.forget_instant_actions()

    def _on_init_position(self, action: Action) -> None:
        mind = self._mind
        try:
            x, y, theta = (float(action.parameter(key, 0.0)) for key in ("x", "y", "theta"))
        except (TypeError, ValueError):
            x = y = theta = math.nan
        if not all(math.isfinite(value) for value in (x, y, theta)) or mind.book.busy:
            mind.book.set_action(action.action_id, ActionStatus.FAILED, "the pose is not valid or an order is active")
            return
        node = str(action.parameter("lastNodeId") or "")
        map_id = str(action.parameter("mapId") or "")
        if map_id and map_id not in mind.atlas.map_ids:
            mind.book.set_action(action.action_id, ActionStatus.FAILED, f"map {map_id} is unknown")
            return
        mind.stand_at(node, Pose(round(x * 1000), round(y * 1000), theta), map_id)

    def _on_charging(self, action: Action) -> None:
        self._spawn(self._crew.do(action))

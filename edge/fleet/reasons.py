"""Why a robot, a job or a charger waits: codes for machines, with words for people (R124).

The words stand in edge/model/words/: assigning.py, traffic.py, charging.py.
"""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.reasons import Words, say


class Reason(StrEnum):
    """Why a robot does not get more of its way just now, or why a route is refused."""

    HOME = "traffic.home"
    GOING = "traffic.going"
    AT_STOP = "traffic.at_stop"
    NO_ROUTE = "traffic.no_route"
    STOPPED = "traffic.stopped"
    HELD = "traffic.held"
    JAM = "traffic.jam"
    PATIENCE = "traffic.patience"
    CUT = "traffic.cut"
    CLOSED = "traffic.closed"
    DOOR = "traffic.door"
    LIFT = "traffic.lift"
    NO_WAY = "traffic.no_way"
    STRANGER = "traffic.stranger"
    CLASH = "traffic.clash"
    BAY_TAKEN = "traffic.bay_taken"
    BAY_ON_WAY = "traffic.bay_on_way"
    NO_BAY = "traffic.no_bay"
    BASE_AHEAD = "traffic.base_ahead"


class Pick(StrEnum):
    """Why a job has no robot, or a robot no job."""

    NO_ROBOT = "assign.no_robot"
    NO_SKILL = "assign.no_skill"
    NO_BATTERY = "assign.no_battery"
    NO_WAY = "assign.no_way"
    OTHERS_FIRST = "assign.others_first"
    BUSY = "assign.busy"
    NO_JOB = "assign.no_job"
    NO_FITTING_JOB = "assign.no_fitting_job"
    TOO_LOW = "assign.too_low"
    OUT_OF_REACH = "assign.out_of_reach"
    NEARER_ROBOT = "assign.nearer_robot"


class Power(StrEnum):
    """Why a robot should charge, go on charging, stop charging or go without."""

    EMPTY = "charge.empty"
    LOW = "charge.low"
    IDLE = "charge.idle"
    GOES_ON = "charge.goes_on"
    FULL = "charge.full"
    WORK_WAITS = "charge.work_waits"
    OTHERS_NEED_IT = "charge.others_need_it"
    NO_CHARGER = "charge.no_charger"
    NO_WAY = "charge.no_way"
    CUTOFF_FIRST = "charge.cutoff_first"
    ENOUGH = "charge.enough"
    WORKING = "charge.working"


@dataclass(frozen=True, slots=True)
class Wait:
    """An answer to "why is this robot not moving on?": the reason, which other robot is behind it, and where."""

    reason: Reason
    robot: str | None = None
    node: str | None = None

    def words(self, language: str) -> Words:
        """Give text and next step in Japanese ("ja") or English (any other)."""
        return words(self.reason, language, robot=self.robot or "-", node=self.node or "-")


def words(code: Reason | Pick | Power, language: str, **details: str) -> Words:
    """Give text and next step of a code; traffic codes may name {robot} and {node}."""
    return say(code, language, details)

"""What is wanted of an inventory point and what it tells, in the words of GS1's ALE 1.1 (§8.2, §8.3). Pure values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drivers.rfid.patterns import Wanted
from drivers.rfid.presence import MOST
from drivers.rfid.silence import GoneAfter


class Initiation(StrEnum):
    """Why a cycle began, ALE's ECInitiationCondition."""

    TRIGGER = "trigger"
    REPEAT_PERIOD = "repeat_period"
    REQUESTED = "requested"
    """It is the first, and nothing else had to be waited for."""


class Termination(StrEnum):
    """Why a cycle ended, ALE's ECTerminationCondition."""

    TRIGGER = "trigger"
    DURATION = "duration"
    STABLE_SET = "stable_set"
    DATA_AVAILABLE = "data_available"
    UNDEFINE = "undefine"
    """Nobody runs it any more: the program ends."""


class Set(StrEnum):
    """Which tags a report lists, ALE's ECReportSetSpec; the latter two against the cycle that was told before."""

    CURRENT = "current"
    ADDITIONS = "additions"
    DELETIONS = "deletions"


@dataclass(frozen=True, slots=True)
class Boundary:
    """When cycles begin and end, ALE's ECBoundarySpec."""

    triggered: bool = False
    """A start trigger begins one."""
    repeat: timedelta | None = None
    """One begins so long after the beginning of the last, or when that is over."""
    duration: timedelta | None = None
    """It ends after so long,"""
    stable: timedelta | None = None
    """or when no tag was read for so long that it had not read before,"""
    data_available: bool = False
    """or as soon as one is read; a stop trigger ends it whenever it comes."""


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """One list of tags that is wanted, ALE's ECReportSpec."""

    set: Set
    if_empty: bool = False
    """It is told without any tag, too."""
    only_on_change: bool = False
    """It is not told when it lists the same tags as the last time."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What is wanted of a point, ALE's ECSpec."""

    boundary: Boundary
    reports: tuple[ReportSpec, ...]
    wanted: Wanted
    gone_after: GoneAfter
    most_an_hour: int
    """Reports; so many at once are let through, then one each time an hour's share has passed."""
    most: int = MOST
    """Tags known at a time."""


@dataclass(frozen=True, slots=True)
class Report:
    """One list of tags, sorted."""

    set: Set
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cycle:
    """One event cycle that is over. `reports` is empty when there is nothing to tell."""

    began: datetime
    ended: datetime
    initiation: Initiation
    termination: Termination
    reports: tuple[Report, ...]
    present: tuple[str, ...]
    came: tuple[str, ...]
    went: tuple[str, ...]
    """Against the cycle that was told before."""
    away: tuple[str, ...]
    """Readers whose silence says nothing, so that nothing went."""
    late: int
    """Since the last report: reads that came after their cycle was told,"""
    given_up: int
    """reads of tags that there was no room for,"""
    held: int
    """and cycles, this one included, that there was no leave to tell."""
    settled: bool
    """The next is held against this one; not if there was no leave to tell it."""

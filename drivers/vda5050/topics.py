"""Topic names of VDA 5050: interface/version/manufacturer/serial/topic (VDA 5050 2.1 §6.3, R03)."""

import re
from enum import StrEnum
from functools import lru_cache

from drivers.vda5050.messages import RobotId

SERIAL = re.compile(r"[A-Za-z0-9_.:-]+\Z")
MANUFACTURER = re.compile(r"[^/+#$\x00]+\Z")
TOPICS_KEPT = 2048
"""Topics that are read without taking them apart again: a few for each of hundreds of robots."""


class Major(StrEnum):
    """The second level: the major version that is spoken there."""

    V2 = "v2"
    V3 = "v3"


class Topic(StrEnum):
    """The last level; who sends it and how is the table of §6.5."""

    ORDER = "order"
    INSTANT_ACTIONS = "instantActions"
    STATE = "state"
    VISUALIZATION = "visualization"
    CONNECTION = "connection"
    FACTSHEET = "factsheet"
    RESPONSES = "responses"
    """3.0 only: what the master says to a robot's requests."""
    ZONE_SET = "zoneSet"
    """3.0 only: zones for a robot to keep."""


FROM_ROBOT = (Topic.CONNECTION, Topic.FACTSHEET, Topic.STATE, Topic.VISUALIZATION)
"""What a master listens to, in the order in which it should learn of a robot."""
QOS = dict.fromkeys(Topic, 0) | {Topic.CONNECTION: 1}
RETAINED = frozenset({Topic.CONNECTION, Topic.FACTSHEET})


def check_identity(robot: RobotId) -> None:
    """Raise ValueError when a name cannot be a topic level."""
    if not MANUFACTURER.match(robot.manufacturer):
        raise ValueError(f"manufacturer {robot.manufacturer!r} cannot be a topic level: leave out / + # $")
    if not SERIAL.match(robot.serial):
        raise ValueError(f"serial number {robot.serial!r}: only A-Z a-z 0-9 _ . : - are allowed")


def topic_of(prefix: str, robot: RobotId, topic: Topic) -> str:
    """Return the full topic; `prefix` is interface and version, as `uagv/v2`."""
    return f"{prefix}/{robot.manufacturer}/{robot.serial}/{topic.value}"


@lru_cache(TOPICS_KEPT)
def parse(prefix: str, full: str) -> tuple[RobotId, Topic] | None:
    """Read a full topic; None when it is none of ours."""
    if not full.startswith(prefix + "/"):
        return None
    levels = full[len(prefix) + 1 :].split("/")
    if len(levels) != 3 or levels[2] not in _NAMES:
        return None
    return RobotId(levels[0], levels[1]), _NAMES[levels[2]]


_NAMES = {topic.value: topic for topic in Topic}

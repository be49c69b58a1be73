"""Robots that nobody added and that speak on our broker: what each said last, in bounded memory.

Only what is sent now announces a robot. What the broker kept (retained connection and factsheet, VDA 5050 2.1 §6.2)
is remembered, as a robot that comes does not say it again; but it may be years old and proves nobody to be here (R06,
R78).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from drivers.mqtt.port import Message
from drivers.vda5050.messages import Connection, ConnectionState, Factsheet, RobotId, State
from drivers.vda5050.topics import FROM_ROBOT, Topic, check_identity
from drivers.vda5050.wire import Codec, Received

KEPT = 1000
"""Unknown robots remembered: far more than a site owns. Whoever was heard least lately makes room for the next."""
BYTES_KEPT = 16_000_000
"""Of their messages, as they came: a thousand states and factsheets of usual size."""
LONGEST = 256_000
"""Bytes of a message that is still remembered: no state or factsheet of a robot comes near."""
LONGEST_NAME = 100
"""Characters of a manufacturer or serial number; those of robots have some twenty."""
SILENT = timedelta(seconds=90)
"""A stranger that said nothing for so long is gone: three of the 30 s in which it must speak (R08)."""
GONE = (ConnectionState.OFFLINE, ConnectionState.CONNECTIONBROKEN)


Said = tuple[Codec, Received[Any]]
"""A message as it was read, and in which version."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A robot as it announced itself; times are those of the steady clock."""

    robot: RobotId
    version: str
    """Of the protocol, as it writes it in its newest state, else in what it sent last."""
    since: datetime
    heard_at: datetime
    state: State | None
    factsheet: Factsheet | None


@dataclass(slots=True)
class _Kept:
    said: dict[Topic, Said] = field(default_factory=dict)
    sizes: dict[Topic, int] = field(default_factory=dict)
    since: datetime | None = None
    heard_at: datetime | None = None
    state_at: datetime | None = None
    """When it last sent a state itself; one that the broker kept says nothing of where it is now."""

    def body(self, topic: Topic) -> Any:
        return self.said[topic][1].body if topic in self.said else None

    def heard(self, now: datetime) -> bool:
        return self.heard_at is not None and now - self.heard_at <= SILENT


class Strangers:
    """All of them, the one heard least lately first."""

    def __init__(self) -> None:
        self._kept: dict[RobotId, _Kept] = {}
        self._size = 0

    def hear(self, robot: RobotId, topic: Topic, said: Said, message: Message, now: datetime) -> bool:
        """Take in a message and what it says; True when it announces the robot, of which nothing was heard lately.

        Whoever has a name that no robot may have (R03) is not taken in, as it could never be added.
        """
        if not _may_be_called(robot):
            return False
        kept = self._kept.pop(robot, None) or _Kept()
        self._kept[robot] = kept
        if len(message.payload) <= LONGEST:
            self._size += len(message.payload) - kept.sizes.get(topic, 0)
            kept.said.pop(topic, None)
            kept.said[topic], kept.sizes[topic] = said, len(message.payload)
        announced = self._date(kept, said[1].body, now, live=not message.retain)
        self._make_room()
        return announced

    def heard(self, now: datetime) -> list[Stranger]:
        """Return those that speak now, by name."""
        return [_shown(robot, kept, now) for robot, kept in sorted(self._kept.items()) if kept.heard(now)]

    def one(self, robot: RobotId, now: datetime) -> Stranger | None:
        """Return one of those that speak now."""
        kept = self._kept.get(robot)
        return _shown(robot, kept, now) if kept is not None and kept.heard(now) else None

    def take(self, robot: RobotId) -> list[Said]:
        """Give away what a robot said, in the order in which a master should learn it, and forget it."""
        kept = self._kept.pop(robot, _Kept())
        self._size -= sum(kept.sizes.values())
        usable = [topic for topic in FROM_ROBOT if topic is not Topic.STATE or kept.state_at is not None]
        return [kept.said[topic] for topic in usable if topic in kept.said]

    def _date(self, kept: _Kept, body: Any, now: datetime, *, live: bool) -> bool:
        if not live:
            return False
        if isinstance(body, Connection) and body.connection_state in GONE:
            kept.since = kept.heard_at = kept.state_at = None
            return False
        announced = not kept.heard(now)
        if announced:
            kept.since = now
        kept.heard_at = now
        if isinstance(body, State):
            kept.state_at = now
        return announced

    def _make_room(self) -> None:
        while len(self._kept) > KEPT or self._size > BYTES_KEPT:
            self.take(next(iter(self._kept)))


def _may_be_called(robot: RobotId) -> bool:
    try:
        check_identity(robot)
    except ValueError:
        return False
    return max(len(robot.manufacturer), len(robot.serial)) <= LONGEST_NAME


def _shown(robot: RobotId, kept: _Kept, now: datetime) -> Stranger:
    newest = kept.said.get(Topic.STATE) or next(reversed(kept.said.values()), None)
    version = "" if newest is None else newest[1].header.version or newest[0].version
    fresh = kept.state_at is not None and now - kept.state_at <= SILENT
    state = kept.body(Topic.STATE) if fresh else None
    since, heard_at = kept.since or now, kept.heard_at or now
    return Stranger(robot, version, since, heard_at, state, kept.body(Topic.FACTSHEET))

"""How a robot speaks: one version of the protocol on its side of the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from drivers.vda5050.messages import Body, Factsheet, InstantActions, Order, Responses, RobotId, ZoneSets
from drivers.vda5050.topics import Topic
from drivers.vda5050.wire import Codec, Refused
from simulators.robots.config import RobotConfig
from simulators.robots.factsheet import factsheet
from simulators.robots.words import IN_V2, Words

Heard = Order | InstantActions | Responses | ZoneSets
Said = Body | Mapping[str, Any]
"""A body of the model, or one that is in the words of the wire already."""


class Misheard(ValueError):
    """A message that breaks the standard; the text says how."""


class Stamp(NamedTuple):
    """What a message is numbered and dated with; `state_id` is the number of the last state."""

    header_id: int
    state_id: int
    at: datetime


class Speech(Protocol):
    """One version."""

    major: str
    third: bool
    """It follows the rules of 3.0."""
    words: Words
    hears: tuple[Topic, ...]

    def say(self, robot: RobotId, body: Said, stamp: Stamp) -> bytes:
        """Return the message."""
        ...

    def hear(self, topic: Topic, robot: RobotId, payload: bytes) -> tuple[int | None, Heard]:
        """Return headerId and body; raises Misheard."""
        ...

    def factsheet(self, config: RobotConfig) -> Said:
        """Return what the robot can do."""
        ...


class SpeechV2:
    """2.0 or 2.1."""

    major = "v2"
    third = False
    words: Words = IN_V2
    hears: tuple[Topic, ...] = (Topic.ORDER, Topic.INSTANT_ACTIONS)

    def __init__(self, codec: Codec) -> None:
        self._codec = codec

    def say(self, robot: RobotId, body: Said, stamp: Stamp) -> bytes:
        """Return the message."""
        if isinstance(body, Mapping):
            raise TypeError("2.x is said in the words of the model")
        return self._codec.encode(robot, body, stamp.header_id, stamp.at)

    def hear(self, topic: Topic, robot: RobotId, payload: bytes) -> tuple[int | None, Heard]:
        """Return headerId and body; raises Misheard."""
        try:
            received = self._codec.decode(topic, robot, payload)
        except Refused as exc:
            raise Misheard(str(exc)) from exc
        body: Heard = received.body
        return received.header.header_id, body

    def factsheet(self, config: RobotConfig) -> Factsheet:
        """Return what the robot can do."""
        return factsheet(config)

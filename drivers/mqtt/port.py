"""What drivers need of MQTT 3.1.1, and nothing more: the real client and the virtual broker both offer it.

Leaving a session normally says DISCONNECT, so the broker forgets the will. Leaving it by an exception drops the
connection without a word, as a device does that loses power, so the broker publishes the will.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class MqttLost(ConnectionError):
    """The connection to the broker is gone or could not be made; enter a new session."""


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes in our name when we vanish."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


def no_ack() -> None:
    """Acknowledge nothing: a message of QoS 0 has no acknowledgement."""


class Message(NamedTuple):
    """A received message. QoS 1 comes again after a reconnect until `ack` was called; do so after the commit (P03)."""

    topic: str
    payload: bytes
    retain: bool
    ack: Callable[[], None] = no_ack


class Session(Protocol):
    """One life of a connection to a broker."""

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        """Ask for the topics that fit; raises MqttLost, also when the broker refuses."""
        ...

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        """Send; with QoS 1 return once the broker has it, which is no proof of durability (P11). Raises MqttLost."""
        ...

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        """Send with QoS 0, which waits for nothing; raises MqttLost."""
        ...

    def messages(self) -> AsyncIterator[Message]:
        """Give messages as they come; raises MqttLost when the connection is gone. One reader per session."""
        ...


class Connect(Protocol):
    """Opens sessions; entering raises MqttLost when the broker does not answer or refuses us."""

    def __call__(
        self, client_id: str, *, will: Will | None = None, keepalive: int = 15
    ) -> AbstractAsyncContextManager[Session]:
        """Return a session to enter; `keepalive` is in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


def matches(topic_filter: str, topic: str) -> bool:
    """Tell if a topic fits a filter (MQTT 3.1.1 §4.7): `+` one level, `#` the rest, `$` topics never by wildcards."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(given) or level not in {"+", given[place]}:
            return False
    return len(wanted) == len(given)

"""An MQTT 3.1.1 broker in memory behind the port of drivers/mqtt/port.py, with faults (rules P10-P17, P45).

A connection is two pipes, up and down, each with its own latency and in order, as TCP is. A message that waits for no
answer and finds the way up free takes the time of both ways on its way down: one timer for it instead of two. A cut
radio link delays what is under way and, when it lasts, makes the broker give up after 1.5 and the client after 2
keep-alive times (P20).
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVarTuple, Unpack

import structlog

from drivers.mqtt.inbox import Inbox
from drivers.mqtt.port import Message, MqttLost, Session, Will, matches, no_ack

log = structlog.get_logger(__name__)

Ts = TypeVarTuple("Ts")

BROKER_PATIENCE = 1.5
"""Keep-alive times without a sign of life before the broker drops a client (MQTT 3.1.1 §3.1.2.10)."""
CLIENT_PATIENCE = 2.0
"""Keep-alive times before a client gives its broker up (measured with aiomqtt, P20)."""
QUEUE_LIMIT = 100_000
"""Messages kept for one absent persistent client; more are dropped, as brokers do (P12)."""


@dataclass(slots=True)
class Faults:
    """What the network does to one message on its way to one subscriber; shares from 0 to 1, delay in seconds."""

    lose: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    delay_for: tuple[float, float] = (0.5, 5.0)
    reorder: float = 0.0
    only: Callable[[str], bool] = lambda _topic: True


@dataclass(slots=True)
class Counters:
    """What the broker has seen, for the judge of a run."""

    published: int = 0
    delivered: int = 0
    lost: int = 0
    duplicated: int = 0
    dropped_full: int = 0
    wills: int = 0


@dataclass(slots=True)
class _Stored:
    """What the broker keeps of a client: its subscriptions and the QoS 1 messages it has not acknowledged."""

    filters: dict[str, int] = field(default_factory=dict)
    unacked: dict[int, tuple[str, bytes, bool]] = field(default_factory=dict)


class Broker:
    """One broker; `connect` is handed to drivers and simulated robots."""

    def __init__(
        self,
        dice: random.Random,
        *,
        latency: tuple[float, float] = (0.0005, 0.004),
        persistent: Callable[[str], bool] = lambda _client_id: False,
    ) -> None:
        self.faults = Faults()
        self.counters = Counters()
        self._dice = dice
        self._latency = latency
        self._persistent = persistent
        self._running = True
        self._links: dict[str, _Link] = {}
        self._stored: dict[str, _Stored] = {}
        self._retained: dict[str, tuple[bytes, int]] = {}
        self._routes: dict[str, list[tuple[str, int]]] = {}
        self._dark: dict[str, float] = {}
        self._message_ids = 0

    def connect(self, client_id: str, *, will: Will | None = None, keepalive: int = 15) -> "_Connection":
        """Return a session to enter: this is the `Connect` of the MQTT port."""
        return _Connection(self, client_id, will, keepalive)

    def clients(self) -> list[str]:
        """Return who is connected."""
        return sorted(self._links)

    def retained(self) -> dict[str, bytes]:
        """Return the retained payloads by topic."""
        return {topic: self._retained[topic][0] for topic in sorted(self._retained)}

    def down(self, *, keep_retained: bool = True, keep_sessions: bool = False) -> None:
        """Kill the broker: every client loses its connection and no will is sent."""
        self._running = False
        for link in list(self._links.values()):
            link.lose("the broker is gone")
        self._links.clear()
        if not keep_retained:
            self._retained.clear()
        if not keep_sessions:
            self._stored.clear()
        self._routes.clear()

    def up(self) -> None:
        """Start the broker again."""
        self._running = True

    def drop(self, client_id: str) -> None:
        """Break one connection at once (a process killed, a cable pulled at the switch): the will is sent."""
        link = self._links.get(client_id)
        if link is not None:
            link.lose("the connection was reset")
            self._gone(link, graceful=False)

    def cut(self, client_id: str, seconds: float) -> None:
        """Take the radio from a client for a while: nothing passes, and nobody is told before the keep-alive ends."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        self._dark[client_id] = max(until, self._dark.get(client_id, 0.0))
        link = self._links.get(client_id)
        if link is None:
            return
        link.hold(until)
        if seconds >= link.keepalive * BROKER_PATIENCE:
            loop.call_later(link.keepalive * BROKER_PATIENCE, self._expire, link)
            patience = min(seconds, link.keepalive * CLIENT_PATIENCE)
            loop.call_later(patience, link.lose, "no answer from the broker")

    async def enter(self, connection: "_Connection") -> "_Link":
        """Let a client in; used by its context manager."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self.latency() * 2)
        client_id = connection.client_id
        if not self._running or self._dark.get(client_id, 0.0) > loop.time():
            raise MqttLost(f"no broker answers {client_id}")
        self.drop(client_id)
        link = _Link(self, client_id, connection.will, connection.keepalive)
        self._links[client_id] = link
        stored = self._stored.setdefault(client_id, _Stored())
        if not self._persistent(client_id):
            stored.filters.clear()
            stored.unacked.clear()
        self._routes.clear()
        for message_id, (topic, payload, retain) in list(stored.unacked.items()):
            self._send(link, topic, payload, message_id, retain=retain)
        return link

    def leave(self, link: "_Link", *, graceful: bool) -> None:
        """Let a client go; used by its context manager."""
        if self._links.get(link.client_id) is link:
            link.lose("this session was left")
            self._gone(link, graceful=graceful)

    def latency(self) -> float:
        """Draw the seconds of one way."""
        return self._dice.uniform(*self._latency)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool, after: float) -> None:  # noqa: FBT001
        """Spread a message that has reached the broker, or will have done so `after` seconds."""
        self.counters.published += 1
        if retain:
            if payload:
                self._retained[topic] = (payload, qos)
            else:
                self._retained.pop(topic, None)
        routes = self._routes.get(topic)
        if routes is None:
            routes = self._routes[topic] = self._find_routes(topic)
        for client_id, granted in routes:
            self._deliver(client_id, topic, payload, min(qos, granted), retain=False, after=after)

    def subscribe(self, link: "_Link", topic_filter: str, qos: int) -> None:
        """Add a subscription and send what is retained for it."""
        self._stored[link.client_id].filters[topic_filter] = qos
        self._routes.clear()
        for topic in sorted(self._retained):
            if matches(topic_filter, topic):
                payload, kept_qos = self._retained[topic]
                self._deliver(link.client_id, topic, payload, min(qos, kept_qos), retain=True)

    def acknowledge(self, client_id: str, message_id: int) -> None:
        """Forget a QoS 1 message that its receiver has acknowledged."""
        stored = self._stored.get(client_id)
        if stored is not None:
            stored.unacked.pop(message_id, None)

    def is_current(self, link: "_Link") -> bool:
        """Tell whether the broker still has this connection."""
        return self._links.get(link.client_id) is link

    def _find_routes(self, topic: str) -> list[tuple[str, int]]:
        routes = []
        for client_id, stored in self._stored.items():
            granted = [qos for topic_filter, qos in stored.filters.items() if matches(topic_filter, topic)]
            if granted:
                routes.append((client_id, max(granted)))
        return routes

    def _deliver(
        self, client_id: str, topic: str, payload: bytes, qos: int, *, retain: bool, after: float = 0.0
    ) -> None:
        faults = self.faults
        if self._strikes(faults.lose, topic):
            self.counters.lost += 1
            return
        link = self._links.get(client_id)
        message_id = 0
        if qos and (link is not None or self._persistent(client_id)):
            message_id = self._keep(client_id, topic, payload, retain=retain)
        if link is None:
            return
        self._send(link, topic, payload, message_id, retain=retain, after=after)
        if qos and self._strikes(faults.duplicate, topic):
            self.counters.duplicated += 1
            self._send(link, topic, payload, message_id, retain=retain, after=after)

    def _keep(self, client_id: str, topic: str, payload: bytes, *, retain: bool) -> int:
        unacked = self._stored[client_id].unacked
        self._message_ids += 1
        if len(unacked) >= QUEUE_LIMIT:
            self.counters.dropped_full += 1
        elif self._persistent(client_id):
            unacked[self._message_ids] = (topic, payload, retain)
        return self._message_ids

    def _send(
        self, link: "_Link", topic: str, payload: bytes, message_id: int, *, retain: bool, after: float = 0.0
    ) -> None:
        faults, dice = self.faults, self._dice
        wait = after + self.latency()
        if self._strikes(faults.delay, topic):
            wait += dice.uniform(*faults.delay_for)
        if self._strikes(faults.reorder, topic):
            later = wait + dice.uniform(*faults.delay_for)
            act = partial(self._arrive, link, topic, payload, message_id, retain)
            asyncio.get_running_loop().call_later(later, link.down.send, 0.0, act)
        else:
            link.down.send(wait, self._arrive, link, topic, payload, message_id, retain)

    def _strikes(self, share: float, topic: str) -> bool:
        return share > 0 and self.faults.only(topic) and self._dice.random() < share

    def _arrive(self, link: "_Link", topic: str, payload: bytes, message_id: int, retain: bool) -> None:  # noqa: FBT001
        if link.inbox.loss is None:
            self.counters.delivered += 1
            link.receive(topic, payload, message_id, retain=retain)

    def _expire(self, link: "_Link") -> None:
        if self.is_current(link):
            self._gone(link, graceful=False)

    def _gone(self, link: "_Link", *, graceful: bool) -> None:
        del self._links[link.client_id]
        if not self._persistent(link.client_id):
            del self._stored[link.client_id]
        self._routes.clear()
        if link.will is not None and not graceful:
            self.counters.wills += 1
            self.publish(link.will.topic, link.will.payload, link.will.qos, link.will.retain, 0.0)


class _Connection(contextlib.AbstractAsyncContextManager[Session]):
    """One session to enter, once or again."""

    def __init__(self, broker: Broker, client_id: str, will: Will | None, keepalive: int) -> None:
        self.client_id = client_id
        self.will = will
        self.keepalive = keepalive
        self._broker = broker
        self._link: _Link | None = None

    async def __aenter__(self) -> Session:
        self._link = await self._broker.enter(self)
        return self._link

    async def __aexit__(self, kind: object, _error: object, _trace: object) -> None:
        if self._link is not None:
            self._broker.leave(self._link, graceful=kind is None)


class _Link(Session):
    """A client's connection: the `Session` of the port, and what the broker knows of it."""

    def __init__(self, broker: Broker, client_id: str, will: Will | None, keepalive: int) -> None:
        self.client_id = client_id
        self.will = will
        self.keepalive = keepalive
        loop = asyncio.get_running_loop()
        self.up = _Pipe(loop)
        self.down = _Pipe(loop)
        self.inbox = Inbox()
        self._broker = broker
        self._answers: dict[asyncio.Future[None], None] = {}

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        await self._ask(self._broker.subscribe, self, topic_filter, qos)

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        if qos:
            await self._ask(self._broker.publish, topic, payload, qos, retain, 0.0)
        else:
            self.post(topic, payload, retain)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        if self.inbox.loss is not None:
            raise MqttLost(self.inbox.loss)
        broker, wait = self._broker, self._broker.latency()
        if not self.up.free:
            self.up.send(wait, self._reach, None, broker.publish, topic, payload, 0, retain, 0.0)
        elif broker.is_current(self):
            broker.publish(topic, payload, 0, retain, wait)

    def messages(self) -> AsyncIterator[Message]:
        return self.inbox.messages()

    def receive(self, topic: str, payload: bytes, message_id: int, *, retain: bool) -> None:
        """Take a message that has come down."""
        acknowledge = partial(self._acknowledge, message_id) if message_id else no_ack
        self.inbox.put(Message(topic, payload, retain, acknowledge))

    def hold(self, until: float) -> None:
        """Let nothing pass before a time."""
        self.up.held_until = self.down.held_until = max(self.up.held_until, until)

    def lose(self, why: str) -> None:
        """Tell the client that its connection is gone; what it received before can still be read."""
        if self.inbox.loss is not None:
            return
        self.inbox.lose(why)
        for answer in self._answers:
            if not answer.done():
                answer.set_exception(MqttLost(why))

    async def _ask(self, act: Callable[[Unpack[Ts]], object], *args: *Ts) -> None:
        """Let something happen at the broker and wait for its answer."""
        if self.inbox.loss is not None:
            raise MqttLost(self.inbox.loss)
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers[answer] = None
        try:
            self.up.send(self._broker.latency(), self._reach, answer, act, *args)
            await answer
        finally:
            del self._answers[answer]

    def _reach(self, answer: asyncio.Future[None] | None, act: Callable[[Unpack[Ts]], object], *args: *Ts) -> None:
        """Happen at the broker, unless it has lost us."""
        if self._broker.is_current(self):
            act(*args)
            if answer is not None:
                self.down.send(self._broker.latency(), _settle, answer)

    def _acknowledge(self, message_id: int) -> None:
        if self.inbox.loss is None:
            self._broker.acknowledge(self.client_id, message_id)


class _Pipe:
    """One way of a connection: things happen at its end late but in the order in which they were sent."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.held_until = 0.0
        self._loop = loop
        self._at = 0.0
        self._under_way: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()

    @property
    def free(self) -> bool:
        """Nothing is under way, and nothing is held."""
        return not self._under_way and self.held_until <= self._loop.time()

    def send(self, wait: float, act: Callable[[Unpack[Ts]], object], *args: *Ts) -> None:
        """Let something happen at the other end after `wait` seconds, after everything that was sent before."""
        self._at = max(self._at, self._loop.time() + wait)
        self._under_way.append((act, args))
        self._loop.call_at(self._at, self._next)

    def _next(self) -> None:
        """Let the oldest thing happen: which timer fires does not matter, each stands for one."""
        if self.held_until > self._loop.time():
            self._loop.call_at(self.held_until, self._next)
        else:
            act, args = self._under_way.popleft()
            act(*args)


def _settle(answer: asyncio.Future[None]) -> None:
    if not answer.done():
        answer.set_result(None)

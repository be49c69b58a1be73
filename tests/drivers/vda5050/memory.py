"""A broker in memory behind the MQTT port, and a wrapper that loses and doubles what an inner one carries."""

import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from drivers.mqtt.inbox import Inbox
from drivers.mqtt.port import Connect, Message, MqttLost, Session, Will, matches


class MemoryBroker:
    """Retained messages, wills and filters; `kill` drops everybody."""

    def __init__(self) -> None:
        self.up = True
        self._retained: dict[str, bytes] = {}
        self._sessions: list[_Session] = []

    def connect(
        self,
        client_id: str,  # noqa: ARG002
        *,
        will: Will | None = None,
        keepalive: int = 15,  # noqa: ARG002
    ) -> AbstractAsyncContextManager[Session]:
        return self._enter(will)

    def kill(self) -> None:
        self.up = False
        self._retained = {}
        for session in self._sessions:
            session.lose()

    @asynccontextmanager
    async def _enter(self, will: Will | None) -> AsyncIterator[Session]:
        if not self.up:
            raise MqttLost("no broker")
        session = _Session(self)
        self._sessions.append(session)
        try:
            yield session
        except BaseException:
            if will is not None and self.up:
                self.route(will.topic, will.payload, retain=will.retain)
            raise
        finally:
            self._sessions.remove(session)

    def route(self, topic: str, payload: bytes, *, retain: bool) -> None:
        if retain:
            self._retained[topic] = payload
        for session in list(self._sessions):
            session.offer(topic, payload, retain=False)

    def retained(self, topic_filter: str) -> list[tuple[str, bytes]]:
        return [(topic, payload) for topic, payload in self._retained.items() if matches(topic_filter, topic)]


class _Session:
    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._filters: list[str] = []
        self._inbox = Inbox()
        self.messages = self._inbox.messages

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:  # noqa: ARG002
        self._filters.append(topic_filter)
        for topic, payload in self._broker.retained(topic_filter):
            self._inbox.put(Message(topic, payload, retain=True, ack=lambda: None))

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:  # noqa: ARG002
        self.post(topic, payload, retain)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
        if self._inbox.loss is not None:
            raise MqttLost(self._inbox.loss)
        self._broker.route(topic, payload, retain=retain)

    def offer(self, topic: str, payload: bytes, *, retain: bool) -> None:
        if self._inbox.loss is None and any(matches(one, topic) for one in self._filters):
            self._inbox.put(Message(topic, payload, retain=retain, ack=lambda: None))

    def lose(self) -> None:
        self._inbox.lose("gone")


def lossy(connect: Connect, dice: random.Random, *, lost: float, doubled: float) -> Connect:
    """Lose and double what is published with QoS 0."""

    class Lossy:
        def __init__(self, inner: Session) -> None:
            self.subscribe = inner.subscribe
            self.messages = inner.messages
            self._inner = inner

        async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
            if qos:
                await self._inner.publish(topic, payload, qos, retain)
            else:
                self.post(topic, payload, retain)

        def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
            throw = dice.random()
            for _ in range(0 if throw < lost else 2 if throw < lost + doubled else 1):
                self._inner.post(topic, payload, retain)

    def enter(client_id: str, *, will: Will | None = None, keepalive: int = 15) -> AbstractAsyncContextManager[Session]:
        @asynccontextmanager
        async def session() -> AsyncIterator[Session]:
            async with connect(client_id, will=will, keepalive=keepalive) as inner:
                yield Lossy(inner)

        return session()

    return enter

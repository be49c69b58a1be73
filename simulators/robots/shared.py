"""One MQTT session shared by many robots, for load benches.

A real robot has its own session; here the broker knows one client, and no robot has a will (R115).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from drivers.mqtt.aio import AT_ONCE
from drivers.mqtt.inbox import Inbox
from drivers.mqtt.port import Connect, MqttLost, Session, Will


class _Share:
    """One robot's part of the session; subscribes to plain topics only."""

    def __init__(self, hub: "_Hub") -> None:
        self._hub = hub
        self.inbox = Inbox()
        self.messages = self.inbox.messages

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        if "+" in topic_filter or "#" in topic_filter:
            raise ValueError("a shared session takes plain topics only")
        self._hub.readers[topic_filter] = self
        await self._hub.session.subscribe(topic_filter, qos)

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        async with self._hub.room:
            await self._hub.session.publish(topic, payload, qos, retain)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        self._hub.session.post(topic, payload, retain)


class _Hub:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.readers: dict[str, _Share] = {}
        self.lost: str | None = None
        self.room = asyncio.Semaphore(AT_ONCE)

    async def distribute(self) -> None:
        try:
            async for message in self.session.messages():
                reader = self.readers.get(message.topic)
                if reader is not None:
                    reader.inbox.put(message)
        except MqttLost as exc:
            self.lost = str(exc)
            for reader in self.readers.values():
                reader.inbox.lose(self.lost)

    def connect(
        self,
        client_id: str,  # noqa: ARG002
        *,
        will: Will | None = None,  # noqa: ARG002
        keepalive: int = 15,  # noqa: ARG002
    ) -> AbstractAsyncContextManager[Session]:
        return self._enter()

    @asynccontextmanager
    async def _enter(self) -> AsyncIterator[Session]:
        if self.lost is not None:
            raise MqttLost(self.lost)
        share = _Share(self)
        yield share
        self.readers = {topic: reader for topic, reader in self.readers.items() if reader is not share}


@asynccontextmanager
async def shared(connect: Connect, client_id: str) -> AsyncIterator[Connect]:
    """Give a `Connect` whose sessions all run over one; once that is lost, all are, for good."""
    async with connect(client_id) as session:
        hub = _Hub(session)
        task = asyncio.ensure_future(hub.distribute())
        try:
            yield hub.connect
        finally:
            task.cancel()

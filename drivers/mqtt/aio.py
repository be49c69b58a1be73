"""The real MQTT client behind the port: aiomqtt 2.5 on paho-mqtt 2, MQTT 3.1.1, with acknowledgement by hand.

Rules P03, P20-P24. aiomqtt has no reconnect, which is right: `drivers.supervisor` enters a new session.
"""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import aiomqtt
import structlog
from paho.mqtt.client import MQTTMessage

from drivers.cancelling import KeptCancellation
from drivers.mqtt.port import Connect, Message, MqttLost, Outgoing, Session, Will

log = structlog.get_logger(__name__)

ANSWER_WITHIN = 5.0
"""Seconds the broker may take to answer a call: on a local network a healthy one needs milliseconds."""
PENDING_CALLS = 1000
"""Publishes waiting for their PUBACK before aiomqtt warns; its own 10 would warn at every burst (P23)."""
AT_ONCE = 200
"""Publishes `publish_all` keeps under way: enough to hide the round trip, well below the 65,535 message ids."""


def connector(
    host: str,
    port: int = 1883,
    username: str | None = None,
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> Connect:
    """Return a `Connect` to one broker."""

    def connect(
        client_id: str, *, will: Will | None = None, keepalive: int = 15
    ) -> AbstractAsyncContextManager[Session]:
        def client() -> aiomqtt.Client:
            last_words = None if will is None else aiomqtt.Will(will.topic, will.payload, will.qos, will.retain)
            return aiomqtt.Client(
                host,
                port,
                username=username,
                password=password,
                identifier=client_id,
                will=last_words,
                keepalive=keepalive,
                timeout=ANSWER_WITHIN,
                max_inflight_messages=AT_ONCE,
                tls_context=tls,
            )

        return _session(client)

    return connect


async def publish_all(session: Session, messages: Iterable[Outgoing], at_once: int = AT_ONCE) -> None:
    """Publish many messages with at most `at_once` under way; order holds for QoS 0. Raises MqttLost."""
    waiting = iter(messages)

    async def worker() -> None:
        for one in waiting:
            await session.publish(one.topic, one.payload, one.qos, one.retain)

    workers = [asyncio.ensure_future(worker()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()


class _Wire:
    """The one place that reaches into aiomqtt for what it does not offer: manual ack, cheap receiving, a rude goodbye.

    aiomqtt starts a task for every received message; taking them from paho's callback costs a tenth of that.
    """

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._paho: Any = client._client  # noqa: SLF001
        self._unanswered = client._pending_publishes  # noqa: SLF001
        self._paho.manual_ack_set(on=True)
        self._paho.on_message = self._received
        self._waiting: deque[Message] = deque()
        self._woken = asyncio.Event()
        self.loss: str | None = None

    def _received(self, _client: Any, _userdata: Any, message: MQTTMessage) -> None:
        acknowledge = partial(self._acknowledge, message.mid, message.qos) if message.qos else _nothing
        self._waiting.append(Message(message.topic, bytes(message.payload), message.retain, acknowledge))
        self._woken.set()

    def _acknowledge(self, message_id: int, qos: int) -> None:
        self._paho.ack(message_id, qos)

    def lost(self, why: str) -> None:
        """Let the reader take what is there and then see the loss; end publishes that wait for a PUBACK in vain."""
        self.loss = why
        self._woken.set()
        for publish in list(self._unanswered.values()):
            publish.set()

    def hang_up(self) -> None:
        """Close the socket without DISCONNECT, so that the broker publishes the will."""
        line = self._paho.socket()
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def take_note(self) -> None:
        """Look at aiomqtt's reason for the loss, or asyncio complains that nobody did."""
        ended = self._client._disconnected  # noqa: SLF001
        if ended.done() and not ended.cancelled():
            ended.exception()

    async def messages(self) -> AsyncIterator[Message]:
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self.loss is not None:
                raise MqttLost(self.loss)
            self._woken.clear()
            await self._woken.wait()


class _Session:
    def __init__(self, client: aiomqtt.Client, wire: _Wire) -> None:
        self._client = client
        self._wire = wire

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        try:
            with KeptCancellation():
                granted = await self._client.subscribe(topic_filter, qos)
        except aiomqtt.MqttError as exc:
            raise MqttLost(str(exc)) from exc
        if any(getattr(code, "is_failure", False) for code in granted):
            raise MqttLost(f"the broker refused the subscription to {topic_filter}")

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        try:
            with KeptCancellation():
                await self._client.publish(topic, payload, qos, retain)
        except aiomqtt.MqttError as exc:
            raise MqttLost(str(exc)) from exc
        if self._wire.loss is not None:
            raise MqttLost(self._wire.loss)

    def messages(self) -> AsyncIterator[Message]:
        return self._wire.messages()


@asynccontextmanager
async def _session(make: Any) -> AsyncIterator[Session]:
    client: aiomqtt.Client = make()
    client.pending_calls_threshold = PENDING_CALLS
    wire = _Wire(client)
    try:
        await client.__aenter__()
    except aiomqtt.MqttError as exc:
        raise MqttLost(str(exc) or "no answer from the broker") from exc
    watch = asyncio.ensure_future(_watch(client, wire))
    try:
        yield _Session(client, wire)
    except BaseException:
        wire.hang_up()
        await asyncio.wait({watch}, timeout=ANSWER_WITHIN)
        raise
    finally:
        watch.cancel()
        with contextlib.suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)
        wire.take_note()


async def _watch(client: aiomqtt.Client, wire: _Wire) -> None:
    """Wait for the loss: the iterator yields nothing here, as the wire takes the messages, but ends with the link."""
    try:
        async for _ in client.messages:
            log.error("mqtt.unexpected_message")
    except aiomqtt.MqttError as exc:
        wire.lost(str(exc))


def _nothing() -> None:
    """Acknowledge nothing: QoS 0 has no acknowledgement."""

"""The real MQTT client behind the port: aiomqtt 2.5 on paho-mqtt 2, MQTT 3.1.1, with acknowledgement by hand.

Rules P03, P20-P24. aiomqtt has no reconnect, which is right: `drivers.supervisor` enters a new session.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import aiomqtt
import structlog
from paho.mqtt.enums import MQTTErrorCode

from drivers.cancelling import KeptCancellation
from drivers.mqtt.inbox import Inbox
from drivers.mqtt.port import Connect, Message, MqttLost, Outgoing, Session, Will, no_ack

log = structlog.get_logger(__name__)

ANSWER_WITHIN = 5.0
"""Seconds the broker may take to answer a call: on a local network a healthy one needs milliseconds."""
PENDING_CALLS = 1000
"""Publishes waiting for their PUBACK before aiomqtt warns; its own 10 would warn at every burst (P23)."""
AT_ONCE = 200
"""Publishes `publish_all` keeps under way: enough to hide the round trip, well below the 65,535 message ids."""
AT_MOST = 65_536
"""Bytes read at once: some thirty states of robots with a long way ahead."""
PUBLISH = 0x30
"""First byte of a published message of QoS 0 or 1 but for its flags (MQTT 3.1.1 §3.3.1)."""
SHORTEST = 2
LENGTH_DIGITS = 4
"""Bytes of the shortest packet, and of the longest length (MQTT 3.1.1 §2.2.3)."""


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
    """The one place that reaches into aiomqtt for what it does not offer: manual ack, cheap traffic, a rude goodbye.

    paho asks the system four times for every message it reads and needs a turn of the loop for it, aiomqtt a task. Here
    everything that has come is read at once and published messages are taken out; the other packets are left to paho.
    """

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        paho: Any = client._client  # noqa: SLF001
        self._paho = paho
        self._unanswered = client._pending_publishes  # noqa: SLF001
        paho.manual_ack_set(on=True)
        self._opened: Callable[..., None] = paho.on_socket_open
        paho.on_socket_open = self._open
        self._loop = asyncio.get_running_loop()
        self._tap = _Tap()
        self._rest = b""
        self.inbox = Inbox()

    def let_in(self) -> None:
        """Write in the caller's turn of the loop from now on, for the socket nearly always has room."""
        self._paho.on_socket_register_write = self._write
        self._paho.on_socket_unregister_write = self._written
        if self._paho.socket() is None:  # aiomqtt forgets a loss that comes together with the broker's welcome
            self.lost("the broker let us in and hung up")

    def post(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Send with QoS 0."""
        if self.inbox.loss is not None:
            raise MqttLost(self.inbox.loss)
        told = self._paho.publish(topic, payload, 0, retain).rc
        if told != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise MqttLost(f"could not publish: {told.name}")

    def _open(self, paho: Any, userdata: Any, line: socket.socket) -> None:
        """Put the tap between paho and its new socket; paho calls from the thread in which it connects."""
        self._opened(paho, userdata, line)
        self._tap.line = line
        paho._sock = self._tap  # noqa: SLF001
        self._loop.call_soon_threadsafe(self._loop.add_reader, line.fileno(), self._read)

    def _read(self) -> None:
        """Take what has come; the session ends with what cannot be read."""
        try:
            self._rest = self._take_packets(self._rest + self._tap.drain())
            if self._tap.ended:
                self._paho.loop_read()
        except Exception as exc:  # noqa: BLE001  whatever it was, this stream cannot be read on
            self.lost(f"what the broker sent cannot be read: {exc!r}")
            self.hang_up()

    def _take_packets(self, data: bytes) -> bytes:
        """Take all whole packets (MQTT 3.1.1 §2.2) and return what is left."""
        at, end = 0, len(data)
        while end - at >= SHORTEST:
            start, length, digit = at + 2, data[at + 1], 1
            while data[start - 1] & 128:
                if start >= end:
                    return data[at:]
                length += (data[start] << 7 * digit) - (1 << 7 * digit)
                start, digit = start + 1, digit + 1
                if digit > LENGTH_DIGITS:
                    raise ValueError("a packet without an honest length")
            if start + length > end:
                break
            if data[at] & 0xF4 == PUBLISH:
                self._take_message(data[at], data[start : start + length])
            else:
                self._tap.give(data[at : start + length])
                self._paho.loop_read()
            at = start + length
        return data[at:]

    def _take_message(self, flags: int, packet: bytes) -> None:
        """Take a message of QoS 0 or 1 (MQTT 3.1.1 §3.3)."""
        end = 2 + int.from_bytes(packet[:2], "big")
        topic, acknowledge = packet[2:end].decode(), no_ack
        if flags & 2:
            acknowledge = partial(self._paho.ack, int.from_bytes(packet[end : end + 2], "big"), 1)
            end += 2
        self.inbox.put(Message(topic, packet[end:], bool(flags & 1), acknowledge))

    def _write(self, paho: Any, _userdata: Any, line: Any) -> None:
        paho.loop_write()
        if paho.want_write() and paho.socket() is not None:  # it may just have found the line dead and closed it
            self._loop.add_writer(line.fileno(), paho.loop_write)

    def _written(self, _paho: Any, _userdata: Any, line: Any) -> None:
        self._loop.remove_writer(line.fileno())

    def lost(self, why: str) -> None:
        """Let the reader take what is there and then see the loss; end publishes that wait for a PUBACK in vain."""
        self.inbox.lose(why)
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


class _Tap:
    """paho's socket as paho sees it: it reads no more than it is given."""

    def __init__(self) -> None:
        self.line: Any = None
        self.ended = False
        self._given = b""

    def drain(self) -> bytes:
        """Return what has come; `ended` when nothing more will."""
        came = []
        try:
            while not self.ended:
                came.append(self.line.recv(AT_MOST))
                self.ended = not came[-1]
                if not (isinstance(self.line, ssl.SSLSocket) and self.line.pending()):
                    break
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            self.ended = True
        return b"".join(came)

    def give(self, data: bytes) -> None:
        """Let paho read this."""
        self._given = data

    def recv(self, size: int) -> bytes:
        """Give paho of what is for it."""
        if not self._given and not self.ended:
            raise BlockingIOError
        taken, self._given = self._given[:size], self._given[size:]
        return taken

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


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
        if not qos:
            self._wire.post(topic, payload, retain=retain)
            return
        try:
            with KeptCancellation():
                await self._client.publish(topic, payload, qos, retain)
        except aiomqtt.MqttError as exc:
            raise MqttLost(str(exc)) from exc
        if self._wire.inbox.loss is not None:
            raise MqttLost(self._wire.inbox.loss)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        self._wire.post(topic, payload, retain=retain)

    def messages(self) -> AsyncIterator[Message]:
        return self._wire.inbox.messages()


@asynccontextmanager
async def _session(make: Any) -> AsyncIterator[Session]:
    client: aiomqtt.Client = make()
    client.pending_calls_threshold = PENDING_CALLS
    wire = _Wire(client)
    entered = False
    try:
        with KeptCancellation():
            await client.__aenter__()
            entered = True
    except aiomqtt.MqttError as exc:
        raise MqttLost(str(exc) or "no answer from the broker") from exc
    except asyncio.CancelledError:
        if entered:
            wire.hang_up()
            with contextlib.suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)
        raise
    wire.let_in()
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

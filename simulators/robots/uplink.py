"""A robot's side of MQTT: its own session, will, headers and counters (VDA 5050 2.1 §6.2-§6.5, §6.14; R04, R05)."""

import asyncio
import random
from collections.abc import Callable

import structlog

from drivers.mqtt.port import Connect, MqttLost, Session, Will
from drivers.ports import Now
from drivers.vda5050 import codec_v2 as codec
from drivers.vda5050.messages import Body, Connection, ConnectionState, InstantActions, Order, RobotId
from drivers.vda5050.topics import QOS, RETAINED, TO_ROBOT, Topic, parse, topic_of
from simulators.robots.faults import Radio

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.5
LONGEST_WAIT = 10.0
"""Seconds between tries to reach the broker, growing."""
KEEPALIVE = 15
"""Seconds, as the standard proposes (§6.14)."""

OnOrder = Callable[[int | None, Order], None]
OnActions = Callable[[int | None, InstantActions], None]


class Uplink:
    """Keeps one robot connected; what is sent while it is not, is lost as the standard's QoS 0 has it."""

    def __init__(
        self,
        robot: RobotId,
        interface: str,
        connect: Connect,
        *,
        now: Now,
        dice: random.Random,
        radio: Radio,
        on_order: OnOrder,
        on_actions: OnActions,
        on_malformed: Callable[[Topic, str], None],
        on_online: Callable[[], Body],
        version: str = codec.VERSION,
    ) -> None:
        self.refused = 0
        self._robot = robot
        self._prefix = f"{interface}/{codec.MAJOR}"
        self._connect = connect
        self._now = now
        self._dice = dice
        self._radio = radio
        self._on_order = on_order
        self._on_actions = on_actions
        self._on_malformed = on_malformed
        self._on_online = on_online
        self._version = version
        self._session: Session | None = None
        self._header_ids: dict[Topic, int] = {}
        self._leaving = asyncio.Event()
        self._topics = {topic: topic_of(self._prefix, robot, topic) for topic in Topic}

    @property
    def online(self) -> bool:
        """A session with the broker lives."""
        return self._session is not None

    async def run(self, delay: float = 0.0) -> None:
        """Stay connected until cancelled (as by a power cut) or told to leave; begin after `delay` seconds."""
        await asyncio.sleep(delay)
        wait = FIRST_WAIT
        while not self._leaving.is_set():
            try:
                await self._live()
                wait = FIRST_WAIT
            except MqttLost as exc:
                log.debug("robot.offline", robot=str(self._robot), error=str(exc))
            finally:
                self._session = None
            if not self._leaving.is_set():
                await asyncio.sleep(wait * self._dice.uniform(0.8, 1.2))
                wait = min(wait * 2, LONGEST_WAIT)

    def leave(self) -> None:
        """Say goodbye properly: OFFLINE, then DISCONNECT."""
        self._leaving.set()

    def restart(self) -> None:
        """Count from 0 again, as after a loss of power."""
        self._header_ids = {}

    def send(self, topic: Topic, body: Body) -> None:
        """Publish with QoS 0, subject to what the radio does to it."""
        payload = self._encode(topic, body)
        for delay in self._radio.outgoing(topic):
            if delay <= 0:
                self._post(topic, payload)
            else:
                asyncio.get_running_loop().call_later(delay, self._post, topic, payload)

    async def _live(self) -> None:
        last_words = self._encode(Topic.CONNECTION, Connection(connection_state=ConnectionState.CONNECTIONBROKEN))
        will = Will(self._topics[Topic.CONNECTION], last_words)
        client_id = f"{self._robot.manufacturer}.{self._robot.serial}"
        async with self._connect(client_id, will=will, keepalive=KEEPALIVE) as session:
            for topic in TO_ROBOT:
                await session.subscribe(self._topics[topic])
            self._session = session
            await self._publish_now(session, Topic.CONNECTION, Connection(connection_state=ConnectionState.ONLINE))
            await self._publish_now(session, Topic.FACTSHEET, self._on_online())
            listening = asyncio.ensure_future(self._listen(session))
            leaving = asyncio.ensure_future(self._leaving.wait())
            try:
                await asyncio.wait({listening, leaving}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                listening.cancel()
                leaving.cancel()
                (lost, _) = await asyncio.gather(listening, leaving, return_exceptions=True)
            if isinstance(lost, Exception):
                raise lost
            await self._publish_now(session, Topic.CONNECTION, Connection(connection_state=ConnectionState.OFFLINE))

    async def _listen(self, session: Session) -> None:
        async for message in session.messages():
            message.ack()
            address = parse(self._prefix, message.topic)
            if address is None or address[0] != self._robot:
                continue
            try:
                received = codec.decode(address[1], self._robot, message.payload)
            except codec.Refused as exc:
                self.refused += 1
                self._on_malformed(address[1], str(exc))
                continue
            if address[1] is Topic.ORDER:
                self._on_order(received.header.header_id, received.body)
            else:
                self._on_actions(received.header.header_id, received.body)

    def _post(self, topic: Topic, payload: bytes) -> None:
        if self._session is None:
            return
        try:
            self._session.post(self._topics[topic], payload, topic in RETAINED)
        except MqttLost:
            self._session = None

    async def _publish_now(self, session: Session, topic: Topic, body: Body) -> None:
        await session.publish(self._topics[topic], self._encode(topic, body), QOS[topic], topic in RETAINED)

    def _encode(self, topic: Topic, body: Body) -> bytes:
        header_id = self._header_ids.get(topic, 0)
        self._header_ids[topic] = header_id + 1
        return codec.encode(self._robot, body, header_id, self._now(), self._version)

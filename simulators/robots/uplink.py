"""A robot's side of MQTT: its own session, will, headers and counters (VDA 5050 2.1 §6.2-§6.5, §6.14; R04, R05)."""

import asyncio
import random
from collections.abc import Callable

import structlog

from drivers.mqtt.port import Connect, MqttLost, Session, Will
from drivers.ports import Now
from drivers.vda5050.messages import Connection, ConnectionState, RobotId
from drivers.vda5050.topics import QOS, RETAINED, Topic, parse, topic_of
from simulators.robots.faults import Radio
from simulators.robots.speech import Heard, Misheard, Said, Speech, Stamp

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.5
LONGEST_WAIT = 10.0
"""Seconds between tries to reach the broker, growing."""
KEEPALIVE = 15
"""Seconds, as the standard proposes (§6.14)."""

OnHeard = Callable[[int | None, Heard], None]


class Uplink:
    """Keeps one robot connected; what is sent while it is not, is lost as the standard's QoS 0 has it."""

    def __init__(
        self,
        robot: RobotId,
        interface: str,
        connect: Connect,
        speech: Speech,
        *,
        now: Now,
        dice: random.Random,
        radio: Radio,
        on_heard: OnHeard,
        on_malformed: Callable[[Topic, str], None],
        on_online: Callable[[], Said],
    ) -> None:
        self.refused = 0
        self._robot = robot
        self._speech = speech
        self._prefix = f"{interface}/{speech.major}"
        self._connect = connect
        self._now = now
        self._dice = dice
        self._radio = radio
        self._on_heard = on_heard
        self._on_malformed = on_malformed
        self._on_online = on_online
        self._session: Session | None = None
        self._header_ids: dict[Topic, int] = {}
        self._leaving = asyncio.Event()
        self._topics = {topic: topic_of(self._prefix, robot, topic) for topic in Topic}

    @property
    def online(self) -> bool:
        """A session with the broker lives."""
        return self._session is not None

    def counted(self, topic: Topic) -> int:
        """Return how many messages of a topic it had to say since it was switched on, also those that were lost."""
        return self._header_ids.get(topic, 0)

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

    def send(self, topic: Topic, body: Said) -> None:
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
            for topic in self._speech.hears:
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
            self._session = None  # nothing is said after the goodbye
            await self._publish_now(session, Topic.CONNECTION, Connection(connection_state=ConnectionState.OFFLINE))

    async def _listen(self, session: Session) -> None:
        async for message in session.messages():
            message.ack()
            address = parse(self._prefix, message.topic)
            if address is None or address[0] != self._robot:
                continue
            try:
                header_id, body = self._speech.hear(address[1], self._robot, message.payload)
            except Misheard as exc:
                self.refused += 1
                self._on_malformed(address[1], str(exc))
                continue
            self._on_heard(header_id, body)

    def _post(self, topic: Topic, payload: bytes) -> None:
        if self._session is None:
            return
        try:
            self._session.post(self._topics[topic], payload, topic in RETAINED)
        except MqttLost:
            self._session = None

    async def _publish_now(self, session: Session, topic: Topic, body: Said) -> None:
        await session.publish(self._topics[topic], self._encode(topic, body), QOS[topic], topic in RETAINED)

    def _encode(self, topic: Topic, body: Said) -> bytes:
        header_id = self._header_ids.get(topic, 0)
        self._header_ids[topic] = header_id + 1
        state_id = max(self._header_ids.get(Topic.STATE, 0) - 1, 0)
        return self._speech.say(self._robot, body, Stamp(header_id, state_id, self._now()))

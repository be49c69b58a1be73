"""All robots of one broker over one MQTT session: decodes, feeds the vehicles, sends what they ask for.

VDA 5050 2.1 §6.2-§6.5. Nothing is lost by a lost session: the vehicles send again what was not echoed (R79, R80).
Robots of 2.x and 3.0 drive side by side (R128): each is spoken to as it speaks itself.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

import structlog
from msgspec import structs

from drivers.mqtt.port import Connect, Message, MqttLost, Session
from drivers.ports import Now
from drivers.supervisor import Link, Supervisor
from drivers.vda5050 import codec_v2, codec_v3
from drivers.vda5050.events import Alive, Announced, Event, Stale
from drivers.vda5050.leave import LEASE
from drivers.vda5050.messages import (
    Action,
    AgvPosition,
    Connection,
    Factsheet,
    Grant,
    InstantActions,
    OperatingMode,
    Order,
    Responses,
    RobotId,
    State,
    Visualization,
    ZoneRequest,
    ZoneSets,
)
from drivers.vda5050.moment import Output, Send
from drivers.vda5050.storage import MapFile
from drivers.vda5050.strangers import Stranger, Strangers
from drivers.vda5050.topics import FROM_ROBOT, QOS, TOPICS_KEPT, Major, Topic, check_identity, parse, topic_of
from drivers.vda5050.vehicle import Vehicle
from drivers.vda5050.wire import Codec, Received, Refused, stamp
from drivers.vda5050.zones import ZonePlan

log = structlog.get_logger(__name__)

TICK = 1.0
"""Seconds between looks at the clock: half of the first wait before a resend."""
RUBBISH_KEPT = 1000
"""Robots of which unreadable messages are remembered: more than a site owns."""
RAW_KEPT = 2000
"""Bytes kept of the last message that could not be read."""
CODECS = {codec.major: codec for codec in (codec_v2.CODEC, codec_v3.CODEC)}
TOPIC_OF: dict[type[Send], Topic] = {
    Order: Topic.ORDER,
    InstantActions: Topic.INSTANT_ACTIONS,
    Responses: Topic.RESPONSES,
    ZoneSets: Topic.ZONE_SET,
}


@dataclass(frozen=True, slots=True)
class Rubbish:
    """What a robot sent that could not be read: how often, and the last of it."""

    count: int
    code: str
    text: str
    raw: bytes


@dataclass(slots=True)
class Counts:
    """What went over the link since the start."""

    received: int = 0
    sent: int = 0
    refused: int = 0
    sloppy: int = 0


STARTUP = OperatingMode.STARTUP

OnEvent = Callable[[RobotId, Event], None]
Leave = Callable[[RobotId, ZoneRequest], Grant]
OnPosition = Callable[[RobotId, AgvPosition], None]


@dataclass(slots=True)
class _Robot:
    vehicle: Vehicle
    codec: Codec
    """As it speaks: its last state decides, or what came before the first."""
    fixed: bool = False
    """It must speak so, as whoever added it said."""
    header_ids: dict[Topic, int] = field(default_factory=dict)
    position: AgvPosition | None = None


class FleetLink:
    """The link to a fleet; `run` keeps it alive, everything else may be called at any time from the same loop.

    `on_event` is called synchronously and in order; it may call back into the link. `now` dates what is sent; silence
    and repetition are measured by `steady`, the clock that nobody can set (P40), where there is one.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        interface: str = "uagv",
        client_id: str = "genba-fleet",
        now: Now,
        steady: Now | None = None,
        dice: random.Random,
        ids: Callable[[], str],
        on_event: OnEvent,
        on_position: OnPosition = lambda _robot, _position: None,
        leave: Leave = lambda _robot, _request: Grant.QUEUED,
        on_link: Callable[[Link], None] = lambda _link: None,
    ) -> None:
        self.counts = Counts()
        self.rubbish: dict[RobotId, Rubbish] = {}
        self._connect = connect
        self._interface = interface
        self._client_id = client_id
        self._now = now
        self._steady = steady or now
        self._ids = ids
        self._on_event = on_event
        self._on_position = on_position
        self._leave = leave
        self._robots: dict[RobotId, _Robot] = {}
        self._strangers = Strangers()
        self._events: deque[tuple[RobotId, Event]] = deque()
        self._dispatching = False
        self._online: Session | None = None
        self._supervisor = Supervisor(client_id, self._session, now=now, dice=dice, on_change=on_link)

    @property
    def link(self) -> Link:
        """State of our own session with the broker."""
        return self._supervisor.link

    @property
    def robots(self) -> tuple[RobotId, ...]:
        """The robots added, in that order."""
        return tuple(self._robots)

    def vehicle(self, robot: RobotId) -> Vehicle:
        """Return a robot's state machine, to read from; raises KeyError."""
        return self._robots[robot].vehicle

    def position(self, robot: RobotId) -> AgvPosition | None:
        """Return the newest position, from state or visualization; raises KeyError."""
        return self._robots[robot].position

    def strangers(self) -> list[Stranger]:
        """Return the robots that nobody added and that are heard now, by name; what they left at the broker is none."""
        return self._strangers.heard(self._steady())

    def stranger(self, robot: RobotId) -> Stranger | None:
        """Return one of them."""
        return self._strangers.one(robot, self._steady())

    def add(self, robot: RobotId, major: Major | None = None) -> None:
        """Command this robot from now on; raises ValueError when its name cannot be a topic.

        With a `major` version it is heard in no other; else it is answered in the one in which it sends its states.
        """
        if robot in self._robots:
            return
        check_identity(robot)
        codec = CODECS[major or Major.V2]
        vehicle = Vehicle(ids=self._ids, major=codec.major, leave=partial(self._leave, robot))
        one = self._robots[robot] = _Robot(vehicle, codec, fixed=major is not None)
        for spoken, received in self._strangers.take(robot):
            if self._listens(robot, one, spoken, received):
                self._take(robot, received)

    def remove(self, robot: RobotId) -> None:
        """Forget a robot."""
        self._robots.pop(robot, None)

    def want(self, robot: RobotId, order: Order | None, *, accepted: bool = False) -> None:
        """Have a robot pursue a committed order, see `Vehicle.want`; raises KeyError, InvalidOrder."""
        self._carry_out(robot, self._robots[robot].vehicle.want(order, self._steady(), accepted=accepted))

    def cancel(self, robot: RobotId, action_id: str) -> None:
        """Cancel what the robot does, see `Vehicle.cancel`; raises KeyError."""
        self._carry_out(robot, self._robots[robot].vehicle.cancel(action_id, self._steady()))

    def act(self, robot: RobotId, action: Action) -> None:
        """Have a robot run an instant action, see `Vehicle.act`; raises KeyError."""
        self._carry_out(robot, self._robots[robot].vehicle.act(action, self._steady()))

    def store(self, robot: RobotId, maps: Sequence[MapFile], *zones: ZonePlan) -> None:
        """Have a robot keep maps, and zones for each map that has some, see `Vehicle.store`; raises KeyError."""
        self._carry_out(robot, self._robots[robot].vehicle.store(maps, zones, self._steady()))

    def reconsider(self) -> None:
        """Answer anew all who ask leave to enter a zone: what `leave` says may have changed."""
        for robot, one in list(self._robots.items()):
            if one.vehicle.asks:
                self._carry_out(robot, one.vehicle.reconsider(self._steady()))

    async def run(self) -> None:
        """Keep the link alive and time passing until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._supervisor.run())
            group.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            now = self._steady()
            for robot, one in list(self._robots.items()):
                due = one.vehicle.due
                if due is not None and now >= due:
                    self._carry_out(robot, one.vehicle.tick(now))

    async def _session(self, up: Callable[[], None]) -> None:
        async with self._connect(self._client_id) as session:
            for major in CODECS:
                for topic in FROM_ROBOT:
                    await session.subscribe(f"{self._interface}/{major}/+/+/{topic.value}", QOS[topic])
            up()
            self._online = session
            try:
                now = self._steady()
                for robot, one in list(self._robots.items()):
                    self._carry_out(robot, one.vehicle.on_link_up(now))
                async for message in session.messages():
                    self._read(message)
                    message.ack()
            finally:
                self._online = None

    def _send(self, robot: RobotId, body: Send) -> None:
        """Send now; what a lost session does not take is sent again by the vehicle (R79), the reader sees the loss."""
        one = self._robots.get(robot)
        if one is None or self._online is None:
            return
        if isinstance(body, Responses):
            body = _leased(body, stamp(self._now() + LEASE, one.codec.fractions))
        topic = TOPIC_OF[type(body)]
        header_id = one.header_ids.get(topic, 0)
        one.header_ids[topic] = header_id + 1
        payload = one.codec.encode(robot, body, header_id, self._now())
        with contextlib.suppress(MqttLost):
            self._online.post(topic_of(f"{self._interface}/{one.codec.major}", robot, topic), payload)
            self.counts.sent += 1

    def _read(self, message: Message) -> None:
        self.counts.received += 1
        address = _address(self._interface, message.topic)
        if address is None or not message.payload:
            return
        robot, topic, codec = address
        known = self._robots.get(robot)
        try:
            received = codec.decode(topic, robot, message.payload)
        except Refused as exc:
            self._refuse(robot, exc, message.payload)
            return
        self.counts.sloppy += received.sloppy
        if known is None:
            if self._strangers.hear(robot, topic, (codec, received), message, self._steady()):
                self._carry_out(robot, Output(events=[Announced()]))
        elif self._listens(robot, known, codec, received):
            self._take(robot, received)
        elif known.fixed:
            why = Refused("version", f"it should speak {known.codec.version}, not {codec.version}")
            self._refuse(robot, why, message.payload)

    def _take(self, robot: RobotId, received: Received[Any]) -> None:
        one, now, body = self._robots[robot], self._steady(), received.body
        if isinstance(body, State):
            if body.operating_mode is not STARTUP:
                self._move(robot, one, body.agv_position)
            self._carry_out(robot, one.vehicle.on_state(received.header, body, now))
        elif isinstance(body, Visualization):
            self._move(robot, one, body.agv_position)
        elif isinstance(body, Connection):
            self._carry_out(robot, one.vehicle.on_connection(body, now))
        elif isinstance(body, Factsheet):
            self._carry_out(robot, one.vehicle.on_factsheet(body, now))

    def _listens(self, robot: RobotId, one: _Robot, codec: Codec, received: Received[Any]) -> bool:
        """Speak as the robot does; false where it may not, and for what it left at the broker before (R111, R128)."""
        version = received.header.version
        if codec.major is not one.codec.major:
            if one.fixed or not (isinstance(received.body, State) or one.vehicle.state is None):
                return False
            log.info("robot.speaks", robot=str(robot), version=codec.version)
            one.codec, one.vehicle.major = codec, codec.major
        if codec.major is Major.V2 and version is not None and version != one.codec.version:
            one.codec = codec_v2.answering(version)
        return True

    def _move(self, robot: RobotId, one: _Robot, position: AgvPosition | None) -> None:
        if position is not None and position != one.position:
            one.position = position
            self._on_position(robot, position)

    def _refuse(self, robot: RobotId, why: Refused, raw: bytes) -> None:
        self.counts.refused += 1
        known = self.rubbish.get(robot)
        if known is not None:
            self.rubbish[robot] = replace(
                known, count=known.count + 1, code=why.code, text=str(why), raw=raw[:RAW_KEPT]
            )
        elif len(self.rubbish) < RUBBISH_KEPT:
            self.rubbish[robot] = Rubbish(1, why.code, str(why), raw[:RAW_KEPT])
            log.warning("robot.rubbish", robot=str(robot), code=why.code, error=str(why))

    def _carry_out(self, robot: RobotId, out: Output) -> None:
        for body in out.sends:
            self._send(robot, body)
        if not out.events:
            return
        self._events.extend([(robot, event) for event in out.events])
        if self._dispatching:
            return
        self._dispatching = True
        try:
            while self._events:
                who, event = self._events.popleft()
                if isinstance(event, Stale):
                    log.warning("robot.stale", robot=str(who), last_seen=event.last_seen.isoformat())
                elif isinstance(event, Alive):
                    log.info("robot.alive", robot=str(who))
                self._on_event(who, event)
        finally:
            self._dispatching = False


def _leased(answers: Responses, until: str) -> Responses:
    """Return answers with the end of each leave that is given (R44)."""
    return Responses(
        tuple(
            structs.replace(one, lease_expiry=until) if one.grant_type is Grant.GRANTED else one
            for one in answers.responses
        )
    )


@lru_cache(TOPICS_KEPT)
def _address(interface: str, full: str) -> tuple[RobotId, Topic, Codec] | None:
    """Read a full topic; None when it is none of ours."""
    for major, codec in CODECS.items():
        address = parse(f"{interface}/{major}", full)
        if address is not None:
            return *address, codec
    return None

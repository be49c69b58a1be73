"""A supervised client of one Zebra reader behind the site's broker: set its mode, read, come back (I15, I19-I21)."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from drivers.mqtt.port import Connect, Message, MqttLost, Session
from drivers.rfid.backlog import LIMIT
from drivers.rfid.port import Read, Trouble, Unauthorized
from drivers.rfid.reader import ReaderLink, Surroundings, first_of
from drivers.rfid.zebra import messages
from drivers.rfid.zebra.messages import Topics
from drivers.rfid.zebra.numbers import Numbers, Turn
from drivers.rfid.zebra.talk import Refused, Talk

MANAGEMENT, CONTROL = "management", "control"
COMPLAINTS = ("error", "warning")
"""Types of management events that are told; the others prove that the reader lives."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a reader is used."""

    antennas: tuple[int, ...] = ()
    """Empty: all."""
    session: int = 1
    """Gen2 inventory session (I12)."""
    answer_s: float = 5.0
    """Longest wait for an answer."""
    look_s: float = 10.0
    """Pause between two looks at the reader: it answers, its radio works, its clock was not set."""
    refused_wait_s: float = 30.0
    """Pause before the next try after a wrong password."""
    backlog: int = LIMIT


class ZebraLink(ReaderLink):
    """One Zebra reader that talks below the topic `base` of a broker."""

    def __init__(
        self,
        name: str,
        base: str,
        *,
        connect: Connect,
        settings: Settings | None = None,
        **around: Unpack[Surroundings],
    ) -> None:
        self._settings = settings or Settings()
        super().__init__(name, backlog=self._settings.backlog, **around)
        self.numbers = Numbers()
        self._topics = Topics(base)
        self._connect = connect
        self._reading = False
        self._asked = 0
        self._pause = 0.0

    async def _session(self, up: Callable[[], None]) -> None:
        pause, self._pause = self._pause, 0.0
        await asyncio.sleep(pause)
        try:
            async with self._connect(f"genba-{self.name}") as mqtt:
                await self._converse(mqtt, up)
        except MqttLost as exc:
            if "authori" not in str(exc).lower():
                raise
            self._pause = self._settings.refused_wait_s
            self._alarm(Trouble.UNAUTHORIZED, str(exc))
            raise Unauthorized(f"the broker does not let us in ({exc})") from exc

    async def _converse(self, mqtt: Session, up: Callable[[], None]) -> None:
        topics = self._topics
        for topic in (topics.response(MANAGEMENT), topics.response(CONTROL), topics.events, topics.data):
            await mqtt.subscribe(topic, 1)
        talk = Talk(mqtt, topics, name=self.name, asked=self._asked, answer_s=self._settings.answer_s)
        try:
            await first_of(self._keep(talk, up), self._listen(mqtt, talk))
        except Refused as exc:
            self._alarm(Trouble.REFUSED, str(exc))
            raise
        finally:
            self._asked = talk.asked

    async def _keep(self, talk: Talk, up: Callable[[], None]) -> None:
        """Take the reader over, hold its radio to what is wanted, and look at it now and then (I06)."""
        use = self._settings
        await self._look(talk)
        with contextlib.suppress(Refused):  # one that does not read may refuse to stop
            await talk.ask(CONTROL, "stop")
        self._reading = False
        await talk.ask(CONTROL, "set_mode", messages.mode(antennas=use.antennas, session=use.session))
        await self._hold_radio(talk)
        up()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(use.look_s):
                    await self._nudge.wait()
            self._nudge.clear()
            await self._look(talk)
            await self._hold_radio(talk)

    async def _hold_radio(self, talk: Talk) -> None:
        wanted = self._radio
        if self._reading != wanted:
            await talk.ask(CONTROL, "start" if wanted else "stop")
            self._reading = wanted

    async def _look(self, talk: Talk) -> None:
        try:
            state = await talk.ask(MANAGEMENT, "get_status")
        except TimeoutError:
            self._alarm(Trouble.SILENT, "no answer to get_status")
            raise
        self.stats.keepalives += 1
        self._hint_time(state.get("systemTime"))
        activity = state.get("radioActivity", state.get("radioActivitiy"))  # so spelled in the maker's documentation
        if self._reading and activity == "inactive":
            self._alarm(Trouble.EXCEPTION, "its radio stopped")
            self._reading = False

    async def _listen(self, mqtt: Session, talk: Talk) -> None:
        async for message in mqtt.messages():
            try:
                self._hear(message, talk)
            except ValueError as exc:
                self._bad(message.payload, str(exc))
            message.ack()
            await asyncio.sleep(0)  # an inbox that holds more gives it at once: let the reads be handed on first

    def _hear(self, message: Message, talk: Talk) -> None:
        heard = messages.objects(message.payload)
        self.stats.messages += 1
        if message.topic == self._topics.data:
            self._hear_tags(heard)
        elif message.topic == self._topics.events:
            self._hear_events(heard)
        else:
            for one in heard:
                talk.hear(one)

    def _hear_events(self, heard: list[dict[str, Any]]) -> None:
        for event in heard:
            if event.get("type") in COMPLAINTS:
                self._alarm(Trouble.EXCEPTION, f"{event['type']}: {event.get('data')}")
            else:
                self.stats.keepalives += 1

    def _hear_tags(self, heard: list[dict[str, Any]]) -> None:
        at = self._now()
        self.stats.reports += 1
        reads = []
        for event in heard:
            try:
                tag = messages.tag(event)
            except ValueError as exc:
                self._bad(str(event).encode(), str(exc))
                continue
            if self._counts(tag):
                reads.append(self._read(tag, at))
        self.stats.reads += len(reads)
        self.stats.empty_reports += not heard
        if reads:
            self._take(reads)

    def _counts(self, tag: messages.Tag) -> bool:
        """Follow the reader's numbers; False for what came before."""
        if tag.number is None:
            return True
        before = self.numbers.missed
        turn = self.numbers.take(tag.number, (tag.epc, tag.time))
        self.stats.missed = self.numbers.missed
        if turn is Turn.AGAIN:
            self.stats.repeated += 1
            return False
        if turn is Turn.GAP:
            self._alarm(Trouble.MISSED, f"{self.numbers.missed - before} events before number {tag.number}")
        return True

    def _read(self, tag: messages.Tag, at: datetime) -> Read:
        if tag.at is not None:
            self._check_time(tag.at, at)
        seen = self._ours(tag.at) if tag.at else at
        return Read(
            epc=tag.epc,
            bits=tag.bits,
            antenna=tag.antenna,
            rssi_dbm=tag.rssi_dbm,
            first_seen=seen,
            last_seen=seen,
            count=tag.count,
            received_at=at,
            reader_first_us=tag.at.us if tag.at else None,
            reader_last_us=tag.at.us if tag.at else None,
            pc=tag.pc,
        )

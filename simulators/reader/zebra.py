"""A Zebra reader as a client of an MQTT broker: the IoT Connector with management, control and data interfaces.

Written from its documentation (zebradevs.github.io/rfid-ziotc-docs): commands with `command_id` and their responses, an
operating mode, tag events with `eventNum`. Events that the broker does not take are retained, within the connector's
bounds, and published when it is there again.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

from drivers.mqtt.port import Connect, MqttLost, Session
from drivers.ports import Now
from simulators.reader.field import Field, Sight
from simulators.reader.rounds import Rounds

RETAINED = 150_000
"""Events kept for the broker at most (`retention.maxNumEvents`)."""
BATCH = 100
"""Events of one message at most."""
META = {"ANTENNA": "antenna", "RSSI": "peakRssi", "SEEN_COUNT": "reads", "PC": "PC"}
"""What is added to a tag event for each word of `tagMetaData`."""
RETRY_S = 0.05


class ZebraReader:
    """One reader that talks below the topic `base`; tags are in its `field`."""

    def __init__(self, base: str, *, field: Field, connect: Connect, now: Now, antennas: int = 2) -> None:
        self.field = field
        self.skew = timedelta(0)
        """How far its clock is ahead of ours."""
        self.silent = False
        """It is at the broker and answers nothing."""
        self.running = False
        """Its inventory was started."""
        self.mode: dict[str, Any] = {"type": "SIMPLE"}
        self._base = base
        self._connect = connect
        self._now = now
        self._antennas = antennas
        self._number = 0
        self._kept: deque[dict[str, Any]] = deque(maxlen=RETAINED)
        self._filled = asyncio.Event()
        self._open = asyncio.Event()
        self._session: Session | None = None
        self._line: asyncio.Task[None] | None = None
        self._rounds = Rounds(field, self._sighted)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> bool:
        """It is at the broker."""
        return self._session is not None

    @property
    def retained(self) -> int:
        """Return how many events wait for the broker."""
        return len(self._kept)

    async def start(self) -> None:
        """Switch it on: it looks for the broker, and numbers begin anew."""
        self._number = 0
        self._open.set()
        self._tasks = [asyncio.ensure_future(self._rounds.run()), asyncio.ensure_future(self._live())]

    async def stop(self) -> None:
        """Switch it off: what it kept is lost, its inventory ends."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._kept.clear()
        self.running = False
        self._rounds.end()

    async def restart(self, after_s: float = 0.0) -> None:
        """Lose power and come back."""
        await self.stop()
        await asyncio.sleep(after_s)
        await self.start()

    def cut(self) -> None:
        """Take its network away until `mend`; it reads on."""
        self._open.clear()
        if self._line is not None:
            self._line.cancel()

    def mend(self) -> None:
        """Give the network back."""
        self._open.set()

    async def rubbish(self, data: bytes) -> None:
        """Publish bytes that are no event."""
        if self._session is not None:
            await self._session.publish(f"{self._base}/data/event", data, 1)

    async def repeat(self, event: dict[str, Any]) -> None:
        """Publish an event as it is, once more."""
        await self.rubbish(json.dumps(event).encode())

    def storm(self, epcs: list[str], times: int) -> None:
        """Report these tags many times at once."""
        now = asyncio.get_running_loop().time()
        for _ in range(times):
            self._sighted([Sight(epc, 1, -50, now) for epc in epcs])

    def skip(self, numbers: int) -> None:
        """Lose events that were numbered."""
        self._number += numbers

    async def _live(self) -> None:
        while True:
            await self._open.wait()
            line = self._line = asyncio.ensure_future(self._at_the_broker())
            try:
                await asyncio.wait({line})
            finally:
                line.cancel()
                await asyncio.gather(line, return_exceptions=True)
                self._session = None
            if not line.cancelled():
                line.result()
            await asyncio.sleep(RETRY_S)

    async def _at_the_broker(self) -> None:
        try:
            async with self._connect("zebra-" + self._base.replace("/", "-")) as session:
                for interface in ("management", "control"):
                    await session.subscribe(f"{self._base}/{interface}/command", 1)
                self._session = session
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._obey(session))
                    group.create_task(self._publish(session))
        except* MqttLost:
            pass  # it looks for the broker again

    async def _obey(self, session: Session) -> None:
        async for message in session.messages():
            message.ack()
            interface = message.topic.removeprefix(self._base + "/").partition("/")[0]
            if not self.silent:
                answer = self._answer(json.loads(message.payload))
                await session.publish(f"{self._base}/{interface}/response", json.dumps(answer).encode(), 1)

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        commands: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
            "get_status": self._status,
            "get_mode": lambda _: self.mode,
            "set_mode": self._set_mode,
            "start": self._start,
            "stop": self._stop,
        }
        do = commands.get(asked["command"])
        result = do(asked["payload"]) if do else None
        told = {"command": asked["command"], "command_id": asked["command_id"]}
        if result is None:
            return {**told, "response": "failure", "payload": {"message": f"{asked['command']} is not possible now"}}
        return {**told, "response": "success", "payload": result}

    def _status(self, _payload: dict[str, Any]) -> dict[str, Any]:
        time = (self._now() + self.skew).astimezone(UTC).isoformat(timespec="seconds")
        radio = "active" if self.running else "inactive"
        return {"systemTime": time, "radioConnection": "connected", "radioActivity": radio}

    def _set_mode(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        ports = payload.get("antennas", [])
        if self.running or any(not 1 <= port <= self._antennas for port in ports):
            return None
        self.mode = payload
        return {}

    def _start(self, _payload: dict[str, Any]) -> dict[str, Any] | None:
        if self.running:
            return None
        self.running = True
        session = int(self.mode.get("query", {}).get("session", "S0")[1:])
        self._rounds.begin(tuple(self.mode.get("antennas", ())), session)
        return {}

    def _stop(self, _payload: dict[str, Any]) -> dict[str, Any] | None:
        if not self.running:
            return None
        self.running = False
        self._rounds.end()
        return {}

    def _sighted(self, sights: list[Sight]) -> None:
        loop_now, wall_now = asyncio.get_running_loop().time(), self._now() + self.skew
        extra = [META[word] for word in self.mode.get("tagMetaData", ()) if word in META]
        for sight in sights:
            self._number += 1
            known = {"antenna": sight.antenna, "peakRssi": sight.rssi_dbm, "reads": 1, "PC": "3000"}
            time = (wall_now - timedelta(seconds=loop_now - sight.at)).astimezone(UTC)
            self._kept.append(
                {
                    "data": {
                        "eventNum": self._number,
                        "format": "epc",
                        "idHex": sight.epc.lower(),
                        **{name: known[name] for name in extra},
                    },
                    "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}+0000",
                    "type": self.mode["type"],
                }
            )
        self._filled.set()

    async def _publish(self, session: Session) -> None:
        while True:
            await self._filled.wait()
            while self._kept and not self.silent:
                batch = [self._kept[i] for i in range(min(BATCH, len(self._kept)))]
                body = batch[0] if len(batch) == 1 else batch
                await session.publish(f"{self._base}/data/event", json.dumps(body).encode(), 1)
                for _ in batch:
                    self._kept.popleft()
            self._filled.clear()

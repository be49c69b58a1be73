"""Keeps a robot's WebSocket: identity after each connect, a status every second, as its mood has it."""

import asyncio
import json
import random
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from simulators.massrobotics.robot import Robot
from simulators.massrobotics.socket import TEXT, NotUpgraded, WebSocketClient, masked_frame

EVERY = 1.0
"""Seconds between two reports."""
AGAIN = (1.0, 5.0)
"""Seconds until the next try to connect."""
FLOOD = 1000
"""Reports in a second of a robot that floods."""
ELSEWHERE = "00000000-0000-0000-0000-000000000000"


class Mood(StrEnum):
    """What is wrong with what a robot sends."""

    WELL = "well"
    SILENT = "silent"
    """It stays connected and says nothing."""
    MALFORMED = "malformed"
    CUT = "cut"
    """It breaks off in the middle of a message, and comes again."""
    LOST = "lost"
    """It reports in coordinates that nobody knows."""
    NULLS = "nulls"
    """What it does not know is null, and it says more than the standard has: both are to be taken."""
    FLOOD = "flood"
    STUCK = "stuck"
    """It has errors, and does not move."""


class Uplink:
    """One robot's way to the receiver."""

    def __init__(
        self, robot: Robot, url: str, key: str, dice: random.Random, *, now: Callable[[], datetime], basic: bool = False
    ) -> None:
        self.robot = robot
        self.mood = Mood.WELL
        self.connected = False
        self.refused = ""
        self.sent = 0
        self._url = url
        self._key = key
        self._dice = dice
        self._now = now
        self._basic = basic

    async def run(self) -> None:
        """Live, connect and report until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live())
            group.create_task(self._report())

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(EVERY / 5)
            if self.mood is not Mood.STUCK:
                self.robot.step(EVERY / 5)

    async def _report(self) -> None:
        while True:
            try:
                socket = await WebSocketClient.connect(self._url, self._key, self._dice, basic=self._basic)
            except (OSError, TimeoutError) as error:
                self.refused = str(error) if isinstance(error, NotUpgraded) else f"not reached: {error}"
            else:
                self.connected, self.refused = True, ""
                try:
                    await self._speak(socket)
                except OSError:
                    pass
                finally:
                    self.connected = False
                    socket.drop()
            await asyncio.sleep(self._dice.uniform(*AGAIN))

    async def _speak(self, socket: WebSocketClient) -> None:
        await self._send(socket, self.robot.identity(self._now()))
        while not socket.closed.is_set():
            await self._tell(socket)
            await asyncio.sleep(EVERY)

    async def _tell(self, socket: WebSocketClient) -> None:
        report = self.robot.status(self._now())
        if self.mood is Mood.SILENT:
            return
        if self.mood is Mood.CUT:
            await socket.send_raw(masked_frame(TEXT, json.dumps(report).encode(), self._dice.randbytes(4))[:40])
            raise ConnectionError("cut")
        if self.mood is Mood.MALFORMED:
            report["location"]["x"] = str(report["location"]["x"])
        elif self.mood is Mood.LOST:
            report["location"]["planarDatum"] = ELSEWHERE
        elif self.mood is Mood.NULLS:
            report |= {"velocity": None, "path": None, "wifiSignal": -61}
        elif self.mood is Mood.STUCK:
            report |= {"operationalState": "disabled", "errorCodes": ["E-17 obstacle"]}
        for _ in range(FLOOD if self.mood is Mood.FLOOD else 1):
            await self._send(socket, report)

    async def _send(self, socket: WebSocketClient, report: dict[str, Any]) -> None:
        await socket.send(json.dumps(report))
        self.sent += 1

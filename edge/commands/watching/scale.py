"""A scale, asked several times a second: weights that rest or move, and lines that are no weight."""

import asyncio
import contextlib

from drivers.scale.link import ScaleLost
from drivers.scale.protocol import Reading, State
from edge.commands.watching.teller import Teller
from edge.devices.drivers import Drivers
from edge.site import Device

ASK = 0.2
"""Seconds between readings: a person sees a load settle, and the slowest scale keeps up."""
REPEAT = 1.0
"""Seconds at least between two lines about a load that still moves, or may."""
WORD = {State.STABLE: "watch.stable", State.MOVING: "watch.moving", State.UNSAID: "watch.unsaid"}


class ScaleWatch:
    """Watches one scale."""

    def __init__(self, device: Device, drivers: Drivers, teller: Teller) -> None:
        self._teller = teller
        self._driver = drivers.scale(device, on_link=teller.link)
        self._last: Reading | None = None
        self._told_at = 0.0
        self._weights = self._garbage = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._driver.run())
            tasks.create_task(self._ask())

    def end(self) -> None:
        """Say the totals."""
        details = {"weights": self._weights, "garbage": self._driver.garbage, "losses": self._driver.link.losses}
        self._teller.say("watch.total_scale", details)

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(ASK)
            if self._driver.link.up:
                with contextlib.suppress(ScaleLost):  # the link tells it
                    self._take(await self._driver.look())
            if self._driver.garbage > self._garbage:
                self._teller.say("watch.scale_garbage", {"raw": repr(self._driver.last_garbage)})
            self._garbage = self._driver.garbage

    def _take(self, reading: Reading) -> None:
        """Say a reading that is news: another state, another weight at rest, or a load that still moves."""
        last, time = self._last, asyncio.get_running_loop().time()
        still = last is not None and reading.state is last.state and reading.state in (State.MOVING, State.UNSAID)
        if reading == last or (still and time - self._told_at < REPEAT):
            return
        self._last, self._told_at = reading, time
        if reading.state is State.OVERLOAD:
            self._teller.say("watch.overload")
        elif reading.grams is None:
            self._teller.say("watch.moving_alone")
        else:
            self._weights += reading.state is State.STABLE
            word = "watch.net" if reading.net and reading.state is State.STABLE else WORD[reading.state]
            self._teller.say(word, {"grams": reading.grams})

"""The meter: looks at every robot now and then, whatever its driver, and books its use each five minutes and at last.

A kill loses what was seen since the last booking; battery and odometer are caught up at the next start, as is what the
journal tells.
"""

import asyncio
from collections.abc import Sequence

import structlog

from edge.clock import Source
from edge.fleet.gauge import Gauge
from edge.fleet.roadmap import Roadmap, RoadmapError
from edge.live import Live
from edge.model.usage import Mark, Reading
from edge.processes.usage import Booking, Length, book_usage, machines, open_meter
from edge.store.database import StoreError
from edge.store.store import Store

log = structlog.get_logger(__name__)

LOOK = 10.0
"""Seconds between looks: hours are paid, and a look at thirty robots takes a tenth of a millisecond."""
LOOKS_A_BOOKING = 30
Meter = tuple[str, tuple[str, str] | None]
"""A robot's place and the machine that has it."""
LAST_SECONDS = 2.0
"""At most so long the last booking holds up the end."""


def length_on(roadmap: Roadmap) -> Length:
    """Return how long the lanes of a roadmap are; a lane that is no longer on it has no length."""

    def length(start: str, end: str) -> int:
        try:
            one, other = roadmap.index(start), roadmap.index(end)
        except RoadmapError:
            return 0
        return roadmap.length(one, other) if roadmap.joined(one, other) else 0

    return length


class UsageMeter:
    """Meters all robots of a site."""

    def __init__(self, store: Store, live: Live, source: Source, length: Length) -> None:
        self._store = store
        self._live = live
        self._source = source
        self._length = length
        self._gauges: dict[Meter, Gauge] = {}
        self._marks: dict[Meter, Mark] = {}
        self._number = 0
        self._pending: Sequence[Booking] = ()
        """What was given to the store under the last number, and not answered yet."""

    async def run(self) -> None:
        """Count until cancelled; what was counted is booked before the end."""
        self._number, marks = await self._store.run(open_meter, self._length)
        manned = await self._store.read(machines)
        self._marks = {(robot_id, manned[robot_id]): mark for robot_id, mark in marks.items() if robot_id in manned}
        try:
            while True:
                for _ in range(LOOKS_A_BOOKING):
                    await asyncio.sleep(LOOK)
                    self._look()
                await self._book()
        finally:
            self._look()
            try:
                async with asyncio.timeout(LAST_SECONDS):
                    await self._book()
                    await self._book()  # the first may only have repeated what was under way
            except TimeoutError:
                log.warning("usage.not_booked")

    def _look(self) -> None:
        moment = self._source.steady()
        day = self._store.site.local(self._source.now()).date().isoformat()
        for view in self._live.views.values():
            meter = view.id, view.machine
            gauge = self._gauges.get(meter)
            if gauge is None:
                gauge = self._gauges[meter] = Gauge(self._marks.setdefault(meter, Mark()))
            reading = Reading(view.online, view.working, view.battery, view.charging, view.odometer)
            gauge.take(reading, moment, day)

    async def _book(self) -> None:
        """Book what is pending, else what came since; what the store does not take stays pending."""
        if not self._pending:
            self._number += 1
            self._pending = [
                Booking(robot_id, days, gauge.mark, machine)
                for (robot_id, machine), gauge in self._gauges.items()
                if (days := gauge.cut()) or gauge.mark != self._marks[robot_id, machine]
            ]
            self._drop_the_gone()
        try:
            await self._store.run(book_usage, self._number, self._pending, self._length)
        except StoreError as error:
            log.warning("usage.not_booked", error=str(error))
            return
        self._marks |= {(booking.robot_id, booking.machine): booking.mark for booking in self._pending}
        self._pending = ()

    def _drop_the_gone(self) -> None:
        """Forget the gauges of machines that are gone, now that all they counted is in a booking."""
        now = {(view.id, view.machine) for view in self._live.views.values()}
        for meter in [one for one in self._gauges if one not in now]:
            del self._gauges[meter]

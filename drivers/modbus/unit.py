"""Keeps one Modbus unit: polls its points, reports what changed, and holds its outputs where they are wanted.

One task per unit does all reading and writing (I65). Outputs are levels: `want` says where a point should be, and each
poll closes the difference to what the unit reports, so that nothing is written blindly, twice or late (I54).
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from drivers.modbus.points import Block, Point, Value, blocks
from drivers.modbus.port import Code, Connect, ModbusLost, ModbusPort, NoAnswer, Refused
from drivers.ports import Now
from drivers.supervisor import Link, Supervisor

log = structlog.get_logger(__name__)

MISSES = 3
"""Unanswered requests in a row before the unit counts as lost: one lost answer is no outage. One that is lost already
gets a single try, so that it takes little of a line that others share (I56)."""
BUSY_LIMIT = 20
"""Polls in a row with an answer "busy" before the unit counts as lost: one second at 50 ms (I63)."""
FIRST_RETRY = 0.5
"""Seconds until an output that did not follow is written again: longer than any PLC's scan cycle."""
LONGEST_RETRY = 30.0
"""Seconds at most between such writes: an interlocked output is tried for ever, but quietly."""
FAREWELL = 5.0
"""Seconds at most to put the outputs into their safe state when stopped: ten units of a serial line, stopped together,
take half of it. One that does not answer is given up at its first write."""


@dataclass(frozen=True, slots=True)
class Change:
    """A point took another value; `before` is None at the first look.

    For a counter `steps` says how often it counted since, through wraps and outages; None when it was reset.
    """

    point: str
    value: Value
    at: datetime
    before: Value | None = None
    steps: int | None = None


@dataclass(slots=True)
class _Output:
    """Where an output should be, how often it was written to get there, and when (loop time) it may be again.

    `patience` ends a wish that must not come true late.
    """

    wanted: Value
    writes: int = 0
    next_write: float = 0.0
    patience: asyncio.TimerHandle | None = None

    def settle(self) -> None:
        """Note that it is where it should be, or that nobody wants it any more."""
        self.writes = 0
        if self.patience is not None:
            self.patience.cancel()
            self.patience = None


@dataclass(frozen=True, slots=True)
class _Pulse:
    """A heartbeat point: what it was, since when (loop time), and whether it was ever seen to beat."""

    value: Value
    since: float
    alive: bool


class Unit:
    """One unit of I/O at an address."""

    def __init__(
        self,
        name: str,
        address: str,
        unit: int,
        points: Mapping[str, Point],
        connect: Connect,
        *,
        now: Now,
        dice: random.Random,
        on_change: Callable[[Change], None] = lambda _change: None,
        on_link: Callable[[Link], None] = lambda _link: None,
        on_refused: Callable[[str, str], None] = lambda _point, _why: None,
        on_dropped: Callable[[str, Value], None] = lambda _point, _value: None,
        poll: float = 0.05,
        watchdog: str | None = None,
    ) -> None:
        """Take the points by name; `poll` in seconds; `watchdog` names the register or coil to write at every poll.

        `on_refused` hears of each point that the unit refuses to read and that is given up, with the unit's reason;
        `on_dropped` of each wish that was not met while it was valid, and is not written any more.
        """
        self.values: dict[str, Value] = {}
        self.left_safe = False
        """Stopped, and the unit has taken the safe state of every output that has one."""
        self._name, self._address, self._unit = name, address, unit
        self._points = dict(points)
        self._connect = connect
        self._now = now
        self._on_change, self._on_refused, self._on_dropped = on_change, on_refused, on_dropped
        self._poll = poll
        self._watchdog = self._output_point(watchdog) if watchdog is not None else None
        self._beats = 0
        self._next_beat = self._next_poll = 0.0
        self._pulses: dict[str, _Pulse] = {}
        self._outputs = {p.name: _Output(p.settled(p.safe)) for p in self._points.values() if p.safe is not None}
        if watchdog is not None:
            self._outputs.pop(watchdog, None)
        self._numberless: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._busy = 0
        self._looking: list[asyncio.Future[None]] = []
        self._supervisor = Supervisor(name, self._session, now=now, dice=dice, on_change=on_link)

    @property
    def link(self) -> Link:
        """Return whether the unit is reached."""
        return self._supervisor.link

    @property
    def unmet(self) -> dict[str, Value]:
        """Return the outputs that are not, or not known to be, where they are wanted, with the wanted value."""
        return {
            name: output.wanted
            for name, output in self._outputs.items()
            if not self.link.up or self.values.get(name) != output.wanted
        }

    async def run(self) -> None:
        """Keep the unit until cancelled, then leave its outputs in their safe state."""
        await self._supervisor.run()

    async def look(self) -> None:
        """Wait until every point was read once more, by a read that began after now; ModbusLost when that cannot be."""
        if not self.link.up:
            raise ModbusLost(f"{self._name} is not reached")
        looking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._looking.append(looking)
        self._wake.set()
        await looking

    def want(self, point: str, value: Value) -> None:
        """Set where an output should be from now on; ValueError for an unknown point, no output or no such value.

        A wish for a point that is `valid` for some seconds is dropped when it is not met by then: the output is wanted
        in its safe state again, or left alone if it has none. The wish for its safe state never ends.
        """
        place = self._output_point(point)
        wanted = place.settled(value)
        known = self._outputs.get(point)
        if known is not None and known.wanted == wanted:
            return
        if known is not None:
            known.settle()
        output = self._outputs[point] = _Output(wanted)
        if place.valid is not None and wanted != self._safe(place):
            output.patience = asyncio.get_running_loop().call_later(place.valid, self._drop, place, wanted)
        self._wake.set()

    def _drop(self, point: Point, wanted: Value) -> None:
        """Give a wish up that was not met while it was valid."""
        del self._outputs[point.name]
        safe = self._safe(point)
        if safe is not None:
            self._outputs[point.name] = _Output(safe)
        log.warning("modbus.wish.dropped", link=self._name, point=point.name, wanted=wanted, seconds=point.valid)
        self._on_dropped(point.name, wanted)
        self._wake.set()

    @staticmethod
    def _safe(point: Point) -> Value | None:
        return None if point.safe is None else point.settled(point.safe)

    async def _session(self, up: Callable[[], None]) -> None:
        async with self._connect(self._address, self._unit) as port:
            self._wake = port.changed or asyncio.Event()
            self._wake.set()
            self._pulses.clear()
            try:
                await self._live(port, up)
            except asyncio.CancelledError:
                await self._make_safe(port)
                raise
            finally:
                self._seen(len(self._looking), ModbusLost(f"{self._name} was lost"))

    async def _live(self, port: ModbusPort, up: Callable[[], None]) -> None:
        """Poll, report and reconcile until the unit is lost."""
        plan = blocks(self._points.values())
        misses = 0
        while True:
            await self._pause(port)
            asked = len(self._looking)
            try:
                await self._read(port, plan)
                if not self._busy:
                    self._seen(asked)
                if self._beating():
                    up()
                    await self._beat(port)
                    await self._reconcile(port)
            except NoAnswer as exc:
                misses += 1
                if misses >= MISSES or not self.link.up:
                    raise ModbusLost(str(exc)) from exc
                self._wake.set()
            else:
                misses = 0

    def _seen(self, asked: int, lost: ModbusLost | None = None) -> None:
        """Answer the first so many who look: all was read since they asked, or nothing will be."""
        answered, self._looking = self._looking[:asked], self._looking[asked:]
        for looking in answered:
            if looking.done():
                continue
            if lost is None:
                looking.set_result(None)
            else:
                looking.set_exception(lost)

    async def _pause(self, port: ModbusPort) -> None:
        """Wait for the next poll, or for a reason to poll now."""
        loop = asyncio.get_running_loop()
        due: list[float] = []
        if port.changed is None or self._busy:
            due.append(self._in_rhythm(loop.time()))
        if self._watchdog is not None:
            due.append(self._next_beat)
        due += [pulse.since + (self._points[name].heartbeat or 0) for name, pulse in self._pulses.items()]
        due += [
            output.next_write
            for name, output in self._outputs.items()
            if output.writes and self.values.get(name) != output.wanted
        ]
        try:
            async with asyncio.timeout_at(min(due, default=None)):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    def _in_rhythm(self, time: float) -> float:
        """Return when to poll next: `poll` after the last, however long its answers took; late is never made up for."""
        if self._next_poll <= time:
            self._next_poll += self._poll * ((time - self._next_poll) // self._poll + 1)
        return self._next_poll

    async def _read(self, port: ModbusPort, plan: list[Block]) -> None:
        """Read every block once; blocks the unit refuses are split, then given up with one word in the log."""
        busy = False
        for block in list(plan):
            try:
                raw = await self._fetch(port, block)
            except Refused as exc:
                if exc.code == Code.BUSY:
                    busy = True
                else:
                    plan.remove(block)
                    plan.extend(self._smaller(block, exc))
                    self._wake.set()
                continue
            at = self._now()
            for point in block.points:
                self._take(point, point.decode(block.raw(point, raw)), at)
        self._busy = self._busy + 1 if busy else 0
        if self._busy >= BUSY_LIMIT:
            self._busy = 0
            raise ModbusLost(f"busy for {BUSY_LIMIT} polls")

    @staticmethod
    async def _fetch(port: ModbusPort, block: Block) -> list[int]:
        if block.table.bits:
            return [int(bit) for bit in await port.read_bits(block.table, block.address, block.count)]
        return await port.read_words(block.table, block.address, block.count)

    def _smaller(self, block: Block, why: Refused) -> list[Block]:
        """Return smaller reads for a refused one: first without the gaps, then point by point, then none."""
        for parts in (blocks(block.points, bridge=False), [part for p in block.points for part in blocks([p])]):
            if len(parts) > 1:
                return parts
        log.error("modbus.point.refused", link=self._name, points=[p.name for p in block.points], error=str(why))
        for point in block.points:
            self._on_refused(point.name, str(why))
        return []

    def _take(self, point: Point, value: Value | None, at: datetime) -> None:
        """Note a value and report it if it is another one; a float that is no number is no value, and told once."""
        if value is None:
            self.values.pop(point.name, None)
            if point.name not in self._numberless:
                self._numberless[point.name] = None
                log.warning("modbus.point.no_number", link=self._name, point=point.name)
            return
        self._numberless.pop(point.name, None)
        if point.heartbeat is not None:
            pulse = self._pulses.get(point.name)
            if pulse is None or pulse.value != value:
                self._pulses[point.name] = _Pulse(value, asyncio.get_running_loop().time(), alive=pulse is not None)
            return
        before = self.values.get(point.name)
        if before == value:
            return
        self.values[point.name] = value
        steps = point.steps(before, value) if point.counter and before is not None else None
        self._on_change(Change(point.name, value, at, before, steps))

    def _beating(self) -> bool:
        """Tell whether every heartbeat of the unit was seen; ModbusLost when one stopped (I59)."""
        time = asyncio.get_running_loop().time()
        for name, pulse in self._pulses.items():
            if time - pulse.since >= (self._points[name].heartbeat or 0):
                raise ModbusLost(f"heartbeat {name} stopped")
        return all(pulse.alive for pulse in self._pulses.values())

    async def _beat(self, port: ModbusPort) -> None:
        """Feed the unit's host watchdog, so that it drops its outputs when we die (I62)."""
        time = asyncio.get_running_loop().time()
        if self._watchdog is not None and time >= self._next_beat:
            self._next_beat = time + self._poll
            self._beats = (self._beats + 1) % 0x8000
            await self._write(port, self._watchdog, self._beats % 2 if self._watchdog.table.bits else self._beats)

    async def _reconcile(self, port: ModbusPort) -> None:
        """Write each output that is elsewhere than wanted; the next poll, at once, reads it back."""
        loop = asyncio.get_running_loop()
        for name, output in list(self._outputs.items()):
            if self.values.get(name) == output.wanted:
                output.settle()
                continue
            if name not in self.values and name not in self._numberless:
                continue
            if output.writes and loop.time() < output.next_write:
                continue
            output.writes += 1
            output.next_write = loop.time() + min(FIRST_RETRY * 2 ** (output.writes - 1), LONGEST_RETRY)
            if output.writes == 2:
                log.warning("modbus.output.stuck", link=self._name, point=name, wanted=output.wanted)
            self._wake.set()
            try:
                await self._write(port, self._points[name], output.wanted)
            except Refused as exc:
                if output.writes == 1:
                    log.warning("modbus.output.refused", link=self._name, point=name, error=str(exc))

    @staticmethod
    async def _write(port: ModbusPort, point: Point, value: Value) -> None:
        raw = point.encode(value)
        if point.table.bits:
            await port.write_coil(point.address, value=bool(raw[0]))
        else:
            await port.write_registers(point.address, raw)

    async def _make_safe(self, port: ModbusPort) -> None:
        """Put the outputs into their safe state as far as the unit still listens (I62)."""
        try:
            async with asyncio.timeout(FAREWELL):
                for point in self._points.values():
                    if point.safe is not None:
                        await self._write(port, point, point.safe)
            self.left_safe = True
        except (OSError, Refused) as exc:
            log.warning("modbus.safe_state.failed", link=self._name, error=str(exc))

    def _output_point(self, name: str) -> Point:
        point = self._points.get(name)
        if point is None or not point.writable:
            outputs = ", ".join(p.name for p in self._points.values() if p.writable)
            raise ValueError(f"{name!r} is no output of {self._name}; its outputs: {outputs}")
        return point

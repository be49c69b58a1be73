"""The simulated PLC itself: served over Modbus TCP or RTU, or in memory to the virtual world, from one image."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

from drivers.modbus.port import ModbusLost, ModbusPort, NoAnswer, Refused, Table
from drivers.ports import Listen
from simulators.plc.framing import Request
from simulators.plc.image import WRITABLE, BadRequest, HostWatchdog, Image
from simulators.plc.line import Line
from simulators.plc.moods import Mood, honest
from simulators.plc.wire import refusal, serve_request

GATEWAY_TARGET = 11
"""Exception code for a unit id nobody has (Application Protocol 1.1b3 §7)."""
HUNG = 0.3
"""Seconds a host waits in memory for a PLC that hangs."""


class Plc:
    """One PLC with one unit id; sensors are set from outside, outputs are watched from outside."""

    def __init__(
        self,
        points: Mapping[str, Mapping[str, Any]],
        *,
        unit: int = 1,
        watchdog: float | None = None,
        on_output: Callable[[str, float], None] = lambda _name, _value: None,
    ) -> None:
        """Lay out the image by a site file's `points`; `watchdog`: seconds of host silence until outputs go off."""
        self.points = points
        self._image = Image(points)
        self._unit = unit
        self._watchdog = HostWatchdog(self._image, watchdog)
        self.on_output = on_output
        self._outputs = {name: self._image.get(name) for name, tag in self._image.tags.items() if _is_output(tag.space)}
        self._image.listen(self._note_outputs)
        self._line: Line | None = None
        self._ports: dict[_MemoryPort, None] = {}
        self._alive = asyncio.Event()
        self._alive.set()
        self.online = True
        self.mood: Mood = honest
        """How it behaves on a wire; one of simulators/plc/moods.py."""

    @property
    def unit(self) -> int:
        """Return its unit id."""
        return self._unit

    def set_input(self, name: str, value: float) -> None:
        """Set a sensor or word (True is 1) as the floor means it, whatever the wiring inverts."""
        self._image.put(name, value)

    def count(self, name: str, pulses: int = 1) -> None:
        """Let a counter count on; it wraps as its width says."""
        self._image.put(name, self._image.get(name) + pulses)

    def value(self, name: str) -> float:
        """Return any named value, an output's state too."""
        return self._image.get(name)

    async def beat(self) -> None:
        """Let every heartbeat among the points beat, twice as often as it must, until cancelled."""
        pauses = {name: settings["heartbeat"] / 2 for name, settings in self.points.items() if "heartbeat" in settings}
        while pauses:
            await asyncio.sleep(min(pauses.values()))
            for name in pauses:
                self.set_input(name, not self.value(name))

    @property
    def watchdog_fired(self) -> int:
        """Return how often the outputs were switched off because the host was silent."""
        return self._watchdog.fired

    async def start(self, listen: Listen, address: str) -> str:
        """Serve Modbus TCP at `tcp://…`, or RTU at `pty:…`, alone; return the address to dial."""
        self._line = Line([self])
        return await self._line.start(listen, address)

    async def go_offline(self) -> None:
        """Cut the power: connections drop, nobody answers, outputs fall off."""
        self.online = False
        self._watchdog.stop()
        self._image.clear_outputs()
        for port in list(self._ports):
            port.cut()
        if self._line is not None:
            await self._line.unplug()

    async def go_online(self) -> None:
        """Switch the power on again, at the same address."""
        self.online = True
        if self._line is not None:
            await self._line.plug_in()

    def hang(self) -> None:
        """Accept requests but answer none until `wake`; then all of them are obeyed (I53)."""
        self._alive.clear()

    def wake(self) -> None:
        """Answer again."""
        self._alive.set()

    @contextlib.asynccontextmanager
    async def connect(self, _address: str, unit: int) -> AsyncIterator[ModbusPort]:
        """Offer the same image in memory: the virtual world's `drivers.modbus.port.Connect`."""
        if not self.online:
            raise ModbusLost("the PLC is switched off")
        port = _MemoryPort(self, unit)
        self._ports[port] = None
        self._image.listen(port.note)
        try:
            yield port
        finally:
            self._image.forget(port.note)
            del self._ports[port]

    async def obey(self, request: Request) -> bytes:
        """Answer one request as soon as the PLC is not hung."""
        await self._alive.wait()
        if request.unit != self._unit:
            return refusal(request.pdu, GATEWAY_TARGET)
        self._watchdog.feed()
        return serve_request(self._image, request.pdu)

    async def access(self, unit: int) -> Image:
        """Return the image to a host in memory; NoAnswer when hung, ModbusLost for a unit id nobody has."""
        if not self._alive.is_set():
            await asyncio.sleep(HUNG)
            raise NoAnswer("the PLC hangs")
        if unit != self._unit:
            raise ModbusLost(f"no unit {unit}")
        self._watchdog.feed()
        return self._image

    async def close(self) -> None:
        """Take the PLC away."""
        await self.go_offline()
        self._line = None

    def _note_outputs(self, space: str) -> None:
        if not _is_output(space):
            return
        for name, before in self._outputs.items():
            value = self._image.get(name)
            if value != before:
                self._outputs[name] = value
                self.on_output(name, value)


class _MemoryPort:
    """A host's connection without a wire; tells the host when to look instead of being polled."""

    def __init__(self, plc: Plc, unit: int) -> None:
        self._plc = plc
        self._unit = unit
        self._cut = False
        self.changed = asyncio.Event()

    def cut(self) -> None:
        """Drop the connection."""
        self._cut = True
        self.changed.set()

    def note(self, _space: str) -> None:
        """Let the host know that the image changed."""
        self.changed.set()

    async def read_bits(self, table: Table, address: int, count: int) -> list[bool]:
        """Read coils or discrete inputs."""
        with _as_refusal():
            return [bool(cell) for cell in (await self._image()).fetch(table, address, count)]

    async def read_words(self, table: Table, address: int, count: int) -> list[int]:
        """Read holding or input registers."""
        with _as_refusal():
            return (await self._image()).fetch(table, address, count)

    async def write_coil(self, address: int, *, value: bool) -> None:
        """Write one coil."""
        with _as_refusal():
            (await self._image()).write("coil", address, [int(value)])

    async def write_registers(self, address: int, values: Sequence[int]) -> None:
        """Write holding registers."""
        with _as_refusal():
            (await self._image()).write("holding", address, values)

    async def _image(self) -> Image:
        if self._cut:
            raise ModbusLost("the PLC went away")
        return await self._plc.access(self._unit)


@contextlib.contextmanager
def _as_refusal() -> Iterator[None]:
    try:
        yield
    except BadRequest as exc:
        raise Refused(exc.code) from None


def _is_output(space: str) -> bool:
    return space in WRITABLE

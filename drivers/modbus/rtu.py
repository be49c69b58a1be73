"""Modbus RTU: several units on one serial line, which carries one request at a time (Modbus over Serial Line 1.02).

A frame has no number that ties an answer to its request. So nothing is sent before the line has been quiet; an answer
must name unit and function, have a good check sum and, to a write, repeat it; and a unit that missed an answer rests,
while the others are served, for longer than an answer is late (I56, I57).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU

from drivers.modbus.asking import AskingPort
from drivers.modbus.port import ModbusLost, ModbusPort, NoAnswer
from drivers.ports import Dial, Stream

ANSWER_TIME = 0.3
"""Seconds a unit may take to begin its answer; the time the frames need on the wire comes on top (I53)."""
REST = 0.5
"""Seconds that a unit which missed an answer is not asked: what it still says then is heard and dropped (I57)."""
BABBLE = 0.5
"""Seconds at most to wait for a line to fall quiet."""
SILENCE = 3.5
"""Characters between two frames (§2.5.1.1)."""
SHORTEST_SILENCE = 0.00175
"""Seconds between two frames at least, at any speed (§2.5.1.1)."""
CHUNK = 512
"""Bytes taken from the line at once: more than the longest frame, which has 256."""
WRITES = (5, 6, 15, 16)
"""Functions whose answer repeats the first four bytes of the request."""
FRAMER = FramerRTU(DecodePDU(is_server=False))


class ModbusRtu:
    """Opens ports. Units of one serial port share a line, opened for the first and closed after the last of them."""

    def __init__(self, dial: Dial, answer_time: float = ANSWER_TIME) -> None:
        self._dial = dial
        self._answer_time = answer_time
        self._lines: dict[str, _Line] = {}

    @contextlib.asynccontextmanager
    async def connect(self, address: str, unit: int) -> AsyncIterator[ModbusPort]:
        """Open `serial:/dev/ttyX?baud=9600` to one unit id (1-247); OSError when the serial port cannot be opened.

        `tcp://host:port?framing=rtu` is the line of a converter that carries bytes as they are. Options of a serial
        port are those of `drivers.streams.dial`, and `turnaround`: milliseconds of quiet before each request.
        """
        place = address.partition("?")[0]
        line = self._lines.setdefault(place, _Line(address, self._dial, self._answer_time))
        async with line.shared():
            yield _RtuPort(unit, line)


class _RtuPort(AskingPort):
    """One unit on a line."""

    def __init__(self, unit: int, line: "_Line") -> None:
        super().__init__(unit)
        self._line = line

    async def _exchange(self, request: ModbusPDU) -> ModbusPDU:
        return await self._line.exchange(request)

    def _distrust(self) -> None:
        self._line.rest(self._unit)


class _Line:
    """A serial line and what is known of it."""

    def __init__(self, address: str, dial: Dial, answer_time: float) -> None:
        options = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
        self._address = address
        self._dial = dial
        self._answer_time = answer_time
        self._character = _bits(options) / int(options.get("baud", "9600"))
        turnaround = float(options.get("turnaround", "0")) / 1000
        self._silence = max(SILENCE * self._character, SHORTEST_SILENCE, turnaround)
        self._busy = asyncio.Lock()
        self._stream: Stream | None = None
        self._users = 0
        self._rest_until: dict[int, float] = {}

    @contextlib.asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Keep the line open for one more unit."""
        self._users += 1
        try:
            async with self._busy:
                await self._open()
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._close()

    def rest(self, unit: int) -> None:
        """Ask a unit no more until whatever it may still say has passed."""
        self._rest_until[unit] = asyncio.get_running_loop().time() + REST

    async def exchange(self, request: ModbusPDU) -> ModbusPDU:
        """Send a request as soon as its unit is rested and the line free and quiet; ModbusLost or NoAnswer."""
        await asyncio.sleep(self._rest_until.get(request.dev_id, 0.0) - asyncio.get_running_loop().time())
        async with self._busy:
            stream = await self._open()
            try:
                await self._quiet(stream)
                return await self._ask(stream, request)
            except NoAnswer:
                raise
            except (OSError, EOFError) as exc:
                self._close()
                raise ModbusLost(f"the line was lost: {exc}") from exc
            except asyncio.CancelledError:
                self.rest(request.dev_id)
                raise

    async def _open(self) -> Stream:
        if self._stream is None:
            self._stream = await self._dial(self._address)
        return self._stream

    def _close(self) -> None:
        if self._stream is not None:
            self._stream[1].close()
            self._stream = None

    async def _quiet(self, stream: Stream) -> None:
        """Drop what comes until nothing has come for the silence between frames."""
        end = asyncio.get_running_loop().time() + BABBLE
        while asyncio.get_running_loop().time() < end:
            try:
                async with asyncio.timeout(self._silence):
                    await _heard(stream)
            except TimeoutError:
                return
        raise NoAnswer(f"the line did not fall quiet in {BABBLE} s")

    async def _ask(self, stream: Stream, request: ModbusPDU) -> ModbusPDU:
        frame = FRAMER.buildFrame(request)
        stream[1].write(frame)
        patience = self._answer_time + self._character * (len(frame) + _answer_size(request))
        try:
            async with asyncio.timeout(patience):
                await stream[1].drain()
                heard = b""
                while True:
                    heard += await _heard(stream)
                    answer = find_answer(heard, request)
                    if answer is not None:
                        return answer
        except TimeoutError as exc:
            self.rest(request.dev_id)
            raise NoAnswer(f"unit {request.dev_id} did not answer in {patience:.2f} s") from exc


def find_answer(heard: bytes, request: ModbusPDU) -> ModbusPDU | None:
    """Return the answer to a request among the bytes heard since, whatever stands before it; None if not there."""
    echo = request.encode()[:4] if request.function_code in WRITES else None
    for start in range(len(heard) - 3):
        unit, function = heard[start], heard[start + 1]
        if unit != request.dev_id or function & 0x7F != request.function_code:
            continue
        size = 5 if function & 0x80 else 8 if echo is not None else 5 + heard[start + 2]
        frame = heard[start : start + size]
        if len(frame) < size or not FRAMER.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big")):
            continue
        if echo is None or function & 0x80 or frame[2:6] == echo:
            return _decoded(frame)
    return None


def _decoded(frame: bytes) -> ModbusPDU | None:
    answer = FRAMER.decoder.decode(frame[1:-2])
    if answer is not None:
        answer.dev_id = frame[0]
    return answer


def _answer_size(request: ModbusPDU) -> int:
    """Return how many bytes a good answer has."""
    if request.function_code in WRITES:
        return 8
    return 5 + (-(-request.count // 8) if request.function_code in (1, 2) else 2 * request.count)


def _bits(options: dict[str, str]) -> int:
    """Return how many bits one character is on the wire."""
    parity = options.get("parity", "N").upper() != "N"
    return 1 + int(options.get("bits", "8")) + parity + int(options.get("stop", "1"))


async def _heard(stream: Stream) -> bytes:
    data = await stream[0].read(CHUNK)
    if not data:
        raise EOFError("closed by the device")
    return data

"""A serial line in virtual time: who is asked when, what the silence and the rest are for, and frames by hand."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import ReadDiscreteInputsRequest, WriteSingleCoilRequest
from pymodbus.pdu.register_message import ReadInputRegistersRequest

from drivers.modbus.points import read_points
from drivers.modbus.port import ModbusPort, NoAnswer, Table
from drivers.modbus.rtu import REST, ModbusRtu, find_answer
from drivers.modbus.unit import Change, Unit
from drivers.ports import Handler, Server, Writer
from simulators.plc import moods
from simulators.plc.device import Plc
from simulators.plc.framing import check_sum
from simulators.plc.line import Line
from simulators.world import loop as virtual
from simulators.world.streams import Network
from tests.drivers.modbus.test_unit import START
from tests.drivers.seen import Seen

LINE = "pty:line"
POINTS = {"eye": {"table": "discrete", "address": 0}, "count": {"table": "input", "address": 0}}


def in_virtual_time(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run a test on the virtual loop."""

    async def main() -> None:
        await test()

    def run() -> None:
        virtual.run(main(), 7, START)

    run.__name__ = test.__name__
    return run


def frame(text: str) -> bytes:
    """Return bytes written in hex, with their check sum."""
    data = bytes.fromhex(text)
    return data + check_sum(data).to_bytes(2, "little")


READ_WORD = ReadInputRegistersRequest(address=0, count=1, dev_id=1)
READ_BIT = ReadDiscreteInputsRequest(address=0, count=1, dev_id=1)
WRITE = WriteSingleCoilRequest(address=3, bits=[True], dev_id=1)


def found(heard: bytes, request: ModbusPDU) -> list[int] | int | None:
    """Return what a request was answered: words or bits, an exception code, or nothing."""
    answer = find_answer(heard, request)
    if answer is None:
        return None
    if answer.isError():
        return answer.exception_code
    return list(answer.registers) or [int(bit) for bit in answer.bits]


def test_the_worked_check_sum_of_the_standard() -> None:
    assert frame("02 07").hex() == "02074112"


@pytest.mark.parametrize(
    ("heard", "request_", "what"),
    [
        (frame("01 04 02 0007"), READ_WORD, [7]),
        (bytes.fromhex("ff00") + frame("01 04 02 0007"), READ_WORD, [7]),
        (frame("02 04 02 0009") + frame("01 04 02 0007"), READ_WORD, [7]),
        (frame("01 84 06"), READ_WORD, 6),
        (frame("01 02 01 01"), READ_BIT, [1, 0, 0, 0, 0, 0, 0, 0]),
        (frame("01 05 0003 ff00"), WRITE, [1]),
        (frame("01 85 02"), WRITE, 2),
        (frame("01 05 0004 ff00"), WRITE, None),
        (frame("01 05 0003 0000"), WRITE, None),
        (frame("02 04 02 0007"), READ_WORD, None),
        (frame("01 03 02 0007"), READ_WORD, None),
        (frame("01 04 02 0007")[:-1], READ_WORD, None),
        (frame("01 04 02 0007")[:-1] + b"\x00", READ_WORD, None),
        (bytes.fromhex("01 04 04 0007"), READ_WORD, None),
        (b"", READ_WORD, None),
    ],
)
def test_I57_only_the_answer_itself_is_an_answer(heard: bytes, request_: ModbusPDU, what: object) -> None:
    assert found(heard, request_) == what


@given(st.binary(max_size=40), st.integers(0, 0xFFFF))
def test_I57_an_answer_is_found_behind_any_noise(noise: bytes, value: int) -> None:
    assert found(noise + frame(f"01 04 02 {value:04x}"), READ_WORD) in ([value], found(noise, READ_WORD))


@given(st.integers(0, 0xFFFF), st.data())
def test_I57_an_answer_with_a_bit_that_fell_over_is_none(value: int, data: st.DataObject) -> None:
    good = bytearray(frame(f"01 04 02 {value:04x}"))
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    good[bit // 8] ^= 1 << bit % 8
    assert find_answer(bytes(good), READ_WORD) is None


@contextlib.asynccontextmanager
async def line_of(*plcs: Plc) -> AsyncIterator[ModbusRtu]:
    """Put PLCs on one line in memory."""
    net = Network(random.Random(1))
    line = Line(plcs)
    await line.start(net.listen, LINE)
    yield ModbusRtu(net.dial)
    await line.unplug()


@in_virtual_time
async def test_I56_a_dead_unit_takes_little_of_the_line() -> None:
    """Of a minute the dead unit may cost the other one in ten polls."""

    async def polls(*, dead: bool) -> int:
        one, two = Plc(POINTS, unit=1), Plc(POINTS, unit=2)
        if dead:
            two.mood = moods.silent
        asked = 0

        async def counted(exchange: moods.Exchange) -> None:
            nonlocal asked
            asked += 1
            await moods.honest(exchange)

        one.mood = counted
        async with line_of(one, two) as rtu:
            units = [
                Unit(f"u{n}", LINE, n, read_points(POINTS), rtu.connect, now=virtual.clock(), dice=random.Random(n))
                for n in (1, 2)
            ]
            tasks = [asyncio.create_task(unit.run()) for unit in units]
            await asyncio.sleep(60)
            assert [unit.link.up for unit in units] == [True, not dead]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return asked

    assert await polls(dead=True) > 0.9 * await polls(dead=False)


@in_virtual_time
async def test_I56_a_dead_unit_that_comes_back_is_back_within_six_seconds() -> None:
    one, two = Plc(POINTS, unit=1), Plc(POINTS, unit=2)
    two.mood = moods.silent
    changes: Seen[Change] = Seen()
    async with line_of(one, two) as rtu:
        unit = Unit(
            "u2", LINE, 2, read_points(POINTS), rtu.connect,
            now=virtual.clock(), dice=random.Random(1), on_change=changes,
        )  # fmt: skip
        task = asyncio.create_task(unit.run())
        await asyncio.sleep(600)
        two.mood = moods.honest
        await asyncio.sleep(7)
        assert unit.link.up
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@in_virtual_time
async def test_I57_whoever_missed_an_answer_rests_and_the_others_do_not() -> None:
    loop = asyncio.get_running_loop()
    one, two = Plc(POINTS, unit=1), Plc(POINTS, unit=2)
    one.mood = moods.silent
    async with line_of(one, two) as rtu, rtu.connect(LINE, 1) as dead, rtu.connect(LINE, 2) as alive:
        with pytest.raises(NoAnswer):
            await dead.read_words(Table.INPUT, 0, 1)
        one.mood = moods.honest
        missed = loop.time()
        assert await alive.read_words(Table.INPUT, 0, 1) == [0]
        assert loop.time() - missed < 0.1
        assert await dead.read_words(Table.INPUT, 0, 1) == [0]
        assert REST <= loop.time() - missed < REST + 0.1


@in_virtual_time
async def test_I62_units_of_a_slow_line_that_are_stopped_together_are_all_left_safe() -> None:
    """Ten units with six lamps each, 40 ms an answer, stopped in the middle of a request."""
    points = {f"lamp{i}": {"table": "coil", "address": i} for i in range(6)}
    plcs = [Plc(points, unit=number) for number in range(1, 11)]

    async def slowly(exchange: moods.Exchange) -> None:
        answer = await exchange.obey()
        await asyncio.sleep(0.03)
        exchange.write(answer)

    async with line_of(*plcs) as rtu:
        units = [
            Unit(f"u{plc.unit}", LINE, plc.unit, read_points(points), rtu.connect,
                 now=virtual.clock(), dice=random.Random(plc.unit))
            for plc in plcs
        ]  # fmt: skip
        tasks = [asyncio.create_task(unit.run()) for unit in units]
        for unit in units:
            for lamp in points:
                unit.want(lamp, value=True)
        await asyncio.sleep(10)
        assert all(plc.value(lamp) for plc in plcs for lamp in points)
        for plc in plcs:
            plc.mood = slowly
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert [unit.left_safe for unit in units] == [True] * 10
    assert not any(plc.value(lamp) for plc in plcs for lamp in points)


@pytest.mark.parametrize("late", [0.33, 0.4, 0.5, 0.6, 0.7, 0.79])
def test_I57_a_unit_that_is_always_late_never_gives_an_old_value(late: float) -> None:
    async def main() -> None:
        plc = Plc(POINTS)

        async def always_late(exchange: moods.Exchange) -> None:
            answer = await exchange.obey()
            await asyncio.sleep(late)
            exchange.write(answer)

        plc.mood = always_late
        async with line_of(plc) as rtu, rtu.connect(LINE, 1) as port:
            for value in range(10):
                plc.set_input("count", value)
                with pytest.raises(NoAnswer):
                    await port.read_words(Table.INPUT, 0, 1)

    virtual.run(main(), 7, START)


@in_virtual_time
async def test_I57_a_cancelled_request_leaves_no_answer_behind() -> None:
    plc = Plc(POINTS)
    plc.set_input("count", 9)
    async with line_of(plc) as rtu, rtu.connect(LINE, 1) as port:
        asking = asyncio.create_task(port.read_words(Table.INPUT, 0, 1))
        await asyncio.sleep(0.006)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        plc.set_input("count", 7)
        assert await port.read_words(Table.INPUT, 0, 1) == [7]


class Recorder:
    """A line whose far end notes when what came, and answers by hand."""

    def __init__(self, say: Callable[[Writer], Awaitable[None]]) -> None:
        self._say = say
        self.came: list[tuple[float, bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        while data := await reader.read(256):
            self.came.append((asyncio.get_running_loop().time(), data))
            await self._say(writer)

    async def start(self, net: Network) -> Server:
        handler: Handler = self.serve
        return await net.listen(LINE, handler)


@contextlib.asynccontextmanager
async def by_hand(recorder: Recorder, options: str = "") -> AsyncIterator[ModbusPort]:
    net = Network(random.Random(1))
    server = await recorder.start(net)
    async with ModbusRtu(lambda address: net.dial(address.partition("?")[0])).connect(LINE + options, 1) as port:
        yield port
    await server.close()


async def seven(writer: Writer) -> None:
    writer.write(frame("01 04 02 0007"))


@pytest.mark.parametrize(
    ("options", "least"), [("", 0.0035), ("?baud=1200&parity=E&stop=1", 0.032), ("?turnaround=50", 0.05)]
)
def test_requests_keep_the_silence_between_frames(options: str, least: float) -> None:
    async def main() -> None:
        recorder = Recorder(seven)
        async with by_hand(recorder, options) as port:
            for _ in range(3):
                answered = asyncio.get_running_loop().time()
                assert await port.read_words(Table.INPUT, 0, 1) == [7]
                assert recorder.came[-1][0] - answered >= least

    virtual.run(main(), 7, START)


def test_a_slow_line_is_given_the_time_that_its_frames_need() -> None:
    """At 1200 baud 100 registers take 1.9 s on the wire, six times the patience for a unit."""

    async def slowly(writer: Writer) -> None:
        await asyncio.sleep(1.9)
        writer.write(frame("01 04 c8" + "0007" * 100))

    async def main() -> None:
        async with by_hand(Recorder(slowly), "?baud=1200") as port:
            assert await port.read_words(Table.INPUT, 0, 100) == [7] * 100

    virtual.run(main(), 7, START)


def test_a_line_that_is_never_quiet_is_told_and_does_not_hang() -> None:
    async def babble(reader: asyncio.StreamReader, writer: Writer) -> None:
        while True:
            writer.write(b"\x55")
            await asyncio.sleep(0.001)

    async def main() -> None:
        net = Network(random.Random(1))
        await net.listen(LINE, babble)
        async with ModbusRtu(net.dial).connect(LINE, 1) as port:
            with pytest.raises(NoAnswer, match="did not fall quiet"):
                await port.read_words(Table.INPUT, 0, 1)

    virtual.run(main(), 7, START)

"""Modbus over real sockets: against pymodbus's own server, our PLC, and a peer that misbehaves."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.modbus.port import ModbusLost, NoAnswer, Refused, Table
from drivers.modbus.tcp import ModbusTcp
from drivers.ports import Writer
from drivers.streams import listen
from simulators.plc.device import Plc
from tests.support.broker import free_port
from tests.support.patience import PATIENCE

Answer = Callable[[Writer, bytes], Awaitable[None]]


@contextlib.asynccontextmanager
async def peer(*answers: Answer) -> AsyncIterator[str]:
    """Serve requests by the given answers in turn, the last one for ever; each gets the request's raw frame."""
    turn = 0

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        nonlocal turn
        while True:
            header = await reader.readexactly(6)
            frame = header + await reader.readexactly(struct.unpack(">H", header[4:])[0])
            answer = answers[min(turn, len(answers) - 1)]
            turn += 1
            await answer(writer, frame)

    server = await listen("tcp://127.0.0.1:0", serve)
    yield server.address
    await server.close()


def words(frame: bytes, value: int, *, transaction: int = 0, unit: int | None = None) -> bytes:
    """Build a good answer to a read of one word, or one with another transaction or unit id."""
    own_transaction, own_unit, function = struct.unpack_from(">H4xBB", frame)
    body = struct.pack(">BBBH", own_unit if unit is None else unit, function, 2, value)
    return struct.pack(">HHH", (own_transaction + transaction) % 65536, 0, len(body)) + body


def says(value: int, *, transaction: int = 0, unit: int | None = None) -> Answer:
    """Answer with a word."""

    async def answer(writer: Writer, frame: bytes) -> None:
        writer.write(words(frame, value, transaction=transaction, unit=unit))

    return answer


async def silence(_writer: Writer, _frame: bytes) -> None:
    """Answer nothing."""


async def hang_up(writer: Writer, _frame: bytes) -> None:
    """Close instead of an answer."""
    writer.close()


async def split(writer: Writer, frame: bytes) -> None:
    """Answer 7 byte by byte."""
    for byte in words(frame, 7):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)


async def lie(writer: Writer, frame: bytes) -> None:
    """Claim four data bytes and send two."""
    good = bytearray(words(frame, 7))
    good[8] = 4
    writer.write(bytes(good))


async def too_much(writer: Writer, frame: bytes) -> None:
    """Answer a read of one word with two."""
    body = frame[6:8] + b"\x04\x00\x07\x00\x08"
    writer.write(frame[:4] + struct.pack(">H", len(body)) + body)


async def babble(writer: Writer, _frame: bytes) -> None:
    """Send what is no Modbus."""
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def other_function(writer: Writer, frame: bytes) -> None:
    """Answer a read as if it had been a write."""
    writer.write(frame[:5] + b"\x06" + frame[6:7] + b"\x06\x00\x00\x00\x07")


async def test_I57_split_bytes_are_put_together() -> None:
    async with peer(split) as address, ModbusTcp().connect(address, 1) as port:
        assert await port.read_words(Table.INPUT, 0, 1) == [7]


@pytest.mark.parametrize("bad", [silence, babble, says(9, transaction=-1), says(9, transaction=1), says(9, unit=2)])
async def test_I57_a_foreign_answer_is_none_and_the_next_request_is_clean(bad: Answer) -> None:
    async with peer(bad, says(7)) as address, ModbusTcp(0.1).connect(address, 1) as port:
        with pytest.raises((NoAnswer, ModbusLost)):
            await port.read_words(Table.INPUT, 0, 1)
        assert await port.read_words(Table.INPUT, 0, 1) == [7]


async def test_I57_a_late_answer_never_meets_the_next_request() -> None:
    late: list[bytes] = []

    async def keep(_writer: Writer, frame: bytes) -> None:
        late.append(words(frame, 9))

    async def answer_both(writer: Writer, frame: bytes) -> None:
        writer.write(late[0] + words(frame, 7))

    async with peer(keep, answer_both) as address, ModbusTcp(0.1).connect(address, 1) as port:
        with pytest.raises(NoAnswer):
            await port.read_words(Table.INPUT, 0, 1)
        assert await port.read_words(Table.INPUT, 0, 1) == [7]


@pytest.mark.parametrize("bad", [lie, too_much, other_function])
async def test_I57_a_lying_answer_loses_the_unit_instead_of_a_value(bad: Answer) -> None:
    async with peer(bad) as address, ModbusTcp(0.1).connect(address, 1) as port:
        with pytest.raises((ModbusLost, NoAnswer)):
            await port.read_words(Table.INPUT, 0, 1)


async def test_I53_a_closed_socket_is_noticed_at_once() -> None:
    async with peer(hang_up) as address, ModbusTcp(60).connect(address, 1) as port:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ModbusLost):
                await port.read_words(Table.INPUT, 0, 1)


async def test_I53_a_request_goes_out_once() -> None:
    frames: list[bytes] = []

    async def count(_writer: Writer, frame: bytes) -> None:
        frames.append(frame)

    async with peer(count) as address, ModbusTcp(0.1).connect(address, 1) as port:
        with pytest.raises(NoAnswer):
            await port.write_coil(0, value=True)
    assert len(frames) == 1


async def test_I55_nobody_there_is_an_error_at_once() -> None:
    with pytest.raises(OSError, match="nobody answers"):
        async with ModbusTcp().connect(f"tcp://127.0.0.1:{free_port()}", 1):
            pass


async def test_I56_two_units_of_a_line_never_have_two_requests_in_flight() -> None:
    flying = most = 0

    async def slow(writer: Writer, frame: bytes) -> None:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        writer.write(words(frame, 7))

    line = ModbusTcp()
    async with peer(slow) as address, line.connect(address, 1) as one, line.connect(address, 2) as two:
        answers = await asyncio.gather(*(port.read_words(Table.INPUT, 0, 1) for port in (one, two) for _ in range(10)))
    assert answers == [[7]] * 20
    assert most == 1


@pytest.mark.parametrize("code", [1, 2, 3, 6])
async def test_I63_an_exception_about_the_request_is_a_refusal(code: int) -> None:
    async def refuse(writer: Writer, frame: bytes) -> None:
        writer.write(frame[:5] + b"\x03" + frame[6:7] + bytes([frame[7] | 0x80, code]))

    async with peer(refuse, says(7)) as address, ModbusTcp().connect(address, 1) as port:
        with pytest.raises(Refused) as refusal:
            await port.read_words(Table.INPUT, 0, 1)
        assert refusal.value.code == code
        assert await port.read_words(Table.INPUT, 0, 1) == [7]


@pytest.mark.parametrize("code", [4, 10, 11])
async def test_I63_an_exception_about_the_unit_loses_the_unit(code: int) -> None:
    async def refuse(writer: Writer, frame: bytes) -> None:
        writer.write(frame[:5] + b"\x03" + frame[6:7] + bytes([frame[7] | 0x80, code]))

    async with peer(refuse) as address, ModbusTcp().connect(address, 1) as port:
        with pytest.raises(ModbusLost, match="dead behind its gateway"):
            await port.read_words(Table.INPUT, 0, 1)


async def test_I64_bits_and_words_keep_their_order_with_the_librarys_server() -> None:
    pattern = [True, False, True, True, False, False, False, True, True, True]
    device = SimDevice(
        1,
        (
            [SimData(0, count=16, values=False, datatype=DataType.BITS)],
            [SimData(0, values=pattern + [False] * 6, datatype=DataType.BITS)],
            [SimData(0, count=8, datatype=DataType.REGISTERS)],
            [SimData(0, values=0x12345678, datatype=DataType.INT32)],
        ),
    )
    number = free_port()
    server = ModbusTcpServer(device, address=("127.0.0.1", number))
    await server.serve_forever(background=True)
    try:
        async with ModbusTcp().connect(f"tcp://127.0.0.1:{number}", 1) as port:
            assert await port.read_bits(Table.DISCRETE, 0, 10) == pattern
            assert await port.read_words(Table.INPUT, 0, 2) == [0x1234, 0x5678]
            await port.write_coil(3, value=True)
            assert await port.read_bits(Table.COIL, 0, 5) == [False, False, False, True, False]
            await port.write_registers(2, [0xABCD])
            await port.write_registers(3, [1, 2])
            assert await port.read_words(Table.HOLDING, 2, 3) == [0xABCD, 1, 2]
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus gives no types to it


async def test_I64_bits_and_words_keep_their_order_with_our_plc() -> None:
    plc = Plc(
        {
            **{f"in{i}": {"table": "discrete", "address": i} for i in range(10)},
            "count": {"table": "input", "address": 0, "type": "uint32"},
            "lamp": {"table": "coil", "address": 3},
            "level": {"table": "holding", "address": 2, "type": "uint32"},
        }
    )
    address = await plc.start(listen, "tcp://127.0.0.1:0")
    pattern = [True, False, True, True, False, False, False, True, True, True]
    for i, on in enumerate(pattern):
        plc.set_input(f"in{i}", on)
    plc.set_input("count", 0x12345678)
    async with ModbusTcp().connect(address, 1) as port:
        assert await port.read_bits(Table.DISCRETE, 0, 10) == pattern
        assert await port.read_words(Table.INPUT, 0, 2) == [0x1234, 0x5678]
        await port.write_coil(3, value=True)
        await port.write_registers(2, [0xABCD, 1])
        await port.write_registers(3, [2])
        assert plc.value("lamp") == 1
        assert plc.value("level") == 0xABCD0002
        with pytest.raises(Refused):
            await port.read_words(Table.INPUT, 500, 1)
    async with ModbusTcp().connect(address, 9) as port:
        with pytest.raises(ModbusLost):
            await port.read_words(Table.INPUT, 0, 2)
    await plc.close()

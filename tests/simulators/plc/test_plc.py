"""The simulated PLC, spoken to in raw Modbus TCP frames by hand, and by typed commands."""

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest

from drivers.modbus.port import ModbusLost, Refused, Table
from drivers.streams import dial, listen
from simulators.plc import moods
from simulators.plc.cli import GATE, command, meant
from simulators.plc.device import Plc
from simulators.plc.framing import check_sum
from simulators.plc.image import Tag
from simulators.plc.line import Line

POINTS: dict[str, dict[str, Any]] = {
    "eye": {"table": "discrete", "address": 1},
    "blocked": {"table": "discrete", "address": 2, "invert": True},
    "lamp": {"table": "coil", "address": 9},
    "count": {"table": "input", "address": 0, "type": "uint32", "words": "low_first"},
    "level": {"reference": 40003},
    "ready": {"table": "input", "address": 4, "bit": 15},
}


class Host:
    """Sends frames written by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: object) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, pdu: str, unit: int = 1) -> str:
        data = bytes.fromhex(pdu)
        self._writer.write(struct.pack(">HHHB", 0x1234, 0, len(data) + 1, unit) + data)  # type: ignore[attr-defined]
        transaction, protocol, length, answered = struct.unpack(">HHHB", await self._reader.readexactly(7))
        assert (transaction, protocol, answered) == (0x1234, 0, unit)
        return (await self._reader.readexactly(length - 1)).hex()


@pytest.fixture
async def plc() -> AsyncIterator[Plc]:
    device = Plc(POINTS, watchdog=None)
    yield device
    await device.close()


@pytest.fixture
async def host(plc: Plc) -> AsyncIterator[Host]:
    reader, writer = await dial(await plc.start(listen, "tcp://127.0.0.1:0"))
    yield Host(reader, writer)
    writer.close()


async def test_inputs_are_read_as_the_wiring_has_them(plc: Plc, host: Host) -> None:
    assert await host.ask("02 0000 0008") == "020104"
    plc.set_input("eye", 1)
    plc.set_input("blocked", 1)
    assert await host.ask("02 0000 0008") == "020102"
    assert plc.value("blocked") == 1


async def test_words_lie_in_the_order_of_the_site_file(plc: Plc, host: Host) -> None:
    plc.set_input("count", 0x00010002)
    assert await host.ask("04 0000 0002") == "040400020001"
    plc.set_input("ready", 1)
    assert await host.ask("04 0004 0001") == "04028000"


async def test_I61_a_counter_wraps(plc: Plc) -> None:
    plc.set_input("count", 0xFFFFFFFF)
    plc.count("count", 3)
    assert plc.value("count") == 2


async def test_outputs_are_written_by_all_four_functions(plc: Plc, host: Host) -> None:
    assert await host.ask("05 0009 ff00") == "050009ff00"
    assert plc.value("lamp") == 1
    assert await host.ask("0f 0008 0004 01 00") == "0f00080004"
    assert plc.value("lamp") == 0
    assert await host.ask("06 0002 00ff") == "06000200ff"
    assert plc.value("level") == 255
    assert await host.ask("10 0002 0001 02 0007") == "1000020001"
    assert await host.ask("03 0002 0001") == "03020007"


@pytest.mark.parametrize(
    ("request_hex", "answer"),
    [
        ("02 0000 0000", "8203"),
        ("02 0000 07d1", "8203"),
        ("02 0010 0001", "8202"),
        ("03 ffff 0001", "8302"),
        ("05 0009 1234", "8503"),
        ("0f 0008 0004 02 0000", "8f03"),
        ("10 0002 0001 04 0007", "9003"),
        ("10 0002", "9003"),
        ("2b 0e 01 00", "ab01"),
    ],
)
async def test_I63_a_wrong_request_gets_its_exception_and_the_next_one_an_answer(
    host: Host, request_hex: str, answer: str
) -> None:
    assert await host.ask(request_hex) == answer
    assert await host.ask("03 0002 0001") == "03020000"


async def test_I63_an_unknown_unit_is_a_gateway_without_target(host: Host) -> None:
    assert await host.ask("03 0002 0001", unit=7) == "830b"


def frame(text: str) -> bytes:
    data = bytes.fromhex(text)
    return data + check_sum(data).to_bytes(2, "little")


def test_the_check_sum_is_that_of_the_standards_example() -> None:
    assert frame("02 07").hex() == "02074112"


async def test_units_of_a_serial_line_hear_everything_and_answer_what_is_meant_for_them() -> None:
    one, two = Plc(POINTS, unit=1), Plc(POINTS, unit=2)
    two.set_input("eye", 1)
    line = Line([one, two])
    reader, writer = await dial(await line.start(listen, "pty:"))
    good = bytes.fromhex("02 02 0000 0008")
    for asked, answer in (
        ("02 02 0000 0008", "02 02 01 06"),
        ("01 02 0000 0008", "01 02 01 04"),
        ("02 0f 0008 0002 01 02", "02 0f 0008 0002"),
        ("01 2b 0000 0000", "01 ab 01"),
    ):
        writer.write(bytes.fromhex("ff00") + frame("09 02 0000 0008") + good + b"\x00\x00" + frame(asked))
        assert await reader.readexactly(len(frame(answer))) == frame(answer)
    assert (one.value("lamp"), two.value("lamp")) == (0, 1)
    writer.close()
    await line.unplug()


async def test_units_behind_one_tcp_address_are_told_apart() -> None:
    one, two = Plc(POINTS, unit=1), Plc(POINTS, unit=2)
    two.set_input("eye", 1)
    line = Line([one, two])
    reader, writer = await dial(await line.start(listen, "tcp://127.0.0.1:0"))
    host = Host(reader, writer)
    assert await host.ask("02 0000 0008", unit=2) == "020106"
    assert await host.ask("02 0000 0008", unit=1) == "020104"
    assert await host.ask("02 0000 0008", unit=3) == "820b"
    writer.close()
    await line.unplug()


async def test_a_float_lies_in_two_words() -> None:
    device = Plc({"weight": {"table": "input", "address": 0, "type": "float32", "words": "low_first"}})
    assert await command(device, "weight=12.5") == "weight = 12.5"
    async with device.connect("memory", 1) as port:
        assert await port.read_words(Table.INPUT, 0, 2) == [0, 0x4148]


async def test_outputs_are_told_once_when_they_change() -> None:
    told: list[tuple[str, float]] = []
    device = Plc(POINTS, on_output=lambda name, value: told.append((name, value)))
    async with device.connect("memory", 1) as port:
        await port.write_coil(9, value=True)
        await port.write_coil(9, value=True)
        await port.write_registers(2, [7])
        with pytest.raises(Refused):
            await port.read_words(Table.HOLDING, 900, 1)
    assert told == [("lamp", 1), ("level", 7)]


async def test_memory_and_wire_are_one_image(plc: Plc, host: Host) -> None:
    async with plc.connect("memory", 1) as port:
        assert port.changed is not None
        port.changed.clear()
        assert await host.ask("05 0009 ff00") == "050009ff00"
        assert port.changed.is_set()
        assert (await port.read_bits(Table.COIL, 9, 1)) == [True]


async def test_a_power_cut_drops_hosts_and_outputs(plc: Plc) -> None:
    async with plc.connect("memory", 1) as port:
        await port.write_coil(9, value=True)
        await plc.go_offline()
        assert plc.value("lamp") == 0
        with pytest.raises(ModbusLost):
            await port.read_bits(Table.COIL, 9, 1)
    with pytest.raises(ModbusLost):
        async with plc.connect("memory", 1):
            pass
    await plc.go_online()
    async with plc.connect("memory", 1) as port:
        assert await port.read_bits(Table.COIL, 9, 1) == [False]


async def test_I53_a_hung_plc_obeys_late(plc: Plc, host: Host) -> None:
    plc.hang()
    late = asyncio.create_task(host.ask("05 0009 ff00"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await asyncio.shield(late)
    assert plc.value("lamp") == 0
    plc.wake()
    assert await late == "050009ff00"
    assert plc.value("lamp") == 1


async def test_a_plc_is_played_by_typing() -> None:
    device = Plc(GATE)
    assert await command(device, "gate1_inner=1") == "gate1_inner = 1"
    assert await command(device, "conveyor_count+5") == "conveyor_count = 5"
    assert await command(device, "conveyor_count") == "conveyor_count = 5"
    for word in ("hang", "wake", "off", "on"):
        await command(device, word)
    with pytest.raises(KeyError):
        await command(device, "gate9=1")
    assert await command(device, "mood busy") == "mood busy"
    assert device.mood is moods.busy
    with pytest.raises(ValueError, match="moods: honest, silent"):
        await command(device, "mood grumpy")
    with pytest.raises(ValueError, match="invalid literal"):
        await command(device, "gate1_inner=open")


async def test_several_plcs_on_a_line_are_played_by_their_ids() -> None:
    plcs = {"io-1": Plc(GATE), "io-2": Plc({"weight": {"table": "input", "address": 0, "type": "float32"}}, unit=2)}
    assert await meant(plcs, "io-2.weight=2.5") == "io-2.weight = 2.5"
    assert await meant(plcs, "gate1_inner=1") == "gate1_inner = 1"
    assert await meant(plcs, "io-2.mood late") == "io-2.mood late"
    assert (plcs["io-1"].mood, plcs["io-2"].mood) == (moods.honest, moods.late)


def test_I58_manual_numbers_and_bases_mean_the_same_cell() -> None:
    assert Tag.read({"reference": 40003}) == Tag.read({"table": "holding", "address": 3, "base": 1})
    assert Tag.read({"reference": "00017"}) == Tag.read({"table": "coil", "address": 16})

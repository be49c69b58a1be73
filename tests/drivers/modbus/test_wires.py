"""What every wire must keep, over TCP and over a serial line (RTU): one suite on real sockets and terminals."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.modbus.port import ModbusLost, ModbusPort, NoAnswer, Refused, Table
from drivers.modbus.wired import Modbus
from drivers.streams import dial, listen
from simulators.plc import moods
from simulators.plc.device import Plc
from simulators.plc.line import Line
from tests.drivers.modbus.wires import WIRES, asked, kept, served
from tests.support.patience import PATIENCE

POINTS: dict[str, dict[str, Any]] = {
    **{f"in{i}": {"table": "discrete", "address": i} for i in range(10)},
    "count": {"table": "input", "address": 0, "type": "uint32", "counter": True},
    "lamp": {"table": "coil", "address": 3},
    "level": {"table": "holding", "address": 2, "type": "uint32"},
    "host": {"table": "holding", "address": 9},
}
PATTERN = [True, False, True, True, False, False, False, True, True, True]

wired = pytest.mark.parametrize("wire", WIRES)


async def count_of(port: ModbusPort) -> int:
    high, low = await port.read_words(Table.INPUT, 0, 2)
    return high << 16 | low


@wired
async def test_I64_bits_and_words_keep_their_order(wire: str) -> None:
    plc = Plc(POINTS, unit=7)
    for i, on in enumerate(PATTERN):
        plc.set_input(f"in{i}", on)
    plc.set_input("count", 0x12345678)
    async with asked(wire, plc) as (port,):
        assert await port.read_bits(Table.DISCRETE, 0, 10) == PATTERN
        assert await port.read_words(Table.INPUT, 0, 2) == [0x1234, 0x5678]
        await port.write_coil(3, value=True)
        assert await port.read_bits(Table.COIL, 0, 5) == [False, False, False, True, False]
        await port.write_registers(2, [0xABCD, 1])
        await port.write_registers(3, [2])
        assert plc.value("lamp") == 1
        assert plc.value("level") == 0xABCD0002
        assert await port.read_words(Table.HOLDING, 0, 16) == [0, 0, 0xABCD, 2, *[0] * 12]
        with pytest.raises(Refused) as refusal:
            await port.read_words(Table.INPUT, 500, 1)
        assert refusal.value.code == 2


@wired
@pytest.mark.parametrize(
    "mood", [moods.silent, moods.late, moods.wrong_unit, moods.wrong_number, moods.lying, moods.rubbish]
)
async def test_I57_a_bad_answer_gives_no_value_and_the_next_one_is_fresh(wire: str, mood: moods.Mood) -> None:
    plc = Plc(POINTS)
    plc.set_input("count", 9)
    async with asked(wire, plc) as (port,):
        assert await count_of(port) == 9
        plc.mood = mood
        try:
            answer = await count_of(port)
        except (NoAnswer, ModbusLost):
            answer = None
        # A serial line has no numbers that could be wrong.
        assert answer == (9 if mood is moods.wrong_number and wire != "tcp" else None)
        plc.mood = moods.honest
        plc.set_input("count", 7)
        assert await count_of(port) == 7
        assert await count_of(port) == 7


@pytest.mark.parametrize("wire", ["tcp", "converter"])
async def test_I53_a_peer_that_hangs_up_is_lost_at_once(wire: str) -> None:
    plc = Plc(POINTS)
    plc.mood = moods.dropping
    plc.set_input("count", 7)
    async with asked(wire, plc) as (port,):
        with pytest.raises(ModbusLost):
            await count_of(port)
        plc.mood = moods.honest
        assert await count_of(port) == 7


async def test_I55_a_serial_line_that_is_pulled_and_plugged_in_again_is_used_again(tmp_path: Path) -> None:
    plc = Plc(POINTS)
    plc.set_input("count", 7)
    line = Line([plc])
    address = await line.start(listen, f"pty:{tmp_path / 'line'}")
    async with Modbus(dial).connect(address, 1) as port:
        assert await count_of(port) == 7
        await line.unplug()
        with pytest.raises(ModbusLost):
            await count_of(port)
        with pytest.raises(OSError, match="could not open"):
            await count_of(port)
        await line.plug_in()
        assert await count_of(port) == 7
    await line.unplug()


@wired
async def test_I57_an_answer_in_pieces_is_put_together(wire: str) -> None:
    plc = Plc(POINTS)
    plc.mood = moods.split
    plc.set_input("count", 7)
    async with asked(wire, plc) as (port,):
        assert await count_of(port) == 7


async def test_I57_an_answer_behind_noise_on_a_serial_line_is_found() -> None:
    plc = Plc(POINTS)
    plc.mood = moods.noisy
    plc.set_input("count", 7)
    async with asked("rtu", plc) as (port,):
        assert await count_of(port) == 7


@wired
async def test_I57_what_one_unit_says_late_is_no_answer_of_another(wire: str) -> None:
    one, two = Plc(POINTS, unit=1), Plc(POINTS, unit=2)
    one.set_input("count", 9)
    two.set_input("count", 7)
    one.mood = moods.late
    async with asked(wire, one, two) as (late, prompt):
        with pytest.raises(NoAnswer):
            await count_of(late)
        for _ in range(60):
            assert await count_of(prompt) == 7
        one.mood = moods.honest
        one.set_input("count", 8)
        assert await count_of(late) == 8


WRITES: list[tuple[str, int, Callable[[ModbusPort], Awaitable[None]]]] = [
    ("lamp", 1, lambda port: port.write_coil(3, value=True)),
    ("host", 5, lambda port: port.write_registers(9, [5])),
    ("level", 0x10002, lambda port: port.write_registers(2, [1, 2])),
]


@wired
@pytest.mark.parametrize(("point", "value", "write"), WRITES)
async def test_I53_a_write_without_an_answer_went_out_once(
    wire: str, point: str, value: int, write: Callable[[ModbusPort], Awaitable[None]]
) -> None:
    plc = Plc(POINTS)
    obeyed = 0

    async def mute(exchange: moods.Exchange) -> None:
        nonlocal obeyed
        obeyed += 1
        await moods.mute(exchange)

    plc.mood = mute
    async with asked(wire, plc) as (port,):
        with pytest.raises(NoAnswer):
            await write(port)
        assert (obeyed, plc.value(point)) == (1, value)


@wired
async def test_I63_a_busy_unit_says_so_and_does_nothing(wire: str) -> None:
    plc = Plc(POINTS)
    plc.mood = moods.busy
    async with asked(wire, plc) as (port,):
        with pytest.raises(Refused) as refusal:
            await port.write_coil(3, value=True)
        assert (refusal.value.code, plc.value("lamp")) == (6, 0)


@wired
async def test_I56_units_of_a_line_never_have_two_requests_in_flight(wire: str) -> None:
    flying = most = 0
    plcs = [Plc(POINTS, unit=unit) for unit in (1, 2, 3)]

    async def counted(exchange: moods.Exchange) -> None:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        await moods.honest(exchange)

    for plc in plcs:
        plc.mood = counted
        plc.set_input("count", plc.unit)
    async with asked(wire, *plcs) as ports:
        answers = await asyncio.gather(*(count_of(port) for _ in range(10) for port in ports))
    assert answers == [1, 2, 3] * 10
    assert most == 1


@wired
async def test_I62_outputs_fall_when_the_edge_dies_and_come_back_when_it_lives(wire: str) -> None:
    points = {**POINTS, "lamp": {"table": "coil", "address": 3, "safe": None}}
    plc = Plc(points, watchdog=0.5)
    async with served(wire, plc) as address:
        fallen = asyncio.Event()
        async with kept(address, 1, points, watchdog="host") as first:
            first.unit.want("lamp", value=True)
            await first.became("lamp", value=True)
        plc.on_output = lambda name, value: fallen.set() if (name, value) == ("lamp", 0) else None
        async with asyncio.timeout(PATIENCE):
            await fallen.wait()
        assert plc.watchdog_fired == 1
        async with kept(address, 1, points, watchdog="host") as second:
            second.unit.want("lamp", value=True)
            await second.became("lamp", value=True)
            assert plc.value("lamp") == 1


@wired
async def test_I55_a_unit_that_comes_late_goes_and_comes_back_is_kept(wire: str) -> None:
    plc = Plc(POINTS)
    plc.mood = moods.silent
    async with served(wire, plc) as address, kept(address, 1, POINTS) as one:
        await one.down()
        one.unit.want("lamp", value=True)
        plc.mood = moods.honest
        await one.up()
        await one.became("lamp", value=True)
        plc.count("count", 3)
        await one.became("count", 3)
        plc.mood = moods.silent
        await one.down()
        plc.mood = moods.honest
        await one.up()

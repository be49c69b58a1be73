"""Modbus judged by others' programs: libmodbus and mbpoll (C), and npm's modbus-serial at either end."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers.modbus.port import ModbusPort, NoAnswer, Refused, Table
from drivers.modbus.wired import Modbus
from drivers.streams import dial
from simulators.plc.device import Plc
from tests.drivers.modbus.wires import kept, served
from tests.foreign import libmodbus_unit
from tests.foreign.cable import cable
from tests.foreign.programs import node
from tests.support.need import require, require_library

LINE = "?baud=19200"
wired = pytest.mark.parametrize("wire", ["tcp", "rtu"])


@contextlib.asynccontextmanager
async def libmodbus(wire: str) -> AsyncIterator[str]:
    """Let libmodbus play a unit; give the address to dial."""
    require_library("libmodbus.so.5")
    async with contextlib.AsyncExitStack() as stack:
        near, far = await stack.enter_async_context(cable()) if wire == "rtu" else ("", "")
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(Path(libmodbus_unit.__file__)), wire, *([far] if far else []),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            async with asyncio.timeout(20):
                port = int(await process.stdout.readline())
            yield f"serial:{near}{LINE}" if near else f"tcp://127.0.0.1:{port}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def check_golden(port: ModbusPort) -> None:
    bits = [bool(bit) for bit in libmodbus_unit.PATTERN]
    assert await port.read_bits(Table.DISCRETE, 0, len(bits)) == bits
    assert await port.read_words(Table.INPUT, 0, 2) == list(libmodbus_unit.WORDS)
    await port.write_coil(3, value=True)
    assert await port.read_bits(Table.COIL, 0, 16) == [i == 3 for i in range(16)]
    await port.write_registers(2, [0xABCD])
    await port.write_registers(3, [1, 2])
    assert await port.read_words(Table.HOLDING, 2, 3) == [0xABCD, 1, 2]
    with pytest.raises(Refused) as refusal:
        await port.read_words(Table.INPUT, 500, 1)
    assert refusal.value.code == 2
    assert await port.read_words(Table.INPUT, 0, 2) == list(libmodbus_unit.WORDS)


@wired
async def test_I64_the_driver_and_libmodbus_mean_the_same_bits_and_words(wire: str) -> None:
    async with libmodbus(wire) as address, Modbus(dial).connect(address, libmodbus_unit.UNIT) as port:
        await check_golden(port)


async def test_I57_a_unit_that_misses_a_request_after_one_for_a_dead_neighbour_is_asked_again() -> None:
    """After a request for another unit, libmodbus takes the next frame on the line for that one's answer."""
    async with libmodbus("rtu") as address:
        modbus = Modbus(dial)
        async with modbus.connect(address, 9) as nobody, modbus.connect(address, libmodbus_unit.UNIT) as port:
            with pytest.raises(NoAnswer):
                await nobody.read_words(Table.INPUT, 0, 1)
            with pytest.raises(NoAnswer):
                await port.read_words(Table.INPUT, 0, 2)
            assert await port.read_words(Table.INPUT, 0, 2) == list(libmodbus_unit.WORDS)


async def check_kept(address: str) -> None:
    """Keep the unit, switch its outputs, leave it, and look whether they are safe."""
    points: dict[str, dict[str, Any]] = {
        "eye": {"table": "discrete", "address": 1, "base": 1},
        "count": {"table": "input", "address": 0, "type": "uint32", "counter": True},
        "lamp": {"table": "coil", "address": 5},
        "level": {"table": "holding", "address": 6, "type": "float32", "words": "low_first", "safe": 0.5},
        "host": {"table": "holding", "address": 9},
    }
    async with kept(address, libmodbus_unit.UNIT, points, watchdog="host") as one:
        await one.became("eye", value=True)
        await one.became("count", 0x12345678)
        one.unit.want("lamp", value=True)
        one.unit.want("level", -12.3)
        await one.became("lamp", value=True)
        await one.became("level", -12.3)
    async with Modbus(dial).connect(address, libmodbus_unit.UNIT) as port:
        assert await port.read_bits(Table.COIL, 5, 1) == [False]
        assert await port.read_words(Table.HOLDING, 6, 2) == [0, 0x3F00]


@wired
async def test_a_libmodbus_unit_is_kept_and_left_safe(wire: str) -> None:
    async with libmodbus(wire) as address:
        await check_kept(address)


POINTS: dict[str, dict[str, Any]] = {
    "eye": {"table": "discrete", "address": 2},
    "count": {"table": "input", "address": 0, "type": "uint32"},
    "weight": {"table": "input", "address": 4, "type": "float32"},
    "lamp": {"table": "coil", "address": 3},
    "speed": {"table": "holding", "address": 7},
    "level": {"table": "holding", "address": 8, "type": "uint32"},
}


async def mbpoll(address: str, *words: str) -> str:
    """Call mbpoll for unit 7 at an address, numbers counted from 0; return what it says."""
    place = address.rpartition("//")[2].removeprefix("serial:")
    where = ["-p", place.partition(":")[2], "127.0.0.1"]
    if address.startswith("serial:"):
        where = ["-m", "rtu", "-b", "19200", "-P", "none", place]
    values = words[words.index("--") :] if "--" in words else ()
    process = await asyncio.create_subprocess_exec(
        require("mbpoll"), "-0", "-1", "-B", "-a", "7", *words[: len(words) - len(values)], *where, *values,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return said.decode()


def values(said: str) -> list[str]:
    """Return the values that mbpoll read."""
    return [line.partition("]:")[2].split()[0] for line in said.splitlines() if line.startswith("[")]


@wired
async def test_I64_mbpoll_reads_and_writes_the_simulated_plc(wire: str) -> None:
    plc = Plc(POINTS, unit=7)
    for name, value in (("eye", 1), ("count", 0x12345678), ("weight", 12.5), ("speed", 40000)):
        plc.set_input(name, value)
    async with served(wire, plc) as address:
        assert values(await mbpoll(address, "-t", "1", "-r", "0", "-c", "5")) == ["0", "0", "1", "0", "0"]
        assert values(await mbpoll(address, "-t", "3:int", "-r", "0", "-c", "1")) == [str(0x12345678)]
        assert values(await mbpoll(address, "-t", "3:float", "-r", "4", "-c", "1")) == ["12.5"]
        assert values(await mbpoll(address, "-t", "4:hex", "-r", "7", "-c", "1")) == ["0x9C40"]
        assert "Written 1" in await mbpoll(address, "-t", "0", "-r", "3", "--", "1")
        assert "Written 2" in await mbpoll(address, "-t", "4", "-r", "8", "--", "1", "2")
        assert (plc.value("lamp"), plc.value("level")) == (1, 0x10002)
        assert "Illegal data address" in await mbpoll(address, "-t", "3", "-r", "500", "-c", "1")


@contextlib.asynccontextmanager
async def modbus_serial(folder: Path) -> AsyncIterator[str]:
    """Let npm's modbus-serial play a unit; give the address to dial."""
    given = {
        "unit": libmodbus_unit.UNIT,
        "bits": [bool(bit) for bit in libmodbus_unit.PATTERN],
        "words": libmodbus_unit.WORDS,
        "size": libmodbus_unit.SIZE,
    }
    async with node(folder, "modbus_unit.js", given, package="modbus-serial") as program:
        yield f"tcp://127.0.0.1:{int(await program.said.readline())}"


async def test_I64_the_driver_and_modbus_serial_mean_the_same_bits_and_words(tmp_path: Path) -> None:
    async with modbus_serial(tmp_path) as address, Modbus(dial).connect(address, libmodbus_unit.UNIT) as port:
        await check_golden(port)


async def test_a_modbus_serial_unit_is_kept_and_left_safe(tmp_path: Path) -> None:
    async with modbus_serial(tmp_path) as address:
        await check_kept(address)


async def test_I64_modbus_serial_reads_and_writes_the_simulated_plc(tmp_path: Path) -> None:
    plc = Plc(POINTS, unit=7)
    for name, value in (("eye", 1), ("count", 0x12345678), ("weight", 12.5), ("speed", 40000)):
        plc.set_input(name, value)
    async with served("tcp", plc) as address:
        given = {"port": int(address.rpartition(":")[2]), "unit": 7}
        async with node(tmp_path, "modbus_host.js", given, package="modbus-serial") as program:
            told = json.loads(await program.said.readline())
    assert told == {
        "bits": [False, False, True, False, False],
        "count": 0x12345678,
        "weight": 12.5,
        "speed": [40000],
        "coils": [False, False, False, True, False],
        "registers": [40001, 1, 2],
        "off": False,
        "beyond": 2,
        "nobody": 11,
    }
    assert (plc.value("lamp"), plc.value("speed"), plc.value("level")) == (0, 40001, 0x10002)

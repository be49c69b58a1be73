"""The simulated scanner."""

import random
from datetime import UTC, datetime
from pathlib import Path

from drivers.streams import dial, listen
from simulators.scanner.cli import command
from simulators.scanner.device import Habits, ScannerDevice
from simulators.world import loop as virtual
from simulators.world.streams import Network

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


def collected(habits: Habits, size: int, *lines: str) -> bytes:
    """Return the first bytes that typed lines bring to a host."""

    async def main() -> bytes:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(2), habits)
        reader, _ = await network.dial(await device.start(network.listen, "tcp://s:1"))
        await device.connected()
        for line in lines:
            await command(device, line)
        return await reader.readexactly(size)

    return virtual.run(main(), 1, START)


async def test_a_pseudo_terminal_is_a_serial_device(tmp_path: Path) -> None:
    device = ScannerDevice(random.Random(2))
    address = await device.start(listen, f"pty:{tmp_path / 'scanner'}")
    reader, writer = await dial(f"{address}?baud=9600")
    await device.connected()
    await command(device, "T-0001")
    assert await reader.readuntil(b"\r") == b"T-0001\r"
    writer.close()
    await device.close()


async def test_a_trigger_without_a_code_in_view_is_an_error_answer() -> None:
    device = ScannerDevice(random.Random(2))
    reader, writer = await dial(await device.start(listen, "tcp://127.0.0.1:0"))
    writer.write(b"LON\rLOFF\r")
    assert await reader.readuntil(b"\r") == b"ERROR\r"
    device.show("T-0001")
    writer.write(b"LON\rLOFF\r")
    assert await reader.readuntil(b"\r") == b"T-0001\r"
    assert device.triggered == 2
    writer.close()
    await device.close()


def test_habits_change_the_timing_and_never_the_bytes() -> None:
    whole = b"T-0001\r\nT-0002\r\n"
    for split in (0.0, 0.9):
        habits = Habits(ending=b"\r\n", split=split, jitter=0.02)
        assert collected(habits, len(whole), "T-0001", "T-0002") == whole


def test_noise_doubles_and_no_reads_can_be_played() -> None:
    assert collected(Habits(noise=b"\xff"), 5, "!noise") == b"\xff\x00\xff\xfe\x80"
    assert collected(Habits(double=1.0), 8, "T-1") == b"T-1\rT-1\r"
    assert collected(Habits(), 6, "!none") == b"ERROR\r"

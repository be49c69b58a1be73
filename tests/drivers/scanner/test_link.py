"""The scanner link, over TCP, over a pseudo-terminal and in virtual time."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.ports import Dial
from drivers.scanner.framing import Framing
from drivers.scanner.link import Scan, Scanner
from drivers.streams import dial, listen
from drivers.supervisor import Link
from simulators.scanner.device import Habits, ScannerDevice
from simulators.world import loop as virtual
from simulators.world.streams import Network
from tests.drivers.seen import Seen

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


class Bench:
    """A scanner link and what it said."""

    def __init__(self, address: str, dialler: Dial = dial, **settings: object) -> None:
        self.scans: Seen[Scan] = Seen()
        self.links: Seen[Link] = Seen()
        self.no_reads: Seen[None] = Seen()
        self.scanner = Scanner(
            "scanner-1",
            address,
            dialler,
            now=lambda: START,
            dice=random.Random(1),
            on_scan=self.scans,
            on_link=self.links,
            on_no_read=lambda: self.no_reads(None),
            **settings,  # type: ignore[arg-type]
        )

    @property
    def texts(self) -> list[str]:
        return [scan.text for scan in self.scans.items]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.scanner.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:0", "pty:"])
async def test_scans_arrive_over_a_real_line(address: str) -> None:
    device = ScannerDevice(random.Random(3), Habits(split=0.6, ending=b"\r\n"))
    bench = Bench(await device.start(listen, address))
    async with bench.running():
        await bench.links.until(lambda seen: seen and seen[-1].up)
        await device.connected()
        await device.scan("T-0001")
        await device.scan("T-0002")
        assert await bench.scans.until(lambda seen: len(seen) == 2) == [Scan("T-0001", START), Scan("T-0002", START)]
    await device.close()


async def test_I47_a_serial_scanner_is_unplugged_and_plugged_in_again(tmp_path: Path) -> None:
    device = ScannerDevice(random.Random(3), Habits(noise=b"\xff\xfe"))
    address = f"pty:{tmp_path / 'ttyUSB0'}"
    bench = Bench(await device.start(listen, address), framing=Framing(gap=0.02))
    async with bench.running():
        await bench.links.until(lambda seen: seen and seen[-1].up)
        await device.scan("T-0001")
        await bench.scans.until(lambda seen: len(seen) == 1 or bench.scanner.counts.garbage)
        await device.close()
        await bench.links.until(lambda seen: not seen[-1].up)
        await device.start(listen, address)
        await bench.links.until(lambda seen: seen[-1].up)
        await device.send(b"\r")
        await device.scan("T-0002")
        await bench.scans.until(lambda seen: seen and seen[-1].text == "T-0002")
        assert [link.up for link in bench.links.items] == [True, False, True]
    await device.close()


def test_I45_the_same_code_again_in_the_bounce_time_is_one_scan() -> None:
    async def main() -> tuple[list[str], int]:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(3), Habits(split=0.3, jitter=0.01))
        bench = Bench(await device.start(network.listen, "tcp://scanner:1"), network.dial)
        async with bench.running():
            await device.connected()
            for pause in (0.1, 0.2, 0.25, 0.5, 0.1):
                await device.scan("4901234567894")
                await asyncio.sleep(pause)
            await device.scan("4901234567887")
            await device.scan("4901234567894")
            await asyncio.sleep(1)
        return bench.texts, bench.scanner.counts.repeats

    texts, repeats = virtual.run(main(), 5, START)
    assert texts == ["4901234567894", "4901234567894", "4901234567887", "4901234567894"]
    assert repeats == 3


def test_I45_bounce_can_be_switched_off() -> None:
    async def main() -> list[str]:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(3), Habits(double=1.0))
        bench = Bench(await device.start(network.listen, "tcp://scanner:1"), network.dial, bounce=0)
        async with bench.running():
            await device.connected()
            await device.scan("T-0001")
            await asyncio.sleep(1)
        return bench.texts

    assert virtual.run(main(), 5, START) == ["T-0001", "T-0001"]


def test_I43_a_keyence_answers_after_the_trigger_is_let_go() -> None:
    async def main() -> tuple[list[str], int, int]:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(3))
        bench = Bench(await device.start(network.listen, "tcp://scanner:9004"), network.dial)
        with pytest.raises(ConnectionError):
            await bench.scanner.trigger()
        async with bench.running():
            await device.connected()
            await bench.scanner.trigger(0.5)
            await bench.no_reads.until(len)
            device.show("T-0001")
            await bench.scanner.trigger(0.5)
            await bench.scans.until(len)
        return bench.texts, bench.scanner.counts.no_reads, device.triggered

    assert virtual.run(main(), 5, START) == (["T-0001"], 1, 2)


def test_a_code_without_terminator_comes_after_a_silence_even_in_pieces() -> None:
    async def main() -> list[str]:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(3), Habits(ending=b"", split=0.7, jitter=0.01))
        address = await device.start(network.listen, "tcp://scanner:1")
        bench = Bench(address, network.dial, framing=Framing(terminated=False))
        async with bench.running():
            await device.connected()
            for number in range(20):
                await device.scan(f"T-{number:04}")
                await asyncio.sleep(0.2)
        return bench.texts

    assert virtual.run(main(), 5, START) == [f"T-{number:04}" for number in range(20)]


def test_a_quiet_scanner_costs_nothing_even_after_a_broken_code() -> None:
    async def main() -> int:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(3))
        bench = Bench(await device.start(network.listen, "tcp://scanner:1"), network.dial)
        async with bench.running():
            await device.connected()
            await device.send(b"broken")
            await asyncio.sleep(24 * 3600)
            await device.send(b"tail\r")
            await device.scan("T-0001")
            await bench.scans.until(len)
        assert bench.texts == ["T-0001"]
        return bench.scanner.counts.garbage

    assert virtual.run(main(), 5, START) == 1


def test_bad_bytes_are_counted_and_kept() -> None:
    async def main() -> Bench:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(3))
        bench = Bench(await device.start(network.listen, "tcp://scanner:1"), network.dial)
        async with bench.running():
            await device.connected()
            for number in range(20):
                await device.send(bytes([0xFF, number, 0x0D]))
            await device.scan("T-0001")
            await bench.scans.until(len)
        return bench

    counts = virtual.run(main(), 5, START).scanner.counts
    assert counts.scans == 1
    assert counts.garbage >= 17
    assert len(counts.last_garbage) == 8


def test_I45_what_a_tunnel_saw_at_once_is_one_scan_of_several_codes() -> None:
    async def main() -> tuple[list[tuple[str, ...]], int, int]:
        network = Network(random.Random(1))
        device = ScannerDevice(random.Random(3), Habits(split=0.3, jitter=0.01))
        bench = Bench(
            await device.start(network.listen, "tcp://scanner:1"), network.dial, framing=Framing(separator="|")
        )
        async with bench.running():
            await device.connected()
            for line in ("A-1|B-2", "A-1|B-2", "B-2", "NOREAD|NOREAD"):
                await device.scan(line)
            await asyncio.sleep(1)
        return [scan.codes for scan in bench.scans.items], bench.scanner.counts.repeats, len(bench.no_reads.items)

    assert virtual.run(main(), 5, START) == ([("A-1", "B-2"), ("B-2",)], 1, 1)

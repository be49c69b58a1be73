"""The printer's queue, in virtual time and over a real socket."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ports import Dial, Writer
from drivers.printer.link import LOOK_AGAIN, LOOK_IDLE, SILENT, Job, JobState, Printer
from drivers.printer.status import Status, StatusReader
from drivers.streams import dial, listen
from drivers.supervisor import Link
from simulators.printer.device import PrinterDevice
from simulators.world import loop as virtual
from simulators.world.streams import Network
from tests.drivers.seen import Seen

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
ADDRESS = "tcp://printer:9100"


def zpl(number: int) -> bytes:
    return f"^XA^FO1,1^BCN,9,Y,N,N^FD{number:012}^FS^XZ".encode()


class Bench:
    """A printer, its link, and what the link said."""

    def __init__(self, address: str, dialler: Dial, **settings: Any) -> None:
        self.jobs: Seen[Job] = Seen()
        self.status: Seen[Status] = Seen()
        self.links: Seen[Link] = Seen()
        self.printer = Printer(
            "printer-1",
            address,
            dialler,
            now=lambda: START,
            dice=random.Random(1),
            on_job=self.jobs,
            on_status=self.status,
            on_link=self.links,
            **settings,
        )

    def states(self, job_id: str) -> list[JobState]:
        return [job.state for job in self.jobs.items if job.id == job_id]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.printer.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class Room:
    """A bench with a simulated printer in virtual time."""

    def __init__(self) -> None:
        self.network = Network(random.Random(1))
        self.device = PrinterDevice()
        self.bench = Bench(ADDRESS, self.network.dial)

    @property
    def printed(self) -> list[str | None]:
        return [label.tracking for label in self.device.labels]


def in_room(test: Callable[[Room, Bench], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in virtual time with a printer that is on."""

    async def main() -> None:
        room = Room()
        await room.device.start(room.network.listen, ADDRESS)
        async with room.bench.running():
            await room.bench.links.until(lambda seen: seen and seen[-1].up)
            await test(room, room.bench)

    def run() -> None:
        virtual.run(main(), 3, START)

    run.__name__ = test.__name__
    return run


@in_room
async def test_jobs_come_out_once_and_in_order(room: Room, bench: Bench) -> None:
    for number in range(5):
        bench.printer.send(f"job-{number}", zpl(number))
        bench.printer.send(f"job-{number}", zpl(number))
    await asyncio.sleep(20)
    assert room.printed == [f"{number:012}" for number in range(5)]
    assert bench.states("job-3") == [JobState.QUEUED, JobState.SENT]
    assert bench.printer.queued == []


@in_room
async def test_a_quiet_printer_says_nothing_new_for_a_day(room: Room, bench: Bench) -> None:
    await asyncio.sleep(1)
    asked = len(bench.status.items)
    await asyncio.sleep(24 * 3600)
    assert len(bench.status.items) == asked
    assert [link.up for link in bench.links.items] == [True]
    bench.printer.send("late", zpl(1))
    await bench.jobs.until(lambda seen: seen[-1].state is JobState.SENT)


@in_room
async def test_what_is_in_the_way_is_told_before_a_label_is_wanted(room: Room, bench: Bench) -> None:
    await asyncio.sleep(1)
    room.device.take_paper_out()
    await asyncio.sleep(LOOK_IDLE + 1)
    assert bench.status.items[-1].trouble == "paper_out"
    room.device.load_paper()
    await asyncio.sleep(LOOK_AGAIN + 1)
    assert bench.status.items[-1].trouble is None


@in_room
async def test_a_printer_that_hangs_is_lost_and_no_label_is_sent_to_it(room: Room, bench: Bench) -> None:
    await asyncio.sleep(1)
    room.device.speaks_status = False
    bench.printer.send("one", zpl(1))
    await asyncio.sleep(SILENT + 1)
    assert not bench.printer.link.up
    await asyncio.sleep(20)  # it is dialled again, and takes what is sent, but does not answer
    assert not bench.printer.link.up
    assert bench.printer.queued == ["one"]
    assert room.printed == []
    room.device.speaks_status = True
    await bench.jobs.until(lambda seen: seen[-1].state is JobState.SENT)
    await asyncio.sleep(5)
    assert room.printed == ["000000000001"]


@in_room
async def test_a_printer_that_hangs_is_lost_without_work_too(room: Room, bench: Bench) -> None:
    await asyncio.sleep(1)
    room.device.speaks_status = False
    await asyncio.sleep(LOOK_IDLE + SILENT + 1)
    assert not bench.printer.link.up
    assert bench.printer.link.error == "TimeoutError"


@in_room
async def test_H75_a_sent_job_is_not_a_printed_label(room: Room, bench: Bench) -> None:
    bench.printer.send("one", zpl(1))
    bench.printer.send("two", zpl(2))
    await bench.jobs.until(lambda seen: [j for j in seen if j.id == "two" and j.state is JobState.SENT])
    room.device.take_paper_out()
    await asyncio.sleep(30)
    assert room.printed == []
    bench.printer.send("three", zpl(3))
    await bench.status.until(lambda seen: seen and seen[-1].trouble == "paper_out")
    assert bench.printer.queued == ["three"]
    room.device.load_paper()
    await bench.jobs.until(lambda seen: [j for j in seen if j.id == "three" and j.state is JobState.SENT])
    await asyncio.sleep(10)
    assert room.printed == ["000000000001", "000000000002", "000000000003"]
    assert bench.printer.status.trouble is None


@in_room
async def test_a_job_nobody_waits_for_any_more_is_not_printed_late(room: Room, bench: Bench) -> None:
    await room.device.go_offline()
    await bench.links.until(lambda seen: not seen[-1].up)
    bench.printer.send("late", zpl(1))
    await asyncio.sleep(61)
    assert bench.states("late") == [JobState.QUEUED, JobState.FAILED]
    assert "not printed within 60 s" in str(bench.jobs.items[-1].error)
    await room.device.go_online()
    await asyncio.sleep(60)
    assert room.printed == []
    bench.printer.send("late", zpl(2))
    await asyncio.sleep(10)
    assert room.printed == ["000000000002"]


@in_room
async def test_a_job_waits_for_a_printer_that_comes_back_in_time(room: Room, bench: Bench) -> None:
    await room.device.go_offline()
    await bench.links.until(lambda seen: not seen[-1].up)
    bench.printer.send("soon", zpl(1))
    await asyncio.sleep(30)
    await room.device.go_online()
    await asyncio.sleep(10)
    assert room.printed == ["000000000001"]
    assert [link.up for link in bench.links.items] == [True, False, True]


def test_a_job_cut_off_while_sent_fails_and_is_not_repeated_but_the_next_one_is_sent() -> None:
    async def main() -> list[Job]:
        network = Network(random.Random(1))
        lives = 0

        async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
            nonlocal lives
            lives += 1
            device, heard = PrinterDevice(), b""
            while data := await reader.read(1000):
                heard += data
                if b"^XA" in heard and lives == 1:
                    return
                if b"~HS" in heard:
                    heard = b""
                    writer.write(device._status().encode())

        await network.listen(ADDRESS, serve)
        bench = Bench(ADDRESS, network.dial)
        async with bench.running():
            bench.printer.send("unknown", zpl(1))
            bench.printer.send("next", zpl(2))
            await asyncio.sleep(5)
        assert lives == 2
        assert bench.states("next") == [JobState.QUEUED, JobState.SENT]
        return [job for job in bench.jobs.items if job.id == "unknown"]

    jobs = virtual.run(main(), 3, START)
    assert [job.state for job in jobs] == [JobState.QUEUED, JobState.FAILED]
    assert "look whether it was printed" in str(jobs[-1].error)


@in_room
async def test_a_waiting_job_can_be_taken_back(room: Room, bench: Bench) -> None:
    room.device.take_paper_out()
    bench.printer.send("first", zpl(1))
    bench.printer.send("second", zpl(2))
    assert bench.printer.cancel("second")
    assert not bench.printer.cancel("second")
    assert not bench.printer.cancel("never")
    room.device.load_paper()
    await asyncio.sleep(10)
    assert room.printed == ["000000000001"]


@in_room
async def test_a_look_tells_at_once_what_has_changed(room: Room, bench: Bench) -> None:
    room.device.take_paper_out()
    await asyncio.sleep(10)
    assert bench.status.items == []
    bench.printer.look()
    await bench.status.until(lambda seen: seen and seen[-1].paper_out)
    room.device.load_paper()
    await bench.status.until(lambda seen: not seen[-1].paper_out)
    assert bench.printer.speaks


def test_a_printer_that_knows_no_status_is_printed_on_all_the_same() -> None:
    async def main() -> list[str | None]:
        room = Room()
        room.device.speaks_status = False
        await room.device.start(room.network.listen, ADDRESS)
        async with room.bench.running():
            room.bench.printer.send("one", zpl(1))
            room.bench.printer.send("two", zpl(2))
            await asyncio.sleep(10)
            assert not room.bench.printer.speaks
        return room.printed

    assert virtual.run(main(), 3, START) == ["000000000001", "000000000002"]


async def test_a_job_over_a_real_socket() -> None:
    labels: Seen[object] = Seen()
    device = PrinterDevice(on_label=labels, print_time=0.01)
    address = await device.start(listen, "tcp://127.0.0.1:0")
    bench = Bench(address, dial)
    async with bench.running():
        bench.printer.send("one", zpl(1) + b" " * 200_000 + zpl(2))
        await labels.until(lambda seen: len(seen) == 2)
        await bench.jobs.until(lambda seen: seen[-1].state is JobState.SENT)
        await device.go_offline()
        await bench.links.until(lambda seen: not seen[-1].up)
    assert [label.tracking for label in device.labels] == ["000000000001", "000000000002"]


GOOD = b"\x02014,1,0,1245,002,0,0,0,000,0,0,0\x03\r\n\x02001,0,1,0,1,2,6,0,00000003,1,000\x03\r\n\x020000,0\x03\r\n"


@given(st.lists(st.integers(0, 3 * len(GOOD)), max_size=8))
def test_a_status_may_come_in_any_pieces(cuts: list[int]) -> None:
    stream = b"\r\nboot" + GOOD * 3
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    reader = StatusReader()
    seen = [s for start, end in itertools.pairwise(places) for s in reader.feed(stream[start:end])]
    assert seen == [Status(paper_out=True, head_open=True, waiting=5)] * 3
    assert seen[0].trouble == "head_open"


@given(st.binary(max_size=400))
def test_no_noise_breaks_the_status_or_hides_the_next_one(noise: bytes) -> None:
    reader = StatusReader()
    reader.feed(noise + b"\x03")
    assert reader.feed(GOOD * 2)[-1] == Status(paper_out=True, head_open=True, waiting=5)


@pytest.mark.parametrize("first", ["", "1" * 2000, "²", "x"])
def test_a_report_without_its_counts_is_no_report_and_stops_nothing(first: str) -> None:
    reader = StatusReader()
    torn = f"\x02014,1,0,1245,{first},0,0,0,000,0,0,0\x03\x02001,0,1,0,1,2,6,0,3,1,0\x03\x020000,0\x03".encode()
    assert reader.feed(torn) == []
    assert reader.feed(GOOD * 2)[-1] == Status(paper_out=True, head_open=True, waiting=5)

"""The simulated LLRP reader: life cycle (I08), holding (I07), one client, misses (I22), judged also by tshark."""

import asyncio
import random
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from llrpkit.protocol import enums, messages, params

from drivers.ports import Stream, Writer
from drivers.rfid.llrp import wire
from drivers.rfid.llrp.link import LlrpLink, Settings
from drivers.rfid.port import Read
from drivers.streams import dial, listen
from simulators.reader import Field, Reader
from simulators.world import loop as virtual
from simulators.world.streams import Network
from tests.drivers.rfid.wires import until
from tests.simulators.reader.client import Client, rospec
from tests.support.need import require

TAGS = [f"30{n:022X}" for n in range(10)]
MALFORMED = "_ws.malformed || _ws.expert.severity == 0x800000"
START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


@pytest_asyncio.fixture
async def reader() -> AsyncIterator[Reader]:
    made = Reader(
        "tcp://127.0.0.1:0",
        field=Field(random.Random(1), chance=1.0),
        listen=listen,
        now=now,
        dice=random.Random(2),
    )
    await made.start()
    yield made
    await made.stop()


async def test_I08_delete_zero_is_always_a_success_and_deletes_all(reader: Reader) -> None:
    async with Client(reader.address) as client:
        for message in (messages.DELETE_ROSPEC(ro_spec_id=0), messages.DELETE_ACCESSSPEC(access_spec_id=0)):
            assert wire.refusal(await client.ask(message)) is None
        for number in (1, 2):
            assert wire.refusal(await client.ask(rospec(number))) is None
        assert wire.refusal(await client.ask(rospec(2))) is not None
        assert wire.refusal(await client.ask(messages.DELETE_ROSPEC(ro_spec_id=9))) is not None
        assert wire.refusal(await client.ask(messages.DELETE_ROSPEC(ro_spec_id=0))) is None
        answer = await client.ask(messages.GET_ROSPECS())
        assert isinstance(answer, messages.GET_ROSPECS_RESPONSE)
        assert answer.ro_specs == []


async def test_I08_states_follow_the_commands(reader: Reader) -> None:
    async def state() -> int:
        answer = await client.ask(messages.GET_ROSPECS())
        assert isinstance(answer, messages.GET_ROSPECS_RESPONSE)
        return answer.ro_specs[0].current_state

    async with Client(reader.address) as client:
        await client.ask(rospec(7, start=enums.ROSpecStartTriggerType.Null))
        assert await state() == enums.ROSpecState.Disabled
        assert wire.refusal(await client.ask(messages.START_ROSPEC(ro_spec_id=7))) is not None
        await client.ask(messages.ENABLE_ROSPEC(ro_spec_id=7))
        assert await state() == enums.ROSpecState.Inactive
        await client.ask(messages.START_ROSPEC(ro_spec_id=7))
        assert await state() == enums.ROSpecState.Active
        await client.ask(messages.STOP_ROSPEC(ro_spec_id=7))
        assert await state() == enums.ROSpecState.Inactive
        await client.ask(messages.DISABLE_ROSPEC(ro_spec_id=7))
        assert await state() == enums.ROSpecState.Disabled


async def test_I08_reports_come_after_n_tags(reader: Reader) -> None:
    async with Client(reader.address) as client:
        await client.ask(rospec(every=3))
        await client.ask(messages.ENABLE_ROSPEC(ro_spec_id=7))
        reader.field.enter(TAGS[:7], 30)
        reports = await client.reports(6)
        assert {len(report) for report in reports} == {3}


async def test_I08_reports_come_when_an_aispec_ends_after_n_tags(reader: Reader) -> None:
    async with Client(reader.address) as client:
        await client.ask(rospec(every=0, observe=2))
        await client.ask(messages.ENABLE_ROSPEC(ro_spec_id=7))
        reader.field.enter(TAGS[:5], 60)
        assert {len(report) for report in await client.reports(6)} == {2}


async def test_I08_a_duration_ends_the_run_with_a_report(reader: Reader) -> None:
    async with Client(reader.address) as client:
        await client.ask(rospec(every=0, duration_ms=250))
        reader.field.enter(TAGS[:4], 30)
        await client.ask(messages.ENABLE_ROSPEC(ro_spec_id=7))
        (report,) = await client.reports(4)
        assert {tag.epc for tag in report} == set(TAGS[:4])
        assert all(tag.count >= 2 for tag in report)


async def test_I08_operations_survive_a_disconnect_and_I07_reads_are_kept(reader: Reader) -> None:
    async with Client(reader.address) as client:
        config = messages.SET_READER_CONFIG(
            events_and_reports=params.EventsAndReports(hold_events_and_reports_upon_reconnect=True)
        )
        assert wire.refusal(await client.ask(config)) is None
        await client.ask(rospec())
        await client.ask(messages.ENABLE_ROSPEC(ro_spec_id=7))
    await until(lambda: not reader.connected)
    reader.field.enter(TAGS, 30)
    await until(lambda: reader.buffered >= len(TAGS))
    async with Client(reader.address) as client:
        answer = await client.ask(messages.GET_ROSPECS())
        assert isinstance(answer, messages.GET_ROSPECS_RESPONSE)
        assert answer.ro_specs[0].current_state == enums.ROSpecState.Active
        assert all(wire.tags(m) is None for m in client.unasked)
        client.tell(messages.ENABLE_EVENTS_AND_REPORTS())
        assert {t.epc for report in await client.reports(len(TAGS)) for t in report} == set(TAGS)


async def test_a_second_client_is_refused_and_the_first_is_told(reader: Reader) -> None:
    async with Client(reader.address) as first, Client(reader.address) as second:
        granted, refused = wire.event(await first.receive()), wire.event(await second.receive())
        assert granted is not None
        assert granted.connection is wire.Connection.GRANTED
        assert refused is not None
        assert refused.connection is wire.Connection.OCCUPIED
        told = wire.event(await first.receive())
        assert told is not None
        assert told.connection is wire.Connection.RIVAL
        with pytest.raises(EOFError):
            await second.receive()


async def test_unknown_and_broken_messages_are_answered_with_an_error(reader: Reader) -> None:
    async with Client(reader.address) as client:
        answer = await client.ask(messages.ADD_ACCESSSPEC_RESPONSE(llrp_status=params.LLRPStatus()))
        assert isinstance(answer, messages.ERROR_MESSAGE)
        broken = messages.ENABLE_ROSPEC(ro_spec_id=7).to_bytes(message_id=5)[:-1]
        client.raw(broken[:2] + len(broken).to_bytes(4, "big") + broken[6:])
        while not isinstance(answer := await client.receive(), messages.ERROR_MESSAGE):
            pass
        assert answer.message_id == 5
        assert wire.refusal(await client.ask(messages.DELETE_ROSPEC(ro_spec_id=0))) is None


async def test_I22_a_round_misses_tags(reader: Reader) -> None:
    reader.field.chance = 0.65
    reader.field.enter(TAGS, 30)
    counts = [len(reader.field.look((), 0)) for _ in range(400)]
    assert 6.0 < sum(counts) / len(counts) < 7.0
    assert {s.epc for _ in range(20) for s in reader.field.look((), 0)} == set(TAGS)


def test_an_idle_day_costs_next_to_nothing() -> None:
    async def day() -> tuple[int, set[str]]:
        network = Network(random.Random(1))
        field = Field(random.Random(2))
        clock = virtual.clock()
        reader = Reader("tcp://reader:5084", field=field, listen=network.listen, now=clock, dice=random.Random(3))
        await reader.start()
        reads: list[Read] = []
        link = LlrpLink(
            "r", reader.address, dial=network.dial, now=virtual.clock(), dice=random.Random(4), on_reads=reads.extend
        )
        running = asyncio.ensure_future(link.run())
        field.stray("E2" * 12, every_s=600)
        for _ in range(8):
            await asyncio.sleep(3600)
            field.enter(TAGS, 4, (1, 2))
        await asyncio.sleep(60)
        assert link.link.up
        assert link.link.losses == 0
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await reader.stop()
        return len(reads), {read.epc for read in reads}

    first, second = virtual.run(day(), 1, START), virtual.run(day(), 1, START)
    assert first == second
    assert first[1] == {*TAGS, "E2" * 12}


def test_late_reports_keep_their_time_in_virtual_time() -> None:
    async def play() -> list[timedelta]:
        network = Network(random.Random(1))
        field = Field(random.Random(2), chance=1.0)
        clock = virtual.clock()
        reader = Reader("tcp://reader:5084", field=field, listen=network.listen, now=clock, dice=random.Random(3))
        reader.faults.late_s, reader.faults.late_chance = 0.35, 0.5
        await reader.start()
        reads: list[Read] = []
        link = LlrpLink(
            "r", reader.address, dial=network.dial, now=virtual.clock(), dice=random.Random(4), on_reads=reads.extend
        )
        running = asyncio.ensure_future(link.run())
        await asyncio.sleep(1)
        began = virtual.clock()()
        field.enter(TAGS, 2)
        await asyncio.sleep(5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await reader.stop()
        late = [r.received_at - r.last_seen for r in reads]
        assert max(late) > timedelta(milliseconds=340)
        assert all(began - timedelta(milliseconds=20) <= r.first_seen for r in reads)
        assert all(r.last_seen <= began + timedelta(seconds=2.1) for r in reads)
        return late

    assert virtual.run(play(), 7, START)


class _Tap:
    """Records what passes between a link and a reader."""

    def __init__(self) -> None:
        self.sent: list[tuple[bool, bytes]] = []

    async def dial(self, address: str) -> Stream:
        reader, writer = await dial(address)
        copy = asyncio.StreamReader()
        self._copying = asyncio.ensure_future(self._copy(reader, copy))
        return copy, _TapWriter(writer, self.sent)

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamReader) -> None:
        while data := await source.read(4096):
            self.sent.append((False, data))
            target.feed_data(data)
        target.feed_eof()


class _TapWriter(Writer):
    def __init__(self, inner: Writer, sent: list[tuple[bool, bytes]]) -> None:
        self._inner = inner
        self._sent = sent

    def write(self, data: bytes) -> None:
        self._sent.append((True, bytes(data)))
        self._inner.write(data)

    async def drain(self) -> None:
        await self._inner.drain()

    def close(self) -> None:
        self._inner.close()

    async def wait_closed(self) -> None:
        await self._inner.wait_closed()

    def is_closing(self) -> bool:
        return self._inner.is_closing()


def pcap(path: Path, sent: list[tuple[bool, bytes]]) -> None:
    """Write the bytes as TCP segments of one connection (raw IP, link type 101)."""
    sequence = {True: 1, False: 1}
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101))
        for ours, data in sent:
            ports = (40_000, 5084) if ours else (5084, 40_000)
            tcp = struct.pack(">HHIIBBHHH", *ports, sequence[ours], sequence[not ours], 0x50, 0x18, 65_000, 0, 0)
            hosts = (b"\x7f\0\0\1", b"\x7f\0\0\2") if ours else (b"\x7f\0\0\2", b"\x7f\0\0\1")
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0, *hosts)
            sequence[ours] += len(data)
            packet = ip + tcp + data
            file.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


async def dissect(tshark: str, file: Path, *options: str) -> str:
    process = await asyncio.create_subprocess_exec(
        tshark, "-r", str(file), "-d", "tcp.port==5084,llrp", *options, stdout=-1, stderr=-3
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


async def test_tshark_would_notice_a_malformed_message(tmp_path: Path) -> None:
    tshark = require("tshark")
    file = tmp_path / "bad.pcap"
    pcap(file, [(True, bytes.fromhex("043D00000012000000010 0F0FFFF00000000".replace(" ", "")))])
    assert await dissect(tshark, file, "-Y", MALFORMED) != ""


async def test_tshark_reads_everything_both_sides_send(reader: Reader, tmp_path: Path) -> None:
    tshark = require("tshark")
    tap, reads = _Tap(), list[Read]()
    link = LlrpLink(
        "r",
        reader.address,
        dial=tap.dial,
        now=now,
        dice=random.Random(1),
        on_reads=reads.extend,
        settings=Settings(keepalive_ms=50, antennas=(1, 2), session=0),
    )
    running = asyncio.ensure_future(link.run())
    reader.field.enter([*TAGS, "E2" * 16], 30, (1, 2))
    await until(lambda: len(reads) > 30 and link.stats.keepalives > 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    file = tmp_path / "llrp.pcap"
    pcap(file, tap.sent)
    assert await dissect(tshark, file, "-Y", MALFORMED) == ""
    types = await dissect(tshark, file, "-T", "fields", "-e", "llrp.type")
    seen = {int(t) for line in types.split() for t in line.split(",")}
    assert seen >= {1, 3, 11, 13, 20, 21, 24, 30, 31, 34, 41, 51, 61, 62, 63, 64, 72}

"""Parts of the LLRP link alone: framing (I01, I04), codec (I02, I03, I14), clock (I09), backlog (I11)."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.rfid.backlog import Backlog, merge
from drivers.rfid.clock import ReaderClock, Stamp
from drivers.rfid.llrp import wire
from drivers.rfid.llrp.framing import Cutter, Frame
from drivers.rfid.llrp.link import LlrpLink
from drivers.rfid.port import Read
from drivers.rfid.stats import Rubbish
from drivers.streams import dial

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def message(kind: int, body: bytes = b"", number: int = 1) -> bytes:
    return (0x0400 | kind).to_bytes(2, "big") + (10 + len(body)).to_bytes(4, "big") + number.to_bytes(4, "big") + body


def tlv(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2, "big") + (4 + len(body)).to_bytes(2, "big") + body


EPC = bytes.fromhex("30666408400320C00000002A")
FIRST, LAST = 1_700_000_000_000_000, 1_700_000_000_250_000
REPORT = message(
    61,
    tlv(
        240,
        b"\x8d" + EPC + b"\x81\x00\x02" + b"\x86\xc9"
        b"\x82"
        + FIRST.to_bytes(8, "big")
        + b"\x84"
        + LAST.to_bytes(8, "big")
        + b"\x88\x00\x07"
        + b"\x8c\x30\x00"
        + tlv(1023, bytes.fromhex("0000651A00000063CAFE")),
    ),
)
KEEPALIVE = message(62)
CLOSING = message(63, tlv(246, tlv(128, FIRST.to_bytes(8, "big")) + tlv(257, b"")))
STREAM = [KEEPALIVE, REPORT, CLOSING, message(61), REPORT, KEEPALIVE]


@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=40))
def test_I01_any_chunking_gives_the_same_messages(cuts: list[int]) -> None:
    stream = b"".join(STREAM)
    places = [0, *sorted(cuts), len(stream)]
    cutter = Cutter()
    found = [p for a, b in zip(places, places[1:], strict=False) for p in cutter.feed(stream[a:b])]  # noqa: RUF007
    assert found == [Frame(m) for m in STREAM]
    assert cutter.waiting == 0


@given(st.binary(max_size=200), st.integers(1, 50))
def test_I04_no_byte_is_lost_whatever_comes(data: bytes, step: int) -> None:
    cutter = Cutter()
    pieces = [p for at in range(0, len(data), step) for p in cutter.feed(data[at : at + step])]
    assert sum(len(p.data) for p in pieces) + cutter.waiting == len(data)


def test_I04_messages_after_rubbish_are_found() -> None:
    cutter = Cutter()
    pieces = cutter.feed(b"\xff" * 33 + REPORT)
    assert b"".join(p.data for p in pieces if isinstance(p, Rubbish)) == b"\xff" * 33
    assert pieces[-1] == Frame(REPORT)


@given(st.binary(max_size=120))
def test_I04_any_body_decodes_or_is_refused_in_one_way(body: bytes) -> None:
    for kind in (11, 61, 63, 100):
        try:
            found = wire.decode(message(kind, body))
        except wire.WireError:
            continue
        wire.tags(found)
        wire.event(found)
        wire.refusal(found)


@settings(max_examples=300)
@given(st.sampled_from([REPORT, CLOSING]), st.lists(st.tuples(st.integers(10, 200), st.integers(0, 255)), max_size=4))
def test_I04_a_damaged_message_never_hurts_the_link(whole: bytes, damage: list[tuple[int, int]]) -> None:
    data = bytearray(whole)
    for place, value in damage:
        data[10 + place % (len(data) - 10)] = value
    try:
        found = wire.decode(bytes(data))
    except wire.WireError:
        return
    link = LlrpLink("r", "tcp://r:1", dial=dial, now=lambda: START, dice=random.Random(1), on_reads=lambda _reads: None)
    link._hear(found)
    if wire.tags(found):
        assert link.waiting


def test_I13_a_read_that_ends_before_it_began_is_a_moment() -> None:
    trembling = REPORT.replace(LAST.to_bytes(8, "big"), (FIRST - 7).to_bytes(8, "big"))
    (tag,) = wire.tags(wire.decode(trembling)) or []
    link = LlrpLink("r", "tcp://r:1", dial=dial, now=lambda: START, dice=random.Random(1), on_reads=lambda _reads: None)
    read = link._read(tag, START)
    assert read.first_seen == read.last_seen


def test_I09_an_impossible_time_is_no_time() -> None:
    endless = REPORT.replace(FIRST.to_bytes(8, "big"), b"\xff" * 8)
    (tag,) = wire.tags(wire.decode(endless)) or []
    assert tag.first is None
    assert tag.last == Stamp(LAST, utc=True)


def test_I02_a_report_is_read_with_all_its_fields() -> None:
    (tag,) = wire.tags(wire.decode(REPORT)) or []
    assert (tag.epc, tag.bits, tag.antenna, tag.rssi, tag.count, tag.pc) == (EPC.hex().upper(), 96, 2, -55, 7, 0x3000)
    assert (tag.first, tag.last) == (Stamp(FIRST, utc=True), Stamp(LAST, utc=True))


def test_I02_an_empty_report_is_legal() -> None:
    assert wire.tags(wire.decode(message(61))) == []


def test_I03_unknown_parameters_are_kept_byte_for_byte() -> None:
    assert wire.decode(REPORT).to_bytes() == REPORT


@pytest.mark.parametrize(
    ("bits", "raw", "text"),
    [
        (128, "E2" * 16, "E2" * 16),
        (100, "30" * 12 + "A0", "30" * 12 + "A"),
        (32, "00000000", "00000000"),
        (0, "", ""),
    ],
)
def test_I14_codes_of_any_length_keep_their_length(bits: int, raw: str, text: str) -> None:
    body = tlv(241, bits.to_bytes(2, "big") + bytes.fromhex(raw))
    (tag,) = wire.tags(wire.decode(message(61, tlv(240, body)))) or []
    assert (tag.bits, tag.epc) == (bits, text)


def stamp(seconds: float) -> Stamp:
    return Stamp(round(seconds * 1e6), utc=False)


def test_I09_the_quickest_message_sets_the_offset() -> None:
    clock = ReaderClock()
    clock.connected(stamp(100), START + timedelta(milliseconds=80))
    clock.check(stamp(110), START + timedelta(seconds=10, milliseconds=5))
    clock.check(stamp(111), START + timedelta(seconds=11, milliseconds=400))
    assert abs(clock.ours(stamp(100)) - START) <= timedelta(milliseconds=6)


@given(st.floats(-20e-6, 20e-6), st.lists(st.floats(0.001, 0.4), min_size=200, max_size=200))
def test_I09_a_drifting_clock_is_followed(drift: float, delays: list[float]) -> None:
    clock = ReaderClock()
    clock.connected(stamp(0), START)
    delays[50::50] = [0.001] * len(delays[50::50])
    for n, delay in enumerate(delays):
        true = 60.0 * n
        clock.check(stamp(true * (1 - drift)), START + timedelta(seconds=true + delay))
        error = clock.ours(stamp(true * (1 - drift))) - (START + timedelta(seconds=true))
        assert timedelta(milliseconds=-700) <= error <= timedelta(milliseconds=450)
    assert clock.jumps == 0


@pytest.mark.parametrize("jump", [-7200.0, 7200.0, 1.0])
def test_I09_a_jump_is_noticed_and_reads_stay_where_they_are(jump: float) -> None:
    clock = ReaderClock()
    clock.connected(stamp(10_000), START)
    assert not clock.check(stamp(10_001), START + timedelta(seconds=1))
    assert clock.check(stamp(10_002 + jump), START + timedelta(seconds=2))
    assert abs(clock.ours(stamp(10_003 + jump)) - START - timedelta(seconds=3)) < timedelta(milliseconds=1)


def test_I09_old_buffered_reports_are_no_jump() -> None:
    clock = ReaderClock()
    clock.connected(stamp(10_000), START)
    for n in range(100):
        assert not clock.check(stamp(5_000 + n), START + timedelta(seconds=1, milliseconds=n))
    assert abs(clock.ours(stamp(10_000)) - START) < timedelta(milliseconds=20)


def read(epc: str, ms: int, antenna: int = 1) -> Read:
    when = START + timedelta(milliseconds=ms)
    return Read(epc, 96, antenna, -50, when, when, 1, when)


def test_I11_reads_far_apart_are_not_merged() -> None:
    joined = merge([read("A", 0), read("A", 400), read("A", 5000), read("A", 0, antenna=2)])
    assert [(r.antenna, r.count) for r in joined] == [(1, 2), (1, 1), (2, 1)]


sightings = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 5000), st.sampled_from([1, 2])), max_size=200)


@given(sightings, st.integers(5, 40))
def test_I11_no_tag_is_lost_while_there_is_room_for_all(seen: list[tuple[str, int, int]], limit: int) -> None:
    backlog = Backlog(limit)
    for epc, ms, antenna in seen:
        backlog.put([read(epc, ms, antenna)])
        assert len(backlog) <= limit
    left = backlog.take(1000)
    assert {r.epc for r in left} == {epc for epc, _, _ in seen}
    assert sum(r.count for r in left) + backlog.dropped >= len(left)


def test_I11_every_drop_is_counted() -> None:
    backlog = Backlog(10)
    lost = backlog.put([read(f"{n}", n) for n in range(25)])
    assert lost == backlog.dropped == 25 - len(backlog)

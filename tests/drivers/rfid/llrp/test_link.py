"""The LLRP link against the simulated reader over real sockets: I04-I11, I15."""

import asyncio
from datetime import timedelta

import pytest

from drivers.rfid.llrp.link import LlrpLink, Settings
from drivers.rfid.port import Trouble
from tests.drivers.rfid.wires import Pair, now, until

PALLET = [f"31{n:022X}" for n in range(12)]
OTHER = [f"32{n:022X}" for n in range(5)]


async def test_I15_reads_come_and_survive_a_reader_restart_mid_read() -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.field.enter(PALLET, 60, (1, 2))
        await until(lambda: pair.epcs() == set(PALLET))
        await pair.reader.restart()
        pair.reads.clear()
        await until(lambda: pair.epcs() == set(PALLET))
        assert link.link.losses == 1
        read = pair.reads[0]
        assert read.bits == 96
        assert read.antenna in (1, 2)
        assert read.rssi_dbm is not None
        assert read.rssi_dbm < 0
        assert abs(read.last_seen - read.received_at) < timedelta(seconds=1)


async def test_I06_stale_operations_of_a_crashed_client_are_replaced() -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        await pair.disconnect()
        await until(lambda: not pair.reader.connected)
        before = list(pair.reader.operations.values())
        link = pair.connect()
        await until(lambda: link.link.up)
        assert len(pair.reader.operations) == 1
        assert pair.reader.operations[1] is not before[0]


async def test_I06_an_occupied_reader_is_reported_and_taken_when_free() -> None:
    async with Pair() as pair:
        first = pair.connect()
        await until(lambda: first.link.up)
        second = pair.connect()
        await until(lambda: any(a.trouble is Trouble.OCCUPIED for a in pair.alarms))
        assert not second.link.up
        assert "another client" in str(second.link.error) or second.link.error == "not connected yet"
        pair._tasks[0].cancel()
        await until(lambda: second.link.up)
        assert first.link.losses == 0


async def test_I07_reads_kept_while_we_were_away_arrive_with_their_own_time() -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        await pair.disconnect()
        await until(lambda: not pair.reader.connected)
        left = now()
        pair.field.enter(PALLET, 0.25)
        await until(lambda: pair.reader.buffered >= len(PALLET))
        pair.field.leave(PALLET)
        seen_until = now()
        link = pair.connect()
        await until(lambda: pair.epcs() == set(PALLET))
        slack = timedelta(milliseconds=20)
        assert all(left - slack <= read.first_seen <= seen_until + slack for read in pair.reads)
        assert all(read.received_at > read.last_seen for read in pair.reads)
        assert pair.reader.buffered == 0


async def test_I05_keepalives_are_answered_while_the_consumer_takes_nothing() -> None:
    async with Pair(Settings(keepalive_ms=30)) as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        link.hold()
        pair.field.enter(PALLET, 60)
        await until(lambda: link.stats.keepalives > 10)
        assert pair.reader.unanswered_keepalives <= 1
        assert link.waiting
        assert not pair.reads
        link.release()
        await until(lambda: pair.epcs() == set(PALLET))
        assert link.link.losses == 0


async def test_I05_a_consumer_that_fails_does_not_stop_the_link() -> None:
    async with Pair() as pair:
        link = pair.connect()

        def fail(_reads: object) -> None:
            raise KeyError("consumer")

        link._on_reads = fail
        await until(lambda: link.link.up)
        pair.field.enter(PALLET[:1], 60)
        await until(lambda: any(a.trouble is Trouble.CONSUMER for a in pair.alarms))
        link._on_reads = pair.reads.extend
        await until(lambda: pair.reads)
        assert link.link.losses == 0


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\xff" * 50,
        bytes.fromhex("043D0000001200000001 00F0FFFF00000000".replace(" ", "")),  # a report whose parameter overruns
        bytes.fromhex("043D0000000E00000002AAAAAAAA"),
    ],
)
async def test_I04_a_bad_message_is_counted_and_reading_goes_on(rubbish: bytes) -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.reader.rubbish(rubbish)
        await until(lambda: link.stats.bad_messages or link.stats.rubbish_bytes)
        pair.field.enter(PALLET, 60)
        await until(lambda: pair.epcs() == set(PALLET))
        assert link.link.losses == 0
        assert rubbish.startswith(link.stats.last_bad[0][:4])
        assert any(a.trouble is Trouble.BAD_MESSAGE for a in pair.alarms)


async def test_I04_a_lying_length_does_not_swallow_the_reader_for_long() -> None:
    async with Pair(Settings(keepalive_ms=20, answer_s=0.5)) as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.reader.rubbish(bytes.fromhex("043D000FFFFF00000001"))
        await until(lambda: link.link.losses == 1 and link.link.up)
        pair.field.enter(PALLET, 60)
        await until(lambda: pair.epcs() == set(PALLET))


@pytest.mark.parametrize("utc", [True, False])
async def test_I09_skewed_or_uptime_clocks_are_mapped_to_ours(utc: bool) -> None:
    async with Pair(utc=utc) as pair:
        pair.reader.skew = timedelta(hours=9)
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.field.enter(PALLET, 60)
        before = now()
        await until(lambda: pair.reads)
        read = pair.reads[0]
        assert before - timedelta(milliseconds=100) <= read.first_seen <= now()
        assert read.reader_first_us is not None
        assert (read.reader_first_us > 10**15) is utc


async def test_I09_a_clock_set_while_connected_moves_no_read() -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.field.enter(PALLET, 60)
        await until(lambda: pair.reads)
        for jump in (timedelta(hours=1), -timedelta(hours=2)):
            pair.alarms.clear()
            pair.reader.skew += jump
            await until(lambda: any(a.trouble is Trouble.CLOCK_JUMPED for a in pair.alarms))
            pair.reads.clear()
            await until(lambda: pair.reads)
            assert all(abs(r.last_seen - r.received_at) < timedelta(seconds=1) for r in pair.reads)


async def test_I11_a_report_storm_is_merged_before_anything_is_dropped() -> None:
    async with Pair(Settings(keepalive_ms=200, backlog=50)) as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        link.hold()
        pair.reader.storm(PALLET, 100)
        await until(lambda: link.stats.reads == 100 * len(PALLET))
        assert link.merged > 1000
        assert link.dropped == 0
        link.release()
        await until(lambda: pair.epcs() == set(PALLET))
        assert sum(read.count for read in pair.reads) == 100 * len(PALLET)


async def test_I11_a_link_that_is_behind_hands_reads_on_as_fast_as_it_hears_them() -> None:
    async with Pair(Settings(backlog=500)) as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.reader.storm(PALLET, 150)
        await until(lambda: sum(read.count for read in pair.reads) == 150 * len(PALLET))
        assert (link.merged, link.dropped) == (0, 0)


async def test_I11_drops_are_counted_and_told() -> None:
    async with Pair(Settings(keepalive_ms=200, backlog=8)) as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        link.hold()
        pair.reader.storm(PALLET, 1)
        await until(lambda: link.stats.reads == len(PALLET))
        assert link.dropped >= len(PALLET) - 8
        assert any(a.trouble is Trouble.DROPPED for a in pair.alarms)


async def test_a_silent_reader_is_told_and_dialled_again() -> None:
    async with Pair(Settings(keepalive_ms=20, answer_s=0.1)) as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.reader.faults.silent = True
        await until(lambda: any(a.trouble is Trouble.SILENT for a in pair.alarms))
        await until(lambda: not link.link.up)
        pair.reader.faults.silent = False
        await until(lambda: link.link.up)


async def test_the_radio_follows_what_is_wanted_also_after_a_reconnect() -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        link.set_radio(on=False)
        await until(lambda: not pair.reader.operations[1].enabled)
        await pair.reader.restart()
        await until(lambda: link.link.losses == 1 and link.link.up)
        assert not pair.reader.operations[1].enabled
        link.set_radio(on=True)
        pair.field.enter(PALLET, 60)
        await until(lambda: pair.epcs() == set(PALLET))


async def test_I18_capabilities_are_read_not_assumed() -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        can = link.capabilities
        assert can is not None
        assert can.antennas == 2
        assert can.hop_tables == ()
        assert can.channels_khz[0] == 916_800
        assert can.powers[0] == (1, 1000)


async def test_periods_report_lonely_tags_with_a_large_n() -> None:
    async with Pair(Settings(keepalive_ms=200, report_every=100, period_ms=150)) as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        pair.field.enter(OTHER, 60)
        await until(lambda: pair.epcs() == set(OTHER))


async def test_stop_always_works() -> None:
    async with Pair() as pair:
        link = pair.connect()
        await until(lambda: link.link.up)
        await pair.disconnect()
        await until(lambda: not pair.reader.connected)
        link = pair.connect()
        await asyncio.sleep(0)
        await pair.disconnect()
        assert isinstance(link, LlrpLink)

"""What every kind of reader link holds to, against a simulated reader of the real protocol (I04-I15, I19-I21)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from drivers.rfid.port import Trouble
from edge.model.causes import cause_of
from edge.model.reasons import say
from tests.drivers.rfid.conformance.players import IMPATIENT_S, KINDS, Player
from tests.drivers.rfid.wires import now, until
from tests.support.patience import PATIENCE

PALLET = [f"31{n:022X}" for n in range(12)]
OTHER = [f"32{n:022X}" for n in range(5)]
SLACK = timedelta(milliseconds=50)


def named(kind: type[Player]) -> str:
    return kind.__name__.lower()


TIMED = pytest.mark.parametrize("player", [kind for kind in KINDS if kind.own_time], ids=named, indirect=True)
"""Those that tell a time of their own."""
GUARDED = pytest.mark.parametrize("player", [kind for kind in KINDS if kind.secret], ids=named, indirect=True)
"""Those that ask for a password."""


@pytest_asyncio.fixture(params=KINDS, ids=named)
async def player(request: Any, tmp_path: Path) -> AsyncIterator[Player]:
    async with request.param(tmp_path) as one:
        yield one


async def test_I10_reads_come_in_order_with_their_times_antennas_and_strength(player: Player) -> None:
    link = player.connect()
    await until(lambda: link.link.up)
    begun = now()
    player.field.enter(PALLET, 60, (1, 2))
    await until(lambda: {(read.epc, read.antenna) for read in player.reads} == {(e, a) for e in PALLET for a in (1, 2)})
    player.field.leave(PALLET)
    between = now()
    player.field.enter(OTHER, 60, (2,))
    await until(lambda: player.epcs() == {*PALLET, *OTHER})
    assert all(begun - SLACK <= read.first_seen <= read.last_seen <= read.received_at + SLACK for read in player.reads)
    late = [read for read in player.reads if read.epc in OTHER]
    scan = timedelta(0) if player.own_time else timedelta(seconds=1)
    assert all(read.last_seen >= between - SLACK for read in late)
    assert all(read.first_seen >= between - SLACK - scan for read in late)
    assert all(read.bits == 96 and read.count >= 1 for read in player.reads)
    assert all((read.reader_first_us is not None) is player.own_time for read in player.reads)
    assert all((read.rssi_dbm is not None) is player.strength for read in player.reads)
    assert all(-90 < read.rssi_dbm < 0 for read in player.reads if read.rssi_dbm is not None)
    arrived = [read.received_at for read in player.reads]
    assert arrived == sorted(arrived)
    assert player.told() == set()


async def test_I15_a_reader_that_loses_power_is_lost_once_and_read_again(player: Player) -> None:
    link = player.connect(answer_s=IMPATIENT_S)
    await until(lambda: link.link.up)
    player.field.enter(PALLET, 60)
    await until(lambda: player.epcs() == set(PALLET))
    await player.device.restart(after_s=1.0)
    player.reads.clear()
    await until(lambda: player.epcs() == set(PALLET))
    assert [told.up for told in player.links] == [True, False, True]
    assert player.links[1].error
    assert link.link.losses == 1


async def test_I07_I20_what_passed_while_the_network_was_away_comes_with_its_own_time_or_is_told(
    player: Player,
) -> None:
    link = player.connect(answer_s=IMPATIENT_S)
    await until(lambda: link.link.up)
    player.field.enter(OTHER, 60)
    await until(lambda: player.epcs() == set(OTHER))
    player.field.leave(OTHER)
    left = now()
    player.reads.clear()

    def pass_by() -> None:
        player.field.enter(PALLET, 0.25)

    await player.away(pass_by, lambda: not player.field.next_look(0))
    seen_until = now()
    if player.keeps:
        await until(lambda: player.epcs() >= set(PALLET))
        kept = [read for read in player.reads if read.epc in PALLET]
        assert all(left - SLACK <= read.first_seen <= seen_until + SLACK for read in kept)
        assert all(read.received_at > read.last_seen for read in kept)
        assert str(Trouble.MISSED) not in player.told()
    else:
        await until(lambda: str(Trouble.MISSED) in player.told())
        assert not player.reads


@TIMED
async def test_I09_a_wrong_clock_moves_no_read(player: Player) -> None:
    player.skew(timedelta(hours=9))
    link = player.connect()
    await until(lambda: link.link.up)
    begun = now()
    player.field.enter(PALLET, 60)
    await until(lambda: player.epcs() == set(PALLET))
    assert all(begun - timedelta(seconds=1) <= read.first_seen <= now() + SLACK for read in player.reads)
    player.skew(timedelta(0))
    await until(lambda: str(Trouble.CLOCK_JUMPED) in player.told())
    player.reads.clear()
    await until(lambda: len(player.reads) > 20)
    assert all(abs(read.last_seen - read.received_at) < timedelta(seconds=1) for read in player.reads[10:])


async def test_I11_a_storm_loses_no_read(player: Player) -> None:
    link = player.connect()
    await until(lambda: link.link.up)
    player.device.storm(PALLET, 100)
    await until(lambda: sum(read.count for read in player.reads) == 100 * len(PALLET))
    assert link.dropped == 0
    assert link.stats.reads == 100 * len(PALLET)
    assert player.told() == set()


async def test_I11_what_finds_no_room_is_merged_then_dropped_counted_and_told(player: Player) -> None:
    link = player.connect(backlog=8)
    await until(lambda: link.link.up)
    link.hold()
    player.device.storm(PALLET[:8], 20)
    await until(lambda: link.stats.reads == 160)
    assert (link.merged > 100, link.dropped) == (True, 0)
    player.device.storm(PALLET, 1)
    await until(lambda: link.stats.reads == 160 + len(PALLET))
    assert link.dropped
    assert str(Trouble.DROPPED) in player.told()
    assert link.merged + link.dropped + link.waiting == link.stats.reads


async def test_I05_a_slow_consumer_does_not_cost_the_link(player: Player) -> None:
    link = player.connect()
    await until(lambda: link.link.up)
    link.hold()
    alive = link.stats.keepalives
    player.field.enter(PALLET, 60)
    await until(lambda: link.waiting >= 2 * len(PALLET))
    if player.own_time:  # the others prove their life by the answers themselves
        await until(lambda: link.stats.keepalives > alive + 2)
    assert not player.reads
    link.release()
    await until(lambda: player.epcs() == set(PALLET))
    assert link.link.losses == 0


async def test_I05_a_consumer_that_fails_is_told_and_the_next_reads_come(player: Player) -> None:
    link = player.connect()

    def fail(_reads: object) -> None:
        raise KeyError("consumer")

    link._on_reads = fail
    await until(lambda: link.link.up)
    player.field.enter(PALLET, 60)
    await until(lambda: str(Trouble.CONSUMER) in player.told())
    link._on_reads = player.reads.extend
    await until(lambda: player.epcs() == set(PALLET))
    assert link.link.losses == 0


async def test_I04_garbage_is_counted_kept_and_skipped(player: Player) -> None:
    link = player.connect()
    await until(lambda: link.link.up)
    player.field.enter(PALLET, 60)
    for number, garbage in enumerate(player.garbage):
        counted = link.stats.bad_messages + link.stats.rubbish_bytes
        player.reads.clear()
        await player.rubbish(garbage)
        await until(lambda c=counted: link.stats.bad_messages + link.stats.rubbish_bytes > c)  # type: ignore[misc]
        await until(lambda: player.epcs() == set(PALLET))
        assert link.stats.last_bad, number
    assert str(Trouble.BAD_MESSAGE) in player.told()
    assert link.link.losses == 0


async def test_a_reader_that_falls_silent_is_told_and_tried_again(player: Player) -> None:
    link = player.connect(answer_s=IMPATIENT_S)
    await until(lambda: link.link.up)
    player.silence(on=True)
    await until(lambda: not link.link.up)
    assert cause_of(str(link.link.error)) in ("link.silent", "link.closed")
    player.silence(on=False)
    await until(lambda: link.link.up)
    assert [told.up for told in player.links] == [True, False, True]


async def test_the_radio_follows_what_is_wanted_also_after_a_reconnect(player: Player) -> None:
    link = player.connect(answer_s=IMPATIENT_S)
    await until(lambda: link.link.up and player.reading)
    link.set_radio(on=False)
    await until(lambda: not player.reading)
    await player.device.restart(after_s=2.0)
    await until(lambda: link.link.losses == 1 and link.link.up)
    player.field.enter(PALLET, 60)
    assert not player.reading
    link.set_radio(on=True)
    await until(lambda: player.epcs() == set(PALLET))


@GUARDED
async def test_a_wrong_password_is_told_with_its_remedy_in_both_languages(player: Player) -> None:
    link = player.connect(password="wrong")
    await until(lambda: player.links)
    assert str(Trouble.UNAUTHORIZED) in player.told()
    assert not link.link.up
    assert cause_of(str(link.link.error)) == "link.unauthorized"
    assert "パスワードを確認してください" in str(say("link.unauthorized", "ja"))
    assert "Check `user` in the site file and the password" in str(say("link.unauthorized", "en"))


async def test_stop_works_at_any_moment(player: Player) -> None:
    for turns in range(0, 40, 3):
        player.connect()
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            await player.disconnect()
    link = player.connect()
    await until(lambda: link.link.up)

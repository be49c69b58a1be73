"""What is Zebra's own: numbered events that come again or not at all, a radio that stops, a refused mode."""

from pathlib import Path

from drivers.rfid.port import Trouble
from drivers.rfid.reader import ReaderLink, Surroundings
from drivers.rfid.zebra.link import Settings, ZebraLink
from edge.model.causes import cause_of
from tests.drivers.rfid.conformance.players import Zebra
from tests.drivers.rfid.wires import until

PALLET = [f"31{n:022X}" for n in range(4)]


async def test_I20_repeated_events_count_once_and_missing_ones_are_told(tmp_path: Path) -> None:
    async with Zebra(tmp_path) as player:
        link = player.connect()
        await until(lambda: link.link.up)
        player.device.storm(PALLET, 1)
        await until(lambda: link.stats.reads == 4)
        twice = {"data": {"eventNum": 5, "idHex": "e2"}, "timestamp": "2026-09-07T12:50:55.513+0000", "type": "CUSTOM"}
        await player.device.repeat(twice)
        await player.device.repeat(twice)
        await until(lambda: link.stats.repeated == 1)
        assert link.stats.reads == 5
        player.device.skip(11)  # number 5 was sent by hand above
        player.device.storm(PALLET, 1)
        await until(lambda: link.stats.reads == 9)
        assert link.stats.missed == 10
        assert [alarm.detail for alarm in player.alarms if alarm.trouble is Trouble.MISSED] == [
            "10 events before number 16"
        ]


async def test_a_reader_that_rebooted_between_two_looks_reads_again(tmp_path: Path) -> None:
    async with Zebra(tmp_path) as player:
        link = player.connect()
        await until(lambda: link.link.up)
        await player.device.restart()
        assert not player.reading
        await until(lambda: player.reading)
        player.field.enter(PALLET, 60)
        await until(lambda: player.epcs() == set(PALLET))


class ThirdAntenna(Zebra):
    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:
        settings = Settings(antennas=(3,), backlog=backlog, answer_s=answer_s)
        return ZebraLink("reader-1", "readers/reader-1", connect=self._way(password), settings=settings, **around)


async def test_a_refused_mode_is_told_as_refused(tmp_path: Path) -> None:
    async with ThirdAntenna(tmp_path) as player:
        link = player.connect()
        await until(lambda: player.links)
        assert str(Trouble.REFUSED) in player.told()
        assert cause_of(str(link.link.error)) == "link.refuses"

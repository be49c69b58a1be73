"""What is Chafon's own: an antenna that is not there, a reader in another mode, a line behind a TCP converter."""

from pathlib import Path

from drivers.rfid.chafon.link import ChafonLink, Settings
from drivers.rfid.port import Trouble
from drivers.rfid.reader import ReaderLink, Surroundings
from drivers.streams import dial, listen
from simulators.reader.chafon import ChafonReader
from tests.drivers.rfid.conformance.players import ANYWHERE, Chafon
from tests.drivers.rfid.wires import until

PALLET = [f"31{n:022X}" for n in range(40)]
UNASKED = bytes.fromhex("1100ee002000708c2b380b2d00000000e056")
"""A report of a reader in real-time mode, captured (tests of the package uhfreader18)."""


class ThirdAntenna(Chafon):
    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:  # noqa: ARG002
        settings = Settings(antennas=(3,), backlog=backlog, answer_s=answer_s)
        return ChafonLink("reader-1", self.device.address, dial=dial, settings=settings, **around)


async def test_an_antenna_that_is_not_there_is_told_as_refused(tmp_path: Path) -> None:
    async with ThirdAntenna(tmp_path) as player:
        link = player.connect()
        await until(lambda: str(Trouble.REFUSED) in player.told())
        assert "inventory on antenna 3: status 0xFF" in player.alarms[0].detail
        assert link.link.losses == 0


async def test_a_reader_in_real_time_mode_is_told(tmp_path: Path) -> None:
    async with Chafon(tmp_path) as player:
        link = player.connect()
        await until(lambda: link.link.up)
        await player.rubbish(UNASKED)
        await until(lambda: any("answer mode" in alarm.detail for alarm in player.alarms))
        assert link.stats.bad_messages == 1


class OverTcp(Chafon):
    async def begin(self) -> None:
        self._reader = ChafonReader(f"tcp://{ANYWHERE}", field=self.field, listen=listen)
        await self._reader.start()


async def test_a_line_behind_a_converter_is_the_same(tmp_path: Path) -> None:
    async with OverTcp(tmp_path) as player:
        link = player.connect()
        await until(lambda: link.link.up)
        player.field.enter(PALLET, 60, (1, 2))
        await until(
            lambda: {(read.epc, read.antenna) for read in player.reads} == {(e, a) for e in PALLET for a in (1, 2)}
        )

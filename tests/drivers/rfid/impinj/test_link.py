"""What is Impinj's own: an inventory that ends by itself, a preset that is not there, HTTPS with its own authority."""

from pathlib import Path

import pytest

from drivers.rfid.impinj.link import ImpinjLink, Settings
from drivers.rfid.port import Trouble
from drivers.rfid.reader import ReaderLink, Surroundings
from edge.model.causes import cause_of
from tests.drivers.rfid.conformance.players import Impinj
from tests.drivers.rfid.wires import until

PALLET = [f"31{n:022X}" for n in range(4)]


async def test_I06_an_inventory_that_somebody_else_runs_is_replaced(tmp_path: Path) -> None:
    async with Impinj(tmp_path) as player:
        player.device.inventory = {"antennaConfigs": []}
        link = player.connect()
        await until(lambda: link.link.up)
        assert [config["inventorySession"] for config in player.device.inventory["antennaConfigs"]] == [0, 0]


async def test_an_inventory_that_ends_by_itself_is_told_and_started_again(tmp_path: Path) -> None:
    async with Impinj(tmp_path) as player:
        link = player.connect()
        await until(lambda: link.link.up)
        player.device.terminate()
        await until(lambda: player.reading)
        assert str(Trouble.EXCEPTION) in player.told()
        player.field.enter(PALLET, 60)
        await until(lambda: player.epcs() == set(PALLET))
        assert link.link.losses == 0


class WithPreset(Impinj):
    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:
        settings = Settings(password=password, preset="dock", backlog=backlog, answer_s=answer_s)
        return ImpinjLink("reader-1", self.device.address, settings=settings, **around)


async def test_a_preset_that_is_not_there_is_told_as_refused(tmp_path: Path) -> None:
    async with WithPreset(tmp_path) as player:
        link = player.connect()
        await until(lambda: player.links)
        assert str(Trouble.REFUSED) in player.told()
        assert "presets/dock: 404" in str(link.link.error)
        assert cause_of(str(link.link.error)) == "link.refuses"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://127.0.0.1:1"])
async def test_a_closed_port_is_told_as_with_every_other_device(tmp_path: Path, address: str) -> None:
    async with Impinj(tmp_path) as player:
        player.device.address = address
        link = player.connect()
        await until(lambda: player.links)
        assert cause_of(str(link.link.error)) == "link.refused"

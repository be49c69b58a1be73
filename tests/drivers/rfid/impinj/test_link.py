"""What is Impinj's own: an inventory that ends by itself, a preset that is not there, HTTPS with its own authority."""

import asyncio
import ssl
from pathlib import Path

import pytest

from drivers.ports import Handler, Server
from drivers.rfid.impinj.link import ImpinjLink, Settings
from drivers.rfid.port import Trouble
from drivers.rfid.reader import ReaderLink, Surroundings
from edge.model.causes import cause_of
from edge.model.reasons import say
from simulators.reader.impinj import ImpinjReader
from tests.drivers.rfid.conformance.players import Impinj
from tests.drivers.rfid.wires import now, until
from tests.support.broker import certify

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


class OverTls(Impinj):
    """A reader with a certificate that vouches for itself, and a link that trusts it or nobody."""

    trusted = True

    async def begin(self) -> None:
        certificate = await certify(self.folder)
        shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        shown.load_cert_chain(certificate, self.folder / "broker.key")
        self.trust = ssl.create_default_context(cafile=str(certificate) if self.trusted else None)

        async def listen(_address: str, handler: Handler) -> Server:
            return Listening(await asyncio.start_server(handler, "127.0.0.1", 0, ssl=shown))

        self._reader = ImpinjReader("http://127.0.0.1:0", field=self.field, listen=listen, now=now, password="right")
        await self._reader.start()

    def link(self, around: Surroundings, backlog: int, password: str, answer_s: float) -> ReaderLink:
        settings = Settings(password=password, session=0, backlog=backlog, answer_s=answer_s)
        address = self.device.address.replace("http:", "https:")
        return ImpinjLink("reader-1", address, settings=settings, tls=self.trust, **around)


class Listening:
    """A server of asyncio as a driver's port has it."""

    def __init__(self, server: asyncio.Server) -> None:
        self._server = server
        self.address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        self._server.close()


async def test_an_https_reader_is_read_when_its_authority_is_trusted(tmp_path: Path) -> None:
    async with OverTls(tmp_path) as player:
        link = player.connect()
        await until(lambda: link.link.up)
        player.field.enter(PALLET, 60)
        await until(lambda: player.epcs() == set(PALLET))


class Untrusted(OverTls):
    trusted = False


async def test_a_certificate_that_nobody_vouches_for_is_told_with_its_remedy(tmp_path: Path) -> None:
    async with Untrusted(tmp_path) as player:
        link = player.connect()
        await until(lambda: player.links)
        assert cause_of(str(link.link.error)) == "link.certificate"
        assert "ca_file" in str(say("link.certificate", "ja"))


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://127.0.0.1:1"])
async def test_a_closed_port_is_told_as_with_every_other_device(tmp_path: Path, address: str) -> None:
    async with Impinj(tmp_path) as player:
        player.device.address = address
        link = player.connect()
        await until(lambda: player.links)
        assert cause_of(str(link.link.error)) == "link.refused"

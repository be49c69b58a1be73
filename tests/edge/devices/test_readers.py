"""The site file's `protocol` chooses the link of a reader, with its antennas, session, password and authority."""

import random
import ssl
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.mqtt.aio import connector
from drivers.rfid.chafon.link import ChafonLink
from drivers.rfid.impinj.link import ImpinjLink
from drivers.rfid.llrp.link import LlrpLink
from drivers.rfid.reader import ReaderLink, Surroundings
from drivers.rfid.zebra.link import ZebraLink
from drivers.streams import dial
from edge.devices.readers import Ways
from edge.site import Device

Spoken = LlrpLink | ImpinjLink | ZebraLink | ChafonLink


class Asked:
    """What of passwords and authorities was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.files: list[str] = []

    def link(self, **described: Any) -> ReaderLink:
        ways = Ways(dial, lambda: connector("127.0.0.1"), self.secret, self.trust)
        around = Surroundings(now=lambda: datetime.now(UTC), dice=random.Random(1), on_reads=lambda _reads: None)
        return ways.link(Device(id="reader-1", kind="rfid", antennas=[2], session=0, **described), around)

    def secret(self, name: str) -> str:
        self.names.append(name)
        return "right"

    def trust(self, file: str) -> ssl.SSLContext:
        self.files.append(file)
        return ssl.create_default_context()


@pytest.mark.parametrize(
    ("protocol", "address", "kind"),
    [
        ("llrp", "tcp://127.0.0.1:5084", LlrpLink),
        ("impinj", "http://127.0.0.1", ImpinjLink),
        ("zebra", "mqtt:readers/reader-1", ZebraLink),
        ("chafon", "serial:/dev/ttyS9?baud=57600", ChafonLink),
    ],
)
async def test_the_protocol_chooses_the_link(protocol: str, address: str, kind: type[Spoken]) -> None:
    asked = Asked()
    link = asked.link(protocol=protocol, address=address)
    assert type(link) is kind
    assert (link._settings.antennas, link._settings.session) == ((2,), 0)
    assert asked.names == (["reader_password"] if protocol == "impinj" else [])
    assert asked.files == []


async def test_llrp_is_what_a_reader_speaks_by_itself() -> None:
    assert type(Asked().link(address="tcp://127.0.0.1:5084")) is LlrpLink


async def test_an_https_reader_is_trusted_by_the_authority_that_the_site_file_names() -> None:
    asked = Asked()
    asked.link(
        protocol="impinj", address="https://10.0.0.1", user="genba", secret="dock_reader", ca_file="/etc/genba/ca.pem"
    )
    assert (asked.names, asked.files) == (["dock_reader"], ["/etc/genba/ca.pem"])

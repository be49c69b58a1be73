"""`genba watch` with readers of other protocols than LLRP, against their simulators."""

import contextlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from drivers.mqtt.aio import connector
from drivers.streams import listen
from edge.cli import app
from edge.commands.failed import Failed
from edge.site import Device
from simulators.reader import Field
from simulators.reader.chafon import ChafonReader
from simulators.reader.impinj import ImpinjReader
from simulators.reader.zebra import ZebraReader
from tests.drivers.rfid.wires import until
from tests.edge.commands.test_watch import DEMO, device, watching
from tests.support.broker import Mosquitto

TAG = "31552BD36400000003000000"
LLRP_LINE = 'kind: rfid, address: "tcp://127.0.0.1:5084"'


def field() -> Field:
    """Return a field with one tag that stays."""
    tags = Field(random.Random(1), chance=1.0)
    tags.enter([TAG], 60, (1,), rssi_dbm=-40)
    return tags


@contextlib.asynccontextmanager
async def an_impinj() -> AsyncIterator[Device]:
    reader = ImpinjReader(
        "http://127.0.0.1:0", field=field(), listen=listen, now=lambda: datetime.now(UTC), password="right"
    )
    await reader.start()
    yield device(reader.address, "rfid", protocol="impinj", session=0)
    await reader.stop()


async def test_an_impinj_reader_is_watched() -> None:
    async with an_impinj() as one, watching(one) as watched:
        await watched.says("Connected.")
        line = await watched.says(TAG)
    assert "antenna 1 -" in line


@pytest.mark.parametrize(
    ("language", "told"),
    [("ja", "ユーザー名かパスワードが違うため、接続を断られました。"), ("en", "the user or the password is wrong.")],
)
async def test_a_wrong_user_is_told_once_with_what_to_do(language: str, told: str) -> None:
    async with an_impinj() as one, watching(one.model_copy(update={"user": "guest"}), language) as watched:
        line = await watched.says(told)
    assert "secret" in line
    assert sum(told in line for line in watched.lines.items) == 1


async def test_a_serial_reader_is_watched(tmp_path: Path) -> None:
    reader = ChafonReader(f"pty:{tmp_path / 'reader'}", field=field(), listen=listen)
    await reader.start()
    async with watching(device(f"{reader.address}?baud=57600", "rfid", protocol="chafon", session=0)) as watched:
        line = await watched.says(TAG)
    await reader.stop()
    assert ": antenna 1 ×" in line


async def test_a_zebra_reader_is_watched(mosquitto: Mosquitto) -> None:
    broker = connector("127.0.0.1", mosquitto.port)
    reader = ZebraReader("readers/rfid-1", field=field(), connect=broker, now=lambda: datetime.now(UTC))
    await reader.start()
    await until(lambda: reader.connected)
    async with watching(device("mqtt:readers/rfid-1", "rfid", protocol="zebra", session=0), mqtt=broker) as watched:
        line = await watched.says(TAG)
    await reader.stop()
    assert "antenna 1 -" in line


def written(tmp_path: Path, line: str) -> str:
    text = DEMO.read_text(encoding="utf-8")
    assert LLRP_LINE in text
    file = tmp_path / "site.yaml"
    file.write_text(text.replace(LLRP_LINE, line), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ('kind: rfid, protocol: impinj, address: "http://127.0.0.1:1"', "reader_password"),
        ('kind: rfid, protocol: zebra, address: "mqtt:readers/reader-1"', "broker_password"),
    ],
)
def test_a_password_that_is_not_set_is_told_with_how_to_set_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, secret: str
) -> None:
    monkeypatch.delenv(f"GENBA_SECRET_{secret.upper()}", raising=False)
    command = ["watch", written(tmp_path, line), "reader-1", "--seconds", "1", "--lang", "en"]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, Failed)
    assert secret in str(result.exception)


def test_a_password_of_the_secrets_file_is_used(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text("reader_password: right\n")
    secrets.chmod(0o600)
    site = written(tmp_path, 'kind: rfid, protocol: impinj, address: "http://127.0.0.1:1"')
    result = CliRunner().invoke(
        app, ["watch", site, "reader-1", "--seconds", "0.5", "--lang", "en", "--secrets", str(secrets)]
    )
    assert result.exception is None
    assert "this port is closed" in result.output

"""`genba run` as a process: comes up without broker and WMS, tells systemd, is killed, comes back, stops in order."""

import asyncio
import json
import ssl
from pathlib import Path

import pytest

from edge.commands.failed import Failed
from edge.commands.run import open_door, trusting
from tests.edge.commands.conftest import Box, end
from tests.support.broker import certify, free_port


async def test_P56_start_is_recovery_and_sigterm_is_an_orderly_end(box: Box) -> None:
    first = await box.start()
    await box.told("READY=1")
    await box.told("WATCHDOG=1")
    assert await box.health() == 200
    first.kill()
    await first.communicate()
    second = await box.start()
    await box.told("READY=1")
    assert await box.health() == 200
    log = await end(second)
    assert second.returncode == 0, log
    await box.told("STOPPING=1")
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events[0] == "edge.up"
    assert events[-1] == "edge.down"


async def test_a_second_edge_on_the_same_database_is_refused_in_one_line(box: Box) -> None:
    first = await box.start()
    await box.told("READY=1")
    other = Box(box.folder, free_port(), box.systemd)
    second = await other.start()
    async with asyncio.timeout(60):
        _, log = await second.communicate()
    assert second.returncode == 1
    assert "genba.db" in log.decode()
    assert "Traceback" not in log.decode()
    await end(first)


async def test_a_missing_secret_is_named(box: Box) -> None:
    (box.folder / "secrets.yaml").write_text("wms_token: t\n", encoding="utf-8")
    edge = await box.start()
    _, log = await edge.communicate()
    assert edge.returncode == 1
    assert "GENBA_SECRET_BROKER_PASSWORD" in log.decode()
    assert "Traceback" not in log.decode()


def test_a_door_that_is_taken_or_no_address_is_told() -> None:
    with open_door("127.0.0.1:0") as door, pytest.raises(Failed, match="cannot listen"):
        open_door(f"127.0.0.1:{door.getsockname()[1]}")
    for nonsense in ("8070", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999999"):
        with pytest.raises(Failed, match="--listen"):
            open_door(nonsense)


async def test_a_certificate_of_the_sites_own_is_trusted_alone(tmp_path: Path) -> None:
    certificate = await certify(tmp_path)
    assert len(trusting(str(certificate)).get_ca_certs()) == 1
    assert trusting("").verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("content", [None, "", "no certificate\n"])
def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Failed, match=f"ca_file {file}"):
        trusting(str(file))

"""The broker as a site runs it, with exactly the files of deploy/mosquitto (P14, P15)."""

import asyncio
import getpass
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from drivers.mqtt.aio import connector
from drivers.mqtt.port import MqttLost, Session
from tests.deploy.files import DEPLOY
from tests.support.broker import free_port
from tests.support.need import require

SOURCE = DEPLOY / "mosquitto"
PASSWORDS = {"edge": "edge-secret", "R1": "r1-secret", "R2": "r2-secret", "reader-1": "reader-secret"}
WITHIN = 10.0


def settings() -> dict[str, str]:
    """Return the settings of mosquitto.conf."""
    lines = (SOURCE / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


@pytest_asyncio.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """Run a broker with the deployed configuration; only paths, port and account differ."""
    program, passwd, port = require("mosquitto"), require("mosquitto_passwd"), free_port()
    text = (SOURCE / "mosquitto.conf").read_text(encoding="utf-8")
    for place, own in (("/etc/mosquitto", tmp_path), ("/var/lib/mosquitto/", f"{tmp_path}/")):
        assert place in text
        text = text.replace(place, str(own))
    (tmp_path / "mosquitto.conf").write_text(text.replace("user mosquitto", f"user {getpass.getuser()}"))
    (tmp_path / "acl").write_text((SOURCE / "acl").read_text(encoding="utf-8"))
    (tmp_path / "acl").chmod(0o600)
    (tmp_path / "listeners").mkdir()
    listener = (SOURCE / "listeners" / "edge.conf").read_text(encoding="utf-8")
    (tmp_path / "listeners" / "edge.conf").write_text(listener.replace("1883", str(port)))
    (tmp_path / "passwords").touch(mode=0o600)
    for user, password in PASSWORDS.items():
        adding = await asyncio.create_subprocess_exec(passwd, "-b", tmp_path / "passwords", user, password)
        assert await adding.wait() == 0
    process = await asyncio.create_subprocess_exec(
        program, "-c", tmp_path / "mosquitto.conf", stderr=(tmp_path / "log").open("wb")
    )
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            assert process.returncode is None, (tmp_path / "log").read_text()
            await asyncio.sleep(0.01)
    writer.close()
    yield port
    process.kill()
    await process.wait()


async def first(session: Session) -> tuple[str, bytes]:
    """Return topic and payload of the next message."""
    async with asyncio.timeout(WITHIN):
        async for message in session.messages():
            message.ack()
            return message.topic, message.payload
    raise AssertionError("the session ended")


async def test_P14_anonymous_and_wrong_passwords_are_refused(port: int) -> None:
    for user, password in ((None, None), ("edge", "guess"), ("nobody", "edge-secret")):
        with pytest.raises(MqttLost):
            async with connector("127.0.0.1", port, user, password)("stranger"):
                pass


@pytest.mark.parametrize("major", ["v2", "v3"])
async def test_P14_edge_and_robot_talk_on_the_robots_topics(port: int, major: str) -> None:
    async with (
        connector("127.0.0.1", port, "edge", PASSWORDS["edge"])("edge") as edge,
        connector("127.0.0.1", port, "R1", PASSWORDS["R1"])("R1") as robot,
    ):
        await edge.subscribe(f"uagv/{major}/+/+/state", 1)
        await robot.subscribe(f"uagv/{major}/GenbaSim/R1/order", 1)
        await robot.publish(f"uagv/{major}/GenbaSim/R1/state", b"here", 1)
        assert await first(edge) == (f"uagv/{major}/GenbaSim/R1/state", b"here")
        await edge.publish(f"uagv/{major}/GenbaSim/R1/order", b"go", 1)
        assert await first(robot) == (f"uagv/{major}/GenbaSim/R1/order", b"go")


async def test_P15_publish_on_another_robots_topic_is_never_delivered(port: int) -> None:
    async with (
        connector("127.0.0.1", port, "edge", PASSWORDS["edge"])("edge") as edge,
        connector("127.0.0.1", port, "R1", PASSWORDS["R1"])("R1") as robot,
    ):
        await edge.subscribe("uagv/#", 1)
        for topic in ("uagv/v2/GenbaSim/R2/state", "uagv/v3/GenbaSim/R2/order", "uagv/v2/GenbaSim/edge/state", "other"):
            await robot.publish(topic, b"forged", 1)
        await robot.publish("uagv/v2/GenbaSim/R1/state", b"mine", 1)
        assert await first(edge) == ("uagv/v2/GenbaSim/R1/state", b"mine"), "and the robot is still connected"


async def test_P14_robot_hears_nothing_of_others(port: int) -> None:
    async with (
        connector("127.0.0.1", port, "edge", PASSWORDS["edge"])("edge") as edge,
        connector("127.0.0.1", port, "R1", PASSWORDS["R1"])("R1") as robot,
    ):
        await robot.subscribe("uagv/v2/#", 1)
        await edge.publish("uagv/v2/GenbaSim/R2/order", b"for R2", 1)
        await edge.publish("uagv/v2/GenbaSim/R1/order", b"for R1", 1)
        assert await first(robot) == ("uagv/v2/GenbaSim/R1/order", b"for R1")


async def test_P14_a_reader_touches_its_own_topics_only(port: int) -> None:
    async with (
        connector("127.0.0.1", port, "edge", PASSWORDS["edge"])("edge") as edge,
        connector("127.0.0.1", port, "reader-1", PASSWORDS["reader-1"])("reader-1") as reader,
    ):
        await edge.subscribe("#", 1)
        await reader.subscribe("readers/+/control/command", 1)
        for topic in ("readers/reader-2/data/event", "uagv/v2/GenbaSim/R1/state"):
            await reader.publish(topic, b"forged", 1)
        await reader.publish("readers/reader-1/data/event", b"mine", 1)
        assert await first(edge) == ("readers/reader-1/data/event", b"mine")
        await edge.publish("readers/reader-2/control/command", b"not yours", 1)
        await edge.publish("readers/reader-1/control/command", b"yours", 1)
        assert await first(reader) == ("readers/reader-1/control/command", b"yours")


def test_P14_limits_are_set_as_measured() -> None:
    found = settings()
    expected = {
        "allow_anonymous": "false",
        "per_listener_settings": "false",
        "max_queued_messages": "1000000",
        "max_inflight_messages": "1000",
        "set_tcp_nodelay": "true",
        "persistence": "true",
    }
    assert {key: found.get(key) for key in expected} == expected
    assert int(found["max_queued_bytes"]) > 0
    assert "autosave_on_changes" not in found
    assert not [key for key in found if key in ("listener", "port", "bind_address")], (
        "listeners have files of their own"
    )


def test_P59_no_listener_is_open_to_all_but_the_containers_own() -> None:
    for path in sorted((SOURCE / "listeners").iterdir()):
        listeners = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("listener ")]
        assert listeners
        assert all(len(line.split()) == 3 for line in listeners), f"{path.name} does not say on which address"

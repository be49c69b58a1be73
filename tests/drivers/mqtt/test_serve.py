"""The broker without set-up, mosquitto and iotcore alike."""

import contextlib
from pathlib import Path

import pytest

from drivers.mqtt.aio import connector
from drivers.mqtt.port import MqttLost
from drivers.mqtt.serve import HOST, serve
from tests.support.need import require

PROGRAMS = ["mosquitto", "iotcore"]
USERS = {"edge": "edge-secret", "R1": "r1-secret", "R2": "r2-secret"}


def need(program: str) -> None:
    if program == "mosquitto":
        require("mosquitto")


@pytest.mark.parametrize("program", PROGRAMS)
async def test_P10_an_order_larger_than_20_kb_passes(tmp_path: Path, program: str) -> None:
    need(program)
    async with serve(tmp_path, program=program) as server, connector(HOST, server.port)("one") as session:
        assert server.program == program
        await session.subscribe("uagv/v2/+/+/order")
        large = b"x" * 200_000
        await session.publish("uagv/v2/Acme/R1/order", large, qos=1)
        assert (await anext(session.messages())).payload == large


@pytest.mark.parametrize("program", PROGRAMS)
async def test_P18_a_wrong_password_is_refused(tmp_path: Path, program: str) -> None:
    need(program)
    async with serve(tmp_path, program=program, users=USERS) as server:
        for password in ("wrong", None):
            with pytest.raises(MqttLost):
                async with connector(HOST, server.port, "edge", password)("one"):
                    pass
        async with connector(HOST, server.port, "edge", "edge-secret")("one"):
            pass


@pytest.mark.parametrize("major", ["v2", "v3"])
async def test_P14_a_device_touches_its_own_topics_only(tmp_path: Path, major: str) -> None:
    require("mosquitto")
    async with (
        serve(tmp_path, program="mosquitto", users=USERS) as server,
        connector(HOST, server.port, "edge", "edge-secret")("edge") as edge,
    ):
        await edge.subscribe(f"uagv/{major}/+/+/state", 1)
        robot = connector(HOST, server.port, "R1", "r1-secret")
        with contextlib.suppress(MqttLost):  # mosquitto 2.0.11 drops who publishes where it must not
            async with robot("forger") as session:
                await session.publish(f"uagv/{major}/Acme/R2/state", b"forged", qos=1)
        async with robot("robot") as session:
            await session.publish(f"uagv/{major}/Acme/R1/state", b"mine", qos=1)
            assert (await anext(edge.messages())).payload == b"mine"
            await session.subscribe(f"uagv/{major}/+/+/order")
            await edge.publish(f"uagv/{major}/Acme/R2/order", b"not yours", qos=1)
            await edge.publish(f"uagv/{major}/Acme/R1/order", b"yours", qos=1)
            assert (await anext(session.messages())).payload == b"yours"


@pytest.mark.parametrize("program", PROGRAMS)
async def test_P11_a_killed_broker_is_noticed_and_the_context_ends_well(tmp_path: Path, program: str) -> None:
    need(program)
    async with serve(tmp_path, program=program) as server:
        async with connector(HOST, server.port)("one") as session:
            await session.subscribe("a")
            await server.kill()
            with pytest.raises(MqttLost):
                await anext(session.messages())
        assert not server.running


async def test_a_taken_port_is_an_error_with_a_reason(tmp_path: Path) -> None:
    async with serve(tmp_path / "first") as server:
        with pytest.raises(RuntimeError, match="port taken"):
            async with serve(tmp_path / "second", port=server.port):
                pass


async def test_passwords_are_kept_private(tmp_path: Path) -> None:
    require("mosquitto")
    async with serve(tmp_path, program="mosquitto", users=USERS):
        pass
    assert "secret" not in (tmp_path / "passwords").read_text()
    assert (tmp_path / "passwords").stat().st_mode & 0o077 == 0

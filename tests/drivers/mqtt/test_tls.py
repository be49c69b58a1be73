"""The real client against a real broker over TLS: nothing stays in the cipher's buffers, strangers are refused."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from drivers.mqtt.aio import connector, publish_all
from drivers.mqtt.port import Connect, MqttLost, Outgoing
from tests.support.broker import Mosquitto, certify

HOST = "127.0.0.1"
RECORD = 16_384
"""Bytes a TLS record holds at most: a message beyond is read in parts."""


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Give a broker whose certificate is `broker.crt`."""
    await certify(tmp_path)
    broker = Mosquitto(tmp_path, tls=True)
    await broker.start()
    yield broker
    await broker.kill()


@pytest.fixture
def connect(broker: Mosquitto, tmp_path: Path) -> Connect:
    """Give the way to the broker for somebody who trusts it."""
    return connector(HOST, broker.port, tls=ssl.create_default_context(cafile=str(tmp_path / "broker.crt")))


@pytest.mark.parametrize("size", [0, 1, RECORD - 1, RECORD, RECORD * 3 + 7])
async def test_messages_of_any_size_come_whole_and_at_once(connect: Connect, size: int) -> None:
    async with connect("one") as one, connect("two") as two:
        await one.subscribe("a")
        for number in range(3):
            await two.publish("a", bytes([number]) * size, qos=1)
            async with asyncio.timeout(20):
                message = await anext(one.messages())
            assert message.payload == bytes([number]) * size


async def test_a_burst_comes_in_order_and_none_is_left_behind(connect: Connect) -> None:
    async with connect("one") as one, connect("two") as two:
        await one.subscribe("a")
        await publish_all(two, [Outgoing("a", str(number).encode() * 50) for number in range(2000)])
        async with asyncio.timeout(60):
            came = [(await anext(one.messages())).payload for _ in range(2000)]
    assert came == [str(number).encode() * 50 for number in range(2000)]


async def test_P20_a_broker_that_dies_is_seen(broker: Mosquitto, connect: Connect) -> None:
    async with connect("one") as session:
        await session.subscribe("a")
        await broker.kill()
        with pytest.raises(MqttLost):
            await anext(session.messages())


async def test_a_broker_for_whom_nobody_vouches_gets_no_password(broker: Mosquitto) -> None:
    with pytest.raises(MqttLost, match="certificate"):
        async with connector(HOST, broker.port, "edge", "secret", ssl.create_default_context())("one"):
            pass


async def test_a_client_without_tls_is_told_that_the_link_is_lost(broker: Mosquitto) -> None:
    with pytest.raises(MqttLost):
        async with connector(HOST, broker.port)("one"):
            pass

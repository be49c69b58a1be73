"""The real client against a real broker."""

import asyncio
import logging

import aiomqtt
import pytest

from drivers.mqtt.aio import _Wire, connector, publish_all
from drivers.mqtt.port import Message, MqttLost, Outgoing, Session, Will, matches
from tests.support.broker import Mosquitto

HOST = "127.0.0.1"


async def take(session: Session, count: int) -> list[Message]:
    taken = []
    async for message in session.messages():
        taken.append(message)
        if len(taken) == count:
            break
    return taken


async def test_P21_an_unacknowledged_message_comes_again(mosquitto: Mosquitto) -> None:
    async def scan(*, acknowledge: bool) -> tuple[bytes, bool]:
        client = aiomqtt.Client(HOST, mosquitto.port, identifier="edge", clean_session=False)
        wire = _Wire(client)
        async with client:
            await client.subscribe("scan", 1)
            message = await anext(wire.inbox.messages())
            if acknowledge:
                message.ack()
        return message.payload, acknowledge

    async with aiomqtt.Client(HOST, mosquitto.port, identifier="edge", clean_session=False) as client:
        await client.subscribe("scan", 1)
    async with connector(HOST, mosquitto.port)("device") as device:
        await device.publish("scan", b"1", qos=1)
        await device.publish("scan", b"2", qos=1)
    assert await scan(acknowledge=False) == (b"1", False)
    assert await scan(acknowledge=True) == (b"1", True)
    assert await scan(acknowledge=True) == (b"2", True)


async def test_P20_a_killed_broker_is_seen_by_reader_and_publisher(mosquitto: Mosquitto) -> None:
    async with connector(HOST, mosquitto.port)("one") as session:
        await session.subscribe("a")
        await mosquitto.kill()
        with pytest.raises(MqttLost):
            await anext(session.messages())
        with pytest.raises(MqttLost):
            await session.publish("a", b"x", qos=1)
    with pytest.raises(MqttLost):
        async with connector(HOST, mosquitto.port)("one"):
            pass


async def test_P20_a_publish_that_waits_for_its_puback_ends_with_the_link(mosquitto: Mosquitto) -> None:
    async with connector(HOST, mosquitto.port)("one") as session:
        mosquitto._process.send_signal(19)  # type: ignore[union-attr]
        waiting = asyncio.ensure_future(session.publish("a", b"x", qos=1))
        await asyncio.sleep(0)
        await mosquitto.kill()
        with pytest.raises(MqttLost):
            await waiting


async def test_P20_messages_before_the_loss_are_still_given(mosquitto: Mosquitto) -> None:
    async with connector(HOST, mosquitto.port)("one") as session:
        await session.subscribe("a", 1)
        await session.publish("a", b"x", qos=1)
        assert (await anext(session.messages())).payload == b"x"
        await mosquitto.kill()
        with pytest.raises(MqttLost):
            await anext(session.messages())


async def test_the_will_comes_after_an_exception_and_not_after_a_goodbye(mosquitto: Mosquitto) -> None:
    connect = connector(HOST, mosquitto.port)
    async with connect("watcher") as watcher:
        await watcher.subscribe("will/#", 1)
        async with connect("polite", will=Will("will/polite", b"dead")):
            pass
        with pytest.raises(KeyError):
            async with connect("rude", will=Will("will/rude", b"dead")):
                raise KeyError
        message = await anext(watcher.messages())
        assert (message.topic, message.payload) == ("will/rude", b"dead")


async def test_a_retained_message_is_marked(mosquitto: Mosquitto) -> None:
    async with connector(HOST, mosquitto.port)("one") as session:
        await session.publish("kept", b"x", qos=1, retain=True)
        await session.subscribe("kept", 1)
        assert (await anext(session.messages())).retain


async def test_P23_a_burst_raises_no_warning_and_arrives(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    connect = connector(HOST, mosquitto.port)
    async with connect("one") as sender, connect("two") as receiver:
        await receiver.subscribe("burst/#", 0)
        await publish_all(sender, (Outgoing(f"burst/{number}", b"x", qos=1) for number in range(800)))
        taken = await take(receiver, 800)
    assert {message.topic for message in taken} == {f"burst/{number}" for number in range(800)}
    assert not caplog.records


async def test_P23_messages_of_any_size_arrive_whole_in_order_and_are_acknowledged(mosquitto: Mosquitto) -> None:
    sizes = [0, 1, 100, 127, 128, 16_383, 16_384, 3, 400_000, 2, 65_536, 900_000, 5]
    connect = connector(HOST, mosquitto.port)
    async with connect("one") as sender, connect("two") as receiver:
        await receiver.subscribe("size/#", 1)
        for number, size in enumerate(sizes):
            await sender.publish(f"size/{number}", bytes([number]) * size, qos=number % 2)
        taken = await take(receiver, len(sizes))
        for message in taken:
            message.ack()
    assert [message.topic for message in taken] == [f"size/{number}" for number in range(len(sizes))]
    assert [message.payload for message in taken] == [bytes([number]) * size for number, size in enumerate(sizes)]


async def test_P23_what_is_posted_faster_than_the_socket_takes_it_arrives_in_order(mosquitto: Mosquitto) -> None:
    connect = connector(HOST, mosquitto.port)
    async with connect("one") as sender, connect("two") as receiver:
        await receiver.subscribe("post/#")
        for number in range(200):
            sender.post(f"post/{number}", b"x" * 200_000)
        taken = await take(receiver, 200)
    assert [message.topic for message in taken] == [f"post/{number}" for number in range(200)]


async def test_P20_a_post_into_a_lost_link_is_refused(mosquitto: Mosquitto) -> None:
    async with connector(HOST, mosquitto.port)("one") as session:
        await mosquitto.kill()
        with pytest.raises(MqttLost):
            await anext(session.messages())
        with pytest.raises(MqttLost):
            session.post("a", b"x")


async def test_P20_posting_while_the_broker_dies_tells_the_loss_and_nothing_else(mosquitto: Mosquitto) -> None:
    async with connector(HOST, mosquitto.port)("one") as session:

        def post_on() -> None:
            while True:  # without a turn of the loop, in which the reader would see the loss first
                session.post("a", b"x" * 1000)

        mosquitto.shoot()
        with pytest.raises(MqttLost):
            post_on()


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
async def test_packets_cut_anywhere_are_put_together(piece: int) -> None:
    async def broker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        packets = b"\x20\x02\x00\x00" + b"".join(publish(f"t/{size}", b"x" * size) for size in (1, 200, 20_000, 0))
        for at in range(0, len(packets), piece):
            writer.write(packets[at : at + piece])
            if at < 500:
                await asyncio.sleep(0)
                await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(broker, HOST, 0)
    async with server, connector(HOST, server.sockets[0].getsockname()[1])("one") as session:
        taken = await take(session, 4)
    assert [(message.topic, len(message.payload)) for message in taken] == [
        ("t/1", 1),
        ("t/200", 200),
        ("t/20000", 20_000),
        ("t/0", 0),
    ]


@pytest.mark.parametrize("rubbish", [b"\x30\xff\xff\xff\xff\x01", b"\x30\x04\x00\x02\xff\xfe", b"\x00\x00"])
async def test_rubbish_ends_the_session(rubbish: bytes) -> None:
    async def broker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x20\x02\x00\x00" + rubbish)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(broker, HOST, 0)
    async with server, connector(HOST, server.sockets[0].getsockname()[1])("one") as session:
        with pytest.raises(MqttLost):
            await anext(session.messages())


def publish(topic: str, payload: bytes) -> bytes:
    """Return a PUBLISH packet of QoS 0 (MQTT 3.1.1 §3.3)."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + payload
    length, left = b"", len(body)
    while True:
        left, digit = divmod(left, 128)[0], left % 128
        length += bytes([digit | 128 if left else digit])
        if not left:
            return b"\x30" + length + body


async def test_publish_all_stops_when_the_link_is_lost(mosquitto: Mosquitto) -> None:
    async with connector(HOST, mosquitto.port)("one") as session:
        await session.subscribe("a")
        await mosquitto.kill()
        with pytest.raises(MqttLost):
            await anext(session.messages())
        with pytest.raises(MqttLost):
            await publish_all(session, [Outgoing("a", b"x", qos=1)] * 5)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "fits"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("$SYS/#", "$SYS/x", True),
        ("a/+/c", "a//c", True),
        ("a", "a/b", False),
        ("a/b", "a", False),
    ],
)
def test_filters_fit_as_the_standard_says(topic_filter: str, topic: str, fits: bool) -> None:
    assert matches(topic_filter, topic) is fits

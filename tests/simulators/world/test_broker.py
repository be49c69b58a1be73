"""The virtual broker keeps MQTT's promises, and breaks them only as told."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.mqtt.port import Connect, Message, MqttLost, Session, Will
from simulators.world.broker import Broker
from simulators.world.loop import run

START = datetime(2026, 4, 1, tzinfo=UTC)


def play(scene: Callable[[Broker], Awaitable[Any]], seed: int = 1, **options: Any) -> Any:
    async def main() -> Any:
        return await scene(Broker(random.Random(seed), **options))

    return run(main(), seed=seed, start=START)


async def take(session: Session, count: int, *, ack: bool = True) -> list[Message]:
    got: list[Message] = []
    async with asyncio.timeout(3600):
        async for message in session.messages():
            got.append(message)
            if ack:
                message.ack()
            if len(got) == count:
                break
    return got


async def nothing_comes(session: Session, seconds: float = 60) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await anext(session.messages())


def test_it_fills_the_port_of_the_drivers() -> None:
    connect: Connect = Broker(random.Random(1)).connect
    assert connect


@pytest.mark.parametrize(
    ("topic_filter", "fits"),
    [
        ("uagv/v2/GenbaSim/R1/state", True),
        ("uagv/v2/+/+/state", True),
        ("uagv/#", True),
        ("#", True),
        ("uagv/v2/+/state", False),
        ("uagv/v2/GenbaSim/R1/state/#", True),
        ("uagv/v2/GenbaSim/R2/state", False),
    ],
)
def test_wildcards(topic_filter: str, fits: bool) -> None:
    async def scene(broker: Broker) -> int:
        async with broker.connect("edge") as edge, broker.connect("R1") as robot:
            await edge.subscribe(topic_filter)
            await robot.publish("uagv/v2/GenbaSim/R1/state", b"{}", qos=1)
            await asyncio.sleep(1)
            return broker.counters.delivered

    assert play(scene) == fits


def test_overlapping_subscriptions_deliver_once() -> None:
    async def scene(broker: Broker) -> int:
        async with broker.connect("edge") as edge:
            await edge.subscribe("a/#")
            await edge.subscribe("a/b", qos=1)
            await edge.publish("a/b", b"x", qos=1)
            await asyncio.sleep(1)
            return broker.counters.delivered

    assert play(scene) == 1


@pytest.mark.parametrize("seed", range(10))
def test_messages_of_one_connection_stay_in_order(seed: int) -> None:
    async def scene(broker: Broker) -> None:
        async with broker.connect("edge") as edge, broker.connect("R1") as robot:
            await edge.subscribe("t", qos=1)
            for number in range(100):
                await robot.publish("t", b"%d" % number, qos=number % 2)
                if number == 30:
                    broker.cut("R1", 5)
                    broker.cut("edge", 7)
            assert [int(m.payload) for m in await take(edge, 100)] == list(range(100))

    play(scene, seed, latency=(0.001, 2.0))


def test_retained_messages_greet_new_subscribers_and_can_be_cleared() -> None:
    async def scene(broker: Broker) -> None:
        async with broker.connect("R1") as robot:
            await robot.publish("R1/connection", b"ONLINE", qos=1, retain=True)
            await robot.publish("R1/state", b"passing", qos=1)
        async with broker.connect("edge") as edge:
            await edge.subscribe("#", qos=1)
            (greeting,) = await take(edge, 1)
            assert (greeting.topic, greeting.payload, greeting.retain) == ("R1/connection", b"ONLINE", True)
            await edge.publish("R1/connection", b"", qos=1, retain=True)
            (live,) = await take(edge, 1)
            assert not live.retain
        assert broker.retained() == {}

    play(scene)


def test_leaving_politely_sends_no_will_leaving_by_an_exception_does() -> None:
    async def scene(broker: Broker) -> dict[str, bytes]:
        async with broker.connect("polite", will=Will("polite", b"BROKEN")):
            pass
        with pytest.raises(ValueError, match="boom"):
            async with broker.connect("rude", will=Will("rude", b"BROKEN")):
                raise ValueError("boom")
        return broker.retained()

    assert play(scene) == {"rude": b"BROKEN"}


def test_a_dropped_client_learns_it_and_its_will_is_sent() -> None:
    async def scene(broker: Broker) -> None:
        async with broker.connect("edge") as edge:
            await edge.subscribe("R1/#", qos=1)
            with pytest.raises(MqttLost):  # noqa: PT012  the session is what is lost
                async with broker.connect("R1", will=Will("R1/connection", b"BROKEN")) as robot:
                    broker.drop("R1")
                    with pytest.raises(MqttLost):
                        await robot.publish("x", b"")
                    await anext(robot.messages())
            assert [m.payload for m in await take(edge, 1)] == [b"BROKEN"]
            await nothing_comes(edge)
        assert broker.counters.wills == 1

    play(scene)


def test_taking_over_a_client_id_ends_the_old_session() -> None:
    async def scene(broker: Broker) -> None:
        async with broker.connect("edge") as first, broker.connect("edge") as second:
            with pytest.raises(MqttLost):
                await anext(first.messages())
            await second.publish("x", b"", qos=1)
            assert broker.clients() == ["edge"]

    play(scene)


@pytest.mark.parametrize("keep", [True, False])
def test_P11_a_broker_crash_ends_all_sessions_sends_no_will_and_may_forget(keep: bool) -> None:
    async def scene(broker: Broker) -> dict[str, bytes]:
        with pytest.raises(MqttLost):  # noqa: PT012  the session is what is lost
            async with broker.connect("R1", will=Will("R1/connection", b"BROKEN")) as robot:
                await robot.publish("R1/factsheet", b"{}", qos=1, retain=True)
                broker.down(keep_retained=keep)
                await anext(robot.messages())
        with pytest.raises(MqttLost):
            async with broker.connect("R1"):
                pass
        broker.up()
        async with broker.connect("R1") as robot:
            await robot.publish("x", b"", qos=1)
        return broker.retained()

    assert play(scene) == ({"R1/factsheet": b"{}"} if keep else {})


def test_a_publish_under_way_when_the_broker_dies_fails() -> None:
    async def scene(broker: Broker) -> None:
        async with broker.connect("R1") as robot:
            asyncio.get_running_loop().call_later(0.0001, broker.down)
            with pytest.raises(MqttLost):
                await robot.publish("x", b"", qos=1)

    play(scene)


def test_a_short_cut_only_delays() -> None:
    async def scene(broker: Broker) -> float:
        async with broker.connect("edge") as edge, broker.connect("R1", will=Will("w", b"BROKEN")) as robot:
            await edge.subscribe("#", qos=1)
            broker.cut("R1", 10)
            await robot.publish("state", b"late", qos=1)
            assert [m.payload for m in await take(edge, 1)] == [b"late"]
            return asyncio.get_running_loop().time()

    assert play(scene) >= 10


def test_P20_a_long_cut_ends_the_session_on_both_sides() -> None:
    async def scene(broker: Broker) -> list[float]:
        times = []
        async with broker.connect("edge") as edge:
            await edge.subscribe("#", qos=1)

            async def robot() -> None:
                with pytest.raises(MqttLost):  # noqa: PT012  the session is what is lost
                    async with broker.connect("R1", will=Will("w", b"BROKEN"), keepalive=10) as session:
                        broker.cut("R1", 60)
                        await anext(session.messages())
                times.append(asyncio.get_running_loop().time())
                with pytest.raises(MqttLost):
                    async with broker.connect("R1"):
                        pass

            task = asyncio.create_task(robot())
            assert [m.payload for m in await take(edge, 1)] == [b"BROKEN"]
            times.append(asyncio.get_running_loop().time())
            await task
        return times

    will_at, lost_at = play(scene)
    assert 15 < will_at < 16
    assert 20 < lost_at < 21


def test_P21_a_persistent_session_gets_unacknowledged_messages_again() -> None:
    async def scene(broker: Broker) -> None:
        async with broker.connect("R1") as robot:
            async with broker.connect("edge") as edge:
                await edge.subscribe("scan", qos=1)
                for number in range(3):
                    await robot.publish("scan", b"%d" % number, qos=1)
                first, *_ = await take(edge, 3, ack=False)
                first.ack()
            await robot.publish("scan", b"3", qos=1)
            await robot.publish("scan", b"gone", qos=0)
            await asyncio.sleep(1)
            async with broker.connect("edge") as edge:
                assert [m.payload for m in await take(edge, 3)] == [b"1", b"2", b"3"]
                await nothing_comes(edge)

    play(scene, persistent=lambda client_id: client_id == "edge")


def test_P45_loss_doubling_delay_and_reordering_happen_when_asked_for() -> None:
    async def scene(broker: Broker) -> tuple[list[int], Broker]:
        broker.faults.lose, broker.faults.duplicate, broker.faults.reorder = 0.1, 0.1, 0.1
        broker.faults.only = lambda topic: topic.startswith("scan")
        async with broker.connect("edge") as edge:
            await edge.subscribe("#", qos=1)
            for number in range(1000):
                await edge.publish("scan", b"%d" % number, qos=1)
            await edge.publish("calm", b"-1", qos=1)
            await asyncio.sleep(60)
            got = await take(edge, broker.counters.delivered)
        return [int(m.payload) for m in got], broker

    numbers, broker = play(scene)
    assert -1 in numbers
    assert 50 < broker.counters.lost < 200
    assert 50 < broker.counters.duplicated < 200
    assert len(numbers) == 1001 - broker.counters.lost + broker.counters.duplicated
    assert numbers != sorted(numbers)


def test_same_seed_same_run() -> None:
    async def scene(broker: Broker) -> tuple[list[bytes], float]:
        broker.faults.lose = broker.faults.duplicate = broker.faults.reorder = broker.faults.delay = 0.2
        async with broker.connect("edge") as edge:
            await edge.subscribe("#", qos=1)
            for number in range(200):
                await edge.publish("t", b"%d" % number, qos=1)
            await asyncio.sleep(60)
            got = await take(edge, broker.counters.delivered)
        return [m.payload for m in got], asyncio.get_running_loop().time()

    assert play(scene, 3) == play(scene, 3)
    assert play(scene, 3) != play(scene, 4)

"""What foreign robots do against the standard, or at its edge, and what does not come of it."""

import asyncio
import json
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.ports import Now
from drivers.vda5050 import orders
from drivers.vda5050.events import ActionUnconfirmed, Alive, CancelDone, ConnectionChanged, OrderFinished, Stale
from drivers.vda5050.messages import ActionStatus, ConnectionState, ErrorLevel, RobotId
from simulators.world.loop import run
from tests.drivers.vda5050.helpers import START, Master, pick, state, way
from tests.drivers.vda5050.memory import MemoryBroker
from tests.drivers.vda5050.site import R1, Site, live, over_memory, robot

TWO = RobotId("GenbaSim", "R2")


@pytest.mark.parametrize(
    ("word", "stops"),
    [("WARNING", False), ("URGENT", False), ("CRITICAL", True), ("FATAL", True), ("SEVERE", True)],
)
def test_R30_an_error_level_says_whether_the_robot_goes_on_and_an_unknown_one_needs_a_person(
    word: str, stops: bool
) -> None:
    assert ErrorLevel(word).stops is stops


@pytest.mark.parametrize("header", [0, 1])
def test_R101_R102_connection_messages_at_qos_0_and_from_any_header_id_are_taken(header: int) -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site, one = Site(broker.connect, now), robot(broker.connect, now)

        async def work() -> None:
            await site.until(Alive)
            async with broker.connect("robot") as session:
                await session.publish("uagv/v2/GenbaSim/R1/connection", connection("R1", "OFFLINE", header), 0)
                await site.until(ConnectionChanged, state=ConnectionState.OFFLINE)

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def test_R103_a_robot_of_which_only_states_come_back_is_well_again_and_goes_on() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.want(order, accepted=True)
    master.state(state(order))
    master.connection(ConnectionState.CONNECTIONBROKEN)
    master.wait(60)
    assert len(master.told(Stale)) == 1
    master.state(state(order))
    master.connection(ConnectionState.CONNECTIONBROKEN)  # retained, told anew after each subscription
    assert len(master.told(Alive)) == 2
    master.state(state(order, 2))
    assert master.told(OrderFinished)
    assert len(master.told(Stale)) == 1


def test_R105_actions_of_the_horizon_that_are_not_listed_are_still_to_come() -> None:
    order = orders.build("O1", way("N1", "N2", "N3", actions={"N3": [pick("p1")]}), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(replace(state(order), action_states=()))
    assert not master.told(OrderFinished)
    whole = orders.extend(order, 2)
    master.want(whole)
    master.state(replace(state(whole, 2), action_states=()))
    master.state(state(whole, 4, actions={"p1": ActionStatus.FINISHED}))
    (finished,) = master.told(OrderFinished)
    assert (finished.failed, finished.missing) == ((), ())


def test_R108_results_that_vanish_are_not_asked_for_again() -> None:
    order = orders.build("O1", way("N1", "N2"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order))
    master.cancel()
    master.act(orders.action("startPause", "i1"))
    shown = {"c1": ActionStatus.RUNNING, "i1": ActionStatus.FINISHED}
    master.state(state(order, actions=shown))
    master.wait(60, lambda: state(order, cleared=True))
    assert master.told(CancelDone) == [CancelDone("c1", nothing=False)]
    assert not master.told(ActionUnconfirmed)
    assert len(master.actions_sent("cancelOrder")) == len(master.actions_sent("startPause")) == 1


def test_R112_a_robot_that_would_take_an_update_after_a_cancel_is_sent_none() -> None:
    order = orders.build("O1", way("N1", "N2", "N3"), 1)
    master = Master()
    master.state(state())
    master.want(order)
    master.state(state(order))
    master.cancel()
    master.want(orders.extend(order, 2))
    master.wait(60, lambda: state(order, actions={"c1": ActionStatus.RUNNING}))
    master.wait(60, lambda: state(order, cleared=True, actions={"c1": ActionStatus.FINISHED}))
    assert master.orders_sent() == [order]


def test_R115_robots_of_one_connection_live_on_when_its_one_will_is_told() -> None:
    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now)
        site.link.add(TWO)
        one = robot(broker.connect, now)

        async def work() -> None:
            await site.until(Alive)
            async with broker.connect("robot") as session:
                for _ in range(6):  # nothing retained, and the will speaks of the first robot only
                    await session.publish("uagv/v2/GenbaSim/R1/connection", connection("R1", "CONNECTIONBROKEN", 0), 0)
                    await asyncio.sleep(20)
            assert site.link.vehicle(R1).alive
            assert not site.told(Stale)

        await live(work, site.link.run(), one.run())

    run(over_memory(script), 1, START)


def connection(serial: str, word: str, header: int) -> bytes:
    said: dict[str, Any] = {
        "headerId": header,
        "timestamp": "2026-11-22T00:00:00.00Z",
        "version": "2.1.0",
        "manufacturer": "GenbaSim",
        "serialNumber": serial,
        "connectionState": word,
    }
    return json.dumps(said).encode()

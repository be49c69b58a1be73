"""Twenty of Genba's simulated robots under the master of vda-5050-lib."""

import asyncio
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.mqtt.aio import connector
from simulators.robots.config import RobotConfig
from simulators.robots.fleet import RobotFleet
from simulators.robots.robot import Robot
from tests.foreign.hall import EACH, WITHIN
from tests.foreign.programs import node
from tests.support.broker import Mosquitto

PITCH = 2.0
"""Metres between two nodes of a road."""


def config(number: int) -> RobotConfig:
    """Return a quick robot at the first node of its road."""
    return RobotConfig(
        "GenbaSim",
        f"R{number}",
        "N0",
        0,
        number * 1000,
        vda5050="2.0",
        speed=20_000,
        acceleration=40_000,
        turn_rate=50.0,
        handling_time=0.1,
    )


async def errands(folder: Path, port: int, configs: list[RobotConfig]) -> list[dict[str, Any]]:
    """Let the foreign master send every robot on its errand; return what it was told."""
    robots = [
        {"manufacturer": one.manufacturer, "serial": one.serial, "map": one.map}
        | {"x": one.x / 1000, "y": one.y / 1000, "pitch": PITCH}
        for one in configs
    ]
    async with node(folder, "master.js", {"broker": f"mqtt://127.0.0.1:{port}", "robots": robots}) as program:
        return [json.loads(line) async for line in program.said]


async def test_R76_R111_a_master_of_2_0_commands_our_robots(tmp_path: Path, mosquitto: Mosquitto) -> None:
    connect = connector("127.0.0.1", mosquitto.port)
    configs = [config(number) for number in range(1, EACH + 1)]
    fleet = RobotFleet(
        [Robot(one, connect, now=lambda: datetime.now(UTC), dice=random.Random(one.serial)) for one in configs]
    )
    living = asyncio.create_task(fleet.run())
    async with asyncio.timeout(WITHIN):
        told = await errands(tmp_path, mosquitto.port, configs)
    living.cancel()
    await asyncio.wait([living])
    assert sorted(one["serial"] for one in told) == sorted(fleet.robots)
    for one in told:
        serial = one["serial"]
        assert one["orders"] == ["base driven", "done", "cancelled"]
        assert one["nodes"][:6] == ["N0", "N1", "N2", "N3", "N4", "N4"]
        assert [act for act in one["actions"] if act.endswith("FINISHED")] == [
            f"pick-{serial} FINISHED",
            f"drop-{serial} FINISHED",
        ]
        assert one["instants"] == ["FINISHED", "FAILED", "FINISHED"]
        assert fleet[serial].book.order_id == f"back-{serial}"
        assert not fleet[serial].book.busy
        assert fleet[serial].uplink.refused == 0

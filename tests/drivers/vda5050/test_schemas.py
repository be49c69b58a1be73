"""What master and simulated robot send, against the official JSON schemas, which are no part of this project.

GENBA_VDA5050_SCHEMAS names a folder with a folder for each version (2.1.0, 3.0.0 ...) that holds its `*.schema` files.
"""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drivers.ports import Now
from drivers.vda5050 import orders, zones
from drivers.vda5050.events import Alive, CancelDone, OrderAccepted, OrderFinished, RequestRefused, Stored
from drivers.vda5050.messages import OperatingMode
from drivers.vda5050.storage import MapFile
from simulators.robots.config import RobotConfig
from simulators.world.loop import run
from tests.drivers.vda5050.helpers import START, way
from tests.drivers.vda5050.memory import MemoryBroker
from tests.drivers.vda5050.site import R1, Site, drive_extended, live, over_memory, robot

WHERE = "GENBA_VDA5050_SCHEMAS"
DEFECTS = {"actionStatus": "PAUSED", "requestStatus": "QUEUED"}
"""Words that the text of the standard allows and that its schemas leave out."""
TOPICS = {
    "2.1": ("order", "instantActions", "state", "visualization", "connection", "factsheet"),
    "3.0": ("order", "instantActions", "state", "visualization", "connection", "factsheet", "responses", "zoneSet"),
}


def schemas(version: str) -> dict[str, jsonschema.Draft202012Validator]:
    """Return a validator for each topic of a version, or skip."""
    folder = os.environ.get(WHERE)
    if folder is None:
        pytest.skip(f"{WHERE} names no folder with the official schemas")
    found = sorted(Path(folder).glob(f"{version}*/*.schema"))
    if not found:
        pytest.skip(f"{folder} has no schemas of {version}")
    return {file.stem: jsonschema.Draft202012Validator(mended(json.loads(file.read_text()))) for file in found}


def mended(schema: Any) -> Any:
    """Return a schema with the words it lacks."""
    if isinstance(schema, list):
        return [mended(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    for name, word in DEFECTS.items():
        part = schema.get(name)
        if isinstance(part, dict) and "enum" in part and word not in part["enum"]:
            schema = schema | {name: part | {"enum": [*part["enum"], word]}}
    return {key: mended(value) for key, value in schema.items()}


def conversation(version: str) -> list[tuple[str, dict[str, Any]]]:
    """Return topic and message of all that a master and a robot say to each other in an eventful hour."""
    heard: list[tuple[str, dict[str, Any]]] = []

    async def script(broker: MemoryBroker, now: Now) -> None:
        site = Site(broker.connect, now)
        config = RobotConfig("GenbaSim", "R1", "N1", 0, 0, vda5050=version, visualization_interval=5.0)
        one = robot(broker.connect, now, config)

        async def listen() -> None:
            async with broker.connect("ear") as session:
                await session.subscribe("#")
                async for message in session.messages():
                    topic, sent = message.topic.split("/")[-1], json.loads(message.payload)
                    heard.append((topic, sent))

        async def work() -> None:
            await site.until(Alive)
            await drive_extended(site)
            if version == "3.0":
                one.ask_zone("Z1", "r1")
                await site.until(RequestRefused)
                area = [(-500, -500), (500, -500), (500, 500)]
                drawn = [zones.zone("A", zones.SPEED_LIMIT, area, 500), zones.zone("B", zones.RELEASE, area)]
                site.link.store(R1, [], zones.ZonePlan("OS1", "floor1", tuple(drawn)))
                await site.until(Stored)
            site.link.store(R1, [MapFile("floor1", "2", "https://maps.site/2.zip", "")])
            await site.until(Stored, version="2")
            site.link.act(R1, orders.action("startPause", "a1"))
            site.link.act(R1, orders.action("fly", "a2"))
            site.link.act(R1, orders.action("stopPause", "a3"))
            back = list(reversed(way("N1", "N2", "N3", "N4")))
            site.link.want(R1, orders.build("O2", [*back[:2], way("N1", "N2")[0]], 1))
            await site.until(OrderAccepted, order_id="O2")
            one.block_path(20.0)
            await asyncio.sleep(30)
            site.link.cancel(R1, "c1")
            await site.until(CancelDone, action_id="c1")
            site.link.cancel(R1, "c2")
            await site.until(CancelDone, action_id="c2")
            site.link.want(R1, orders.build("O3", [*way("N9", "N8")], 1))
            await asyncio.sleep(60)
            one.set_mode(OperatingMode.TEACHIN)
            await asyncio.sleep(60)
            one.cut(30.0)
            await asyncio.sleep(60)
            one.reboot()
            await asyncio.sleep(60)
            one.leave()
            await asyncio.sleep(60)

        await live(work, listen(), site.link.run(), one.run())
        assert site.told(OrderFinished)

    run(over_memory(script), 1, START)
    return heard


@pytest.mark.parametrize("version", sorted(TOPICS))
def test_R02_all_that_both_sides_send_is_valid_by_the_official_schemas(version: str) -> None:
    validators = schemas(version)
    heard = conversation(version)
    assert {topic for topic, _ in heard} == set(TOPICS[version])
    wrong = [
        (topic, error.json_path, error.message)
        for topic, message in heard
        for error in validators[topic].iter_errors(message)
    ]
    assert not wrong


@pytest.mark.parametrize("version", sorted(TOPICS))
def test_the_schemas_can_find_something(version: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        schemas(version)["state"].validate({"orderId": 1})

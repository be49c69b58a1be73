"""A real edge and a real mosquitto: machines announce themselves, are taken in, drive, are swapped; the edge is killed.

What `genba run` does as a process, and robots of another make than the site file names: it names none for their places.
"""

import asyncio
import json
import os
import random
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from drivers.mqtt.aio import connector
from edge.clock import real_source
from edge.processes.people import set_badge, set_pin, sync_people
from edge.sitefile import load_site
from edge.sketch import Plan, sketch
from edge.store.database import Database
from edge.store.store import Store
from edge.store.tables import journal
from edge.web.pins import CHEAP_COST, ArgonHasher
from edge.web.security import COOKIE
from simulators.robots.build import from_site
from simulators.robots.config import RobotConfig
from simulators.robots.robot import Robot
from tests.support.broker import Mosquitto, free_port

ROOT = Path(__file__).parents[2]
PLAN = Plan(zones=1, aisles=2, bays=3, robots=3, packs=1, chargers=1, tote_stations=1, totes=8, pickers=1)
TEMPLATE = RobotConfig("GenbaSim", "R1", "N1", 0, 0, state_interval=1.0)
PIN = "2580"
WITHIN = 120


class Box:
    """The machine the edge runs on, and a supervisor at it."""

    def __init__(self, folder: Path, broker_port: int) -> None:
        self.folder = folder
        self.file = folder / "site.yaml"
        self.port = free_port()
        raw = yaml.safe_load(sketch(PLAN))
        raw["broker"]["url"] = f"mqtt://127.0.0.1:{broker_port}"
        for place in raw["robots"][1:]:
            del place["manufacturer"], place["serial"]
        self.raw = raw
        self.file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
        secrets = folder / "secrets.yaml"
        secrets.touch(mode=0o600)
        secrets.write_text("wms_token: t\nbroker_password: p\n", encoding="utf-8")
        self.who = next(one["id"] for one in raw["people"] if "supervisor" in one["roles"])
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)
        self.edge: Process | None = None

    def store(self) -> Store:
        return Store.open(Database(f"sqlite:///{self.folder / 'genba.db'}"), load_site(self.file), real_source())

    async def settle(self) -> None:
        """Give the supervisor a badge and a PIN."""
        store = self.store()
        await store.run(sync_people)
        await store.run(set_badge, self.who, "B-1")
        await store.run(set_pin, self.who, await ArgonHasher(CHEAP_COST).hash(PIN))
        store.close()

    async def start(self) -> None:
        """Start the edge and log in once it answers."""
        words = ["run", str(self.file), "--data", str(self.folder), "--secrets", str(self.folder / "secrets.yaml")]
        self.edge = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge.cli", *words, "--listen", f"127.0.0.1:{self.port}", cwd=ROOT,
            stdout=DEVNULL, stderr=DEVNULL, env={**os.environ},
        )  # fmt: skip
        await self.until(self._logged_in)

    async def _logged_in(self) -> bool:
        try:
            entered = await self.client.post("/login", data={"badge": "B-1", "pin": PIN})
        except httpx.TransportError:
            return False
        if entered.status_code != 303:
            return False
        self.client.headers["Authorization"] = f"Bearer {self.client.cookies[COOKIE]}"
        self.client.cookies.clear()
        return True

    async def kill(self) -> None:
        """Kill the edge as a power cut does."""
        assert self.edge is not None
        self.edge.kill()
        await self.edge.wait()

    async def until(self, true: Callable[[], Any]) -> Any:
        """Wait until something is so, and return it."""
        async with asyncio.timeout(WITHIN):
            while True:
                found = await true()
                if found:
                    return found
                await asyncio.sleep(0.2)

    async def fleet(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get("/api/robots")).json()
        return found

    async def place(self, name: str) -> dict[str, Any]:
        return next(one for one in (await self.fleet())["places"] if one["id"] == name)

    async def fits(self, serial: str) -> Any:
        return next((one["fits"] for one in (await self.fleet())["newcomers"] if one["serial"] == serial), None)

    async def take_in(self, place: str, serial: str) -> None:
        """Take a machine in as soon as it is heard and may come."""
        await self.until(lambda: self.fits(serial))
        body = {"manufacturer": "GenbaSim", "serial": serial}
        answer = await self.client.post(f"/api/robots/{place}/machine", json=body)
        assert answer.status_code == 204, answer.text

    async def stands(self, place: str, node: str) -> bool:
        shown = await self.place(place)
        return bool(shown["online"]) and shown["node"] == node


@asynccontextmanager
async def playing(box: Box, home_of: str, serial: str, port: int) -> AsyncIterator[Robot]:
    """Let a machine stand at the home of a place, switched on."""
    (config,) = from_site(box.raw, TEMPLATE, {home_of: ("GenbaSim", serial)})
    config = replace(config, speed=5000, acceleration=5000)
    robot = Robot(config, connector("127.0.0.1", port), now=lambda: datetime.now(UTC), dice=random.Random(1))
    task = asyncio.ensure_future(robot.run())
    try:
        yield robot
    finally:
        task.cancel()
        await asyncio.wait([task])


def home(box: Box, place: str) -> str:
    named = next(one["home"] for one in box.raw["robots"] if one["id"] == place)
    return str(next(one["node"] for one in box.raw["stations"] if one["id"] == named))


@pytest.mark.timeout(2 * WITHIN)
async def test_P56_machines_come_work_and_are_swapped_though_the_edge_is_killed(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    box = Box(tmp_path, mosquitto.port)
    await box.settle()
    await box.start()
    try:
        async with playing(box, "R1", "R1", mosquitto.port), playing(box, "R3", "X9", mosquitto.port):
            await box.until(lambda: box.fits("X9"))
            await box.kill()
            await box.start()
            await box.take_in("R2", "X9")
            await box.kill()
            await box.start()
            assert (await box.place("R2"))["serial"] == "X9"
            await box.until(lambda: box.stands("R2", home(box, "R2")))
            assert (await box.client.delete("/api/robots/R1/machine")).json()["error"]["code"] == "robot.named"
            gone = await box.until(lambda: _taken_out(box, "R2"))
            assert gone.status_code == 204
        await box.kill()
        await box.start()
        assert (await box.place("R2"))["serial"] is None
        assert (await box.fleet())["heard"] == 0, "what the broker kept of X9 is no announcement"
        async with playing(box, "R2", "Y1", mosquitto.port):
            await box.take_in("R2", "Y1")
            await box.until(lambda: box.stands("R2", home(box, "R2")))
    finally:
        await box.kill()
    store = box.store()
    told = await store.read(lambda reader: reader.rows(journal.select().order_by(journal.c.seq)))
    store.close()
    story = [
        (row.kind, _data(row)["serial"], row.actor) for row in told if row.kind in ("robot.taken_in", "robot.taken_out")
    ]
    who = f"person:{box.who}"
    assert story == [("robot.taken_in", "X9", who), ("robot.taken_out", "X9", who), ("robot.taken_in", "Y1", who)]


async def _taken_out(box: Box, place: str) -> httpx.Response | None:
    """Take it out once it has nothing to do."""
    answer = await box.client.delete(f"/api/robots/{place}/machine")
    return answer if answer.status_code == 204 else None


def _data(row: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row.data) if isinstance(row.data, str) else row.data
    return found

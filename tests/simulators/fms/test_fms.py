"""The simulated manager, judged without any driver of ours: its robots, its books, its signature, its real port."""

import asyncio
import hashlib
import hmac
import random
import socket
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn

from simulators.fms.app import Manager
from simulators.fms.yard import Refusal, Yard
from simulators.world.loop import run

START = datetime(2026, 11, 24, tzinfo=UTC)
PLACES = {"A": (0, 0), "B": (12_000, 0)}


def yard_of(**robots: str) -> Yard:
    return Yard(PLACES, robots or {"F1": "A"}, random.Random(1))


def test_a_robot_carries_and_its_figures_follow() -> None:
    async def story() -> None:
        words: list[tuple[str, int]] = []
        yard = yard_of()
        yard.changed = lambda job: words.append((job.state, job.revision))
        working = asyncio.ensure_future(yard.run())
        yard.create({"key": "K", "kind": "carry", "from": "A", "to": "B", "load": "T-1"})
        await asyncio.sleep(6)
        assert yard.robots["F1"].told()["loads"] == ["T-1"]
        await asyncio.sleep(30)
        told = yard.robots["F1"].told()
        assert (told["place"], told["x_mm"], told["odometer_mm"], told["loads"]) == ("B", 12_000, 12_000, [])
        assert told["battery"] < 90
        assert words == [("queued", 1), ("assigned", 2), ("carrying", 3), ("done", 4)]
        working.cancel()

    run(story(), 1, START)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_key"),
        ({"key": "K", "kind": "fly", "to": "A"}, "bad_kind"),
        ({"key": "K", "kind": "move", "to": "Z"}, "unknown_place"),
        ({"key": "K", "kind": "carry", "to": "A"}, "unknown_place"),
        ({"key": "K", "kind": "move", "to": "A", "robot": "F9"}, "unknown_robot"),
    ],
)
def test_what_cannot_be_done_is_refused(body: dict[str, Any], code: str) -> None:
    async def story() -> None:
        with pytest.raises(Refusal) as refused:
            yard_of().create(body)
        assert refused.value.code == code

    run(story(), 1, START)


def test_the_more_urgent_goes_first_and_a_named_robot_does_its_own() -> None:
    async def story() -> None:
        order: list[str] = []
        yard = yard_of(F1="A", F2="A")
        yard.changed = lambda job: order.append(f"{job.key} {job.robot}") if job.state == "done" else None
        for key, priority in (("low", 1), ("high", 9)):
            yard.create({"key": key, "kind": "move", "to": "B", "robot": "F1", "priority": priority})
        yard.create({"key": "other", "kind": "move", "to": "B", "robot": "F2"})
        working = asyncio.ensure_future(yard.run())
        await asyncio.sleep(60)
        assert sorted(order) == ["high F1", "low F1", "other F2"]
        assert order.index("high F1") < order.index("low F1")
        working.cancel()

    run(story(), 1, START)


def test_a_charger_fills_the_battery_and_tells_so() -> None:
    async def story() -> None:
        yard = yard_of()
        working = asyncio.ensure_future(yard.run())
        yard.create({"key": "K", "kind": "charge", "to": "B"})
        await asyncio.sleep(120)
        told = yard.robots["F1"].told()
        assert told["charging"]
        assert told["battery"] > 91
        working.cancel()

    run(story(), 1, START)


async def test_it_answers_on_a_real_port_and_signs_its_callbacks() -> None:
    calls: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()

    async def post(body: bytes, signature: str) -> bool:
        calls.put_nowait((body, signature))
        return True

    manager = Manager(yard_of(), "token", random.Random(1), post=post, secret="s", now=lambda: 1_767_225_600.5)
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(manager.app, log_level="warning", lifespan="off"))
    tasks = [asyncio.create_task(server.serve(sockets=[door])), asyncio.create_task(manager.run())]
    head = {"Authorization": "Bearer token"}
    async with httpx.AsyncClient(
        trust_env=False, base_url=f"http://127.0.0.1:{door.getsockname()[1]}", headers=head
    ) as client:
        made = await client.post("/tasks", json={"key": "K", "kind": "move", "to": "A"})
        assert (made.status_code, made.json()["task"]["key"]) == (201, "K")
        assert (await client.post("/tasks", json={"key": "K", "kind": "move", "to": "A"})).status_code == 200
        assert (await client.post("/tasks", json={"key": "K", "kind": "move", "to": "B"})).status_code == 409
        assert (await client.get("/robots", headers={"Authorization": "Bearer x"})).status_code == 401
        assert (await client.post("/tasks", content=b"{")).status_code == 400
        assert (await client.post("/tasks/query", json={"keys": ["K", "L"]})).json()["unknown"] == ["L"]
        assert (await client.post("/tasks/L/cancel")).json()["error"]["code"] == "task_unknown"
        async with asyncio.timeout(20):
            body, signature = await calls.get()
    digest = hmac.new(b"s", b"1767225600." + body, hashlib.sha256).hexdigest()
    assert signature == f"t=1767225600,v1={digest}"
    server.should_exit = True
    await tasks[0]
    tasks[1].cancel()
    await asyncio.wait(tasks)

"""The gauge between edge and broker: what an order answers, and since when (R132)."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.mqtt.port import Message
from edge.commands.bench.driven import Gauge
from simulators.world.loop import run

START = datetime(2026, 11, 22, tzinfo=UTC)


def gauged(story: Callable[[Gauge], Coroutine[Any, Any, None]]) -> list[float]:
    gauge = Gauge()
    run(story(gauge), 1, START)
    return gauge.answers


def progress(gauge: Gauge, robot: str, node: int) -> None:
    gauge.came(Message(f"uagv/v2/M/{robot}/state", json.dumps({"lastNodeSequenceId": node}).encode(), retain=False))


def order(gauge: Gauge, robot: str, update: int) -> None:
    told = {"orderId": "T1", "orderUpdateId": update}
    gauge.went(f"uagv/v2/M/{robot}/order", json.dumps(told).encode())


def test_an_order_answers_its_robots_own_progress_or_else_the_first_news_of_its_round() -> None:
    async def story(gauge: Gauge) -> None:
        gauge.news_at = lambda: 10.0
        await asyncio.sleep(10)
        progress(gauge, "R1", 2)
        await asyncio.sleep(0.03)
        progress(gauge, "R2", 2)
        await asyncio.sleep(0.02)
        for robot in ("R1", "R2", "R3"):
            order(gauge, robot, 1)

    assert gauged(story) == pytest.approx([0.05, 0.02, 0.05])


def test_progress_that_an_earlier_round_did_not_answer_is_not_counted_against_a_later_one() -> None:
    async def story(gauge: Gauge) -> None:
        progress(gauge, "R1", 2)
        await asyncio.sleep(60)
        gauge.news_at = lambda: 60.0
        await asyncio.sleep(0.05)
        order(gauge, "R1", 1)

    assert gauged(story) == pytest.approx([0.05])


def test_an_order_said_again_and_one_without_news_are_no_answers() -> None:
    async def story(gauge: Gauge) -> None:
        order(gauge, "R1", 1)
        gauge.news_at = lambda: 0.0
        order(gauge, "R1", 1)
        assert (gauge.orders, gauge.repeated) == (1, 1)
        progress(gauge, "R1", 2)
        progress(gauge, "R1", 2)
        assert (gauge.states, gauge.heard) == (2, {"R1": 2})

    assert gauged(story) == []

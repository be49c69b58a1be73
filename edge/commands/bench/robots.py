"""`genba bench robots`: what robots at a real broker cost the edge, and how soon it answers them (P70, P76).

Robots drive endless rounds past pick places.
"""

import asyncio
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from edge.commands.bench.driven import add_tour, driven
from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.bench.site import sketched
from edge.sketch import Plan
from edge.store.tx import Tx

REACH = 24_000
"""Millimetres from its home within which a robot's stops lie: on a floor of this size tours stay in their zone."""
STOPS = 40
"""Places on each robot's round: more than it passes in a measurement, and what its battery is taken to last for."""


def robots(
    *,
    count: Annotated[int, typer.Option("--robots", help="How many robots.", min=1)] = 100,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=1)] = 30.0,
    warm_up: Annotated[float, typer.Option(help="Seconds to let them begin to drive.", min=0)] = 10.0,
    json_to: JsonTo = None,
) -> None:
    """Measure the edge's work for each robot and its time from state to order."""
    with TemporaryDirectory(prefix="genba-bench-") as place:
        row = asyncio.run(_measure(Path(place), count, seconds, warm_up))
    tell("robots at one state a second", [row], json_to)


async def _measure(place: Path, count: int, seconds: float, warm_up: float) -> dict[str, Any]:
    async with driven(place, sketched(_plan(count)), _fill) as fleet:
        await fleet.go_on(warm_up)
        fleet.gauge.clear()
        spent = time.process_time()
        await fleet.go_on(seconds)
        spent = time.process_time() - spent
        gauge = fleet.gauge
        return {
            "robots": count,
            "states a second": round(gauge.states / seconds, 1),
            "orders a second": round(gauge.orders / seconds, 1),
            "share of a core": round(spent / seconds, 3),
            "CPU ms a robot and second": round(spent / seconds / count * 1000, 2),
            "answers": len(gauge.answers),
            **spread(gauge.answers),
        }


def _plan(count: int) -> Plan:
    """Return a site with room for so many robots: three long aisles for every four."""
    return Plan(zones=2, aisles=max(3, count * 3 // 8), bays=16, robots=count)


def _fill(tx: Tx) -> None:
    """Give every robot a round past places where nothing is to be picked."""
    dice = random.Random(1)  # noqa: S311  the same rounds in every run
    places = sorted({(location.x, location.node) for location in tx.site.locations})
    for number, robot in enumerate(tx.site.robots):
        home = tx.site.station[robot.home]
        nodes = sorted({node for x, node in places if abs(x - home.x) <= REACH})
        add_tour(tx, f"B{number:04}", "PACK-1", [(dice.choice(nodes), "pick") for _ in range(STOPS)])

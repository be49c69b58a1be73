"""`genba bench fleet`: missions of many robots at a real broker, and a proof that no state of theirs was lost (P70).

A mission is a tour past a few pick places to a pack station, from its robot to its end; each that is done is followed
by another near by. Nobody picks: robots drive all the time. At the end the robots leave and say how many states each of
them sent, and that is held against what was heard.
"""

import asyncio
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from sqlalchemy import func, select

from edge.commands.bench.driven import Driven, add_tour, driven
from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.bench.site import sketched, spread_out
from edge.commands.failed import Failed
from edge.processes.carry import ON_ROBOT
from edge.sketch import Plan
from edge.store.store import Store
from edge.store.tables import batches
from edge.store.tx import Entry, Reader, Tx

PICKS = 2
"""Pick places of a mission."""
REACH = 12_000
"""Millimetres sideways from a pack station within which its missions' picks lie."""
PITCH = 1500
"""Millimetres between nodes: near for robots of 0.9 m, or a floor for 1,000 would be wider than a site may be."""
BAYS = 12
"""Nodes of an aisle where there is room for enough aisles."""
WIDEST = 300
"""Aisles at most, which are 900 m; from there on aisles are longer instead."""
PER_PACK = 6
"""Robots for each pack station: at its node is room for one robot at a time."""
HEARD_WITHIN = 10.0
"""Seconds after the last robot left within which what it said must have been heard."""


def fleet(
    *,
    count: Annotated[int, typer.Option("--robots", help="How many robots.", min=1)] = 100,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=1)] = 30.0,
    warm_up: Annotated[float, typer.Option(help="Seconds to let them begin to drive.", min=0)] = 30.0,
    seed: Annotated[int, typer.Option(help="The seed of the missions.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Measure missions, the time from state to order and the CPU of each robot; fail when a state was lost."""
    with TemporaryDirectory(prefix="genba-bench-") as place:
        row = asyncio.run(_measure(Path(place), count, seconds, warm_up, seed))
    tell("missions of a fleet", [row], json_to)
    if row["states lost"]:
        raise Failed(f"{row['states lost']} states that robots sent were not heard")


async def _measure(place: Path, count: int, seconds: float, warm_up: float, seed: int) -> dict[str, Any]:
    missions = _Missions(random.Random(seed))  # noqa: S311  the same missions in every run
    async with driven(place, _site(count), missions.fill) as one:
        one.store.watch(lambda entries: missions.follow(one.store, entries))
        await one.go_on(warm_up)
        one.gauge.clear()
        missions.done = 0
        spent = time.process_time()
        await one.go_on(seconds)
        spent = time.process_time() - spent
        row = {
            "robots": count,
            "on a mission at the end": await one.store.read(_under_way),
            "missions": missions.done,
            "missions a second": round(missions.done / seconds, 2),
            "states a second": round(one.gauge.states / seconds, 1),
            "orders a second": round(one.gauge.orders / seconds, 1),
            "orders repeated": one.gauge.repeated,
            "share of a core": round(spent / seconds, 3),
            "CPU ms a robot and second": round(spent / seconds / count * 1000, 2),
            "answers": len(one.gauge.answers),
            **spread(one.gauge.answers),
        }
        return row | await _held_against(one)


async def _held_against(one: Driven) -> dict[str, Any]:
    """Have the robots leave and hold what they sent against what was heard."""
    sent, heard = await one.players.leave(), one.gauge.heard
    silent = len(one.site.robots) - len(sent)
    if silent:
        raise Failed(f"{silent} robots ended without saying how many states they sent")
    until = asyncio.get_running_loop().time() + HEARD_WITHIN
    while lost(sent, heard) and asyncio.get_running_loop().time() < until:
        await one.go_on(0.1)
    return {"states sent in all": sum(sent.values()), "states lost": lost(sent, heard)}


def lost(sent: Mapping[str, int], heard: Mapping[str, int]) -> int:
    """Return how many states were sent by robots and not heard of them."""
    return sum(max(0, count - heard.get(robot, 0)) for robot, count in sent.items())


def _under_way(reader: Reader) -> int:
    count: int = reader.value(select(func.count()).select_from(batches).where(batches.c.state.in_(ON_ROBOT)))
    return count


def _site(count: int) -> dict[str, Any]:
    """Return a site with room for so many robots, its pack stations evenly along the front and back."""
    wanted = max(3, count * 3 // 4)
    aisles = min(wanted, WIDEST)
    plan = Plan(
        zones=1,
        aisles=aisles,
        bays=-(-BAYS * wanted // aisles),
        levels=1,
        robots=count,
        packs=-(-count // PER_PACK),
        pitch=PITCH,
    )
    data = sketched(plan)
    spread_out(data, ["pack"])
    return data


class _Missions:
    """Adds missions; one for each robot at the beginning, and another for each that is done."""

    def __init__(self, dice: random.Random) -> None:
        self.done = 0
        self._dice = dice
        self._number = 0
        self._places: list[tuple[int, str]] = []

    def fill(self, tx: Tx) -> None:
        """Add the first ones, all over the floor."""
        self._places = sorted({(location.x, location.node) for location in tx.site.locations})
        stations = [station.id for station in tx.site.stations_of("pack")]
        for number in range(len(tx.site.robots)):
            self._add(tx, stations[number % len(stations)])

    def follow(self, store: Store, entries: Sequence[Entry]) -> None:
        """Count those that are done, and add as many."""
        for entry in entries:
            if entry.kind == "batch.done":
                self.done += 1
                store.run(self._add, entry.data["station"])

    def _add(self, tx: Tx, station: str) -> None:
        place = tx.site.station[station]
        first = bisect_left(self._places, (place.x - REACH, ""))
        end = bisect_right(self._places, (place.x + REACH, ""))
        picks = [(self._dice.choice(self._places[first:end])[1], "pick") for _ in range(PICKS)]
        self._number += 1
        add_tour(tx, f"M{self._number:06}", station, [*picks, (place.node, "station")])

"""`genba bench assign`: the same virtual day with two ways to choose who takes which tour, judged like every day (P76).

Once each tour takes the nearest robot, the most urgent tour first; once `edge/fleet/assign.py` chooses. Site, orders,
people and dice are the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from sqlalchemy import select

from edge.app import roadmap_of
from edge.commands.bench.nearest import nearest
from edge.commands.bench.report import JsonTo, tell
from edge.commands.bench.site import sketched, spread_out, written
from edge.commands.failed import Failed
from edge.commands.simulate.cli import one_day
from edge.commands.simulate.faults import NONE
from edge.commands.simulate.run import START
from edge.devices.usage import length_on
from edge.fleet.assign import Assigner
from edge.fleet.assign import assign as cheapest
from edge.model.states import TripState
from edge.sketch import Plan
from edge.store.tables import orders, trips
from edge.store.tx import Entry, Reader

STRATEGIES: Mapping[str, Assigner] = {"nearest robot": nearest, "all together": cheapest}
CUTOFFS = (0.5, 0.75, 1.0)
"""When trucks leave, as shares of the hours in which orders come, after the hour that an order is given at least."""
WAVE_MINUTES = 2 * 24 * 60
"""All that is ordered goes at once, also what is for the last truck."""
COMPANY_SECONDS = 120
"""How long an order may wait for others to share its tour."""


def assign(
    *,
    count: Annotated[int, typer.Option("--robots", help="How many robots.", min=1)] = 16,
    hours: Annotated[float, typer.Option(help="Hours in which orders come.", min=0.05)] = 2.0,
    rate: Annotated[float | None, typer.Option(help="Orders an hour; 15 for each robot if not said.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="The seed of the day.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Live the same day twice and compare orders an hour, lateness, empty metres and waiting."""
    rows = []
    broken: list[str] = []
    with TemporaryDirectory(prefix="genba-bench-") as place:
        file = written(_data(count, hours), Path(place) / "site.yaml")
        for name, strategy in STRATEGIES.items():
            figures: dict[str, Any] = {}

            def look(reader: Reader, entries: Sequence[Entry], figures: dict[str, Any] = figures) -> None:
                figures |= _figures(reader, entries, hours)

            report = one_day((str(file), seed, hours, NONE, rate or 15.0 * count, None), assigner=strategy, look=look)
            rows.append({"who takes a tour": name, **figures, "virtual hours": report.virtual_hours})
            broken += report.broken
    tell(f"{count} robots, seed {seed}", rows, json_to)
    if broken:
        raise Failed("the day broke invariants: " + "; ".join(broken[:5]))


def _data(count: int, hours: float) -> dict[str, Any]:
    """Return a site for so many robots, with trucks that leave within the day of the bench."""
    aisles, some = max(2, count // 3), max(2, count // 4)
    plan = Plan(
        zones=2,
        aisles=aisles,
        bays=10,
        robots=count,
        packs=min(some, 6),
        chargers=some,
        tote_stations=some,
        totes=count * 12,
        pickers=6,
    )
    data = sketched(plan)
    spread_out(data, ["pack", "tote"])
    for row, share in zip(data["cutoffs"], CUTOFFS, strict=True):
        row["at"] = _local(START + timedelta(hours=1 + share * hours))
    data["rules"] |= {"wave_minutes": WAVE_MINUTES, "batch_wait_seconds": COMPANY_SECONDS}
    return data


def _local(moment: datetime) -> str:
    """Return a moment as a time of day in Japan."""
    return (moment + timedelta(hours=9)).strftime("%H:%M")


def _figures(reader: Reader, entries: Sequence[Entry], hours: float) -> dict[str, Any]:
    """Return what a day came to."""
    shipped = {entry.subject: entry.at for entry in entries if entry.kind == "order.shipped"}
    rows = {f"order/{row.id}": row for row in reader.all(orders)}
    late = [
        (at - rows[subject].cutoff_at) / timedelta(minutes=1)
        for subject, at in shipped.items()
        if at > rows[subject].cutoff_at
    ]
    began = [(at - rows[subject].received_at) / timedelta(minutes=1) for subject, at in shipped.items()]
    end = START + timedelta(hours=hours)
    waits = _waits(entries)
    empty, driven = _metres(reader)
    return {
        "orders shipped": len(shipped),
        "orders an hour while they came": round(sum(at <= end for at in shipped.values()) / hours, 1),
        "orders after their cut-off": len(late),
        "minutes late, mean": _mean(late),
        "minutes late, most": round(max(late, default=0.0), 1),
        "metres driven": driven,
        "metres without load": empty,
        "tour waits for its robot, mean s": _mean(waits),
        "tour waits for its robot, most s": round(max(waits, default=0.0), 1),
        "order to shipped, mean min": _mean(began),
    }


def _waits(entries: Sequence[Entry]) -> list[float]:
    """Return how long, in seconds, each tour waited from its planning until its robot had the totes aboard."""
    planned: dict[str, datetime] = {}
    waits = []
    for entry in entries:
        if entry.kind == "batch.planned":
            planned[entry.subject] = entry.at
        elif entry.kind == "batch.arrived" and entry.data["stop"] == "totes":
            waits.append((entry.at - planned[entry.subject]) / timedelta(seconds=1))
    return waits


def _metres(reader: Reader) -> tuple[int, int]:
    """Return the metres driven without totes aboard, and all that were driven."""
    length = length_on(roadmap_of(reader.site))
    fetching = [station.node for station in reader.site.stations_of("tote")]
    empty = driven = 0
    for row in reader.rows(select(trips)):
        route = row.route if row.state == TripState.DONE else row.route[: row.passed + 1]
        metres = sum(length(one, other) for one, other in pairwise(route))
        driven += metres
        if row.purpose != "batch" or row.route[-1] in fetching:
            empty += metres
    return empty // 1000, driven // 1000


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 1) if values else 0.0

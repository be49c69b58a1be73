"""`genba bench shift`: a whole shift in virtual time on one core (P76), judged like every virtual day.

Robots, people, gate, printers and WMS are those of `genba simulate`, on a site drawn to size, without faults.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from edge.commands.bench.report import JsonTo, tell
from edge.commands.bench.site import sketched, written
from edge.commands.failed import Failed
from edge.commands.simulate.cli import one_day
from edge.commands.simulate.faults import NONE
from edge.sitefile import load_site
from edge.sketch import Plan

PLAN = Plan(zones=3, aisles=4, bays=12, robots=30, packs=6, chargers=8, tote_stations=4, totes=300, pickers=4)
TOTES = 12
"""Totes a robot carries: with so many orders an hour, single-order tours would only wear the floor."""
COMPANY_SECONDS = 480
"""How long an order may wait for others to share its tour; a full tour comes together in some 115 seconds."""
CHOICE = 4
"""Tours' worth of orders to choose from: those that lie near one another travel together."""
WAVE_MINUTES = 2 * 24 * 60
"""Late orders go today, though their truck leaves tomorrow: the shift is over when all are shipped."""
CAGE, CAGE_SECONDS = 24, 900
"""Parcels in a cage that goes through the gate, and how long the first of them waits for the others."""
WORKERS = ("picker", "packer", "shipper")


def shift(
    *,
    hours: Annotated[float, typer.Option(help="Hours in which orders come.", min=0.05)] = 8.0,
    orders: Annotated[int, typer.Option(help="Orders in that time.", min=1)] = 3000,
    seed: Annotated[int, typer.Option(help="The seed of the day.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Live a shift of 30 robots and 20 people in virtual time and measure the real time it takes."""
    with TemporaryDirectory(prefix="genba-bench-") as place:
        file = written(_data(), Path(place) / "site.yaml")
        site = load_site(file)
        before = time.process_time()
        report = one_day((str(file), seed, hours, NONE, orders / hours, None))
        cpu = time.process_time() - before
    row = {
        "robots": len(site.robots),
        "people at work": sum(any(role in WORKERS for role in person.roles) for person in site.people),
        "orders": report.orders["sent"],
        "shipped": report.orders.get("shipped", 0),
        "virtual hours": report.virtual_hours,
        "seconds": report.seconds,
        "CPU seconds": round(cpu, 1),
        "CPU ms an order": round(cpu / report.orders["sent"] * 1000, 1),
        "times faster than life": round(report.virtual_hours * 3600 / report.seconds),
    }
    tell("a shift in virtual time", [row], json_to)
    if report.broken:
        raise Failed("the day broke invariants: " + "; ".join(report.broken[:5]))


def _data() -> dict[str, Any]:
    """Return the site of the shift: robots that carry several totes, and orders that wait for company."""
    data = sketched(PLAN)
    for kind in data["robot_types"]:
        kind["totes"] = TOTES
    data["rules"] |= {
        "wave_minutes": WAVE_MINUTES,
        "batch_wait_seconds": COMPANY_SECONDS,
        "batch_choice": CHOICE,
        "load_parcels": CAGE,
        "load_wait_seconds": CAGE_SECONDS,
    }
    return data

"""`genba sim operators`: simulated people against a running edge over real HTTP.

They see the goods that the test WMS brings in with the same seed. Packing and loading also need the simulated scale,
printer and gate to share their world, which `genba demo` does; alone, the pickers work.
"""

import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import httpx
import typer
import yaml

from simulators.operators.crew import crew
from simulators.operators.person import Habits, Person
from simulators.sitefile import SiteFile, load
from simulators.wms.demand import StockLine, catalogue, opening_stock
from simulators.world.http import over
from simulators.world.physics import Goods, Warehouse

ANSWER_WITHIN = 5.0
"""Seconds a handheld waits for an answer before it sends the same action again."""


def operators(
    site: Annotated[Path, typer.Argument(help="The site file.", exists=True, dir_okay=False)],
    *,
    badges: Annotated[Path, typer.Option(help="YAML: person id: {badge: .., pin: ..}.", exists=True, dir_okay=False)],
    edge: Annotated[str, typer.Option(help="Base address of the edge.")] = "http://127.0.0.1:8070",
    seed: Annotated[int, typer.Option(help="Seed of the goods; that of the WMS.")] = 1,
    pace: Annotated[float, typer.Option(help="2 works twice as fast as people do.", min=0.1)] = 1.0,
    role: Annotated[list[str] | None, typer.Option(help="Roles that work; default: picker.")] = None,
) -> None:
    """Let simulated people work with their handhelds until stopped."""
    plan = load(site)
    known = yaml.safe_load(badges.read_text(encoding="utf-8"))
    asyncio.run(_work(plan, known, edge=edge, seed=seed, habits=Habits().at_pace(pace), roles=role or ["picker"]))


def fill(warehouse: Warehouse, stock: list[StockLine]) -> None:
    """Bring the opening stock into the physical world."""
    for line in stock:
        goods = Goods(line.item.owner, line.item.sku, line.item.gtin, line.item.weight_g)
        warehouse.bring(line.location, goods, line.quantity, line.lot, line.expiry)


async def _work(
    plan: SiteFile, known: dict[str, dict[str, str]], *, edge: str, seed: int, habits: Habits, roles: list[str]
) -> None:
    warehouse = Warehouse()
    today = datetime.now(UTC).astimezone(ZoneInfo(plan.timezone)).date()
    fill(warehouse, opening_stock(plan, catalogue(plan, seed), seed, today))

    def credentials(person: str) -> tuple[str, str]:
        entry = known.get(person)
        if entry is None:
            raise typer.BadParameter(f"the badge file says nothing of {person}")
        return str(entry["badge"]), str(entry["pin"])

    each_follows = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=edge, timeout=ANSWER_WITHIN, limits=each_follows) as client:
        people = crew(plan, warehouse, lambda _who: over(client), credentials, random.Random(seed), habits=habits)
        await asyncio.gather(*(person.run() for person in people if _works(person, roles)))


def _works(person: Person, roles: list[str]) -> bool:
    kinds = {"picker": person.workplace.startswith("ZONE:"), "packer": person.workplace in person.site.stations,
             "shipper": person.workplace in person.site.docks}  # fmt: skip
    return any(kinds.get(role, False) for role in roles)

"""`genba sim wms`: the test WMS as a program of its own, on a real port, with a stream of orders if wished."""

import asyncio
import itertools
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import httpx
import structlog
import typer
import uvicorn

from simulators.sitefile import SiteFile, load
from simulators.wms.app import create_app
from simulators.wms.books import Books
from simulators.wms.demand import Demand, catalogue, opening_stock, wishes
from simulators.wms.host import Host
from simulators.world.http import over

log = structlog.get_logger(__name__)

SECRET_PREFIX = "GENBA_SECRET_"  # noqa: S105  the beginning of a variable's name
ANSWER_WITHIN = 10.0
"""Seconds the site may take to answer a call."""


def wms(
    site: Annotated[Path, typer.Argument(help="The site file.", exists=True, dir_okay=False)],
    *,
    edge: Annotated[str, typer.Option(help="Base address of the site's host API.")] = "http://127.0.0.1:8070",
    database: Annotated[str, typer.Option(help="SQLite file of the WMS, or :memory:.")] = ":memory:",
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8071,
    rate: Annotated[float, typer.Option(help="Orders an hour; 0 sends none.", min=0)] = 60.0,
    orders: Annotated[int | None, typer.Option(help="Stop after so many orders.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of goods, stock and orders.")] = 1,
    stock: Annotated[bool, typer.Option(help="First tell the range and the opening stock.")] = True,
    restless: Annotated[float, typer.Option(help="2: customers change their minds twice as soon.", min=0.1)] = 1.0,
) -> None:
    """Run a test WMS: takes confirmations, sends orders, shows at / what the site did right and wrong."""
    plan = load(site)
    books = Books(database, lambda: datetime.now(UTC), plan.id)
    dice = random.Random(seed)
    app = create_app(books, secret(plan.wms_secret), dice, admin_token=os.environ.get(f"{SECRET_PREFIX}WMS_ADMIN"))
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning"))
    minds = tuple(seconds / restless for seconds in Demand().change_of_mind_s)
    demand = Demand(per_hour=rate, change_of_mind_s=(minds[0], minds[1])) if rate else None
    try:
        asyncio.run(_serve(server, plan, books, dice, edge=edge, seed=seed, stock=stock, demand=demand, orders=orders))
    finally:
        books.close()


def secret(name: str) -> str:
    """Read a secret from the environment; typer.BadParameter says which variable to set."""
    variable = f"{SECRET_PREFIX}{name.upper()}"
    value = os.environ.get(variable)
    if not value:
        raise typer.BadParameter(f"set the environment variable {variable}")
    return value


async def _serve(
    server: uvicorn.Server,
    plan: SiteFile,
    books: Books,
    dice: random.Random,
    *,
    edge: str,
    seed: int,
    stock: bool,
    demand: Demand | None,
    orders: int | None,
) -> None:
    trading = None
    async with httpx.AsyncClient(base_url=edge, timeout=ANSWER_WITHIN) as client:
        if stock or demand:
            caller = Host(over(client), secret("host_api_key"), books, dice)
            trading = asyncio.create_task(
                _trade(caller, plan, books, dice, seed, stock=stock, demand=demand, orders=orders)
            )
        await server.serve()
        if trading is not None:
            trading.cancel()
            await asyncio.gather(trading, return_exceptions=True)


async def _trade(
    host: Host,
    plan: SiteFile,
    books: Books,
    dice: random.Random,
    seed: int,
    *,
    stock: bool,
    demand: Demand | None,
    orders: int | None,
) -> None:
    """Tell goods and stock, then send orders, going on where an earlier life ended; what goes wrong is logged."""
    now = datetime.now(UTC)
    items = catalogue(plan, seed)
    sent = books.orders_sent()
    try:
        if sent:
            await host.resume()
        elif stock:
            await host.send_items(items)
            await host.resume()
            await host.send_stock(opening_stock(plan, items, seed, now.astimezone(ZoneInfo(plan.timezone)).date()))
        if demand is not None:
            left = None if orders is None else max(0, orders - sent)
            await host.trade(itertools.islice(wishes(plan, items, demand, dice, now, sent=sent), left))
    except RuntimeError as exc:
        log.exception("wms.trade_ended", error=str(exc))

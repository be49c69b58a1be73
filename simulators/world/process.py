"""`genba sim floor`: the whole simulated floor in one program, on real ports, around a real edge.

Goods, scales, printers, gates, robots and people share one physical world, so they share one process.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import typer
import yaml

from drivers.mqtt.aio import connector
from drivers.mqtt.port import Connect
from drivers.streams import listen
from simulators.sitefile import SiteFile, parse
from simulators.wms.demand import catalogue, opening_stock
from simulators.world.floor import Floor, Ports, Tempo
from simulators.world.http import Way, over

ANSWER_WITHIN = 5.0
"""Seconds a handheld waits for an answer before it sends the same action again."""
POSITION_EVERY = 0.5
"""Seconds between the positions robots tell, so that they are seen to move."""
MQTT_PORT = 1883


def floor(
    site: Annotated[Path, typer.Argument(help="The site file.", exists=True, dir_okay=False)],
    *,
    badges: Annotated[Path, typer.Option(help="YAML: person id: {badge: .., pin: ..}.", exists=True, dir_okay=False)],
    passwords: Annotated[
        Path | None, typer.Option(help="YAML: robot serial: password at the broker.", exists=True, dir_okay=False)
    ] = None,
    edge: Annotated[str, typer.Option(help="Base address of the edge.")] = "http://127.0.0.1:8070",
    pace: Annotated[float, typer.Option(help="2: people and robots are twice as fast as life.", min=0.1)] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of goods and of all chance; that of the WMS.")] = 1,
) -> None:
    """Play a floor: devices, robots and people at the addresses of the site file, until stopped."""
    raw = yaml.safe_load(site.read_text(encoding="utf-8"))
    plan = parse(raw, str(site))
    people = _badges(badges, plan)
    robots = yaml.safe_load(passwords.read_text(encoding="utf-8")) if passwords is not None else {}
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_live(raw, plan, people, robots, edge=edge, pace=pace, seed=seed))


def _badges(file: Path, plan: SiteFile) -> dict[str, dict[str, str]]:
    """Read what people log in with; everybody of the site must be there, or the floor would end half way."""
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise typer.BadParameter(f"{file} is no YAML: {error}") from None
    people: dict[str, Any] = found if isinstance(found, dict) else {}
    entries = {person: people.get(person) for person in plan.people}
    lacking = [one for one, has in entries.items() if not isinstance(has, dict) or not {"badge", "pin"} <= has.keys()]
    if lacking:
        raise typer.BadParameter(f"{file} lacks {', '.join(lacking)}: give everybody {{badge: .., pin: ..}}")
    return people


async def _live(
    raw: dict[str, Any],
    plan: SiteFile,
    people: dict[str, dict[str, str]],
    robots: dict[str, str],
    *,
    edge: str,
    pace: float,
    seed: int,
) -> None:
    _stop_on_signals()
    async with AsyncExitStack() as stack:
        ports = Ports(
            listen=listen,
            mqtt=_broker(plan, robots),
            call=await _handhelds(stack, plan, edge),
            credentials=lambda person: (str(people[person]["badge"]), str(people[person]["pin"])),
            now=_now,
        )
        tempo = Tempo(pace, pace, pace, state_interval=max(1.0, 10 / pace), visualization=POSITION_EVERY)
        world = Floor(plan, raw, ports, dice=random.Random(seed), tempo=tempo)
        today = _now().astimezone(ZoneInfo(plan.timezone)).date()
        world.stock_up(opening_stock(plan, catalogue(plan, seed), seed, today))
        for device, address in (await world.start()).items():
            typer.echo(f"{device} at {address}")
        await world.run()


def _broker(plan: SiteFile, passwords: dict[str, str]) -> Callable[[str], Connect]:
    address = urlsplit(plan.broker_url)
    host, port = address.hostname or "127.0.0.1", address.port or MQTT_PORT

    def connect(serial: str) -> Connect:
        password = passwords.get(serial)
        return connector(host, port, serial if password is not None else None, password)

    return connect


async def _handhelds(stack: AsyncExitStack, plan: SiteFile, edge: str) -> Callable[[str], Way]:
    """Give each person a client of their own, as each handheld has its own radio."""
    lines: dict[str, Way] = {}
    for person in plan.people:
        client = httpx.AsyncClient(base_url=edge, timeout=ANSWER_WITHIN, trust_env=False)
        lines[person] = over(await stack.enter_async_context(client))
    return lines.__getitem__


def _stop_on_signals() -> None:
    task: asyncio.Task[Awaitable[None]] | None = asyncio.current_task()
    if task is not None:
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, task.cancel)


def _now() -> datetime:
    return datetime.now(UTC)

"""`genba bench scan`: handhelds over real HTTP, each scan durable before it is answered (P72).

The server runs here as on a site; the handhelds are a process of their own (`handhelds.py`), so that what they cost is
not counted.
"""

import asyncio
import socket
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import msgspec
import typer
import uvicorn

from edge.clock import real_source
from edge.commands.bench.handhelds import BADGE, CODE, PIN, Figures
from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.bench.site import checked, sketched
from edge.live import Live
from edge.model.reasons import Refusal
from edge.model.states import TaskKind
from edge.processes import screens
from edge.processes.people import set_badge, set_pin, sync_people
from edge.site import Site
from edge.sketch import Plan
from edge.store.database import Database
from edge.store.queue import add_task
from edge.store.store import Store
from edge.store.tables import allocations, batches, item_codes, items, stops, waves
from edge.store.tx import Tx
from edge.web.app import create_app
from edge.web.pins import CHEAP_COST, ArgonHasher
from edge.web.services import Services

UNITS = 1_000_000
"""Units to pick for each person: nobody comes to the end of it."""


def scan(
    *,
    handhelds: Annotated[int, typer.Option(help="People who scan once a second.", min=1)] = 100,
    seconds: Annotated[float, typer.Option(help="How long they scan.", min=1)] = 20.0,
    folder: Annotated[Path | None, typer.Option(help="Where the SQLite file goes: the disk to measure.")] = None,
    json_to: JsonTo = None,
) -> None:
    """Measure the time from a scan to its answer, over HTTP."""
    with TemporaryDirectory(prefix="genba-bench-", dir=folder) as place:
        row = asyncio.run(_measure(Path(place), handhelds, seconds))
    tell("scan, durable, answered over HTTP", [row], json_to)


async def _measure(place: Path, handhelds: int, seconds: float) -> dict[str, Any]:
    site = _site(handhelds)
    async with AsyncExitStack() as stack:
        source = real_source()
        opened = Store.open(Database(f"sqlite:///{place / 'genba.db'}"), site, source)
        stack.callback(opened.close)
        hasher = ArgonHasher(CHEAP_COST)
        await opened.run(_fill, handhelds, await hasher.hash(PIN))
        services = Services(
            store=opened,
            site=site,
            source=source,
            live=Live(),
            weigh=_no_scale,
            zero=_no_scale,
            hasher=hasher,
            screens=screens,
        )
        stack.callback(services.close)
        server = _Web(uvicorn.Config(create_app(services), port=0, lifespan="off", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve())
        await server.up.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        spent = time.process_time()
        figures = await _load(port, handhelds, seconds)
        spent = time.process_time() - spent
        server.should_exit = True
        await serving
    scans = len(figures.seconds)
    return {
        "handhelds": handhelds,
        "scans": scans,
        "failed": figures.failed,
        **spread(figures.seconds),
        "CPU ms a scan": round(spent / max(scans, 1) * 1000, 2),
        "share of a core": round(spent / figures.took, 2),
    }


class _Web(uvicorn.Server):
    """The web server, which says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.up.set()


async def _load(port: int, handhelds: int, seconds: float) -> Figures:
    command = [sys.executable, "-m", "edge.commands.bench.handhelds", str(port), str(handhelds), str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the handhelds ended with {process.returncode}")
    return msgspec.json.decode(told, type=Figures)


def _site(handhelds: int) -> Site:
    data = sketched(Plan())
    data["people"] += [
        {"id": f"p{number}", "name": {"ja": f"人{number}", "en": f"P{number}"}, "roles": ["picker"], "language": "en"}
        for number in range(handhelds)
    ]
    return checked(data)


async def _no_scale(_station: str) -> int:
    raise Refusal("pack.scale_silent", scale="-")


def _fill(tx: Tx, handhelds: int, pin_hash: str) -> None:
    """Give everybody a badge and an endless pick."""
    sync_people(tx)
    places = [location.id for location in tx.site.locations if location.zone == "A"]
    tx.insert(items, owner="ACME", sku="SKU1", name_ja="品", name_en="Thing")
    tx.insert(item_codes, code=CODE, owner="ACME", sku="SKU1")
    tx.insert(waves, id="W1", carrier="yamato", cutoff_at=tx.now, state="released")
    for number in range(handhelds):
        set_badge(tx, f"p{number}", BADGE.format(number))
        set_pin(tx, f"p{number}", pin_hash)
        _add_pick(tx, f"B{number}", places[number % len(places)])


def _add_pick(tx: Tx, batch_id: str, location: str) -> None:
    common: dict[str, Any] = {"priority": 5, "due_at": tx.now}
    tx.insert(batches, id=batch_id, wave_id="W1", state="picking", station="PACK-1", task_id="", **common)
    tx.insert(stops, batch_id=batch_id, seq=1, node=tx.site.location[location].node, kind="pick", arrived_at=tx.now)
    task_id = add_task(
        tx, TaskKind.PICK, f"batch/{batch_id}", place="ZONE:A", needs="picker", detail={"seq": 1}, **common
    )
    tx.insert(
        allocations,
        id=tx.new_id(),
        order_id=f"ACME/{batch_id}",
        line=1,
        owner="ACME",
        sku="SKU1",
        place=location,
        quantity=UNITS,
        state="reserved",
        batch_id=batch_id,
        tote_id="T-0001",
        task_id=task_id,
    )

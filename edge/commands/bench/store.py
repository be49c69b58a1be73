"""`genba bench store`: what a durable decision costs, alone and in a group; how soon a full store serves (P27-P36)."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from edge.clock import real_source
from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.bench.site import checked, sketched
from edge.model.states import TaskKind
from edge.site import Site
from edge.sketch import Plan
from edge.store.database import Database
from edge.store.queue import claim_next
from edge.store.store import Store
from edge.store.tables import answers, tasks
from edge.store.tx import Tx

CALLERS = (1, 8, 64, 256)
PLACE = "ZONE:A"


def store(
    *,
    seconds: Annotated[float, typer.Option(help="Length of each measurement.", min=0.05)] = 3.0,
    open_tasks: Annotated[int, typer.Option("--tasks", help="Open tasks in the store.", min=256)] = 100_000,
    folder: Annotated[Path | None, typer.Option(help="Where the SQLite file goes: the disk to measure.")] = None,
    database: Annotated[str | None, typer.Option(help="An empty PostgreSQL database instead of SQLite.")] = None,
    json_to: JsonTo = None,
) -> None:
    """Measure decisions a second, one commit each and in groups, and the time from start to serving."""
    site = checked(sketched(Plan()))
    with _url(folder, database) as url:
        asyncio.run(fill(url, site, open_tasks))
        rows = asyncio.run(_measure(url, site, seconds, open_tasks))
    tell("durable decisions a second, and the start of the store", rows, json_to)


@contextmanager
def _url(folder: Path | None, database: str | None) -> Iterator[str]:
    with TemporaryDirectory(prefix="genba-bench-", dir=folder) as place:
        yield database or f"sqlite:///{place}/genba.db"


async def fill(url: str, site: Site, count: int) -> None:
    """Put open tasks into a new database."""
    opened = Store.open(Database(url), site, real_source())
    await opened.run(_add_tasks, count)
    opened.close()


async def _measure(url: str, site: Site, seconds: float, open_tasks: int) -> list[dict[str, Any]]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    opened = Store.open(Database(url), site, real_source())
    await opened.run(claim_next, "person:bench", (TaskKind.PICK,), PLACE)
    started = loop.time() - began
    rows: list[dict[str, Any]] = []
    for callers in CALLERS:
        alone = await _pace(opened, callers, seconds, grouped=False)
        group = await _pace(opened, callers, seconds, grouped=True)
        rows += [alone | {"times": 1.0}, group | {"times": round(group["a second"] / max(alone["a second"], 1), 1)}]
    opened.close()
    none = dict.fromkeys(list(rows[0])[1:], "")
    return [*rows, {"what": f"start with {open_tasks:,} open tasks to the first claim"} | none | spread([started])]


async def _pace(opened: Store, callers: int, seconds: float, *, grouped: bool) -> dict[str, Any]:
    """Let callers decide one after the other for some seconds; not grouped, only one of them at a time."""
    loop = asyncio.get_running_loop()
    turn: AbstractAsyncContextManager[Any] = nullcontext() if grouped else asyncio.Lock()
    times: list[float] = []
    keys = itertools.count()
    began = loop.time()

    async def caller(number: int) -> None:
        while loop.time() < began + seconds:
            asked = loop.time()
            async with turn:
                await opened.run(_confirm, f"T{number}", f"{callers}/{grouped}/{next(keys)}")
            times.append(loop.time() - asked)

    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            group.create_task(caller(number))
    took = loop.time() - began
    what = f"{callers} callers, {'in groups' if grouped else 'one commit each'}"
    return {"what": what, "a second": round(len(times) / took)} | spread(times)


def _add_tasks(tx: Tx, count: int) -> None:
    common = {
        "kind": TaskKind.PICK,
        "state": "ready",
        "subject": "batch/bench",
        "place": PLACE,
        "needs": "picker",
        "priority": 5,
        "due_at": tx.now,
        "created_at": tx.now,
    }
    tx.insert_many(tasks, [common | {"id": f"T{number}"} for number in range(count)])


def _confirm(tx: Tx, task_id: str, key: str) -> None:
    """Do what a scan does: change a row, write the journal, keep the answer."""
    tx.change(tasks, {"id": task_id}, started_at=tx.now)
    tx.journal("task.done", f"task/{task_id}", key=key)
    tx.insert(answers, key=key, request_hash="", status=200, body={}, at=tx.now)

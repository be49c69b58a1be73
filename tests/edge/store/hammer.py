"""A process for tests to kill: takes keyed decisions as fast as it can and tells on stdout which are durable.

Arguments: database URL, and how many bytes a file may have (0: no limit). Each line on stdin is a key to write; the
line goes back on stdout once it is durable, or with a `!` before it when the database refused.
"""

import asyncio
import resource
import signal
import sys
from random import Random

from sqlalchemy import select

from edge.clock import Source
from edge.store.database import Database, StoreError
from edge.store.store import Store
from edge.store.tables import answers
from edge.store.tx import Tx
from tests.support.store import HandClock, small_site

TOGETHER = 64
"""Decisions waiting at a time, so that commits hold several."""


def write(tx: Tx, key: str) -> None:
    """Write a key once, with its journal row; a repetition changes nothing."""
    if tx.one(select(answers.c.key).where(answers.c.key == key)) is None:
        tx.insert(answers, key=key, request_hash="", status=200, body={"filler": "x" * 500}, at=tx.now)
        tx.journal("test.written", f"key/{key}", outward=True)


async def serve(url: str, limit: int) -> None:
    """Write keys until stdin ends."""
    store = Store.open(Database(url), small_site(), Source(now=HandClock(), dice=Random(1)))
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        loop.add_signal_handler(signal.SIGUSR1, _lift_limit)
    waiting: set[asyncio.Task[None]] = set()
    while line := await lines.readline():
        task = asyncio.create_task(_write_one(store, line.decode().strip()))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        if len(waiting) >= TOGETHER:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*waiting)
    store.close()


async def _write_one(store: Store, key: str) -> None:
    sign = ""
    try:
        await store.run(write, key)
    except StoreError:
        sign = "!"
    sys.stdout.write(f"{sign}{key}\n")
    sys.stdout.flush()


def _lift_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))

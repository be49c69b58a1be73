"""The store: decisions go in, committed results come out, everybody who watches the journal is told."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from edge.clock import Source
from edge.site import Site
from edge.store.database import Database, StoreError
from edge.store.tables import meta
from edge.store.tx import Entry, Reader, Tx
from edge.store.writer import Group, InlineWriter, Job, ThreadWriter

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)

READERS = 2
"""Threads for queries: they wait on the disk, and two keep a long report from delaying a screen."""


class Store:
    """The only way to durable state. Open with `Store.open`, end with `close`."""

    def __init__(self, database: Database, site: Site, source: Source) -> None:
        self.database = database
        self.site = site
        self.source = source
        self.incarnation = 1
        self._readers: ThreadPoolExecutor | None = None
        self._watchers: dict[int, Callable[[Sequence[Entry]], None]] = {}
        self._watcher_no = 0
        self.writer: ThreadWriter | InlineWriter

    @classmethod
    def open(
        cls,
        database: Database,
        site: Site,
        source: Source,
        *,
        inline: bool = False,
        crash: Callable[[str], bool] = lambda _point: False,
    ) -> "Store":
        """Start the writer in the running loop; raises StoreError when the database belongs to another site.

        With `inline` nothing leaves the event loop (virtual time), and `crash` may end the edge at any commit.
        """
        store = cls(database, site, source)
        store._claim_site()
        loop = asyncio.get_running_loop()
        group = Group(database, site, source)
        if inline:
            store.writer = InlineWriter(group, loop, store._committed, crash=crash)
        else:
            store.writer = ThreadWriter(group, loop, store._committed)
            store._readers = ThreadPoolExecutor(READERS, thread_name_prefix="genba-reader")
        return store

    def run(self, decide: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Take a decision in the name of the site itself; see `run_as`."""
        return self.run_as("edge", decide, *args, **kwargs)

    def run_as(
        self, actor: str, decide: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[T]:
        """Take a decision for an actor; done once it is durable.

        Raises what `decide` raises (its writes are undone, those of others are not) and StoreError when the database
        fails. Decisions are taken in the order of the calls.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        bound = decide if not kwargs else _with_kwargs(decide, dict(kwargs))
        self.writer.submit(Job(bound, args, actor, future))
        return future

    async def read(self, query: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query on committed rows, off the event loop in the real world."""
        if self._readers is None:
            return self._query(query, args, kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._query, query, args, kwargs)

    def watch(self, watcher: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        """Call `watcher` with the entries of each commit, in order, on the loop; returns how to stop."""
        self._watcher_no += 1
        number = self._watcher_no
        self._watchers[number] = watcher

        def stop() -> None:
            self._watchers.pop(number, None)

        return stop

    def close(self) -> None:
        """Commit what is queued and close."""
        self.writer.close()
        if self._readers is not None:
            self._readers.shutdown()
        self.database.close()

    def _query(self, query: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
        try:
            with self.database.reading(alone=self._readers is None) as line:
                return query(Reader(line, self.site, self.source.now()), *args, **kwargs)
        except OperationalError as error:
            raise self.database.explain(error) from error

    def _claim_site(self) -> None:
        with self.database.engine.begin() as connection:
            found = {row.key: row.value for row in connection.execute(select(meta.c.key, meta.c.value))}
            if "site" not in found:
                connection.execute(
                    meta.insert(), [{"key": "site", "value": self.site.id}, {"key": "incarnation", "value": "1"}]
                )
            elif found["site"] != self.site.id:
                raise StoreError(
                    f"{self.database.name} belongs to site {found['site']}, the site file says {self.site.id}. "
                    "Give this site its own database.",
                    ja=f"{self.database.name} は拠点 {found['site']} のもので、サイトファイルは {self.site.id} です。"
                    "この拠点には別のデータベースを使ってください。",
                )
            self.incarnation = int(found.get("incarnation", "1"))

    def _committed(self, entries: Sequence[Entry]) -> None:
        for watcher in list(self._watchers.values()):
            try:
                watcher(entries)
            except Exception:
                log.exception("store.watcher_failed", watcher=repr(watcher))


def _with_kwargs(decide: Callable[..., T], kwargs: dict[str, object]) -> Callable[..., T]:
    def bound(tx: Tx, *args: object) -> T:
        return decide(tx, *args, **kwargs)

    return bound

"""Where commands about people and keys work: on the database while the edge is stopped, else by asking the edge."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.language import spoken
from edge.commands.running import Running, logged_in
from edge.commands.said import said as words_of
from edge.model.reasons import Refusal
from edge.processes import people
from edge.sitefile import SiteError, load_site
from edge.store.database import Database, InUse, StoreError
from edge.store.store import Store

ACTOR = "edge:command"
DATA = Path("var")
DATABASE_FILE = "genba.db"
out = Console()

SiteFile = Annotated[Path, typer.Option("--site", envvar="GENBA_SITE", help="The site file.")]
DataFolder = Annotated[Path, typer.Option("--data", envvar="GENBA_DATA", help="Folder of the database.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database", envvar="GENBA_DATABASE", help="PostgreSQL address instead of SQLite in the folder."),
]


@dataclass(frozen=True, slots=True)
class Where:
    """The site that a command is about."""

    site: Path
    data: Path
    database: str | None
    edge: str

    def do(self, work: Callable[[Store], Awaitable[None]], ask: Callable[[Running], None]) -> None:
        """Work on the database, or ask the edge that has it; what goes wrong is said, and the command leaves with 1."""
        with said():
            try:
                asyncio.run(self._on_store(work))
            except InUse:
                with logged_in(self.edge) as running:
                    ask(running)

    async def _on_store(self, work: Callable[[Store], Awaitable[None]]) -> None:
        url = self.database or f"sqlite:///{self.data / DATABASE_FILE}"
        store = Store.open(Database(url), load_site(self.site), real_source())
        try:
            await store.run_as(ACTOR, people.sync_people)
            await work(store)
        finally:
            store.close()


@contextmanager
def said() -> Iterator[None]:
    """Say in words what went wrong and leave with 1."""
    try:
        yield
    except (Refusal, StoreError, SiteError, Failed) as error:
        typer.echo(words_of(error, spoken()), err=True)
        raise typer.Exit(1) from None

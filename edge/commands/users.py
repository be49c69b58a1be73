"""`genba user` and `genba key`: who may come in.

While the edge is stopped they work on its database. While it runs they ask it, in the name of a supervisor or engineer
who logs in for that. A PIN or key is printed once, never stored.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.table import Table

from drivers.codes.normalise import normalise
from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.language import spoken
from edge.commands.running import LOCAL, EdgeAddress, Running, logged_in
from edge.commands.said import said
from edge.model.reasons import Refusal
from edge.processes import people
from edge.processes.people import KeyRole
from edge.sitefile import SiteError, load_site
from edge.store.database import Database, InUse, StoreError
from edge.store.store import Store
from edge.web.accounts import everybody
from edge.web.keys import all_keys
from edge.web.pins import ArgonHasher, digest, new_key

PIN_DIGITS = 6
"""Length of a PIN that is made here; people may choose 4 to 8."""
ACTOR = "edge:command"

users = typer.Typer(help="People: badges, PINs, locks.", no_args_is_help=True)
keys = typer.Typer(help="API keys of machines.", no_args_is_help=True)
out = Console()

SiteFile = Annotated[Path, typer.Option("--site", envvar="GENBA_SITE", help="The site file.")]
DataFolder = Annotated[Path, typer.Option("--data", envvar="GENBA_DATA", help="Folder of the database.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database", envvar="GENBA_DATABASE", help="PostgreSQL address instead of SQLite in the folder."),
]
Person = Annotated[str, typer.Argument(help="The person's id in the site file.")]

DATA = Path("var")
DATABASE_FILE = "genba.db"


@users.command("list")
def list_people(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Show everybody, their roles and whether they can log in."""

    async def show(store: Store) -> None:
        _show_people(await store.read(everybody))

    Where(site, data, database, edge).do(show, lambda running: _show_people(running.ask("GET", "/api/accounts")))


@users.command("badge")
def set_badge(
    person: Person,
    badge: Annotated[str, typer.Argument(help="What the badge's barcode says; scan it here.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Give a person a badge."""

    async def give(store: Store) -> None:
        await store.run_as(ACTOR, people.set_badge, person, normalise(badge).text)

    def ask(running: Running) -> None:
        running.ask("POST", f"/api/accounts/{quote(person)}/badge", {"badge": badge})

    Where(site, data, database, edge).do(give, ask)
    out.print(f"{person} now has this badge.")


@users.command("pin")
def set_pin(
    person: Person,
    *,
    generate: Annotated[bool, typer.Option("--generate", help="Make a PIN and print it once.")] = False,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Give a person a PIN; asks for it, or makes one."""
    with _said():
        pin = _made_pin() if generate else _asked_pin()

    async def give(store: Store) -> None:
        hashed = await ArgonHasher().hash(pin)
        await store.run_as(ACTOR, people.set_pin, person, hashed)

    def ask(running: Running) -> None:
        running.ask("POST", f"/api/accounts/{quote(person)}/pin", {"pin": pin})

    Where(site, data, database, edge).do(give, ask)
    out.print(f"The PIN of {person} is {pin}. It is shown only now." if generate else f"{person} has a new PIN.")


@users.command("unlock")
def unlock(
    person: Person,
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Let a person who mistyped too often try again."""

    async def free(store: Store) -> None:
        await store.run_as(ACTOR, people.unlock, person)

    def ask(running: Running) -> None:
        running.ask("POST", f"/api/accounts/{quote(person)}/unlock")

    Where(site, data, database, edge).do(free, ask)
    out.print(f"{person} may log in again.")


@keys.command("new")
def make_key(
    key_id: Annotated[str, typer.Argument(help="Its name: small letters, digits, hyphens.")],
    role: Annotated[KeyRole, typer.Option(help="What it may do.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Make a key and print it once."""

    async def make(store: Store) -> None:
        key = new_key(key_id, store.source.dice)
        await store.run_as(ACTOR, people.add_key, key_id, role, digest(key))
        _show_key(key_id, role, key)

    def ask(running: Running) -> None:
        made = running.ask("POST", "/api/keys", {"name": key_id, "role": role})
        _show_key(key_id, role, made["key"])

    Where(site, data, database, edge).do(make, ask)


@keys.command("list")
def list_keys(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Show all keys, never their text."""

    async def show(store: Store) -> None:
        _show_keys(await store.read(all_keys))

    Where(site, data, database, edge).do(show, lambda running: _show_keys(running.ask("GET", "/api/keys")))


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="Its name.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Keep a machine out from now on."""

    async def revoke(store: Store) -> None:
        await store.run_as(ACTOR, people.revoke_key, key_id)

    def ask(running: Running) -> None:
        running.ask("DELETE", f"/api/keys/{quote(key_id)}")

    Where(site, data, database, edge).do(revoke, ask)
    out.print(f"{key_id} is revoked.")


@dataclass(frozen=True, slots=True)
class Where:
    """The site that a command is about."""

    site: Path
    data: Path
    database: str | None
    edge: str

    def do(self, work: Callable[[Store], Awaitable[None]], ask: Callable[[Running], None]) -> None:
        """Work on the database, or ask the edge that has it; what goes wrong is said, and the command leaves with 1."""
        with _said():
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


def _show_people(found: Iterable[Mapping[str, Any]]) -> None:
    table = Table("id", "name", "roles", "badge", "PIN", "state")
    for one in found:
        state = "left" if not one["active"] else "locked" if one["locked"] else "active"
        pin = "set" if one["pin"] else "—"
        table.add_row(one["id"], one["name"], ", ".join(one["roles"]), one["badge"] or "—", pin, state)
    out.print(table)


def _show_keys(found: Iterable[Mapping[str, Any]]) -> None:
    table = Table("name", "role", "made", "state")
    for one in found:
        table.add_row(one["name"], one["role"], one["made"], "active" if one["active"] else "revoked")
    out.print(table)


def _show_key(key_id: str, role: KeyRole, key: str) -> None:
    out.print(f"The key of {key_id} ({role}), shown only now:")
    typer.echo(key)


def _made_pin() -> str:
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
        try:
            people.check_pin(pin)
        except Refusal:
            continue
        return pin


def _asked_pin() -> str:
    pin = normalise(typer.prompt("PIN (4 to 8 digits)", hide_input=True, confirmation_prompt=True)).text
    people.check_pin(pin)
    return pin


@contextmanager
def _said() -> Iterator[None]:
    """Say in words what went wrong and leave with 1."""
    try:
        yield
    except (Refusal, StoreError, SiteError, Failed) as error:
        typer.echo(said(error, spoken()), err=True)
        raise typer.Exit(1) from None

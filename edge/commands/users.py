"""`genba user` and `genba key`: who may come in. Works on the site's database while the edge is stopped.

While it runs, supervisors and engineers do the same at the console. A PIN or key is printed once, never stored.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from drivers.codes.normalise import normalise
from edge.clock import real_source
from edge.model.reasons import Refusal
from edge.processes import people
from edge.processes.people import KeyRole
from edge.sitefile import SiteError, load_site
from edge.store.database import Database, StoreError
from edge.store.store import Store
from edge.web.pins import ArgonHasher, digest, new_key

T = TypeVar("T")

PIN_DIGITS = 6
"""Length of a PIN that is made here; people may choose 4 to 8."""
ACTOR = "edge:command"

users = typer.Typer(help="People: badges, PINs, locks.", no_args_is_help=True)
keys = typer.Typer(help="API keys of machines.", no_args_is_help=True)
out = Console()
err = Console(stderr=True)

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
def list_people(*, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None) -> None:
    """Show everybody, their roles and whether they can log in."""

    async def show(store: Store) -> None:
        now = store.source.now()
        table = Table("id", "name", "roles", "badge", "PIN", "state")
        for row in await store.read(people.everybody):
            locked = row.locked_until is not None and row.locked_until > now
            state = "left" if not row.active else "locked" if locked else "active"
            pin = "set" if row.pin_hash else "—"
            table.add_row(row.id, f"{row.name_ja} / {row.name_en}", ", ".join(row.roles), row.badge or "—", pin, state)
        out.print(table)

    _run(site, data, database, show)


@users.command("badge")
def set_badge(
    person: Person,
    badge: Annotated[str, typer.Argument(help="What the badge's barcode says; scan it here.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Give a person a badge."""

    async def give(store: Store) -> None:
        await store.run_as(ACTOR, people.set_badge, person, normalise(badge).text)
        out.print(f"{person} now has this badge.")

    _run(site, data, database, give)


@users.command("pin")
def set_pin(
    person: Person,
    *,
    generate: Annotated[bool, typer.Option("--generate", help="Make a PIN and print it once.")] = False,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Give a person a PIN; asks for it, or makes one."""
    with _said():
        pin = _made_pin() if generate else _asked_pin()

    async def give(store: Store) -> None:
        hashed = await ArgonHasher().hash(pin)
        await store.run_as(ACTOR, people.set_pin, person, hashed)
        out.print(f"The PIN of {person} is {pin}. It is shown only now." if generate else f"{person} has a new PIN.")

    _run(site, data, database, give)


@users.command("unlock")
def unlock(person: Person, *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None) -> None:
    """Let a person who mistyped too often try again."""

    async def free(store: Store) -> None:
        await store.run_as(ACTOR, people.unlock, person)
        out.print(f"{person} may log in again.")

    _run(site, data, database, free)


@keys.command("new")
def make_key(
    key_id: Annotated[str, typer.Argument(help="Its name: small letters, digits, hyphens.")],
    role: Annotated[KeyRole, typer.Option(help="What it may do.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Make a key and print it once."""

    async def make(store: Store) -> None:
        key = new_key(key_id, store.source.dice)
        await store.run_as(ACTOR, people.add_key, key_id, role, digest(key))
        out.print(f"The key of {key_id} ({role}), shown only now:")
        typer.echo(key)

    _run(site, data, database, make)


@keys.command("list")
def list_keys(*, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None) -> None:
    """Show all keys, never their text."""

    async def show(store: Store) -> None:
        table = Table("name", "role", "made", "state")
        for row in await store.read(people.keys):
            made = f"{store.site.local(row.created_at):%Y-%m-%d %H:%M}"
            table.add_row(row.id, row.role, made, "active" if row.active else "revoked")
        out.print(table)

    _run(site, data, database, show)


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="Its name.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Keep a machine out from now on."""

    async def revoke(store: Store) -> None:
        await store.run_as(ACTOR, people.revoke_key, key_id)
        out.print(f"{key_id} is revoked.")

    _run(site, data, database, revoke)


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


def _run(site: Path, data: Path, database: str | None, work: Callable[[Store], Awaitable[T]]) -> T:
    url = database or f"sqlite:///{data / DATABASE_FILE}"
    with _said():
        return asyncio.run(_on_store(site, url, work))


async def _on_store(site: Path, database: str, work: Callable[[Store], Awaitable[T]]) -> T:
    store = Store.open(Database(database), load_site(site), real_source())
    try:
        await store.run_as(ACTOR, people.sync_people)
        return await work(store)
    finally:
        store.close()


@contextmanager
def _said() -> Iterator[None]:
    """Say in words what went wrong and leave with 1."""
    try:
        yield
    except Refusal as refusal:
        err.print(str(refusal.words("en")))
        raise typer.Exit(1) from None
    except (StoreError, SiteError) as error:
        err.print(str(error))
        raise typer.Exit(1) from None

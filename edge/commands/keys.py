"""`genba key`: the API keys of machines. A key is printed once, never stored.

While the edge runs it is asked, in the name of an engineer who logs in for that.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from edge.commands.language import told
from edge.commands.running import LOCAL, EdgeAddress, Running
from edge.commands.tables import table
from edge.commands.where import ACTOR, DATA, DatabaseUrl, DataFolder, SiteFile, Where, out
from edge.processes import people
from edge.processes.people import KeyRole
from edge.store.store import Store
from edge.web.keys import all_keys
from edge.web.pins import digest, new_key

keys = typer.Typer(help="API keys of machines.", no_args_is_help=True)


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
    out.print(told(f"{key_id} を無効にしました。", f"{key_id} is revoked."))


def _show_keys(found: Iterable[Mapping[str, Any]]) -> None:
    headings = (("名前", "name"), ("役割", "role"), ("作成", "made"), ("最後の利用", "last used"), ("状態", "state"))
    shown = table(headings)
    for one in found:
        state = told("有効", "active") if one["active"] else told("無効", "revoked")
        shown.add_row(one["name"], one["role"], one["made"], one["last_used"] or told("なし", "never"), state)
    out.print(shown)


def _show_key(key_id: str, role: KeyRole, key: str) -> None:
    out.print(told(f"{key_id}（{role}）のキー。表示は今回だけです:", f"The key of {key_id} ({role}), shown only now:"))
    typer.echo(key)

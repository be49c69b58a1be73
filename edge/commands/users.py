"""`genba user`: who may come in, who is in, and who is kept out.

While the edge is stopped this works on its database. While it runs it is asked, in the name of a supervisor or engineer
who logs in for that. A PIN is printed once, never stored.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from drivers.codes.normalise import normalise
from edge.clock import real_source
from edge.commands.language import told
from edge.commands.running import LOCAL, EdgeAddress, Running
from edge.commands.tables import table
from edge.commands.where import ACTOR, DATA, DatabaseUrl, DataFolder, SiteFile, Where, out, said
from edge.processes import people, staff
from edge.store.store import Store
from edge.store.tx import Tx
from edge.web.accounts import everybody, open_sessions
from edge.web.pins import ArgonHasher, new_pin

users = typer.Typer(help="People: badges, PINs, locks, sessions, blocks.", no_args_is_help=True)
Person = Annotated[str, typer.Argument(help="The person's id in the site file.")]
PEOPLE = (("ID", "id"), ("名前", "name"), ("役割", "roles"), ("バッジ", "badge"), ("PIN", "PIN"), ("状態", "state"))
SESSIONS = (
    ("人", "person"),
    ("名前", "name"),
    ("画面", "where"),
    ("端末", "device"),
    ("いつから", "since"),
    ("いつまで", "until"),
)


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
    out.print(told(f"{person} にこのバッジを渡しました。", f"{person} now has this badge."))


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
    with said():
        pin = new_pin(real_source().dice) if generate else _asked_pin()

    async def give(store: Store) -> None:
        hashed = await ArgonHasher().hash(pin)
        await store.run_as(ACTOR, people.set_pin, person, hashed)

    def ask(running: Running) -> None:
        running.ask("POST", f"/api/accounts/{quote(person)}/pin", {"pin": pin})

    Where(site, data, database, edge).do(give, ask)
    if generate:
        out.print(
            told(
                f"{person} の PIN は {pin} です。表示は今回だけです。",
                f"The PIN of {person} is {pin}. It is shown only now.",
            )
        )
    else:
        out.print(told(f"{person} の PIN を変えました。", f"{person} has a new PIN."))


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
    _decide(Where(site, data, database, edge), people.unlock, person, "unlock")
    out.print(told(f"{person} はまたログインできます。", f"{person} may log in again."))


@users.command("block")
def block(
    person: Person,
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Keep a person out from now on; their sessions end at once."""
    _decide(Where(site, data, database, edge), staff.block, person, "block")
    out.print(told(f"{person} の利用を止めました。", f"{person} is blocked."))


@users.command("unblock")
def unblock(
    person: Person,
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Let a blocked person in again."""
    _decide(Where(site, data, database, edge), staff.unblock, person, "unblock")
    out.print(told(f"{person} はまたログインできます。", f"{person} may log in again."))


@users.command("logout")
def send_out(
    person: Person,
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Log a person out everywhere; work in hand goes to others."""
    _decide(Where(site, data, database, edge), staff.send_out, person, "logout")
    out.print(told(f"{person} をログアウトさせました。", f"{person} is logged out."))


@users.command("sessions")
def list_sessions(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Show who is logged in, where and until when."""

    async def show(store: Store) -> None:
        _show_sessions(await store.read(open_sessions))

    def ask(running: Running) -> None:
        _show_sessions(running.ask("GET", "/api/accounts/sessions"))

    Where(site, data, database, edge).do(show, ask)


def _decide(where: Where, decide: Callable[[Tx, str], object], person: str, word: str) -> None:
    """Take a decision about a person, here or by the running edge, which knows it by its word."""

    async def take(store: Store) -> None:
        await store.run_as(ACTOR, decide, person)

    def ask(running: Running) -> None:
        running.ask("POST", f"/api/accounts/{quote(person)}/{word}")

    where.do(take, ask)


def _show_people(found: Iterable[Mapping[str, Any]]) -> None:
    shown = table(PEOPLE)
    for one in found:
        state = _state(one)
        badge, pin = (told("あり", "set") if one[what] else "—" for what in ("badge", "pin"))
        shown.add_row(one["id"], one["name"], ", ".join(one["roles"]), badge, pin, state)
    out.print(shown)


def _show_sessions(found: Iterable[Mapping[str, Any]]) -> None:
    shown = table(SESSIONS)
    for one in found:
        shown.add_row(*(str(one[column]) for column in ("person", "name", "face", "device", "since", "until")))
    out.print(shown)


def _state(one: Mapping[str, Any]) -> str:
    if not one["active"]:
        return told("除外", "left")
    if one["blocked"]:
        return told("利用停止", "blocked")
    return told("ロック中", "locked") if one["locked"] else told("有効", "active")


def _asked_pin() -> str:
    pin = normalise(
        typer.prompt(told("PIN（4～8 桁）", "PIN (4 to 8 digits)"), hide_input=True, confirmation_prompt=True)
    ).text
    people.check_pin(pin)
    return pin
